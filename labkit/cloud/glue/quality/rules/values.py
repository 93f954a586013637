"""Rules about each row's value: all rows must meet the condition, or the share that is said.

Source: https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnValues.html
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.engine import Column
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.glue.quality.conditions import holds, meets, sort_of
from labkit.cloud.glue.quality.data import Data, Outcome, Unmet, outcome
from labkit.cloud.glue.quality.dqdl import Condition, Keyword, Rule
from labkit.cloud.glue.quality.registry import rule
from labkit.cloud.glue.quality.rules.measures import all_null, check_numeric, refusal, spark_type

_RANGES = ("=", ">", ">=", "<", "<=", "between")
#: Names of ``ColumnDataType``, and what Trino calls them.
_TYPES = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "INTEGER": "integer",
    "DOUBLE": "double",
    "FLOAT": "real",
    "LONG": "bigint",
}


@rule("ColumnValues", 1, ("number", "text", "date"), threshold=True, where=True)
def column_values(data: Data, rule: Rule) -> Outcome:
    condition = _condition(rule)
    column, sort = data.column(rule.parameters[0]), sort_of(condition)
    value = quoted_name(column.name)
    if all(isinstance(each, Keyword) for each in condition.operands):
        sort = "any"
    if sort == "number":
        check_numeric(column.type, rule.parameters[0])
    elif sort == "text":
        _check_text(column, rule.parameters[0])
    elif sort == "date":
        value = f"TRY_CAST({value} AS date)"
    test = holds(value, condition, data.now)
    ranged = sort == "number" and condition.operator in _RANGES and not condition.negated
    if ranged and not rule.threshold:
        return _within(data, rule, value, ("Minimum", "Maximum"), value)
    return _complied(data, rule, test, "ColumnValues.Compliance", percent=sort == "date")


@rule("ColumnLength", 1, ("number",), threshold=True, where=True)
def column_length(data: Data, rule: Rule) -> Outcome:
    """The lengths of a column's texts; a missing one is as long as an empty one."""
    column, condition = data.column(rule.parameters[0]), _condition(rule)
    _check_text(column, rule.parameters[0])
    length = f"coalesce(length({quoted_name(column.name)}), 0)"
    if condition.operator in _RANGES and not condition.negated and not rule.threshold:
        return _within(data, rule, length, ("MinimumLength", "MaximumLength"), length)
    return _complied(data, rule, holds(length, condition, data.now), "ColumnLength.Compliance")


@rule("ColumnDataType", 1, ("text",), threshold=True, where=True)
def column_data_type(data: Data, rule: Rule) -> Outcome:
    """Whether the values are of a type: a column of texts is looked at value by value."""
    column, condition = data.column(rule.parameters[0]), _condition(rule)
    wanted = [str(each).upper() for each in condition.operands]
    if condition.operator not in ("=", "!="):
        raise Unmet("Unsupported operator")
    if wanted[0] not in _TYPES:
        raise Unmet(f"Unrecognized data type: {condition.operands[0]}")
    fits = f"TRY_CAST({quoted_name(column.name)} AS {_TYPES[wanted[0]]}) IS NOT NULL"
    test = f"NOT ({fits})" if condition.operator == "!=" else fits
    return _complied(data, rule, test, "ColumnDataType.Compliance")


@rule("DataFreshness", 1, ("duration",), threshold=True, where=True)
def data_freshness(data: Data, rule: Rule) -> Outcome:
    """How long ago each row's date or time was."""
    column = data.column(rule.parameters[0])
    now = data.now.strftime("%Y-%m-%d %H:%M:%S")
    age = (
        f"date_diff('second', TRY_CAST({quoted_name(column.name)} AS timestamp), TIMESTAMP '{now}')"
    )
    test = holds(age, _condition(rule), data.now)
    return _complied(data, rule, test, "DataFreshness.Compliance", percent=True)


def _condition(rule: Rule) -> Condition:
    if rule.condition is None:
        raise Unmet(f"{rule.type} cannot be analyzed without a condition")
    return rule.condition


def _check_text(column: Column, name: str) -> None:
    if column.type.base not in ("varchar", "char"):
        found = spark_type(column.type)
        raise Unmet(f"Expected type of column {name} to be StringType, but found {found} instead!")


def _within(data: Data, rule: Rule, value: str, names: Sequence[str], known: str) -> Outcome:
    """The least and the greatest value meet the condition, and none is missing."""
    condition, rows = _condition(rule), data.rows(rule.where)
    sql = f"SELECT min({value}), max({value}), count(*) - count({known}) FROM {rows}"
    least, greatest, missing = data.row(sql).values()
    if least is None:
        return all_null(names[0], rule.parameters[0])
    ends = dict.fromkeys((float(least), float(greatest)))
    messages = [refusal(end) for end in ends if not meets(condition, end)]
    messages += [refusal("NULL")] if missing else []
    metrics = {
        f"Column.{rule.parameters[0]}.{name}": float(end)
        for name, end in zip(names, (least, greatest), strict=True)
    }
    return outcome(messages, metrics)


def _complied(data: Data, rule: Rule, test: str, name: str, *, percent: bool = False) -> Outcome:
    """The share of rows that pass a test is all of them, or what the threshold says."""
    rows = data.rows(rule.where)
    share = data.value(f"SELECT count_if({test}) / CAST(nullif(count(*), 0) AS double) FROM {rows}")
    if share is None:
        return Outcome("PASS", "No rows matched the filter")
    metrics = {f"Column.{rule.parameters[0]}.{name}": share}
    if meets(rule.threshold or Condition("=", (1.0,)), share):
        return outcome([], metrics)
    if percent and rule.threshold is None:
        return outcome([f"{share * 100:.2f}% of rows passed"], metrics)
    return outcome([refusal(share)], metrics)
