"""``PREPARE``, ``EXECUTE``, ``EXECUTE IMMEDIATE`` and ``DEALLOCATE PREPARE``.

Source: https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
"""

from __future__ import annotations

from dataclasses import replace

from labkit.cloud.athena.errors import StatementFailed, invalid, miscounted
from labkit.cloud.athena.prepared import drop_prepared, find_prepared, keep_prepared
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, read_statement, statement
from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.parse_query import QueryParser


@statement("PREPARE")
def prepare(text: str) -> Statement:
    cursor = Cursor(text)
    cursor.expect("PREPARE")
    name = cursor.name()
    cursor.expect("FROM")
    inner = text[cursor.token.start :].rstrip().rstrip(";")
    read_statement(inner)

    def run(run: Run) -> Result:
        keep_prepared(run.cloud, run.workgroup, name, inner)
        return run.text_result((), ())

    return Statement("DDL", "PREPARE", run)


@statement("DEALLOCATE", "PREPARE")
def deallocate(text: str) -> Statement:
    cursor = Cursor(text)
    cursor.expect("DEALLOCATE", "PREPARE")
    name = cursor.name()
    _end(cursor)

    def run(run: Run) -> Result:
        if find_prepared(run.cloud, run.workgroup, name) is None:
            raise StatementFailed(_missing(name, run.workgroup))
        drop_prepared(run.cloud, run.workgroup, name)
        return run.text_result((), ())

    return Statement("DDL", "DEALLOCATE_PREPARE", run)


@statement("EXECUTE")
def execute(text: str) -> Statement:
    cursor = Cursor(text)
    cursor.expect("EXECUTE")
    name = cursor.name()
    using = _using(cursor)

    def resolve(cloud: Cloud, workgroup: str) -> Statement:
        stored = find_prepared(cloud, workgroup, name)
        if stored is None:
            raise invalid(_missing(name, workgroup), "PREPARED_STATEMENT_NOT_FOUND")
        return _bound(stored["QueryStatement"], using)

    return Statement("DML", "EXECUTE", _unresolved, "{id}.csv", None, resolve)


@statement("EXECUTE", "IMMEDIATE")
def execute_immediate(text: str) -> Statement:
    cursor = Cursor(text)
    cursor.expect("EXECUTE", "IMMEDIATE")
    inner = cursor.take("string", "<string>")
    return _bound(inner, _using(cursor))


def _bound(text: str, using: list[str]) -> Statement:
    """The statement of a text, its ``?`` filled in."""
    inner = read_statement(text)
    expected = inner.parameters or 0

    def run(run: Run) -> Result:
        if using and len(using) != expected:
            raise miscounted(expected, len(using))
        run.text, run.parameters = text, using or run.parameters
        return inner.run(run)

    return replace(inner, run=run, parameters=0 if using else expected)


def _using(cursor: Cursor) -> list[str]:
    """The text of each value after ``USING``."""
    found: list[str] = []
    if cursor.accept("USING"):
        parser = QueryParser(cursor)
        for value in cursor.many(parser.expressions.expression):
            found.append(cursor.text[value.start : value.end])
    _end(cursor)
    return found


def _end(cursor: Cursor) -> None:
    cursor.accept(";")
    if not cursor.peek("<EOF>"):
        raise cursor.mismatch("<EOF>")


def _missing(name: str, workgroup: str) -> str:
    return f"PreparedStatement {name} was not found in workGroup {workgroup}"


def _unresolved(run: Run) -> Result:
    raise StatementFailed("GENERIC_INTERNAL_ERROR: a prepared statement was not looked up")
