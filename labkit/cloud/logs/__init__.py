"""CloudWatch Logs: moto keeps groups and events, and here is what it does not do right."""

from labkit.cloud.logs import definitions, events, groups, queries, searches, subscriptions

__all__ = ["definitions", "events", "groups", "queries", "searches", "subscriptions"]
