"""Statements that change rows: only other table types have them, Hive tables refuse.

``DELETE``, ``UPDATE``, ``MERGE``, ``OPTIMIZE`` and ``VACUUM`` go to the table's type by the
action's name (see `labkit.cloud.athena.statements.tables.handles`), which reads the text. Source:
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-updating-iceberg-table-data.html
"""

from __future__ import annotations

from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.insert import need_table
from labkit.cloud.athena.statements.tables import handler_of, table_type_of
from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.trino.cursor import Cursor

_REFUSALS = {
    "OPTIMIZE": "OPTIMIZE is only supported for Iceberg tables",
    "VACUUM": "VACUUM is only supported for Iceberg tables",
}
_ROWS = "Modifying Hive table rows is only supported for transactional tables"


@statement("DELETE", "FROM")
def delete(text: str) -> Statement:
    return _read(text, ("DELETE", "FROM"), "DELETE", "{id}.csv")


@statement("UPDATE")
def update(text: str) -> Statement:
    return _read(text, ("UPDATE",), "UPDATE", "{id}.csv")


@statement("MERGE", "INTO")
def merge(text: str) -> Statement:
    return _read(text, ("MERGE", "INTO"), "MERGE", "{id}.csv")


@statement("OPTIMIZE")
def optimize(text: str) -> Statement:
    return _read(text, ("OPTIMIZE",), "OPTIMIZE", "{id}.csv")


@statement("VACUUM")
def vacuum(text: str) -> Statement:
    return _read(text, ("VACUUM",), "VACUUM", "{id}.csv")


def _read(text: str, leading: tuple[str, ...], action: str, output: str) -> Statement:
    cursor = Cursor(text)
    cursor.expect(*leading)
    name = cursor.qualified()
    parameters = sum(token.kind == "mark" and token.text == "?" for token in cursor.tokens)

    def run(run: Run) -> Result:
        definition = need_table(run, name)
        handler = handler_of(table_type_of(definition), action)
        if handler is not None:
            return handler(run, definition, run.text)
        raise QueryFailed("NOT_SUPPORTED", _REFUSALS.get(action, _ROWS), 1, 1)

    return Statement("DML", action, run, output, parameters)
