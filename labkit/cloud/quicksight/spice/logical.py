"""A data set's physical and logical tables as one relation.

A logical table takes a physical one, a whole other data set, or two logical tables that are joined,
and prepares it. The one that nobody joins is the data set. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_LogicalTableSource.html
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from labkit.cloud.quicksight.spice.joins import Side, join
from labkit.cloud.quicksight.spice.model import PreparationError, Relation
from labkit.cloud.quicksight.spice.transforms import Preparing, apply

Members = Mapping[str, Any]
#: A physical table by its id.
Physical = Callable[[str], Relation]
#: Another data set by its ARN, with values for its parameters.
Parent = Callable[[str, Mapping[str, Any]], Relation]


@dataclass(frozen=True)
class Tables:
    """Where a data set's rows come from.

    Args:
        ids: of its physical tables.
        physical: reads one.
        parent: reads another data set.
    """

    ids: tuple[str, ...]
    physical: Physical
    parent: Parent


def logical(
    tables: Tables, logical_map: Mapping[str, Members] | None, parameters: Mapping[str, Any]
) -> Relation:
    """The relation that a data set's tables make.

    Raises:
        PreparationError: they make none.
    """
    if not logical_map:
        return tables.physical(_only(list(tables.ids), "physical table"))
    joined = [name for each in logical_map.values() for name in _operands(each)]
    root = _only([name for name in logical_map if name not in joined], "logical table")
    return _Maker(tables, logical_map, parameters).table(root, ())


@dataclass(frozen=True)
class _Maker:
    tables: Tables
    known: Mapping[str, Members]
    parameters: Mapping[str, Any]

    def table(self, name: str, above: tuple[str, ...]) -> Relation:
        if name not in self.known:
            raise PreparationError(f"There is no logical table '{name}'.")
        if name in above:
            raise PreparationError(f"The logical table '{name}' is joined with itself.")
        steps = self.known[name].get("DataTransforms") or []
        source = self.source(self.known[name]["Source"], steps, (*above, name))
        return apply(source, steps, Preparing({**self.parameters, **overridden(steps)}))

    def source(self, source: Members, steps: list[Members], above: tuple[str, ...]) -> Relation:
        if instruction := source.get("JoinInstruction"):
            return self.joined(instruction, above)
        if arn := source.get("DataSetArn"):
            return self.tables.parent(arn, overridden(steps, original=True)).inherited(arn)
        if physical := source.get("PhysicalTableId"):
            if physical not in self.tables.ids:
                raise PreparationError(f"There is no physical table '{physical}'.")
            return self.tables.physical(physical)
        raise PreparationError("A logical table needs a source.")

    def joined(self, instruction: Members, above: tuple[str, ...]) -> Relation:
        left, right = (self.side(name, above) for name in _operands_of(instruction))
        return join(left, right, instruction["Type"], instruction["OnClause"])

    def side(self, name: str, above: tuple[str, ...]) -> Side:
        table = self.table(name, above)
        return Side(table, self.known[name]["Alias"])


def overridden(steps: list[Members], *, original: bool = False) -> dict[str, Any]:
    """The parameters of another data set that steps set anew.

    Args:
        original: under the names that they have there.
    """
    found = {}
    for step in steps:
        if change := step.get("OverrideDatasetParameterOperation"):
            values = _new_values(change.get("NewDefaultValues") or {})
            name = change["ParameterName"] if original else change.get("NewParameterName")
            if values and name:
                found[name] = values if len(values) > 1 else values[0]
    return found


def _new_values(given: Members) -> list[Any]:
    for name, values in given.items():
        if name == "DateTimeStaticValues":
            return [datetime.datetime.fromtimestamp(value, datetime.UTC) for value in values]
        return list(values)
    return []


def _operands(table: Members) -> tuple[str, ...]:
    instruction = table["Source"].get("JoinInstruction")
    return _operands_of(instruction) if instruction else ()


def _operands_of(instruction: Members) -> tuple[str, str]:
    return instruction["LeftOperand"], instruction["RightOperand"]


def _only(names: list[str], what: str) -> str:
    if len(names) != 1:
        listed = ", ".join(names) or "none"
        raise PreparationError(
            f"A data set needs exactly one {what} at its end; there is {listed}."
        )
    return names[0]
