"""HTTP on loopback: a thread a connection, which goes on from request to request.

werkzeug's server ends a connection after each answer, because it does not know where a request's
body ends that nobody has read. Here each body counts (`Counted`), so that a client such as boto3
calls many times over one connection; what is left unread ends it.
Source: https://www.rfc-editor.org/rfc/rfc9112#name-persistence

A client that begins with TLS, as Athena's drivers for JDBC and ODBC do whatever they are told,
is answered by TLS at the same port, with the workspace's certificate.
"""

from __future__ import annotations

import re
import selectors
import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, BinaryIO

from moto.moto_server.werkzeug_app import MotoRequestHandler

from labkit.cloud.chunked import Chunked

#: Seconds that a connection may wait for its next request, and that a request may stand still.
IDLE_S, QUIET_S = 30, 60
#: What a client that is refused may still send: it sees the refusal only then.
LINGER_S, MOST_LINGERING = 0.01, 10_000_000_000
#: Of a length that a body may have.
MOST_DIGITS = 19
#: Whether the server ends: connections that wait do, too, at their next request.
ENDING = threading.Event()
_BODILESS = (204, 304)
_LINE_BREAKS = re.compile(r"[\r\n\0]+")  # a header's text would go on as another header
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
#: The first byte of TLS, a record of its handshake; no method of HTTP begins with it.
_TLS = b"\x16"


class Coming:
    """What a client sends, which may not stand still for long.

    A client that expects to be told to go on is told so once its body is read: a request that is
    refused before then need not send it.
    Source: https://www.rfc-editor.org/rfc/rfc9110#name-expect

    Raises:
        TimeoutError: when it is read, and does.
    """

    def __init__(self, handler: Handler) -> None:
        self._connection, self._source = handler.connection, handler.rfile
        self._sink, self._is_awaited = handler.wfile, handler.is_awaited
        self.has_failed = False

    def read(self, size: int) -> bytes:
        return self._taken(self._source.read, size)

    def readline(self, size: int) -> bytes:
        return self._taken(self._source.readline, size)

    def _taken(self, read: Callable[[int], bytes], size: int) -> bytes:
        self._connection.settimeout(QUIET_S)
        try:
            if self._is_awaited and size:
                self._is_awaited = False
                self._sink.write(_CONTINUE)
            part = read(size)
        except OSError:
            self.has_failed = True
            raise
        self._connection.settimeout(None)
        return part


class Counted:
    """A request's body of a known length.

    Args:
        source: from the body's first byte on.
        left: how many bytes of it are not read.
    """

    def __init__(self, source: Coming, left: int) -> None:
        self._source, self.left = source, left

    def read(self, size: int = -1) -> bytes:
        return self._count(self._source.read(self._most(size)))

    def readline(self, size: int = -1) -> bytes:
        return self._count(self._source.readline(self._most(size)))

    def readinto(self, buffer: Any) -> int:
        part = self.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def _most(self, size: int) -> int:
        return self.left if size < 0 else min(size, self.left)

    def _count(self, part: bytes) -> bytes:
        self.left -= len(part)
        return part


class Wire:
    """The connection that a file may be sent by.

    Args:
        connection: to the client, once the answer's head is on its way.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self.sent = connection, 0

    def sendfile(self, file: BinaryIO, start: int, length: int) -> None:
        self.sent += self._connection.sendfile(file, start, length)


class Handler(MotoRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    is_awaited = False

    def setup(self) -> None:
        self.is_there = self._begins()
        if self.is_there:
            super().setup()

    def handle(self) -> None:
        if self.is_there:
            super().handle()

    def finish(self) -> None:
        if self.is_there:
            super().finish()
        if self._is_secure:
            self.request.close()  # the server knows the socket beneath alone

    def _begins(self) -> bool:
        """Whether the client says something, and, where it begins with TLS, believes us."""
        self.request.settimeout(IDLE_S)
        try:
            tls = self.server.ssl_context
            if self.request.recv(1, socket.MSG_PEEK) == _TLS and tls:
                self.request = tls.wrap_socket(self.request, server_side=True)
        except OSError:
            return False
        return True

    @property
    def _is_secure(self) -> bool:
        return isinstance(self.request, ssl.SSLSocket)

    def handle_expect_100(self) -> bool:
        """Who has nothing to send is told to go on at once: boto3 takes the answer, if it comes
        first, for that of its next request too, and reads on until the connection ends."""
        self.is_awaited = self.headers.get("Content-Length") != "0"
        if not self.is_awaited:
            self.wfile.write(_CONTINUE)
        return True

    def handle_one_request(self) -> None:
        self.is_awaited = False
        self.connection.settimeout(IDLE_S)
        try:
            self.rfile.peek(1)  # type: ignore[attr-defined]
        except OSError:  # it waited for too long, or is gone
            self.close_connection = True
            return
        if ENDING.is_set():
            self.close_connection = True
            return
        self.connection.settimeout(QUIET_S)
        super().handle_one_request()

    def run_wsgi(self) -> None:
        self.connection.settimeout(None)
        environ = self.make_environ()
        answer = _Answer(self, environ)
        try:
            answer.give(self.server.app(environ, answer.start))
        except (ConnectionError, TimeoutError):
            if answer.has_begun or self.coming.has_failed:
                self.close_connection = True
            else:
                answer.fail()  # it was not the client's connection
        except Exception:
            answer.fail()
        if _has_more(answer.body):
            self._linger()

    def make_environ(self) -> dict[str, Any]:
        environ = super().make_environ()
        lengths = set(self.headers.get_all("Content-Length", []))
        if len(lengths) > 1:
            environ["CONTENT_LENGTH"] = ", ".join(lengths)  # which is none
        length = str(environ.get("CONTENT_LENGTH") or "0")
        self.coming = Coming(self)
        if environ.get("wsgi.input_terminated"):
            environ["wsgi.input"] = Chunked(self.coming)
        else:
            self.close_connection |= not _is_number(length)
            environ["wsgi.input"] = Counted(self.coming, int(length) if _is_number(length) else 0)
        environ["werkzeug.socket"] = Wire(self.connection)
        environ["wsgi.url_scheme"] = "https" if self._is_secure else "http"
        return environ

    def _linger(self) -> None:
        """End the connection, once its client has sent what it still sends."""
        self.close_connection = True
        taken = 0
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, selectors.EVENT_READ)
            while taken < MOST_LINGERING and selector.select(LINGER_S):
                part = self.rfile.read1(10_000_000)
                taken += len(part)
                if not part:
                    return


class _Answer:
    """One answer on its way to the client.

    Args:
        handler: the connection.
        environ: the request.
    """

    def __init__(self, handler: Handler, environ: dict[str, Any]) -> None:
        self._handler, self._method = handler, environ["REQUEST_METHOD"]
        self.body, self._wire = environ["wsgi.input"], environ["werkzeug.socket"]
        self._head: bytes | None = None
        self._left: int | None = None
        self.has_begun = False

    def start(self, status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[..., None]:
        """What WSGI calls ``start_response``."""
        handler, code = self._handler, int(status.partition(" ")[0])
        told = [
            ("Server", handler.version_string()),
            ("Date", handler.date_time_string()),
            *headers,
        ]
        if self._method == "HEAD" or code in _BODILESS:
            self._left = 0
        else:
            length = next((text for name, text in headers if name.lower() == "content-length"), "")
            self._left = int(length) if _is_number(length) else None
        if self._left is None and handler.request_version < "HTTP/1.1":
            handler.close_connection = True
        elif self._left is None:
            told.append(("Transfer-Encoding", "chunked"))
        handler.close_connection |= _has_more(self.body)
        told += [("Connection", "close")] if handler.close_connection else []
        told = [(name, _LINE_BREAKS.sub(" ", str(text))) for name, text in told]
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {text}" for name, text in told), "", ""]
        self._head = "\r\n".join(lines).encode("latin-1")
        return self._write

    def give(self, parts: Iterable[bytes]) -> None:
        """Send the answer; one of another length than it says is the connection's last."""
        try:
            for part in parts:
                self._write(part)
            if not self.has_begun:
                self._write(b"")
            if self._is_chunked:
                self._handler.wfile.write(b"0\r\n\r\n")
        finally:
            close = getattr(parts, "close", None)
            if close:
                close()
        if self._left is not None and self._left != self._wire.sent:
            self._handler.close_connection = True

    def fail(self) -> None:
        """Say that there is a bug; within an answer there is no more to say."""
        handler = self._handler
        handler.log_error("Error on request:\n%s", traceback.format_exc())
        handler.close_connection = True
        if not self.has_begun:
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            self.start(f"{status.value} {status.phrase}", [("Content-Length", "0")])
            self._write(b"")

    @property
    def _is_chunked(self) -> bool:
        return self._left is None and self._handler.request_version >= "HTTP/1.1"

    def _write(self, part: bytes) -> None:
        if self._left is not None:
            part = part[: self._left]
            self._left -= len(part)
        elif self._is_chunked and part:
            part = b"%x\r\n%b\r\n" % (len(part), part)
        if not self.has_begun:
            assert self._head is not None, "an answer without a head"
            part, self.has_begun = self._head + part, True
        if part:
            self._handler.wfile.write(part)


def _has_more(body: Counted | Chunked) -> bool:
    """Whether a request may go on behind what was read of it, which one in chunks does not tell."""
    return not isinstance(body, Counted) or body.left > 0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
