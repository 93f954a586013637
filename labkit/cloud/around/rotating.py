"""How a secret is rotated: its function is asked to make, set, test and finish a next value.

moto goes on after a step that has failed, tells the next version's value though it is not the
current one, keeps of the rules the days alone, and sets up what it then refuses.

Sources: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html and
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from dataclasses import replace
from typing import Any

import moto.secretsmanager.models as models

from labkit.cloud.around.secrets import CURRENT, PENDING, find
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.schedule import BadSchedule, Rate, Schedule, parse_schedule
from labkit.cloud.lambdas import finding, invoke
from labkit.cloud.operations import Answer, AwsError, Context, operation

_STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
_DAY_S, _LEAST_S = 86400, 4 * 3600
_DAYS, _SCHEDULE = "AutomaticallyAfterDays", "ScheduleExpression"
log = logging.getLogger(__name__)


@operation("secretsmanager", "RotateSecret")
def rotate_secret(
    context: Context,
    *,
    SecretId: str,
    ClientRequestToken: str | None = None,
    RotationLambdaARN: str | None = None,
    RotationRules: dict[str, Any] | None = None,
    RotateImmediately: bool = True,
    **_: Any,
) -> Answer:
    """Have a secret's function make its next value, with calls of its own to this cloud.

    A function that fails leaves the current value as it is, and the next one pending.

    Raises:
        AwsError: ``InvalidRequestException``: the secret has no function, or an earlier rotation
            is not complete, which is tried again.
    """
    secret = find(context, SecretId)
    function = RotationLambdaARN or getattr(secret, "rotation_lambda_arn", None)
    if not function:
        words = "No Lambda rotation function ARN is associated with this secret."
        raise AwsError("InvalidRequestException", words)
    rules = _checked(RotationRules) if RotationRules else _rules(secret)
    _check_function(context, function)
    with context.cloud.changing("secretsmanager"):
        unfinished = _pending(secret)
        token = unfinished or ClientRequestToken or str(uuid.uuid4())
        told = {"ARN": secret.arn, "Name": secret.name, "VersionId": token}
        if token in secret.versions and not unfinished:
            return told
        secret.rotation_requested = secret.rotation_enabled = True
        secret.rotation_lambda_arn, secret.rotation_rules = function, rules
        secret.next_rotation_date = _next(rules)
        if not unfinished:
            _await(secret, token, tested=not RotateImmediately)
    is_test = not RotateImmediately and not unfinished
    _run(context, secret, token, ("testSecret",) if is_test else _STEPS)
    with context.cloud.changing("secretsmanager"):
        if is_test:
            secret.versions.pop(token, None)
        elif CURRENT in secret.versions.get(token, {}).get("version_stages", ()):
            secret.last_rotation_date = int(time.time())
    if unfinished:
        words = "A previous rotation isn't complete. That rotation will be reattempted."
        raise AwsError("InvalidRequestException", words)
    return told


@on_start
def tell_rules(cloud: Cloud) -> None:
    """Let secrets tell their rules whole, and no rotation that has not been."""
    secrets: Any = models.FakeSecret
    if secrets.to_dict.__name__ == _told.__name__:
        return
    _plain.append(secrets.to_dict)
    secrets.to_dict = _told


_plain: list[Any] = []


def _told(secret: Any) -> dict[str, Any]:
    told: dict[str, Any] = _plain[0](secret)
    if "RotationRules" in told:
        told["RotationRules"] = _rules(secret)
    return told


def _rules(secret: Any) -> dict[str, Any]:
    """A secret's rules; one of before has its days alone."""
    days = secret.auto_rotate_after_days
    return dict(getattr(secret, "rotation_rules", None) or ({_DAYS: days} if days else {}))


def _checked(rules: dict[str, Any]) -> dict[str, Any]:
    """Rules, with the days that a rate of days comes to."""
    days, expression = rules.get(_DAYS), rules.get(_SCHEDULE)
    if days and expression:
        raise _bad(f"You can't specify both {_DAYS} and {_SCHEDULE} in RotationRules.")
    if days is not None and not 1 <= days <= 1000:
        raise _bad(f"RotationRules.{_DAYS} must be within 1-1000.")
    rate = _schedule(expression) if expression else None
    whole = isinstance(rate, Rate) and rate.period_s % _DAY_S == 0
    return rules | ({_DAYS: rate.period_s // _DAY_S} if isinstance(rate, Rate) and whole else {})


def _schedule(expression: str) -> Schedule:
    """A schedule; it is of hours, the shortest four of them."""
    try:
        schedule = parse_schedule(expression)
    except BadSchedule as error:
        raise _bad(f"The {_SCHEDULE} in RotationRules is not valid.") from error
    if isinstance(schedule, Rate) and (schedule.period_s < _LEAST_S or "minute" in expression):
        raise _bad(f"The rate in {_SCHEDULE} must be of four hours at least.")
    return schedule


def _next(rules: dict[str, Any]) -> int | None:
    """When the secret is to be rotated again, in seconds since 1970."""
    now = time.time()
    if _SCHEDULE in rules:
        moment = parse_schedule(rules[_SCHEDULE]).after(now, since=now)
    else:
        moment = now + rules[_DAYS] * _DAY_S if _DAYS in rules else None
    return None if moment is None else int(moment)


def _check_function(context: Context, arn: str) -> None:
    try:
        finding.find(context.cloud, arn, None, context.region)
    except AwsError as error:
        words = "Secrets Manager cannot invoke the specified Lambda function. Ensure that the"
        words += " function policy grants access to the principal secretsmanager.amazonaws.com."
        raise AwsError("AccessDeniedException", words) from error


def _pending(secret: Any) -> str:
    """The version of a rotation that is not complete, or nothing."""
    stages = {name: version["version_stages"] for name, version in secret.versions.items()}
    open_ones = (name for name, of in stages.items() if PENDING in of and CURRENT not in of)
    return next(open_ones, "")


def _await(secret: Any, token: str, *, tested: bool) -> None:
    """A version to which the function is to give a value; where it is only tested, a copy."""
    held = secret.versions.get(secret.default_version_id, {}) if tested else {}
    secret.remove_version_stages_from_old_versions([PENDING])
    of = {"createdate": int(time.time()), "version_id": token, "version_stages": [PENDING]}
    secret.versions[token] = held | of


def _run(context: Context, secret: Any, token: str, steps: tuple[str, ...]) -> None:
    """Ask the function for each step in turn, up to one that fails."""
    caller = replace(context, service="lambda", operation="Invoke")
    for step in steps:
        event = {"Step": step, "SecretId": secret.arn, "ClientRequestToken": token}
        told = json.dumps(event).encode()
        answer = invoke.invoke(caller, FunctionName=secret.rotation_lambda_arn, Payload=told) or {}
        if answer.get("FunctionError"):
            log.warning("the rotation of %s failed at %s", secret.name, step)
            return


def _bad(words: str) -> AwsError:
    return AwsError("InvalidParameterException", words)
