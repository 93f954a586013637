"""Queries: ``SELECT``, ``WITH``, ``VALUES``, ``TABLE``, and ``SELECT ... INTO``."""

from __future__ import annotations

from sqlglot import exp

from labkit.cloud.engine.redshift import zones
from labkit.cloud.engine.redshift.compile import Compiled, compile_query
from labkit.cloud.engine.redshift.duck import failures
from labkit.cloud.engine.redshift.reading import into, parse_query
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.registry import Column, Parsed, Result, statement
from labkit.cloud.redshift.warehouse.spooling import BATCH_ROWS, collected


@statement("SELECT", "WITH", "VALUES", "(")
def select(connection: Connection, parsed: Parsed) -> Result:
    tree = parse_query(parsed.text)
    if target := into(tree):
        from labkit.cloud.redshift.warehouse.statements.tables import select_into

        return select_into(connection, parsed, tree, target)
    return run_query(connection, tree, parsed)


def run_query(connection: Connection, tree: exp.Expr | str, parsed: Parsed) -> Result:
    """Run a query and take its rows."""
    compiled = compile_query(tree, Names(connection), parameters=parsed.parameters)
    return fetch(connection, compiled)


def fetch(connection: Connection, compiled: Compiled) -> Result:
    """The rows of a compiled query."""
    connection.check_canceled()
    with failures():
        reader = connection.duck.sql(_told(compiled)).to_arrow_reader(BATCH_ROWS)
        rows = zones.readable(collected(reader, connection.warehouse.spill))
    columns = tuple(Column(field.name, field.type) for field in compiled.fields)
    return Result("SELECT", columns, rows, rows.num_rows)


def _told(compiled: Compiled) -> str:
    """The query with ``timetz`` as text: Arrow's times have no offset, and would lose it."""
    if all(field.type.base != "timetz" for field in compiled.fields):
        return compiled.sql
    shown = ", ".join(
        f"CAST(c{at} AS VARCHAR) AS c{at}" if field.type.base == "timetz" else f"c{at}"
        for at, field in enumerate(compiled.fields)
    )
    return f"SELECT {shown} FROM ({compiled.sql}) told"
