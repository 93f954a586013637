"""Step Functions: moto keeps the state machines, this package runs them.

`definition` judges the Amazon States Language, `starting` begins an `execution`, `walking` goes
from state to state. The types of states are `simple`, `tasks` and `branches`; `languages` reads
their fields in JSONPath or JSONata; `integrations` is the table of what a task may ask. Maps whose
items are executions of their own are `distributed`.
"""

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
from labkit.cloud.states.distributed import operations  # noqa: F401
