"""Messages of PostgreSQL's protocol: a letter, a length, a body.

Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

from __future__ import annotations

import socket
import struct

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.warehouse.registry import Notice

#: The longest message before and after a log-in, in bytes. Redshift reads statements of 16 MB:
#: https://docs.aws.amazon.com/redshift/latest/dg/c_redshift-sql.html
LONGEST_GREETING, LONGEST = 10_000, 64 << 20
_PIECE = 1 << 16


class Gone(Exception):
    """The client has hung up."""


class Malformed(Exception):
    """The client says what the protocol does not know; it is told so and hung up on."""


class Stream:
    """One client's socket: whole messages in, and out what `flush` sends in one piece."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.longest = LONGEST_GREETING
        self._read, self._write = bytearray(), bytearray()

    def greeting(self) -> bytes:
        """The body of a message without a letter, as the first ones are."""
        return self._body(self._take(4))

    def message(self) -> tuple[bytes, bytes]:
        """The next message's letter and body.

        Raises:
            Gone: the client hung up.
            Malformed: its length cannot be.
        """
        head = self._take(5)
        return head[:1], self._body(head[1:])

    def coming(self) -> bytes:
        """The letter of the next message; nothing where a client awaits what it has flushed.

        Raises:
            Gone: the client hung up.
        """
        at = 0
        self._wait(1)
        while self._read[at : at + 1] == b"H":
            at += 5
        return bytes(self._read[at : at + 1])

    def pending(self) -> bool:
        """Whether bytes have come that nobody has read yet."""
        return bool(self._read)

    def send(self, *messages: bytes) -> None:
        """Put messages into the next piece; a large one goes out at once."""
        for each in messages:
            self._write += each
        if len(self._write) > _PIECE:
            self.flush()

    def flush(self) -> None:
        """Send what was put there."""
        if self._write:
            data, self._write = self._write, bytearray()
            try:
                self.socket.sendall(data)
            except OSError as error:
                raise Gone from error

    def _body(self, length: bytes) -> bytes:
        size = int.from_bytes(length, signed=True) - 4
        if not 0 <= size <= self.longest:
            raise Malformed("invalid message length")
        return self._take(size)

    def _take(self, size: int) -> bytes:
        self._wait(size)
        found = bytes(self._read[:size])
        del self._read[:size]
        return found

    def _wait(self, size: int) -> None:
        while len(self._read) < size:
            try:
                piece = self.socket.recv(_PIECE)
            except TimeoutError:
                raise
            except OSError as error:
                raise Gone from error
            if not piece:
                raise Gone
            self._read += piece


class Body:
    """A message's body, read field by field."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def ended(self) -> bool:
        return self._at >= len(self._data)

    def take(self, size: int) -> bytes:
        if size < 0 or self._at + size > len(self._data):
            raise Malformed("insufficient data left in message")
        self._at += size
        return self._data[self._at - size : self._at]

    def integer(self, size: int) -> int:
        return int.from_bytes(self.take(size), signed=True)

    def count(self) -> int:
        """How many of something follow: up to 65,535, as drivers of today write it."""
        return int.from_bytes(self.take(2))

    def integers(self, size: int) -> list[int]:
        """A count, and as many integers."""
        return [self.integer(size) for _ in range(self.count())]

    def value(self) -> bytes | None:
        """A length and as many bytes; -1 tells NULL."""
        size = self.integer(4)
        return None if size == -1 else self.take(size)

    def text(self) -> str:
        """A text up to its zero byte.

        Raises:
            RedshiftError: it is not UTF-8.
        """
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise Malformed("invalid string in message")
        found = self.take(end - self._at)
        self._at += 1
        return decoded(found)

    def end(self) -> None:
        """Nothing more may come."""
        if not self.ended:
            raise Malformed("invalid message format")


def decoded(data: bytes) -> str:
    """UTF-8 as text.

    Raises:
        RedshiftError: it is not.
    """
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        bad = data[error.start]
        raise RedshiftError(
            f'invalid byte sequence for encoding "UTF8": 0x{bad:02x}', "22021"
        ) from error


def message(letter: bytes, body: bytes = b"") -> bytes:
    """A whole message."""
    return letter + struct.pack("!i", len(body) + 4) + body


def text(value: str) -> bytes:
    """A text with its zero byte."""
    return value.replace("\0", "").encode(errors="replace") + b"\0"


def status(name: str, value: str) -> bytes:
    """ParameterStatus: what a setting is now."""
    return message(b"S", text(name) + text(value))


def complete(tag: str) -> bytes:
    """CommandComplete."""
    return message(b"C", text(tag))


def ready(transaction: str) -> bytes:
    """ReadyForQuery: ``I`` idle, ``T`` in a transaction block, ``E`` in a failed one."""
    return message(b"Z", transaction.encode())


STALE = "cached plan must not change result type"
#: Where PostgreSQL's server says it: by this asyncpg and pgjdbc know that they may prepare again.
ROUTINES = {STALE: "RevalidateCachedQuery"}


def refusal(error: RedshiftError, severity: str = "ERROR") -> bytes:
    """ErrorResponse."""
    position = str(error.position) if error.position else ""
    told = {"S": severity, "C": error.sqlstate, "M": error.message, "D": error.detail,
            "H": error.hint, "P": position, "R": ROUTINES.get(error.message, "")}  # fmt: skip
    return message(b"E", _fields(told))


def notice(told: Notice) -> bytes:
    """NoticeResponse."""
    return message(b"N", _fields({"S": told.severity, "C": told.sqlstate, "M": told}))


def _fields(told: dict[str, str]) -> bytes:
    return b"".join(key.encode() + text(value) for key, value in told.items() if value) + b"\0"


AUTHENTICATED = message(b"R", struct.pack("!i", 0))
CLEAR_TEXT = message(b"R", struct.pack("!i", 3))
PARSED, BOUND, CLOSED = message(b"1"), message(b"2"), message(b"3")
NO_DATA, EMPTY, SUSPENDED = message(b"n"), message(b"I"), message(b"s")


def ask_md5(salt: bytes) -> bytes:
    """AuthenticationMD5Password."""
    return message(b"R", struct.pack("!i", 5) + salt)


def ask_digest(salt: bytes, nonce: bytes) -> bytes:
    """What Redshift's own drivers answer with a digest of SHA-256, algorithm 0."""
    told = struct.pack("!iii", 13, 0, len(salt)) + salt
    return message(b"R", told + struct.pack("!i", len(nonce)) + nonce)


def key_data(pid: int, secret: int) -> bytes:
    """BackendKeyData: what a client cancels a query with."""
    return message(b"K", struct.pack("!iI", pid, secret))
