"""A Map Run: the child executions that a distributed Map starts, and what they may do together.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
"""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.json_text import compact
from labkit.cloud.operations import Context
from labkit.cloud.states import words
from labkit.cloud.states.distributed.problems import processor_of
from labkit.cloud.states.execution import KIND as EXECUTIONS
from labkit.cloud.states.execution import RUNNING, Execution
from labkit.cloud.states.history import Event
from labkit.cloud.states.visits import Visit

KIND, INPUTS = "states.map_run", "states.map_inputs"
AT_ONCE = 40
Record = dict[str, Any]


class MapRun:
    """A Map Run.

    Args:
        cloud: the workspace's local AWS.
        arn: the Map Run's.
        record: what is to be stored of it; by default what is.
    """

    def __init__(self, cloud: Cloud, arn: str, record: Record | None = None) -> None:
        self.cloud, self.arn = cloud, arn
        self._new = record
        kept = cloud.records(INPUTS).get(arn, {})
        self.inputs: list[Any] | None = kept.get("inputs")
        self.sizes: list[int] = kept.get("sizes", [])
        self._items = sum(self.sizes)

    @classmethod
    def new(cls, visit: Visit) -> MapRun:
        """The Map Run that a state begins.

        Raises:
            StateFailed: one of its limits is not what it may be.
        """
        execution, state = visit.frame.execution, visit.state
        most = int(visit.number("MaxConcurrency") or 0)
        count = visit.number("ToleratedFailureCount")
        share = visit.number("ToleratedFailurePercentage")
        label = f"{execution.hidden['machine']['name']}/{state.get('Label') or uuid.uuid4()}"
        arn = _beside(execution.arn, words.MAP_RUN, label, str(uuid.uuid4()))
        _, processor = processor_of(state)
        inner = {k: v for k, v in processor.items() if k != "ProcessorConfig"}
        language = {k: v for k, v in execution.definition.items() if k == "QueryLanguage"}
        record = {
            "mapRunArn": arn,
            "executionArn": execution.arn,
            "status": "RUNNING",
            "startDate": time.time(),
            "maxConcurrency": most,
            "toleratedFailureCount": None if count is None else int(count),
            "toleratedFailurePercentage": share,
            "redriveCount": 0,
            "_": {
                "region": execution.hidden["region"],
                "type": processor["ProcessorConfig"]["ExecutionType"],
                "definition": json.dumps(inner | language),
                "roleArn": execution.hidden["roleArn"],
                "machine": execution.hidden["machine"] | {"name": label},
            },
        }
        return cls(execution.cloud, arn, record)

    @property
    def record(self) -> Record:
        found: Record = self._new or self.cloud.records(KIND)[self.arn]
        return found

    @property
    def status(self) -> str:
        return str(self.record["status"])

    def put(self) -> None:
        """Put on record what is new."""
        if self._new is not None:
            self.cloud.records(KIND)[self.arn], self._new = self._new, None

    def keep(self, batches: list[tuple[Any, int]]) -> None:
        """Put on record what the executions get, and of how many items each is."""
        self.inputs, self.sizes = [each for each, _ in batches], [size for _, size in batches]
        self._items = sum(self.sizes)
        self.cloud.records(INPUTS)[self.arn] = {"inputs": self.inputs, "sizes": self.sizes}

    def change(self, **changes: Any) -> None:
        """Write other limits or another status."""
        self.cloud.records(KIND)[self.arn] = self.record | changes

    # Its ends -------------------------------------------------------------------------------------

    def end(self, status: str) -> None:
        """Put its end on record; what it would need to go on is kept unless it has succeeded."""
        with self.cloud.state.together():
            self.change(status=status, stopDate=time.time())
            if status == "SUCCEEDED":
                sizes = {"sizes": self.sizes, "inputs": [None] * len(self.sizes)}
                self.cloud.records(INPUTS)[self.arn] = sizes

    def stop_children(self) -> None:
        """End the executions that run."""
        for record in self.children():
            if record and record["status"] == "RUNNING":
                arn = record["executionArn"]
                execution = RUNNING.get(arn) or Execution(self.cloud, record)
                execution.end("ABORTED", Event("ExecutionAborted", {}, 0))

    def abort(self) -> None:
        """End it with its executions, as its state has been ended."""
        self.stop_children()
        self.end("ABORTED")

    def redrive(self) -> int:
        """Let it run again, once that is put on record. Returns how often it has been."""
        kept = {k: v for k, v in self.record.items() if k != "stopDate"}
        count = int(kept["redriveCount"]) + 1
        again = {"status": "RUNNING", "redriveCount": count, "redriveDate": time.time()}
        self._new = kept | again
        return count

    # Its executions -------------------------------------------------------------------------------

    @property
    def machine_arn(self) -> str:
        """The state machine that its executions are said to be of."""
        return _beside(self.arn, words.MACHINE, self.record["_"]["machine"]["name"])

    def child_arn(self, index: int) -> str:
        """The ARN of the execution of an input, which is the same whenever it is asked for."""
        hidden = self.record["_"]
        names = hidden["machine"]["name"], str(self._uuid(index))
        if hidden["type"] == "EXPRESS":
            return _beside(self.arn, words.EXPRESS, *names, str(self._uuid(-1 - index)))
        return _beside(self.arn, words.EXECUTION, *names)

    def child(self, index: int) -> Record:
        """The record of an execution that is about to begin."""
        assert self.inputs is not None
        return {
            "executionArn": self.child_arn(index),
            "stateMachineArn": self.machine_arn,
            "name": str(self._uuid(index)),
            "status": "RUNNING",
            "startDate": time.time(),
            "input": compact(self.inputs[index]),
            "redriveCount": 0,
            "mapRunArn": self.arn,
            "_": self.record["_"] | {"items": self.sizes[index]},
        }

    def children(self) -> Iterator[Record | None]:
        """The records of its executions, in order; ``None`` for those that have not begun."""
        executions = self.cloud.records(EXECUTIONS)
        return (executions.get(self.child_arn(index)) for index in range(len(self.sizes)))

    def counts(self, *, items: bool) -> dict[str, int]:
        """How many executions, or items of them, have come how far."""
        found: Counter[str] = Counter()
        for record, size in zip(self.children(), self.sizes, strict=True):
            found[record["status"] if record else "PENDING"] += size if items else 1
        written = 0 if self.status == "RUNNING" else found.total() - found["PENDING"]
        return {
            "pending": found["PENDING"],
            "running": found["RUNNING"],
            "succeeded": found["SUCCEEDED"],
            "failed": found["FAILED"],
            "timedOut": found["TIMED_OUT"],
            "aborted": found["ABORTED"],
            "total": found.total(),
            "resultsWritten": written,
        }

    def is_too_many(self, failed_items: int) -> bool:
        """Whether more items have failed than may; by default none may."""
        count, share = (self.record[f"toleratedFailure{each}"] for each in ("Count", "Percentage"))
        if count is None and share is None:
            return failed_items > 0
        return is_beyond(failed_items, self._items, count, share)

    def _uuid(self, index: int) -> uuid.UUID:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{self.arn}#{index}")


def _beside(arn: str, kind: str, *names: str) -> str:
    """The ARN of another kind of thing in the same account and region."""
    return ":".join([*arn.split(":")[:5], kind, *names])


def is_beyond(failed: int, items: int, count: float | None, share: float | None) -> bool:
    """Whether a number of failed items is beyond what is tolerated: a count, or a percentage."""
    return (count is not None and failed > count) or (
        share is not None and 100 * failed > share * items
    )


def find_run(context: Context, arn: str) -> MapRun:
    """A Map Run.

    Raises:
        AwsError: ``InvalidArn`` or ``ResourceNotFound``.
    """
    words.check_arn(arn, words.MAP_RUN)
    record = context.cloud.records(KIND).get(arn)
    if record is None or record["_"]["region"] != context.region:
        raise words.no_resource(arn)
    return MapRun(context.cloud, arn)


def abort_orphans(cloud: Cloud) -> None:
    """End the Map Runs whose execution ended as the process did."""
    for arn, record in list(cloud.records(KIND).items()):
        parent = cloud.records(EXECUTIONS).get(record["executionArn"])
        if record["status"] == "RUNNING" and (parent is None or parent["status"] != "RUNNING"):
            MapRun(cloud, arn).abort()
