"""Joins of two tables: ``{order id} = {id[orders]} AND {day} = {day[orders]}``.

A column of the right table whose name the left one has too comes out under its name and its
table's: ``id[orders]``. The names in the clause may be written so, or plainly. Source:
https://docs.aws.amazon.com/quicksight/latest/user/joining-data.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from labkit.cloud.quicksight.spice.model import FAULT, Column, PreparationError, Relation
from labkit.cloud.quicksight.spice.transforms import check_names

_KINDS = {"INNER": "INNER", "LEFT": "LEFT", "RIGHT": "RIGHT", "OUTER": "FULL"}
_TOKEN = re.compile(
    r"\s*(\{(?P<braced>[^{}]+)\}|\"(?P<quoted>[^\"]+)\"|(?P<sign>=|<>|!=|<=|>=|<|>)"
    r"|(?P<word>[^\s={}<>!\"()]+))"
)


@dataclass(frozen=True)
class Side:
    """One operand of a join, and the name that its logical table has."""

    table: Relation
    alias: str


def join(
    left: Side, right: Side, kind: str, clause: str, names: Mapping[str, str] | None = None
) -> Relation:
    """Two tables as one.

    Args:
        kind: ``INNER``, ``LEFT``, ``RIGHT`` or ``OUTER``.
        clause: which rows meet.
        names: what columns of the right table are called afterwards, where they are told.

    Raises:
        PreparationError: the clause does not read, or names no column.
    """
    outcome = _outcome(left, right, names or {})
    compared = " AND ".join(_comparisons(left, right, clause))
    shown = [f"l.{c.sql} AS {c.sql}" for c in left.table.columns]
    pairs = zip(right.table.columns, outcome, strict=True)
    shown += [f"r.{old.sql} AS {new.sql}" for old, new in pairs]
    faulty = [f'{n}."{FAULT}"' for n, s in (("l", left), ("r", right)) if s.table.faults]
    if faulty:
        shown.append(f'coalesce({", ".join(faulty)}) AS "{FAULT}"')
    sql = (
        f"SELECT {', '.join(shown)} FROM ({left.table.sql}) l "
        f"{_KINDS[kind]} JOIN ({right.table.sql}) r ON {compared}"
    )
    columns = (*left.table.columns, *outcome)
    return Relation(sql, columns, bool(faulty), {**right.table.fields, **left.table.fields})


def _outcome(left: Side, right: Side, names: Mapping[str, str]) -> list[Column]:
    """The right table's columns, under the names that they have afterwards."""
    taken = {column.name.lower() for column in left.table.columns}
    found = []
    for each in right.table.columns:
        name = names.get(each.name, each.name)
        if name.lower() in taken:
            name = f"{each.name}[{right.alias}]"
        found.append(replace(each, name=name))
    check_names([column.name for column in (*left.table.columns, *found)])
    return found


def _comparisons(left: Side, right: Side, clause: str) -> Iterator[str]:
    tokens = list(_tokens(clause))
    while True:
        first, sign, second = _three(tokens, clause)
        yield _compared(left, right, first, sign, second)
        if not tokens:
            return
        if tokens.pop(0).lower() != "and":
            raise PreparationError(f"Comparisons of a join are tied by AND: {clause}")


def _three(tokens: list[str], clause: str) -> tuple[str, str, str]:
    if len(tokens) < 3 or tokens[1] not in ("=", "<>", "!=", "<", ">", "<=", ">="):
        raise PreparationError(f"A join's clause compares columns, as {{a}} = {{b}}: {clause}")
    found = tokens[0], tokens[1], tokens[2]
    del tokens[:3]
    return found


def _tokens(clause: str) -> Iterator[str]:
    at, end = 0, len(clause.rstrip())
    while at < end:
        found = _TOKEN.match(clause, at)
        if not found:
            raise PreparationError(f"A join's clause does not read: {clause}")
        yield found["braced"] or found["quoted"] or found["sign"] or found["word"]
        at = found.end()


def _compared(left: Side, right: Side, first: str, sign: str, second: str) -> str:
    """The comparison, whichever side each name is of; the left one's is looked for first."""
    pair = _of(left, first), _of(right, second)
    turned = _of(right, first), _of(left, second)
    if pair[0] and pair[1]:
        return f"l.{pair[0].sql} {sign} r.{pair[1].sql}" + _checked(pair[0], pair[1])
    if turned[0] and turned[1]:
        return f"r.{turned[0].sql} {sign} l.{turned[1].sql}" + _checked(turned[0], turned[1])
    known = ", ".join(each.name for each in (*left.table.columns, *right.table.columns))
    raise PreparationError(
        f"A join compares a column of each table; {first} and {second} are not such. "
        f"There are: {known}."
    )


def _of(side: Side, name: str) -> Column | None:
    """A side's column of this name, which may be written with its table's: ``id[orders]``."""
    short = name.removesuffix(f"[{side.alias}]")
    by_name = {column.name: column for column in side.table.columns}
    return by_name.get(name) or by_name.get(short)


def _checked(one: Column, other: Column) -> str:
    numbers = ("bigint", "double")
    if one.type != other.type and not {one.type.base, other.type.base} <= set(numbers):
        raise PreparationError(
            f"'{one.name}' and '{other.name}' cannot be compared: their types are not alike."
        )
    return ""
