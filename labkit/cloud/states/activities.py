"""Activities: work that a program outside asks for and reports on.

moto keeps the activities; here their tasks wait until a worker takes one.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
"""

from __future__ import annotations

import threading
import time
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.json_text import compact
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.states import tokens, words
from labkit.cloud.states.execution import RUNNING

POLL_S = 60
OWNED = {"type": "AWS_OWNED_KEY"}
_WAITING: dict[str, dict[str, Any]] = {}
_CHANGED = threading.Condition()


def check_activity(context: Context, arn: str) -> None:
    """Raise unless there is an activity of this ARN."""
    words.check_arn(arn, words.ACTIVITY)
    if not is_there(context.cloud, context.region, arn):
        raise AwsError("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")


def is_there(cloud: Cloud, region: str, arn: str) -> bool:
    return arn in cloud.backend("stepfunctions", region).activities


@operation("stepfunctions", "CreateActivity")
def create_activity(
    context: Context,
    *,
    name: str,
    tags: list[Answer] | None = None,
    encryptionConfiguration: Answer | None = None,
) -> Answer:
    """A new activity, or the one of this name that there is, if it is encrypted alike.

    Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html
    """
    words.check_name(name)
    backend = context.backend("stepfunctions")
    with context.cloud.lock("stepfunctions"):
        made = backend.activities.get(context.arn(f"activity:{name}", "states"))
        how = encryptionConfiguration or OWNED
        if made and (made.encryption_configuration or OWNED) != how:
            words_ = "Activity already exists. EncryptionConfiguration may not be updated."
            raise AwsError("ActivityAlreadyExists", words_)
        made = made or backend.create_activity(name, tags, how)
    return {"activityArn": made.arn, "creationDate": made.creation_date}


@operation("stepfunctions", "GetActivityTask")
def get_activity_task(
    context: Context, *, activityArn: str, workerName: str | None = None
) -> Answer:
    """The next task of an activity; without a token when none came within a minute."""
    check_activity(context, activityArn)
    until = time.monotonic() + POLL_S
    with _CHANGED:
        while not _WAITING.get(activityArn):
            left = until - time.monotonic()
            if left <= 0 or not _CHANGED.wait(left):
                return {}
        token, arguments = next(iter(_WAITING[activityArn].items()))
        del _WAITING[activityArn][token]
    _take(context.cloud, token, workerName)
    return {"taskToken": token, "input": compact(arguments)}


def offer(cloud: Cloud, activity: str, token: str, arguments: Any) -> None:
    """Let a worker have a task, unless one has it already."""
    if tokens.look(cloud, token).get("taken"):
        return
    with _CHANGED:
        _WAITING.setdefault(activity, {})[token] = arguments
        _CHANGED.notify_all()


def withdraw(activity: str, token: str) -> None:
    """Nobody shall take the task any more."""
    with _CHANGED:
        _WAITING.get(activity, {}).pop(token, None)


def _take(cloud: Cloud, token: str, worker: str | None) -> None:
    known = tokens.look(cloud, token)
    execution = RUNNING.get(known.get("execution", ""))
    if execution is None:
        return
    with execution.condition:
        cloud.records(tokens.KIND)[token] = known | {
            "taken": True,
            "worker": worker,
            "beat": time.time(),
        }
        execution.condition.notify_all()
