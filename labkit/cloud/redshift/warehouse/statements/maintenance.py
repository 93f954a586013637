"""``VACUUM``, ``ANALYZE``, ``COMMENT``, ``EXPLAIN``, ``SHOW TABLE`` and kin; what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from labkit.cloud.engine.redshift.compile import compile_query
from labkit.cloud.engine.redshift.errors import RedshiftError, no_column
from labkit.cloud.engine.redshift.letters import shown_value
from labkit.cloud.engine.redshift.types import VARCHAR
from labkit.cloud.engine.redshift.words import shown_name
from labkit.cloud.redshift.system.catalogs import columns_of
from labkit.cloud.redshift.warehouse import grants, plans
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn
from labkit.cloud.redshift.warehouse.paths import find_relation
from labkit.cloud.redshift.warehouse.registry import Column, Parsed, Result, not_here, statement
from labkit.cloud.redshift.warehouse.statements.schemas import find_schema


def texts(tag: str, names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> Result:
    """A result of text columns."""
    columns = tuple(Column(name, VARCHAR) for name in names)
    arrays = {
        f"c{at}": pa.array([shown_value(row[at]) for row in rows], pa.string())
        for at in range(len(names))
    }
    return Result(tag, columns, pa.table(arrays), len(rows))


@statement("VACUUM", alone=True)
def vacuum(connection: Connection, parsed: Parsed) -> Result:
    """The rows are put in the order of their sort key; DuckDB reclaims what was deleted.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_VACUUM_command.html
    """
    words = parsed.words
    words.expect("VACUUM")
    kind = words.accept_one("FULL", "SORT", "DELETE", "REINDEX", "RECLUSTER")
    words.accept("ONLY") or words.accept("SORT", "ONLY")
    tables = _own_tables(connection)
    if not words.ended and not words.peek(";"):
        tables = [find_relation(connection, words.name())]
        grants.check_owner(connection, tables[0], "VACUUM")
    if words.accept("TO"):
        words.number()
        words.expect("PERCENT")
    words.accept("BOOST")
    words.end()
    for table in tables if kind != "DELETE" else ():
        plans.sort(connection, table)
    return Result("VACUUM")


def _own_tables(connection: Connection) -> list[Object]:
    """The tables of this database that the user may vacuum."""
    whole = grants.has(connection, "VACUUM")
    found = connection.objects.of("relation", database=connection.database)
    return [one for one in found if one.kind == "table" and (whole or one.owner == connection.user)]


@statement("ANALYZE")
def analyze(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("ANALYZE")
    if words.accept("COMPRESSION"):
        return _compression(connection, parsed)
    words.accept("VERBOSE")
    if not words.ended and words.word.upper not in (";", "PREDICATE", "ALL"):
        found = find_relation(connection, words.name())
        names = words.names() if words.peek("(") else []
        known = {column.name for column in found.columns}
        for name in names:
            if name not in known:
                raise RedshiftError(f'column "{name}" does not exist', "42703")
    if words.accept_one("PREDICATE", "ALL"):
        words.expect("COLUMNS")
    words.end()
    return Result("ANALYZE")


_ENCODINGS = {
    "bool": "zstd", "varchar": "lzo", "bpchar": "lzo", "float4": "zstd", "float8": "zstd",
    "super": "zstd",
}  # fmt: skip


def _compression(connection: Connection, parsed: Parsed) -> Result:
    """The encodings that Redshift gives a column of each type by itself.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ANALYZE_COMPRESSION.html
    """
    words = parsed.words
    table = find_relation(connection, words.name())
    names = words.names() if words.peek("(") else [column.name for column in table.columns]
    if words.accept("COMPROWS"):
        words.number()
    words.end()
    rows = [
        (table.name, c.name, _ENCODINGS.get(c.type.base, "az64"), "0.00")
        for c in table.columns
        if c.name in names
    ]
    return texts("ANALYZE", ("Table", "Column", "Encoding", "Est_reduction_pct"), rows)


@statement("COMMENT")
def comment(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("COMMENT", "ON")
    kind = words.accept_one("TABLE", "VIEW", "COLUMN", "SCHEMA", "DATABASE", "CONSTRAINT")
    name = words.name()
    column = name[-1] if kind == "COLUMN" else ""
    if kind == "CONSTRAINT":
        column = f"constraint {name[-1]}"
        words.expect("ON")
        name = (*words.name(), "")
    words.expect("IS")
    text = None if words.accept("NULL") else words.string()
    words.end()
    found = _commented(connection, kind, name)
    if kind == "COLUMN" and column not in {each.name for each in columns_of(connection, found)}:
        raise no_column(column, found.name)
    grants.check_owner(connection, found)
    comments = dict(found.body.get("comments", {})) | {column: text}
    if not found.temporary:
        connection.objects.replace(found.changed(comments=comments))
    return Result("COMMENT")


def _commented(connection: Connection, kind: str, name: tuple[str, ...]) -> Object:
    if kind == "SCHEMA":
        return find_schema(connection, name[-1])
    if kind == "DATABASE":
        found = connection.objects.find("database", name[-1])
        if found is None:
            raise RedshiftError(f'database "{name[-1]}" does not exist', "3D000")
        return found
    return find_relation(connection, name[:-1] if kind in ("COLUMN", "CONSTRAINT") else name)


@statement("EXPLAIN")
def explain(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("EXPLAIN")
    words.accept("VERBOSE")
    read, explained = plans.EXPLAINERS[-1]
    query = read(connection, words.rest())
    compile_query(query, Names(connection), parameters=parsed.parameters)
    lines = explained(connection, query)
    return texts("EXPLAIN", ("QUERY PLAN",), [(line,) for line in lines])


@statement("SHOW TABLE")
def show_table(connection: Connection, parsed: Parsed) -> Result:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_TABLE.html"""
    words = parsed.words
    words.expect("SHOW", "TABLE")
    table = find_relation(connection, words.name())
    words.end()
    if table.kind != "table":
        raise RedshiftError(f'"{table.name}" is not a table', "42809")
    return texts("SHOW", ("Show Table DDL statement",), [(table_ddl(table),)])


def table_ddl(table: Object) -> str:
    """The statement that would make a table."""
    lines = [_column_ddl(column) for column in table.columns]
    for each in table.body.get("constraints", ()):
        line = f"    {each['kind']} ({_listed(each['columns'])})"
        if each["kind"] == "FOREIGN KEY":
            line += f" REFERENCES {'.'.join(map(shown_name, each['table']))}"
            line += f"({_listed(each['references'])})" if each["references"] else ""
        lines.append(line)
    name = f"{shown_name(table.schema)}.{shown_name(table.name)}"
    body = ",\n".join(lines)
    return f"CREATE TABLE {name} (\n{body}\n)\n{_keys_ddl(table)};"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(shown_name, names))


def _column_ddl(column: TableColumn) -> str:
    text = f"    {shown_name(column.name)} {column.type}"
    text += "" if column.nullable else " NOT NULL"
    if column.identity:
        word = "GENERATED BY DEFAULT AS IDENTITY" if column.by_default else "identity"
        text += f" {word}({column.identity[0]},{column.identity[1]})"
    text += f" DEFAULT {column.shown_default}" if column.default else ""
    return f"{text} ENCODE {column.encode if column.encode != 'none' else 'raw'}"


def _keys_ddl(table: Object) -> str:
    lines = [f"DISTSTYLE {table.body['diststyle']}"]
    if table.body["distkey"]:
        lines.append(f"DISTKEY({shown_name(table.body['distkey'])})")
    if table.body["sortkey"]:
        style = "INTERLEAVED " if table.body["sortstyle"] == "INTERLEAVED" else ""
        lines.append(f"{style}SORTKEY({_listed(table.body['sortkey'])})")
    return "\n".join(lines)


@statement("SHOW VIEW")
def show_view(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("SHOW", "VIEW")
    view = find_relation(connection, words.name())
    words.end()
    if view.kind not in ("view", "matview"):
        raise RedshiftError(f'"{view.name}" is not a view', "42809")
    return texts("SHOW", ("Show View DDL statement",), [(_view_ddl(view),)])


def _view_ddl(view: Object) -> str:
    """The statement that would make a view.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_VIEW.html
    """
    name = f"{shown_name(view.schema)}.{shown_name(view.name)}"
    if view.kind == "matview":
        auto = "AUTO REFRESH YES" if view.body.get("automatic") else ""
        keys = _keys_ddl(view).removeprefix("DISTSTYLE AUTO").strip()
        lines = (f"CREATE MATERIALIZED VIEW {name}", keys, auto, f"AS {view.body['query']};")
        return "\n".join(line for line in lines if line)
    name += f" ({_listed(view.body['names'])})" if view.body.get("names") else ""
    ending = "" if view.body["bound"] else " WITH NO SCHEMA BINDING"
    return f"CREATE OR REPLACE VIEW {name} AS {view.body['query']}{ending};"


@statement("CANCEL")
def cancel(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CANCEL")
    pid = words.number()
    if words.word.kind == "string":  # what AWS tells the other session
        words.string()
    words.end()
    found = connection.warehouse.connections.get(pid)
    if found is None:
        raise RedshiftError("the process does not exist", "XX000")
    if found.user != connection.user:
        grants.check_system(connection, "CANCEL", "cancel queries of others")
    found.cancel()
    return Result("CANCEL")


not_here(
    "COPY",
    "UNLOAD",
    "CREATE EXTERNAL SCHEMA",
    "CREATE EXTERNAL TABLE",
    "CREATE EXTERNAL MODEL",
    "CREATE EXTERNAL VIEW",
    "CREATE DATASHARE",
    "ALTER DATASHARE",
    "DROP DATASHARE",
    "SHOW DATASHARES",
    "CREATE MODEL",
    "DROP MODEL",
    "SHOW MODEL",
    "CREATE LIBRARY",
    "DROP LIBRARY",
    "CREATE IDENTITY PROVIDER",
    "ALTER IDENTITY PROVIDER",
    "DROP IDENTITY PROVIDER",
    "ALTER SYSTEM",
    "ALTER EXTERNAL SCHEMA",
    "CREATE TEMPLATE",
)
