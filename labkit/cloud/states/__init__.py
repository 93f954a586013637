"""Step Functions: moto keeps the state machines, this package runs them."""

from labkit.cloud.states import (  # noqa: F401 (they register and start)
    activities,
    branches,
    executions,
    lifetimes,
    machines,
    redrive,
    simple,
    starting,
    tasks,
    tokens,
    trials,
    versions,
)
