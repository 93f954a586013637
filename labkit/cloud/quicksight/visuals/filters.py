"""The filters of a definition, as SQL conditions.

A filter works on rows, or, with an aggregation function or on a calculated field that aggregates,
on the groups that a visual shows. Each says what becomes of NULL. A parameter that selects all lets
every value through. Sources: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Filter.html
and https://docs.aws.amazon.com/quicksight/latest/user/filtering-visual-data.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from labkit.cloud.quicksight.visuals import filter_dates
from labkit.cloud.quicksight.visuals.aggregates import aggregate
from labkit.cloud.quicksight.visuals.dates import truncated
from labkit.cloud.quicksight.visuals.expressions import Expressions, Value
from labkit.cloud.quicksight.visuals.filter_texts import (
    EVERYTHING,
    TEXTS,
    either,
    given,
    one_value,
    parameter,
    selects_all,
    with_nulls,
)
from labkit.cloud.quicksight.visuals.model import VisualError, direction
from labkit.cloud.quicksight.visuals.parameters import ALL

Json = Mapping[str, Any]
#: Stands in a condition for the SQL of the rows that the filters before it let through.
ROWS = "\0rows\0"
Stage = Literal["row", "top", "aggregate", "window"]


@dataclass(frozen=True)
class Condition:
    """A condition and the place at which it is asked.

    Args:
        sql: over rows or groups; of a ``top`` filter, over rows, with `ROWS` for their SQL.
        stage: of rows, of rows after those, of groups, or of groups among the others.
        derived: columns that the rows must have first.
    """

    sql: str
    stage: Stage = "row"
    derived: tuple[Any, ...] = ()


def condition(kind: str, body: Json, names: Expressions) -> Condition:
    """The condition of one filter.

    Args:
        kind: the member of the API's union: ``CategoryFilter``.
        body: the filter.
        names: what its column can be.
    """
    if kind not in _FILTERS:
        raise VisualError(f"There is no filter of kind '{kind}'. Known: {', '.join(_FILTERS)}.")
    return _FILTERS[kind](body, names)


def any_of(conditions: list[Condition]) -> Condition:
    """One condition that holds where one of these does.

    Raises:
        VisualError: they are asked at different places.
    """
    stages = {each.stage for each in conditions}
    if len(stages) > 1:
        raise VisualError("Filters of rows and of groups cannot stand in one filter group.")
    derived = tuple(part for each in conditions for part in each.derived)
    return Condition(either(each.sql for each in conditions), stages.pop(), derived)


def _category(body: Json, names: Expressions) -> Condition:
    value = names.of_rows(body["Column"]["ColumnName"])
    [(shape, configuration)] = body["Configuration"].items()
    sql = TEXTS[shape](value.text, configuration, names)
    return Condition(sql, value.kind, value.derived)


def _measured(body: Json, names: Expressions) -> Value:
    """A filter's column, aggregated where the filter says so."""
    name = body["Column"]["ColumnName"]
    if not body.get("AggregationFunction"):
        return names.of_rows(name)
    value = names.value(name)
    if value.kind != "row":
        return value
    how = aggregate(body["AggregationFunction"])
    return Value(how.sql.format(x=value.sql), value.type, "aggregate", value.derived)


def _range(body: Json, names: Expressions) -> Condition:
    value = _measured(body, names)
    low, high = (_bound(body.get(f"Range{end}"), names) for end in ("Minimum", "Maximum"))
    parts = [
        f"{value.sql} {sign}{'=' if body.get(f'Include{end}') else ''} {_number(bound)}"
        for end, sign, bound in (("Minimum", ">", low), ("Maximum", "<", high))
        if bound is not None
    ]
    everything = body.get("SelectAllOptions") == "FILTER_ALL_VALUES" or not parts
    match = EVERYTHING if everything else f"({' AND '.join(parts)})"
    return Condition(with_nulls(match, value.sql, body), value.kind, value.derived)


def _bound(bound: Json | None, names: Expressions) -> Any:
    """A range's end; ``None`` where it is open."""
    if not bound:
        return None
    if "Parameter" in bound:
        return one_value(bound["Parameter"], names)
    return bound["StaticValue"]


def _equality(body: Json, names: Expressions) -> Condition:
    value = _measured(body, names)
    values = given(body, "Value", names)
    if selects_all(body, values):
        return Condition(with_nulls(EVERYTHING, value.sql, body), value.kind, value.derived)
    numbers = [_number(each) for each in values or () if each is not None]
    match = f"{value.sql} IN ({', '.join(numbers)})" if numbers else "FALSE"
    if body["MatchOperator"] == "DOES_NOT_EQUAL":
        match = f"NOT ({match})"
    elif None in (values or ()):
        return Condition(f"({match} OR {value.sql} IS NULL)", value.kind, value.derived)
    return Condition(with_nulls(match, value.sql, body), value.kind, value.derived)


def _number(value: Any) -> str:
    """A number as SQL; a whole one without a fraction, so that it compares exactly.

    >>> _number(3.0), _number(0.5), _number("9007199254740993")
    ('3', '0.5', '9007199254740993')
    """
    try:
        number: int | float = int(str(value))
    except ValueError:
        number = float(value)
    is_whole = float(number).is_integer() and abs(number) < 2**63
    return str(int(number)) if is_whole else repr(float(number))


def _time(make: Callable[[Value, Json, Expressions], str]) -> Callable[[Json, Expressions], Any]:
    def filter_of(body: Json, names: Expressions) -> Condition:
        value = names.of_rows(body["Column"]["ColumnName"])
        match = make(value, body, names)
        return Condition(with_nulls(match, value.sql, body), value.kind, value.derived)

    return filter_of


def _top_bottom(body: Json, names: Expressions) -> Condition:
    """The groups of a column with the highest or lowest aggregates, and all that are even with
    the last of them: further sorts break a tie.
    """
    value = names.of_rows(body["Column"]["ColumnName"])
    grain = body.get("TimeGranularity") if value.shown == "date" else None
    group = truncated(value.moment, grain, names.week_start) if grain else value.sql
    limit = body.get("Limit")
    if body.get("ParameterName"):
        limit = parameter(body["ParameterName"], names)
        if limit == ALL:
            return Condition(EVERYTHING)
    if limit is None:
        raise VisualError("A top or bottom filter needs a Limit or a ParameterName.")
    sorts = body["AggregationSortConfigurations"]
    values = [_sorted_by(each, names) for each in sorts]
    shown = [f"{group} AS x", *(f"{each.sql} AS s{at}" for at, each in enumerate(values))]
    order = ", ".join(
        f"s{at} {direction(each, 'SortDirection')} NULLS LAST" for at, each in enumerate(sorts)
    )
    groups = f"SELECT {', '.join(shown)} FROM {ROWS} GROUP BY {group}"
    top = f"SELECT x FROM ({groups}) QUALIFY rank() OVER (ORDER BY {order}) <= {int(limit)}"
    found = f"EXISTS ({_inside(top)} IS NOT DISTINCT FROM {group})"
    return Condition(found, "top", tuple(p for each in [value, *values] for p in each.derived))


def _sorted_by(sort: Json, names: Expressions) -> Value:
    value = names.value(sort["Column"]["ColumnName"])
    if value.kind != "row":
        return value
    how = aggregate(sort.get("AggregationFunction"), _default(value))
    return replace(value, sql=how.sql.format(x=value.sql))


def _default(value: Value) -> str:
    return "SUM" if value.shown == "number" else "COUNT"


def _nested(body: Json, names: Expressions) -> Condition:
    """The values of a column that stand on some row that an inner filter lets through."""
    value = names.of_rows(body["Column"]["ColumnName"])
    inner_body = body["InnerFilter"]["CategoryInnerFilter"]
    inner = _category(inner_body, names)
    if inner.stage != "row" or value.kind != "row" or inner.derived or value.derived:
        raise VisualError("A nested filter stands on columns of rows.")
    rows = f"SELECT {value.sql} FROM ({names.data_set.sql}) WHERE {inner.sql}"
    match = f"EXISTS ({_inside(rows)} = {value.sql})"
    return Condition(match if body["IncludeInnerSet"] else f"NOT {match}")


def _inside(values: str) -> str:
    """A subquery up to what its values are compared with, by names that no column has."""
    return f'SELECT 1 FROM ({values}) AS "#inside"("#inside value") WHERE "#inside value"'


_FILTERS: dict[str, Callable[[Json, Expressions], Condition]] = {
    "CategoryFilter": _category,
    "NumericRangeFilter": _range,
    "NumericEqualityFilter": _equality,
    "TimeEqualityFilter": _time(filter_dates.equality),
    "TimeRangeFilter": _time(filter_dates.between),
    "RelativeDatesFilter": _time(filter_dates.relative),
    "TopBottomFilter": _top_bottom,
    "NestedFilter": _nested,
}
