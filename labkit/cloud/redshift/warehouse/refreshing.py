"""Materialized views with AUTO REFRESH YES: made anew soon after a change of what they read.

A commit that left a note of `staleness` wakes the warehouse's one refresher, and so does the
opening of a warehouse with such notes. It waits until nothing was committed for a moment, so that
many small writes are one refresh, and goes on until no note of such a view is left: a view that
reads another of its kind comes after it.
Source: https://docs.aws.amazon.com/redshift/latest/dg/materialized-view-refresh.html
"""

from __future__ import annotations

import logging
import threading
import weakref
from typing import TYPE_CHECKING

import duckdb

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import shown_name
from labkit.cloud.redshift.warehouse import staleness
from labkit.cloud.redshift.warehouse.objects import Object

if TYPE_CHECKING:
    from labkit.cloud.jobs import Job
    from labkit.cloud.redshift.warehouse.connection import Connection
    from labkit.cloud.redshift.warehouse.warehouse import Warehouse

log = logging.getLogger(__name__)
#: How long nothing is to be committed before a refresh, and how often at most it waits for that.
QUIET_S, PATIENCE = 0.5, 10
APPLICATION = "auto refresh"
_lock = threading.Lock()
#: The warehouses whose refresher runs, and whether it was woken since it last looked.
_woken: weakref.WeakKeyDictionary[Warehouse, bool] = weakref.WeakKeyDictionary()


def wake(warehouse: Warehouse) -> None:
    """Have stale views refreshed soon; of a cloud that stops, when it has started again."""
    with _lock:
        running = warehouse in _woken
        _woken[warehouse] = True
    if running:
        return
    name = f"redshift/auto-refresh/{warehouse.key}"
    try:
        warehouse.cloud.jobs.start(name, lambda job: _work(warehouse, job))
    except RuntimeError:  # the pool takes no more
        with _lock:
            _woken.pop(warehouse, None)


def _work(warehouse: Warehouse, job: Job) -> None:
    stopped = threading.Event()
    running: list[Connection] = []
    job.on_stop(lambda: _stop(stopped, running))
    try:
        while _begin_round(warehouse, stopped):
            _refresh(warehouse, stopped, running)
    except (RedshiftError, duckdb.Error) as error:
        log.warning("auto refresh in %s: %s", warehouse.key, error)
    finally:
        with _lock:
            _woken.pop(warehouse, None)


def _stop(stopped: threading.Event, running: list[Connection]) -> None:
    """End the wait, or the refresh that runs."""
    stopped.set()
    for each in list(running):
        each.cancel()


def _begin_round(warehouse: Warehouse, stopped: threading.Event) -> bool:
    """Whether it was woken since it last looked; waits until it is quiet."""
    with _lock:
        if stopped.is_set() or not _woken[warehouse]:
            del _woken[warehouse]
            return False
    for _ in range(PATIENCE):
        with _lock:
            woken, _woken[warehouse] = _woken[warehouse], False
        if not woken or stopped.wait(QUIET_S):
            break
    return True


def _refresh(warehouse: Warehouse, stopped: threading.Event, running: list[Connection]) -> None:
    for view in _stale(warehouse):
        if stopped.is_set():
            return
        connection = warehouse.connect(view.owner, view.database, application=APPLICATION)
        connection.automatic = True
        running.append(connection)
        try:
            name = f"{shown_name(view.schema)}.{shown_name(view.name)}"
            connection.run(f"REFRESH MATERIALIZED VIEW {name}")
        except RedshiftError as error:
            log.warning("auto refresh of %s: %s", view.name, error.message)
        finally:
            running.remove(connection)
            connection.close()


def _stale(warehouse: Warehouse) -> list[Object]:
    state = warehouse.state
    connection = warehouse.connect(state.admin, state.database, application=APPLICATION)
    try:
        noted = staleness.noted(connection.duck)
        views = [one for one in connection.objects.of("relation") if one.oid in noted]
        return [one for one in views if one.kind == "matview" and one.body.get("automatic")]
    finally:
        connection.close()
