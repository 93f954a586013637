"""EventBridge: moto keeps rules and patterns, this package delivers events and fires schedules."""

from labkit.cloud.events import clock, destinations, putting, rules  # noqa: F401 (they register)
