"""A port of loopback for each warehouse, and a thread for each client of it.

Each warehouse has the port that it asks for, at an address of loopback where nobody else has it: by
5439 alone Terraform knows a cluster for the one that it has planned. A place stays the warehouse's
own over restarts while nobody else has taken it. A cluster lets in 500 connections:
https://docs.aws.amazon.com/redshift/latest/mgmt/amazon-redshift-limits.html
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import threading
import time
from dataclasses import dataclass, field
from socket import IPPROTO_TCP, SO_REUSEADDR, SOL_SOCKET, TCP_NODELAY, socket

from labkit.cloud.certificate import HOSTS, server_context
from labkit.cloud.cloud import Cloud
from labkit.cloud.redshift.warehouse import RedshiftError
from labkit.cloud.redshift.wire import messages
from labkit.cloud.redshift.wire.messages import Gone, Malformed, Stream
from labkit.cloud.redshift.wire.running import Runner
from labkit.cloud.redshift.wire.session import Session
from labkit.cloud.redshift.wire.startup import greet, hang_up, log_in, say_goodbye, welcome

log = logging.getLogger(__name__)
HOST, MOST_CONNECTIONS = HOSTS[0], 500
#: Seconds for a log-in, and how long a session may be silent.
LOGIN_S, IDLE_S = 60, 4 * 3600
BREATH_S = 0.1
#: The port of all warehouses, whatever they ask for: a sandbox knows it before there is one.
ONE_PORT = "LABKIT_WAREHOUSE_PORT"


@dataclass
class Client:
    """A session as others see it: what cancels its query, and for whom."""

    secret: int
    runner: Runner


@dataclass
class Listener:
    """The port of one warehouse."""

    cloud: Cloud
    key: str
    door: socket
    clients: dict[int, Client] = field(default_factory=dict)
    sockets: set[socket] = field(default_factory=set)

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        host, port = self.door.getsockname()
        return str(host), int(port)

    def start(self) -> None:
        """Take in clients until the port is closed."""
        threading.Thread(target=self._accept, name=f"{self.key} port", daemon=True).start()

    def close(self) -> None:
        """Close the port and hang up on all clients."""
        hang_up(self.door)
        for each in list(self.sockets):
            hang_up(each)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.door.accept()
            except OSError:
                if self.door.fileno() < 0:  # it was closed
                    return
                time.sleep(BREATH_S)  # no file is free: when a client goes, there is one
                continue
            try:
                threading.Thread(
                    target=self._serve, args=(client,), name=f"{self.key} client", daemon=True
                ).start()
            except RuntimeError:  # no thread is free: the next client may find one
                log.exception("a client of %s found no thread", self.key)
                client.close()

    def _serve(self, client: socket) -> None:
        """One client from its greeting to its end; what it does wrong ends it alone."""
        self.sockets.add(client)
        try:
            client.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
            client.settimeout(LOGIN_S)
        except OSError:  # it was hung up on: the port is closed
            self.sockets.discard(client)
            return
        stream = Stream(client)
        try:
            self._converse(stream)
        except Gone:
            pass
        except RedshiftError as error:
            _last_words(stream, error)
        except Malformed as error:
            _last_words(stream, RedshiftError(str(error), "08P01"))
        except TimeoutError:
            _last_words(stream, RedshiftError("terminating connection: it was idle", "57P01"))
        except Exception as error:
            log.exception("a client's session failed")
            _last_words(stream, RedshiftError(f"{type(error).__name__}: {error}"))
        finally:
            self.sockets.discard(client)
            say_goodbye(stream.socket)

    def _converse(self, stream: Stream) -> None:
        greeting = greet(stream, lambda: server_context(self.cloud.home))
        if greeting.cancels:
            self._cancel(*greeting.cancels)
            return
        if len(self.sockets) > MOST_CONNECTIONS:
            raise RedshiftError(
                f'connection limit "{MOST_CONNECTIONS}" exceeded for non-bootstrap users', "53300"
            )
        connection = log_in(stream, self.cloud, self.key, greeting.told)
        secret = secrets.randbits(32)
        session = Session(stream, connection)
        self.clients[connection.pid] = Client(secret, session.runner)
        try:
            welcome(stream, connection, greeting.told, secret)
            stream.socket.settimeout(IDLE_S)
            session.serve()
        finally:
            self.clients.pop(connection.pid, None)
            with contextlib.suppress(RedshiftError):
                connection.rollback()
            connection.close()

    def _cancel(self, pid: int, secret: int) -> None:
        """Cancel a session's query for who knows its secret; nobody is told whether it did."""
        found = self.clients.get(pid)
        if found and secrets.compare_digest(str(found.secret), str(secret)):
            found.runner.cancel()


def _last_words(stream: Stream, error: RedshiftError) -> None:
    with contextlib.suppress(Gone, OSError):
        stream.send(messages.refusal(error, "FATAL"))
        stream.flush()


def listen(wished: int, host: str = HOST) -> socket:
    """A socket on a wished port of loopback: where it is taken, at another address of loopback.

    A machine that has one such address alone, as macOS has, gives any free port of it.
    """
    found, wished = socket(), int(os.environ.get(ONE_PORT, wished))
    found.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    for each in dict.fromkeys((host, *HOSTS)):
        with contextlib.suppress(OSError):
            found.bind((each, wished))
            break
    else:
        found.bind((HOST, 0))
    found.listen(128)
    return found
