"""The executions of a Map Run: some at a time, until all have ended or too many have failed.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

from labkit.cloud.states.distributed.runs import AT_ONCE, MapRun
from labkit.cloud.states.execution import KIND, RUNNING, Execution
from labkit.cloud.states.redrive import begin_anew
from labkit.cloud.states.visits import Visit
from labkit.cloud.states.words import FAILED

CREWS: dict[str, Crew] = {}
Record = dict[str, Any]


class Crew:
    """Those who execute what is left of a Map Run.

    Args:
        visit: of the state whose Map Run it is.
        run: the Map Run, which has its inputs.
    """

    def __init__(self, visit: Visit, run: MapRun) -> None:
        self.frame, self.run = visit.frame, run
        self._redriven = int(run.record["redriveCount"])
        self._left: deque[int] = deque()
        self._active, self._failed = 0, 0
        self._error: BaseException | None = None
        for index, record in enumerate(run.children()):
            if record is None or record["status"] == "RUNNING" or self._is_to_redrive(record):
                self._left.append(index)
            elif record["status"] in FAILED:
                self._failed += run.sizes[index]

    def work(self) -> bool:
        """Execute them. Returns whether not too many have failed.

        Raises:
            Interrupted: the state is to end.
        """
        CREWS[self.run.arn] = self
        try:
            while not self._is_over():
                self.frame.wait(None, lambda: self._is_over() or self._is_free())
                if not self._is_over():
                    self._begin(self._left.popleft())
        finally:
            del CREWS[self.run.arn]
        if self._error:
            raise self._error
        if self.run.is_too_many(self._failed):
            self.run.stop_children()
            return False
        return True

    def wake(self) -> None:
        """Look again at how many may run, and fail."""
        self.frame.execution.wake()

    def _is_over(self) -> bool:
        ended = not self._left and not self._active
        return ended or self._error is not None or self.run.is_too_many(self._failed)

    def _is_free(self) -> bool:
        return bool(self._left) and self._active < min(
            self.run.record["maxConcurrency"] or AT_ONCE, AT_ONCE
        )

    def _begin(self, index: int) -> None:
        with self.frame.execution.condition:
            self._active += 1
        work = threading.Thread(target=self._walk, args=(index,), name="child", daemon=True)
        work.start()

    def _walk(self, index: int) -> None:
        status = ""
        try:
            execution = self._execution(index)
            execution.thread = threading.current_thread()
            RUNNING[execution.arn] = execution
            execution.run()
            status = execution.record["status"]
        except BaseException as error:
            self._error = error
        finally:
            with self.frame.execution.condition:
                self._active -= 1
                self._failed += self.run.sizes[index] if status in FAILED else 0
                self.frame.execution.condition.notify_all()

    def _execution(self, index: int) -> Execution:
        """An input's execution: a new one, or the one that was left, or has failed."""
        cloud = self.run.cloud
        record = cloud.records(KIND).get(self.run.child_arn(index))
        if record is not None and record["status"] == "RUNNING":
            return Execution(cloud, record)
        if record is not None and record["_"]["type"] == "STANDARD":
            return begin_anew(cloud, record)
        again = {"redriveCount": self._redriven, "redriveDate": time.time()} if record else {}
        record = self.run.child(index) | again
        cloud.records(KIND)[record["executionArn"]] = record
        return Execution(cloud, record)

    def _is_to_redrive(self, record: Record) -> bool:
        """Whether an execution has failed before its Map Run was redriven, and not since."""
        since = self.run.record.get("redriveDate", 0)
        return record["status"] in FAILED and record["stopDate"] < since
