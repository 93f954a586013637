"""Redshift's wire: PostgreSQL's protocol on loopback, a place a warehouse.

psql, psycopg, redshift_connector and SQLAlchemy connect to the host and port of a cluster's or
workgroup's endpoint, as they do on AWS.
"""

from __future__ import annotations

import threading
from pathlib import Path

from labkit.cloud.cloud import Cloud, on_start, on_stop
from labkit.cloud.redshift.endpoints import CLOSERS, LISTENERS, PORT, endpoint_of
from labkit.cloud.redshift.warehouse import warehouse_state
from labkit.cloud.redshift.wire.listening import HOST, Listener, listen

__all__ = ["close_port", "key_at", "place_of"]

KIND = "redshift.port"
_open: dict[tuple[Path, str], Listener] = {}
_lock = threading.Lock()


def place_of(cloud: Cloud, key: str, wished: int = PORT) -> tuple[str, int]:
    """The host and port where a warehouse answers, from now on; ``wished`` if it has none yet."""
    with _lock:
        found = _open.get((cloud.home, key))
        if found is None:
            found = _open[cloud.home, key] = _listener(cloud, key, wished)
        return found.place


def key_at(cloud: Cloud, host: str, port: int) -> str | None:
    """The key of the warehouse that answers at a place; ``None`` where none does."""
    place = HOST if host == "localhost" else host, port
    keys = list(cloud.records(KIND))
    return next((key for key in keys if endpoint_of(cloud, key) == place), None)


def close_port(cloud: Cloud, key: str) -> None:
    """Hang up on a warehouse's clients and give its port back."""
    cloud.records(KIND).pop(key, None)
    _close(cloud, key)


def _listener(cloud: Cloud, key: str, wished: int) -> Listener:
    places = cloud.records(KIND)
    kept = places.get(key, {})
    found = Listener(cloud, key, listen(kept.get("port", wished), kept.get("host", HOST)))
    host, port = found.place
    places[key] = {"port": port, "host": host}
    found.start()
    return found


def _close(cloud: Cloud, key: str) -> None:
    with _lock:
        found = _open.pop((cloud.home, key), None)
    if found:
        found.close()


@on_start
def _open_all(cloud: Cloud) -> None:
    """Open the ports of the last run again."""
    for key in list(cloud.records(KIND)):
        if warehouse_state(cloud, key):
            place_of(cloud, key)


@on_stop
def _close_all(cloud: Cloud) -> None:
    for home, key in list(_open):
        if home == cloud.home:
            _close(cloud, key)


LISTENERS.append(place_of)
CLOSERS.append(close_port)
