"""What a statement reads from outside of its warehouse: DuckDB's own plan says how little.

A relation that lies elsewhere (an external table, a table of a data share) stands in a statement
under a name. DuckDB plans the statement over an empty stand-in of that name first, and the plan
tells which columns are used and what all rows of the scan must meet, through views, joins and
subqueries. Then it is read so, as a CTE of that name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from labkit.cloud.engine.redshift.catalog import Attribute, Scan
from labkit.cloud.engine.redshift.duck import failures

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_STAND_IN = "PYTHON_ARROW_SCAN"
#: Stand-ins by the types of their columns: the same tables are asked again and again.
_empties: dict[tuple[str, ...], pa.Table] = {}
_UNREAD = "error('a column was used that was not to be read')"


@dataclass
class Needs:
    """What a statement needs of a scan.

    Args:
        columns: those that it uses, by their `Attribute.sql`.
        conditions: of each place where the plan reads it, the conditions that all of its rows must
            meet there, over columns by their `Attribute.sql`.
    """

    columns: set[str] = field(default_factory=set)
    conditions: list[list[str]] = field(default_factory=list)

    def over(self, names: Mapping[str, str]) -> list[tuple[str, set[str]]]:
        """Conditions over these columns alone that all rows must meet, and the columns of each.

        Args:
            names: columns by their `Attribute.sql` → DuckDB SQL that takes their place.
        """
        choices = [[c for c in place if columns_in(c) <= set(names)] for place in self.conditions]
        if not choices or not all(choices):
            return []
        if len(choices) == 1:
            return [(_replaced(c, names), columns_in(c)) for c in choices[0]]
        texts = [" AND ".join(f"({_replaced(c, names)})" for c in place) for place in choices]
        used = {name for place in choices for c in place for name in columns_in(c)}
        return [(" OR ".join(f"({text})" for text in texts), used)]


class Elsewhere(Scan, Protocol):
    """A scan that `planned` can read."""

    @property
    def columns(self) -> Sequence[Attribute]:
        """All columns; their ``sql`` is unique in all statements of the session."""

    def relation(self, connection: Connection, needs: Needs) -> str:
        """A DuckDB query that gives the needed columns, named by ``sql``, of their types."""


def planned(connection: Connection, sql: str, scans: Sequence[Any]) -> str:
    """A statement with what it reads from elsewhere in it."""
    named = frozenset(re.findall(r"\w+", sql))
    needs = _needs(connection.duck, sql, scans, named | _starred(sql, scans))
    parts = [
        f"{scan.name} AS NOT MATERIALIZED ({_guarded(connection, scan, needs[scan.name], named)})"
        for scan in scans
    ]
    own = sql.removeprefix("WITH ").removeprefix("RECURSIVE ")
    return f"WITH RECURSIVE {', '.join(parts)}{' ' if own == sql else ', '}{own}"


def _starred(sql: str, scans: Sequence[Elsewhere]) -> frozenset[str]:
    """All columns, where a star may stand for them; one that multiplies does no harm."""
    starred = "*" in sql.replace("count(*)", "")
    return frozenset(c.sql for scan in scans for c in scan.columns if starred)


def _guarded(connection: Connection, scan: Elsewhere, needs: Needs, named: frozenset[str]) -> str:
    """Columns that the statement names in vain are not read, and fail if they are looked at.

    Those that it does not name are left out: DuckDB takes a millisecond to bind twenty.
    """
    if not needs.conditions:  # DuckDB found that no row of it can matter
        nulls = [f"CAST(NULL AS {c.type.duckdb}) AS {c.sql}" for c in scan.columns]
        return f"SELECT {', '.join(nulls)} WHERE false"
    needs.columns |= set() if needs.columns else {scan.columns[0].sql}
    shown = [
        c.sql if c.sql in needs.columns else f"CAST({_UNREAD} AS {c.type.duckdb}) AS {c.sql}"
        for c in scan.columns
        if c.sql in named or c.sql in needs.columns
    ]
    return f"SELECT {', '.join(shown)} FROM ({scan.relation(connection, needs)})"


def _needs(
    duck: duckdb.DuckDBPyConnection, sql: str, scans: Sequence[Elsewhere], named: frozenset[str]
) -> dict[str, Needs]:
    owners = {column.sql: scan.name for scan in scans for column in scan.columns}
    found = {scan.name: Needs() for scan in scans}
    for columns, conditions in _places(_plan(duck, sql, scans, named)):
        if columns and columns[0] not in owners:  # rows that are there already
            continue
        names = [owners[columns[0]]] if columns else list(found)
        for name in names:
            found[name].columns.update(columns)
            found[name].conditions.append(conditions if columns else [])
    return found


def _plan(
    duck: duckdb.DuckDBPyConnection, sql: str, scans: Sequence[Elsewhere], named: frozenset[str]
) -> Any:
    for scan in scans:
        duck.register(scan.name, _empty(duck, scan, named))
    try:
        with failures():
            return json.loads(duck.execute(f"EXPLAIN (FORMAT json) {sql}").fetchall()[0][1])[0]
    finally:
        for scan in scans:
            duck.unregister(scan.name)


def _empty(duck: duckdb.DuckDBPyConnection, scan: Elsewhere, named: frozenset[str]) -> pa.Table:
    """A stand-in of the columns that the statement names; of one, where it names none.

    DuckDB binds three columns in half of the time of twenty.
    """
    kinds = tuple(column.type.duckdb for column in scan.columns)
    if kinds not in _empties:
        columns = ", ".join(f"CAST(NULL AS {kind}) AS c{at}" for at, kind in enumerate(kinds))
        _empties[kinds] = duck.sql(f"SELECT {columns} WHERE false").to_arrow_table()
    shown = {at: c.sql for at, c in enumerate(scan.columns) if c.sql in named}
    shown = shown or {0: scan.columns[0].sql}
    return _empties[kinds].select(list(shown)).rename_columns(list(shown.values()))


def _places(node: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[list[str], list[str]]]:
    """The columns and conditions of each stand-in in a plan; of a struct, it names the field."""
    told = node["extra_info"]
    if node["name"].strip() == _STAND_IN:
        columns = [line.partition(".")[0] for line in _lines(told.get("Projections"))]
        yield columns, [c for text in above for c in _conjuncts(text)]
    filtered = node["name"].strip() == "FILTER"
    passed = (*above, "\n".join(_lines(told["Expression"]))) if filtered else ()
    for child in node["children"]:
        yield from _places(child, passed)


def _lines(told: str | list[str] | None) -> list[str]:
    return [told] if isinstance(told, str) else list(told or ())


def _tokens(text: str) -> list[Token]:
    return list(sqlglot.tokenize(text, read="duckdb"))


def _conjuncts(text: str) -> list[str]:
    """The parts of ``(a AND b)``, as the plan writes conditions."""
    depth, starts = 0, [1]
    for token in _tokens(text):
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        if depth == 0 and token.end < len(text) - 1:
            return [text]
        if depth == 1 and token.token_type in (TokenType.BETWEEN, TokenType.CASE, TokenType.OR):
            return [text]
        if depth == 1 and token.token_type is TokenType.AND:
            starts += [token.start, token.end + 1]
    edges = [*starts, len(text) - 1]
    return [text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True)]


def columns_in(condition: str) -> set[str]:
    """The columns of a condition; none of ours where it cannot be judged alone.

    The plan writes ``BETWEEN`` for ranges without their ends too: more rows than are meant, but for
    a NOT around it.
    """
    try:
        tree = sqlglot.parse_one(condition, read="duckdb")
    except SqlglotError:
        return {""}
    if tree.find(exp.Between) and not isinstance(tree.unnest(), exp.Between):
        return {""}
    return {column.name for column in tree.find_all(exp.Column)} or {""}


def _replaced(condition: str, names: Mapping[str, str]) -> str:
    text = condition
    for token in reversed(_tokens(condition)):
        if token.token_type is TokenType.VAR and token.text in names:
            text = f"{text[: token.start]}{names[token.text]}{text[token.end + 1 :]}"
    return text
