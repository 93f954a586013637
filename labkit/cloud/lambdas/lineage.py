"""Chains of invocations that bite their own tails, such as a function whose upload calls it again.

Each invocation has a trace that names the functions before it and how often each has run. AWS's
SDKs send it on with every call, what a call sets off keeps it, and a function that comes around too
often is not run: else it would run until somebody looks.

Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from __future__ import annotations

import contextlib
import contextvars
import hashlib
import re
import secrets
import time
from collections.abc import Iterator
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.lambdas.finding import find
from labkit.cloud.operations import Answer, AwsError, Context, operation

MOST = 16
HEADER = "X-Amzn-Trace-Id"
_LINEAGE = re.compile(r"(?:^|;)Lineage=((?:[0-9a-f]{8}:\d+\|?)+)")
_TRACE = re.compile(r"(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)")
# Of the call that is being answered: functions by short names, with their counts.
_CURRENT: contextvars.ContextVar[str] = contextvars.ContextVar("lineage", default="")
# The trace that the call is a part of, as X-Ray counts them.
_ROOT: contextvars.ContextVar[str] = contextvars.ContextVar("root", default="")


def take_up(environ: dict[str, Any]) -> None:
    """From here on this thread answers a call with the trace that its request bears."""
    told = environ.get("HTTP_X_AMZN_TRACE_ID", "")
    for variable, pattern in ((_CURRENT, _LINEAGE), (_ROOT, _TRACE)):
        found = pattern.search(told)
        variable.set(found[1] if found else "")


def current() -> str:
    """The lineage of the call that this thread answers; empty where no function made it."""
    return _CURRENT.get()


def header() -> dict[str, str]:
    """What hands the lineage on to another service of this cloud."""
    return {HEADER: f"Lineage={current()}"} if current() else {}


@contextlib.contextmanager
def resumed(lineage: str) -> Iterator[None]:
    """While open, this thread does what a call of that lineage has set off."""
    token = _CURRENT.set(lineage)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def trace(cloud: Cloud, arn: str) -> str:
    """The trace of an invocation that begins.

    Args:
        arn: of the function, without a version.

    Raises:
        AwsError: ``RecursiveInvocationException``: it came around too often.
    """
    name = hashlib.sha256(arn.encode()).hexdigest()[:8]
    pairs = (each.split(":") for each in current().split("|") if each)
    counts = {function: int(count) for function, count in pairs}
    counts[name] = counts.get(name, 0) + 1
    if counts[name] > MOST and not _may_loop(find(cloud, arn)):
        raise AwsError(
            "RecursiveInvocationException",
            "Lambda has detected your function being invoked in a recursive loop with other "
            "Amazon Web Services resources and stopped your function's invocation.",
        )
    lineage = "|".join(f"{function}:{count}" for function, count in counts.items())
    root = _ROOT.get() or f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    return f"Root={root};Sampled=0;Lineage={lineage}"


@operation("lambda", "GetFunctionRecursionConfig")
def get_function_recursion_config(context: Context, *, FunctionName: str, **_: Any) -> Answer:
    function = find(context.cloud, FunctionName, None, context.region)
    return {"RecursiveLoop": "Allow" if _may_loop(function) else "Terminate"}


@operation("lambda", "PutFunctionRecursionConfig", alone=True)
def put_function_recursion_config(
    context: Context, *, FunctionName: str, RecursiveLoop: str, **_: Any
) -> Answer:
    function = find(context.cloud, FunctionName, None, context.region)
    with context.cloud.changing("lambda"):
        function.may_loop = RecursiveLoop == "Allow"
    return {"RecursiveLoop": RecursiveLoop}


def _may_loop(function: Any) -> bool:
    """Whether a function may come around for ever: it goes with the function."""
    return bool(getattr(function, "may_loop", False))
