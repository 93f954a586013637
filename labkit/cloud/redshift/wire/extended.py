"""The extended protocol: statements are parsed once, bound to values, and their rows fetched.

Source: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError
from labkit.cloud.engine.redshift.types import TEXTS, Type
from labkit.cloud.redshift.system.oids import OIDS
from labkit.cloud.redshift.warehouse import Parsed, Result
from labkit.cloud.redshift.warehouse.registry import find_handler
from labkit.cloud.redshift.wire import messages, parameters
from labkit.cloud.redshift.wire.answers import give_rows, tag_of, tell_notices
from labkit.cloud.redshift.wire.describing import Columns, columns_of
from labkit.cloud.redshift.wire.messages import Body, Stream
from labkit.cloud.redshift.wire.running import Runner
from labkit.cloud.redshift.wire.texts import parameter_count, pieces
from labkit.cloud.redshift.wire.values import all_formats, row_description

MOST_PARAMETERS = 32_767
"""Int16 on the wire: https://www.postgresql.org/docs/8.0/protocol-message-formats.html"""


@dataclass
class Statement:
    """A statement as Parse left it; an empty text is an empty query.

    Args:
        oids: the parameters' types as the client tells them, 0 where it does not.
        inferred: the types that the statement takes them for, by their places.
        columns: of its rows, until something runs that may change them.
        told: the columns that the client knows of.
        verb: the word that tells what it does, once that is known.
    """

    sql: str
    oids: list[int]
    inferred: dict[int, int] = field(default_factory=dict)
    columns: Columns = None
    known: bool = False
    told: Columns = None
    verb: str = ""

    @property
    def types(self) -> list[int]:
        """The parameters' types, told or inferred; 0 where neither."""
        return [oid or self.inferred.get(at, 0) for at, oid in enumerate(self.oids)]

    def parameters(self) -> list[Any]:
        """The parameters before they have values."""
        return [
            parameters.declared(oid, partial(self._infer, at)) for at, oid in enumerate(self.oids)
        ]

    def _infer(self, at: int, kind: Type) -> None:
        if kind.base in OIDS and kind.base != "unknown":
            self.inferred.setdefault(at, OIDS[kind.base])


@dataclass
class Portal:
    """A statement with its values, and what has been taken of its rows."""

    statement: Statement
    values: list[Any]
    formats: list[int]
    result: Result | None = None
    taken: int = 0
    told: Columns = None


class Extended:
    """The statements and portals of a session."""

    def __init__(self, stream: Stream, runner: Runner) -> None:
        self.stream, self.runner = stream, runner
        self._statements: dict[str, Statement] = runner.connection.parsed
        self._portals: dict[str, Portal] = {}

    def parse(self, body: Body) -> None:
        """Parse: a statement under a name, or under none until the next."""
        name, text, oids = body.text(), body.text(), body.integers(4)
        body.end()
        found = [sql for _, sql in pieces(text)]
        if len(found) > 1:
            raise RedshiftError("cannot insert multiple commands into a prepared statement", SYNTAX)
        if name and name in self._statements:
            raise RedshiftError(f'prepared statement "{name}" already exists', "42P05")
        sql = found[0] if found else ""
        missing = parameter_count(sql) - len(oids)
        if len(oids) + max(missing, 0) > MOST_PARAMETERS:
            raise RedshiftError(f"a statement has {MOST_PARAMETERS} parameters at most", "54023")
        statement = Statement(sql, [*oids, *[0] * missing])
        self._columns_of(statement)
        self._statements[name] = statement
        self.stream.send(messages.PARSED)

    def bind(self, body: Body) -> None:
        """Bind: a portal of a statement's values."""
        name, source, formats = body.text(), body.text(), body.integers(2)
        values = [body.value() for _ in range(body.count())]
        wanted = body.integers(2)
        body.end()
        statement = self._statement(source)
        if len(values) != len(statement.oids):
            raise RedshiftError(
                f"bind message supplies {len(values)} parameters, but prepared statement "
                f'"{source}" requires {len(statement.oids)}', "08P01",
            )  # fmt: skip
        if name and name in self._portals:
            raise RedshiftError(f'cursor "{name}" already exists', "42P03")
        if statement.sql:
            self._check(statement)
        ways = all_formats(formats, len(values))
        given = [
            parameters.given(oid, how, value, inferred=at in statement.inferred)
            for at, (oid, how, value) in enumerate(zip(statement.types, ways, values, strict=True))
        ]
        self._portals[name] = Portal(statement, given, wanted)
        self.stream.send(messages.BOUND)

    def describe(self, body: Body) -> None:
        """Describe: a statement's parameters and columns, a portal's or a cursor's columns."""
        kind, name = body.take(1), body.text()
        body.end()
        cursor = self.runner.connection.cursors.get(name.lower())
        if kind == b"S":
            self._describe_statement(self._statement(name))
        elif cursor and name not in self._portals:
            self._tell(cursor[0].columns, ())
        else:
            portal = self._portal(name)
            portal.told = self._columns(portal.statement, portal.values)
            self._tell(portal.told, portal.formats)

    def execute(self, body: Body) -> None:
        """Execute: run a portal, or go on with it; give so many rows, or all."""
        portal, limit = self._portal(body.text()), body.integer(4)
        body.end()
        if not portal.statement.sql:
            self.stream.send(messages.EMPTY)
            return
        if portal.result is None:
            self._forget_columns()
            portal.result = self.runner.run(portal.statement.sql, portal.values)
            _check_told(portal.told or portal.statement.told, portal.result)
        self._give(portal, portal.result, limit)

    def close(self, body: Body) -> None:
        """Close: forget a statement or a portal; of no such name too."""
        kind, name = body.take(1), body.text()
        body.end()
        if kind == b"S":
            self._statements.pop(name, None)
        else:
            self._portals.pop(name, None)
        self.stream.send(messages.CLOSED)

    def forget_unnamed(self) -> None:
        """A simple query ends the statement without a name."""
        self._statements.pop("", None)
        self._portals.pop("", None)
        self._forget_columns()

    def _forget_columns(self) -> None:
        for each in self._statements.values():
            each.known = False

    def drop_portals(self) -> None:
        """Portals end with their transaction."""
        self._portals.clear()

    def _check(self, statement: Statement) -> None:
        """Refuse what no statement begins with, and all but the end in a failed transaction."""
        if not statement.verb:
            statement.verb = find_handler(Parsed(statement.sql))[0][0]
        self.runner.connection.check_not_aborted(statement.verb)

    def _statement(self, name: str) -> Statement:
        if name not in self._statements:
            shown = f'prepared statement "{name}"' if name else "unnamed prepared statement"
            raise RedshiftError(f"{shown} does not exist", "26000")
        return self._statements[name]

    def _portal(self, name: str) -> Portal:
        if name not in self._portals:
            raise RedshiftError(f'portal "{name}" does not exist', "34000")
        return self._portals[name]

    def _describe_statement(self, statement: Statement) -> None:
        oids = [oid or parameters.UNTYPED for oid in statement.types]
        body = struct.pack(f"!h{len(oids)}i", len(oids), *oids)
        self.stream.send(messages.message(b"t", body))
        statement.told = self._columns_of(statement)
        self._tell(statement.told, ())

    def _columns_of(self, statement: Statement) -> Columns:
        """A statement's columns, found once for Parse and the Describe that follows it."""
        if not statement.known:
            statement.columns = self._columns(statement, statement.parameters())
            statement.known = True
        return statement.columns

    def _columns(self, statement: Statement, values: list[Any]) -> Columns:
        connection = self.runner.connection
        if not statement.sql:
            return None
        self._check(statement)
        connection.objects.forget()  # what others have made since the log-in
        try:
            return columns_of(connection, statement.sql, values)
        finally:
            connection.objects.forget()

    def _tell(self, columns: Columns, formats: Any) -> None:
        told = messages.NO_DATA if columns is None else row_description(columns, formats)
        self.stream.send(told)

    def _give(self, portal: Portal, result: Result, limit: int) -> None:
        tell_notices(self.stream, self.runner.connection, result)
        if result.rows is None:
            self.stream.send(messages.complete(tag_of(result)))
            return
        left = result.rows.num_rows - portal.taken
        count = min(limit, left) if limit > 0 else left
        part = result.rows.slice(portal.taken, count)
        give_rows(self.stream, self.runner.connection, result, part, portal.formats)
        portal.taken += count
        done = not 0 < limit <= left
        self.stream.send(messages.complete(tag_of(result)) if done else messages.SUSPENDED)


def _check_told(told: Columns, result: Result) -> None:
    """Refuse rows of other types than the client was told of, when it would misread them.

    A table may be another since the statement was prepared; asyncpg prepares it again. Source:
    https://github.com/postgres/postgres/blob/master/src/backend/utils/cache/plancache.c
    """
    if told is None or result.rows is None:
        return
    before, now = ([_read_as(each.type) for each in part] for part in (told, result.columns))
    if before != now:
        raise RedshiftError(messages.STALE, "0A000")


def _read_as(kind: Type) -> str:
    """A type as clients read it: texts are alike."""
    return "varchar" if kind.base in (*TEXTS, "unknown") else kind.short
