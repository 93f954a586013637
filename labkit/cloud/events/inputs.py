"""What a target gets: the event, a part of it, a constant, or a template filled with its parts.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import re
import time
from typing import Any

from labkit.cloud.json_text import compact

Event = dict[str, Any]
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]")
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|<[^<>\s]+>')
_PLACE = re.compile(r"<([^<>\s]+)>")
MISSING = object()
# What a template may name without a path; `event` is the event without its detail.
PREDEFINED = {
    f"aws.events.{name}"
    for name in ("rule-arn", "rule-name", "event", "event.json", "event.ingestion-time")
}
_AROUND = ("id", "account", "detail-type", "time", "source", "region", "resources", "version")


def input_of(target: dict[str, Any], event: Event, rule_arn: str) -> str:
    """The text that a target of a rule gets for an event.

    >>> input_of({"InputPath": "$.detail.n"}, {"detail": {"n": [1, 2]}}, "")
    '[1,2]'
    """
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        found = find(event, target["InputPath"])
        return compact(None if found is MISSING else found)
    if "InputTransformer" in target:
        return _transform(target["InputTransformer"], event, rule_arn)
    return compact(event)


def find(event: Event, path: str) -> Any:
    """What a JSON path (``$.detail.items[0]``) leads to in an event."""
    found: Any = event
    for name, index, quoted in _STEP.findall(path.removeprefix("$")):
        try:
            found = found[int(index)] if index else found[name or quoted]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return found


def unknown_places(transformer: dict[str, Any]) -> list[str]:
    """The variables of a template that nothing gives a value."""
    known = PREDEFINED | transformer.get("InputPathsMap", {}).keys()
    return [name for name in _PLACE.findall(transformer["InputTemplate"]) if name not in known]


def _around(event: Event) -> Event:
    """An event without its detail, as ``<aws.events.event>`` has it."""
    told = {name: event[name] for name in _AROUND if name in event}
    return {"detailType" if name == "detail-type" else name: told[name] for name in told}


def _transform(transformer: dict[str, Any], event: Event, rule_arn: str) -> str:
    """A template with its ``<variables>`` filled: as JSON, or as plain text inside quotes."""
    paths = transformer.get("InputPathsMap", {})
    values = {name: find(event, path) for name, path in paths.items()} | {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event": _around(event),
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }

    def fill(token: re.Match[str]) -> str:
        text = token[0]
        if text.startswith("<"):
            return _as_json(values, text[1:-1], text)
        return _PLACE.sub(lambda place: _as_text(values, place[1], place[0]), text)

    return _TOKEN.sub(fill, transformer["InputTemplate"])


def _as_json(values: dict[str, Any], name: str, unknown: str) -> str:
    value = values.get(name, unknown)
    return '""' if value is MISSING else unknown if name not in values else compact(value)


def _as_text(values: dict[str, Any], name: str, unknown: str) -> str:
    value = values.get(name, unknown)
    if value is MISSING:
        return ""
    plain = value if isinstance(value, str) else compact(value)
    return plain if name not in values else compact(plain)[1:-1]
