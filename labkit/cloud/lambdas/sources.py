"""What Lambda refuses of what a function reads: queues and streams.

moto takes what is for streams alone for a queue, and streams without a place to begin at.

Sources: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html,
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html,
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html and answers of AWS as
https://github.com/localstack/localstack/tree/main/tests/aws/services/lambda_ keeps them
"""

from __future__ import annotations

from typing import Any

import moto.awslambda.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.pattern_checks import read_pattern
from labkit.cloud.lambdas.finding import called_arn, find, qualifier_in
from labkit.cloud.operations import AwsError, Context

Members = dict[str, Any]
_MOST_WITHOUT_WINDOW = 10
_SELF_MANAGED = {"SelfManagedEventSource", "DocumentDBEventSourceConfig"}
_OF_STREAMS = (
    *("StartingPosition", "StartingPositionTimestamp", "BisectBatchOnFunctionError"),
    *("MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "ParallelizationFactor"),
    *("TumblingWindowInSeconds", "DestinationConfig"),
)


def check_new(context: Context, parameters: Members) -> None:
    """Raise for what reads nothing, or what is read already: moto forgets the older mapping.

    Raises:
        AwsError: ``InvalidParameterValueException``, ``ResourceConflictException``.
    """
    source = parameters.get("EventSourceArn") or ""
    if not source and not (parameters.keys() & _SELF_MANAGED):
        raise _invalid("Unrecognized event source.")
    try:
        function = find(context.cloud, parameters["FunctionName"], None, context.region)
    except AwsError as error:
        raise _invalid("Function does not exist") from error
    check_filters(context, parameters)
    if ":sqs:" in source:
        _check_queue(context, function, parameters)
    elif ":kinesis:" in source or ":dynamodb:" in source:
        _check_stream(source, parameters)
    called = called_arn(function, parameters["FunctionName"], None)
    for each in context.backend("lambda").list_event_source_mappings(source, None):
        if each.function_arn == called:
            words = f'(" {source} ") and function (" {function.function_name} ")'
            queue = f"An event source mapping with SQS arn {words} already exists."
            stream = f"The event source arn {words} provided mapping already exists."
            told = f"Please update or delete the existing mapping with UUID {each.uuid}"
            what = queue if ":sqs:" in source else stream
            raise AwsError("ResourceConflictException", f"{what} {told}", 409)


def check_changed(context: Context, parameters: Members) -> None:
    """Raise for a pattern that is none, and for a queue's batches that have no time to grow."""
    check_filters(context, parameters)
    mappings = context.backend("lambda").list_event_source_mappings(None, None)
    there = next(each for each in mappings if each.uuid == parameters["UUID"])
    if ":sqs:" in there.event_source_arn:
        _check_members(parameters)
        window = parameters.get("MaximumBatchingWindowInSeconds", there.max_batch_window)
        size = parameters.get("BatchSize") or there.batch_size
        _check_batches(there.event_source_arn, size, window)


@on_start
def call_as_named(_: Cloud) -> None:
    """Let a mapping call the alias that it names; moto has the version that it leads to by then."""
    mappings, backend = models.EventSourceMapping, models.LambdaBackend
    mappings.__init__ = _make  # type: ignore[method-assign, assignment]
    backend.update_event_source_mapping = _update  # type: ignore[method-assign, assignment]


_made: Any = models.EventSourceMapping.__init__
_updated: Any = models.LambdaBackend.update_event_source_mapping


def _make(mapping: Any, spec: Members) -> None:
    _made(mapping, spec)
    _name(mapping, spec)


def _update(backend: Any, uuid: str, spec: Members) -> Any:
    mapping = _updated(backend, uuid, spec)
    if mapping and "FunctionName" in spec:
        _name(mapping, spec)
    return mapping


def _name(mapping: Any, spec: Members) -> None:
    if asked := qualifier_in(spec["FunctionName"]):
        mapping.function_arn = ":".join([*mapping.function_arn.split(":")[:7], asked])


def check_filters(_: Context, parameters: Members) -> None:
    """Raise for a pattern that is none: what fits no pattern is taken from its queue, unread."""
    for each in (parameters.get("FilterCriteria") or {}).get("Filters", ()):
        try:
            read_pattern(each.get("Pattern") or "{}")
        except AwsError as error:
            raise _invalid("Invalid filter pattern definition.") from error


def _check_members(parameters: Members) -> None:
    for name in _OF_STREAMS:
        if parameters.get(name):
            told = "StartingPosition" if name.startswith("StartingPosition") else name
            raise _invalid(f"{told} is not valid for SQS event sources.")


def _check_queue(context: Context, function: Any, parameters: Members) -> None:
    _check_members(parameters)
    window = parameters.get("MaximumBatchingWindowInSeconds")
    _check_batches(parameters["EventSourceArn"], parameters.get("BatchSize") or 0, window)
    name = parameters["EventSourceArn"].rpartition(":")[2]
    queue = context.backend("sqs").queues.get(name)
    if queue is not None and int(queue.visibility_timeout) < int(function.timeout):
        told = f"Queue visibility timeout: {queue.visibility_timeout} seconds is less than"
        raise _invalid(f"{told} Function timeout: {function.timeout} seconds")


def _check_batches(queue: str, size: int, window_s: int | None) -> None:
    if window_s and queue.endswith(".fifo"):
        raise _invalid("Batching window is not supported for FIFO queues")
    if size > _MOST_WITHOUT_WINDOW and not window_s:
        words = "Maximum batch window in seconds must be greater than 0 if maximum batch size is"
        raise _invalid(f"{words} greater than {_MOST_WITHOUT_WINDOW}")


def _check_stream(source: str, parameters: Members) -> None:
    position, moment = (
        parameters.get("StartingPosition"),
        parameters.get("StartingPositionTimestamp"),
    )
    if position is None:
        words = "Value null at 'startingPosition' failed to satisfy constraint: Member must not be"
        raise _invalid(f"1 validation error detected: {words} null.")
    if position == "AT_TIMESTAMP" and ":dynamodb:" in source:
        raise _invalid(f"Unsupported starting position for arn type: {source}")
    if moment is not None and position != "AT_TIMESTAMP":
        raise _invalid("Timestamp only valid with StartingPosition AT_TIMESTAMP")
    if moment is None and position == "AT_TIMESTAMP":
        raise _invalid("StartingPosition AT_TIMESTAMP requires StartingPositionTimestamp.")


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterValueException", words)
