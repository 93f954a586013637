"""The account's side of QuickSight: its subscription, people, keys, tags, folders and themes."""

from labkit.cloud.quicksight.accounts import (
    custom_permissions,
    folders,
    groups,
    key_registration,
    members,
    namespaces,
    settings,
    subscription,
    tagged,
    tags,
    theme_aliases,
    themes,
    users,
)

__all__ = [
    "custom_permissions",
    "folders",
    "groups",
    "key_registration",
    "members",
    "namespaces",
    "settings",
    "subscription",
    "tagged",
    "tags",
    "theme_aliases",
    "themes",
    "users",
]
