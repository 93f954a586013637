"""The log groups of CloudWatch Logs: found by the beginning or a part of their names, protected.

moto knows the beginning alone, answers what it does not know with all groups, and deletes what is
protected from it.

Sources:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protecting-log-groups-from-deletion.html
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.paging import page

MOST = 50
CLASS = "STANDARD"
_PROTECTED = (
    "Cannot delete log group with deletion protection enabled. Disable deletion protection first."
)


@operation("logs", "CreateLogGroup", alone=True)
def create_log_group(
    context: Context,
    *,
    logGroupName: str,
    tags: dict[str, str] | None = None,
    kmsKeyId: str | None = None,
    deletionProtectionEnabled: bool = False,
    **_: Any,
) -> Answer:
    if logGroupName in _groups(context):
        words = "The specified log group already exists"
        raise AwsError("ResourceAlreadyExistsException", words)
    with context.cloud.changing("logs"):
        backend = context.backend("logs")
        group = backend.create_log_group(logGroupName, tags or {}, kmsKeyId=kmsKeyId)
        group.protected = deletionProtectionEnabled
    return {}


@operation("logs", "PutLogGroupDeletionProtection", alone=True)
def put_log_group_deletion_protection(
    context: Context, *, logGroupIdentifier: str, deletionProtectionEnabled: bool
) -> Answer:
    name = logGroupIdentifier.removesuffix(":*").rpartition(":log-group:")[2]
    with context.cloud.changing("logs"):
        _group(context, name).protected = deletionProtectionEnabled
    return {}


def check_deletion(context: Context, name: str) -> None:
    """Raise for a group that is protected.

    Raises:
        AwsError: ``ValidationException``.
    """
    group = _groups(context).get(name)
    if group is not None and _told(group)["deletionProtectionEnabled"]:
        raise AwsError("ValidationException", _PROTECTED)


def _told(group: Any) -> Answer:
    protected = group.__dict__.get("protected", False)
    return {"logGroupClass": CLASS, "deletionProtectionEnabled": protected}


@operation("logs", "DescribeLogGroups")
def describe_log_groups(
    context: Context,
    *,
    logGroupNamePrefix: str = "",
    logGroupNamePattern: str = "",
    logGroupIdentifiers: list[str] | None = None,
    logGroupClass: str = CLASS,
    accountIdentifiers: list[str] | None = None,
    includeLinkedAccounts: bool = False,
    limit: int = MOST,
    nextToken: str | None = None,
) -> Answer:
    """Groups by their names; a pattern is a part of the name, its capitals are its own."""
    if logGroupNamePrefix and logGroupNamePattern:
        raise _invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    if logGroupIdentifiers and (logGroupNamePrefix or logGroupNamePattern):
        raise not_here("logs", context.operation, "identifiers go without names")
    if includeLinkedAccounts or set(accountIdentifiers or ()) - {context.principal.account}:
        raise not_here("logs", context.operation, "there is one account")
    filters = context.backend("logs").filters.metric_filters
    counts = Counter(each["logGroupName"] for each in filters)
    named = {each.removesuffix(":*").rpartition(":")[2] for each in logGroupIdentifiers or ()}
    found = [
        each.to_describe_dict() | _told(each) | {"metricFilterCount": counts[name]}
        for name, each in sorted(_groups(context).items())
        if name.startswith(logGroupNamePrefix)
        and logGroupNamePattern in name
        and (not named or name in named)
        and logGroupClass == CLASS
    ]
    refusal = _invalid("The specified nextToken is invalid.")
    asked = (logGroupNamePrefix, logGroupNamePattern, sorted(named), logGroupClass)
    return page(
        "logGroups", found, limit, nextToken, refusal, following="nextToken", question=asked
    )


@operation("logs", "ListLogGroups")
def list_log_groups(
    context: Context,
    *,
    logGroupNamePattern: str = "",
    logGroupClass: str = CLASS,
    limit: int = MOST,
    nextToken: str | None = None,
    **more: Any,
) -> Answer:
    """Groups by parts of their names, in brief.

    Source:
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html
    """
    if strange := sorted(name for name, value in more.items() if value):
        raise not_here("logs", context.operation, f"{strange[0]} is not known")
    found = [
        {"logGroupName": name, "logGroupArn": group.arn.removesuffix(":*"), "logGroupClass": CLASS}
        for name, group in sorted(_groups(context).items())
        if logGroupClass == CLASS and _fits(name, logGroupNamePattern)
    ]
    refusal = _invalid("The specified nextToken is invalid.")
    return page("logGroups", found, limit, nextToken, refusal, following="nextToken")


def _fits(name: str, pattern: str) -> bool:
    """Whether a name has one of the parts, or a beginning.

    >>> _fits("/aws/lambda/f", "none|^/aws"), _fits("/aws/lambda/f", "^lambda")
    (True, False)
    """
    parts = pattern.split("|")
    return any(name.startswith(p[1:]) if p.startswith("^") else p in name for p in parts)


@operation("logs", "AssociateKmsKey", alone=True)
def associate_kms_key(
    context: Context, *, kmsKeyId: str, logGroupName: str = "", resourceIdentifier: str = ""
) -> Answer:
    """Name another key of a group; what is kept is not encrypted by it.

    Source:
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
    """
    return _with_key(context, kmsKeyId, logGroupName, resourceIdentifier)


@operation("logs", "DisassociateKmsKey", alone=True)
def disassociate_kms_key(
    context: Context, *, logGroupName: str = "", resourceIdentifier: str = ""
) -> Answer:
    return _with_key(context, None, logGroupName, resourceIdentifier)


def _with_key(context: Context, key: str | None, name: str, resource: str) -> Answer:
    if bool(name) == bool(resource):
        raise _invalid("Tell either the log group's name or a resource identifier.")
    if resource and ":log-group:" not in resource:
        raise not_here("logs", context.operation, "results of queries have no keys")
    name = name or resource.removesuffix(":*").rpartition(":log-group:")[2]
    with context.cloud.changing("logs"):
        _group(context, name).kms_key_id = key
    return {}


def _group(context: Context, name: str) -> Any:
    if (group := _groups(context).get(name)) is None:
        words = "The specified log group does not exist."
        raise AwsError("ResourceNotFoundException", words)
    return group


def _groups(context: Context) -> dict[str, Any]:
    groups: dict[str, Any] = context.backend("logs").groups
    return dict(groups)


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterException", words)
