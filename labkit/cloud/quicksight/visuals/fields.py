"""A visual's fields as columns of its data: their SQL, what they are called, how they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.quicksight.calc.scope import Derived
from labkit.cloud.quicksight.visuals.aggregates import DEFAULTS, aggregate
from labkit.cloud.quicksight.visuals.dates import truncated
from labkit.cloud.quicksight.visuals.expressions import Expressions, Value
from labkit.cloud.quicksight.visuals.model import Field, Kind, VisualError
from labkit.cloud.quicksight.visuals.plan import Measure
from labkit.cloud.quicksight.visuals.wells import WellField, Wells

Json = Mapping[str, Any]
_COUNTS = ("COUNT", "DISTINCT_COUNT")


@dataclass(frozen=True)
class Dimension:
    """A dimension: the field and the SQL that rows are grouped by."""

    field: Field
    sql: str
    derived: tuple[Derived, ...] = ()


@dataclass(frozen=True)
class Measured:
    """A measure: the field and how it is computed."""

    field: Field
    measure: Measure
    derived: tuple[Derived, ...] = ()


class Naming:
    """What the fields of a visual are called and how they are shown."""

    def __init__(self, wells: Wells, definition: Json, identifier: str) -> None:
        self.labels = dict(_custom_labels(wells.configuration))
        self._formats = {
            each["Column"]["ColumnName"]: each["FormatConfiguration"]
            for each in definition.get("ColumnConfigurations") or ()
            if each["Column"].get("DataSetIdentifier", identifier) == identifier
            and each.get("FormatConfiguration")
        }

        self._colors = {
            each["Column"]["ColumnName"]: each["ColorsConfiguration"].get("CustomColors") or ()
            for each in definition.get("ColumnConfigurations") or ()
            if each["Column"].get("DataSetIdentifier", identifier) == identifier
            and each.get("ColorsConfiguration")
        }

    def label(self, field: WellField, default: str) -> str:
        return self.labels.get(field.id) or default

    def format(self, field: WellField) -> Json:
        """The field's own format, or else its column's."""
        own: Json = field.body.get("FormatConfiguration") or {}
        return own or self._formats.get(field.column) or {}

    def colors(self, field: WellField) -> dict[str, str]:
        """The colours of the column's values, the same in all visuals.

        Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CustomColor.html
        """
        given = self._colors.get(field.column, ())
        return {
            each.get("FieldValue") or each.get("SpecialValue", ""): each["Color"] for each in given
        }


def dimension(field: WellField, names: Expressions, naming: Naming) -> Dimension:
    """A dimension field; a date is cut to its granularity, a day where none is named."""
    value = names.of_rows(field.column)
    grain, sql = "", value.sql
    if value.shown == "date" and field.shape == "DateDimensionField":
        grain = field.body.get("DateGranularity") or "DAY"
        sql = truncated(value.moment, grain, names.week_start)
    described = Field(
        field.id, field.well, naming.label(field, field.column), value.shown, field.column,
        granularity=grain, format=naming.format(field), colors=naming.colors(field),
    )  # fmt: skip
    return Dimension(described, sql, value.derived)


def measured(field: WellField, names: Expressions, naming: Naming) -> Measured:
    """A measure field."""
    if field.expression:
        return _calculated(field, names.compiled(field.expression), "", naming)
    value = names.value(field.column)
    if value.kind != "row":
        return _calculated(field, value, field.column, naming)
    how = aggregate(field.body.get("AggregationFunction"), _default(field, value))
    if how.numeric and value.shown in ("text", "date"):
        raise VisualError(
            f"{how.label} of '{field.column}' needs numbers, and it is {value.shown}."
        )
    if how.numeric and value.shown == "boolean":
        value = replace(value, sql=f"CAST({value.sql} AS BIGINT)")
    kind: Kind = value.shown if how.name in ("MIN", "MAX", "UNIQUE_VALUE") else "number"
    described = Field(
        field.id, field.well, naming.label(field, f"{how.label} of {field.column}"), kind,
        field.column, how.name, format=_fitting(naming.format(field), how.name, value),
    )  # fmt: skip
    measure = Measure(how.sql.format(x=value.sql), how, value.sql)
    return Measured(described, measure, value.derived)


def hidden(column: str, function: Any, names: Expressions) -> tuple[Measure, tuple[Derived, ...]]:
    """A measure that orders groups and is not shown."""
    value = names.value(column)
    if value.kind != "row":
        return Measure(value.sql, window=value.kind == "window"), value.derived
    how = aggregate(function, "SUM" if value.shown == "number" else "COUNT")
    return Measure(how.sql.format(x=value.sql), how, value.sql), value.derived


def _default(field: WellField, value: Value) -> str:
    """The function where the definition names none: of a level-aware window the least value.

    Source: https://docs.aws.amazon.com/quicksight/latest/user/level-aware-calculations.html
    """
    if value.shown != "number":
        return "COUNT"
    window = any(value.sql == quoted_name(each.name) for each in value.derived)
    return "MIN" if window else DEFAULTS.get(field.shape, "SUM")


def _calculated(field: WellField, value: Value, column: str, naming: Naming) -> Measured:
    """A calculated field that aggregates by itself; of one that does not, the sum."""
    label = naming.label(field, column or _named(field.expression))
    if value.kind == "row":
        how = aggregate(None, "SUM" if value.shown == "number" else "COUNT")
        measure = Measure(how.sql.format(x=value.sql), how, value.sql)
    else:
        how, measure = None, Measure(value.sql, window=value.kind == "window")
    described = Field(
        field.id, field.well, label, value.shown if how is None else "number", column,
        how.name if how else "CUSTOM", format=naming.format(field),
    )  # fmt: skip
    return Measured(described, measure, value.derived)


def _named(expression: str) -> str:
    """What an expression is called: by its field if it holds no more, or else its own text.

    >>> _named("avg({on_time})"), _named("{share}"), _named("sum({a}) / sum({b})")
    ('Average of on_time', 'share', 'sum({a}) / sum({b})')
    """
    alone = re.fullmatch(rf"\s*{_FIELD}\s*", expression)
    called = re.fullmatch(rf"\s*(\w+)\s*\(\s*{_FIELD}\s*\)\s*", expression)
    if called and (how := _CALLED.get(called[1].lower())):
        return f"{aggregate(None, how).label} of {called[2]}"
    return alone[1] if alone else " ".join(expression.split())


_FIELD = r"\{([^{}]+)\}"
_CALLED = {"sum": "SUM", "avg": "AVERAGE", "min": "MIN", "max": "MAX", "count": "COUNT",
           "distinct_count": "DISTINCT_COUNT", "median": "MEDIAN"}  # fmt: skip


def _fitting(format_: Json, function: str, value: Value) -> Json:
    """A column's own format does not fit a count of its values."""
    counts = function in _COUNTS and value.shown != "number"
    return {} if counts and "NumericFormatConfiguration" not in format_ else format_


def _custom_labels(configuration: Any) -> Iterator[tuple[str, str]]:
    """The custom labels of fields, wherever a configuration has them."""
    if isinstance(configuration, Mapping):
        applied = (configuration.get("ApplyTo") or {}).get("FieldId", configuration.get("FieldId"))
        label = configuration.get("CustomLabel") or configuration.get("Label")
        if applied and isinstance(label, str):
            yield applied, label
        for value in configuration.values():
            yield from _custom_labels(value)
    elif isinstance(configuration, list):
        for value in configuration:
            yield from _custom_labels(value)
