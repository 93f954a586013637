"""Starting executions: StartExecution and, for Express workflows, StartSyncExecution.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

import random
import time
import uuid
from typing import Any

from labkit.cloud.json_text import BadJson, parse_json
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.states import notices, words
from labkit.cloud.states.execution import KIND, Execution
from labkit.cloud.states.executions import public
from labkit.cloud.states.history import Event
from labkit.cloud.states.machines import LOGGING, TRACING, find_machine
from labkit.cloud.states.templates import MOST_BYTES

LONGEST_S = 5 * 60
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
    record["_"]["sync"] = False
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
    if not execution.over.wait(LONGEST_S):
        execution.end("TIMED_OUT", Event("ExecutionTimedOut", {"error": "States.Timeout"}, 0))
    took_ms = 1000 * (execution.record["stopDate"] - record["startDate"])
    return public(execution.record) | {
        "outputDetails": {"included": True},
        "billingDetails": {
            "billedMemoryUsedInMB": 64,
            "billedDurationInMilliseconds": 100 * (int(took_ms) // 100 + 1),
        },
    }


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
                "encryptionConfiguration": machine.encryptionConfiguration,
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
        parse_json(text)
    except BadJson as error:
        why = error.reason if text else "Invalid execution input."
        words_ = f"Invalid State Machine Execution Input: '{why}'"
        raise AwsError("InvalidExecutionInput", words_) from error


def _started_before(known: Record, text: str) -> Answer:
    """A start that is repeated while the execution runs is answered as the first one."""
    if known["status"] != "RUNNING" or known["input"] != text:
        words_ = f"Execution Already Exists: '{known['executionArn']}'"
        raise AwsError("ExecutionAlreadyExists", words_)
    return {"executionArn": known["executionArn"], "startDate": known["startDate"]}
