"""Task tokens: with one of them, somebody outside tells how a task ended.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
"""

from __future__ import annotations

import base64
import secrets
import time
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.json_text import BadJson, parse_json
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.states.execution import RUNNING

KIND = "states.token"
SECRET_BYTES = 96
LENGTH = SECRET_BYTES * 4 // 3


def new_token() -> str:
    """A token that nobody can guess."""
    return base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def expect(cloud: Cloud, token: str, execution: str) -> None:
    """Let a token be answered."""
    cloud.records(KIND)[token] = {"execution": execution, "beat": time.time()}


def look(cloud: Cloud, token: str) -> dict[str, Any]:
    """What is known of a token: ``output``, or ``error`` and ``cause``, once it is answered."""
    return cloud.records(KIND).get(token, {})


def forget(cloud: Cloud, token: str) -> None:
    """Nobody waits for a token any more."""
    cloud.records(KIND).pop(token, None)


@operation("stepfunctions", "SendTaskSuccess")
def send_task_success(context: Context, *, taskToken: str, output: str) -> Answer:
    _check(taskToken)
    try:
        parse_json(output)
    except BadJson as error:
        raise AwsError("InvalidOutput", f"Invalid Output: '{error.reason}'") from error
    return _tell(context.cloud, taskToken, output=output)


@operation("stepfunctions", "SendTaskFailure")
def send_task_failure(
    context: Context, *, taskToken: str, error: str | None = None, cause: str | None = None
) -> Answer:
    return _tell(context.cloud, taskToken, failed=True, error=error, cause=cause)


@operation("stepfunctions", "SendTaskHeartbeat")
def send_task_heartbeat(context: Context, *, taskToken: str) -> Answer:
    return _tell(context.cloud, taskToken, beat=time.time())


def _tell(cloud: Cloud, token: str, **said: Any) -> Answer:
    _check(token)
    execution = RUNNING.get(look(cloud, token).get("execution", ""))
    if execution is None:
        raise _gone()
    with execution.condition:
        known = look(cloud, token)  # a heartbeat and an answer may come at once
        if not known or "output" in known or "failed" in known:
            raise _gone()
        cloud.records(KIND)[token] = known | said
        execution.condition.notify_all()
    return {}


def _check(token: str) -> None:
    if len(token) != LENGTH:
        raise AwsError("InvalidToken", "Invalid Token: 'Invalid token'")


def _gone() -> AwsError:
    words = "Task Timed Out: 'Provided task does not exist anymore'"
    return AwsError("TaskTimedOut", words)
