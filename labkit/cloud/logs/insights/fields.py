"""The fields that Logs Insights discovers in an event: those of any, of JSON, of Lambda's lines.

Sources:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from labkit.cloud.logs.insights.values import Moment

Row = dict[str, Any]
POINTER = "@ptr"
_MOST = 200  # of one event's JSON
_LAMBDA = "/aws/lambda/"
_LINE = re.compile(r"(START|END|REPORT|INIT_START)\b")
_REQUEST = re.compile(r"\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
# What a REPORT line tells, by the name of its field; sizes of memory are told in bytes.
_TOLD = {
    "@duration": ("Duration", 1),
    "@billedDuration": ("Billed Duration", 1),
    "@initDuration": ("Init Duration", 1),
    "@memorySize": ("Memory Size", 10**6),
    "@maxMemoryUsed": ("Max Memory Used", 10**6),
}
_FIGURES = re.compile(r"\t([A-Z][A-Za-z ]*): ([\d.]+) (?:ms|MB)")


def row_of(event: Any, stream: Any, group: Any) -> Row:
    """An event of moto's with its fields, by their names."""
    row: Row = {
        "@timestamp": Moment(event.timestamp),
        "@message": event.message,
        "@ingestionTime": Moment(event.ingestion_time),
        "@logStream": stream.log_stream_name,
        "@log": f"{group.account_id}:{group.name}",
        POINTER: str(event.event_id),
    }
    if group.name.startswith(_LAMBDA):
        row |= _of_function(event.message)
    row |= dict(found for found, _ in zip(_in_json(event.message), range(_MOST), strict=False))
    return row


def _of_function(message: str) -> Row:
    row: Row = {}
    if found := _REQUEST.search(message):
        row["@requestId"] = found[1]
    if kind := _LINE.match(message):
        row["@type"] = kind[1]
    if row.get("@type") == "REPORT":
        figures = dict(_FIGURES.findall(message))
        for name, (title, unit) in _TOLD.items():
            if title in figures:
                row[name] = float(figures[title]) * unit
    return row


def _in_json(message: str) -> Iterator[tuple[str, Any]]:
    """The fields of the JSON that a message is, or that is the first in it."""
    start = message.find("{")
    if start < 0:
        return
    try:
        found, _ = json.JSONDecoder().raw_decode(message, start)
    except (ValueError, RecursionError):
        return
    yield from flat("", found)


def flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """What a map or list holds, by names such as ``a.b`` and ``a.0``."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in members:
        inner = f"{path}.{name}" if path else str(name)
        if isinstance(each, (dict, list)):
            yield from flat(inner, each)
        elif each is not None:
            yield inner, each
