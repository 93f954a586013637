"""Executions: started, stopped, described, listed; their histories.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

import json
import random
import time
import uuid
from typing import Any

from labkit.cloud.cloud import Cloud, on_start, on_stop
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.states import notices, words
from labkit.cloud.states.execution import KIND, RUNNING, Execution
from labkit.cloud.states.history import Event, History, without_data
from labkit.cloud.states.machines import LOGGING, TRACING, find_machine, page
from labkit.cloud.states.tasks import DOWN
from labkit.cloud.states.walking import MOST_BYTES

STARTED = time.time()
SHORTEST_S = 5 * 60
Record = dict[str, Any]


@operation("stepfunctions", "StartExecution")
def start_execution(
    context: Context,
    *,
    stateMachineArn: str,
    name: str | None = None,
    input: str = "{}",
    traceHeader: str | None = None,
) -> Answer:
    record = _new_record(context, stateMachineArn, name, input, traceHeader)
    executions = context.cloud.records(KIND)
    with context.cloud.lock("states.execution"):
        known = executions.get(record["executionArn"])
        if known is None:
            executions[record["executionArn"]] = record
    if known is not None:
        return _started_before(known, input)
    notices.tell(context.cloud, record)
    Execution(context.cloud, record).start()
    return {"executionArn": record["executionArn"], "startDate": record["startDate"]}


@operation("stepfunctions", "StartSyncExecution")
def start_sync_execution(
    context: Context,
    *,
    stateMachineArn: str,
    name: str | None = None,
    input: str = "{}",
    traceHeader: str | None = None,
    includedData: str = "ALL_DATA",
) -> Answer:
    """Run an Express workflow and wait for its end, at most five minutes as on AWS."""
    record = _new_record(context, stateMachineArn, name, input, traceHeader)
    if record["_"]["type"] != "EXPRESS":
        raise words.wrong_type()
    record["_"]["sync"] = True
    execution = Execution(context.cloud, record)
    execution.start()
    if not execution.over.wait(SHORTEST_S):
        execution.end("TIMED_OUT", Event("ExecutionTimedOut", {"error": "States.Timeout"}, 0))
    took_ms = 1000 * (execution.record["stopDate"] - record["startDate"])
    return public(execution.record) | {
        "outputDetails": {"included": True},
        "billingDetails": {
            "billedMemoryUsedInMB": 64,
            "billedDurationInMilliseconds": 100 * (int(took_ms) // 100 + 1),
        },
    }


@operation("stepfunctions", "StopExecution")
def stop_execution(
    context: Context, *, executionArn: str, error: str | None = None, cause: str | None = None
) -> Answer:
    record = find_execution(context, executionArn)
    execution = RUNNING.get(executionArn)
    if execution is not None:
        facts = {k: v for k, v in (("error", error), ("cause", cause)) if v is not None}
        execution.end("ABORTED", Event("ExecutionAborted", facts, 0))
        record = execution.record
    return {"stopDate": record.get("stopDate", time.time())}


@operation("stepfunctions", "DescribeExecution")
def describe_execution(
    context: Context, *, executionArn: str, includedData: str = "ALL_DATA"
) -> Answer:
    record = find_execution(context, executionArn)
    told = public(record) | redrivable(record)
    return told if includedData == "ALL_DATA" else without_data(told)


@operation("stepfunctions", "DescribeStateMachineForExecution")
def describe_state_machine_for_execution(
    context: Context, *, executionArn: str, includedData: str = "ALL_DATA"
) -> Answer:
    """The machine as it was when the execution began."""
    record = find_execution(context, executionArn)
    hidden = record["_"]
    return {
        "stateMachineArn": record["stateMachineArn"],
        "definition": hidden["definition"],
        "roleArn": hidden["roleArn"],
        **hidden["machine"],
    }


@operation("stepfunctions", "ListExecutions")
def list_executions(
    context: Context,
    *,
    stateMachineArn: str | None = None,
    statusFilter: str | None = None,
    maxResults: int = 100,
    nextToken: str = "",
    mapRunArn: str | None = None,
    redriveFilter: str | None = None,
) -> Answer:
    words.check_limit(maxResults, "maxResults")
    if stateMachineArn is None:
        raise AwsError(
            "ValidationException", "Must provide either State Machine ARN or Map Run ARN"
        )
    _check_status(statusFilter)
    if find_machine(context, stateMachineArn).type == "EXPRESS":
        raise words.wrong_type()
    found = [
        _listed(record)
        for record in context.cloud.records(KIND).values()
        if stateMachineArn in (record["stateMachineArn"], record.get("stateMachineVersionArn"))
        and statusFilter in (None, record["status"])
        and redriveFilter in (None, "REDRIVEN" if record["redriveCount"] else "NOT_REDRIVEN")
    ]
    found.sort(key=lambda each: each["startDate"], reverse=True)
    return page("executions", found, maxResults or 100, nextToken)


@operation("stepfunctions", "GetExecutionHistory")
def get_execution_history(
    context: Context,
    *,
    executionArn: str,
    maxResults: int = 100,
    reverseOrder: bool = False,
    nextToken: str = "",
    includeExecutionData: bool = True,
) -> Answer:
    words.check_limit(maxResults, "maxResults")
    find_execution(context, executionArn)
    events = list(History(context.cloud, executionArn).events())
    events = events[::-1] if reverseOrder else events
    told = events if includeExecutionData else [without_data(each) for each in events]
    return page("events", told, maxResults or 100, nextToken)


@operation("stepfunctions", "RedriveExecution")
def redrive_execution(
    context: Context, *, executionArn: str, clientToken: str | None = None
) -> Answer:
    """Run a failed execution again from the state that failed.

    Source: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
    """
    record = find_execution(context, executionArn)
    if redrivable(record)["redriveStatus"] != "REDRIVABLE":
        reason = redrivable(record).get("redriveStatusReason", "")
        raise AwsError("ExecutionNotRedrivable", f"Execution Not Redrivable: '{reason}'")
    now = time.time()
    kept = {k: v for k, v in record.items() if k not in ("stopDate", "error", "cause", "output")}
    count = record["redriveCount"] + 1
    record = kept | {"status": "RUNNING", "redriveCount": count, "redriveDate": now}
    execution = Execution(context.cloud, record)
    with context.cloud.state.together():
        context.cloud.records(KIND)[executionArn] = record
        _rewind(execution, count)
    notices.tell(context.cloud, record)
    execution.start()
    return {"redriveDate": now}


def _rewind(execution: Execution, count: int) -> None:
    """Let every walk that failed begin its last state anew."""
    number = execution.history.add(Event("ExecutionRedriven", {"redriveCount": count}), 0)
    records = execution.cloud.records("states.frame")
    for name in list(records):
        if name.startswith(f"{execution.arn}|") and "output" not in records[name]:
            mark = {k: v for k, v in records[name].items() if k != "failed"}
            work = mark["work"] if _has_children(records, name) else None
            fresh: Record = {"attempts": {}, "tries": 0, "retry_at": None, "work": work}
            records[name] = mark | fresh | {"last": number}


def _has_children(records: Any, name: str) -> bool:
    inside = name if name.endswith("|") else f"{name}/"
    return any(each.startswith(inside) and each != name for each in records)


def find_execution(context: Context, arn: str) -> Record:
    """What is stored of an execution.

    Raises:
        AwsError: ``InvalidArn`` or ``ExecutionDoesNotExist``.
    """
    words.check_arn(arn, words.EXECUTION, words.EXPRESS)
    record = context.cloud.records(KIND).get(arn)
    if record is None or record["_"]["region"] != context.region:
        raise words.no_execution(arn)
    if record["_"]["type"] == "EXPRESS":
        raise words.wrong_type()
    return record


def public(record: Record) -> Answer:
    """What Step Functions tells of an execution."""
    told = {name: value for name, value in record.items() if name != "_"}
    details = {"inputDetails": {"included": True}}
    return told | details | ({"outputDetails": {"included": True}} if "output" in record else {})


def redrivable(record: Record) -> Answer:
    """Whether an execution can be run again from where it failed."""
    status = record["status"]
    if status in ("FAILED", "TIMED_OUT", "ABORTED"):
        return {"redriveStatus": "REDRIVABLE"}
    reason = f"Execution is {status} and cannot be redriven"
    return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}


@on_start
def resume(cloud: Cloud) -> None:
    """Let the executions go on that ran when the process ended."""
    down = cloud.records(DOWN).get("at", {})
    moment = down["moment"] if down.get("clean") else STARTED
    cloud.records(DOWN)["at"] = {"moment": moment, "clean": False}
    for arn, record in list(cloud.records(KIND).items()):
        if record["status"] == "RUNNING":
            Execution(cloud, record).start()
        elif record["_"]["type"] == "EXPRESS":
            del cloud.records(KIND)[arn]


@on_stop
def suspend(cloud: Cloud) -> None:
    """Leave the running executions as they are, to go on at the next start."""
    running = list(RUNNING.values())
    for execution in running:
        execution.suspend()
    for execution in running:
        if execution.thread is not None:
            execution.thread.join(timeout=2)
    cloud.records(DOWN)["at"] = {"moment": time.time(), "clean": True}


def _new_record(
    context: Context, arn: str, name: str | None, text: str, trace: str | None
) -> Record:
    """A record of an execution that is about to begin."""
    machine, alias = _machine_to_run(context, arn)
    if name is not None:
        words.check_name(name)
    _check_input(text)
    name = name or str(uuid.uuid4())
    base, express = machine.arn, machine.type == "EXPRESS"
    versioned = {}
    if hasattr(machine, "version"):
        base, versioned = machine.source_arn, {"stateMachineVersionArn": machine.arn}
    kind = words.EXPRESS if express else words.EXECUTION
    path = f"{kind}:{machine.name}:{name}" + (f":{uuid.uuid4()}" if express else "")
    return {
        "executionArn": context.arn(path, "states"),
        "stateMachineArn": base,
        "name": name,
        "status": "RUNNING",
        "startDate": time.time(),
        "input": text,
        "redriveCount": 0,
        **({"traceHeader": trace} if trace else {}),
        **versioned,
        **({"stateMachineAliasArn": alias} if alias else {}),
        "_": {
            "region": context.region,
            "type": machine.type,
            "definition": machine.definition,
            "roleArn": machine.roleArn,
            "machine": {
                "name": machine.name,
                "loggingConfiguration": LOGGING | machine.loggingConfiguration,
                "tracingConfiguration": TRACING | machine.tracingConfiguration,
                "updateDate": machine.update_date.timestamp(),
                "revisionId": getattr(machine, "revision_id", None),
            },
        },
    }


def _machine_to_run(context: Context, arn: str) -> tuple[Any, str | None]:
    """The machine, or the version that an alias leads to, by its weights."""
    words.check_arn(arn, words.MACHINE)
    machine_arn, _, name = arn.rpartition(":")
    if machine_arn.count(":") == 6 and not name.isdigit():
        machine = find_machine(context, machine_arn)
        alias = machine.aliases.get(name)
        if alias is None:
            raise words.no_machine(arn)
        routes = alias.routing_configuration
        weights = [each["weight"] for each in routes]
        chosen = random.choices(routes, weights)[0]
        return find_machine(context, chosen["stateMachineVersionArn"]), arn
    return find_machine(context, arn), None


def _check_input(text: str) -> None:
    if len(text.encode()) > MOST_BYTES:
        words_ = "Input is too large: the limit is 262144 bytes"
        raise AwsError("ValidationException", words_)
    try:
        json.loads(text)
    except ValueError as error:
        why = str(error) if text else "Invalid execution input."
        words_ = f"Invalid State Machine Execution Input: '{why}'"
        raise AwsError("InvalidExecutionInput", words_) from error


def _started_before(known: Record, text: str) -> Answer:
    """A start that is repeated while the execution runs is answered as the first one."""
    if known["status"] != "RUNNING" or known["input"] != text:
        words_ = f"Execution Already Exists: '{known['executionArn']}'"
        raise AwsError("ExecutionAlreadyExists", words_)
    return {"executionArn": known["executionArn"], "startDate": known["startDate"]}


_LISTED = (
    "executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "redriveCount",
    "redriveDate", "stateMachineVersionArn", "stateMachineAliasArn",
)  # fmt: skip
_STATUSES = ("SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING")


def _listed(record: Record) -> Answer:
    return {name: record[name] for name in _LISTED if name in record}


def _check_status(status: str | None) -> None:
    if status not in (None, *_STATUSES):
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{status}' at 'statusFilter' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{', '.join(_STATUSES)}]",
        )
