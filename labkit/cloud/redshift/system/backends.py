"""``pg_cancel_backend`` and ``pg_terminate_backend``: the end of a session's query, or of itself.

Who runs them may do so to its own sessions, a superuser to all. They answer 1, or 0 where there is
no such session. Source: https://docs.aws.amazon.com/redshift/latest/dg/PG_TERMINATE_BACKEND.html
and https://docs.aws.amazon.com/redshift/latest/dg/PG_CANCEL_BACKEND.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.errors import DENIED, fail
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.warehouse import INSTALLERS, Warehouse

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

Native = Callable[..., str]


def ending(how: str) -> Callable[[Connection], Native]:
    """The call of one of them, as a session may make it: ``cancel`` or ``terminate``."""

    def call(connection: Connection) -> Native:
        mighty = str(grants.is_superuser(connection, connection.user)).lower()
        return lambda pid: f"rs_{how}({connection.pid}, {mighty}, {pid})"

    return call


def _cancel(session: Connection) -> None:
    session.cancel()


def _terminate(session: Connection) -> None:
    if session.hang_up is None:
        fail("pg_terminate_backend of a session without a client is not supported here", "0A000")
    session.cancel()
    session.hang_up()


def _install(warehouse: Warehouse) -> None:
    for how, end in (("cancel", _cancel), ("terminate", _terminate)):
        warehouse.database.create_function(
            f"rs_{how}", _call(warehouse, end), ["INTEGER", "BOOLEAN", "BIGINT"], "INTEGER",
            side_effects=True,
        )  # fmt: skip


def _call(warehouse: Warehouse, end: Callable[[Connection], None]) -> Callable[..., int]:
    def call(own: int, mighty: bool, pid: int) -> int:
        found = warehouse.connections.get(pid)
        if found is None:
            return 0
        if not mighty and found.user != warehouse.connections[own].user:
            fail("must be superuser to signal other server processes", DENIED)
        end(found)
        return 1

    return call


INSTALLERS.append(_install)
