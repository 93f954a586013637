"""Whether a data set meets its rulesets: the report of a profile job's validation.

A check of values passes where as many rows meet it as its threshold says, by default all. The
report's shape is that of a real one. Source:
https://docs.aws.amazon.com/databrew/latest/dg/profile.data-quality-rules.html
"""

from __future__ import annotations

import contextlib
import datetime
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.databrew.expressions import SIGNS, BadExpression, Comparison, holds, value_of
from labkit.cloud.databrew.quality.aggregates import Statistics
from labkit.cloud.databrew.quality.checks import column_named
from labkit.cloud.databrew.quality.rules import Rule, aggregate_of, read_rule
from labkit.cloud.databrew.recipe import Column, RecipeError
from labkit.cloud.databrew.records import Record
from labkit.cloud.engine import Session
from labkit.cloud.engine.duck import failures
from labkit.cloud.engine.rows import first_row

SUCCEEDED, FAILED, ERROR = "SUCCEEDED", "FAILED", "ERROR"
_THRESHOLDS = {
    "GREATER_THAN_OR_EQUAL": operator.ge,
    "LESS_THAN_OR_EQUAL": operator.le,
    "GREATER_THAN": operator.gt,
    "LESS_THAN": operator.lt,
}


@dataclass
class Validation:
    """The rows that are validated.

    Args:
        session: runs SQL.
        sql: a SELECT of the rows.
        columns: of the rows.
        check: called between rules; what it raises ends the work.
    """

    session: Session
    sql: str
    columns: Sequence[Column]
    check: Callable[[], None]

    def __post_init__(self) -> None:
        self.statistics = Statistics(self.session, self.sql, self.columns)

    def report(self, rulesets: Sequence[Record]) -> dict[str, Any]:
        """The report on all rulesets, less what it tells of the run."""
        results = [self._ruleset(each) for each in rulesets]
        return {"sampleSize": self.statistics.rows, "rulesetResults": results}

    def _ruleset(self, ruleset: Record) -> dict[str, Any]:
        rules = [rule for rule in ruleset["Rules"] if not rule.get("Disabled")]
        results = [self._rule(rule) for rule in rules]
        return {
            "name": ruleset["Name"],
            **({"description": ruleset["Description"]} if ruleset.get("Description") else {}),
            "arn": ruleset["ResourceArn"],
            "lastModifiedDate": _dated(ruleset.get("LastModifiedDate") or ruleset["CreateDate"]),
            "ruleResults": results,
            "status": _overall([result["status"] for result in results]),
        }

    def _rule(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        self.check()
        told = {"name": definition["Name"], "definition": {"Disabled": False, **definition}}
        try:
            rule = read_rule(definition)
            return told | (self._of_columns(rule) if rule.selects else self._outcome(rule, None))
        except (BadExpression, RecipeError) as error:
            return told | {"message": str(error), "status": ERROR}

    def _of_columns(self, rule: Rule) -> dict[str, Any]:
        """A rule's outcome for each of the columns that it selects."""
        chosen = rule.columns(self.columns)
        results = [{"name": column.name, **self._outcome(rule, column)} for column in chosen]
        return {
            "columnResults": results,
            "status": _overall([result["status"] for result in results]),
        }

    def _outcome(self, rule: Rule, at_hand: Column | None) -> dict[str, Any]:
        if rule.aggregates:
            met = holds(rule.tree, lambda test: self._compares(test, rule, at_hand))
            return {"status": SUCCEEDED if met else FAILED}
        failed = self._failed_rows(rule, at_hand)
        met = _enough(rule.definition.get("Threshold"), failed, self.statistics.rows)
        return {"failedCount": failed, "status": SUCCEEDED if met else FAILED}

    def _failed_rows(self, rule: Rule, at_hand: Column | None) -> int:
        condition = rule.sql(self.columns, at_hand)
        counted = f"SELECT count(*) FILTER (WHERE ({condition}) IS NOT TRUE) FROM ({self.sql})"
        with failures():
            return int(first_row(self.session.connection, counted)[0])

    def _compares(self, test: Comparison, rule: Rule, at_hand: Column | None) -> bool:
        """Whether a statistic is as a condition wants it; one that there is not is never."""
        wanted = aggregate_of(test, rule.values)
        named = column_named(wanted.column, self.columns) if wanted.column else at_hand
        found = self.statistics.value(wanted.statistic, named, wanted.parameter)
        bounds = [_number(value_of(word, rule.values), found) for word in test.values]
        if found is None:
            return test.negated
        if test.condition == "between":
            return bounds[0] <= found <= bounds[1]
        if test.condition not in SIGNS:
            raise BadExpression(f"The condition {test.condition} does not compare statistics.")
        return SIGNS[test.condition](found, bounds[0])


def _enough(threshold: Mapping[str, Any] | None, failed: int, rows: int) -> bool:
    """Whether enough rows met a check."""
    if not threshold:
        return failed == 0
    met = float(rows - failed)
    if threshold.get("Unit", "COUNT") == "PERCENTAGE":
        met = 100.0 * met / rows if rows else 100.0
    compare = _THRESHOLDS[threshold.get("Type", "GREATER_THAN_OR_EQUAL")]
    return bool(compare(met, threshold["Value"]))


def _overall(states: Sequence[str]) -> str:
    return next((state for state in (ERROR, FAILED) if state in states), SUCCEEDED)


def _number(text: str, found: float | None) -> float:
    """A number to compare with one that was found, which may be whole and beyond a double's."""
    for read in (int, float) if isinstance(found, int) else (float,):
        with contextlib.suppress(ValueError):
            return read(text)
    raise BadExpression(f"A statistic compares with a number, not '{text}'.")


def _dated(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime(
        "%a %b %d %H:%M:%S UTC %Y"
    )
