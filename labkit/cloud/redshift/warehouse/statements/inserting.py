"""``INSERT``.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_INSERT_30.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift.casts import stored
from labkit.cloud.engine.redshift.compile import compile_expression, compile_query
from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError, no_column
from labkit.cloud.engine.redshift.reading import parse_query
from labkit.cloud.engine.redshift.select import refuse_others
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn
from labkit.cloud.redshift.warehouse.readers import reader
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements import plain_rows
from labkit.cloud.redshift.warehouse.statements.counting import changed
from labkit.cloud.redshift.warehouse.statements.dropping import changeable

#: Who else takes rows: ``INSERT INTO`` external tables. (connection, name) → a writer, or None.
WRITERS: list[Any] = []


@statement("INSERT")
def insert(connection: Connection, parsed: Parsed) -> Result:
    name = _inserted_into(parsed.words)
    for finder in WRITERS:
        if writer := finder(connection, name):
            found: Result = writer(parsed)
            return found
    count = changed(connection, *_insert_sql(connection, parsed, name), "insert")
    return Result(f"INSERT 0 {count}", count=count)


def _inserted_into(words: Words) -> tuple[str, ...]:
    words.expect("INSERT", "INTO")
    words.accept("TABLE")
    return words.name()


def _insert_sql(
    connection: Connection, parsed: Parsed, name: tuple[str, ...]
) -> tuple[Object, str]:
    """The table, and the change of it."""
    words = parsed.words
    table = changeable(connection, name, "INSERT")
    names = words.names() if words.peek("(") and not words.peek("(", "SELECT") else []
    columns = targets(table, names)
    if words.accept("DEFAULT", "VALUES"):
        words.end()
        return table, _insert_rows(connection, table, [], [[]], parsed)
    if (rows := plain_rows.read(words, columns, parsed.parameters)) is not None:
        return table, _insert_plain(connection, table, columns, rows)
    if words.peek("VALUES"):
        return table, _insert_values(connection, table, columns, words, parsed)
    return table, _insert_query(connection, table, columns, words.rest(), parsed)


def targets(table: Object, names: Sequence[str]) -> list[TableColumn]:
    """The columns of a table that are named, or all.

    Raises:
        RedshiftError: it has none of that name.
    """
    known = {column.name: column for column in table.columns}
    for name in names:
        if name not in known:
            raise no_column(name, table.name)
    if len(set(names)) < len(names):
        raise RedshiftError("a column is specified more than once", "42701")
    return [known[name] for name in names] if names else list(table.columns)


def _insert_values(
    connection: Connection, table: Object, columns: list[TableColumn], words: Words, parsed: Parsed
) -> str:
    return _insert_rows(connection, table, columns, read_values(words), parsed)


def read_values(words: Words) -> list[list[exp.Expr]]:
    """The rows of ``VALUES``.

    Raises:
        RedshiftError: they are not alike, or what stands there is none.
    """
    tree = parse_query(f"INSERT INTO t {words.rest()}")
    values = tree.args.get("expression")
    if not isinstance(values, exp.Values) or values.args.get("alias"):
        raise words.refuse()
    refuse_others(tree, {"this", "expression"}, "here")
    rows = [list(row.expressions) for row in values.expressions]
    if not all(rows):
        raise RedshiftError('syntax error at or near ")"', SYNTAX)
    if len({len(row) for row in rows}) > 1:
        raise RedshiftError("VALUES lists must all be the same length", SYNTAX)
    if len(rows) > 1 and values.find(exp.Query):
        raise RedshiftError("cannot use subqueries in multi-row VALUES", "0A000")
    return rows


def _insert_rows(
    connection: Connection,
    table: Object,
    columns: list[TableColumn],
    rows: list[list[exp.Expr]],
    parsed: Parsed,
) -> str:
    lines = []
    for row in rows:
        if len(row) > len(columns):
            raise RedshiftError("INSERT has more expressions than target columns", SYNTAX)
        given = {c.name: node for c, node in zip(columns, row, strict=False)}
        if row and len(row) < len(columns) and len(columns) != len(table.columns):
            raise RedshiftError("INSERT has more target columns than expressions", SYNTAX)
        lines.append([_value(connection, table, c, given.get(c.name), parsed)
                      for c in table.columns])  # fmt: skip
    texts = ", ".join(f"({', '.join(line)})" for line in lines)
    return f"INSERT INTO {table.physical} VALUES {texts}"


def _value(
    connection: Connection,
    table: Object,
    column: TableColumn,
    node: exp.Expr | None,
    parsed: Parsed,
) -> str:
    if node is None or (isinstance(node, exp.Var | exp.Column) and node.name.upper() == "DEFAULT"):
        return default_sql(connection, table, column)
    _check_identity(column)
    value = compile_expression(node, Names(connection), parameters=parsed.parameters)
    return stored(value, column.type, column.name).sql


def _insert_plain(
    connection: Connection, table: Object, columns: list[TableColumn], rows: plain_rows.Rows
) -> str:
    given = {column.name: f"c{at}" for at, column in enumerate(columns)}
    for at, text in rows.said.items():
        given[columns[at].name] = _said(connection, table, columns[at], text)
    reader(connection).connection.register("inserted_rows", rows.table)
    values = [given.get(c.name) or default_sql(connection, table, c) for c in table.columns]
    return f"INSERT INTO {table.physical} SELECT {', '.join(values)} FROM inserted_rows"


def _said(connection: Connection, table: Object, column: TableColumn, text: str) -> str:
    """What a column gets in all rows."""
    if text == "DEFAULT":
        return default_sql(connection, table, column)
    _check_identity(column)
    return stored(compile_expression(text, Names(connection)), column.type, column.name).sql


def _check_identity(column: TableColumn) -> None:
    if column.identity and not column.by_default:
        raise RedshiftError(f"cannot set an identity column to a value: {column.name}", "0A000")


def default_sql(connection: Connection, table: Object, column: TableColumn) -> str:
    """What a column gets that is not given."""
    if column.identity:
        sequence = quoted_text(table.sequence(column.name))
        return f"CAST(nextval({sequence}) AS {column.type.duckdb})"
    if not column.default:
        return f"CAST(NULL AS {column.type.duckdb})"
    value = compile_expression(column.default, Names(connection))
    return stored(value, column.type, column.name).sql


def _insert_query(
    connection: Connection, table: Object, columns: list[TableColumn], text: str, parsed: Parsed
) -> str:
    compiled = compile_query(text, Names(connection), parameters=parsed.parameters)
    if len(compiled.fields) > len(columns):
        raise RedshiftError("INSERT has more expressions than target columns", SYNTAX)
    if len(compiled.fields) < len(columns) and len(columns) != len(table.columns):
        raise RedshiftError("INSERT has more target columns than expressions", SYNTAX)
    given = {}
    for at, (column, field) in enumerate(zip(columns, compiled.fields, strict=False)):
        _check_identity(column)
        value = replace(field.value, sql=f"q.c{at}")
        given[column.name] = stored(value, column.type, column.name).sql
    values = [given.get(c.name) or default_sql(connection, table, c) for c in table.columns]
    return f"INSERT INTO {table.physical} SELECT {', '.join(values)} FROM ({compiled.sql}) q"


def check(connection: Connection, parsed: Parsed) -> None:
    """Compile an INSERT into one of the warehouse's own tables, and run nothing."""
    name = _inserted_into(parsed.words)
    if not any(finder(connection, name) for finder in WRITERS):
        _insert_sql(connection, parsed, name)
