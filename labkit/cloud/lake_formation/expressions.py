"""Lake Formation's expressions of tags by name, which grants name in place of their tags.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/managing-tag-expressions.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.lake.refusals import insufficient
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

KIND = "lakeformation.expression"
Members = dict[str, Any]


@operation("lakeformation", "CreateLFTagExpression", alone=True)
def create_expression(context: Context, **told: Any) -> Answer:
    """Name tags of which a resource is to have a value each.

    Raises:
        AwsError: ``InvalidInputException``: the name is taken; ``EntityNotFoundException``: a tag
            is not there.
    """
    if _named(context.cloud, context.region, told["Name"]) is not None:
        raise AwsError("InvalidInputException", "LF-Tag expression already exists")
    return _keep(context, told)


@operation("lakeformation", "UpdateLFTagExpression", alone=True)
def update_expression(context: Context, **told: Any) -> Answer:
    """Other tags under a name: of all grants that name it.

    Raises:
        AwsError: ``EntityNotFoundException``.
    """
    find(context, told["Name"])
    return _keep(context, told)


@operation("lakeformation", "GetLFTagExpression")
def get_expression(context: Context, *, Name: str, **_: Any) -> Answer:
    """The tags of a name.

    Raises:
        AwsError: ``EntityNotFoundException``.
    """
    return find(context, Name)


@operation("lakeformation", "DeleteLFTagExpression", alone=True)
def delete_expression(context: Context, *, Name: str, **_: Any) -> Answer:
    """A name no more: grants that name it give nothing.

    Raises:
        AwsError: ``EntityNotFoundException``.
    """
    _check_admin(context)
    find(context, Name)
    del context.cloud.records(KIND)[f"{context.region}/{Name}"]
    return {}


@operation("lakeformation", "ListLFTagExpressions")
def list_expressions(
    context: Context, *, MaxResults: int | None = None, NextToken: str | None = None, **_: Any
) -> Answer:
    """All names, with their tags."""
    kept = sorted(context.cloud.records(KIND).items())
    found = [told for name, told in kept if name.startswith(f"{context.region}/")]
    refusal = AwsError("InvalidInputException", "Invalid NextToken.")
    return page("LFTagExpressions", found, MaxResults or 1000, NextToken, refusal)


def _keep(context: Context, told: Members) -> Answer:
    _check_admin(context)
    known = context.backend("lakeformation").list_lf_tags(context.account)
    for tag in told["Expression"]:
        if not {*tag["TagValues"]} <= {*known.get(tag["TagKey"], ())}:
            raise AwsError("EntityNotFoundException", "Tag or tag value does not exist.")
    kept = {"CatalogId": context.account} | told
    context.cloud.records(KIND)[f"{context.region}/{told['Name']}"] = kept
    return {}


def find(context: Context, name: str) -> Members:
    """The expression of a name.

    Raises:
        AwsError: ``EntityNotFoundException``.
    """
    found = _named(context.cloud, context.region, name)
    if found is None:
        raise AwsError("EntityNotFoundException", "LF-Tag expression does not exist")
    return found


def of_policy(cloud: Cloud, region: str, policy: Members) -> Members:
    """A policy with the tags of the expression that it names; with none where that has gone."""
    if name := policy.get("ExpressionName"):
        return policy | {"Expression": (_named(cloud, region, name) or {}).get("Expression")}
    return policy


def _named(cloud: Cloud, region: str, name: str) -> Members | None:
    found: Members | None = cloud.records(KIND).get(f"{region}/{name}")
    return found


def _check_admin(context: Context) -> None:
    from labkit.cloud.lake_formation import access

    if not access.is_admin(context.cloud, context.principal, context.region):
        raise insufficient(": Required Create LF-Tag Expression on Catalog")
