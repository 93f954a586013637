"""A preparation in named steps, each of which takes others' rows.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TransformStep.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.quicksight.spice.joins import Side
from labkit.cloud.quicksight.spice.logical import Tables
from labkit.cloud.quicksight.spice.model import PreparationError, Relation
from labkit.cloud.quicksight.spice.transforms import Preparing, kind_of

Members = Mapping[str, Any]
#: Makes a step's rows; the step's members are its keywords.
Step = Callable[..., Relation]


@dataclass(frozen=True)
class Steps:
    """A preparation while it is followed from its end to its sources.

    Args:
        tables: where its rows come from.
        prep: the preparation, as the API has it.
        preparing: what transforms know beside the table.
        kinds: what does a kind of step.
        above: the steps that need this one.
    """

    tables: Tables
    prep: Members
    preparing: Preparing
    kinds: Mapping[str, Step]
    above: tuple[str, ...] = ()

    def table(self, source: Members) -> Relation:
        """The rows that a step takes of another."""
        return self.made(source["TransformOperationId"])

    def side(self, source: Members) -> Side:
        """A step as the operand of a join."""
        name = source["TransformOperationId"]
        return Side(self.made(name), str(self.members(name)[1].get("Alias", name)))

    def made(self, name: str) -> Relation:
        if name in self.above:
            raise PreparationError(f"The step '{name}' needs itself.")
        kind, members = self.members(name)
        return self.kinds[kind](replace(self, above=(*self.above, name)), **members)

    def members(self, name: str) -> tuple[str, Members]:
        if name not in self.prep["TransformStepMap"]:
            raise PreparationError(f"There is no step '{name}'.")
        return kind_of(self.prep["TransformStepMap"][name])
