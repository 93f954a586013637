"""Fields of a chart, read from short texts and written as QuickSight's API has them.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DimensionField.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_MeasureField.html
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from labkit.errors import NoChart, UnknownName

Columns = Mapping[str, str]
Definition = dict[str, Any]

GRANULARITIES = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")
AGGREGATIONS = {
    "sum": "SUM",
    "average": "AVERAGE",
    "avg": "AVERAGE",
    "min": "MIN",
    "max": "MAX",
    "count": "COUNT",
    "distinct_count": "DISTINCT_COUNT",
    "median": "MEDIAN",
    "stdev": "STDEV",
    "var": "VAR",
}
KINDS = {"STRING": "Categorical", "BOOLEAN": "Categorical", "DATETIME": "Date"}
FORMATS = {
    "percent": "PercentageDisplayFormatConfiguration",
    "number": "NumberDisplayFormatConfiguration",
    "currency": "CurrencyDisplayFormatConfiguration",
}
_FORMAT = re.compile(r"(.+) as (\w+)(?: with (\d+) decimals?)?")
_CALL = re.compile(r"(\w+)\(\s*(?:\{([^{}]+)\}|([\w ]+?))\s*\)")


@dataclass(frozen=True)
class FieldText:
    """What a field's text says.

    Args:
        text: as it was written.
        column: the column, empty where the field is calculated.
        function: an aggregation or a granularity in lower case, or empty.
        format: how its numbers are written: ``percent``, ``number``, ``currency``, or empty.
        decimals: how many digits follow the point.
    """

    text: str
    column: str
    function: str = ""
    format: str = ""
    decimals: int = 0

    @property
    def is_measure(self) -> bool:
        return not self.column or self.function in AGGREGATIONS


def read(text: str, schema: Columns) -> FieldText:
    """Read a field's text.

    >>> read("sum(pageviews)", {"pageviews": "INTEGER"})
    FieldText(text='sum(pageviews)', column='pageviews', function='sum', format='', decimals=0)

    Raises:
        UnknownName: there is no such column, no such format, or no such function.
    """
    text = text.strip()
    if text not in schema and (found := _FORMAT.fullmatch(text)):
        if found[2] not in FORMATS:
            raise UnknownName("format", found[2], list(FORMATS))
        return replace(read(found[1], schema), format=found[2], decimals=int(found[3] or 0))
    if text in schema:
        return FieldText(text, text)
    call = _CALL.fullmatch(text)
    function = call[1].lower() if call else ""
    if call and (function in AGGREGATIONS or function in GRANULARITIES):
        return FieldText(text, _known(call[2] or call[3], schema), function)
    if call and function not in _functions():
        raise UnknownName("aggregation", call[1], list(AGGREGATIONS))
    if re.fullmatch(r"[\w ]+", text):
        _known(text, schema)
    return FieldText(text, "")  # an expression, which QuickSight judges


def dimension(field: FieldText, field_id: str, schema: Columns, data_set: str) -> Definition:
    """A ``DimensionField``.

    Raises:
        NoChart: the text says a measure.
    """
    if field.is_measure:
        raise NoChart(f"{field.text!r} is a measure, and a column must stand there.")
    kind = KINDS.get(schema[field.column], "Numerical")
    made = {"FieldId": field_id, "Column": _column(field, data_set)}
    if kind == "Date":
        made["DateGranularity"] = (field.function or "day").upper()
    elif field.function:
        raise NoChart(f"{field.text!r} wants a date, and {field.column} is none.")
    return {f"{kind}DimensionField": made}


def measure(field: FieldText, field_id: str, schema: Columns, data_set: str) -> Definition:
    """A ``MeasureField``.

    Raises:
        NoChart: the text says no aggregation, or one that the column's type does not take, or
            a format where the API has no place for it.
    """
    if not field.column and field.format:
        raise NoChart(f"The API knows no format of a formula: {field.text!r} as it is, please.")
    if not field.column:
        return {"CalculatedMeasureField": {"FieldId": field_id, "Expression": field.text}}
    kind = KINDS.get(schema[field.column], "Numerical")
    if not field.is_measure:
        fits = "sum" if kind == "Numerical" else "count"
        raise NoChart(f"{field.text!r} needs an aggregation, such as {fits}({field.column}).")
    made = {"FieldId": field_id, "Column": _column(field, data_set)}
    made["AggregationFunction"] = _simple(field, kind)
    if field.format:
        written = {"DecimalPlacesConfiguration": {"DecimalPlaces": field.decimals}}
        made["FormatConfiguration"] = {"FormatConfiguration": {FORMATS[field.format]: written}}
    return {f"{kind}MeasureField": made}


def unaggregated(field: FieldText, field_id: str, schema: Columns, data_set: str) -> Definition:
    """An ``UnaggregatedField``, a column of a plain table."""
    if not field.column or field.function:
        raise NoChart(f"{field.text!r} must be a column in a table of single rows.")
    return {"FieldId": field_id, "Column": _column(field, data_set)}


def aggregation(field: FieldText, schema: Columns) -> Definition:
    """The ``AggregationFunction`` of a sort or a filter."""
    kind = KINDS.get(schema[field.column], "Numerical")
    return {f"{kind}AggregationFunction": _simple(field, kind)}


@functools.cache
def _functions() -> frozenset[str]:
    """The names of QuickSight's functions, in lower case."""
    text = (resources.files("labkit") / "quicksight_functions.json").read_text(encoding="utf-8")
    return frozenset(each["name"].lower() for each in json.loads(text))


def _simple(field: FieldText, kind: str) -> Any:
    name = AGGREGATIONS[field.function]
    if kind == "Numerical":
        return {"SimpleNumericalAggregation": name}
    taken = ("COUNT", "DISTINCT_COUNT") + (("MIN", "MAX") if kind == "Date" else ())
    if name not in taken:
        raise NoChart(f"{field.text!r}: a {kind.lower()} column takes {', '.join(taken).lower()}.")
    return name


def _column(field: FieldText, data_set: str) -> Definition:
    return {"DataSetIdentifier": data_set, "ColumnName": field.column}


def _known(name: str, schema: Columns) -> str:
    if name not in schema:
        raise UnknownName("column", name, list(schema))
    return name
