"""Comparisons by the types of both sides: blanks at the end of a text count for nothing."""

from __future__ import annotations

import re

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift.blanks import key
from labkit.cloud.engine.redshift.casts import as_text, coerce
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.meeting import meeting
from labkit.cloud.engine.redshift.operators import no_operator
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import (
    BOOL,
    FLOAT8,
    INTEGERS,
    NUMBERS,
    SUPER,
    TEXTS,
    TIMES,
    Type,
)


def compare(op: str, left: Typed, right: Typed) -> Typed:
    """``left op right`` for ``= <> < <= > >=``."""
    if "super" in (left.type.base, right.type.base):
        return Typed(_compare_dynamic(op, left, right), BOOL)
    kind = compared_as(op, left, right)
    if kind.base == "bool" and any(_text_alone(side) for side in (left, right)):
        raise no_operator(op, left, right)
    one, two = coerce(left, kind).sql, coerce(right, kind).sql
    if "bpchar" in (left.type.base, right.type.base):
        one, two = f"rtrim({one}, ' ')", f"rtrim({two}, ' ')"
    elif kind.base in TEXTS and {left.literal, right.literal} != {None}:
        compared = _equal_text if op in ("=", "<>") else _ordered_text
        return Typed(compared(op, left, right), BOOL)
    elif kind.base in TEXTS:
        one, two = key(left), key(right)
    return Typed(f"({one} {op} {two})", BOOL)


def compared_as(op: str, left: Typed, right: Typed) -> Type:
    """The type that two values are compared in: text beside a decimal is no decimal of its size.

    Raises:
        RedshiftError: there is none.
    """
    try:
        kind = meeting((left, right))
    except RedshiftError:
        raise no_operator(op, left, right) from None
    if kind.base == "numeric" and {left.type.base, right.type.base} & set(TEXTS):
        return FLOAT8
    return Type("varchar") if kind.base == "unknown" else kind


def _text_alone(side: Typed) -> bool:
    """Whether a side is of a text's type, which a literal and a driver's parameter may not be."""
    return side.type.base in TEXTS and not side.untyped


def among(value: Typed, items: list[Typed]) -> Typed:
    """``value IN (items)``."""
    texts = [item.literal for item in items if item.literal is not None]
    plain = value.type.base in ("varchar", "text") and value.literal is None
    if plain and len(texts) == len(items) > 1:
        return Typed(_among_texts(value.sql, [text.rstrip(" ") for text in texts]), BOOL)
    for item in {item.type: item for item in items}.values():
        compare("=", value, item)
    kinds = {compared_as("=", value, item) for item in items}
    if len(items) > 1 and len(kinds) == 1 and (kind := kinds.pop()).base in (*NUMBERS, *TIMES):
        found = ", ".join(coerce(item, kind).sql for item in items)
        return Typed(f"({coerce(value, kind).sql} IN ({found}))", BOOL)
    return Typed(f"({' OR '.join(compare('=', value, item).sql for item in items)})", BOOL)


_COLUMN = re.compile(r'[\w".]+')


def _among_texts(sql: str, wanted: list[str]) -> str:
    """Text among literals, as `_equal_text` has it for one."""
    found = f"rtrim({sql}, ' ') IN ({', '.join(map(quoted_text, dict.fromkeys(wanted)))})"
    if not _COLUMN.fullmatch(sql):
        return f"({found})"
    return f"({sql} >= {quoted_text(min(wanted))} AND {sql} < {_beyond(max(wanted))} AND {found})"


def _equal_text(op: str, left: Typed, right: Typed) -> str:
    """Text against a literal: blanks at the end are nothing to a comparison.

    A column that equals is looked for in the range of the text with anything up to a blank behind
    it, which DuckDB tells from the statistics of whole blocks.
    """
    value, literal = (left, right) if right.literal is not None else (right, left)
    wanted = str(literal.literal).rstrip(" ")
    if value.literal is not None:
        return str((value.literal.rstrip(" ") == wanted) == (op == "=")).lower()
    sql, told, blank = as_text(value).sql, quoted_text(wanted), quoted_text(wanted + " ")
    if op == "=" and _COLUMN.fullmatch(sql):
        return f"({sql} >= {told} AND {sql} < {_beyond(wanted)} AND rtrim({sql}, ' ') = {told})"
    padded = f"(starts_with({sql}, {blank}) AND rtrim({sql}, ' ') = {told})"
    found = f"({sql} = {told} OR {padded})"
    return found if op == "=" else f"(NOT {found})"


_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _ordered_text(op: str, left: Typed, right: Typed) -> str:
    """Text before or after a literal: what stands between it and its blanks is equal to it."""
    if right.literal is None:
        return _ordered_text(_TURNED[op], right, left)
    wanted = str(right.literal).rstrip(" ")
    told = quoted_text(wanted)
    if left.literal is not None:
        return f"({quoted_text(left.literal.rstrip(' '))} {op} {told})"
    sql = as_text(left).sql
    if op in ("<", ">="):
        return f"({sql} {op} {told})"
    ahead = f"{sql} > {told}" if op == ">" else f"{sql} < {_beyond(wanted)}"
    return f"({ahead} AND rtrim({sql}, ' ') {op} {told})"


def _beyond(text: str) -> str:
    """What comes after a text with any blanks behind it."""
    return quoted_text(text + chr(ord(" ") + 1))


def _compare_dynamic(op: str, left: Typed, right: Typed) -> str:
    """SUPER compares with a scalar by the scalar's type; of another it is no equal, else NULL.

    Blanks at the end of its strings are nothing, as those of text. Source:
    https://docs.aws.amazon.com/redshift/latest/dg/query-super.html
    """
    other = right if left.type.base == "super" else left
    if other.type.base in NUMBERS:
        number = "rs_number" if op not in ("=", "<>") else "rs_number_or_none"
        one, two = (
            f"{number}({side.sql})" if side.type.base == "super" else coerce(side, FLOAT8).sql
            for side in (left, right)
        )
        if other.type.base in ("float4", "float8") and op in ("=", "<>"):  # which may be NaN
            none = f"isnan({coerce(other, FLOAT8).sql})"
            return f"({one} {op} {two} {'AND NOT' if op == '=' else 'OR'} {none})"
        if other.type.base not in INTEGERS:
            return f"({one} {op} {two})"
        whole = [f"rs_whole({s.sql})" if s.type.base == "super" else s.sql for s in (left, right)]
        return f"coalesce({whole[0]} {op} {whole[1]}, {one} {op} {two})"
    one, two = coerce(left, SUPER).sql, coerce(right, SUPER).sql
    if op not in ("=", "<>"):
        return f"rs_super_compare([{one}, {two}], '{op}')"
    if left.type == right.type:
        return f"(rs_super_key({one}) {op} rs_super_key({two}))"
    if other.type.base in (*TEXTS, "unknown"):
        return f"(rs_unpadded({one}) {op} rs_unpadded({two}))"
    return f"({one} {op} {two})"
