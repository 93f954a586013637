"""Searches in arrays of SUPER: positions count from 0, and a NULL can be searched for.

Source: https://docs.aws.amazon.com/redshift/latest/dg/Array_Functions.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.redshift.functions.documents import dump, load
from labkit.cloud.engine.redshift.functions.entry import entries


def _places(text: str, value: str) -> list[int] | None:
    array, wanted = load(text), load(value)
    if not isinstance(array, list):
        return None
    return [at for at, each in enumerate(array) if _same(each, wanted)]


def _same(one: Any, two: Any) -> bool:
    return isinstance(one, bool) == isinstance(two, bool) and bool(one == two)


def _position(text: str, value: str) -> int | None:
    found = _places(text, value)
    return None if found is None else found[0] if found else -1


def _positions(text: str, value: str) -> str:
    return dump(_places(text, value))


def _contains(text: str, value: str) -> bool | None:
    found = _places(text, value)
    return None if found is None else bool(found)


def _distinct(text: str) -> str:
    array = load(text)
    found: list[Any] = []
    for each in array if isinstance(array, list) else ():
        if not any(_same(each, one) for one in found):
            found.append(each)
    return dump(found) if isinstance(array, list) else "null"


def _overlap(text: str, other: str) -> bool | None:
    one, two = load(text), load(other)
    if not (isinstance(one, list) and isinstance(two, list)):
        return None
    return any(_same(each, wanted) for each in one for wanted in two)


_V, _B = "VARCHAR", "BOOLEAN"
UDFS = (
    Udf("rs_array_position", _position, (_V, _V), "INTEGER"),
    Udf("rs_array_positions", _positions, (_V, _V), _V),
    Udf("rs_array_contains", _contains, (_V, _V), _B),
    Udf("rs_array_distinct", _distinct, (_V,), _V),
    Udf("rs_arrays_overlap", _overlap, (_V, _V), _B),
)
_WANTED = "{0}, coalesce({1}, 'null')"
SCALARS = entries(
    ("array_position(super, super) -> int4", f"rs_array_position({_WANTED})"),
    ("array_positions(super, super) -> super", f"rs_super(rs_array_positions({_WANTED}))"),
    ("array_contains(super, super) -> bool", f"rs_array_contains({_WANTED})"),
    ("array_distinct(super) -> super", "rs_super(rs_array_distinct({0}))"),
    ("arrays_overlap(super, super) -> bool", "rs_arrays_overlap({0}, {1})"),
)
