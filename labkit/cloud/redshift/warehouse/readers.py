"""What a statement reads beside stored tables: rows that are registered in its session.

They go when the next statement registers its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_registered: WeakKeyDictionary[Connection, tuple[int, list[str]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Reader:
    """What the lake's sources need of a session: its DuckDB connection."""

    connection: Any


class _Registering:
    """A DuckDB connection that notes what is registered in it."""

    def __init__(self, duck: Any, names: list[str]) -> None:
        self._duck, self._names = duck, names

    def register(self, name: str, value: Any) -> None:
        self._duck.register(name, value)
        self._names.append(name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._duck, name)


def reader(connection: Connection) -> Reader:
    """The session of a statement's scans."""
    query, names = _registered.get(connection, (connection.last_query_id, []))
    if query != connection.last_query_id:
        for name in names:
            connection.duck.unregister(name)
        names = []
    _registered[connection] = (connection.last_query_id, names)
    return Reader(_Registering(connection.duck, names))
