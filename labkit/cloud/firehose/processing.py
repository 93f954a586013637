"""What is done with records on their way: taken apart, given to a function, asked for keys.

Sources: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html,
https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html and
https://docs.aws.amazon.com/firehose/latest/APIReference/API_Processor.html
"""

from __future__ import annotations

import base64
import codecs
import datetime
import json
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.firehose.conversion import objects
from labkit.cloud.firehose.keys import refusal
from labkit.cloud.firehose.records import PROCESSING, Failure, Record

Parameters = dict[str, str]
Processed = tuple[list[Record], list[Failure]]


def process(cloud: Cloud, stream: Any, processors: list[Any], records: list[Record]) -> Processed:
    """Records after all processors, and those that failed at one."""
    failed: list[Failure] = []
    given = {each["Type"]: _parameters(each) for each in processors}
    for unknown in given.keys() - _PROCESSORS.keys():
        raise refusal(f"no processor {unknown}")
    for kind, processor in _PROCESSORS.items():  # in Firehose's order, whichever they stand in
        if kind in given:
            records, more = processor(cloud, stream, given[kind], records)
            failed += more
    return records, failed


def _parameters(processor: Any) -> Parameters:
    given = processor.get("Parameters") or []
    return {each["ParameterName"]: each["ParameterValue"] for each in given}


def _taken_apart(_: Cloud, __: Any, asked: Parameters, records: list[Record]) -> Processed:
    """The records within records."""
    if asked.get("SubRecordType", "JSON") == "DELIMITED":
        delimiter = base64.b64decode(asked["Delimiter"])
        return [Record(part) for r in records for part in r.data.split(delimiter) if part], []
    whole, failed = [], []
    for record in records:
        try:
            whole += [Record(line.encode()) for line in objects(record.data)]
        except ValueError as error:
            failed.append(_unkeyed(record, f"Non JSON record provided: {error}"))
    return whole, failed


# A function ---------------------------------------------------------------------------------------


def _transformed(cloud: Cloud, stream: Any, asked: Parameters, records: list[Record]) -> Processed:
    """What a function makes of them."""
    from labkit.cloud.lambdas.finding import find
    from labkit.cloud.lambdas.invoke import run

    arn = asked["LambdaArn"]
    event, sent = _event(stream, records)
    outcome = run(cloud, find(cloud, arn), json.dumps(event))
    if outcome.failed:
        return [], [_lost(r, arn, "FunctionError", outcome.payload) for r in records]
    try:
        told = {each["recordId"]: each for each in json.loads(outcome.payload)["records"]}
    except (ValueError, TypeError, KeyError) as error:
        why = f"The function's answer has no records: {error}"
        return [], [_lost(r, arn, "JsonProcessingException", why) for r in records]
    made: list[Record] = []
    failed: list[Failure] = []
    for name, record in sent.items():
        match (told.get(name) or {}).get("result"):
            case "Ok":
                made.append(_made(told[name]))
            case "Dropped":
                pass
            case None:
                why = "The function told nothing of a record's id."
                failed.append(_lost(record, arn, "MissingRecordId", why))
            case status:
                why = f"The function told {status} of a record."
                failed.append(_lost(record, arn, "ProcessingFailedStatus", why))
    return made, failed


def _event(stream: Any, records: list[Record]) -> tuple[dict[str, Any], dict[str, Record]]:
    sent = {f"{uuid.uuid4()}{at:06d}": record for at, record in enumerate(records)}
    arn = stream.delivery_stream_arn
    told = [
        {
            "recordId": name,
            "approximateArrivalTimestamp": round(time.time() * 1000),
            "data": base64.b64encode(record.data).decode(),
        }
        for name, record in sent.items()
    ]
    return {
        "invocationId": str(uuid.uuid4()),
        "deliveryStreamArn": arn,
        "region": arn.split(":")[3],
        "records": told,
    }, sent


def _made(told: dict[str, Any]) -> Record:
    keys = (told.get("metadata") or {}).get("partitionKeys") or {}
    named = {("partitionKeyFromLambda", key): str(value) for key, value in keys.items()}
    return Record(base64.b64decode(told.get("data") or ""), named)


def _lost(record: Record, arn: str, code: str, why: str) -> Failure:
    return Failure(record, PROCESSING, f"Lambda.{code}", why, {"lambdaArn": arn})


# Keys ---------------------------------------------------------------------------------------------

_ENTRY = re.compile(
    r'\s*"?(?P<key>\w+)"?\s*:\s*(?P<path>(?:\.\w+)+)\s*(?:\|\s*strftime\("(?P<form>[^"]*)"\)\s*)?'
)


def _asked_for_keys(_: Cloud, __: Any, asked: Parameters, records: list[Record]) -> Processed:
    """Records with the values that a query finds in them."""
    entries = _entries(asked["MetadataExtractionQuery"])
    keyed: list[Record] = []
    failed: list[Failure] = []
    for record in records:
        try:
            found = json.loads(record.data)
            keys = {("partitionKeyFromQuery", e["key"]): _value(found, e) for e in entries}
            keyed.append(replace(record, keys=record.keys | keys))
        except ValueError as error:
            failed.append(_unkeyed(record, str(error)))
    return keyed, failed


def _entries(query: str) -> list[re.Match[str]]:
    """The keys of a jq query, each a path to a value and perhaps ``strftime``."""
    inner = query.strip()
    parts = re.split(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', inner[1:-1])
    found = [match for part in parts if (match := _ENTRY.fullmatch(part))]
    if inner[:1] + inner[-1:] != "{}" or len(found) < len(parts):
        raise refusal(f"no query but of paths and strftime: {query}")
    return found


def _value(found: Any, entry: re.Match[str]) -> str:
    for name in entry["path"].split(".")[1:]:
        found = found.get(name) if isinstance(found, dict) else None
    if entry["form"] is not None and isinstance(found, int | float):
        found = datetime.datetime.fromtimestamp(found, datetime.UTC).strftime(entry["form"])
    if found is None or found == "":
        raise ValueError("partitionKeys values must not be null or empty")
    return found if isinstance(found, str) else json.dumps(found)


def _unkeyed(record: Record, why: str) -> Failure:
    return Failure(record, PROCESSING, "DynamicPartitioning.MetadataExtractionFailed", why)


def _delimited(_: Cloud, __: Any, asked: Parameters, records: list[Record]) -> Processed:
    """Records that end with a delimiter, by default a new line."""
    delimiter = codecs.decode(asked.get("Delimiter") or "\\n", "unicode_escape").encode()
    return [replace(each, data=each.data + delimiter) for each in records], []


_PROCESSORS: dict[str, Callable[[Cloud, Any, Parameters, list[Record]], Processed]] = {
    "RecordDeAggregation": _taken_apart,
    "Lambda": _transformed,
    "MetadataExtraction": _asked_for_keys,
    "AppendDelimiterToRecord": _delimited,
}
