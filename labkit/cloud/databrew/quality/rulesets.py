"""Rulesets: what must hold of a data set, checked by profile jobs.

Source: https://docs.aws.amazon.com/databrew/latest/dg/API_CreateRuleset.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.databrew import records
from labkit.cloud.databrew.expressions import BadExpression
from labkit.cloud.databrew.profile.checks import check_selectors
from labkit.cloud.databrew.quality.rules import check_rule
from labkit.cloud.databrew.records import DATASET, JOB, RULESET, Record, answers, lists, shown
from labkit.cloud.databrew.words import conflict, invalid, not_found
from labkit.cloud.operations import Answer, Context


@answers("CreateRuleset")
def create_ruleset(
    context: Context, *, Name: str, Rules: list[Record], Tags: Any = None, **members: Any
) -> Answer:
    """A new ruleset for a data set, which may come later: its page knows no error for that."""
    _check(Rules)
    records.create(context, RULESET, Name, {"Tags": Tags, "Rules": Rules, **members})
    return {"Name": Name}


@answers("UpdateRuleset")
def update_ruleset(
    context: Context, *, Name: str, Rules: list[Record], Description: str | None = None
) -> Answer:
    """Change a ruleset to what is given."""
    _check(Rules)
    records.update(context, RULESET, Name, {"Rules": Rules, "Description": Description})
    return {"Name": Name}


@answers("DescribeRuleset")
def describe_ruleset(context: Context, *, Name: str) -> Answer:
    return shown(records.find(context, RULESET, Name))


@lists("ListRulesets", "Rulesets")
def list_rulesets(context: Context, *, TargetArn: str | None = None) -> list[Record]:
    """All rulesets, or those of one data set."""
    if TargetArn and not _is_there(context, TargetArn):
        raise not_found(DATASET.missing)
    found = records.listed(context, RULESET)
    wanted = [each for each in found if TargetArn in (None, each["TargetArn"])]
    return [{**shown(each), "RuleCount": len(each["Rules"])} for each in wanted]


@answers("DeleteRuleset")
def delete_ruleset(context: Context, *, Name: str) -> Answer:
    """Drop a ruleset, which no job must use."""
    arn = records.find(context, RULESET, Name)["ResourceArn"]
    for job in records.listed(context, JOB):
        used = [each["RulesetArn"] for each in job.get("ValidationConfigurations") or []]
        if arn in used:
            raise conflict(f"The ruleset {Name} is used by the job {job['Name']}.")
    records.remove(context, RULESET, Name)
    return {"Name": Name}


def _is_there(context: Context, arn: str) -> bool:
    """Whether there is a data set of this ARN."""
    return any(each["ResourceArn"] == arn for each in records.listed(context, DATASET))


def _check(rules: list[Record]) -> None:
    """Refuse rules that could never be checked."""
    names = [rule["Name"] for rule in rules]
    twin = next((name for name in names if names.count(name) > 1), None)
    if twin is not None:
        raise invalid(f"There are two rules of the name {twin}.")
    for rule in rules:
        check_selectors(rule.get("ColumnSelectors"))
        try:
            check_rule(rule)
        except BadExpression as error:
            raise invalid(f"The rule {rule['Name']} is not valid: {error}") from error
