"""Statements that change rows: text to tree, by Trino's grammar.

Sources: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-updating-iceberg-table-data.html
and ``statement`` in
https://github.com/trinodb/trino/blob/master/core/trino-grammar/src/main/antlr4/io/trino/grammar/sql/SqlBase.g4
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.parse_query import QueryParser


@dataclass(frozen=True)
class Change:
    """A statement that changes a table's rows or files.

    Args:
        parts: the table's name.
        parameters: how many ``?`` the statement has.
    """

    parts: tuple[str, ...]
    parameters: int = field(default=0, kw_only=True)


@dataclass(frozen=True)
class Delete(Change):
    """``DELETE FROM table [WHERE condition]``."""

    where: tree.Expression | None


@dataclass(frozen=True)
class Update(Change):
    """``UPDATE table SET column = value, ... [WHERE condition]``."""

    columns: tuple[str, ...]
    values: tuple[tree.Expression, ...]
    where: tree.Expression | None


@dataclass(frozen=True)
class When:
    """One ``WHEN [NOT] MATCHED [AND condition] THEN`` of a ``MERGE``.

    ``action`` is UPDATE, DELETE or INSERT; an INSERT without columns means all of them.
    """

    matched: bool
    condition: tree.Expression | None
    action: str
    columns: tuple[str, ...] = ()
    values: tuple[tree.Expression, ...] = ()


@dataclass(frozen=True)
class Merge(Change):
    """``MERGE INTO table [alias] USING source ON condition WHEN ...``."""

    alias: str
    source: tree.Relation
    on: tree.Expression
    whens: tuple[When, ...]


@dataclass(frozen=True)
class Optimize(Change):
    """``OPTIMIZE table REWRITE DATA USING BIN_PACK [WHERE condition]``."""

    where: tree.Expression | None


@dataclass(frozen=True)
class Vacuum(Change):
    """``VACUUM table``."""


def parse_change(text: str) -> Change:
    """Read one statement of these.

    Raises:
        QueryFailed: SYNTAX_ERROR.
    """
    cursor = Cursor(text)
    read = _STATEMENTS[cursor.expect_any(*_STATEMENTS)]
    found = read(cursor, QueryParser(cursor))
    cursor.accept(";")
    if not cursor.peek("<EOF>"):
        raise cursor.mismatch("<EOF>")
    return replace(found, parameters=cursor.parameters)


def _delete(cursor: Cursor, parser: QueryParser) -> Change:
    cursor.expect("FROM")
    return Delete(cursor.qualified(), _where(cursor, parser))


def _update(cursor: Cursor, parser: QueryParser) -> Change:
    name = cursor.qualified()
    cursor.expect("SET")
    columns, values = _assignments(cursor, parser)
    return Update(name, columns, values, _where(cursor, parser))


def _merge(cursor: Cursor, parser: QueryParser) -> Change:
    cursor.expect("INTO")
    name = cursor.qualified()
    named = cursor.accept("AS") or cursor.is_name()
    alias = cursor.name() if named else name[-1]
    cursor.expect("USING")
    source = parser.sources.relations()
    cursor.expect("ON")
    on = parser.expressions.expression()
    whens = [_when(cursor, parser)]
    while cursor.peek("WHEN"):
        whens.append(_when(cursor, parser))
    return Merge(name, alias, source, on, tuple(whens))


def _when(cursor: Cursor, parser: QueryParser) -> When:
    cursor.expect("WHEN")
    matched = not cursor.accept("NOT")
    cursor.expect("MATCHED")
    condition = parser.expressions.expression() if cursor.accept("AND") else None
    cursor.expect("THEN")
    if not matched:
        return _insert(cursor, parser, condition)
    if cursor.expect_any("UPDATE", "DELETE") == "DELETE":
        return When(True, condition, "DELETE")
    cursor.expect("SET")
    return When(True, condition, "UPDATE", *_assignments(cursor, parser))


def _insert(cursor: Cursor, parser: QueryParser, condition: tree.Expression | None) -> When:
    cursor.expect("INSERT")
    columns = cursor.names() if cursor.peek("(") else ()
    cursor.expect("VALUES", "(")
    values = cursor.many(parser.expressions.expression)
    cursor.expect(")")
    return When(False, condition, "INSERT", columns, values)


def _assignments(
    cursor: Cursor, parser: QueryParser
) -> tuple[tuple[str, ...], tuple[tree.Expression, ...]]:
    def one() -> tuple[str, tree.Expression]:
        name = cursor.name()
        cursor.expect("=")
        return name, parser.expressions.expression()

    columns, values = zip(*cursor.many(one), strict=True)
    return columns, values


def _where(cursor: Cursor, parser: QueryParser) -> tree.Expression | None:
    return parser.expressions.expression() if cursor.accept("WHERE") else None


def _optimize(cursor: Cursor, parser: QueryParser) -> Change:
    name = cursor.qualified()
    cursor.expect("REWRITE", "DATA", "USING", "BIN_PACK")
    return Optimize(name, _where(cursor, parser))


def _vacuum(cursor: Cursor, parser: QueryParser) -> Change:
    return Vacuum(cursor.qualified())


_STATEMENTS: dict[str, Callable[[Cursor, QueryParser], Change]] = {
    "DELETE": _delete,
    "UPDATE": _update,
    "MERGE": _merge,
    "OPTIMIZE": _optimize,
    "VACUUM": _vacuum,
}
