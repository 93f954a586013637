"""One line of the function tables: a signature and what it is in DuckDB."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from labkit.cloud.engine.closed import Untried
from labkit.cloud.engine.trino.errors import MARK, TRIED, QueryFailed, raising
from labkit.cloud.engine.types import Type

Render = Callable[[Any, Sequence[str]], str]
Derive = Callable[[dict[str, Any]], dict[str, Any]]
#: The types of `over` that have NaN.
FLOATS = "real|double"


@dataclass(frozen=True)
class Entry:
    """A function's overload.

    Args:
        signature: Trino's own text, ``round(decimal(p, s)) -> decimal(rp, 0)``.
        template: DuckDB SQL. ``{0}`` is an argument, ``{all}`` all of them, ``{returns}`` the
            result's DuckDB type, ``{T}`` and ``{p}`` what the variables are; or a function of the
            resolved call and its arguments. An aggregate may be several calls.
        finish: for aggregates, SQL around the call, which stands as ``{agg}`` (``{agg[0]}``).
        derive: computes the variables of the result that the arguments do not give.
        deterministic: whether equal arguments give equal results.
    """

    signature: str
    template: str | Render | tuple[str, ...]
    finish: str = "{agg}"
    derive: Derive | None = None
    deterministic: bool = True

    def expand(self, call: Any, args: Sequence[str]) -> tuple[str, ...]:
        """The templates with the arguments in them."""
        if callable(self.template):
            return (self.template(call, args),)
        templates = (self.template,) if isinstance(self.template, str) else self.template
        words = _words(call, args)
        return tuple(template.format(*args, **words) for template in templates)

    def finish_with(self, call: Any, args: Sequence[str], inner: Sequence[str]) -> str:
        """The aggregate's calls inside their finishing expression."""
        agg = inner[0] if len(inner) == 1 else inner
        return self.finish.format(*args, agg=agg, **_words(call, args))


class FunctionNotFound(LookupError):
    """No such function, or none for these arguments. ``args`` are name, types and the overloads."""

    code = "FUNCTION_NOT_FOUND"

    def __str__(self) -> str:
        name, types, known = self.args
        if not known:
            return f"Function '{name}' not registered"
        given, expected = ", ".join(kind.display for kind in types), ", ".join(known)
        return f"Unexpected parameters ({given}) for function {name}. Expected: {expected}"


class FunctionAmbiguous(FunctionNotFound):
    """Several overloads take these arguments, and none of them is the closest."""

    code = "AMBIGUOUS_FUNCTION_CALL"

    def __str__(self) -> str:
        return "Could not choose a best candidate operator. Explicit type casts must be added."


class FunctionRefused(NotImplementedError):
    """A function that Trino has and this engine does not. ``args`` are name and reason."""

    code = "NOT_SUPPORTED"

    def __str__(self) -> str:
        return f"Function '{self.args[0]}' is not supported here: {self.args[1]}"


class TrinoError(ValueError):
    """An error while a function runs; its text is ``LABKIT:CODE: message``."""


class UntriedError(Untried, TrinoError):
    """One that ``TRY`` lets through."""


def fail(message: str, code: str = "INVALID_FUNCTION_ARGUMENT") -> NoReturn:
    """Stop a query from within a Python function, with Trino's code and words."""
    raise (TrinoError if code in TRIED else UntriedError)(f"{MARK}:{code}: {message}")


def refuse(what: str) -> NoReturn:
    """Stop a query for what Trino can do and this engine cannot."""
    fail(f"{what} is not supported here", "NOT_SUPPORTED")


def failure(message: str, code: str = "INVALID_FUNCTION_ARGUMENT") -> str:
    """The same from within SQL."""
    return raising(code, message)


def entries(*lines: tuple[Any, ...]) -> tuple[Entry, ...]:
    """A table of functions, a tuple for each."""
    return tuple(Entry(*line) for line in lines)


def over(types: str, signature: str, template: str | Render) -> tuple[Entry, ...]:
    """The same function over several types, which stand as ``#`` in the signature."""
    return tuple(Entry(signature.replace("#", kind), template) for kind in types.split("|"))


def text_literal(sql: str) -> str | None:
    """The value of a SQL text literal, None for any other expression."""
    return sql[1:-1].replace("''", "'") if re.fullmatch(r"'(?:[^']|'')*'", sql, re.S) else None


def integer_literal(sql: str) -> int | None:
    """The value of an integer literal, coerced or not; None for any other expression."""
    found = re.fullmatch(r"(?:CAST\()?(-?\d+)(?: AS BIGINT\))?", sql)
    return int(found[1]) if found else None


def infix(operator: str, *, few: str = "") -> Render:
    """All arguments with an operator between them; one alone fails where ``few`` says why."""

    def render(call: Any, args: Sequence[str]) -> str:
        if few and len(args) < 2:
            raise QueryFailed("INVALID_FUNCTION_ARGUMENT", few)
        return f"({f' {operator} '.join(args)})"

    return render


def unless_null(template: str) -> Render:
    """NULL when any argument is, for DuckDB functions that skip NULL."""

    def render(call: Any, args: Sequence[str]) -> str:
        missing = " OR ".join(f"({arg}) IS NULL" for arg in args)
        body = template.format(*args, **_words(call, args))
        return f"CASE WHEN {missing} THEN NULL ELSE {body} END"

    return render


def lambda_parts(text: str) -> tuple[list[str], str]:
    """The parameters and the body of ``lambda x, y: body``."""
    head, body = text.removeprefix("lambda ").split(":", 1)
    return [name.strip() for name in head.split(",")], body.strip()


def apply(text: str, *values: str) -> str:
    """A lambda's body with values for its parameters."""
    names, body = lambda_parts(text)
    for name, value in reversed(list(zip(names, values, strict=True))):
        body = f"list_transform([{value}], lambda {name}: {body})[1]"
    return body


def _words(call: Any, args: Sequence[str]) -> dict[str, Any]:
    spelled = {k: v.duckdb if isinstance(v, Type) else v for k, v in call.bindings.items()}
    return {**spelled, "returns": call.returns.duckdb, "all": ", ".join(args)}
