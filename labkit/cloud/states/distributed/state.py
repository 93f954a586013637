"""The Map state in its distributed mode.

Its inputs are put on record before the first of them is worked on, so a Map Run that its process
left behind, or that is redriven, goes on with the same ones.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labkit.cloud.states.distributed import batches, results, sources
from labkit.cloud.states.distributed.children import Crew
from labkit.cloud.states.distributed.runs import MapRun
from labkit.cloud.states.errors import StateFailed, exceeded
from labkit.cloud.states.frames import Interrupted
from labkit.cloud.states.history import Event
from labkit.cloud.states.items import items_of
from labkit.cloud.states.visits import Ending, Visit


def run_distributed(visit: Visit) -> Ending:
    """Run a Map whose items are executions of their own."""
    run = _begun(visit)
    assert visit.work is not None
    if "failed" in visit.work:
        raise StateFailed(*visit.work["failed"], events=[Event("MapStateFailed")], located=True)
    if "result" not in visit.work:
        try:
            result = _worked(visit, run)
        except StateFailed as error:
            _end(visit, run, "FAILED", error.facts(), failed=[error.error, error.cause])
            error.events, error.located = [Event("MapStateFailed")], True
            raise
        except Interrupted:
            if not visit.frame.execution.suspended:
                run.abort()
            raise
        except Exception:
            run.abort()
            raise
        _end(visit, run, "SUCCEEDED", {}, result=result)
    ending = visit.done(visit.work["result"], Event("MapStateSucceeded"))
    return replace(ending, led=visit.work.get("led"))


def _begun(visit: Visit) -> MapRun:
    """The state's Map Run: a new one, or the one that it has begun."""
    frame = visit.frame
    if visit.work is not None:
        run = MapRun(frame.execution.cloud, visit.work["mapRun"])
        if run.status != "RUNNING" and not {"failed", "result"} & set(visit.work):
            told = {"mapRunArn": run.arn, "redriveCount": run.redrive()}
            frame.commit(Event("MapRunRedriven", told), also=run.put)
        return run
    started: list[Event] = []
    try:
        length = 0 if "ItemReader" in visit.state else len(items_of(visit))
        started.append(Event("MapStateStarted", {"length": length}))
        sources.most_items(visit)
        run = MapRun.new(visit)
    except StateFailed as error:
        ended = [Event("MapStateFailed")] * bool(error.events)
        error.events = [*started, *error.events, *ended]
        raise
    frame.commit(
        *started,
        Event("MapRunStarted", {"mapRunArn": run.arn}),
        work={"mapRun": run.arn},
        also=run.put,
    )
    return run


def _worked(visit: Visit, run: MapRun) -> Any:
    """What its executions came to.

    Raises:
        StateFailed: its items could not be read, too many of them failed, or the results could
            not be written.
    """
    if run.inputs is None:
        run.keep(batches.inputs_of(visit, sources.items_of(visit)))
    enough = Crew(visit, run).work()
    result = results.handed_on(visit, run)
    if not enough:
        raise exceeded()
    return result


def _end(visit: Visit, run: MapRun, status: str, facts: dict[str, str], **work: Any) -> None:
    """Put the Map Run's end on record, with what the state goes on with."""
    visit.frame.commit(
        Event(f"MapRun{status.capitalize()}", facts),
        work={"mapRun": run.arn, "led": visit.frame.mark["last"], **work},
        also=lambda: run.end(status),
    )
