"""Runs a query of Logs Insights: each command takes the events' rows and gives them on.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.engine.patience import patient
from labkit.cloud.logs.insights.fields import POINTER, Row
from labkit.cloud.logs.insights.reading import Reader, Value
from labkit.cloud.logs.insights.reading import field as field_of
from labkit.cloud.logs.insights.values import is_true, order, text
from labkit.cloud.operations import not_here

Rows = list[Row]
Step = Callable[[Rows], Rows]
MOST = 10_000
_SHOWN = ["@timestamp", "@message"]  # where a query names no field
_ELSEWHERE = (
    *("anomaly", "diff", "pattern", "unmask", "filterindex", "unnest", "lookup", "join", "source"),
    *("head", "tail", "addtotals", "filldown", "subqueries"),
)


@dataclass
class Query:
    """A query that has been read.

    Args:
        steps: its commands.
        shown: the fields that its rows tell.
        is_sums: whether its rows are those of ``stats``, of which none is an event.
        last: the name of the last command.
    """

    steps: list[Step] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    displayed: list[str] = field(default_factory=list)
    is_sums: bool = False
    last: str = ""

    def run(self, rows: Rows) -> tuple[list[dict[str, str]], int]:
        """Its rows, as texts by the names of their fields, and how many events it took.

        Args:
            rows: events, the latest first.
        """
        matched = len(rows)
        for step in self.steps:
            rows = step(rows)
            if getattr(step, "is_filter", False):
                matched = len(rows)
        names = [*(self.displayed or self.shown or _SHOWN), *([] if self.is_sums else [POINTER])]
        told = [[(name, field_of(name)(row)) for name in names] for row in rows[:MOST]]
        return [{n: text(v) for n, v in row if v is not None} for row in told], matched


def read(query: str) -> Query:
    """A query of its text.

    Raises:
        AwsError: ``MalformedQueryException``; ``NotImplementedException`` for a command that is
            not offered here.
    """
    reader, found = Reader(query), Query()
    while not reader.is_done():
        command = reader.word()
        if command in _ELSEWHERE:
            raise not_here("logs", "StartQuery", f"its queries know no {command}")
        if command not in _COMMANDS:
            raise reader.malformed(f"unknown command {command}", 0)
        if found.last == "dedup" and command != "limit":
            raise reader.malformed("after dedup comes limit alone")
        found.steps.append(_COMMANDS[command](reader, found))
        found.last = command
        if not reader.is_done():
            reader.expect("|")
    return found


def _fields(reader: Reader, query: Query) -> Step:
    values = reader.values()
    query.shown += [name for name, _ in values if name not in query.shown]

    def add(rows: Rows) -> Rows:
        return [row | {name: value(row) for name, value in values} for row in rows]

    return add


def _display(reader: Reader, query: Query) -> Step:
    shown, query.shown = query.shown, []
    step = _fields(reader, query)
    query.displayed, query.shown = query.shown, shown
    return step


def _filter(reader: Reader, query: Query) -> Step:
    condition = reader.value()

    def keep(rows: Rows) -> Rows:
        return [row for row in rows if is_true(condition(row))]

    if not query.is_sums:
        keep.is_filter = True  # type: ignore[attr-defined]
    return keep


def _stats(reader: Reader, query: Query) -> Step:
    sums = reader.sums()
    keys = reader.values() if reader.takes("by") else []
    query.is_sums, query.displayed = True, []
    query.shown = [name for name, _ in (*keys, *sums)]

    def add_up(rows: Rows) -> Rows:
        groups: dict[tuple[Any, ...], tuple[Row, Rows]] = {}
        for row in rows:
            key = {name: value(row) for name, value in keys}
            told = tuple(v if v is None else text(v) for v in key.values())
            groups.setdefault(told, (key, []))[1].append(row)
        return [key | {name: of(group) for name, of in sums} for key, group in groups.values()]

    return add_up


def _sort(reader: Reader, query: Query) -> Step:
    orders = reader.orders()

    def put_in_order(rows: Rows) -> Rows:
        for value, is_falling in reversed(orders):
            rows = sorted(rows, key=lambda row, of=value: order(of(row)), reverse=is_falling)  # type: ignore[misc]
        return rows

    return put_in_order


def _limit(reader: Reader, query: Query) -> Step:
    most = reader.whole()
    return lambda rows: rows[:most]


def _dedup(reader: Reader, query: Query) -> Step:
    names = [field_of(name) for name in reader.names()]

    def keep_first(rows: Rows) -> Rows:
        seen, kept = set(), []
        for row in rows:
            told = [value(row) for value in names]
            key = tuple(text(each) for each in told)
            if None in told or key not in seen:
                kept.append(row)
                seen.add(key)
        return kept

    return keep_first


def _parse(reader: Reader, query: Query) -> Step:
    is_whole = reader.is_text() or reader.is_next("/")
    value: Value = field_of("@message" if is_whole else reader.name())
    pattern, names = reader.expression(), []
    if pattern is None:
        pattern = patient(re.compile(_of_stars(reader.string()), re.DOTALL), reader.too_slow)
    else:
        names = [name for name, _ in sorted(pattern.groupindex.items(), key=lambda each: each[1])]
    if reader.takes("as") or not names:
        names = reader.names()
    if len(names) != pattern.groups:
        raise reader.malformed("a name is wanted for each part that is taken")
    query.shown += [name for name in names if name not in query.shown]

    def take_apart(rows: Rows) -> Rows:
        made = []
        for row in rows:
            told = value(row)
            found = None if told is None else pattern.search(text(told))
            made.append(row | dict(zip(names, found.groups(), strict=True)) if found else row)
        return made

    return take_apart


def _of_stars(glob: str) -> str:
    """Each star takes as little as it can, one at the end the rest."""
    first, *later = map(re.escape, glob.removesuffix("*").split("*"))
    found = "".join(f"(?>(.*?){part})" for part in later)
    return first + found + ("(.*?)$" if glob.endswith("*") else "")


_COMMANDS: dict[str, Callable[[Reader, Query], Step]] = {
    "fields": _fields,
    "display": _display,
    "filter": _filter,
    "where": _filter,
    "stats": _stats,
    "sort": _sort,
    "limit": _limit,
    "dedup": _dedup,
    "parse": _parse,
}
