"""Statements that change rows: only other table types have them, Hive tables refuse.

``DELETE``, ``UPDATE``, ``MERGE``, ``OPTIMIZE`` and ``VACUUM`` go to the table's type by the
action's name (see `labkit.cloud.athena.statements.tables.handles`). Source:
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-updating-iceberg-table-data.html
"""

from __future__ import annotations

from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.insert import need_table
from labkit.cloud.athena.statements.tables import handler_of, table_type_of
from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.trino.parse_change import parse_change
from labkit.cloud.lake.governed import governed

_REFUSALS = {
    "OPTIMIZE": "OPTIMIZE is only supported for Iceberg tables",
    "VACUUM": "VACUUM is only supported for Iceberg tables",
}
#: https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/statements.md
_TOLD = {"OPTIMIZE": "CREATE_TABLE_AS_SELECT", "VACUUM": "VACUUM_TABLE"}
_ROWS = "Modifying Hive table rows is only supported for transactional tables"


@statement("DELETE")
@statement("UPDATE")
@statement("MERGE")
@statement("OPTIMIZE")
@statement("VACUUM")
def change(text: str) -> Statement:
    said = parse_change(text)
    action = type(said).__name__.upper()

    def run(run: Run) -> Result:
        definition = need_table(run, said.parts, "SELECT", "INSERT", "DELETE")
        if may := governed(run.catalog, definition):
            may.check_whole()
        handler = handler_of(table_type_of(definition), action)
        if handler is not None:
            return handler(run, definition, said)
        raise QueryFailed("NOT_SUPPORTED", _REFUSALS.get(action, _ROWS), 1, 1)

    # https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/result-files.md
    output = "{id}" if action in _REFUSALS else "{id}.csv"
    return Statement("DML", _TOLD.get(action, action), run, output, said.parameters)
