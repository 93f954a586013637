"""A ruleset's evaluation: what becomes of each rule, and the result that is kept of it.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_DataQualityResult.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from labkit.cloud.engine import QueryFailed
from labkit.cloud.glue.quality.data import Data, Outcome, Unmet
from labkit.cloud.glue.quality.dqdl import Composite, Rule, Ruleset
from labkit.cloud.glue.quality.registry import TYPES
from labkit.cloud.members import given
from labkit.cloud.operations import AwsError

Result = dict[str, Any]


def evaluated(data: Data, ruleset: Ruleset) -> Result:
    """The members of a result that tell of rules and analyzers.

    Raises:
        QueryFailed: the data may not be read.
    """
    found = [(each, _judged(data, each)) for each in ruleset.rules]
    passed = sum(each.result == "PASS" for _, each in found)
    return {
        "Score": passed / len(found) if found else 0.0,
        "RuleResults": [_rule(at, rule, each) for at, (rule, each) in enumerate(found, 1)],
        "AnalyzerResults": [
            _analyzer(at, rule, _judged(data, rule)) for at, rule in enumerate(ruleset.analyzers, 1)
        ],
        "AggregatedMetrics": {
            "TotalRulesProcessed": float(len(found)),
            "TotalRulesPassed": float(passed),
            "TotalRulesFailed": float(len(found) - passed),
        },
    }


def _judged(data: Data, rule: Rule | Composite) -> Outcome:
    if isinstance(rule, Composite):
        return _together(rule, [_judged(data, each) for each in rule.rules])
    try:
        return TYPES[rule.type].judge(data, rule)
    except Unmet as why:
        return Outcome("FAIL", str(why))
    except QueryFailed as error:
        if isinstance(error.__cause__, AwsError):
            raise
        return Outcome("ERROR", f"Exception thrown while evaluating rule: {error.message}")


def _together(rule: Composite, parts: list[Outcome]) -> Outcome:
    """What becomes of rules that hold all together, or one of them."""
    results = {each.result for each in parts}
    messages = "\n".join(each.message for each in parts if each.message) or None
    metrics = {name: value for each in parts for name, value in each.metrics.items()}
    if "ERROR" in results:
        return Outcome("ERROR", messages, metrics)
    holds = results == {"PASS"} if rule.operator == "and" else "PASS" in results
    return Outcome("PASS" if holds else "FAIL", messages, metrics)


def _rule(at: int, rule: Rule | Composite, found: Outcome) -> Result:
    told = {
        "Name": f"Rule_{at}",
        "Description": rule.text,
        "EvaluationMessage": found.message,
        "Result": found.result,
        "EvaluatedMetrics": _finite(found.metrics),
        "EvaluatedRule": rule.text,
    }
    return given(told)


def _finite(metrics: Mapping[str, float]) -> dict[str, float]:
    """The metrics that JSON has a word for."""
    return {name: value for name, value in metrics.items() if math.isfinite(value)}


def _analyzer(at: int, rule: Rule, found: Outcome) -> Result:
    told = {
        "Name": f"Analyzer_{at}",
        "Description": rule.text,
        "EvaluationMessage": found.message,
        "EvaluatedMetrics": _finite(found.metrics),
    }
    return given(told)
