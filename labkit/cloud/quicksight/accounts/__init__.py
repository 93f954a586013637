"""The account's side of QuickSight: its subscription, people, keys, tags, folders and themes."""

from labkit.cloud.quicksight.accounts import subscription, tags

__all__ = ["subscription", "tags"]
