"""Rules about a table's columns, whatever is in them.

Source: https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnNamesMatchPattern.html
"""

from __future__ import annotations

import re
from typing import NoReturn

from labkit.cloud.engine.patience import patient
from labkit.cloud.glue.quality.conditions import meets
from labkit.cloud.glue.quality.data import Data, Outcome, Unmet, outcome
from labkit.cloud.glue.quality.dqdl import Rule
from labkit.cloud.glue.quality.registry import rule
from labkit.cloud.glue.quality.rules.measures import refusal


@rule("ColumnCount", 0, ("number",))
def column_count(data: Data, rule: Rule) -> Outcome:
    count = len(data.columns)
    met = rule.condition is None or meets(rule.condition, count)
    return outcome([] if met else [refusal(count)], {"Dataset.*.ColumnCount": float(count)})


@rule("ColumnExists")
def column_exists(data: Data, rule: Rule) -> Outcome:
    data.column(rule.parameters[0])
    return outcome([])


@rule("ColumnNamesMatchPattern")
def column_names_match_pattern(data: Data, rule: Rule) -> Outcome:
    try:
        pattern = patient(re.compile(rule.parameters[0]), _too_slow)
    except re.error as error:
        raise Unmet(f"Invalid regex pattern '{rule.parameters[0]}'") from error
    others = [name for name in data.columns if not pattern.search(name)]
    share = 1 - len(others) / len(data.columns)
    why = [f"Columns that do not match the pattern: {', '.join(others)}"] if others else []
    return outcome(why, {"Dataset.*.ColumnNamesPatternMatchRatio": share})


def _too_slow(words: str) -> NoReturn:
    raise Unmet(words)
