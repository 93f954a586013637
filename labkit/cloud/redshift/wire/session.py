"""A client's session after its log-in: messages in, answers out, until it hangs up.

An error of the extended protocol makes the server skip what follows until Sync; in the simple one
it ends the text's statements. Source: https://www.postgresql.org/docs/current/protocol-flow.html
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from labkit.cloud.engine.redshift.errors import FALLEN, INTERNAL, TOO_DEEP
from labkit.cloud.redshift.warehouse import Connection, RedshiftError
from labkit.cloud.redshift.wire import messages
from labkit.cloud.redshift.wire.answers import give, tell_notices
from labkit.cloud.redshift.wire.extended import Extended
from labkit.cloud.redshift.wire.messages import Body, Malformed, Stream
from labkit.cloud.redshift.wire.running import Runner
from labkit.cloud.redshift.wire.texts import pieces

Found = TypeVar("Found")
log = logging.getLogger(__name__)
#: Settings that a client is told of whenever they change.
REPORTED = {"application_name": "application_name", "client_encoding": "client_encoding",
            "datestyle": "DateStyle", "timezone": "TimeZone"}  # fmt: skip


class Session:
    """One client: its stream, its connection to the warehouse, its statements and portals."""

    def __init__(self, stream: Stream, connection: Connection) -> None:
        self.stream, self.connection = stream, connection
        self.runner = Runner(connection)
        self.extended = Extended(stream, self.runner)
        self._skipping = False
        self._told = dict(connection.settings)

    def serve(self) -> None:
        """Answer messages until the client says that it ends.

        Raises:
            Gone: the client hung up without a word.
            Malformed: it says what nobody understands.
        """
        self._ready()
        while True:
            letter, body = self.stream.message()
            if letter == b"X":
                return
            answer = _ANSWERS.get(letter)
            if answer is None:
                raise Malformed(f"invalid frontend message type {letter[0]}")
            if not self._skipping or letter == b"S":
                self._answer(answer, Body(body))

    def _answer(self, answer: Callable[[Session, Body], None], body: Body) -> None:
        """An answer, or the error that came instead."""
        simple = answer in (Session._query, Session._sync)
        try:
            answer(self, body)
        except RedshiftError as error:
            self._refuse(error)
            self._skipping = not simple
        if simple:
            self._ready()

    def _query(self, body: Body) -> None:
        """Query: the statements of a text, one after the other."""
        text = body.text()
        body.end()
        self.extended.forget_unnamed()
        found = pieces(text)
        if not found:
            self.stream.send(messages.EMPTY)
        for at, sql in found:
            if len(found) > 1:
                self.runner.together()
            self._run(sql, at)
        self.runner.settle()

    def _run(self, sql: str, at: int) -> None:
        try:
            result = guarded(lambda: self.runner.run(sql))
        except RedshiftError as error:
            error.position += at if error.position else 0
            raise
        guarded(lambda: give(self.stream, self.connection, result))

    def _parse(self, body: Body) -> None:
        guarded(lambda: self.extended.parse(body))

    def _bind(self, body: Body) -> None:
        guarded(lambda: self.extended.bind(body))

    def _describe(self, body: Body) -> None:
        guarded(lambda: self.extended.describe(body))

    def _execute(self, body: Body) -> None:
        if self.stream.coming() != b"S":
            self.runner.together()
        guarded(lambda: self.extended.execute(body))

    def _close(self, body: Body) -> None:
        self.extended.close(body)

    def _flush(self, body: Body) -> None:
        self.stream.flush()

    def _sync(self, body: Body) -> None:
        self._skipping = False
        self.runner.settle()

    def _nothing(self, body: Body) -> None:
        """What is left of a COPY that was refused."""

    def _refuse(self, error: RedshiftError) -> None:
        """Tell an error, after what could be told before it, and undo what nobody began."""
        tell_notices(self.stream, self.connection)
        self.stream.send(messages.refusal(error))
        self.connection.fail()
        self.runner.settle(failed=True)
        self.stream.flush()  # what a client has piped behind it is passed over without an answer
        if error.sqlstate == FALLEN and self.connection.hang_up:
            self.connection.hang_up()

    def _ready(self) -> None:
        """Tell what settings have changed, and that the next query may come."""
        for name, shown in REPORTED.items():
            value = self.connection.settings.get(name, "")
            if value != self._told.get(name):
                self.stream.send(messages.status(shown, value))
        self._told = dict(self.connection.settings)
        if self.connection.transaction == "idle":
            self.extended.drop_portals()
        self.stream.send(messages.ready(self.runner.status))
        self.stream.flush()


_ANSWERS: dict[bytes, Callable[[Session, Body], None]] = {
    b"Q": Session._query,
    b"P": Session._parse,
    b"B": Session._bind,
    b"D": Session._describe,
    b"E": Session._execute,
    b"C": Session._close,
    b"H": Session._flush,
    b"S": Session._sync,
    b"d": Session._nothing,
    b"c": Session._nothing,
    b"f": Session._nothing,
}


def guarded(work: Callable[[], Found]) -> Found:
    """What work gives; what it trips over becomes an internal error of Redshift."""
    try:
        return work()
    except (RedshiftError, messages.Gone, Malformed):
        raise
    except RecursionError as error:
        raise RedshiftError("stack depth limit exceeded", TOO_DEEP) from error
    except Exception as error:
        log.exception("a statement failed within")
        raise RedshiftError(f"{type(error).__name__}: {error}", INTERNAL) from error
