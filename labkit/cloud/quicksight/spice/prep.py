"""The newer form of a data set's preparation: named steps, each of which takes others' rows.

A value that does not read is NULL, and its row stays. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DataPrepConfiguration.html
https://docs.aws.amazon.com/quick/latest/userguide/ingestion-behavior-changes.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labkit.cloud.quicksight.spice import reshaping, transforms
from labkit.cloud.quicksight.spice.joins import join
from labkit.cloud.quicksight.spice.logical import Tables
from labkit.cloud.quicksight.spice.model import PreparationError, Relation
from labkit.cloud.quicksight.spice.steps import Step, Steps
from labkit.cloud.quicksight.spice.transforms import Preparing

Members = Mapping[str, Any]


def prepared(tables: Tables, prep: Members, parameters: Mapping[str, Any]) -> Relation:
    """The relation that a preparation makes.

    Raises:
        PreparationError: it makes none.
    """
    destinations = list(prep["DestinationTableMap"].values())
    if len(destinations) != 1:
        raise PreparationError("A preparation has exactly one destination here.")
    return Steps(tables, prep, Preparing(parameters), STEPS).table(destinations[0]["Source"])


def import_table(steps: Steps, *, Source: Members, **_: Any) -> Relation:
    """A physical table, or another data set."""
    name = Source["SourceTableId"]
    source = steps.prep["SourceTableMap"].get(name)
    if source is None:
        raise PreparationError(f"There is no source table '{name}'.")
    if physical := source.get("PhysicalTableId"):
        if physical not in steps.tables.ids:
            raise PreparationError(f"There is no physical table '{physical}'.")
        return steps.tables.physical(physical).forgiving()
    parent = source["DataSet"]
    found = steps.tables.parent(parent["DataSetArn"], {}).inherited(parent["DataSetArn"])
    wanted = [column["Name"] for column in parent["InputColumns"]]
    return transforms.project(found, steps.preparing, ProjectedColumns=wanted)


def project(steps: Steps, *, Source: Members, **members: Any) -> Relation:
    return transforms.project(steps.table(Source), steps.preparing, **members)


def filters(
    steps: Steps, *, Source: Members, FilterOperations: list[Members], **_: Any
) -> Relation:
    """The rows that meet all of the conditions."""
    table = steps.table(Source)
    for each in FilterOperations:
        table = transforms.keep(table, steps.preparing, **each)
    return table


def create_columns(steps: Steps, *, Source: Members, **members: Any) -> Relation:
    return transforms.create_columns(steps.table(Source), steps.preparing, **members)


def rename(
    steps: Steps, *, Source: Members, RenameColumnOperations: list[Members], **_: Any
) -> Relation:
    names = {each["ColumnName"]: each["NewColumnName"] for each in RenameColumnOperations}
    return transforms.renamed(steps.table(Source), names)


def cast(
    steps: Steps, *, Source: Members, CastColumnTypeOperations: list[Members], **_: Any
) -> Relation:
    table = steps.table(Source)
    for each in CastColumnTypeOperations:
        table = transforms.cast(table, steps.preparing, **each)
    return table.forgiving()


def join_step(
    steps: Steps,
    *,
    LeftOperand: Members,
    RightOperand: Members,
    Type: str,
    OnClause: str,
    LeftOperandProperties: Members | None = None,
    RightOperandProperties: Members | None = None,
    **_: Any,
) -> Relation:
    """Two steps' rows side by side, their columns under the names that the step gives."""
    left, right = steps.side(LeftOperand), steps.side(RightOperand)
    joined = join(left, right, Type, OnClause, _overrides(RightOperandProperties))
    return transforms.renamed(joined, _overrides(LeftOperandProperties))


def _overrides(properties: Members | None) -> dict[str, str]:
    listed = (properties or {}).get("OutputColumnNameOverrides") or []
    return {
        each.get("SourceColumnName", each["OutputColumnName"]): each["OutputColumnName"]
        for each in listed
    }


STEPS: dict[str, Step] = {
    "ImportTableStep": import_table,
    "ProjectStep": project,
    "FiltersStep": filters,
    "CreateColumnsStep": create_columns,
    "RenameColumnsStep": rename,
    "CastColumnTypesStep": cast,
    "JoinStep": join_step,
    "AggregateStep": reshaping.aggregate,
    "PivotStep": reshaping.pivot,
    "UnpivotStep": reshaping.unpivot,
    "AppendStep": reshaping.append,
}
#: What a direct query may not have.
#: Source: https://docs.aws.amazon.com/quick/latest/userguide/spice-only-features.html
SPICE_ONLY = frozenset({"AggregateStep", "PivotStep", "UnpivotStep", "AppendStep"})
