"""``SHOW``: what the catalog holds, one line each.

Source: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

from __future__ import annotations

import re

from labkit.cloud.athena.errors import StatementFailed, invalid
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.lookup import check_parts, looked_up, quoted_name
from labkit.cloud.athena.statements.tables import (
    DDL_TASK,
    handler_of,
    key_names,
    need_shown,
    partition_folder,
    place,
    table_type_of,
)
from labkit.cloud.athena.words import Words
from labkit.cloud.lake.definitions import decode_view, is_view, parameters_of
from labkit.cloud.lake.metastore import Definition

WIDTH = 20


def utility(substatement: str, run: object) -> Statement:
    """A statement that only tells."""
    return Statement("UTILITY", substatement, run)  # type: ignore[arg-type]


@statement("SHOW", "DATABASES")
@statement("SHOW", "SCHEMAS")
def show_databases(text: str) -> Statement:
    words = _after(text, 2)
    words.accept("LIKE")
    pattern = words.string() if words.is_string() else "*"
    words.end()

    def run(run: Run) -> Result:
        return run.text_result(("database_name",), _like(run.metastore.databases(), pattern))

    return utility("SHOW_DATABASES", run)


@statement("SHOW", "TABLES")
def show_tables(text: str) -> Statement:
    return _show_names(text, "SHOW_TABLES", "tab_name", views_only=False)


@statement("SHOW", "VIEWS")
def show_views(text: str) -> Statement:
    return _show_names(text, "SHOW_VIEWS", "views", views_only=True)


def _show_names(text: str, substatement: str, column: str, *, views_only: bool) -> Statement:
    words = _after(text, 2)
    database: tuple[str, ...] = ()
    if words.accept("IN") or words.accept("FROM"):
        first, database = words.word, words.qualified()
        if not views_only and (quoted := quoted_name(words, first, None)) is not None:
            raise quoted
    words.accept("LIKE")
    pattern = words.string() if words.is_string() else "*"
    words.end()

    def run(run: Run) -> Result:
        where = place(run, (*database, "*"))[0]
        names = _like(run.metastore.tables(where), pattern)
        kept = [n for n in names if not views_only or _is_view(run, where, n)]
        return run.text_result((column,), kept)

    return utility(substatement, run)


def _is_view(run: Run, database: str, name: str) -> bool:
    found = run.metastore.definition(database, name)
    return found is not None and is_view(found)


@statement("SHOW", "COLUMNS")
def show_columns(text: str) -> Statement:
    words = _after(text, 2)
    _in_or_from(words)
    first = words.word
    parts = words.qualified()
    if words.accept("IN") or words.accept("FROM"):
        parts = (*words.qualified(), parts[-1])
    words.end()

    def run(run: Run) -> Result:
        table = need_shown(run, parts)
        names = [c["Name"] for c in table["StorageDescriptor"]["Columns"]] + key_names(table)
        width = 0 if table_type_of(table) else WIDTH
        return run.text_result(("field",), [name.ljust(width) for name in names])

    return looked_up(utility("SHOW_COLUMNS", run), parts, quoted_name(words, first))


@statement("SHOW", "PARTITIONS")
def show_partitions(text: str) -> Statement:
    """Those in the catalog, not what is projected.

    Source: https://docs.aws.amazon.com/athena/latest/ug/show-partitions.html
    """
    words = _after(text, 2)
    parts = words.qualified()
    words.end()

    def run(run: Run) -> Result:
        table = need_shown(run, parts)
        run.metastore.check_partitions(table["DatabaseName"], table["Name"])
        names, kind = key_names(table), table_type_of(table)
        handler = handler_of(kind, "SHOW PARTITIONS") if kind != "ICEBERG" else None
        if handler is not None:
            return handler(run, table, None)
        if not names or kind:
            raise not_partitioned(table)
        stored = run.metastore.partitions(table["DatabaseName"], table["Name"])
        lines = sorted(partition_folder(names, each["Values"]) for each in stored)
        return run.text_result(("partition",), lines)

    return utility("SHOW_PARTITIONS", run)


def not_partitioned(table: Definition) -> StatementFailed:
    """The failure of a statement about partitions that a table does not have."""
    return StatementFailed(f"{DDL_TASK} Table {table['Name']} is not a partitioned table")


@statement("SHOW", "TBLPROPERTIES")
def show_properties(text: str) -> Statement:
    words = _after(text, 2)
    parts = words.qualified()
    key = words.bracketed(words.string)[0] if words.peek("(") else None
    words.end()

    def run(run: Run) -> Result:
        table = need_shown(run, parts)
        handler = handler_of(table_type_of(table), "SHOW TBLPROPERTIES")
        if handler is not None:
            return handler(run, table, key)
        found = parameters_of(table)
        if key is None:
            lines = [f"{name}\t{value}" for name, value in sorted(found.items())]
            return run.text_result(("prpt_name", "prpt_value"), lines)
        missing = f"Table {table['DatabaseName']}.{table['Name']} does not have property: {key}"
        return run.text_result(("prpt_name", "prpt_value"), [found.get(key, missing)])

    return utility("SHOW_TABLE_PROPERTIES", run)


@statement("SHOW", "CREATE", "TABLE")
def show_create_table(text: str) -> Statement:
    words = _after(text, 3)
    parts = words.qualified()
    words.end()
    check_parts(parts)
    if words.quoted is not None:
        raise invalid("Queries of this type are not supported", "NOT_SUPPORTED")

    def run(run: Run) -> Result:
        table = need_shown(run, parts)
        if is_view(table):
            raise StatementFailed(f"{DDL_TASK} {'.'.join(parts)} is a view: use SHOW CREATE VIEW")
        handler = handler_of(table_type_of(table), "SHOW CREATE TABLE")
        if handler is not None:
            return handler(run, table, ".".join(parts))
        lines = create_lines(table, ".".join(parts))
        return run.text_result(("createtab_stmt",), lines, hive=True)

    return utility("SHOW_CREATE_TABLE", run)


@statement("SHOW", "CREATE", "VIEW")
def show_create_view(text: str) -> Statement:
    words = _after(text, 3)
    parts = words.qualified()
    words.end()

    def run(run: Run) -> Result:
        view = run.metastore.definition(*place(run, parts))
        if view is None or not is_view(view):
            raise StatementFailed(f"View not found or not a valid presto view: {parts[-1]}")
        need_shown(run, parts)
        lines = f"CREATE VIEW {'.'.join(parts)} AS\n{decode_view(view)['originalSql']}".split("\n")
        return run.text_result(("create view",), lines)

    return utility("SHOW_CREATE_VIEW", run)


_DEFAULT_FORMAT = ("serialization.format", "1")


def create_lines(table: Definition, name: str) -> list[str]:
    """The statement that would make a table again, as Hive prints it."""
    storage = table["StorageDescriptor"]
    serde = storage.get("SerdeInfo") or {}
    properties = parameters_of(table)
    comment = properties.pop("comment", None)
    properties.pop("EXTERNAL", None)
    lines = [f"CREATE EXTERNAL TABLE `{name}`(", *_column_lines(storage["Columns"])]
    if comment:
        lines += [f"COMMENT {_string(comment)}"]
    if table.get("PartitionKeys"):
        lines += ["PARTITIONED BY ( ", *_column_lines(table["PartitionKeys"])]
    if storage.get("BucketColumns"):
        buckets = ", \n".join(f"  {c}" for c in storage["BucketColumns"]).split("\n")
        lines += ["CLUSTERED BY ( ", *buckets[:-1], buckets[-1] + ") "]
        lines += [f"INTO {storage['NumberOfBuckets']} BUCKETS"]
    lines += ["ROW FORMAT SERDE ", f"  {_string(serde.get('SerializationLibrary') or '')} "]
    told = {k: v for k, v in (serde.get("Parameters") or {}).items() if (k, v) != _DEFAULT_FORMAT}
    if told:
        lines += ["WITH SERDEPROPERTIES ( ", *_property_lines(told)]
    lines += ["STORED AS INPUTFORMAT ", f"  {_string(storage.get('InputFormat') or '')} "]
    lines += ["OUTPUTFORMAT ", f"  {_string(storage.get('OutputFormat') or '')}"]
    lines += ["LOCATION", f"  {_string(storage.get('Location') or '')}"]
    return [*lines, "TBLPROPERTIES (", *_property_lines(properties)] if properties else lines


def _column_lines(columns: list[Definition]) -> list[str]:
    lines = []
    for column in columns:
        comment = f" COMMENT {_string(column['Comment'])}" if column.get("Comment") else ""
        lines.append(f"  `{column['Name']}` {column.get('Type', 'string')}{comment}, ")
    return [*lines[:-1], lines[-1][:-2] + ")"] if lines else [")"]


def _property_lines(properties: dict[str, str]) -> list[str]:
    lines = [f"  {_string(k)}={_string(str(v))}, " for k, v in sorted(properties.items())]
    return [*lines[:-1], lines[-1][:-2] + ") "] if lines else []


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    for mark, written in (("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        escaped = escaped.replace(mark, written)
    return "'" + re.sub(r"[\x00-\x1f]", lambda m: f"\\u{ord(m[0]):04X}", escaped) + "'"


def _like(names: list[str], pattern: str) -> list[str]:
    """Hive's patterns: ``*`` or ``.*`` for anything, ``|`` for or."""
    parts = (re.sub(r"(\\\.)?\\\*", ".*", re.escape(p.strip())) for p in pattern.split("|"))
    wanted = re.compile("|".join(f"(?:{p})" for p in parts), re.IGNORECASE)
    return [name for name in names if wanted.fullmatch(name)]


def _after(text: str, count: int) -> Words:
    words = Words(text, double=True)
    for _ in range(count):
        words.take()
    return words


def _in_or_from(words: Words) -> None:
    if not (words.accept("IN") or words.accept("FROM")):
        raise words.mismatch("'FROM'", "'IN'")
