"""EventBridge Pipes: refused where one would run, as moto's say RUNNING and carry nothing.

Source: https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Context, not_here, operation, refuse


@operation("pipes", "CreatePipe")
def create_pipe(context: Context, **_: Any) -> None:
    """Nothing would flow through it."""
    raise not_here(context.service, context.operation, "no events would flow through it")


operation("pipes", "StartPipe")(refuse)
