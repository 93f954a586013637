"""``CREATE TABLE`` in its forms, ``SELECT INTO``, ``DROP TABLE``, ``TRUNCATE``.

Keys are informational in Redshift: rows that break them are stored. NOT NULL binds.
Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.compile import Compiled, compile_query
from labkit.cloud.engine.redshift.duck import first_row
from labkit.cloud.engine.redshift.errors import DENIED, UNSUPPORTED, RedshiftError
from labkit.cloud.engine.redshift.reading import parse_query
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.warehouse import access_modes, defaults, encodings, grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn, with_columns
from labkit.cloud.redshift.warehouse.paths import place
from labkit.cloud.redshift.warehouse.recording import wrote
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.checking import (
    check_declared,
    check_references,
    check_type,
)
from labkit.cloud.redshift.warehouse.statements.declaring import (
    Declared,
    attributes,
    is_list_of_names,
    read_declared,
)
from labkit.cloud.redshift.warehouse.statements.inheriting import take_keys

#: Who else makes tables, as external schemas do. (connection, name) → a maker, or None.
CREATORS: list[Any] = []


@statement(
    "CREATE TABLE",
    "CREATE TEMP TABLE",
    "CREATE TEMPORARY TABLE",
    "CREATE LOCAL TEMP TABLE",
    "CREATE LOCAL TEMPORARY TABLE",
)
def create_table(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE")
    words.accept("LOCAL")
    temporary = bool(words.accept_one("TEMP", "TEMPORARY"))
    words.expect("TABLE")
    missing_only = words.accept("IF", "NOT", "EXISTS")
    name = words.name()
    if not temporary:
        for finder in CREATORS:
            if make := finder(connection, name):
                made: Result = make(parsed, missing_only)
                return made
    temporary = temporary or name[-1].startswith("#")
    if look_up_own(connection, name, temporary):
        if missing_only:
            return Result("CREATE TABLE")
        raise RedshiftError(f'Relation "{name[-1]}" already exists', "42P07")
    if words.peek("(") and not is_list_of_names(words):
        declared = read_declared(connection, words)
        words.end()
        for column in declared.columns:
            check_type(f"{name[-1]}.{column.name}", column.type)
        create(connection, name, declared, temporary=temporary)
        return Result("CREATE TABLE")
    return _create_as(connection, parsed, name, temporary)


def look_up_own(connection: Connection, name: tuple[str, ...], temporary: bool) -> Object | None:
    """Whether a relation of this name is in the way of a new one."""
    if temporary:
        _check_no_schema(name)
        return connection.temporary.get(name[-1])
    database, schema, last = place(connection, name, "CREATE TABLE")
    return connection.objects.find("relation", last, database=database, schema=schema)


def _check_no_schema(name: tuple[str, ...]) -> None:
    """A temporary table is in the session's own schema, which has no name to write."""
    if len(name) > 1 and not (name[-1].startswith("#") or name[-2].startswith("pg_temp")):
        raise RedshiftError("temporary tables may not specify a schema name", "42P16")


def _create_as(
    connection: Connection, parsed: Parsed, name: tuple[str, ...], temporary: bool
) -> Result:
    words = parsed.words
    names = words.names() if words.peek("(") else []
    declared = Declared()
    attributes(words, declared)
    words.expect("AS")
    tree = parse_query(words.rest())
    count = create_as(
        connection, name, tree, parsed.parameters, declared, names, temporary=temporary
    )
    return Result("SELECT", count=count)


def create_as(
    connection: Connection,
    name: tuple[str, ...],
    tree: exp.Expr,
    parameters: Sequence[Any],
    declared: Declared | None = None,
    names: Sequence[str] = (),
    *,
    temporary: bool,
) -> int:
    """Make a table of a query's columns and rows; how many rows there are."""
    access_modes.check(connection, "CREATE")
    compiled = compile_query(tree, Names(connection), parameters=parameters)
    declared = declared or Declared()
    declared.columns = list(query_columns(compiled, names))
    take_keys(connection, declared, tree)
    table = create(connection, name, declared, temporary=temporary)
    connection.ingested = True
    columns = ", ".join(f"c{at}" for at in range(len(compiled.fields)))
    sql = f"INSERT INTO {table.physical} SELECT {columns} FROM ({compiled.sql})"
    count = int(first_row(connection.duck, sql)[0])
    wrote(connection, table, count, "insert")
    return count


def query_columns(compiled: Compiled, names: Sequence[str] = ()) -> list[TableColumn]:
    """The columns of a table that is made of a query.

    Raises:
        RedshiftError: two have one name, or there are more names than columns.
    """
    if len(names) > len(compiled.fields):
        raise RedshiftError("CREATE TABLE AS specifies too many column names", "42601")
    found = []
    for at, field_ in enumerate(compiled.fields):
        name = names[at] if at < len(names) else field_.name
        kind = field_.type
        if kind.base in ("varchar", "name") and not kind.size:
            kind = Type("varchar", 65535 if kind.base == "varchar" else 128)
        check_type(name, kind)
        found.append(TableColumn(name, kind))
    _no_duplicates([column.name for column in found])
    return found


#: Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html
MOST_COLUMNS = 1600


def _no_duplicates(names: Sequence[str]) -> None:
    for name in names:
        if list(names).count(name) > 1:
            raise RedshiftError(f'column "{name}" specified more than once', "42701")


def create(
    connection: Connection,
    name: tuple[str, ...],
    declared: Declared,
    *,
    temporary: bool = False,
    kind: str = "table",
    more: dict[str, Any] | None = None,
) -> Object:
    """Make a table of what was declared."""
    if temporary:
        _check_temporary(connection)
        database, schema, last = connection.database, f"pg_temp_{connection.pid}", name[-1]
    else:
        database, schema, last = place(connection, name, "CREATE TABLE")
    _no_duplicates([column.name for column in declared.columns])
    if len(declared.columns) > MOST_COLUMNS:
        raise RedshiftError(f"tables can have at most {MOST_COLUMNS} columns", "54011")
    check_declared(connection, declared)
    check_references(connection, declared.constraints, last)
    if encodings.automatic(declared.columns):
        declared.attributes["encode"] = "AUTO"
    sort_key = declared.attributes.get("sortkey", ())
    declared.columns = [encodings.chosen(column, sort_key) for column in declared.columns]
    body = {"kind": kind, "temporary": temporary, "constraints": declared.constraints}
    table = Object(
        "relation", database, schema, last, connection.objects.new_oid(), connection.user,
        body | _placed(declared.attributes) | (more or {}),
    )  # fmt: skip
    table = with_columns(table, declared.columns)
    for column in declared.columns:
        if column.identity:
            start, step = column.identity
            word = "TEMP SEQUENCE" if temporary else "SEQUENCE"
            low = min(start, -(1 << 62))
            connection.duck.execute(
                f"CREATE {word} {table.sequence(column.name)} START {start} INCREMENT {step} "
                f"MINVALUE {low}"
            )
    word = "TEMP TABLE" if temporary else "TABLE"
    connection.duck.execute(f"CREATE {word} {table.physical} ({_columns_sql(declared.columns)})")
    if temporary:
        connection.temporary[last] = table
    elif given := defaults.granted(connection, "TABLES", schema):
        connection.objects.add(table.changed(grants=given))
    else:
        connection.objects.add(table)
    return table


def _check_temporary(connection: Connection) -> None:
    database = connection.objects.find("database", connection.database)
    if database and not grants.allowed(connection, database, "TEMPORARY", connection.user):
        raise RedshiftError(
            f'permission denied to create temporary tables in database "{database.name}"', DENIED
        )


def _placed(attributes: dict[str, Any]) -> dict[str, Any]:
    found = {"diststyle": "AUTO", "distkey": "", "sortkey": [], "sortstyle": ""} | attributes
    if found["distkey"] and found["diststyle"] == "AUTO":
        found["diststyle"] = "KEY"
    return found


def _columns_sql(columns: Sequence[TableColumn]) -> str:
    return ", ".join(
        f"{quoted_name(c.name)} {c.type.duckdb}{'' if c.nullable else ' NOT NULL'}" for c in columns
    )


def select_into(connection: Connection, parsed: Parsed, tree: exp.Expr, into: exp.Into) -> Result:
    """``SELECT ... INTO [TEMP] name FROM ...``"""
    name = tuple(part.name.lower() for part in into.this.parts)
    temporary = bool(into.args.get("temporary")) or name[-1].startswith("#")
    if look_up_own(connection, name, temporary):
        raise RedshiftError(f'Relation "{name[-1]}" already exists', "42P07")
    into.pop()
    count = create_as(connection, name, tree, parsed.parameters, temporary=temporary)
    return Result("SELECT", count=count)


@statement("CREATE INDEX", "CREATE UNIQUE INDEX")
def create_index(connection: Connection, parsed: Parsed) -> Result:
    """Redshift has sort keys in their place.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/c_unsupported-postgresql-features.html
    """
    raise RedshiftError(
        f'SQL command "{parsed.text}" not supported on Redshift tables.', UNSUPPORTED
    )
