"""Rulesets: texts of DQDL under a name, checked when they are taken.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-data-quality-api.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from labkit.cloud.glue.quality import rules
from labkit.cloud.glue.quality.dqdl import BadRuleset, Ruleset, parse
from labkit.cloud.glue.quality.registry import check
from labkit.cloud.glue.records import answers, find_table, glue, lists
from labkit.cloud.glue.words import exists, invalid, not_found
from labkit.cloud.members import given, now, shown
from labkit.cloud.operations import Answer, Context

__all__ = ["find", "read", "rules"]

Record = dict[str, Any]
_RECORDS = "glue.quality.ruleset"
_TOLD = (
    *("Name", "Description", "CreatedOn", "LastModifiedOn", "TargetTable"),
    "RecommendationRunId",
)


def read(text: str) -> Ruleset:
    """What a text says.

    Raises:
        AwsError: ``InvalidInputException``: it is no DQDL, or cannot be evaluated here.
    """
    try:
        ruleset = parse(text)
        check(ruleset)
    except BadRuleset as error:
        raise invalid(f"Invalid DQDL ruleset: {error}") from error
    return ruleset


@answers("CreateDataQualityRuleset")
def create_ruleset(
    context: Context,
    *,
    Name: str,
    Ruleset: str,
    TargetTable: dict[str, str] | None = None,
    Tags: dict[str, str] | None = None,
    ClientToken: str | None = None,
    **asked: Any,
) -> Answer:
    check_new(context, Name, ClientToken)
    read(Ruleset)
    if TargetTable:
        find_table(context, TargetTable["DatabaseName"], TargetTable["TableName"])
    moment = now()
    made = given(
        {"Name": Name, "Ruleset": Ruleset, "TargetTable": TargetTable} | asked
        | {"CreatedOn": moment, "LastModifiedOn": moment}
    )  # fmt: skip
    hidden = {"region": context.region, "token": ClientToken}
    context.cloud.records(_RECORDS)[_key(context, Name)] = made | {"_": hidden}
    glue(context).tag_resource(_arn(context, Name), Tags)
    return {"Name": Name}


def check_new(context: Context, name: str, token: str | None = None) -> None:
    """Raise for a name that is taken, unless by a call of the same token."""
    former = context.cloud.records(_RECORDS).get(_key(context, name))
    if former and not (token and former["_"]["token"] == token):
        raise exists(f"Ruleset {name}")


@answers("GetDataQualityRuleset")
def get_ruleset(context: Context, *, Name: str) -> Answer:
    return shown(find(context, Name))


@answers("UpdateDataQualityRuleset")
def update_ruleset(
    context: Context, *, Name: str, Description: str | None = None, Ruleset: str | None = None
) -> Answer:
    former = find(context, Name)
    if Ruleset is not None:
        read(Ruleset)
    changed = given({"Description": Description, "Ruleset": Ruleset, "LastModifiedOn": now()})
    record = former | changed
    context.cloud.records(_RECORDS)[_key(context, Name)] = record
    return given({member: record.get(member) for member in ("Name", "Description", "Ruleset")})


@answers("DeleteDataQualityRuleset")
def delete_ruleset(context: Context, *, Name: str) -> Answer:
    find(context, Name)
    del context.cloud.records(_RECORDS)[_key(context, Name)]
    glue(context).tagger.delete_all_tags_for_resource(_arn(context, Name))
    return {}


@lists("ListDataQualityRulesets", "Rulesets")
def list_rulesets(
    context: Context, *, Filter: dict[str, Any] | None = None, Tags: dict[str, str] | None = None
) -> list[Answer]:
    """The rulesets that a filter and tags take."""
    records = context.cloud.records(_RECORDS).values()
    known = [each for each in records if each["_"]["region"] == context.region]
    wanted = [each for each in known if _passes(each, Filter or {})]
    if Tags:
        tagged = glue(context).get_tags
        wanted = [e for e in wanted if Tags.items() <= tagged(_arn(context, e["Name"])).items()]
    return [_listed(each) for each in wanted]


def _listed(record: Record) -> Answer:
    told = {member: record.get(member) for member in _TOLD}
    return given(told | {"RuleCount": len(parse(record["Ruleset"]).rules)})


def _passes(record: Record, wanted: dict[str, Any]) -> bool:
    table = wanted.get("TargetTable")
    if table and not table.items() <= (record.get("TargetTable") or {}).items():
        return False
    texts = (wanted.get(m) in (None, record.get(m)) for m in ("Name", "Description"))
    return all(texts) and all(
        within(record[member], wanted.get(f"{short}After"), wanted.get(f"{short}Before"))
        for member, short in (("CreatedOn", "Created"), ("LastModifiedOn", "LastModified"))
    )


def within(moment: float, after: datetime | None, before: datetime | None) -> bool:
    """Whether a moment lies between two times, of which either may be left open."""
    late = after is None or moment >= after.timestamp()
    return late and (before is None or moment <= before.timestamp())


def find(context: Context, name: str) -> Record:
    """A ruleset's record.

    Raises:
        AwsError: ``EntityNotFoundException``.
    """
    found: Record | None = context.cloud.records(_RECORDS).get(_key(context, name))
    if found is None:
        raise not_found(f"Ruleset {name} not found.")
    return found


def _key(context: Context, name: str) -> str:
    return f"{context.region}/{name}"


def _arn(context: Context, name: str) -> str:
    return context.arn(f"dataQualityRuleset/{name}")
