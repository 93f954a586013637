"""``USING EXTERNAL FUNCTION``: a query that calls functions which run in Lambda.

Source: https://docs.aws.amazon.com/athena/latest/ug/querying-udf.html
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.cloud.athena.lambda_functions import Remote
from labkit.cloud.athena.output import compiled, rows_result
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.select import whole_query
from labkit.cloud.engine import ExternalFunction, QueryFailed
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.errors import failed_at
from labkit.cloud.engine.trino.parse_type import read_type
from labkit.cloud.engine.types import Type

#: https://docs.aws.amazon.com/athena/latest/ug/udf-query-syntax.html lists them.
_TYPES = frozenset(
    """
    timestamp date tinyint smallint real double decimal bigint integer varchar varbinary boolean
    array row
    """.split()
)


@dataclass(frozen=True)
class Declared:
    """What ``EXTERNAL FUNCTION name(argument type, ...) RETURNS type LAMBDA 'function'`` says."""

    name: str
    arguments: tuple[tuple[str, Type], ...]
    returns: Type
    function: str


@statement("USING")
def using_external_function(text: str) -> Statement:
    cursor = Cursor(text)
    cursor.expect("USING")
    functions = cursor.many(lambda: _declared(cursor))
    query, parameters = whole_query(text, cursor.token.start)

    def run(run: Run) -> Result:
        called = [_external(run, each) for each in functions]
        found = compiled(run, query, text=text, parameters=run.parameters, functions=called)
        return rows_result(run, found)

    return Statement("DML", "SELECT", run, "{id}.csv", parameters)


def _declared(cursor: Cursor) -> Declared:
    cursor.expect("EXTERNAL", "FUNCTION")
    start, name = cursor.token.start, cursor.name()
    cursor.expect("(")
    arguments = () if cursor.peek(")") else cursor.many(lambda: (cursor.name(), _type(cursor)))
    cursor.expect(")", "RETURNS")
    returns = _type(cursor)
    cursor.expect("LAMBDA")
    function = cursor.take("string", "<string>")
    if len({argument for argument, _ in arguments}) < len(arguments):
        message = f"Arguments of function {name} have the same name"
        raise failed_at(cursor.text, start, "SYNTAX_ERROR", message)
    return Declared(name, arguments, returns, function)


def _type(cursor: Cursor) -> Type:
    start = cursor.token.start
    found = read_type(cursor)
    if not _can_travel(found):
        message = f"Type {found} is not supported in external functions"
        raise failed_at(cursor.text, start, "NOT_SUPPORTED", message)
    return found


def _can_travel(kind: Type, *, inside: bool = False) -> bool:
    """Whether Lambda can be given a type: a timestamp has milliseconds, and none are inside."""
    if kind.base == "timestamp" and (inside or kind.args not in ((), (3,))):
        return False
    return kind.base in _TYPES and all(_can_travel(part, inside=True) for part in kind.types)


def _external(run: Run, declared: Declared) -> ExternalFunction:
    if not declared.arguments:
        message = f"External function {declared.name} must have at least one parameter"
        raise QueryFailed("NOT_SUPPORTED", message)
    types = tuple(kind for _, kind in declared.arguments)
    remote = Remote(run, declared.function, declared.name, declared.arguments, declared.returns)
    return ExternalFunction(declared.name, types, declared.returns, remote.call)
