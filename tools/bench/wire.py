"""What a small query costs more over a warehouse's wire than within the process."""

import hashlib
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tools.bench.figures import Figure, seconds

QUERY, TIMES, MOST_MS = "SELECT count(*), max(a) FROM small WHERE a < 500", 100, 10
_TABLE = "CREATE TABLE small AS SELECT g AS a FROM generate_series(1, 1000) g"
_KEY, _USER, _PASSWORD = "cluster/bench", "awsuser", "Labkit2024"


def measure() -> Iterator[Figure]:
    """The figures of one session on the wire beside one without it, in turns."""
    from labkit.cloud.cloud import Cloud
    from labkit.cloud.redshift import logins, wire
    from labkit.cloud.redshift.warehouse import STATES, WarehouseState, open_warehouse

    STATES["cluster"] = lambda cloud, name: WarehouseState(admin=_USER)
    with TemporaryDirectory(prefix="labkit-bench-") as home:
        cloud = Cloud(Path(home))
        try:
            session = open_warehouse(cloud, _KEY).connect(_USER, "dev")
            session.run(_TABLE)
            logins.set_password(cloud, _KEY, _USER, _PASSWORD)
            with closing(Client(*wire.place_of(cloud, _KEY))) as client:
                yield _figure(lambda: client.query(QUERY), lambda: session.run(QUERY))
        finally:
            cloud.stop()


def _figure(over: Callable[[], object], within: Callable[[], object]) -> Figure:
    times = [(seconds(over), seconds(within)) for _ in range(TIMES)]
    more = median(t for t, _ in times) - median(t for _, t in times)
    return Figure("a small query, more over the wire", more * 1000, MOST_MS, unit="ms")


class Client:
    """PostgreSQL's protocol as a client speaks it, without TLS."""

    def __init__(self, host: str, port: int) -> None:
        from labkit.cloud.redshift.wire.messages import LONGEST, Stream, message

        self._socket, self._message = socket.create_connection((host, port)), message
        self._stream = Stream(self._socket)
        self._stream.longest = LONGEST
        self._stream.send(message(b"", b"\0\3\0\0user\0awsuser\0database\0dev\0\0"))
        self._stream.flush()
        _, question = self._stream.message()
        digest = hashlib.md5((_PASSWORD + _USER).encode()).hexdigest()
        answer = hashlib.md5(digest.encode() + question[4:]).hexdigest()
        self._ask(b"p", f"md5{answer}\0")

    def query(self, sql: str) -> None:
        """Run a query and read all of its answer."""
        self._ask(b"Q", f"{sql}\0")

    def close(self) -> None:
        self._socket.close()

    def _ask(self, letter: bytes, text: str) -> None:
        self._stream.send(self._message(letter, text.encode()))
        self._stream.flush()
        while True:
            kind, body = self._stream.message()
            if kind == b"E":
                raise RuntimeError(body)
            if kind == b"Z":
                return
