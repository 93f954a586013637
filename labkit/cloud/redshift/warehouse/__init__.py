"""Warehouses: the data of clusters and namespaces, and sessions that run Redshift's SQL on them.

`warehouse` is the file, `connection` a session of it, `statements` has a handler for each kind of
statement. `objects` are the catalog, in the file itself; `names`, `grants` and `protection` say
what a session's user means, may and sees.

>>> from labkit.cloud.redshift.warehouse import open_warehouse
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from labkit.cloud.cloud import Cloud, on_stop
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.warehouse import statements
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.registry import Column, Parsed, Result, statement
from labkit.cloud.redshift.warehouse.signatures import Signature, signed
from labkit.cloud.redshift.warehouse.warehouse import Warehouse, WarehouseState, file_of

__all__ = [
    "STATES", "Column", "Connection", "Parsed", "RedshiftError", "Result", "Warehouse",
    "WarehouseState", "close_warehouse", "committed", "open_warehouse", "statement", "statements",
    "warehouse_state",
]  # fmt: skip

#: How the control plane tells of its warehouses: ``cluster`` or ``namespace`` → a finder by id.
STATES: dict[str, Callable[[Cloud, str], WarehouseState | None]] = {}
_open: dict[tuple[Path, str], Warehouse] = {}
_lock = threading.Lock()


def warehouse_state(cloud: Cloud, key: str) -> WarehouseState | None:
    """What the control plane says of a warehouse; None where it has none of that key.

    While no control plane has registered itself in `STATES`, every key is a warehouse.
    """
    kind, _, name = key.partition("/")
    finder = STATES.get(kind)
    return finder(cloud, name) if finder else WarehouseState()


def open_warehouse(cloud: Cloud, key: str) -> Warehouse:
    """The warehouse of a key (``cluster/<id>``, ``namespace/<id>``); one instance a process.

    Raises:
        RedshiftError: there is none, or it is paused.
    """
    state = warehouse_state(cloud, key)
    if state is None:
        raise RedshiftError(f"{key.replace('/', ' ')} does not exist", "08006")
    if state.paused:
        raise RedshiftError("The cluster is paused. Resume it to run queries", "57P03")
    if (found := _open.get((cloud.home, key))) and found.fallen:
        close_warehouse(cloud, key)
    with _lock:
        found = _open.get((cloud.home, key))
        if found is None:
            found = _open[cloud.home, key] = Warehouse(cloud, key, state)
    found.state = state
    return found


def committed(cloud: Cloud, key: str) -> dict[str, Signature]:
    """What has signed its commit in a warehouse; nothing where there is none, or it is paused."""
    try:
        return signed(open_warehouse(cloud, key).database)
    except RedshiftError:
        return {}


def close_warehouse(cloud: Cloud, key: str, *, delete: bool = False) -> None:
    """End a warehouse's sessions and close its file, which is copied or deleted after.

    Until that is done it refuses sessions: DuckDB does not open a file that is being closed.
    """
    where = (cloud.home, key)
    with _lock:
        found = _open.get(where)
    if found:
        try:
            found.close()
        finally:
            with _lock:
                if _open.get(where) is found:
                    del _open[where]
    if delete:
        file_of(cloud.home, key).unlink(missing_ok=True)


@on_stop
def _close_all(cloud: Cloud) -> None:
    for home, key in list(_open):
        if home == cloud.home:
            close_warehouse(cloud, key)
