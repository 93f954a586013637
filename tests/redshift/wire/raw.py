"""The protocol byte by byte, for what no driver would say."""

import hashlib
import socket
import struct
from typing import Any

from tests.redshift.wire.conftest import DATABASE, PASSWORD, USER

Message = tuple[str, bytes]


class Raw:
    """A client that says what it is told to."""

    def __init__(self, place: Any, *, log_in: bool = True, **told: str) -> None:
        self.socket = socket.create_connection((place.host, place.port), timeout=60)
        if log_in:
            self.log_in(**{"user": USER, "database": DATABASE} | told)

    def log_in(self, **told: str) -> list[Message]:
        self.greet(greeting(**told))
        letter, body = self.message()
        assert (letter, body[:4]) == ("R", b"\0\0\0\x05")
        digest = hashlib.md5((PASSWORD + told["user"]).encode()).hexdigest()
        answer = hashlib.md5(digest.encode() + body[4:]).hexdigest()
        self.send("p", f"md5{answer}\0".encode())
        return self.until("Z")

    def greet(self, body: bytes) -> None:
        self.socket.sendall(struct.pack("!i", len(body) + 4) + body)

    def send(self, *messages: Any) -> None:
        """``send("P", b"...", "S", b"")``: letters and bodies."""
        pairs = zip(messages[::2], messages[1::2], strict=True)
        self.socket.sendall(
            b"".join(k.encode() + struct.pack("!i", len(body) + 4) + body for k, body in pairs)
        )

    def message(self) -> Message:
        head = self._take(5)
        return head[:1].decode(), self._take(struct.unpack("!i", head[1:])[0] - 4)

    def until(self, last: str) -> list[Message]:
        found = [self.message()]
        while found[-1][0] != last:
            found.append(self.message())
        return found

    def ask(self, *messages: Any) -> list[Message]:
        """Send, and read up to ReadyForQuery."""
        self.send(*messages)
        return self.until("Z")

    def close(self) -> None:
        self.socket.close()

    def ended(self) -> bool:
        """Whether the server has hung up."""
        return self.socket.recv(1) == b""

    def _take(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = self.socket.recv(size - len(found))
            if not piece:
                raise ConnectionError("the server hung up")
            found += piece
        return found


def greeting(**told: str) -> bytes:
    """The first message: the protocol's version, user, database, settings."""
    pairs = b"".join(f"{k}\0{v}\0".encode() for k, v in told.items())
    return struct.pack("!i", 196608) + pairs + b"\0"


def letters(messages: list[Message]) -> str:
    return "".join(letter for letter, _ in messages)


def fields(body: bytes) -> dict[str, str]:
    """An error's fields."""
    return {part[:1].decode(): part[1:].decode() for part in body.split(b"\0") if part}


def parse(sql: str, name: str = "", oids: tuple[int, ...] = ()) -> tuple[str, bytes]:
    return "P", f"{name}\0{sql}\0".encode() + struct.pack(f"!H{len(oids)}i", len(oids), *oids)


def bind(
    *values: bytes | None, statement: str = "", portal: str = "", binary: bool = False
) -> tuple[str, bytes]:
    formats = struct.pack("!hh", 1, 1) if binary else struct.pack("!h", 0)
    body = f"{portal}\0{statement}\0".encode() + formats + struct.pack("!H", len(values))
    for each in values:
        body += struct.pack("!i", -1) if each is None else struct.pack("!i", len(each)) + each
    return "B", body + struct.pack("!h", 0)


def execute(limit: int = 0, portal: str = "") -> tuple[str, bytes]:
    return "E", f"{portal}\0".encode() + struct.pack("!i", limit)


def describe(kind: str, name: str = "") -> tuple[str, bytes]:
    return "D", f"{kind}{name}\0".encode()


def query(sql: str) -> tuple[str, bytes]:
    return "Q", sql.encode() + b"\0"


SYNC, FLUSH = ("S", b""), ("H", b"")
