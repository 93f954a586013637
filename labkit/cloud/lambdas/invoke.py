"""Invoking functions: the Invoke operation, and the same for S3, EventBridge and their fellows.

moto would need Docker, or echo the event. Here the zip's Python handler runs in a process of its
own, with the credentials of the function's execution role, so that ``boto3.client("s3")`` inside
talks to this cloud and may do what the role may. Lines go to CloudWatch Logs as on Lambda.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import moto.awslambda.models as models

from labkit.cloud.access import identities
from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.access.policy_language import Verdict, judge
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.json_text import parse_json
from labkit.cloud.lambdas import lineage, logs, routing
from labkit.cloud.lambdas.event_settings import settings_of
from labkit.cloud.lambdas.finding import arn_of, called_arn, find, plain_arn
from labkit.cloud.lambdas.measures import measure
from labkit.cloud.lambdas.pool import POOL, THROTTLED
from labkit.cloud.lambdas.worker import Died, TimedOut, Worker
from labkit.cloud.operations import Answer, AwsError, Context, Principal, not_here, operation

log = logging.getLogger(__name__)

MOST_REQUEST, MOST_ASYNC, MOST_RESPONSE = 6_291_456, 1_048_576, 6_291_556
LOG_TAIL = 4096
PENDING = "lambda.event"
#: How long a failed event waits before it is tried again: a second for each minute of Lambda's.
RETRY_S = (1.0, 2.0)
_OLDEST_S = 6 * 3600
# How long an event waits that finds no place, at first and at most: a second for a minute, too.
_PAUSE_S, _LONGEST_PAUSE_S = 1 / 60, 5.0
# Who is told how an asynchronous invocation ended: the cloud, the ARN that was called, the version
# that ran, the request's id, the event and the outcome.
FINISHED: list[Callable[[Cloud, str, Any, str, str, Outcome], None]] = []


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to.

    Args:
        payload: JSON.
        failed: the function, not Lambda, failed.
        log: its lines, with START, END and REPORT.
        attempts: how often it was asked.
        is_old: whether it was asked no more as the event's time was over.
        is_told: whether the function, or Lambda for it, has answered: an event may find no place.
    """

    payload: str
    failed: bool
    log: str
    attempts: int = 1
    is_old: bool = False
    is_told: bool = True


@operation("lambda", "Invoke")
def invoke(
    context: Context,
    *,
    FunctionName: str,
    InvocationType: str = "RequestResponse",
    LogType: str = "None",
    ClientContext: str | None = None,
    Payload: bytes = b"",
    Qualifier: str | None = None,
    **_: Any,
) -> Answer:
    """Run a function: wait for its answer, queue the event, or only check that it could run."""
    function = find(context.cloud, FunctionName, Qualifier, context.region)
    authorize(context, function)
    event, told = _check_payload(Payload, InvocationType), _decoded(ClientContext)
    arn = called_arn(function, FunctionName, Qualifier)
    function = routing.routed(context.cloud, function, arn)
    _check_runs(function)
    if InvocationType == "DryRun":
        return {"StatusCode": 204}
    if InvocationType == "Event":
        return {"StatusCode": 202, "RequestId": queue(context.cloud, arn, event)}
    request_id = str(uuid.uuid4())  # the caller knows the call by what the function does
    outcome = run(context.cloud, function, event, told, request_id, arn)
    tail = base64.b64encode(outcome.log.encode()[-LOG_TAIL:]).decode()
    return {
        "StatusCode": 200,
        "RequestId": request_id,
        "Payload": outcome.payload.encode(),
        "ExecutedVersion": str(function.version),
        "FunctionError": "Unhandled" if outcome.failed else None,
        "LogResult": tail if LogType == "Tail" else None,
    }


def queue(cloud: Cloud, name: str, event: str) -> str:
    """Run a function in the background; the event is on disk until it has run.

    Args:
        name: the ARN that was called, which says whose event settings there are.

    Returns:
        The request's id.
    """
    request_id = str(uuid.uuid4())
    item = {"function": name, "event": event, "lineage": lineage.current(), "since": time.time()}
    cloud.records(PENDING)[request_id] = item
    _start(cloud, request_id)
    return request_id


def queue_for_service(cloud: Cloud, service: str, source: str, name: str, event: str) -> bool:
    """Queue an event of an AWS service, if the function's policy lets that service in.

    Args:
        service: such as ``events.amazonaws.com``.
        source: the ARN of the rule, bucket or topic.

    Returns:
        Whether it was let in.
    """
    if not admits(cloud, service, source, name):
        log.warning("%s may not invoke %s: its policy does not allow it", source, name)
        return False
    queue(cloud, name, event)
    return True


def admits(cloud: Cloud, service: str, source: str, name: str) -> bool:
    """Whether a function's policy lets an AWS service invoke it for one of its resources."""
    function = find(cloud, name)
    keys: dict[str, str | list[str]] = {"aws:sourcearn": source, "aws:sourceaccount": cloud.account}
    asked = called_arn(function, name, None)  # each alias and version lets in its own
    question = Question(Principal(service, cloud.account), "lambda:InvokeFunction", asked, keys)
    document = {"Statement": function.policy.statements}
    return judge(document, question, has_principal=True) is Verdict.ALLOWED


@on_start
def resume(cloud: Cloud) -> None:
    """Run the events that were queued when the process ended, and let moto call functions."""
    POOL.open(cloud)
    _serve_moto(cloud)
    for request_id in list(cloud.records(PENDING)):
        _start(cloud, request_id)


def _start(cloud: Cloud, request_id: str) -> None:
    work = threading.Thread(target=_run_queued, args=(cloud, request_id), daemon=True)
    work.name = f"lambda-{request_id}"
    work.start()


def _run_queued(cloud: Cloud, request_id: str) -> None:
    item = cloud.records(PENDING)[request_id]
    try:
        function, outcome = _tried(cloud, request_id, item)
        for tell in FINISHED:
            tell(cloud, item["function"], function, request_id, item["event"], outcome)
    except AwsError as error:
        log.warning("an event for %s was dropped: %s", item["function"], error)
    finally:
        del cloud.records(PENDING)[request_id]


def _tried(cloud: Cloud, request_id: str, item: dict[str, Any]) -> tuple[Any, Outcome]:
    """A function and what it came to, after as many attempts as it has.

    While its reserved concurrency is in use an event waits, up to its age; where that is none, no
    event is tried.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    """
    failed, called, pause_s = item.get("failed", 0), item["function"], _PAUSE_S
    while True:
        function = routing.routed(cloud, find(cloud, called), called)
        settings = settings_of(cloud, called)
        age_s = settings.get("MaximumEventAgeInSeconds", _OLDEST_S) / 60  # a second a minute
        try:
            with lineage.resumed(item.get("lineage", "")):
                outcome = run(cloud, function, item["event"], request_id=request_id, arn=called)
        except AwsError as error:
            if error.code != THROTTLED:
                raise
            is_shut = POOL.limit(function) == 0
            if is_shut or time.time() - item.get("since", 0) >= age_s:
                payload, is_old = json.dumps(_error(error.code, error.message)), not is_shut
                return function, Outcome(payload, True, "", failed, is_old, is_told=False)
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            continue
        is_last = failed >= settings.get("MaximumRetryAttempts", len(RETRY_S))
        is_old = not is_last and sum(RETRY_S[: failed + 1]) >= age_s
        if not outcome.failed or is_last or is_old:
            return function, replace(outcome, attempts=failed + 1, is_old=is_old)
        cloud.records(PENDING)[request_id] = item | {"failed": failed + 1}
        time.sleep(RETRY_S[failed])
        failed += 1


# Running ------------------------------------------------------------------------------------------


def run(
    cloud: Cloud,
    function: Any,
    event: str,
    client_context: Any = None,
    request_id: str = "",
    arn: str = "",
) -> Outcome:
    """Run a function on an event and keep its log; ``arn`` is how it was called.

    Raises:
        AwsError: ``RecursiveInvocationException``.
    """
    request_id = request_id or str(uuid.uuid4())
    call = {
        "event": event,
        "request_id": request_id,
        "arn": arn or arn_of(function),
        "client_context": client_context,
        "trace": lineage.trace(cloud, plain_arn(function)),
    }
    started = time.monotonic()
    with POOL.worker(function) as slot:
        init_ms, error, result, note = 0.0, None, None, ""
        try:
            worker: Worker = slot.take()
            init_ms = slot.init_ms
            started = time.monotonic()
            result, error = _ask(worker, call, int(function.timeout))
        except TimedOut:
            words = f"Task timed out after {float(function.timeout):.2f} seconds"
            error = _error("Sandbox.Timedout", f"RequestId: {request_id} Error: {words}")
            note = f"{_now()} {request_id} {words}\n\n"
        except Died as death:
            error = _error("Runtime.ExitError", f"RequestId: {request_id} Error: {death}")
            note = f"RequestId: {request_id} Error: {death}\nRuntime.ExitError\n"
        took_ms = (time.monotonic() - started) * 1000
        facts = (took_ms, init_ms, slot.peak_mb, error, note)
        lines = logs.framed(function, request_id, slot.take_log(), *facts)
        logs.keep(cloud, function, slot.stream, lines)
    measure(function, took_ms, is_error=bool(error))
    return Outcome(json.dumps(error) if error else result or "null", bool(error), lines)


def _ask(worker: Worker, call: dict[str, Any], timeout_s: int) -> tuple[str | None, Any]:
    """The handler's JSON, or its error."""
    if worker.init_error:
        return None, worker.init_error
    deadline = time.time() + timeout_s
    answer = worker.call(call | {"deadline": deadline}, deadline)
    result, error = answer.get("result"), answer.get("error")
    if len((result or "").encode()) > MOST_RESPONSE:
        most = f"maximum allowed payload size ({MOST_RESPONSE} bytes)"
        words = f"Response payload size exceeded {most}."
        return None, _error("Function.ResponseSizeTooLarge", words)
    return result, error


def _error(kind: str, message: str) -> dict[str, str]:
    return {"errorType": kind, "errorMessage": message}


def _now() -> str:
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}Z"


# Checks -------------------------------------------------------------------------------------------


def authorize(context: Context, function: Any) -> None:
    """Raise for who may not invoke a function."""
    keys = identities.global_keys(context.cloud, context.principal)
    action, arn = "lambda:InvokeFunction", plain_arn(function)
    question = Question(context.principal, action, arn, keys)
    document = {"Statement": function.policy.statements}
    if why := identities.why_refused(context.cloud, question, document):
        raise AwsError("AccessDeniedException", identities.sentence(question, why), 403)


def _check_payload(payload: bytes, kind: str) -> str:
    most = MOST_ASYNC if kind == "Event" else MOST_REQUEST
    if len(payload) > most:
        words = f"Request must be smaller than {most} bytes for the InvokeFunction operation"
        raise AwsError("RequestTooLargeException", words, 413)
    try:
        text = payload.decode() or "{}"
        parse_json(text)
    except ValueError as error:
        words = "Could not parse request body into json: Could not parse payload into json"
        raise AwsError("InvalidRequestContentException", f"{words}: {error}") from error
    return text


def _check_runs(function: Any) -> None:
    if not str(function.run_time).startswith("python3"):
        what = function.run_time or f"package type {function.package_type}"
        raise not_here("lambda", "Invoke", f"it runs Python functions, not {what}")
    if wrapper := (function.environment_vars or {}).get("AWS_LAMBDA_EXEC_WRAPPER"):
        raise not_here("lambda", "Invoke", f"no wrapper starts a function here, such as {wrapper}")


def _decoded(client_context: str | None) -> Any:
    try:
        return parse_json(base64.b64decode(client_context).decode()) if client_context else None
    except ValueError as error:
        words = "Client context must be a valid Base64-encoded JSON object."
        raise AwsError("InvalidRequestContentException", words) from error


# moto's own callers -------------------------------------------------------------------------------


def _serve_moto(cloud: Cloud) -> None:
    """Let every service of moto that calls a function (Secrets Manager) really run it."""

    def run_for_moto(function: Any, event: Any = None) -> tuple[str, bool, str]:
        _check_runs(function)
        text = event if isinstance(event, str) else json.dumps(event or {})
        outcome = run(cloud, function, text)
        return outcome.payload, outcome.failed, outcome.log

    models.LambdaFunction._invoke_lambda = run_for_moto  # type: ignore[method-assign, assignment]
