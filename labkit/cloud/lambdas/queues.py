"""What a function gets of a queue that an event source mapping reads, and what becomes of it.

A batch is one call. Messages that no filter of the mapping is for are deleted unseen; where the
mapping says so, a function names those of a batch that failed, and only they stay in the queue.
moto makes a call of each message, with an invented moment and checksum and without its attributes.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import moto.awslambda.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.patterns import matches
from labkit.cloud.json_text import BadJson, parse_json

PARTLY = "ReportBatchItemFailures"
Json = dict[str, Any]


@on_start
def install(cloud: Cloud) -> None:
    """Let moto's queues call functions so."""

    def send_sqs_batch(backend: Any, function: str, messages: list[Any], queue: str) -> bool:
        mapping = next(
            each
            for each in backend.list_event_source_mappings(queue, None)
            if function in (each.function_arn, each.function_name)
        )
        source = cloud.backend("sqs", backend.region_name).queues[queue.rpartition(":")[2]]
        whole = {each.id: each.message_attributes for each in source._messages}
        records = [_record(each, whole[each.id], queue, backend.region_name) for each in messages]
        wanted = [each for each in records if _is_wanted(mapping, each)]
        failed = _failed(backend, function, wanted, mapping) if wanted else []
        if failed and len(failed) == len(wanted):
            return False
        # The queue deletes what is left in this list; the others become visible when it is time.
        messages[:] = [each for each in messages if each.id not in failed]
        return True

    models.LambdaBackend.send_sqs_batch = send_sqs_batch  # type: ignore[method-assign, assignment]


def _failed(backend: Any, function: str, records: list[Json], mapping: Any) -> list[str]:
    """The messages of a batch that the function did not get done."""
    headers: Json = {}
    text = json.dumps({"Records": records})
    said = backend.invoke(function, None, text, {}, headers)
    everything = [each["messageId"] for each in records]
    if "x-amz-function-error" in headers:
        return everything
    if PARTLY not in (mapping.function_response_types or []):
        return []
    answer = json.loads(said or "null")
    failures = (answer.get("batchItemFailures") if isinstance(answer, dict) else None) or []
    named = [each.get("itemIdentifier") for each in failures]
    return named if set(named) <= set(everything) else everything


def _is_wanted(mapping: Any, record: Json) -> bool:
    filters = (mapping.filter_criteria or {}).get("Filters") or []
    with contextlib.suppress(BadJson):
        record = record | {"body": parse_json(record["body"])}
    return not filters or any(matches(parse_json(each["Pattern"]), record) for each in filters)


def _record(message: Any, told: Json, queue: str, region: str) -> Json:
    """A message as a function gets it.

    Args:
        told: its attributes, which moto leaves out of what it receives.
    """
    attributes = {
        "ApproximateReceiveCount": message.approximate_receive_count,
        "SentTimestamp": message.sent_timestamp,
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": message.approximate_first_receive_timestamp,
        "SequenceNumber": message.sequence_number,
        "MessageGroupId": message.group_id,
        "MessageDeduplicationId": message.deduplication_id,
    }
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {k: str(v) for k, v in attributes.items() if v is not None},
        "messageAttributes": {k: _told(v) for k, v in told.items()},
        "md5OfBody": message.body_md5,
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
