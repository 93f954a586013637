"""The log groups of CloudWatch Logs, found by the beginning or a part of their names.

moto knows the beginning alone, and answers what it does not know with all groups.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.paging import page

MOST = 50
CLASS = "STANDARD"


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
        each.to_describe_dict() | {"logGroupClass": CLASS, "metricFilterCount": counts[name]}
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


def _groups(context: Context) -> dict[str, Any]:
    groups: dict[str, Any] = context.backend("logs").groups
    return dict(groups)


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterException", words)
