"""The account's side of QuickSight: its subscription, people, keys, tags, folders and themes."""

from labkit.cloud.quicksight.accounts import (
    custom_permissions,
    groups,
    key_registration,
    namespaces,
    settings,
    subscription,
    tags,
    users,
)

__all__ = [
    "custom_permissions",
    "groups",
    "key_registration",
    "namespaces",
    "settings",
    "subscription",
    "tags",
    "users",
]
