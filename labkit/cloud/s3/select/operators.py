"""Operators of S3 Select: what is unknown stays so, and values of two types are not in an order.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference-operators.html
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Any

from labkit.cloud.operations import AwsError
from labkit.cloud.partiql.tree import MISSING
from labkit.cloud.s3.select import casts
from labkit.cloud.wildcards import with_stars

Row = Any
Evaluated = Callable[[Row], Any]


class Field(str):
    """A value of a CSV file: text, whatever it looks like."""

    __slots__ = ()


def is_unknown(value: Any) -> bool:
    """Whether a value is NULL or not there."""
    return value is None or value is MISSING


def is_number(value: Any) -> bool:
    """Whether a value is a number."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def refusal(what: str) -> AwsError:
    """The refusal of operands that do not go together."""
    words = "An incorrect argument type was specified in the SQL expression"
    return AwsError("IncorrectSqlFunctionArgumentType", f"{words}: {what}.")


def equal(left: Any, right: Any) -> bool | None:
    """Whether two values are the same; a CSV file's text is never a number, so that is refused."""
    if is_unknown(left) or is_unknown(right):
        return None
    if _kind(left) == _kind(right):
        return bool(left == right)
    if isinstance(left, Field) or isinstance(right, Field):
        raise _uncast()
    return False


def in_order(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    """A comparison by an order, of numbers, texts, booleans or timestamps."""

    def made(left: Any, right: Any) -> bool | None:
        if is_unknown(left) or is_unknown(right):
            return None
        if (kind := _kind(left)) != _kind(right):
            raise (
                _uncast()
                if isinstance(left, Field) or isinstance(right, Field)
                else refusal(f"{casts.told(left)} and {casts.told(right)} are in no order")
            )
        if kind in (list, dict):
            raise refusal("lists and structures are in no order")
        return compare(left, right)

    return made


def _kind(value: Any) -> Any:
    if isinstance(value, str):
        return str
    return "number" if is_number(value) else type(value)


def _uncast() -> AwsError:
    return refusal("the fields of a CSV object are text: compare them as numbers by CAST")


def both(*values: bool | None) -> bool | None:
    """AND of three-valued logic."""
    return False if False in values else None if None in values else True


def negated(value: Any) -> bool | None:
    """NOT of three-valued logic."""
    return None if is_unknown(value) else not truth(value)


def truth(value: Any) -> bool | None:
    """A value that a condition has."""
    if is_unknown(value):
        return None
    if not isinstance(value, bool):
        raise refusal(f"{casts.told(value)} is no condition")
    return value


def joined(left: Any, right: Any) -> str | None:
    """Two texts, one behind the other."""
    if is_unknown(left) or is_unknown(right):
        return None
    if not isinstance(left, str) or not isinstance(right, str):
        raise refusal("|| joins texts")
    return f"{left}{right}"


def arithmetic(sign: str) -> Callable[[Any, Any], Any]:
    """An operator of two numbers: whole numbers stay whole, a float makes floats."""
    of_whole, of_others = _SIGNS[sign]

    def made(left: Any, right: Any) -> Any:
        if is_unknown(left) or is_unknown(right):
            return None
        if not is_number(left) or not is_number(right):
            raise refusal(f"{sign} takes numbers")
        try:
            if isinstance(left, int) and isinstance(right, int):
                return casts.whole(of_whole(left, right))
            if isinstance(left, float) or isinstance(right, float):
                return of_others[0](float(left), float(right))
            return of_others[1](left, right)
        except (ZeroDivisionError, DivisionByZero, InvalidOperation) as error:
            raise AwsError("EvaluatorInvalidArguments", "A number is divided by zero.") from error

    return made


def _quotient(left: int, right: int) -> int:
    found = abs(left) // abs(right)
    return found if (left < 0) == (right < 0) else -found


def _rest(left: int, right: int) -> int:
    return left - right * _quotient(left, right)


def minus(value: Any) -> Any:
    """A number with the other sign."""
    return arithmetic("-")(0, value)


@functools.lru_cache(maxsize=256)
def pattern(text: str, escape: str | None) -> re.Pattern[str]:
    """The regular expression of a LIKE pattern.

    Raises:
        AwsError: ``EvaluatorLikePatternInvalidEscapeSequence``.
    """
    pieces, characters = [""], iter(text)
    for each in characters:
        if each == escape:
            escaped = next(characters, "")
            if escaped not in ("%", "_", escape):
                words = "An escape sequence is not valid in the LIKE pattern"
                raise AwsError("EvaluatorLikePatternInvalidEscapeSequence", f"{words}: {text}.")
            pieces[-1] += re.escape(escaped)
        elif each == "%":
            pieces.append("")
        else:
            pieces[-1] += "." if each == "_" else re.escape(each)
    return with_stars(pieces)


def like(value: Any, wanted: Any, escape: Any = None) -> bool | None:
    """Whether a text is like a pattern."""
    if is_unknown(value) or is_unknown(wanted):
        return None
    if not isinstance(value, str) or not isinstance(wanted, str):
        raise refusal("LIKE takes texts")
    if escape is not None and (not isinstance(escape, str) or len(escape) != 1):
        raise refusal("ESCAPE takes one character")
    return pattern(str(wanted), escape).fullmatch(value) is not None


def any_of(value: Any, values: Any) -> bool | None:
    """Whether a value is in a list."""
    found = [equal(value, each) for each in values]
    return True if True in found else None if None in found else False


_SIGNS: dict[str, tuple[Callable[[int, int], int], tuple[Callable[..., Any], Callable[..., Any]]]]
_SIGNS = {
    "+": (operator.add, (operator.add, casts.EXACT.add)),
    "-": (operator.sub, (operator.sub, casts.EXACT.subtract)),
    "*": (operator.mul, (operator.mul, casts.EXACT.multiply)),
    "/": (_quotient, (operator.truediv, casts.EXACT.divide)),
    "%": (
        _rest,
        (lambda left, right: float(Decimal(left) % Decimal(right)), casts.EXACT.remainder),
    ),
}
#: Operators of two values.
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "=": equal,
    "<>": lambda left, right: negated(equal(left, right)),
    "<": in_order(operator.lt),
    "<=": in_order(operator.le),
    ">": in_order(operator.gt),
    ">=": in_order(operator.ge),
    "||": joined,
    **{sign: arithmetic(sign) for sign in _SIGNS},
}
