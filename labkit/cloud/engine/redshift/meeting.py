"""The type that values of several types meet in: sides of a comparison, branches, rows of a UNION.

Where nothing is compared, text meets text alone: "UNION types character varying and bigint cannot
be matched".

Source: https://www.postgresql.org/docs/8.0/typeconv-union-case.html
Source: https://github.com/llooker/demo_segment/issues/9
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labkit.cloud.engine.redshift.casts import as_numeric
from labkit.cloud.engine.redshift.errors import MISMATCH, RedshiftError
from labkit.cloud.engine.redshift.literals import text_of, type_beside
from labkit.cloud.engine.redshift.scope import Field, Typed
from labkit.cloud.engine.redshift.types import (
    FLOAT8,
    INTEGERS,
    NUMBERS,
    TEXTS,
    TIMES,
    UNKNOWN,
    Type,
    numeric,
)


def meeting(values: Sequence[Typed], what: str = "") -> Type:
    """The type that values meet in, where texts as written keep their digits beside a decimal.

    A query's column of literals is of no type yet, as they are.

    Args:
        what: the construct that has the values, in which text meets text alone; none where they
            are compared.

    Raises:
        RedshiftError: there is none.
    """
    values = [replace(each, type=untyped(each)) if each.untyped else each for each in values]
    decimal = next((value.type for value in values if value.type.base == "numeric"), UNKNOWN)
    if decimal is not UNKNOWN:
        held = (text for value in values if value.untyped for text in value.literals)
        values = [*values, *map(text_of, held)]
    found = UNKNOWN
    for value in values:
        found = _meet(found, type_beside(value, decimal), what)
    return found


def untyped(value: Typed | Field) -> Type:
    """The type of a value; of a column of literals it is none yet, and of NULLs has no width."""
    return Type("unknown", value.type.size) if value.untyped else value.type


def known(kind: Type) -> Type:
    """A type that a column may have: a literal that nothing has typed is a text of its length."""
    return Type("varchar", kind.size) if kind.base == "unknown" else kind


def _meet(left: Type, right: Type, what: str) -> Type:
    if left == right:
        return left
    if "unknown" in (left.base, right.base):
        return _meet_literal(*((left, right) if right.base == "unknown" else (right, left)))
    if "super" in (left.base, right.base):
        return Type("super")
    if left.base in TEXTS and right.base in TEXTS:
        sized = left.size and right.size
        return Type("varchar", max(left.size, right.size) if sized else 0)
    if left.base in NUMBERS and right.base in NUMBERS:
        return _wider(left, right)
    if left.base in TIMES and right.base in TIMES:
        return Type(max(left.base, right.base, key=TIMES.index))
    if left.base == right.base:
        return left
    if not what and (left.base in TEXTS or right.base in TEXTS):
        return left if right.base in TEXTS else right
    if {left.base, right.base} <= {"oid", *INTEGERS}:
        return Type("int8")
    raise RedshiftError(f"{what} types {left.plain} and {right.plain} cannot be matched", MISMATCH)


def _meet_literal(kind: Type, literal: Type) -> Type:
    """The literal takes the other's type, which is long enough for it; NULL has no length."""
    if kind.base == "unknown" or (kind.base == "varchar" and kind.size):
        return Type(kind.base, max(kind.size, literal.size))
    if kind.base == "bpchar" and literal.size > kind.size:
        return Type("varchar", literal.size)
    return kind


def _wider(left: Type, right: Type) -> Type:
    if "numeric" not in (left.base, right.base):
        return max(left, right, key=lambda kind: NUMBERS.index(kind.base))
    if "float4" in (left.base, right.base) or "float8" in (left.base, right.base):
        return FLOAT8
    one, two = as_numeric(left), as_numeric(right)
    scale = max(one.scale, two.scale)
    return numeric(min(38, max(one.size - one.scale, two.size - two.scale) + scale), scale)
