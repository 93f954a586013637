"""Where a log group's events are sent on to, and in which order.

moto tells one order of all, and takes no change of one of two filters: it counts a third one, and
two are the most. It calls a function inside of PutLogEvents, which holds what the function needs.

Sources:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
and https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/SubscriptionFilters.html
"""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

from moto.awslambda.models import LambdaBackend
from moto.core.exceptions import JsonRESTError
from moto.logs.models import SubscriptionFilter

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.lambdas.finding import find
from labkit.cloud.lambdas.invoke import admits, queue
from labkit.cloud.logs.searches import find_group
from labkit.cloud.moto_calls import from_moto
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.paging import page

_ORDERED, _MOST = "ByLogStream", 50
_FROM_MOTO: Any = SubscriptionFilter.to_json


@on_start
def tell_distributions(cloud: Cloud) -> None:
    """Let moto's answers tell of a filter what it was given."""
    SubscriptionFilter.to_json = _told  # type: ignore[assignment, method-assign]


def _told(kept: Any) -> dict[str, Any]:
    told: dict[str, Any] = _FROM_MOTO(kept)
    return told | {"distribution": getattr(kept, "distribution", _ORDERED)}


@on_start
def call_functions_behind(cloud: Cloud) -> None:
    """Let events that go to a function wait for it on disk."""

    def send(
        backend: Any, arn: str, filter_name: str, group: str, stream: str, events: list[Answer]
    ) -> None:
        data = {
            "messageType": "DATA_MESSAGE",
            "owner": backend.account_id,
            "logGroup": group,
            "logStream": stream,
            "subscriptionFilters": [filter_name],
            "logEvents": events,
        }
        packed = gzip.compress(json.dumps(data, separators=(",", ":")).encode())
        told = {"awslogs": {"data": base64.b64encode(packed).decode()}}
        queue(cloud, arn, json.dumps(told))

    LambdaBackend.send_log_event = send  # type: ignore[method-assign, assignment]


def _check_function(context: Context, arn: str, group: str) -> None:
    """Raise where a function is not there, or its policy lets logs not in."""
    source = context.arn(f"log-group:{group}:*")
    services = ("logs.amazonaws.com", f"logs.{context.region}.amazonaws.com")
    try:
        find(context.cloud, arn)
        is_let_in = any(admits(context.cloud, each, source, arn) for each in services)
    except AwsError:
        is_let_in = False
    if not is_let_in:
        words = "Could not execute the lambda function. Make sure you have given CloudWatch Logs"
        raise AwsError("InvalidParameterException", f"{words} permission to execute your function.")


@operation("logs", "DescribeSubscriptionFilters")
def describe_subscription_filters(
    context: Context,
    *,
    logGroupName: str,
    filterNamePrefix: str = "",
    limit: int = _MOST,
    nextToken: str | None = None,
) -> Answer:
    """A group's filters whose names begin so; moto tells all."""
    kept = find_group(context, logGroupName).subscription_filters
    told = [each.to_json() for name, each in kept.items() if name.startswith(filterNamePrefix)]
    refusal = AwsError("InvalidParameterException", "The specified nextToken is invalid.")
    return page("subscriptionFilters", told, limit, nextToken, refusal, following="nextToken")


@operation("logs", "PutSubscriptionFilter", alone=True)
def put_subscription_filter(
    context: Context,
    *,
    logGroupName: str,
    filterName: str,
    filterPattern: str,
    destinationArn: str,
    roleArn: str | None = None,
    distribution: str = _ORDERED,
    **more: Any,
) -> Answer:
    if strange := sorted(name for name, value in more.items() if value):
        raise not_here("logs", context.operation, f"{strange[0]} is not known")
    if destinationArn.count(":") < 5:
        raise AwsError("InvalidParameterException", "Invalid destinationArn.")
    vendor = destinationArn.split(":")[2]
    if vendor in ("kinesis", "firehose") and not roleArn:
        words = f"destinationArn for vendor {vendor} cannot be used without roleArn"
        raise AwsError("InvalidParameterException", words)
    if vendor == "lambda":
        _check_function(context, destinationArn, logGroupName)
    logs = context.backend("logs")
    with context.cloud.changing("logs"):
        filters = getattr(logs.groups.get(logGroupName), "subscription_filters", {})
        former = filters.pop(filterName, None)
        try:
            logs.put_subscription_filter(
                logGroupName, filterName, filterPattern, destinationArn, roleArn
            )
        except JsonRESTError as error:
            if former:
                filters[filterName] = former
            raise from_moto(error) from error
        kept = filters[filterName]
        kept.distribution = distribution
        kept.creation_time = former.creation_time if former else kept.creation_time
    return {}
