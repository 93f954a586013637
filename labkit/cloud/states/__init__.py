"""Step Functions: moto keeps the state machines, this package runs them."""

from labkit.cloud.states import (  # noqa: F401 (they register and start)
    activities,
    branches,
    executions,
    machines,
    simple,
    tasks,
    tokens,
    trials,
)
