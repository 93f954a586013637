"""Workflow helpers: state machines and their executions (Step Functions)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from labkit import names
from labkit.advice import advice
from labkit.errors import RunFailed, UnknownName
from labkit.progress import Progress, wait
from labkit.storage import split_uri, told

if TYPE_CHECKING:
    from labkit.lab import Lab

REASONS = ("StateChangeReason", "ErrorMessage", "errorMessage")
ENDED = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
Event = dict[str, Any]


@dataclass(frozen=True)
class Execution:
    """An execution that has ended.

    Args:
        arn: its ARN.
        status: ``SUCCEEDED``, ``FAILED``, ``TIMED_OUT`` or ``ABORTED``.
        output: what its last state gave, ``None`` unless it succeeded.
        error: the name of what went wrong, else empty.
        cause: why, else empty.
    """

    arn: str
    status: str
    output: Any
    error: str
    cause: str


def task(resource: str, *, then: str = "", **parameters: Any) -> dict[str, Any]:
    """A Task state of a definition in the Amazon States Language.

    >>> task("databrew:startJobRun.sync", Name="clean")["Resource"]
    'arn:aws:states:::databrew:startJobRun.sync'

    Args:
        resource: the integration, from the service on.
        then: the next state's name; the last state without it.
        **parameters: of the call, as the service spells them.
    """
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters}
    return state | ({"Next": then} if then else {"End": True})


class Flows:
    """State machines and their executions.

    Args:
        lab: the lab whose clients to use.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    @told
    def machines(self) -> list[str]:
        """The names of all state machines, sorted."""
        return sorted(self._arns())

    @told
    def put_machine(self, name: str, definition: dict[str, Any], *, role: str) -> str:
        """Make a state machine, or change it to be so. Returns its ARN.

        Args:
            definition: in the Amazon States Language.
            role: the ARN of the role that it runs as.
        """
        sfn, text = self.lab.client("stepfunctions"), json.dumps(definition, indent=2)
        known = self._arns().get(name)
        if known is None:
            made = sfn.create_state_machine(name=name, definition=text, roleArn=role)
            return str(made["stateMachineArn"])
        sfn.update_state_machine(stateMachineArn=known, definition=text, roleArn=role)
        return known

    @told
    def start_on_upload(self, rule: str, *, uri: str, machine: str) -> str:
        """Start a state machine with S3's event whenever an object arrives. Returns the rule's ARN.

        Args:
            rule: the name of the EventBridge rule, made or changed.
            uri: ``s3://bucket/prefix``: where objects arrive.
            machine: the state machine's name or ARN.

        Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
        """
        (bucket, prefix), events = split_uri(uri), self.lab.client("events")
        self._tell_events(bucket)
        detail = {"bucket": {"name": [bucket]}, "object": {"key": [{"prefix": prefix}]}}
        pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
        made = events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
        role, arn = self.lab.role_arn(names.FLOW_ROLE), self._arn(machine)
        events.put_targets(Rule=rule, Targets=[{"Id": "flow", "Arn": arn, "RoleArn": role}])
        return str(made["RuleArn"])

    @told
    def wait_for_next(
        self, machine: str, *, known: pd.DataFrame, timeout_s: float = 600
    ) -> Execution:
        """Wait for an execution that something else starts, and for its end.

        Args:
            known: the `executions` from before.

        Raises:
            RunFailed: it did not succeed.
        """
        before = set(known["execution"])
        new = wait(
            f"The next execution of {machine}",
            lambda: [e for e in self.executions(machine)["execution"] if e not in before],
            until=bool,
            tell=lambda found: Progress(f"{machine}: {'started' if found else 'waits'}"),
            timeout_s=timeout_s,
            quiet=True,
        )
        return self.wait(new[-1], timeout_s=timeout_s)

    @told
    def start(self, machine: str, value: Any = None) -> str:
        """Start an execution; it runs on its own. Returns its ARN.

        Args:
            machine: the state machine's name or ARN.
            value: the execution's input; None is an empty object.

        Raises:
            UnknownName: no such state machine.
        """
        started = self.lab.client("stepfunctions").start_execution(
            stateMachineArn=self._arn(machine), input=json.dumps({} if value is None else value)
        )
        return str(started["executionArn"])

    @told
    def wait(self, execution: str, *, timeout_s: float = 600) -> Execution:
        """Wait until an execution has ended, showing the state that it is in.

        Raises:
            RunFailed: it did not succeed; with its error, and its cause in a sentence.
        """
        name = execution.rsplit(":", 1)[-1]
        last = wait(
            f"The execution {name}",
            lambda: self._look(execution),
            until=lambda said: said["status"] in ENDED,
            tell=_progress,
            timeout_s=timeout_s,
        )
        ended = _ended(last)
        if ended.status != "SUCCEEDED":
            cause = _sentence(ended.cause)
            why = f"{ended.status}. {ended.error} {cause}".strip()
            raise RunFailed("execution", name, "\n".join(filter(None, [why, advice(cause)])))
        return ended

    @told
    def run(self, machine: str, value: Any = None, *, timeout_s: float = 600) -> Execution:
        """Start an execution and wait for its end.

        Raises:
            UnknownName: no such state machine.
            RunFailed: it did not succeed.
        """
        return self.wait(self.start(machine, value), timeout_s=timeout_s)

    @told
    def executions(self, machine: str) -> pd.DataFrame:
        """The executions of a state machine, the newest first.

        Returns:
            Columns ``execution`` (its ARN), ``status``, ``started``, ``ended``.

        Raises:
            UnknownName: no such state machine.
        """
        found = self._all("list_executions", "executions", stateMachineArn=self._arn(machine))
        rows = [(e["executionArn"], e["status"], e["startDate"], e.get("stopDate")) for e in found]
        return pd.DataFrame(rows, columns=["execution", "status", "started", "ended"])

    @told
    def history(self, execution: str) -> pd.DataFrame:
        """What happened in an execution, one row an event.

        Returns:
            Columns ``id``, ``previous`` (the event that led to it), ``event``, ``state``.
        """
        rows: list[tuple[Any, ...]] = []
        state_of: dict[int, str] = {}
        for event in self.events(execution):
            state = _state_of(event) or state_of.get(event["previousEventId"], "")
            state_of[event["id"]] = state
            rows.append((event["id"], event["previousEventId"], event["type"], state))
        return pd.DataFrame(rows, columns=["id", "previous", "event", "state"])

    @told
    def events(self, execution: str) -> list[Event]:
        """The events of an execution as ``GetExecutionHistory`` tells them."""
        return self._all("get_execution_history", "events", executionArn=execution)

    @told
    def definition(self, execution: str) -> dict[str, Any]:
        """The definition that an execution follows."""
        sfn = self.lab.client("stepfunctions")
        said = sfn.describe_state_machine_for_execution(executionArn=execution)
        found: dict[str, Any] = json.loads(said["definition"])
        return found

    def _tell_events(self, bucket: str) -> None:
        """Have a bucket tell EventBridge, beside whom it tells already: a put replaces them all."""
        s3 = self.lab.client("s3")
        told = s3.get_bucket_notification_configuration(Bucket=bucket)
        told = {name: one for name, one in told.items() if name != "ResponseMetadata"}
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration=told | {"EventBridgeConfiguration": {}}
        )

    def _look(self, execution: str) -> dict[str, Any]:
        """An execution, and the state that it came to last."""
        sfn = self.lab.client("stepfunctions")
        said: dict[str, Any] = sfn.describe_execution(executionArn=execution)
        if said["status"] in ENDED:
            return said
        newest = sfn.get_execution_history(
            executionArn=execution, reverseOrder=True, maxResults=100, includeExecutionData=False
        )
        states = filter(None, map(_state_of, newest["events"]))
        return said | {"state": next(states, "")}

    def _arn(self, machine: str) -> str:
        if machine.startswith("arn:"):
            return machine
        known = self._arns()
        if machine not in known:
            raise UnknownName("state machine", machine, sorted(known))
        return known[machine]

    def _arns(self) -> dict[str, str]:
        found = self._all("list_state_machines", "stateMachines")
        return {machine["name"]: machine["stateMachineArn"] for machine in found}

    def _all(self, call: str, member: str, **parameters: Any) -> list[dict[str, Any]]:
        return list(self.lab.all("stepfunctions", call, member, **parameters))


def _state_of(event: Event) -> str:
    details = event.get("stateEnteredEventDetails") or event.get("stateExitedEventDetails") or {}
    return str(details.get("name", ""))


def _ended(said: dict[str, Any]) -> Execution:
    output = json.loads(said["output"]) if "output" in said else None
    facts = (said.get("error", ""), said.get("cause", ""))
    return Execution(said["executionArn"], said["status"], output, *facts)


def _sentence(cause: str) -> str:
    """A cause as it is; of a run that its service tells as JSON, the reason alone.

    >>> _sentence('{"QueryExecution": {"Status": {"StateChangeReason": "no such table"}}}')
    'no such table'
    """
    try:
        return next(_reasons(json.loads(cause)), cause)
    except ValueError:
        return cause


def _reasons(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        yield from (told[name] for name in REASONS if isinstance(told.get(name), str))
        for each in told.values():
            yield from _reasons(each)


def _progress(said: dict[str, Any]) -> Progress:
    if said["status"] in ENDED:
        return Progress(f"Execution: {said['status']}", 1.0, good=said["status"] == "SUCCEEDED")
    return Progress(f"Execution: {said.get('state') or said['status']}")
