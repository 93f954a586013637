"""Rules that compare the table with another one.

Sources: https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-DatasetMatch.html and
https://github.com/awslabs/deequ/tree/master/src/main/scala/com/amazon/deequ/dqdl
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.glue.quality.conditions import meets, shown
from labkit.cloud.glue.quality.data import PRIMARY, Data, Outcome, Unmet, outcome
from labkit.cloud.glue.quality.dqdl import Rule
from labkit.cloud.glue.quality.registry import rule

Pairs = Sequence[tuple[str, str]]  # columns of the table, and of the other one
_REFERENCE = re.compile(r"(.+)\.(?:\{(.*)\}|([^.{}]+))")
_AGGREGATE = re.compile(r"\s*(sum|avg)\(\s*(?:(.+)\.)?([^.]+?)\s*\)\s*", re.IGNORECASE)


def _judged(rule: Rule, share: float, name: str, why: str = "") -> Outcome:
    met = rule.condition is not None and meets(rule.condition, share)
    why = why or f"Value: {shown(share)} does not meet the constraint requirement."
    return outcome([] if met else [why], {name: share})


def _ratio(first: float, second: float) -> float:
    """How the first is to the second, where nothing is to nothing as one to one."""
    return first / second if second else float(first == second)


@rule("RowCountMatch", 1, ("number",))
def row_count_match(data: Data, rule: Rule) -> Outcome:
    alias = rule.parameters[0]
    counts = [data.value(f"SELECT count(*) FROM {data.source(s)}") for s in (PRIMARY, alias)]
    return _judged(rule, _ratio(*counts), f"Dataset.{alias}.RowCountMatch")


@rule("SchemaMatch", 1, ("number",))
def schema_match(data: Data, rule: Rule) -> Outcome:
    """The share of columns that the other table has too, of the same type."""
    alias, name = rule.parameters[0], f"Dataset.{rule.parameters[0]}.SchemaMatch"
    theirs = data.columns_of(alias)
    if len(data.columns) != len(theirs):
        return outcome(["Column counts do not match"], {name: 0.0})
    same = [n for n, c in data.columns.items() if n in theirs and theirs[n].type == c.type]
    share = len(same) / len(theirs)
    return _judged(rule, share, name, f"{share * 100:.2f}% of columns passed the threshold")


@rule("ReferentialIntegrity", 2, ("number",))
def referential_integrity(data: Data, rule: Rule) -> Outcome:
    """The share of rows whose values occur together in the other table."""
    found = _REFERENCE.fullmatch(rule.parameters[1])
    if found is None:
        raise Unmet(f"No reference dataset is named by {rule.parameters[1]}")
    alias, mine, theirs = found[1], _names(rule.parameters[0]), _names(found[2] or found[3])
    if len(mine) != len(theirs):
        raise Unmet("Number of columns to compare must match")
    pairs = list(zip(mine, theirs, strict=True))
    share = data.value(_joined(data, alias, pairs, "TRUE"))
    return _judged(rule, share or 0.0, f"Column.{alias}.ReferentialIntegrity")


@rule("DatasetMatch", (2, 3), ("number",))
def dataset_match(data: Data, rule: Rule) -> Outcome:
    """The share of rows that the other table has too, as told by a key."""
    alias, keys = rule.parameters[0], _mapped(rule.parameters[1])
    rest = [(name, name) for name in data.columns if name not in dict(keys)]
    compared = _mapped(rule.parameters[2]) if len(rule.parameters) == 3 else rest
    for source, columns in ((PRIMARY, [m for m, _ in keys]), (alias, [t for _, t in keys])):
        _check_key(data, source, columns)
    same = [f"p.{quoted_name(m)} IS NOT DISTINCT FROM r.{quoted_name(t)}" for m, t in compared]
    share = data.value(_joined(data, alias, keys, " AND ".join(same) or "TRUE", also=compared))
    if share is None:
        return outcome(["Cannot evaluate: primary DataFrame is empty"])
    return _judged(rule, share, f"Dataset.{alias}.DatasetMatch")


@rule("AggregateMatch", 2, ("number",))
def aggregate_match(data: Data, rule: Rule) -> Outcome:
    """How two sums or averages are to each other."""
    parts = [_AGGREGATE.fullmatch(each) for each in rule.parameters]
    if None in parts:
        raise Unmet("AggregateMatch compares sum(column) or avg(column) of two datasets")
    values = []
    for function, alias, column in (part.groups(PRIMARY) for part in parts if part):
        _check_columns(data.columns_of(alias), [column.lower()])
        told = f"{function}(CAST({quoted_name(column.lower())} AS double))"
        values.append(data.value(f"SELECT {told} FROM {data.source(alias)}") or 0.0)
    named = list(dict.fromkeys(part[3] for part in parts if part))
    return _judged(rule, _ratio(*values), f"Column.{','.join(named)}.AggregateMatch")


def _names(listed: str) -> list[str]:
    return [each.strip().lower() for each in listed.split(",")]


def _mapped(listed: str) -> list[tuple[str, str]]:
    """Columns of the table and of the other one: ``a->b,c``."""
    pairs = [each.partition("->") for each in _names(listed)]
    return [(mine.strip(), theirs.strip() or mine.strip()) for mine, _, theirs in pairs]


def _check_columns(known: Container[str], names: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise Unmet(f"Reference data does not include column {name}!")


def _check_key(data: Data, alias: str, columns: list[str]) -> None:
    """Raise unless a source's rows are told apart by these columns."""
    known = data.columns_of(alias)
    listed = ", ".join(map(quoted_name, columns))
    if any(name not in known for name in columns) or data.value(
        f"SELECT count(*) FROM (SELECT 1 AS one FROM {data.source(alias)} "
        f"GROUP BY {listed} HAVING count(*) > 1) AS twice"
    ):
        raise Unmet("Provided key map not suitable for given data frames.")


def _joined(data: Data, alias: str, pairs: Pairs, test: str, *, also: Pairs = ()) -> str:
    """SQL of the share of rows that have a partner which passes a test."""
    theirs = data.columns_of(alias)
    for mine, _ in [*pairs, *also]:
        data.column(mine)
    _check_columns(theirs, [other for _, other in [*pairs, *also]])
    listed = ", ".join(dict.fromkeys(quoted_name(o) for _, o in [*pairs, *also]))
    on = " AND ".join(f"p.{quoted_name(m)} = r.{quoted_name(o)}" for m, o in pairs)
    reference = f"(SELECT DISTINCT {listed}, TRUE AS hit FROM {data.source(alias)}) AS r"
    return (
        f"SELECT count_if(coalesce(r.hit AND {test}, FALSE)) / CAST(nullif(count(*), 0) AS double) "
        f"FROM (SELECT * FROM {data.source(PRIMARY)}) AS p LEFT JOIN {reference} ON {on}"
    )
