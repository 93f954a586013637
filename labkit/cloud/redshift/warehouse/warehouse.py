"""One warehouse: the databases of a cluster or namespace, in one file of its own."""

from __future__ import annotations

import contextlib
import itertools
import logging
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from labkit.cloud.engine.redshift.duck import close, failures, is_fatal, open_database
from labkit.cloud.engine.redshift.errors import FALLEN, RedshiftError
from labkit.cloud.redshift.warehouse import objects, refreshing, signatures, staleness, system_roles
from labkit.cloud.redshift.warehouse.blanks import Blanks
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.recording import QueryIds
from labkit.cloud.redshift.warehouse.serializing import Serializing

if TYPE_CHECKING:
    from labkit.cloud.cloud import Cloud
    from labkit.cloud.redshift.system.dependencies import Read

log = logging.getLogger(__name__)
MEMORY_SHARE = "1000MB"
HISTORY = 5000
#: Each puts functions of this process into a warehouse that is opened.
INSTALLERS: list[Callable[[Warehouse], None]] = []


@dataclass(frozen=True)
class WarehouseState:
    """What the control plane says of a warehouse.

    Args:
        admin: its first user.
        database: its first database.
        paused: whether it refuses queries.
        iam_roles: the ARNs that its statements may take.
        nodes: compute nodes; ``slices`` are those of one node.
        namespace: the id of its namespace, a UUID.
        settings: what its parameter group or workgroup says that sessions begin with.
    """

    admin: str = "awsuser"
    database: str = "dev"
    paused: bool = False
    iam_roles: tuple[str, ...] = ()
    default_role: str = ""
    nodes: int = 2
    slices: int = 2
    namespace: str = ""
    settings: dict[str, str] = field(default_factory=dict)


class Warehouse:
    """A DuckDB instance of its own.

    Args:
        key: ``cluster/<id>`` or ``namespace/<id>``.
        state: the control plane's word for it at the moment when it is opened.

    Raises:
        RedshiftError: the file cannot be opened, for instance where the disk is full.
    """

    def __init__(self, cloud: Cloud, key: str, state: WarehouseState) -> None:
        self.cloud, self.key, self.state = cloud, key, state
        self.file = file_of(cloud.home, key)
        self.spill = cloud.home / "spill"
        self.spill.mkdir(exist_ok=True)
        with failures():
            self.database = open_database(
                self.file, cloud.lake, memory_limit=MEMORY_SHARE, temp_directory=self.spill
            )
        try:
            with failures():
                self._prepare()
        except BaseException:
            close(self.database)
            raise
        self.writing = threading.RLock()
        self.blanks = Blanks()
        #: What views were last found to read, by their numbers.
        self.read_by_views: dict[int, Read | None] = {}
        self.serializing = Serializing(self.blanks.now)
        self.history: deque[dict[str, Any]] = deque(maxlen=HISTORY)
        #: Which policies of rows queries met.
        self.applied_policies: deque[dict[str, Any]] = deque(maxlen=HISTORY)
        #: Which procedures were called.
        self.calls: deque[dict[str, Any]] = deque(maxlen=HISTORY)
        self._door, self._closed = threading.Lock(), False
        #: Whether DuckDB has given the file up: it is opened again for who comes next.
        self.fallen = False
        self._pids = itertools.count(1073741825)
        self.connections: dict[int, Connection] = {}
        if staleness.noted(self.database):
            refreshing.wake(self)

    def _prepare(self) -> None:
        for install in INSTALLERS:
            install(self)
        objects.prepare(self.database, self.state.admin, self.state.database)
        signatures.prepare(self.database)
        staleness.prepare(self.database)
        system_roles.add_missing(objects.Objects(self.database), self.state.admin)
        self.query_ids = QueryIds(self.database)

    @property
    def namespace(self) -> str:
        """The id of its namespace."""
        return self.state.namespace or str(uuid.uuid5(uuid.NAMESPACE_URL, self.key))

    def connect(self, user: str, database: str, *, application: str = "") -> Connection:
        """A session of its own; close it when done.

        Raises:
            RedshiftError: there is no such user or database, or the warehouse goes down.
        """
        with self._door:
            if self._closed:
                raise RedshiftError("terminating connection due to administrator command", "57P01")
            with self.standing():
                asked = (user.lower(), database.lower())
                made = Connection(self, *asked, next(self._pids), application)
            self.connections[made.pid] = made
        return made

    def fall(self, error: Exception | None = None) -> None:
        """Let the file be opened anew."""
        log.warning("%s is opened anew", self.key, exc_info=error)
        self.fallen = True

    @contextlib.contextmanager
    def standing(self) -> Iterator[None]:
        """Work on the file, which DuckDB gives up where it finds no room at the wrong moment.

        Raises:
            RedshiftError: ``57P02``, it has, now or before: a new session finds all that was
                committed.
        """
        if not self.fallen:
            try:
                yield
                return
            except (RedshiftError, duckdb.Error) as error:
                if is_fatal(error):
                    self.fall(error)
                if not self.fallen:
                    raise
        raise RedshiftError("terminating connection because the warehouse restarts", FALLEN)

    def close(self) -> None:
        """End all sessions, whatever they are at, and let go of the file; none begins any more."""
        with self._door:
            self._closed = True
        for connection in list(self.connections.values()):
            connection.cancel()
            connection.close()
        close(self.database)


def file_of(home: Path, key: str) -> Path:
    """Where a warehouse's data are.

    Raises:
        RedshiftError: the key is none.
    """
    kind, _, name = key.partition("/")
    if kind not in ("cluster", "namespace") or not name or "/" in name or ".." in name:
        raise RedshiftError(f"no such warehouse: {key}")
    return home / "redshift" / kind / f"{name}.duckdb"
