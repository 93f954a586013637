"""Rules about one number: of a column, of several, or of the whole table.

Sources: https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html and, for what is counted,
https://github.com/awslabs/deequ/tree/master/src/main/scala/com/amazon/deequ/analyzers
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.types import Type as ColumnType
from labkit.cloud.glue.quality.conditions import meets, shown
from labkit.cloud.glue.quality.data import Data, Outcome, Unmet, outcome
from labkit.cloud.glue.quality.dqdl import Condition, Rule
from labkit.cloud.glue.quality.registry import rule

_ONE = Condition("=", (1.0,))
_NUMERIC = ("tinyint", "smallint", "integer", "bigint", "real", "double", "decimal")
_SPARK = {
    "varchar": "StringType",
    "char": "StringType",
    "boolean": "BooleanType",
    "date": "DateType",
    "timestamp": "TimestampType",
    "integer": "IntegerType",
    "bigint": "LongType",
    "smallint": "ShortType",
    "tinyint": "ByteType",
    "real": "FloatType",
    "double": "DoubleType",
    "decimal": "DecimalType",
}


@dataclass(frozen=True)
class Measure:
    """A number that a query tells.

    Args:
        sql: with ``{rows}``, columns ``{0}`` and ``{1}``, and ``{groups}``: how often each value
            of the columns occurs, in rows where one of them is not missing.
        columns: how many it is of; ``None``: any number.
        numeric: whether they must be numbers.
    """

    sql: str
    columns: int | None = 1
    numeric: bool = False


_GROUPS = "(SELECT count(*) AS n FROM {rows} WHERE {known} GROUP BY {listed}) AS groups"
MEASURES = {
    "RowCount": Measure("SELECT count(*) FROM {rows}", 0),
    "Completeness": Measure("SELECT count({0}) / CAST(nullif(count(*), 0) AS double) FROM {rows}"),
    "Uniqueness": Measure("SELECT count_if(n = 1) / CAST(sum(n) AS double) FROM {groups}", None),
    "UniqueValueRatio": Measure(
        "SELECT count_if(n = 1) / CAST(nullif(count(*), 0) AS double) FROM {groups}", None
    ),
    "DistinctValuesCount": Measure("SELECT count(DISTINCT {0}) FROM {rows}"),
    "Entropy": Measure(
        "SELECT sum(-n / total * ln(n / total)) FROM (SELECT CAST(n AS double) AS n, "
        "CAST(sum(n) OVER () AS double) AS total FROM {groups}) AS shares"
    ),
    "Mean": Measure("SELECT avg(CAST({0} AS double)) FROM {rows}", numeric=True),
    "Sum": Measure("SELECT sum(CAST({0} AS double)) FROM {rows}", numeric=True),
    "StandardDeviation": Measure(
        "SELECT stddev_pop(CAST({0} AS double)) FROM {rows}", numeric=True
    ),
    "ColumnCorrelation": Measure(
        "SELECT corr(CAST({0} AS double), CAST({1} AS double)) FROM {rows}", 2, numeric=True
    ),
}
_WHOLE = ("RowCount", "DistinctValuesCount")  # told without a fraction


def measured(data: Data, name: str, columns: tuple[str, ...], where: str | None) -> float | None:
    """A measure's value; ``None`` where the data have none.

    Raises:
        Unmet: a column is not there, or is not of numbers.
    """
    measure = MEASURES[name]
    found = [data.column(each) for each in columns]
    for column, given in zip(found, columns, strict=True):
        if measure.numeric:
            check_numeric(column.type, given)
    quoted, rows = [quoted_name(column.name) for column in found], data.rows(where)
    known = " OR ".join(f"{each} IS NOT NULL" for each in quoted)
    groups = _GROUPS.format(rows=rows, known=known, listed=", ".join(quoted))
    value = data.value(measure.sql.format(*quoted, rows=rows, groups=groups))
    return None if value is None else int(value) if name in _WHOLE else float(value)


def is_simple(kind: ColumnType) -> bool:
    """Whether a type is one that Spark has rules for: of no parts."""
    return kind.base in _SPARK


def is_numeric(kind: ColumnType) -> bool:
    """Whether a type is of numbers."""
    return kind.base in _NUMERIC


def check_numeric(kind: ColumnType, name: str) -> None:
    """Raise `Unmet` unless a column is of numbers."""
    if not is_numeric(kind):
        known = ",".join(sorted({_SPARK[base] for base in _NUMERIC}))
        raise Unmet(
            f"Expected type of column {name} to be one of ({known}), "
            f"but found {spark_type(kind)} instead!"
        )


def spark_type(kind: ColumnType) -> str:
    """A type as Spark calls it."""
    return _SPARK.get(kind.base, kind.base)


def metric(name: str, columns: tuple[str, ...]) -> str:
    """A metric's name in a result.

    >>> metric("Uniqueness", ("a", "b")), metric("RowCount", ())
    ('Multicolumn.a,b.Uniqueness', 'Dataset.*.RowCount')
    """
    entity = {0: "Dataset", 1: "Column"}.get(len(columns), "Multicolumn")
    return f"{entity}.{','.join(columns) or '*'}.{name}"


def refusal(value: float | str) -> str:
    """Why a rule does not hold: what was found."""
    found = value if isinstance(value, str) else shown(value)
    return f"Value: {found} does not meet the constraint requirement!"


def _judged(
    data: Data, rule: Rule, name: str, condition: Condition | None, columns: tuple[str, ...]
) -> Outcome:
    value = measured(data, name, columns, rule.where)
    if value is None:
        of = ",".join(columns)
        return all_null(name, of)
    met = condition is None or meets(condition, value)
    return outcome([] if met else [refusal(value)], {metric(name, columns): float(value)})


def _measuring(name: str) -> Callable[[Data, Rule], Outcome]:
    return lambda data, rule: _judged(data, rule, name, rule.condition, rule.parameters)


for _name, _measure in MEASURES.items():
    _parameters: Any = (1, 99) if _measure.columns is None else _measure.columns
    rule(_name, _parameters, ("number",), where=True)(_measuring(_name))


@rule("IsComplete", where=True)
def is_complete(data: Data, rule: Rule) -> Outcome:
    return _judged(data, rule, "Completeness", _ONE, rule.parameters)


@rule("IsUnique", where=True)
def is_unique(data: Data, rule: Rule) -> Outcome:
    return _judged(data, rule, "Uniqueness", _ONE, rule.parameters)


@rule("IsPrimaryKey", (1, 99), where=True)
def is_primary_key(data: Data, rule: Rule) -> Outcome:
    """All values are there, and no two rows have the same."""
    parts = [_judged(data, rule, "Uniqueness", _ONE, rule.parameters)]
    parts += [_judged(data, rule, "Completeness", _ONE, (each,)) for each in rule.parameters]
    metrics = {name: value for part in parts for name, value in part.metrics.items()}
    return outcome([part.message for part in parts if part.message], metrics)


def all_null(analyzer: str, of: str) -> Outcome:
    """A rule on values that does not hold, since there are none."""
    told = f"Empty state for analyzer {analyzer}({of},None), all input values were NULL."
    return outcome([told])
