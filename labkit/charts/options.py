"""A field's own options: what it is made of, how it is aggregated, cut and written.

Sources: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_MeasureField.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_FormatConfiguration.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from labkit.charts.fields import KINDS, Definition
from labkit.errors import NoChart

AGGREGATED = "AGGREGATED"  # the type of a calculated field that aggregates by itself
COUNTS = ("COUNT", "DISTINCT_COUNT")
NUMBERS = ("SUM", "AVERAGE", "MIN", "MAX", "MEDIAN", *COUNTS, "STDEV", "STDEVP", "VAR", "VARP")
AGGREGATIONS = {"Numerical": NUMBERS, "Date": (*COUNTS, "MIN", "MAX"), "Categorical": COUNTS}
_MOST_PLACES = 20


def new_field(takes: str, kind: str, field_id: str, column: Mapping[str, str]) -> Definition:
    """A field of a column as a well takes it: a number is summed, a date cut to days.

    >>> new_field("measure", "INTEGER", "f", {})["NumericalMeasureField"]["AggregationFunction"]
    {'SimpleNumericalAggregation': 'SUM'}

    Args:
        takes: ``dimension`` or ``measure``.
        kind: the column's type.

    Raises:
        NoChart: what aggregates by itself is no dimension.
    """
    shape = shape_of(kind)
    made: Definition = {"FieldId": field_id, "Column": dict(column)}
    if takes == "measure":
        if kind != AGGREGATED:
            made["AggregationFunction"] = aggregation(shape, AGGREGATIONS[shape][0])
        return {f"{shape}MeasureField": made}
    if kind == AGGREGATED:
        raise NoChart(f"{column['ColumnName']} is aggregated, and rows cannot be grouped by it.")
    if shape == "Date":
        made["DateGranularity"] = "DAY"
    return {f"{shape}DimensionField": made}


def shape_of(kind: str) -> str:
    """What holds a type of columns: ``Categorical``, ``Date`` or ``Numerical``."""
    return KINDS.get(kind, "Numerical")


def aggregation(shape: str, name: str) -> Any:
    """An aggregation as a field of a shape has it."""
    if name not in AGGREGATIONS[shape]:
        known = ", ".join(AGGREGATIONS[shape]).lower()
        raise NoChart(f"{name.lower()} is no aggregation here. Known: {known}.")
    return {"SimpleNumericalAggregation": name} if shape == "Numerical" else name


def aggregation_of(field: Definition) -> str:
    """A measure's aggregation; empty where it is calculated or a percentile."""
    found = next(iter(field.values())).get("AggregationFunction", "")
    return found if isinstance(found, str) else str(found.get("SimpleNumericalAggregation", ""))


def change(field: Definition, options: Mapping[str, Any]) -> None:
    """Change options of a field: ``aggregation``, ``granularity``, ``format``."""
    [(member, body)] = field.items()
    for name, value in options.items():
        _CHANGES[name](member, body, value)


def _aggregate(member: str, body: Definition, name: str) -> None:
    body["AggregationFunction"] = aggregation(member.removesuffix("MeasureField"), name)


def _cut(member: str, body: Definition, name: str) -> None:
    if member != "DateDimensionField":
        raise NoChart("Only a date is cut to a granularity.")
    body["DateGranularity"] = name


def _write(member: str, body: Definition, format: Mapping[str, Any]) -> None:
    if not format.get("kind"):
        body.pop("FormatConfiguration", None)
        return
    if format["kind"] == "date":
        body["FormatConfiguration"] = {"DateTimeFormat": format["pattern"]}
        return
    numeric = _numeric(format["kind"], format.get("places"))
    inner = (
        "FormatConfiguration" if member.startswith("Numerical") else "NumericFormatConfiguration"
    )
    body["FormatConfiguration"] = {inner: numeric}


def _numeric(kind: str, places: int | None) -> Definition:
    """A number as ``number``, ``percent`` or ``currency``, with so many decimal places."""
    comma = {"ThousandsSeparator": {"Symbol": "COMMA", "Visibility": "VISIBLE"}}
    made: Definition = {"SeparatorConfiguration": comma}
    if places is not None:
        decimals = {"DecimalPlaces": min(max(int(places), 0), _MOST_PLACES)}
        made["DecimalPlacesConfiguration"] = decimals
    if kind == "currency":
        made["Symbol"] = "USD"
    return {_FORMATS[kind]: made}


def format_of(field: Definition) -> dict[str, Any]:
    """A field's format as `change` takes it; empty where it has none."""
    found = next(iter(field.values())).get("FormatConfiguration", {})
    if "DateTimeFormat" in found:
        return {"kind": "date", "pattern": found["DateTimeFormat"]}
    numeric = found.get("FormatConfiguration") or found.get("NumericFormatConfiguration") or {}
    for kind, member in _FORMATS.items():
        if member in numeric:
            places = numeric[member].get("DecimalPlacesConfiguration", {}).get("DecimalPlaces")
            return {"kind": kind, "places": places}
    return {}


_FORMATS = {
    "number": "NumberDisplayFormatConfiguration",
    "percent": "PercentageDisplayFormatConfiguration",
    "currency": "CurrencyDisplayFormatConfiguration",
}
_CHANGES: dict[str, Callable[[str, Definition, Any], None]] = {
    "aggregation": _aggregate,
    "granularity": _cut,
    "format": _write,
}
