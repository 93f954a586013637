"""A log group's events by pattern, of all its streams in one order of time.

moto puts one stream's events behind another's unless it is asked not to, passes over the beginning
of the streams' names and a group's identifier, and tells nothing to a token that it does not know.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

import json
from typing import Any

from labkit.cloud.logs.events import MOST
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation, rewrites
from labkit.cloud.paging import page

_NAME, _IDENTIFIER = "logGroupName", "logGroupIdentifier"


@operation("logs", "FilterLogEvents")
def filter_log_events(
    context: Context,
    *,
    logGroupName: str = "",
    logGroupIdentifier: str = "",
    logStreamNames: list[str] | None = None,
    logStreamNamePrefix: str = "",
    startTime: int | None = None,
    endTime: int | None = None,
    filterPattern: str = "",
    limit: int = MOST,
    nextToken: str | None = None,
    **_: Any,
) -> Answer:
    """The events that fit; which streams were looked at is not told any more.

    Raises:
        AwsError: ``ResourceNotFoundException``; ``InvalidParameterException``.
    """
    if logStreamNames and logStreamNamePrefix:
        words = "LogStreamNamePrefix and LogStreamNames are mutually exclusive parameters."
        raise AwsError("InvalidParameterException", words)
    group = find_group(context, logGroupName or name_of(logGroupIdentifier))
    for name in logStreamNames or ():
        if name not in group.streams:
            words = "The specified log stream does not exist."
            raise AwsError("ResourceNotFoundException", words)
    found = [
        event
        for name, stream in sorted(group.streams.items())
        if name.startswith(logStreamNamePrefix) and (not logStreamNames or name in logStreamNames)
        for event in stream.filter_log_events(startTime, endTime, filterPattern)
    ]
    found.sort(key=lambda event: event["timestamp"])
    refusal = AwsError("InvalidParameterException", "The specified nextToken is invalid.")
    told = page("events", found, limit, nextToken, refusal, following="nextToken")
    return told | {"searchedLogStreams": []}


@rewrites("logs")
def by_name(operation_name: str, body: bytes) -> bytes:
    """A request that names its group as moto knows it."""
    if _IDENTIFIER.encode() not in body:
        return body
    asked = json.loads(body)
    identifier = asked.pop(_IDENTIFIER, None)
    return json.dumps(asked | ({_NAME: name_of(identifier)} if identifier else {})).encode()


def check_group(context: Context, asked: dict[str, Any]) -> None:
    """Raise for a group that is told twice, for tags and a filter of metrics of none that is.

    Policies of single groups are refused: moto takes them for those of the account.
    """
    single = asked.get("resourceArn") or asked.get("policyScope") == "RESOURCE"
    single = single or asked.get("expectedRevisionId")  # which no other has
    if "ResourcePolic" in context.operation and single:
        raise not_here("logs", context.operation, "a policy of one log group")
    if asked.get(_NAME) and asked.get(_IDENTIFIER):
        words = "LogGroup name and LogGroup ARN are mutually exclusive parameters."
        raise AwsError("ValidationException", words)
    if ":log-group:" in (arn := asked.get("resourceArn", "")):
        find_group(context, name_of(arn))
    if context.operation in ("PutMetricFilter", "DeleteMetricFilter"):
        find_group(context, asked[_NAME])
    if context.operation == "DeleteMetricFilter":
        filters = context.backend("logs").filters.metric_filters
        keys = [(each[_NAME], each["filterName"]) for each in filters]
        if (asked[_NAME], asked["filterName"]) not in keys:
            words = "The specified metric filter does not exist."
            raise AwsError("ResourceNotFoundException", words)


def name_of(identifier: str) -> str:
    """A group's name, given its name or ARN.

    >>> name_of("arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f:*")
    '/aws/lambda/f'
    """
    return identifier.removesuffix(":*").rpartition(":log-group:")[2]


def find_group(context: Context, name: str) -> Any:
    """moto's record of a group.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    found = context.backend("logs").groups.get(name)
    if found is None:
        words = "The specified log group does not exist."
        raise AwsError("ResourceNotFoundException", words)
    return found
