"""``UNLOAD``: a query's rows as files, without a table.

Source: https://docs.aws.amazon.com/athena/latest/ug/unload.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labkit.cloud.athena import writing
from labkit.cloud.athena.output import compiled
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements import ctas
from labkit.cloud.athena.statements.properties import check_names, read_properties
from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.parse_query import QueryParser

_KNOWN = ("format", "compression", "compression_level", "field_delimiter", "partitioned_by")


@dataclass(frozen=True)
class Unload:
    """What the statement says."""

    query: tree.Query
    location: str
    properties: dict[str, Any]


@statement("UNLOAD")
def unload(text: str) -> Statement:
    cursor = Cursor(text)
    said = read_unload(cursor)
    return Statement("DML", "UNLOAD", lambda run: _unload(run, said), "{id}", cursor.parameters)


def read_unload(cursor: Cursor) -> Unload:
    """The statement to its end."""
    cursor.expect("UNLOAD", "(")
    query = QueryParser(cursor).query()
    cursor.expect(")", "TO")
    location = cursor.take("string", "<string>")
    properties = read_properties(cursor) if cursor.accept("WITH") else {}
    cursor.accept(";")
    if not cursor.peek("<EOF>"):
        raise cursor.mismatch("<EOF>")
    return Unload(query, location, properties)


def _unload(run: Run, said: Unload) -> Result:
    check_names(said.properties, _KNOWN, "unload")
    if "format" not in said.properties:
        raise QueryFailed("INVALID_TABLE_PROPERTY", "UNLOAD requires the property 'format'")
    query = compiled(run, said.query, text=run.text, parameters=run.parameters)
    ctas.check_columns(query, unnamed=True)
    properties = said.properties | {"external_location": said.location}
    table = ctas.CreateTableAs((), False, properties, said.query, with_data=True)
    target, _ = ctas.target_of(run, table, query)
    writing.check_empty(run, said.location, "awsdatacatalog.unload")
    written = writing.write_rows(run, query, target)
    run.put_metadata([ctas.ROWS])
    return Result([ctas.ROWS], written.rows, run.manifest(written.uris), {"rows": written.rows})
