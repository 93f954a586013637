"""EventBridge Scheduler: moto keeps the schedules, this package fires them."""

from labkit.cloud.scheduler import clock, members, targets  # noqa: F401 (they register and start)
