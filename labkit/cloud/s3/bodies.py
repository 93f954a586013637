"""S3 object bodies as files on disk.

A body is one immutable file under ``objects/``: memory stays flat, the engines read it by path, and
it survives the process. The records of objects never hold a body, they hold a **ticket**, a few
bytes that stand for the file, until somebody redeems it.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import queue
import re
import shutil
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

CHUNK = 1 << 20
_TICKET = b"labkit-body:"
#: Bytes of a key's end in the name of its body's file: with the rest less than file systems take.
_LONGEST_BASE = 80


@dataclass(frozen=True)
class Slot:
    """A place for a body in a file of several: the file, and the first byte."""

    path: str
    start: int

    def open(self) -> BinaryIO:
        """The file, to be written from here on."""
        file = open(self.path, "r+b", opener=_make_or_open)  # noqa: SIM115 (the caller closes it)
        file.seek(self.start)
        return file


def _make_or_open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT, 0o666)


@dataclass(frozen=True)
class Body:
    """An object's content: a file that is complete.

    Args:
        path: where it lies.
        size: in bytes.
        etag: hexadecimal MD5 of the content, as S3 gives for a single PUT.
        checksums: algorithm → checksum in base64, as far as they are known.
        slot: the place in ``path`` that it takes, if that is the file of several bodies.
    """

    path: str
    size: int
    etag: str | None = None
    checksums: dict[str, str] = field(default_factory=dict)
    slot: Slot | None = None

    def discard(self) -> None:
        """Delete the file, unless others have their place in it."""
        if self.slot is None:
            os.unlink(self.path)


class Bodies:
    """The folder of bodies, and the tickets that stand for them while moto handles a call."""

    def __init__(self) -> None:
        self.root = Path(tempfile.gettempdir())
        self.beneath: Path | None = None
        self._tickets: dict[bytes, Body] = {}
        self._serving = threading.local()

    def open(self, root: Path, beneath: Path | None = None) -> None:
        """Use a folder, making its parts.

        Args:
            root: where bodies are written.
            beneath: a like folder, of bodies that are there already. Nothing in it is changed.
        """
        self.root, self.beneath = root, beneath
        for part in ("objects", "parts", "incoming"):
            (root / part).mkdir(parents=True, exist_ok=True)

    def incoming(self) -> Path:
        """A new name for a body that is being written."""
        return self.root / "incoming" / uuid.uuid4().hex

    def place(self, bucket: str | None, name: str) -> Path:
        """A new, never used name for a body of an object (or of a part, without a bucket)."""
        folder = self.root / ("objects" if bucket else "parts") / (bucket or "")
        folder.mkdir(parents=True, exist_ok=True)
        base = re.sub(r"[^\w.=-]", "_", name.rsplit("/", 1)[-1]).encode()[-_LONGEST_BASE:]
        return folder / f"{uuid.uuid4().hex}~{base.decode(errors='ignore')}"

    def name(self, path: str) -> str:
        """A body's place within its folder, which may be moved or copied."""
        own = path.removeprefix(f"{self.root}/")
        return own.removeprefix(f"{self.beneath}/") if self.beneath else own

    def find(self, name: str) -> Path:
        """Where the body lies whose place within its folder is known."""
        own = self.root / name
        return self.beneath / name if self.beneath and not own.exists() else own

    def delete(self, path: str) -> None:
        """Delete a body, if it is there and not beneath."""
        if self.beneath and Path(path).is_relative_to(self.beneath):
            return
        with contextlib.suppress(OSError):
            os.unlink(path)

    def ticket(self, body: Body) -> bytes:
        """Bytes that stand for a body until they are redeemed."""
        ticket = _TICKET + uuid.uuid4().hex.encode()
        self._tickets[ticket] = body
        return ticket

    def redeem(self, ticket: Any) -> Body | None:
        """The body behind a ticket, once; ``None`` for other bytes."""
        if not isinstance(ticket, bytes) or not ticket.startswith(_TICKET):
            return None
        return self._tickets.pop(ticket, None)

    @contextlib.contextmanager
    def tickets(self) -> Iterator[None]:
        """While open, moto reads tickets instead of bodies (in this thread)."""
        self._serving.on = True
        try:
            yield
        finally:
            self._serving.on = False

    @property
    def serving(self) -> bool:
        return bool(getattr(self._serving, "on", False))

    def sweep(self, known: set[str]) -> int:
        """Delete what no index names: the leavings of a process that died in a call."""
        shutil.rmtree(self.root / "incoming", ignore_errors=True)
        (self.root / "incoming").mkdir(parents=True, exist_ok=True)
        found = [p for part in ("objects", "parts") for p in (self.root / part).rglob("*~*")]
        orphans = [p for p in found if str(p) not in known]
        for path in orphans:
            path.unlink(missing_ok=True)
        return len(orphans)


BODIES = Bodies()


def write_stream(
    chunks: Iterator[bytes],
    *watchers: Callable[[bytes], object],
    etag: str | None = None,
    slot: Slot | None = None,
) -> Body:
    """Write a body aside as it arrives; its MD5 is made on the way.

    Args:
        chunks: the content.
        *watchers: called with each chunk in order, such as a checksum's ``update``.
        etag: in the place of the MD5, which then is not made.
        slot: where to; by default a file of its own.
    """
    path, digest, size = BODIES.incoming(), hashlib.md5(usedforsecurity=False), 0
    try:
        with (
            slot.open() if slot else open(path, "wb") as file,
            _Beside(watchers if etag else (digest.update, *watchers)) as beside,
        ):
            for chunk in chunks:
                beside.see(chunk)
                file.write(chunk)
                size += len(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    where = slot.path if slot else str(path)
    return Body(where, size, etag or digest.hexdigest(), slot=slot)


class _Beside:
    """Watchers of chunks, in a thread of their own from the second chunk on.

    A hash lets go of the interpreter while it reads a large chunk, so it costs no time beside the
    network and the disk. At the end all has been seen; what a watcher raised is raised then.
    """

    def __init__(self, watchers: Sequence[Callable[[bytes], object]]) -> None:
        self._watchers = watchers
        self._chunks: queue.Queue[bytes] = queue.Queue(maxsize=2)  # one and the end
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    def __enter__(self) -> _Beside:
        return self

    def see(self, chunk: bytes) -> None:
        """Have the watchers see a chunk, now or soon."""
        if self._thread is None and not self._chunks.empty():
            self._thread = threading.Thread(target=self._watch, name="beside", daemon=True)
            self._thread.start()
        if chunk:
            self._chunks.put(chunk)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._chunks.put(b"")
        if self._thread is None:
            self._watch()
        else:
            self._thread.join()
        if self._failure and kind is None:
            raise self._failure

    def _watch(self) -> None:
        """Show the chunks until the empty one; after a failure they are only taken."""
        while chunk := self._chunks.get():
            if self._failure is None:
                self._show(chunk)

    def _show(self, chunk: bytes) -> None:
        try:
            for watcher in self._watchers:
                watcher(chunk)
        except BaseException as error:
            self._failure = error


class Sender(Protocol):
    """What the kernel copies a file to."""

    def sendfile(self, file: BinaryIO, start: int, length: int) -> object: ...


def send_stream(path: str, start: int, length: int, to: Sender | None) -> Iterator[bytes]:
    """A range of a body, as a server iterates over it; the body may be deleted meanwhile.

    The kernel copies from the file to the socket, where the server tells which that is. The empty
    chunk has the server send the headers before.
    """
    return _sent(open(path, "rb"), start, length, to)


def _sent(file: BinaryIO, start: int, length: int, to: Sender | None) -> Iterator[bytes]:
    with file:
        if to is None:
            yield from _read(file, start, length)
            return
        yield b""
        if length:  # of nothing, the kernel sends all
            to.sendfile(file, start, length)


def read_stream(path: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """A body, or a range of it, in chunks of a megabyte at most."""
    with open(path, "rb") as file:
        yield from _read(file, start, os.path.getsize(path) - start if length is None else length)


def _read(file: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    file.seek(start)
    left = length
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        left -= len(chunk)
        yield chunk


def link_or_copy(source: str, target: Path) -> None:
    """A second name for a body; a copy where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def write_joined(bodies: Iterable[Iterator[bytes]]) -> Path:
    """One file of several bodies."""
    target = BODIES.incoming()
    try:
        with open(target, "wb") as joined:
            for chunk in itertools.chain.from_iterable(bodies):
                joined.write(chunk)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target
