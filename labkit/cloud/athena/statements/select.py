"""Queries: ``SELECT``, ``WITH``, ``VALUES``, ``TABLE``.

Source: https://docs.aws.amazon.com/athena/latest/ug/select.html
"""

from __future__ import annotations

from labkit.cloud.athena.output import compiled, rows_result
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.parse_query import QueryParser


@statement("SELECT")
@statement("WITH")
@statement("VALUES")
@statement("TABLE")
@statement("(")
def select(text: str) -> Statement:
    query, parameters = whole_query(text)

    def run(run: Run) -> Result:
        return rows_result(run, compiled(run, query, text=text, parameters=run.parameters))

    return Statement("DML", "SELECT", run, "{id}.csv", parameters)


def whole_query(text: str, start: int = 0) -> tuple[tree.Query, int]:
    """The query that a text is from here to its end, and how many ``?`` it has.

    Raises:
        QueryFailed: SYNTAX_ERROR.
    """
    cursor = Cursor(text, start)
    query = QueryParser(cursor).query()
    cursor.accept(";")
    if not cursor.peek("<EOF>"):
        raise cursor.mismatch("<EOF>")
    return query, cursor.parameters
