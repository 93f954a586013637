"""CloudWatch Logs: moto keeps groups and events, and here is what it does not do right."""

from labkit.cloud.logs import (
    definitions,
    events,
    groups,
    measuring,
    queries,
    searches,
    subscriptions,
)

__all__ = ["definitions", "events", "groups", "measuring", "queries", "searches", "subscriptions"]
