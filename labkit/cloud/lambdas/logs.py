"""The lines of an invocation, as Lambda frames them and CloudWatch Logs keeps them."""

from __future__ import annotations

import math
import time
from typing import Any

from labkit.cloud.cloud import Cloud


def framed(
    function: Any, request_id: str, printed: str, took_ms: float, init_ms: float, peak_mb: int
) -> str:
    """The lines of an invocation as Lambda frames them."""
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


def keep(cloud: Cloud, function: Any, stream: str, lines: str) -> None:
    """Put the lines where CloudWatch Logs has them."""
    now, group = int(time.time() * 1000), function.logs_group_name
    events = [
        {"timestamp": now, "message": line} for line in lines.splitlines(True) if line.strip()
    ]
    with cloud.changing("logs"):
        logs = cloud.backend("logs", function.region)
        logs.ensure_log_group(group)
        if stream not in logs.groups[group].streams:
            logs.create_log_stream(group, stream)
        logs.put_log_events(group, stream, events)
