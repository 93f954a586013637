"""Expressions as functions of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from labkit.cloud.operations import AwsError
from labkit.cloud.partiql.tree import (
    MISSING,
    Call,
    Case,
    Cast,
    Collection,
    Ion,
    Literal,
    Operation,
    Path,
)
from labkit.cloud.s3.select import casts, functions, moments, operators
from labkit.cloud.s3.select.operators import BINARY, Evaluated
from labkit.cloud.s3.select.statement import unsupported


class Scope(Protocol):
    """Finds a path's value in a row."""

    def find(self, path: Path) -> Evaluated: ...


class Maker:
    """Makes functions of a row from expressions.

    Args:
        scope: finds the values of names.
        known: what stands for the aggregates, by the identity of their calls.
    """

    def __init__(self, scope: Scope, known: Mapping[int, Callable[[], Any]]) -> None:
        self._scope, self._known = scope, known

    def __call__(self, node: Any) -> Evaluated:
        """The function of an expression.

        Raises:
            AwsError: for what S3 Select does not have.
        """
        if found := self._known.get(id(node)):
            return lambda _: found()
        match node:
            case Literal(value=value):
                return lambda _: value
            case Ion(text=text):
                moment = _ion(text)
                return lambda _: moment
            case Path():
                return self._scope.find(node)
            case Cast(operand=operand, type=kind, sizes=sizes):
                value = self(operand)
                casts.cast(None, kind)
                return lambda row: casts.cast(value(row), kind, sizes)
            case Case():
                return self._case(node)
            case Call():
                return self._call(node)
            case Operation():
                return self._operation(node)
        raise unsupported("such a value")

    def _case(self, node: Case) -> Evaluated:
        operand = self(node.operand) if node.operand is not None else None
        pairs = [(self(condition), self(value)) for condition, value in node.pairs]
        otherwise = self(node.otherwise)

        def made(row: Any) -> Any:
            given = operand(row) if operand else None
            for condition, value in pairs:
                found = condition(row)
                if operators.equal(given, found) if operand else operators.truth(found):
                    return value(row)
            return otherwise(row)

        return made

    def _call(self, node: Call) -> Evaluated:
        name = node.function
        arguments = [
            self(Literal(each)) if isinstance(each, str) else self(each) for each in node.arguments
        ]
        if name == "COALESCE" and arguments:
            return lambda row: functions.coalesced(each(row) for each in arguments)
        if name == "NULLIF" and len(arguments) == 2:
            return lambda row: _unless_equal(arguments[0](row), arguments[1](row))
        functions.check(name, len(arguments))
        return lambda row: functions.call(name, tuple(each(row) for each in arguments))

    def _operation(self, node: Operation) -> Evaluated:
        name = node.operator
        if name == "IN":
            return self._in(*node.operands)
        given = [self(each) for each in node.operands]
        if name in BINARY:
            left, right = given
            compute = BINARY[name]
            return lambda row: compute(left(row), right(row))
        return _OPERATIONS[name](*given)

    def _in(self, operand: Any, listed: Any) -> Evaluated:
        nodes = listed.items if isinstance(listed, Collection) else (listed,)
        value, among = self(operand), [self(each) for each in nodes]
        return lambda row: operators.any_of(value(row), [each(row) for each in among])


def _unless_equal(left: Any, right: Any) -> Any:
    return None if operators.equal(left, right) else left


def _ion(text: str) -> moments.Moment:
    try:
        return moments.read(text)
    except ValueError as error:
        words = "The SQL expression contains a literal that is not valid"
        raise AwsError("LexerInvalidIONLiteral", f"{words}: {text}.") from error


def _and(*given: Evaluated) -> Evaluated:
    def made(row: Any) -> bool | None:
        found: bool | None = True
        for each in given:
            held = operators.truth(each(row))
            if held is False:
                return False
            found = found if held else None
        return found

    return made


def _or(*given: Evaluated) -> Evaluated:
    def made(row: Any) -> bool | None:
        found: bool | None = False
        for each in given:
            held = operators.truth(each(row))
            if held:
                return True
            found = None if held is None else found
        return found

    return made


def _between(value: Evaluated, low: Evaluated, high: Evaluated) -> Evaluated:
    at_least, at_most = BINARY[">="], BINARY["<="]

    def made(row: Any) -> bool | None:
        given = value(row)
        return operators.both(at_least(given, low(row)), at_most(given, high(row)))

    return made


def _like(value: Evaluated, pattern: Evaluated, escape: Evaluated | None = None) -> Evaluated:
    return lambda row: operators.like(value(row), pattern(row), escape(row) if escape else None)


_OPERATIONS: dict[str, Callable[..., Evaluated]] = {
    "AND": _and,
    "OR": _or,
    "NOT": lambda given: lambda row: operators.negated(given(row)),
    "NEGATED": lambda given: lambda row: operators.minus(given(row)),
    "BETWEEN": _between,
    "LIKE": _like,
    "IS NULL": lambda given: lambda row: operators.is_unknown(given(row)),
    "IS MISSING": lambda given: lambda row: given(row) is MISSING,
}
