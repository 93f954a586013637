"""The lines of an invocation, as Lambda frames them and CloudWatch Logs keeps them."""

from __future__ import annotations

import math
import time
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.lambdas import json_logs

#: Of what a function prints in one invocation: a loop that does nothing else makes a million in
#: three seconds, which would take minutes to keep.
MOST_LINES = 50_000


def framed(
    function: Any,
    request_id: str,
    printed: str,
    took_ms: float,
    init_ms: float,
    peak_mb: int,
    error: dict[str, Any] | None,
    note: str,
) -> str:
    """The lines of an invocation as Lambda frames them; a note of its end is for text alone."""
    if json_logs.settings(function)["LogFormat"] == "JSON":
        facts = (took_ms, init_ms, peak_mb, error)
        return json_logs.framed(function, request_id, shortened(printed), *facts)
    printed = shortened(printed) + note
    if printed and not printed.endswith("\n"):
        printed += "\n"
    init = f"Init Duration: {init_ms:.2f} ms\t" if init_ms else ""
    return (
        f"START RequestId: {request_id} Version: {function.version}\n{printed}"
        f"END RequestId: {request_id}\n"
        f"REPORT RequestId: {request_id}\tDuration: {took_ms:.2f} ms\t"
        f"Billed Duration: {math.ceil(took_ms)} ms\tMemory Size: {function.memory_size} MB\t"
        f"Max Memory Used: {peak_mb} MB\t{init}\n"
    )


def shortened(printed: str, most: int = MOST_LINES) -> str:
    r"""What a function printed, without its middle where that is too much, of which a line tells.

    >>> shortened("a\nb\nc\nd\n", most=2)
    'a\n[2 lines that were printed here are not kept]\nd\n'
    """
    lines, half = printed.splitlines(True), most // 2
    if len(lines) <= most:
        return printed
    note = f"[{len(lines) - most} lines that were printed here are not kept]\n"
    return "".join([*lines[:half], note, *lines[-half:]])


def keep(cloud: Cloud, function: Any, stream: str, lines: str) -> None:
    """Put the lines where CloudWatch Logs has them."""
    now, group = int(time.time() * 1000), function.logs_group_name
    events = [
        {"timestamp": now, "message": line} for line in lines.splitlines(True) if line.strip()
    ]
    if not events:  # all are below their level
        return
    with cloud.changing("logs"):
        logs = cloud.backend("logs", function.region)
        logs.ensure_log_group(group)
        if stream not in logs.groups[group].streams:
            logs.create_log_stream(group, stream)
        logs.put_log_events(group, stream, events)
