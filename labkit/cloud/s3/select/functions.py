"""Functions of S3 Select: one entry each.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference-sql-functions.html
and the pages beneath.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud.operations import AwsError
from labkit.cloud.s3.select import casts, moments
from labkit.cloud.s3.select.moments import Moment
from labkit.cloud.s3.select.operators import is_unknown, refusal

_ZONES = ("TIMEZONE_HOUR", "TIMEZONE_MINUTE")


def call(name: str, arguments: tuple[Any, ...]) -> Any:
    """A function's value; nothing where an argument is unknown.

    Raises:
        AwsError: ``UnsupportedFunction``, ``EvaluatorInvalidArguments`` for their number,
            ``IncorrectSqlFunctionArgumentType`` for their types.
    """
    if any(is_unknown(each) for each in arguments):
        return None
    kinds, function = _FUNCTIONS[name]
    for each, kind in zip(arguments, kinds, strict=False):
        if not isinstance(each, kind) or (isinstance(each, bool) and kind is int):
            raise refusal(f"{name} does not take {casts.told(each)}")
    return function(*arguments)


def check(name: str, count: int) -> None:
    """Raise for a function that there is not, or that takes another number of values."""
    if name not in _FUNCTIONS:
        words = "Encountered an unsupported SQL function"
        raise AwsError("UnsupportedFunction", f"{words}: {name}.")
    kinds, _ = _FUNCTIONS[name]
    fewest = len(kinds) - (name == "SUBSTRING")
    if not fewest <= count <= len(kinds):
        words = "An incorrect number of arguments was given to a function of the SQL expression"
        raise AwsError("EvaluatorInvalidArguments", f"{words}: {name}.")


def coalesced(values: Any) -> Any:
    """The first value that is known."""
    return next((each for each in values if not is_unknown(each)), None)


def _substring(text: str, start: int, length: int | None = None) -> str:
    if length is not None and length < 0:
        raise refusal("SUBSTRING's length must not be negative")
    end = len(text) if length is None else start - 1 + length
    return text[max(0, start - 1) : max(0, end)]


def _trim(side: str, characters: str, text: str) -> str:
    if side != "TRAILING":
        text = text.lstrip(characters)
    return text.rstrip(characters) if side != "LEADING" else text


def _part(name: str, known: tuple[str, ...] = moments.PARTS) -> str:
    if name not in known:
        raise refusal(f"{name} is no part of a date")
    return name


def _read(text: str) -> Moment:
    try:
        return moments.read(text)
    except ValueError as error:
        words = "The SQL expression contains a timestamp that cannot be read"
        raise AwsError("EvaluatorTimestampFormatPatternParse", f"{words}: {text}.") from error


# What a function's arguments are, and what it does with them.
_FUNCTIONS: dict[str, tuple[tuple[type, ...], Callable[..., Any]]] = {
    "CHAR_LENGTH": ((str,), len),
    "CHARACTER_LENGTH": ((str,), len),
    "LOWER": ((str,), lambda text: text.lower()),
    "UPPER": ((str,), lambda text: text.upper()),
    "SUBSTRING": ((str, int, int), _substring),
    "TRIM": ((str, str, str), _trim),
    "UTCNOW": ((), moments.now),
    "TO_TIMESTAMP": ((str,), _read),
    "TO_STRING": ((Moment, str), lambda at, pattern: moments.told(at, pattern)),
    "EXTRACT": (
        (str, Moment),
        lambda part, at: moments.extracted(_part(part, (*moments.PARTS, *_ZONES)), at),
    ),
    "DATE_ADD": ((str, int, Moment), lambda part, n, at: moments.added(_part(part), n, at)),
    "DATE_DIFF": ((str, Moment, Moment), lambda part, a, b: moments.between(_part(part), a, b)),
}
