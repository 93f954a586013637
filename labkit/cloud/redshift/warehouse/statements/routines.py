"""SQL functions and stored procedures: made, called, dropped.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_FUNCTION.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_PROCEDURE.html
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.redshift.casts import cost
from labkit.cloud.engine.redshift.compile import compile_expression
from labkit.cloud.engine.redshift.errors import RedshiftError, unsupported
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.engine.redshift.words import UNITS, Words
from labkit.cloud.redshift.warehouse import (
    defaults,
    grants,
    languages,
    letter_case,
    procedure_checks,
    procedures,
)
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import place, search_path, split_name
from labkit.cloud.redshift.warehouse.procedure_steps import read, variable_type
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.settings import setting_name


@statement("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
def create_function(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE")
    replacing = words.accept("OR", "REPLACE")
    words.expect("FUNCTION")
    name, parameters = words.name(), read_parameters(words)
    words.expect("RETURNS")
    returns = words.type()
    text, language, told = _body(words)
    if language != "sql":
        raise unsupported(f"to create a user-defined function in {language}")
    body = {"kind": "function", "text": text.strip().removeprefix("SELECT").removeprefix("select"),
            "returns": type_told(returns), **told}  # fmt: skip
    one = new_routine(connection, name, parameters, body, language=language)
    given = {str(at): Typed("NULL", Type(*each["type"])) for at, each in enumerate(parameters, 1)}
    _check_body(connection, one.body["text"], given)
    put(connection, one, replacing)
    return Result("CREATE FUNCTION")


def _check_body(connection: Connection, text: str, given: dict[str, Typed]) -> None:
    """The body must compile; the arguments are NULLs of their types."""
    for number, value in given.items():
        text = text.replace(f"${number}", f"(NULL::{value.type})")
    compile_expression(text, Names(connection))


def type_told(kind: Type) -> list[Any]:
    return [kind.base, kind.size, kind.scale]


def read_parameters(words: Words) -> list[dict[str, Any]]:
    """``([name] [IN | OUT | INOUT] type, ...)``"""
    words.expect("(")
    found: list[dict[str, Any]] = []
    while not words.accept(")"):
        mode = words.accept_one("IN", "OUT", "INOUT")
        name = ""
        following = words.words[words.at + 1]
        if following.kind in ("word", "quoted") and not _is_type(words):
            name = words.identifier()
            mode = mode or words.accept_one("IN", "OUT", "INOUT")
        found.append({"name": name, "mode": mode or "IN", "type": type_told(variable_type(words))})
        words.accept(",")
    return found


def _is_type(words: Words) -> bool:
    """Whether two words are a type by themselves, such as ``double precision``."""
    return words.words[words.at + 1].upper in _GOES_ON.get(words.word.upper, ())


_ZONE = ("WITH", "WITHOUT")
#: Words that begin a type, and those that may follow.
_GOES_ON: dict[str, Collection[str]] = {
    "DOUBLE": ("PRECISION",), "CHARACTER": ("VARYING",), "CHAR": ("VARYING",),
    "BINARY": ("VARYING",), "TIME": _ZONE, "TIMESTAMP": _ZONE, "INTERVAL": UNITS,
}  # fmt: skip


def _body(words: Words) -> tuple[str, str, dict[str, Any]]:
    """The text, its language, and what else is told of a routine."""
    text, language, told = "", "", dict[str, Any]()
    while not words.ended and not words.peek(";"):
        if words.accept("AS"):
            text = words.string()
        elif words.accept("LANGUAGE"):
            language = words.identifier()
        elif words.accept("SECURITY"):
            told["definer"] = words.accept_one("INVOKER", "DEFINER") == "DEFINER"
        elif word := words.accept_one("VOLATILE", "STABLE", "IMMUTABLE"):
            told["volatility"] = word
        elif words.accept("NONATOMIC"):
            told["nonatomic"] = True
        elif words.accept("SET"):
            name = setting_name(words)
            words.accept_one("TO", "=")
            values = words.each(lambda: words.take().text.strip("'"))
            told.setdefault("settings", {})[name] = ", ".join(values)
        else:
            raise words.refuse()
    if not text or not language:
        raise RedshiftError("syntax error: no function body or language specified", "42601")
    return text, language, told


def new_routine(
    connection: Connection,
    name: tuple[str, ...],
    parameters: list[dict[str, Any]],
    body: Any,
    *,
    language: str,
) -> Object:
    """A function or a procedure that is yet to be `put` among the schema's.

    Args:
        body: what is kept of it, with its ``kind``.
    """
    privilege = f"CREATE OR REPLACE {'EXTERNAL ' * (language == 'exfunc')}{body['kind'].upper()}"
    database, schema, last = place(connection, name, privilege)
    languages.check(connection, language, privilege)
    kinds = [each["type"] for each in parameters if each["mode"] != "OUT"]
    title = f"{last}({', '.join(Type(*kind).argument for kind in kinds)})"
    body |= {"name": last, "parameters": kinds, "arguments": parameters}
    kind = f"{body['kind'].upper()}S"
    body.setdefault("grants", defaults.granted(connection, kind, schema))
    return Object("routine", database, schema, title, owner=connection.user, body=body)


def put(connection: Connection, one: Object, replacing: bool) -> None:
    """Keep a routine; one that it replaces leaves its owner and its grants.

    Raises:
        RedshiftError: there is one with the same arguments, and it is not to be replaced.
    """
    where = {"database": one.database, "schema": one.schema}
    known = connection.objects.find("routine", one.name, **where)
    if known:
        if not replacing:
            noun = "function" if one.kind == "function" else "procedure"
            raise RedshiftError(f'{noun} "{one.body["name"]}" already exists with same argument '
                                "types", "42723")  # fmt: skip
        grants.check_owner(connection, known, f"CREATE OR REPLACE {one.kind.upper()}")
        connection.objects.remove(known)
        one = replace(one, oid=known.oid, owner=known.owner)
        one = one.changed(grants=grants.granted(known))
    connection.objects.add(one)


@statement("CREATE PROCEDURE", "CREATE OR REPLACE PROCEDURE")
def create_procedure(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE")
    replacing = words.accept("OR", "REPLACE")
    words.expect("PROCEDURE")
    name, parameters = words.name(), read_parameters(words)
    text, language, told = _body(words)
    if language != "plpgsql":
        raise unsupported(f"language {language} of a procedure")
    procedure_checks.check(read(letter_case.written(connection, text))[0], parameters)
    body = {"kind": "procedure", "text": text, **told}
    one = new_routine(connection, name, parameters, body, language=language)
    put(connection, one, replacing)
    return Result("CREATE PROCEDURE")


@statement("CALL")
def call(connection: Connection, parsed: Parsed) -> Result:
    one, values = called(connection, parsed.words, parsed.parameters)
    grants.check(connection, one, "EXECUTE")
    return procedures.call(connection, one, values)


def called(
    connection: Connection, words: Words, parameters: Sequence[Any] = ()
) -> tuple[Object, list[Typed]]:
    """The procedure that a CALL means, and the values that it gives.

    Raises:
        RedshiftError: there is none that takes them.
    """
    words.expect("CALL")
    name = words.name()
    words.expect("(")
    values = []
    while not words.accept(")"):
        text = words.expression()
        values.append(compile_expression(text, Names(connection), parameters=parameters))
        words.accept(",")
    words.end()
    return _find(connection, name, "procedure", [each.type for each in values]), values


def _find(connection: Connection, name: tuple[str, ...], kind: str, given: list[Type]) -> Object:
    """The one whose arguments the values are nearest to."""
    fits = []
    for one in candidates(connection, name, kind):
        wanted = one.body["parameters"]
        costs = [cost(a, b[0]) for a, b in zip(given, wanted, strict=False)]
        if len(wanted) == len(given) and None not in costs:
            fits.append((sum(each or 0 for each in costs), one))
    if not fits:
        told = ", ".join('"unknown"' if k.base == "unknown" else k.plain for k in given)
        raise RedshiftError(f"{kind} {name[-1]}({told}) does not exist", "42883")
    return min(fits, key=lambda each: each[0])[1]


def candidates(connection: Connection, name: tuple[str, ...], kind: str) -> list[Object]:
    """The routines of a name along the search path."""
    database, schema, last = split_name(connection, name)
    return [
        one
        for each in ([schema] if schema else search_path(connection))
        for one in connection.objects.of("routine", database=database, schema=each)
        if one.body["name"] == last and one.kind == kind
    ]
