"""``CREATE VIEW``: a query under a name, kept in the catalog as Athena keeps it.

Source: https://docs.aws.amazon.com/athena/latest/ug/create-view.html
"""

from __future__ import annotations

from labkit.cloud.athena.output import compiled
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.ctas import check_columns
from labkit.cloud.athena.statements.select import whole_query
from labkit.cloud.engine import Column, Compiled, QueryFailed
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.lake.definitions import encode_view, is_view
from labkit.cloud.lake.metastore import Definition


@statement("CREATE", "VIEW")
def create_view(text: str) -> Statement:
    return _read(text, ("CREATE", "VIEW"), replace=False)


@statement("CREATE", "OR", "REPLACE", "VIEW")
def create_or_replace_view(text: str) -> Statement:
    return _read(text, ("CREATE", "OR", "REPLACE", "VIEW"), replace=True)


def _read(text: str, leading: tuple[str, ...], *, replace: bool) -> Statement:
    cursor = Cursor(text)
    cursor.expect(*leading)
    name = cursor.qualified()
    if cursor.accept("COMMENT"):
        cursor.take("string", "<string>")
    if cursor.accept("SECURITY"):
        cursor.expect_any("DEFINER", "INVOKER")
    cursor.expect("AS")
    query, _ = whole_query(text, cursor.token.start)
    return Statement("DDL", "CREATE_VIEW", lambda run: _create(run, name, query, replace))


def _create(run: Run, parts: tuple[str, ...], query: tree.Query, replace: bool) -> Result:
    database, name = run.catalog.locate(parts)
    full = f"{run.catalog.name}.{database}.{name}"
    _known(run, database, name, replace)
    made = compiled(run, query, text=run.text)
    check_columns(made)
    if (database, name) in made.tables:
        raise QueryFailed("INVALID_VIEW", f"Statement would create a recursive view: {full}", 1, 1)
    definition = _definition(name, run.text[query.start : query.end], database, run.database, made)
    with run.cloud.lock("glue"):
        known = _known(run, database, name, replace)  # again: another may have made it meanwhile
        if known is None:
            run.metastore.create_table(database, definition)
        else:
            run.metastore.check_table("ALTER", database, name)
            run.metastore.update_table(database, known["Name"], definition)
    return run.text_result((), ())


def _known(run: Run, database: str, name: str, replace: bool) -> Definition | None:
    """The view that is to be replaced, if it is there; another one is in the way."""
    known = run.metastore.definition(database, name)
    full = f"{run.catalog.name}.{database}.{name}"
    if known is not None and not is_view(known):
        raise QueryFailed("TABLE_ALREADY_EXISTS", f"Table already exists: '{full}'", 1, 1)
    if known is not None and not replace:
        raise QueryFailed("TABLE_ALREADY_EXISTS", f"View already exists: '{full}'", 1, 1)
    return known


def _definition(name: str, sql: str, database: str, context: str, made: Compiled) -> Definition:
    columns = [{"Name": c.name, "Type": _hive(c)} for c in made.columns]
    return {
        "Name": name,
        "Owner": "hadoop",
        "Retention": 0,
        "StorageDescriptor": {"Columns": columns, "Location": "", "SerdeInfo": {}},
        "PartitionKeys": [],
        "TableType": "VIRTUAL_VIEW",
        "ViewOriginalText": encode_view(sql, context or database, made.columns),
        "ViewExpandedText": "/* Presto View */",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
    }


def _hive(column: Column) -> str:
    return column.type.hive if column.type.base != "unknown" else "string"
