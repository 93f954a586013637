"""The metrics of an invocation.

Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloudwatch.sending import send


def measure(function: Any, took_ms: float, *, is_error: bool) -> None:
    """Send that a function has run: of itself, of what was called, and of all functions."""
    values = {
        "Invocations": (1.0, "Count"),
        "Errors": (float(is_error), "Count"),
        "Throttles": (0.0, "Count"),
        "Duration": (took_ms, "Milliseconds"),
    }
    name = {"FunctionName": function.function_name}
    send(
        function.region, "AWS/Lambda", values, name, name | {"Resource": function.function_name}, {}
    )
