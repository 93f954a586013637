"""Table optimizers of Iceberg tables: kept with a table, and never run here.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-table-optimizers.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.glue.records import answers, current, find_table
from labkit.cloud.glue.words import exists, invalid, not_found
from labkit.cloud.operations import Answer, AwsError, Context

Optimizer = dict[str, Any]


@answers("CreateTableOptimizer")
def create_optimizer(
    context: Context, *, Type: str, TableOptimizerConfiguration: Optimizer, **where: str
) -> Answer:
    table = _table(context, **where)
    parameters = current(table).get("Parameters") or {}
    if parameters.get("table_type", "").upper() != "ICEBERG":
        raise invalid("Table optimizers are supported for Iceberg tables only.")
    if Type in _known(table):
        raise exists(f"Table optimizer of type {Type}")
    _known(table)[Type] = TableOptimizerConfiguration
    return {}


@answers("UpdateTableOptimizer")
def update_optimizer(
    context: Context, *, Type: str, TableOptimizerConfiguration: Optimizer, **where: str
) -> Answer:
    former = _find(context, Type, **where)
    _known(_table(context, **where))[Type] = former | TableOptimizerConfiguration
    return {}


@answers("DeleteTableOptimizer")
def delete_optimizer(context: Context, *, Type: str, **where: str) -> Answer:
    _find(context, Type, **where)
    del _known(_table(context, **where))[Type]
    return {}


@answers("GetTableOptimizer")
def get_optimizer(context: Context, *, Type: str, **where: str) -> Answer:
    return where | {"TableOptimizer": _shown(Type, _find(context, Type, **where))}


@answers("BatchGetTableOptimizer")
def batch_get_optimizers(context: Context, *, Entries: list[dict[str, str]]) -> Answer:
    """The optimizers that there are, and why others cannot be told."""
    found, failures = [], []
    for entry in Entries:
        kind, database, table = (
            entry.get(member, "") for member in ("type", "databaseName", "tableName")
        )
        try:
            optimizer = _find(context, kind, DatabaseName=database, TableName=table)
            named = {member: told for member, told in entry.items() if member != "type"}
            found.append(named | {"tableOptimizer": _shown(kind, optimizer)})
        except AwsError as error:
            words = {"ErrorCode": error.code, "ErrorMessage": error.message}
            failures.append(entry | {"error": words})
    return {"TableOptimizers": found, "Failures": failures}


@answers("ListTableOptimizerRuns")
def list_runs(context: Context, *, Type: str, **where: Any) -> Answer:
    """The runs of an optimizer, of which there are none."""
    _find(context, Type, **where)
    named = {member: where[member] for member in ("CatalogId", "DatabaseName", "TableName")}
    return named | {"TableOptimizerRuns": []}


def _table(context: Context, *, DatabaseName: str, TableName: str, **_: Any) -> Any:
    return find_table(context, DatabaseName, TableName)


def _known(table: Any) -> dict[str, Optimizer]:
    """A table's optimizers by type."""
    if not hasattr(table, "optimizers"):
        table.optimizers = {}
    found: dict[str, Optimizer] = table.optimizers
    return found


def _find(context: Context, kind: str, **where: Any) -> Optimizer:
    found = _known(_table(context, **where)).get(kind)
    if found is None:
        raise not_found(f"Table optimizer of type {kind} not found.")
    return found


def _shown(kind: str, configuration: Optimizer) -> Answer:
    return {"type": kind, "configuration": configuration, "configurationSource": "table"}
