"""Array functions. Source: https://trino.io/docs/current/functions/array.html

Trino keeps the order of first occurrence and treats NULL as an element; DuckDB's own set functions
do neither, so they are made from positions. A lambda's text is ``lambda x: body``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import (
    FLOATS,
    Entry,
    apply,
    entries,
    fail,
    failure,
    infix,
    over,
    text_literal,
)
from labkit.cloud.engine.trino.functions.equality import equals_nothing
from labkit.cloud.engine.trino.functions.unordered import greatest_of, holds_nan
from labkit.cloud.engine.trino.text import cast_to_varchar


def _join(call: Any, args: Sequence[str]) -> str:
    """Elements become text as CAST does; NULL is left out unless a third argument stands for it."""
    array, delimiter, *missing = args
    kind = call.parameters[0].element
    if kind.base in ("array", "map", "row", "varbinary"):
        return failure(f"Input type {kind} not supported")
    text = "trino_json_joined(_e)" if kind.base == "json" else cast_to_varchar("_e", kind)
    if missing:
        text = f"coalesce({text}, {missing[0]})"
    return _joined(array, f"list_transform({array}, lambda _e: {text})", delimiter)


def _joined(array: str, texts: str, mark: str) -> str:
    """An array's texts with a mark between them."""
    join = "array_to_string" if text_literal(mark) is not None else "trino_joined"
    unknown = f"({array}) IS NULL OR ({mark}) IS NULL"
    return f"CASE WHEN {unknown} THEN NULL ELSE coalesce({join}({texts}, {mark}), '') END"


def _sort_by(call: Any, args: Sequence[str]) -> str:
    """Sorting by a comparator: an element's rank is how many others come before it."""
    array, comparator = args
    less = apply(comparator, f"({array})[_j]", "_e")
    is_before = f"trino_order({less}) < CASE WHEN _j < _i THEN 1 ELSE 0 END"
    before = (
        f"len(list_filter(range(1, len({array}) + 1), "
        f"lambda _j: CASE WHEN _j = _i THEN false ELSE {is_before} END))"
    )
    placed = f"struct_pack(rank := {before}, at := _i, value := _e)"
    ranked = f"list_transform({array}, lambda _e, _i: {placed})"
    return f"list_transform(list_sort({ranked}), lambda _e: _e.value)"


def _reduce(call: Any, args: Sequence[str]) -> str:
    array, start, step, finish = args
    state = call.parameters[1].duckdb
    return apply(finish, f"list_reduce({array}, {step}, CAST({start} AS {state}))")


def _zip(call: Any, args: Sequence[str]) -> str:
    missing = " OR ".join(f"({arg}) IS NULL" for arg in args)
    zipped = f"CAST(list_zip({', '.join(args)}) AS {call.returns.duckdb})"
    return f"CASE WHEN {missing} THEN NULL ELSE {zipped} END"


def _zip_with(call: Any, args: Sequence[str]) -> str:
    left, right, merge = args
    body = apply(merge, f"({left})[_i]", f"({right})[_i]")
    size = f"CASE WHEN len({left}) > len({right}) THEN len({left}) ELSE len({right}) END"
    return (
        f"CASE WHEN ({left}) IS NULL OR ({right}) IS NULL THEN NULL "
        f"ELSE list_transform(range(1, {size} + 1), lambda _i: {body}) END"
    )


def _combinations(call: Any, args: Sequence[str]) -> str:
    array, size = args
    picked = f"list_transform(_c, lambda _i: ({array})[_i])"
    return f"list_transform(trino_combinations(len({array}), {size}), lambda _c: {picked})"


def _match(macro: str) -> Any:
    return lambda call, args: f"({macro}(list_transform({args[0]}, {args[1]})))"


def _equal(name: str, macro: str) -> Any:
    """A function that looks for an equal element; whether NULL inside of one is so is unknown."""

    def render(call: Any, args: Sequence[str]) -> str:
        array, value = args
        kind = call.parameters[1]
        found = f"{macro}({array}, {value})"
        if kind.base not in ("array", "map", "row"):
            return found
        unknown = f"_e IS NOT NULL AND {equals_nothing('_e', kind)}"
        words = f"{name} does not support arrays with elements that are null or contain null"
        return (
            f"CASE WHEN ({value}) IS NULL THEN NULL "
            f"WHEN len(list_filter(({array}) || [{value}], lambda _e: {unknown})) > 0 "
            f"THEN {failure(words, 'NOT_SUPPORTED')} ELSE {found} END"
        )

    return render


def _histogram(call: Any, args: Sequence[str]) -> str:
    return f"trino_histogram(trino_present({args[0]}))"


_ZIPS = tuple(
    Entry(
        f"zip({', '.join(f'array({v})' for v in 'TUVWX'[:n])}) "
        f"-> array(row({', '.join('TUVWX'[:n])}))",
        _zip,
    )
    for n in range(2, 6)
)


def _greatest(call: Any, args: Sequence[str]) -> str:
    kind = call.parameters[0].element
    found = greatest_of(args[0], kind) if holds_nan(kind) else f"list_max({args[0]})"
    return f"trino_unless_missing({args[0]}, {found})"


_LARGEST = "coalesce(list_max(list_filter({0}, lambda _e: NOT isnan(_e))), list_max({0}))"

SCALARS = (
    Entry("shuffle(array(E)) -> array(E)", "trino_shuffle({0})", deterministic=False),
    # NaN equals nothing.
    *over(
        FLOATS,
        "array_position(array(#), #) -> bigint",
        "trino_position(list_transform({0}, lambda _e: nullif(_e, 'NaN')), {1})",
    ),
    *over(
        FLOATS,
        "array_remove(array(#), #) -> array(#)",
        "CASE WHEN isnan({1}) THEN {0} ELSE trino_remove({0}, {1}) END",
    ),
    *over(
        FLOATS,
        "contains(array(#), #) -> boolean",
        "trino_contains(list_filter({0}, lambda _e: _e IS NULL OR NOT isnan(_e)), {1})",
    ),
    *entries(
        ("all_match(array(T), function(T, boolean)) -> boolean", _match("trino_all_match")),
        ("any_match(array(T), function(T, boolean)) -> boolean", _match("trino_any_match")),
        ("none_match(array(T), function(T, boolean)) -> boolean", _match("NOT trino_any_match")),
        ("array_distinct(array(E)) -> array(E)", "trino_distinct({0})"),
        ("array_except(array(E), array(E)) -> array(E)", "trino_except({0}, {1})"),
        ("array_first(array(E)) -> E", "({0})[1]"),
        ("array_histogram(array(T)) -> map(T, bigint)", _histogram),
        ("array_intersect(array(E), array(E)) -> array(E)", "trino_intersect({0}, {1})"),
        (
            "concat_ws(varchar, array(varchar)) -> varchar",
            lambda _, args: _joined(args[1], args[1], args[0]),
        ),
        ("array_join(array(T), varchar) -> varchar", _join),
        ("array_join(array(T), varchar, varchar) -> varchar", _join),
        ("array_last(array(E)) -> E", "({0})[-1]"),
        *(
            (f"array_max(array({kind})) -> {kind}", f"trino_unless_missing({{0}}, {_LARGEST})")
            for kind in FLOATS.split("|")
        ),
        ("array_max(array(T)) -> T", _greatest),
        ("array_min(array(T)) -> T", "trino_unless_missing({0}, list_min({0}))"),
        ("array_position(array(T), T) -> bigint", _equal("array_position", "trino_position")),
        ("array_remove(array(E), E) -> array(E)", _equal("array_remove", "trino_remove")),
        ("array_sort(array(E)) -> array(E)", "list_sort({0}, 'ASC', 'NULLS LAST')"),
        ("array_sort(array(T), function(T, T, integer)) -> array(T)", _sort_by),
        ("array_union(array(E), array(E)) -> array(E)", "trino_distinct(({0}) || ({1}))"),
        ("arrays_overlap(array(E), array(E)) -> boolean", "trino_overlap({0}, {1})"),
        ("cardinality(array(E)) -> bigint", "len({0})"),
        ("combinations(array(T), integer) -> array(array(T))", _combinations),
        ("concat(array(E), array(E), array(E)...) -> array(E)", infix("||")),
        ("concat(E, array(E)) -> array(E)", "([{0}] || ({1}))"),
        ("concat(array(E), E) -> array(E)", "(({0}) || [{1}])"),
        ("contains(array(T), T) -> boolean", _equal("contains", "trino_contains")),
        ("contains_sequence(array(T), array(T)) -> boolean", "trino_contains_sequence({0}, {1})"),
        ("element_at(array(E), bigint) -> E", "trino_element({0}, {1})"),
        ("filter(array(T), function(T, boolean)) -> array(T)", "list_filter({0}, {1})"),
        ("flatten(array(array(E))) -> array(E)", "flatten({0})"),
        ("ngrams(array(T), bigint) -> array(array(T))", "trino_ngrams({0}, {1})"),
        ("reduce(array(T), S, function(S, T, S), function(S, R)) -> R", _reduce),
        ("repeat(T, bigint) -> array(T)", "trino_repeat({0}, {1})"),
        ("reverse(array(E)) -> array(E)", "list_reverse({0})"),
        (
            "sequence(bigint, bigint) -> array(bigint)",
            "trino_sequence({0}, {1}, trino_way({0}, {1}))",
        ),
        ("sequence(bigint, bigint, bigint) -> array(bigint)", "trino_sequence({0}, {1}, {2})"),
        (
            "sequence(date, date) -> array(date)",
            "trino_dates({0}, {1}, trino_way({0}, {1}) * 86400000, 0)::DATE[]",
        ),
        (
            "sequence(date, date, interval day to second) -> array(date)",
            "trino_dates({0}, {1}, trino_whole_days({2}), 0)::DATE[]",
        ),
        (
            "sequence(date, date, interval year to month) -> array(date)",
            "trino_dates({0}, {1}, 0, {2})::DATE[]",
        ),
        (
            "sequence(timestamp(p), timestamp(p), interval day to second) -> array(timestamp(p))",
            "trino_dates({0}, {1}, {2}, 0)",
        ),
        (
            "sequence(timestamp(p), timestamp(p), interval year to month) -> array(timestamp(p))",
            "trino_dates({0}, {1}, 0, {2})",
        ),
        ("slice(array(E), bigint, bigint) -> array(E)", "trino_slice({0}, {1}, {2})"),
        ("transform(array(T), function(T, U)) -> array(U)", "list_transform({0}, {1})"),
        ("trim_array(array(E), bigint) -> array(E)", "trino_trim_array({0}, {1})"),
        ("zip_with(array(T), array(U), function(T, U, R)) -> array(R)", _zip_with),
    ),
    *_ZIPS,
)


def _combination_indexes(length: int, size: int) -> list[list[int]]:
    """In Trino's order, by the last index first: (1,2), (1,3), (2,3), (1,4) …"""
    if size < 0:
        fail(f"combination size must not be negative: {size}")
    if size > 5:
        fail(f"combination size must not exceed 5: {size}")
    picked = sorted(combinations(range(1, length + 1), size), key=lambda c: c[::-1])
    if len(picked) > 100_000:
        fail("combinations exceed max size")
    return [list(c) for c in picked]


UDFS = (Udf("trino_combinations", _combination_indexes, ("BIGINT", "INTEGER"), "BIGINT[][]"),)
