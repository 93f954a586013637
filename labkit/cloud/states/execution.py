"""A running execution: its walk, its end, and what wakes and stops it.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
"""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.json_text import compact
from labkit.cloud.states import logs, notices
from labkit.cloud.states.errors import TIMEOUT, StateFailed, runtime
from labkit.cloud.states.frames import Frame, Interrupted
from labkit.cloud.states.history import Event, History
from labkit.cloud.states.visits import iso
from labkit.cloud.states.walking import walk

log = logging.getLogger(__name__)
KIND = "states.execution"
Record = dict[str, Any]
RUNNING: dict[str, Execution] = {}
LONGEST_NAP_S = 3600.0


class Execution:
    """An execution that runs in this process.

    Args:
        cloud: the workspace's local AWS.
        record: what is stored of it.
    """

    def __init__(self, cloud: Cloud, record: Record) -> None:
        self.cloud, self.record, self.arn = cloud, record, str(record["executionArn"])
        self.hidden: dict[str, Any] = record["_"]
        self.definition: dict[str, Any] = json.loads(self.hidden["definition"])
        self.history = History(cloud, self.arn)
        self.condition = threading.Condition(threading.RLock())
        self.over = threading.Event()
        self.suspended = False
        self.thread: threading.Thread | None = None

    @property
    def context(self) -> dict[str, Any]:
        """What the context object says of the execution and its machine."""
        record = self.record
        execution = {
            "Id": self.arn,
            "Input": json.loads(record["input"]),
            "StartTime": iso(record["startDate"]),
            "Name": record["name"],
            "RoleArn": self.hidden["roleArn"],
        }
        if self.hidden["type"] == "STANDARD" or self.hidden.get("sync") is False:
            execution["RedriveCount"] = record.get("redriveCount", 0)
        if record.get("redriveCount"):
            execution["RedriveTime"] = iso(record["redriveDate"])
        machine = {"Id": record["stateMachineArn"], "Name": self.hidden["machine"]["name"]}
        return {"Execution": execution, "StateMachine": machine}

    def start(self) -> None:
        """Walk in the background, from the beginning or from where the walk is."""
        RUNNING[self.arn] = self
        name = f"execution-{self.record['name']}"
        self.thread = threading.Thread(target=self.run, name=name, daemon=True)
        self.thread.start()

    def run(self) -> None:
        """Walk to the end."""
        frame = Frame(self, "", self.definition)
        try:
            frame.begin(json.loads(self.record["input"]), {}, 0, self._started(), after=0)
            output = walk(frame)
            ending = {"output": compact(output), "outputDetails": {"truncated": False}}
            self.end("SUCCEEDED", Event("ExecutionSucceeded", ending, frame.mark["last"]))
        except StateFailed as error:
            self.end("FAILED", Event("ExecutionFailed", error.facts(), frame.mark["last"]))
        except Interrupted:
            return
        except Exception as error:
            log.exception("%s", self.arn)
            cause = runtime(f"{type(error).__name__}: {error}").facts()
            self.end("FAILED", Event("ExecutionFailed", cause, frame.mark.get("last", 0)))

    def _started(self) -> Event:
        versions = ("stateMachineAliasArn", "stateMachineVersionArn")
        return Event(
            "ExecutionStarted",
            {
                "input": self.record["input"],
                "inputDetails": {"truncated": False},
                "roleArn": self.hidden["roleArn"],
                **{name: self.record[name] for name in versions if name in self.record},
            },
        )

    def end(self, status: str, event: Event) -> bool:
        """Put the execution's end on record. Returns whether it still ran."""
        with self.condition:
            if self.over.is_set() or self.suspended:
                return False
            facts = {
                k: event.details[k] for k in ("output", "error", "cause") if k in event.details
            }
            if event.kind == "ExecutionTimedOut":
                facts = {}
            self.record = self.record | facts | {"status": status, "stopDate": self.now()}
            with self.cloud.state.together():
                self.history.add(event, 0)
                self.cloud.records(KIND)[self.arn] = self.record
                if status == "SUCCEEDED" or self.hidden["type"] == "EXPRESS":
                    Frame(self, "", self.definition).forget()
            logs.write(self.cloud, self.record, self.history)
            self.over.set()
            self.condition.notify_all()
        RUNNING.pop(self.arn, None)
        notices.tell(self.cloud, self.record)
        if self.hidden["type"] == "EXPRESS":
            self._vanish()
        return True

    def suspend(self) -> None:
        """Stop walking, and leave everything as it is on record."""
        with self.condition:
            self.suspended = True
            self.condition.notify_all()

    def check(self) -> None:
        """Raise when the execution is over, or its time is."""
        if self.over.is_set() or self.suspended:
            raise Interrupted
        deadline = self.deadline
        if deadline is not None and self.now() >= deadline:
            self.end("TIMED_OUT", Event("ExecutionTimedOut", {"error": TIMEOUT}, 0))
            raise Interrupted

    @property
    def deadline(self) -> float | None:
        seconds = self.definition.get("TimeoutSeconds")
        begun = self.record.get("redriveDate") or self.record["startDate"]
        return None if seconds is None else float(begun + seconds)

    def left(self, until: float | None) -> float | None:
        """The seconds until a time, or until the execution's time is over if that is sooner."""
        ends = [each - self.now() for each in (until, self.deadline) if each is not None]
        return min([*ends, LONGEST_NAP_S]) if until is not None else min(ends, default=None)

    def wake(self) -> None:
        """Let whoever waits look again."""
        with self.condition:
            self.condition.notify_all()

    def now(self) -> float:
        return time.time()

    def _vanish(self) -> None:
        """Nothing is kept of an Express execution but its logs, and a Map Run's result."""
        self.history.forget()
        if "mapRunArn" not in self.record:
            self.cloud.records(KIND).pop(self.arn, None)
