"""Step Functions: moto keeps the state machines, this package runs them.

`definition` judges the Amazon States Language, `starting` begins an `execution`, `walking` goes
from state to state. The types of states are `simple`, `tasks` and `branches`; `languages` reads
their fields in JSONPath or JSONata; `integrations` is the table of what a task may ask. Maps whose
items are executions of their own are `distributed`.
"""

import labkit.cloud.states.activities
import labkit.cloud.states.branches
import labkit.cloud.states.distributed.operations
import labkit.cloud.states.executions
import labkit.cloud.states.lifetimes
import labkit.cloud.states.machines
import labkit.cloud.states.redrive
import labkit.cloud.states.simple
import labkit.cloud.states.starting
import labkit.cloud.states.tasks
import labkit.cloud.states.tokens
import labkit.cloud.states.trials
import labkit.cloud.states.versions  # noqa: F401
