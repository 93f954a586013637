"""``INSERT INTO``: more files in a table's folder, and partitions for new values.

Source: https://docs.aws.amazon.com/athena/latest/ug/insert-into.html
The query's types must have something in common with the table's, as `assignment` has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from labkit.cloud.athena import writing
from labkit.cloud.athena.output import compiled
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.alter_partitions import partition_input
from labkit.cloud.athena.statements.ctas import ROWS
from labkit.cloud.athena.statements.tables import handler_of, table_type_of
from labkit.cloud.engine import Column, Compiled, QueryFailed, formats
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.assignment import assignable, assigned
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.errors import raising
from labkit.cloud.engine.trino.parse_query import QueryParser
from labkit.cloud.lake.definitions import is_view
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.lake.placing import Places
from labkit.cloud.lake.projection import is_projected
from labkit.cloud.lake.table import LakeTable


@dataclass(frozen=True)
class Insert:
    """What the statement says."""

    name: tuple[str, ...]
    columns: tuple[str, ...]
    query: tree.Query


@statement("INSERT", "INTO")
def insert_into(text: str) -> Statement:
    cursor = Cursor(text)
    said = read_insert(cursor)
    return Statement("DML", "INSERT", lambda run: _insert(run, said), "{id}", cursor.parameters)


def read_insert(cursor: Cursor) -> Insert:
    """The statement to its end."""
    cursor.expect("INSERT", "INTO")
    name = cursor.qualified()
    columns = cursor.names() if _names_columns(cursor) else ()
    said = Insert(name, columns, QueryParser(cursor).query())
    cursor.accept(";")
    if not cursor.peek("<EOF>"):
        raise cursor.mismatch("<EOF>")
    return said


def _names_columns(cursor: Cursor) -> bool:
    """A bracket begins the columns, unless a query begins in it."""
    return cursor.peek("(") and cursor.is_name(1)


def _insert(run: Run, said: Insert) -> Result:
    definition = need_table(run, said.name)
    query = compiled(run, said.query, text=run.text, parameters=run.parameters)
    handler = handler_of(table_type_of(definition), "INSERT")
    if handler is not None:
        return handler(run, definition, (said, query))
    table = LakeTable(run.catalog, definition)
    _check_writable(table)
    select = assignments(said.columns, table.columns, query)
    target = replace(_target(table), place=Places(table).of)
    written = writing.write_rows(run, query, target, select)
    _add_partitions(run, table, written)
    run.put_metadata([ROWS])
    manifest = run.manifest(written.uris) if written.uris else None
    return Result([ROWS], written.rows, manifest, {"rows": written.rows})


def need_table(run: Run, parts: tuple[str, ...], *rights: str) -> Definition:
    """The table that a statement changes.

    Args:
        run: the statement.
        parts: the table's name.
        *rights: what Lake Formation must let the caller do with it; by default ``INSERT``.

    Raises:
        QueryFailed: there is none, or it is a view.
        AwsError: the caller may not change it.
    """
    database, name = run.catalog.locate(parts)
    for right in rights or ("INSERT",):
        run.metastore.check_table(right, database, name)
    found = run.metastore.definition(database, name)
    if found is None:
        full = f"{run.catalog.name}.{database}.{name}"
        raise QueryFailed("TABLE_NOT_FOUND", f"Table '{full}' does not exist", 1, 1)
    if is_view(found):
        raise QueryFailed("NOT_SUPPORTED", "Inserting into views is not supported", 1, 1)
    return found


def assignments(named: tuple[str, ...], columns: Sequence[Column], query: Compiled) -> list[str]:
    """SQL of each of a table's columns, from the columns ``q0``, ``q1``... of a query.

    Raises:
        QueryFailed: a column that is not there, or types that do not fit.
    """
    targets = _targets(named, columns)
    wanted, given = [c.type for c in targets], [c.type for c in query.columns]
    fitting = len(wanted) == len(given) and all(
        assignable(g, w) or _sized(g.base, w.base) for g, w in zip(given, wanted, strict=True)
    )
    if not fitting:
        raise QueryFailed(
            "TYPE_MISMATCH",
            "Insert query has mismatched column types: "
            f"Table: [{', '.join(map(str, wanted))}], Query: [{', '.join(map(str, given))}]",
            1,
            1,
        )
    found = {
        target.name: _value(at, column, target)
        for at, (column, target) in enumerate(zip(query.columns, targets, strict=True))
    }
    return [found.get(c.name, f"CAST(NULL AS {c.type.duckdb})") for c in columns]


def _targets(named: tuple[str, ...], columns: Sequence[Column]) -> list[Column]:
    known = {column.name: column for column in columns}
    for name in named:
        if name not in known:
            raise QueryFailed(
                "COLUMN_NOT_FOUND",
                f"Insert column name does not exist in target table: {name}",
                1,
                1,
            )
    if len(set(named)) < len(named):
        raise QueryFailed(
            "DUPLICATE_COLUMN_NAME", "Insert column name is specified more than once", 1, 1
        )
    return [known[name] for name in named] if named else list(columns)


def _sized(given: str, wanted: str) -> bool:
    same = given == wanted and given in ("varchar", "char")
    return same or (given, wanted) == ("varchar", "char")


def _value(at: int, column: Column, target: Column) -> str:
    sql = writing.column_sql(at)
    if _sized(column.type.base, target.type.base):
        return _fitted(sql, column, target)
    return assigned(sql, column.type, target.type)


def _fitted(sql: str, given: Column, target: Column) -> str:
    if target.type.args:
        return _untruncated(sql, given, target)
    return f"CAST({sql} AS {target.type.duckdb})"


def _untruncated(sql: str, given: Column, target: Column) -> str:
    failure = raising(
        "INVALID_CAST_ARGUMENT",
        f"Cannot truncate non-space characters when casting from {given.type} to {target.type} "
        "on INSERT",
    )
    size = target.type.args[0]
    kept = f"rtrim({sql})" if target.type.base == "char" else sql
    return f"CASE WHEN length(rtrim({sql})) > {size} THEN {failure} ELSE left({kept}, {size}) END"


def _check_writable(table: LakeTable) -> None:
    if table.storage.get("BucketColumns"):
        raise QueryFailed(
            "NOT_SUPPORTED", "INSERT INTO is not supported on bucketed tables by Athena"
        )
    declared = table.declared()
    headers = declared.count("skip.header.line.count")
    if headers > (declared.format == "csv"):
        raise QueryFailed(
            "NOT_SUPPORTED",
            "Inserting into Hive table with value of skip.header.line.count property greater than "
            "1 is not supported",
        )
    if declared.option("skip.footer.line.count"):
        raise QueryFailed(
            "NOT_SUPPORTED",
            "Inserting into Hive table with skip.footer.line.count property not supported",
        )
    if declared.format == "openx-json":
        serde, output = table.storage["SerdeInfo"], table.storage.get("OutputFormat")
        raise QueryFailed(
            "HIVE_UNSUPPORTED_FORMAT",
            f"Output format {output} with SerDe {serde['SerializationLibrary']} is not supported.",
        )


def _target(table: LakeTable) -> writing.Target:
    declared = table.written()
    keys = tuple((key.name, key.type) for key in table.keys)
    kept = formats.Table(declared.format, declared.columns, keys, declared.options)
    names = ("write.compression", f"{kept.format}.compression", "parquet.compress", "orc.compress")
    compression = next((kept.options[n].lower() for n in names if n in kept.options), "")
    return writing.Target(table.location, kept, compression)


def _add_partitions(run: Run, table: LakeTable, written: writing.Written) -> None:
    if not table.keys or is_projected(table.parameters):
        return
    root = table.location.rstrip("/")
    with run.cloud.lock("glue"):
        known = Places(table).stored
        add = [
            partition_input(table.definition, values, f"{root}/{folder}".rstrip("/"))
            for values, folder in written.partitions
            if tuple(values) not in known
        ]
        run.metastore.replace_partitions(table.database, table.name, add=add)
