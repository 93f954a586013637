"""What a function gets of a stream that an event source mapping reads: Kinesis' and DynamoDB's.

A poller reads each shard in its order and calls the function with a batch; how far it has come is
on disk. A batch that fails is tried again, longer and longer after, until it is done, its attempts
or its age are over and the mapping's destination is told, or the mapping is gone: what comes behind
it in the shard waits. moto calls the function inside of PutRecord and PutItem, a record at a time,
which wait for it, and loses what fails.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html,
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html and
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
"""

from __future__ import annotations

import base64
import json
import logging
import math
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.awslambda.models import LambdaBackend, lambda_backends

from labkit.cloud import loopback
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.json_text import BadJson, parse_json
from labkit.cloud.lambdas.finding import find
from labkit.cloud.lambdas.mappings import is_wanted, named_failures, start
from labkit.cloud.lambdas.shards import READERS, Item, shards
from labkit.cloud.operations import AwsError

log = logging.getLogger(__name__)

READ = "lambda.read"  # the last record that is done with, by shard: of each mapping
LOOK_S = 1.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 60.0  # between attempts
Json = dict[str, Any]
_PUT = threading.Event()
_BUSY: set[str] = set()  # the mappings of which a batch is under way
_create: Any = LambdaBackend.create_event_source_mapping


@on_start
def install(cloud: Cloud) -> None:
    """Take moto's place as the one who reads streams for functions."""

    def wake(*_: Any, **__: Any) -> None:
        _PUT.set()

    def create(backend: Any, spec: Json) -> Any:
        mapping = _create(backend, spec)
        if _is_stream(mapping):
            _begin(cloud, mapping)
        _PUT.set()
        return mapping

    for mapping in _mappings(cloud):  # that moto has read until now
        if mapping.uuid not in cloud.records(READ):
            _begin(cloud, mapping, "LATEST")
    backend: Any = LambdaBackend
    backend.send_kinesis_message = backend.send_dynamodb_items = wake
    backend.create_event_source_mapping = create
    threading.Thread(target=_poll, args=(cloud,), name="streams", daemon=True).start()


def _poll(cloud: Cloud) -> None:
    while True:
        try:
            for mapping in _mappings(cloud):
                if mapping.enabled and mapping.uuid not in _BUSY and _next(cloud, mapping):
                    start(_drain, cloud, mapping, _BUSY)
        except Exception:  # such as no thread that is free: the next look comes soon
            log.exception("streams could not be read for functions")
        _PUT.wait(LOOK_S)
        _PUT.clear()


def _mappings(cloud: Cloud) -> Iterator[Any]:
    for backend in list(lambda_backends[cloud.account].values()):
        for mapping in list(backend._event_source_mappings.values()):
            if _is_stream(mapping):
                yield mapping


def _is_stream(mapping: Any) -> bool:
    return mapping.event_source_arn.split(":")[2] in READERS


def _is_on(cloud: Cloud, mapping: Any) -> bool:
    return mapping.enabled and any(each.uuid == mapping.uuid for each in _mappings(cloud))


# Shards -------------------------------------------------------------------------------------------


def _begin(cloud: Cloud, mapping: Any, position: str = "") -> None:
    """Note the last record of each shard that a mapping is not for."""
    until = {"LATEST": math.inf, "AT_TIMESTAMP": float(mapping.starting_position_timestamp or 0)}
    moment = until.get(position or mapping.starting_position, 0.0)
    with shards(cloud, mapping) as found:
        cloud.records(READ)[mapping.uuid] = {
            shard.name: max((e.number for e in shard.after(0) if e.came < moment), default=0)
            for shard in found
        }


def _next(cloud: Cloud, mapping: Any) -> tuple[str, list[Item]] | None:
    """The next batch, and its shard."""
    read = cloud.records(READ)
    if mapping.uuid not in read:
        return None  # it is being made
    with shards(cloud, mapping) as found:
        for shard in found:
            done = read[mapping.uuid].get(shard.name, 0)
            if done == shard.last:
                continue
            if done > shard.last:  # another stream has taken its name
                done = 0
            if batch := list(islice(shard.after(done), mapping.batch_size)):
                return shard.name, batch
    return None


# Batches ------------------------------------------------------------------------------------------


def _drain(cloud: Cloud, mapping: Any) -> None:
    read = cloud.records(READ)
    try:
        while _is_on(cloud, mapping) and (found := _next(cloud, mapping)):
            shard, batch = found
            if _handed_on(cloud, mapping, shard, batch):
                read[mapping.uuid] = read[mapping.uuid] | {shard: batch[-1].number}
    except Exception:
        log.exception("%s could not read its stream", mapping.function_arn)
    finally:
        _BUSY.discard(mapping.uuid)


def _handed_on(cloud: Cloud, mapping: Any, shard: str, batch: list[Item]) -> bool:
    """Have a batch done, or given up. Returns whether it is either, or the mapping is off."""
    wanted = [each for each in batch if _is_wanted(mapping, each.event)]
    wait_s, attempts = FIRST_WAIT_S, 0
    while wanted:
        rest, why = _rest(cloud, mapping, wanted)
        attempts = 0 if len(rest) < len(wanted) else attempts + 1  # what is left begins anew
        wanted = rest
        if not wanted:
            break
        if mapping.bisect_on_error and why == "Unhandled" and len(wanted) > 1:
            half = len(wanted) // 2
            return all(
                _handed_on(cloud, mapping, shard, each) for each in (wanted[:half], wanted[half:])
            )
        if over := _over(mapping, attempts, wanted):
            error = None if why == "Partly" else "Unhandled"
            _tell(cloud, mapping, over, attempts, error, shard, wanted)
            break
        threading.Event().wait(wait_s)
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        if not _is_on(cloud, mapping):
            return False
    return True


def _rest(cloud: Cloud, mapping: Any, wanted: list[Item]) -> tuple[list[Item], str]:
    """What of a batch the function has not done, from the first that failed on; and why."""
    functions = loopback.client(cloud, "lambda", mapping.region)
    try:
        role = find(cloud, mapping.function_arn, None, mapping.region).role
        own = {"invokeIdentityArn": role} if ":kinesis:" in mapping.event_source_arn else {}
        payload = json.dumps({"Records": [each.event | own for each in wanted]}).encode()
        told = functions.invoke(FunctionName=mapping.function_arn, Payload=payload)
    except (AwsError, BotoCoreError, ClientError) as error:
        log.warning("%s could not be called: %s", mapping.function_arn, error)
        return wanted, "Uncalled"
    if "FunctionError" in told:
        return wanted, "Unhandled"
    failed = {str(each) for each in named_failures(mapping, told)}
    at = [place for place, each in enumerate(wanted) if str(each.number) in failed]
    if failed and len(at) < len(failed):  # it names what it did not get
        return wanted, "Partly"
    return (wanted[min(at) :], "Partly") if at else ([], "")


def _over(mapping: Any, attempts: int, wanted: list[Item]) -> str:
    """Why a batch is not tried again, if it is not."""
    most, age = mapping.max_retry_attempts, mapping.max_record_age
    if most is not None and 0 <= most < attempts:
        return "RetryAttemptsExhausted"
    if age is not None and 0 <= age < time.time() - wanted[0].came:
        return "RecordAgeExceeded"
    return ""


def _is_wanted(mapping: Any, event: Json) -> bool:
    if "kinesis" in event:
        data = base64.b64decode(event["kinesis"]["data"]).decode(errors="replace")
        try:
            event = event["kinesis"] | {"data": parse_json(data)}
        except BadJson:
            event = event["kinesis"] | {"data": data}
    return is_wanted(mapping, event)


def _tell(
    cloud: Cloud,
    mapping: Any,
    why: str,
    attempts: int,
    error: str | None,
    shard: str,
    lost: list[Item],
) -> None:
    """Tell a mapping's destination which records were given up, and if the function raised."""
    config = ((mapping.destination_config or {}).get("OnFailure") or {}).get("Destination")
    log.warning("%s gave up %d records: %s", mapping.function_arn, len(lost), why)
    if not config:
        return
    service = mapping.event_source_arn.split(":")[2]
    first, last = lost[0], lost[-1]
    said = {
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": mapping.function_arn,
            "condition": why,
            "approximateInvokeCount": attempts,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": error,
        },
        "version": "1.0",
        "timestamp": _moment(time.time()),
        {"kinesis": "KinesisBatchInfo", "dynamodb": "DDBStreamBatchInfo"}[service]: {
            "shardId": shard,
            "startSequenceNumber": str(first.number),
            "endSequenceNumber": str(last.number),
            "approximateArrivalOfFirstRecord": _moment(first.came),
            "approximateArrivalOfLastRecord": _moment(last.came),
            "batchSize": len(lost),
            "streamArn": mapping.event_source_arn,
        },
    }
    try:
        _send(cloud, config, json.dumps(said))
    except (BotoCoreError, ClientError, KeyError) as error:
        log.warning("%s could not be told of lost records: %s", config, error)


def _send(cloud: Cloud, arn: str, text: str) -> None:
    service, region, name = arn.split(":")[2], arn.split(":")[3], arn.rpartition(":")[2]
    if service == "sqs":
        queues = loopback.client(cloud, "sqs", region)
        url = queues.get_queue_url(QueueName=name)["QueueUrl"]
        queues.send_message(QueueUrl=url, MessageBody=text)
    else:
        loopback.client(cloud, "sns", region).publish(TopicArn=arn, Message=text)


def _moment(seconds: float) -> str:
    """A moment as Lambda writes it: DynamoDB's, which are whole seconds, without a fraction."""
    told = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    whole = told.microsecond < 1000
    return told.isoformat(timespec="seconds" if whole else "milliseconds") + "Z"
