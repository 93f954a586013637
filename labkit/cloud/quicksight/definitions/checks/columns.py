"""The data sets are there, with the columns that the definition uses, of the types that it needs.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AnalysisError.html
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from labkit.cloud.quicksight.calc import CalcError, Field
from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.definitions.formulas import compiled
from labkit.cloud.quicksight.definitions.judgement import Finding, Subject, check, strict_check

NUMBERS = ("INTEGER", "DECIMAL")
# What a column must be to stand under a member.
NEEDS = {
    "CategoricalDimensionField": ("STRING", "BOOLEAN"),
    "NumericalDimensionField": NUMBERS,
    "NumericalMeasureField": NUMBERS,
    "DateDimensionField": ("DATETIME",),
    "DateMeasureField": ("DATETIME",),
    "NumericRangeFilter": NUMBERS,
    "NumericEqualityFilter": NUMBERS,
    "TimeRangeFilter": ("DATETIME",),
    "TimeEqualityFilter": ("DATETIME",),
    "RelativeDatesFilter": ("DATETIME",),
}
# A value of each type of parameter, for those that have no default.
SAMPLES = {"String": "", "Integer": 0, "Decimal": 0.0, "DateTime": datetime.datetime(1970, 1, 1)}
COUNTS = ("COUNT", "DISTINCT_COUNT")


@check
def data_sets(subject: Subject) -> Iterator[Finding]:
    """Each data set is there."""
    arns = walk.data_sets(subject.definition)
    for identifier, columns in subject.columns.items():
        if columns is None:
            words = f"Data set '{arns.get(identifier, identifier)}' is not found."
            yield Finding(words, (), "DATA_SET_NOT_FOUND")


@strict_check
def columns(subject: Subject) -> Iterator[Finding]:
    """Each column is one of its data set or a calculated field.

    ``LENIENT`` makes the asset; its visuals say that fields are no longer there. Source:
    https://github.com/aws-solutions-library-samples/cloud-intelligence-dashboards-framework/issues/1321
    """
    arns = walk.data_sets(subject.definition)
    for node in walk.nodes(subject.definition):
        identifier, name = node.value.get("DataSetIdentifier"), node.value.get("ColumnName")
        known = subject.columns.get(identifier or "")
        if name is None or known is None or name in known:
            continue
        if name not in walk.calculated_fields(subject.definition, identifier or ""):
            where = arns.get(identifier or "", identifier)
            words = f"Required column '{name}' is missing in data set '{where}'"
            yield Finding(words, node.place, "COLUMN_REPLACEMENT_MISSING")


@check
def types(subject: Subject) -> Iterator[Finding]:
    """A number's field is on a number, a date's on a date, a category's on neither.

    Source, for the last: https://github.com/aws-samples/sample-kiro-user-analytics-quicksight-dashboard
    """
    for node in walk.nodes(subject.definition):
        column = subject.column(node.value["Column"]) if node.key in NEEDS else None
        if column and column.type not in NEEDS[node.key] and not _counts(node.value):
            name, needed = node.value["Column"]["ColumnName"], " or ".join(NEEDS[node.key])
            words = f"Column '{name}' has type {column.type}; {node.key} needs {needed}."
            yield Finding(words, node.place, "COLUMN_TYPE_MISMATCH")


@strict_check
def calculations(subject: Subject) -> Iterator[Finding]:
    """Each calculated field can be calculated."""
    for identifier in subject.columns:
        for name, found in _calculated(subject, identifier).items():
            if isinstance(found, CalcError):
                yield Finding(f"Calculated field {name} has an invalid expression: {found}")


@strict_check
def aggregations(subject: Subject) -> Iterator[Finding]:
    """A calculated field that aggregates by itself has no function around it."""
    aggregated = {
        (identifier, name)
        for identifier in subject.columns
        for name, found in _calculated(subject, identifier).items()
        if isinstance(found, Field) and found.kind != "row"
    }
    for node in walk.nodes(subject.definition):
        if node.key.endswith("MeasureField") and node.value.get("AggregationFunction"):
            column = node.value["Column"]
            if (column["DataSetIdentifier"], column["ColumnName"]) in aggregated:
                words = f"Column '{column['ColumnName']}' is already aggregated."
                yield Finding(words, node.place, "INVALID_COLUMN_AGGREGATION")


def _calculated(subject: Subject, identifier: str) -> dict[str, Field | CalcError]:
    """A data set's calculated fields; none of one that is not there."""
    fields = walk.calculated_fields(subject.definition, identifier)
    columns = subject.columns[identifier]
    if columns is None or not fields:
        return {}
    return dict(compiled(fields, columns, _values(subject.definition)))


def _values(definition: walk.Json) -> dict[str, Any]:
    known = walk.parameters(definition)
    types = {declared["Name"]: kind for kind, declared in walk.declarations(definition)}
    return {n: SAMPLES[types[n]] if value is None else value for n, value in known.items()}


def _counts(field: walk.Json) -> bool:
    """Counting takes columns of any type."""
    function = field.get("AggregationFunction", {})
    return isinstance(function, dict) and function.get("SimpleNumericalAggregation") in COUNTS
