"""What a function gets of a queue that an event source mapping reads, and what becomes of it.

A poller receives a batch, calls the function, and deletes what is done; what failed is seen again
when its visibility timeout has passed. Messages that no filter of the mapping is for are deleted
unseen; where the mapping says so, a function names those of a batch that failed. moto calls the
function inside of SendMessage instead, which then waits for it.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any
from weakref import WeakValueDictionary

import moto.sqs.models as sqs
from botocore.exceptions import BotoCoreError, ClientError
from moto.awslambda.models import lambda_backends

from labkit.cloud import loopback
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.json_text import BadJson, parse_json
from labkit.cloud.lambdas import lineage
from labkit.cloud.lambdas.mappings import is_wanted, named_failures, start
from labkit.cloud.messages.held import is_new

log = logging.getLogger(__name__)

MOST = 10  # messages of a batch: what a queue gives at once
LOOK_S = 1.0  # between two looks at queues whose messages become visible again
Json = dict[str, Any]
_SENT = threading.Event()
_BUSY: set[str] = set()  # the mappings of which a batch is under way
_SENT_ON: WeakValueDictionary[str, Any] = WeakValueDictionary()  # by functions, by their ids


@on_start
def install(cloud: Cloud) -> None:
    """Take moto's place as the one who reads queues for functions."""

    def add_message(queue: Any, message: Any) -> None:
        if queue.fifo_queue and not is_new(queue, message):
            return
        with queue._messages_lock:
            queue._messages.append(message)
            queue._messages_lock.notify_all()
        if lineage.current():
            message.lineage = lineage.current()
            _SENT_ON[message.id] = message
        _SENT.set()

    sqs.Queue.add_message = add_message  # type: ignore[method-assign, assignment]
    threading.Thread(target=_poll, args=(cloud,), name="queues", daemon=True).start()


def _poll(cloud: Cloud) -> None:
    while True:
        try:
            _look(cloud)
        except Exception:  # such as no thread that is free: the next look comes soon
            log.exception("queues could not be read for functions")
        _SENT.wait(LOOK_S)
        _SENT.clear()


def _look(cloud: Cloud) -> None:
    """Begin to read the queues that have something."""
    for mapping in _waited_for(cloud):
        start(_drain, cloud, mapping, _BUSY)


def _waited_for(cloud: Cloud) -> Iterator[Any]:
    """The mappings whose queues have something to read."""
    for region, backend in list(lambda_backends[cloud.account].items()):
        for mapping in list(backend._event_source_mappings.values()):
            name = mapping.event_source_arn.rpartition(":")[2]
            queue = sqs.sqs_backends[cloud.account][region].queues.get(name)
            if mapping.uuid in _BUSY or not mapping.enabled or queue is None:
                continue
            if any(each.visible and not each.delayed for each in list(queue._messages)):
                yield mapping


def _drain(cloud: Cloud, mapping: Any) -> None:
    try:
        while _one_batch(cloud, mapping):
            continue
    except (BotoCoreError, ClientError) as error:
        log.warning("%s could not read its queue: %s", mapping.function_arn, error)
    finally:
        _BUSY.discard(mapping.uuid)


def _one_batch(cloud: Cloud, mapping: Any) -> bool:
    """Hand a batch to the function; whether all of it is done, and there was one."""
    region, name = mapping.region, mapping.event_source_arn.rpartition(":")[2]
    queues = loopback.client(cloud, "sqs", region)
    url = queues.get_queue_url(QueueName=name)["QueueUrl"]
    found = queues.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=min(mapping.batch_size, MOST),
        AttributeNames=["All"],
        MessageAttributeNames=["All"],
    ).get("Messages", [])
    records = [_record(each, mapping.event_source_arn, region) for each in found]
    wanted = [each for each in records if _is_wanted(mapping, each)]
    failed = _failed(cloud, mapping, wanted) if wanted else []
    done = [each for each in records if each["messageId"] not in failed]
    for each in done:
        queues.delete_message(QueueUrl=url, ReceiptHandle=each["receiptHandle"])
    return bool(done) and not failed


def _failed(cloud: Cloud, mapping: Any, records: list[Json]) -> list[str]:
    """The messages of a batch that the function did not get done."""
    everything = [each["messageId"] for each in records]
    functions = loopback.client(cloud, "lambda", mapping.region)
    payload = json.dumps({"Records": records}).encode()
    try:
        sent_on = filter(None, map(_SENT_ON.get, everything))
        with lineage.resumed(next((each.lineage for each in sent_on), "")):
            told = functions.invoke(FunctionName=mapping.function_arn, Payload=payload)
    except functions.exceptions.RecursiveInvocationException as error:
        log.warning("a batch for %s was dropped: %s", mapping.function_arn, error)
        return []
    if "FunctionError" in told:
        return everything
    named = named_failures(mapping, told)
    return named if set(named) <= set(everything) else everything


def _is_wanted(mapping: Any, record: Json) -> bool:
    with contextlib.suppress(BadJson):
        record = record | {"body": parse_json(record["body"])}
    return is_wanted(mapping, record)


def _record(message: Json, queue: str, region: str) -> Json:
    """A message as a function gets it."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {
            name: _told(each) for name, each in message.get("MessageAttributes", {}).items()
        },
        "md5OfMessageAttributes": message.get("MD5OfMessageAttributes"),
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
        "awsRegion": region,
    }


def _told(attribute: Json) -> Json:
    value = attribute.get("BinaryValue")
    binary = value if isinstance(value, str | None) else base64.b64encode(value).decode()
    said = {"stringValue": attribute.get("StringValue"), "binaryValue": binary}
    lists: Json = {"stringListValues": [], "binaryListValues": []}
    kept = {k: v for k, v in said.items() if v is not None}
    return kept | lists | {"dataType": attribute["DataType"]}
