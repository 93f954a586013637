"""Arrays of SUPER searched, compared and sorted: positions count from 0, a NULL is a value.

Source: https://docs.aws.amazon.com/redshift/latest/dg/Array_Functions.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.redshift.errors import fail
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


def _positions(text: str, value: str) -> str | None:
    found = _places(text, value)
    return None if found is None else dump(found)


def _contains(text: str, value: str) -> bool | None:
    found = _places(text, value)
    return None if found is None else bool(found)


def _distinct(text: str) -> str | None:
    array = load(text)
    return dump(_unlike(array)) if isinstance(array, list) else None


def _overlap(text: str, other: str) -> bool | None:
    one, two = load(text), load(other)
    if not (isinstance(one, list) and isinstance(two, list)):
        return None
    return any(_has(one, wanted) for wanted in two)


def _both(combine: Callable[[list[Any], list[Any]], list[Any]]) -> Callable[..., str | None]:
    """A function of two arrays, or of their different values; of what is no array it is NULL."""

    def combined(text: str, other: str, distinct: bool) -> str | None:
        one, two = load(text), load(other)
        if not (isinstance(one, list) and isinstance(two, list)):
            return None
        return dump(combine(*map(_unlike, (one, two))) if distinct else combine(one, two))

    return combined


def _unlike(array: list[Any]) -> list[Any]:
    """The different values, each where it comes first."""
    found: list[Any] = []
    for each in array:
        if not _has(found, each):
            found.append(each)
    return found


def _has(array: Sequence[Any], value: Any) -> bool:
    return any(_same(each, value) for each in array)


def _union(one: list[Any], two: list[Any]) -> list[Any]:
    return _unlike(one + two)


def _except(one: list[Any], two: list[Any]) -> list[Any]:
    return [each for each, is_met in _met(one, two) if not is_met]


def _intersection(one: list[Any], two: list[Any]) -> list[Any]:
    return [each for each, is_met in _met(one, two) if is_met]


def _met(one: list[Any], two: list[Any]) -> Iterator[tuple[Any, bool]]:
    """Each value of an array, and whether one of another is left for it."""
    left = list(two)
    for each in one:
        at = next((at for at, other in enumerate(left) if _same(each, other)), None)
        if at is not None:
            del left[at]
        yield each, at is not None


def _sort(text: str, ascending: bool, nulls_first: bool) -> str | None:
    array = load(text)
    if not isinstance(array, list):
        return None
    values = sorted((each for each in array if each is not None), key=_rank, reverse=not ascending)
    nulls = [None] * (len(array) - len(values))
    return dump(nulls + values if nulls_first else values + nulls)


def _rank(value: Any) -> tuple[int, Any]:
    """Booleans, numbers, texts, arrays; AWS does not tell how objects and NULLs within go."""
    if value is None or isinstance(value, dict):
        fail("ARRAY_SORT of objects, or of arrays with NULL in them, is not supported", "0A000")
    if isinstance(value, list):
        return 3, [_rank(each) for each in value]
    return 0 if isinstance(value, bool) else 2 if isinstance(value, str) else 1, value


_V, _B = "VARCHAR", "BOOLEAN"
UDFS = (
    Udf("rs_array_position", _position, (_V, _V), "INTEGER"),
    Udf("rs_array_positions", _positions, (_V, _V), _V),
    Udf("rs_array_contains", _contains, (_V, _V), _B),
    Udf("rs_array_distinct", _distinct, (_V,), _V),
    Udf("rs_arrays_overlap", _overlap, (_V, _V), _B),
    Udf("rs_array_union", _both(_union), (_V, _V, _B), _V),
    Udf("rs_array_except", _both(_except), (_V, _V, _B), _V),
    Udf("rs_array_intersection", _both(_intersection), (_V, _V, _B), _V),
    Udf("rs_array_sort", _sort, (_V, _B, _B), _V),
)
_WANTED = "{0}, coalesce({1}, 'null')"
SCALARS = entries(
    ("array_position(super, super) -> int4", f"rs_array_position({_WANTED})"),
    ("array_positions(super, super) -> super", f"rs_array_positions({_WANTED})"),
    ("array_contains(super, super) -> bool", f"rs_array_contains({_WANTED})"),
    ("array_distinct(super) -> super", "rs_array_distinct({0})"),
    ("arrays_overlap(super, super) -> bool", "rs_arrays_overlap({0}, {1})"),
    ("array_union(super, super) -> super", "rs_array_union({0}, {1}, false)"),
    ("array_except(super, super) -> super", "rs_array_except({0}, {1}, false)"),
    ("array_except(super, super, bool) -> super", "rs_array_except({0}, {1}, {2})"),
    ("array_intersection(super, super) -> super", "rs_array_intersection({0}, {1}, false)"),
    ("array_intersection(super, super, bool) -> super", "rs_array_intersection({0}, {1}, {2})"),
    ("array_sort(super) -> super", "rs_array_sort({0}, true, false)"),
    ("array_sort(super, bool) -> super", "rs_array_sort({0}, {1}, NOT {1})"),
    ("array_sort(super, bool, bool) -> super", "rs_array_sort({0}, {1}, {2})"),
)  # fmt: skip
