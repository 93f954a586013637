"""Columns of partitions whose types are not their table's.

A partition's files are read by its own types, and then cast to the table's, where Hive's connector
casts them: integers widen, texts become integers (NULL where they are none) and integers texts,
texts are cut, fields are added to and dropped from the end of rows.
Sources: https://docs.aws.amazon.com/athena/latest/ug/updates-changing-column-type.html,
https://docs.aws.amazon.com/athena/latest/ug/updates-and-partitions.html and Trino's
``HiveCoercionPolicy``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from labkit.cloud.engine.nested import EACH, KEY, VALUE, listed, mapped, packed, part
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.types import Type

Rule = Callable[[str, Type, Type], str]
Columns = Iterable[tuple[str, Type]]


def coerced_relation(relation: str, own: Columns, table: Columns, wanted: frozenset[str]) -> str:
    """A relation of a partition's columns as one of its table's.

    Args:
        relation: SQL of the wanted columns, of the partition's types.
        own: name and type of each of the partition's columns.
        table: the same of the table's; each of the partition's can become that of its name.
        wanted: names of the columns that the relation has.
    """
    declared = dict(table)
    changed = [
        f"{coerced(quoted_name(name), kind, declared[name])} AS {quoted_name(name)}"
        for name, kind in own
        if name in wanted and kind != declared[name]
    ]
    return f"SELECT * REPLACE ({', '.join(changed)}) FROM {relation}" if changed else relation


def coerced(sql: str, narrow: Type, wide: Type) -> str | None:
    """SQL of a partition's value as one of the table's type, ``None`` where it cannot be one."""
    if narrow == wide:
        return sql
    rule = _RULES.get((narrow.base, wide.base))
    if rule:
        return rule(sql, narrow, wide)
    if narrow.base != wide.base:
        return None
    match narrow.base:
        case "array":
            item = coerced(EACH, narrow.element, wide.element)
            return item and listed(sql, item)
        case "map":
            key, value = map(coerced, (KEY, VALUE), narrow.types, wide.types)
            return key and value and mapped(sql, key, value)
        case "row":
            return _row(sql, narrow, wide)
    return None


def _row(sql: str, narrow: Type, wide: Type) -> str | None:
    values = []
    for at, (name, kind) in enumerate(wide.fields):
        if at >= len(narrow.fields):
            values.append((str(name), f"CAST(NULL AS {kind.duckdb})"))
            continue
        own, inner = narrow.fields[at]
        value = coerced(part(sql, str(own)), inner, kind)
        if str(own).lower() != str(name).lower() or value is None:
            return None
        values.append((str(name), value))
    return packed(sql, values)


def _cast(sql: str, _: Type, wide: Type) -> str:
    return f"CAST({sql} AS {wide.duckdb})"


def _number(sql: str, _: Type, wide: Type) -> str:
    whole = f"regexp_full_match({sql}, '[+-]?[0-9]+')"
    return f"CASE WHEN {whole} THEN TRY_CAST({sql} AS {wide.duckdb}) END"


def _text(sql: str, _: Type, wide: Type) -> str:
    text = f"CAST({sql} AS VARCHAR)"
    if not wide.args:
        return text
    problem = f"LABKIT:INVALID_ARGUMENTS: Varchar representation exceeds {wide} bounds"
    return (
        f"CASE WHEN length({text}) > {wide.args[0]} THEN error({quoted_text(problem)}) "
        f"ELSE {text} END"
    )


def _cut(sql: str, _: Type, wide: Type) -> str:
    if not wide.args:
        return sql
    cut = f"substring({sql}, 1, {wide.args[0]})"
    return f"rtrim({cut}, ' ')" if wide.base == "char" else cut


_WHOLE = ("tinyint", "smallint", "integer", "bigint")
_RULES: dict[tuple[str, str], Rule] = {
    **{(a, b): _cast for at, a in enumerate(_WHOLE) for b in _WHOLE[at + 1 :]},
    **{("varchar", b): _number for b in _WHOLE},
    **{(a, "varchar"): _text for a in _WHOLE},
    ("varchar", "varchar"): _cut,
    ("char", "varchar"): _cut,
    ("char", "char"): _cut,
    ("real", "double"): _cast,
    ("double", "real"): _cast,
    ("decimal", "decimal"): _cast,
}
