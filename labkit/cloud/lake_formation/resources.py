"""Folders of S3 that are registered with Lake Formation.

moto keeps an ARN and a role, and lists all, whatever is asked for.

Source: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_RegisterResource.html and
https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_FilterCondition.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.paging import page

Members = dict[str, Any]
_OF_RESOURCES = (
    "HybridAccessEnabled", "WithFederation", "WithPrivilegedAccess", "ExpectedResourceOwnerAccount",
)  # fmt: skip
_FIELDS = {"RESOURCE_ARN": "ResourceArn", "ROLE_ARN": "RoleArn"}
_COMPARISONS: dict[str, Callable[[str, list[str]], bool]] = {
    "EQ": lambda mine, theirs: mine == theirs[0],
    "NE": lambda mine, theirs: mine != theirs[0],
    "CONTAINS": lambda mine, theirs: theirs[0] in mine,
    "NOT_CONTAINS": lambda mine, theirs: theirs[0] not in mine,
    "BEGINS_WITH": lambda mine, theirs: mine.startswith(theirs[0]),
    "IN": lambda mine, theirs: mine in theirs,
}


@operation("lakeformation", "RegisterResource", alone=True)
def register_resource(
    context: Context, *, ResourceArn: str, RoleArn: str | None = None, **told: Any
) -> Answer:
    """Let Lake Formation lend a folder by a role; its own where none is named.

    Raises:
        AwsError: ``AlreadyExistsException``; ``InvalidInputException``.
    """
    if not ResourceArn.startswith("arn:aws:s3:::"):
        raise AwsError("InvalidInputException", f"Not the ARN of a place in S3: {ResourceArn}")
    if ResourceArn in _kept(context):
        raise AwsError("AlreadyExistsException", "Resource is already registered")
    with context.cloud.changing("lakeformation"):
        context.backend("lakeformation").register_resource(ResourceArn, RoleArn)
        _note(_kept(context)[ResourceArn], told)
    return {}


@operation("lakeformation", "UpdateResource", alone=True)
def update_resource(context: Context, *, ResourceArn: str, RoleArn: str, **told: Any) -> Answer:
    """Another role for a folder.

    Raises:
        AwsError: ``EntityNotFoundException``.
    """
    found = _find(context, ResourceArn)
    with context.cloud.changing("lakeformation"):
        found.role_arn = RoleArn
        _note(found, told)
    return {}


@operation("lakeformation", "DescribeResource")
def describe_resource(context: Context, *, ResourceArn: str) -> Answer:
    """What is known of a folder.

    Raises:
        AwsError: ``EntityNotFoundException``.
    """
    return {"ResourceInfo": _told(_find(context, ResourceArn))}


@operation("lakeformation", "ListResources")
def list_resources(
    context: Context,
    *,
    FilterConditionList: list[Members] | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> Answer:
    """The folders that meet all conditions."""
    tests = [_condition(context, each) for each in FilterConditionList or ()]
    told = map(_told, list(_kept(context).values()))
    found = [each for each in told if all(test(each) for test in tests)]
    refusal = AwsError("InvalidInputException", "Invalid NextToken.")
    return page("ResourceInfoList", found, MaxResults or 1000, NextToken, refusal)


def _condition(context: Context, asked: Members) -> Callable[[Members], bool]:
    field, comparison = _FIELDS.get(asked.get("Field", "")), asked.get("ComparisonOperator", "")
    if field is None or comparison not in _COMPARISONS:
        raise not_here("lakeformation", context.operation, f"a condition {asked}")
    if not (values := asked.get("StringValueList")):
        raise AwsError("InvalidInputException", "StringValueList is mandatory.")
    return lambda told: _COMPARISONS[comparison](told.get(field) or "", values)


def _note(resource: Any, told: Members) -> None:
    kept = getattr(resource, "told", {}) | {
        name: told[name] for name in _OF_RESOURCES if name in told
    }
    resource.told = kept


def _told(resource: Any) -> Members:
    kept = {name: value for name, value in getattr(resource, "told", {}).items() if value}
    return {"ResourceArn": resource.arn, "RoleArn": resource.role_arn, **kept}


def _find(context: Context, arn: str) -> Any:
    if (found := _kept(context).get(arn)) is None:
        raise AwsError("EntityNotFoundException", "Entity not found")
    return found


def _kept(context: Context) -> dict[str, Any]:
    kept: dict[str, Any] = context.backend("lakeformation").resources
    return kept
