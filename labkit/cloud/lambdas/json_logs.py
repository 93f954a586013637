"""A function's lines in JSON: what Lambda tells of an invocation, and which lines go to the logs.

Lambda leaves out what is below a level: of its own lines by what they tell, of the function's by
the ``level`` of those that are JSON; all others are of the level INFO.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html and
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

from __future__ import annotations

import datetime
import json
import math
from typing import Any

from labkit.cloud.lambdas.finding import find
from labkit.cloud.operations import AwsError, Context

Json = dict[str, Any]
_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_CHOSEN = {"ApplicationLogLevel", "SystemLogLevel"}
_PYTHONS = {"WARNING": "WARN", "CRITICAL": "FATAL"}
# How an invocation ended, by the kind of its error; any other is the function's own.
_ENDS = {"Sandbox.Timedout": "timeout", "Runtime.ExitError": "failure"}


def settings(function: Any) -> Json:
    """How a function's lines are written, as it is told."""
    said = getattr(function, "logging_config", None) or {}
    levels = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    return (levels if said.get("LogFormat") == "JSON" else {}) | {"LogFormat": "Text"} | said


def check(context: Context, parameters: Json) -> None:
    """Raise for levels of lines that are text."""
    said, known = parameters.get("LoggingConfig") or {}, {}
    if context.operation == "UpdateFunctionConfiguration" and said:
        function = find(context.cloud, parameters["FunctionName"], None, context.region)
        known = settings(function)
    if (known | said).get("LogFormat") != "JSON" and _CHOSEN & said.keys():
        raise AwsError(
            "InvalidParameterValueException",
            'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your '
            'request or change the LogFormat to "JSON" and try again.',
        )


def merged(known: Json | None, said: Json) -> Json:
    """What is said of the lines beside what was said before; text has no levels."""
    both = (known or {}) | said
    is_json = both.get("LogFormat") == "JSON"
    return {name: value for name, value in both.items() if is_json or name not in _CHOSEN}


def framed(
    function: Any,
    request_id: str,
    printed: str,
    took_ms: float,
    init_ms: float,
    peak_mb: int,
    error: Json | None,
) -> str:
    """The lines of an invocation that are told, among Lambda's own."""
    chosen, status = settings(function), "success"
    if error:
        status = _ENDS.get(error.get("errorType", ""), "error")
    took = {"durationMs": round(took_ms, 3)}
    metrics = took | {"billedDurationMs": math.ceil(took_ms)}
    metrics |= {"memorySizeMB": int(function.memory_size), "maxMemoryUsedMB": peak_mb}
    metrics |= {"initDurationMs": round(init_ms, 3)} if init_ms else {}
    named, ended = {"requestId": request_id}, {"status": status}
    own = (
        ("start", "INFO", named | {"version": str(function.version)}),
        ("runtimeDone", "WARN" if error else "DEBUG", named | ended | {"metrics": took}),
        ("report", "WARN" if error else "INFO", named | {"metrics": metrics} | ended),
    )
    start, *rest = (
        _event(kind, record) if _is_told(level, chosen["SystemLogLevel"]) else ""
        for kind, level, record in own
    )
    lines = printed.splitlines(True)
    told = [each for each in lines if _is_told(_level(each), chosen["ApplicationLogLevel"])]
    return "".join([start, *told, *rest])


def _event(kind: str, record: Json) -> str:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    told = {"time": now.replace("+00:00", "Z"), "type": f"platform.{kind}", "record": record}
    return json.dumps(told, separators=(",", ":")) + "\n"


def _level(line: str) -> str:
    try:
        level = str(json.loads(line)["level"]).upper() if line.startswith("{") else ""
    except (ValueError, KeyError):
        level = ""
    level = _PYTHONS.get(level, level)
    return level if level in _LEVELS else "INFO"


def _is_told(level: str, least: str) -> bool:
    return _LEVELS.index(level) >= _LEVELS.index(least)
