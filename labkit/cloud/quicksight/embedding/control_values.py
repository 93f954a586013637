"""What a control shows and offers: its value, the values to choose from, its bounds.

What a control offers are the values that its reader sees, and of a cascading control those that
fit what is chosen in the controls before it. Source:
https://docs.aws.amazon.com/quicksight/latest/user/filter-controls.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.definitions.rolling import rolled
from labkit.cloud.quicksight.embedding import filter_values
from labkit.cloud.quicksight.embedding.choosing import Chosen
from labkit.cloud.quicksight.embedding.controls import FILTER, PARAMETER, Control, controls_of
from labkit.cloud.quicksight.embedding.pictures import scripted
from labkit.cloud.quicksight.visuals import filters, rows
from labkit.cloud.quicksight.visuals.aggregates import aggregate
from labkit.cloud.quicksight.visuals.expressions import Expressions
from labkit.cloud.quicksight.visuals.model import VisualError
from labkit.cloud.quicksight.visuals.parameters import ALL, RESERVED

Json = Mapping[str, Any]
MOST_OPTIONS = 1000
_MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\+00:00)?$")
LISTS = ("Dropdown", "List")
WRITTEN = ("TextField", "TextArea")  # a reader writes into them; nothing written is nothing shown


def value_of(control: Control, chosen: Chosen) -> list[Any]:
    """What is chosen: values, none of which is all; of a range its two ends."""
    if control.kind_of_source == PARAMETER:
        return _parameter(chosen, control.name)
    for group in chosen.definition.get("FilterGroups") or ():
        for each in group["Filters"]:
            for kind, body in each.items():
                if body["FilterId"] == control.name:
                    return [scripted(value) for value in _VALUES[kind](body, chosen)]
    return []


def of_parameters(chosen: Chosen) -> dict[str, list[Any]]:
    """The value of each parameter, by the key that its control would have."""
    names = (body["Name"] for _, body in walk.declarations(chosen.definition))
    return {f"{PARAMETER}:{name}": _parameter(chosen, name) for name in names}


def options_of(control: Control, chosen: Chosen) -> list[str | None]:
    """The values that a list offers, NULL last."""
    if control.kind not in LISTS:
        return []
    listed = (control.body.get("SelectableValues") or {}).get("Values")
    if listed:
        return [filter_values.text(each) for each in listed]
    try:
        return _distinct(control, chosen)
    except (VisualError, QueryFailed):  # a column that this reader does not see
        return []


def in_words(control: Control, chosen: Chosen) -> str:
    """The value as a picture of the control shows it."""
    value = value_of(control, chosen)
    if control.kind == "RelativeDateTime":
        return relative_in_words(value)
    if all(each in (None, ALL) for each in value) and None not in value[:1]:
        return "" if control.kind in WRITTEN else "All"
    words = ["null" if each is None else _moment_or(each) for each in value]
    if _is_range(control):
        return " – ".join("…" if each is None else _moment_or(each) for each in value)
    return ", ".join(words)


def relative_in_words(value: Sequence[Any]) -> str:
    """
    >>> relative_in_words(["LAST", "MONTH", 3]), relative_in_words(["THIS", "YEAR", 1])
    ('Last 3 months', 'This year')
    """
    if len(value) != 3:
        return "All"
    kind, granularity, count = str(value[0]), str(value[1]).lower(), value[2]
    if kind in ("LAST", "NEXT"):
        return f"{kind.capitalize()} {count} {granularity}{'s' if count != 1 else ''}"
    return f"{'To now, this' if kind == 'NOW' else kind.capitalize()} {granularity}"


def _is_range(control: Control) -> bool:
    return control.source[0] in ("NumericRangeFilter", "TimeRangeFilter")


def _moment_or(value: Any) -> str:
    text = filter_values.text(value)
    day = text.removesuffix("T00:00:00").removesuffix("T00:00:00+00:00")
    return _MOMENT.sub(r"\1 \2", day)


def _parameter(chosen: Chosen, name: str) -> list[Any]:
    """A parameter's values; ``None`` among them is NULL, which was chosen."""
    found = walk.parameters(chosen.definition, chosen.parameters).get(name)
    if found is None and name not in chosen.parameters:
        return []
    listed = found if isinstance(found, list) else [found]
    return [scripted(each) for each in listed if each not in (ALL, *RESERVED.values())]


def _bound(bound: Json | None, chosen: Chosen) -> Any:
    if not bound:
        return None
    if bound.get("Parameter"):
        return next(iter(_parameter(chosen, bound["Parameter"])), None)
    if bound.get("RollingDate"):
        return rolled(bound["RollingDate"]["Expression"])
    return bound.get("StaticValue")


def _category(body: Json, chosen: Chosen) -> list[Any]:
    [configuration] = body["Configuration"].values()
    if configuration.get("ParameterName"):
        return _parameter(chosen, configuration["ParameterName"])
    if "CategoryValue" in configuration:
        return [configuration["CategoryValue"]]
    values = list(configuration.get("CategoryValues") or ())
    with_null = configuration.get("NullOption") == "NULLS_ONLY"
    with_null |= bool(values) and configuration.get("NullOption") == "ALL_VALUES"
    return [*values, None] if with_null else values


def _equality(body: Json, chosen: Chosen) -> list[Any]:
    if body.get("ParameterName"):
        return _parameter(chosen, body["ParameterName"])
    selects_all = body.get("SelectAllOptions") == "FILTER_ALL_VALUES"
    return [] if selects_all or body.get("Value") is None else [body["Value"]]


def _range(body: Json, chosen: Chosen) -> list[Any]:
    if body.get("SelectAllOptions") == "FILTER_ALL_VALUES":
        return []
    return [_bound(body.get(f"Range{end}"), chosen) for end in ("Minimum", "Maximum")]


def _time(body: Json, chosen: Chosen) -> list[Any]:
    if body.get("ParameterName"):
        return _parameter(chosen, body["ParameterName"])
    moment = _bound({**body, "StaticValue": body.get("Value")}, chosen)
    return [walk.moment(moment)] if moment is not None else []


def _times(body: Json, chosen: Chosen) -> list[Any]:
    ends = [_bound(body.get(f"Range{end}Value"), chosen) for end in ("Minimum", "Maximum")]
    return [each if each is None else walk.moment(each) for each in ends]


def _relative(body: Json, chosen: Chosen) -> list[Any]:
    count = _number(body, "RelativeDateValue", chosen) or [1]
    return [body["RelativeDateType"], body["TimeGranularity"], *count]


def _top(body: Json, chosen: Chosen) -> list[Any]:
    return _number(body, "Limit", chosen)


def _number(body: Json, member: str, chosen: Chosen) -> list[Any]:
    if body.get("ParameterName"):
        return _parameter(chosen, body["ParameterName"])[:1]
    return [body[member]] if body.get(member) else []


_VALUES: dict[str, Any] = {
    "CategoryFilter": _category,
    "NumericEqualityFilter": _equality,
    "NumericRangeFilter": _range,
    "TimeEqualityFilter": _time,
    "TimeRangeFilter": _times,
    "RelativeDatesFilter": _relative,
    "TopBottomFilter": _top,
    "NestedFilter": lambda body, chosen: [],
}


def _distinct(control: Control, chosen: Chosen) -> list[str | None]:
    column = control.column
    if not column or column["DataSetIdentifier"] not in chosen.open.data_sets:
        return []
    names = _names(chosen, column["DataSetIdentifier"])
    value = names.value(column["ColumnName"])
    if value.kind != "row" or value.derived:
        return []
    conditions = [filters.condition(kind, body, names)
                  for each in _cascade(control, chosen) for kind, body in each.items()]  # fmt: skip
    shown = rows.filtered(names.data_set.sql, conditions, ())
    order, direction = _order(control, value.sql, names)
    found = chosen.open.session.connection.sql(
        f"SELECT {value.text} FROM ({shown}) GROUP BY {value.sql} "
        f"ORDER BY {order} {direction} NULLS LAST, {value.sql} LIMIT {MOST_OPTIONS}"
    ).fetchall()
    return [text for (text,) in found]


def _names(chosen: Chosen, identifier: str) -> Expressions:
    data_set = chosen.open.data_sets[identifier]
    calculated = walk.calculated_fields(chosen.definition, identifier)
    parameters = walk.parameters(chosen.definition, chosen.parameters)
    return Expressions(
        data_set,
        {**data_set.fields, **calculated},
        {**data_set.parameters, **parameters},
        datetime.now(UTC).replace(tzinfo=None),
    )


def _order(control: Control, sql: str, names: Expressions) -> tuple[str, str]:
    """What the values are ordered by, and the direction."""
    for each in control.body.get("ControlSortConfigurations") or ():
        if direct := each.get("SelectableValuesSort"):
            return sql, "DESC" if direct["Direction"] == "DESC" else "ASC"
        by = each["ControlColumnSort"]
        other = names.value(by["Column"]["ColumnName"]).sql
        if by.get("AggregationFunction"):
            other = aggregate(by["AggregationFunction"]).sql.format(x=other)
        same = by["Column"]["ColumnName"] == control.column["ColumnName"]
        direction = "DESC" if by["SortDirection"] == "DESC" else "ASC"
        return (sql if same else other if by.get("AggregationFunction") else sql), direction
    return sql, "ASC"


def _cascade(control: Control, chosen: Chosen) -> Iterator[Json]:
    """The filters that the controls before a cascading one mean for it."""
    said = (control.body.get("CascadingControlConfiguration") or {}).get("SourceControls") or ()
    every = {each.id: each for sheet in walk.sheets(chosen.definition)
             for each in controls_of(chosen.definition, sheet)}  # fmt: skip
    for each in said:
        before = every.get(each.get("SourceSheetControlId", ""))
        column = each.get("ColumnToMatch") or (before.column if before else None)
        value = value_of(before, chosen) if before and before.kind in LISTS else []
        if before and before.kind_of_source == FILTER and column and value:
            kind, body = before.source
            yield {kind: {**body, "Column": column}}
        elif column and value:
            yield filter_values.among(column, value)
