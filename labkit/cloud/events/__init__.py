"""EventBridge: moto keeps rules and patterns, this package delivers events and fires schedules."""

from labkit.cloud.events import (  # noqa: F401 (they register)
    buses,
    clock,
    connections,
    destinations,
    kept_keys,
    putting,
    rules,
    tags,
)
