"""Executions: stopped, described, listed; their histories.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
"""

from __future__ import annotations

import time
from typing import Any

from labkit.cloud.members import shown
from labkit.cloud.operations import Answer, Context, operation
from labkit.cloud.states import words
from labkit.cloud.states.aliases import has_alias
from labkit.cloud.states.distributed.runs import find_run
from labkit.cloud.states.execution import KIND, RUNNING
from labkit.cloud.states.history import Event, History, without_data
from labkit.cloud.states.machines import find_machine
from labkit.cloud.states.variables import references

Record = dict[str, Any]


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
    told = public(record) | words.redrivable(record)
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
        "variableReferences": references(hidden["definition"]),
        "roleArn": hidden["roleArn"],
        **hidden["machine"],
        **({"mapRunArn": record["mapRunArn"]} if "mapRunArn" in record else {}),
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
    if (stateMachineArn is None) == (mapRunArn is None):
        raise words.invalid("Must provide either State Machine ARN or Map Run ARN")
    if stateMachineArn:
        named = has_alias(context, stateMachineArn)
        machine = stateMachineArn.rpartition(":")[0] if named else stateMachineArn
        if find_machine(context, machine).type == "EXPRESS":
            raise words.wrong_type()
    if mapRunArn:
        find_run(context, mapRunArn)
    found = [
        _listed(record)
        for record in context.cloud.records(KIND).values()
        if _is_of(record, stateMachineArn, mapRunArn)
        and statusFilter in (None, record["status"])
        and redriveFilter in (None, "REDRIVEN" if record["redriveCount"] else "NOT_REDRIVEN")
    ]
    found.sort(key=lambda each: each["startDate"], reverse=True)
    question = (stateMachineArn, mapRunArn, statusFilter, redriveFilter)
    return words.page("executions", found, maxResults or 100, nextToken, question)


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
    words.check_arn(executionArn, words.EXECUTION)
    find_execution(context, executionArn)
    events = list(History(context.cloud, executionArn).events())
    events = events[::-1] if reverseOrder else events
    told = events if includeExecutionData else [without_data(each) for each in events]
    question = (executionArn, reverseOrder)
    return words.page("events", told, maxResults or 100, nextToken, question)


def find_execution(context: Context, arn: str) -> Record:
    """What is stored of an execution; of Express ones only those of Map Runs are known.

    Raises:
        AwsError: ``InvalidArn`` or ``ExecutionDoesNotExist``.
    """
    record = context.cloud.records(KIND).get(arn)
    if record is None or "mapRunArn" not in record:
        words.check_arn(arn, words.EXECUTION)
    if record is None or record["_"]["region"] != context.region:
        raise words.no_execution(arn)
    return record


def public(record: Record) -> Answer:
    """What Step Functions tells of an execution."""
    details = {"inputDetails": {"included": True}}
    return (
        shown(record)
        | details
        | ({"outputDetails": {"included": True}} if "output" in record else {})
    )


_LISTED = (
    "executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "redriveCount",
    "redriveDate", "stateMachineVersionArn", "stateMachineAliasArn", "mapRunArn",
)  # fmt: skip


def _is_of(record: Record, machine: str | None, map_run: str | None) -> bool:
    if map_run:
        return record.get("mapRunArn") == map_run
    return machine in (
        record["stateMachineArn"],
        record.get("stateMachineVersionArn"),
        record.get("stateMachineAliasArn"),
    )


def _listed(record: Record) -> Answer:
    told = {name: record[name] for name in _LISTED if name in record}
    return told | ({"itemCount": record["_"]["items"]} if "mapRunArn" in record else {})
