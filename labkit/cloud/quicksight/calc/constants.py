"""Literals and parameters as values.

A parameter holds text, a number or a date, or several of them. Source:
https://docs.aws.amazon.com/quicksight/latest/user/parameters-set-up.html
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
from typing import Any

from labkit.cloud.quicksight.calc.errors import WrongArguments
from labkit.cloud.quicksight.calc.values import NULL, Value, text

LEAST, MOST = -(2**63), 2**63 - 1


def literal(value: Any) -> Value:
    """A Python value as a constant of the expression.

    >>> str(literal(dt.date(2024, 2, 29)))
    "TIMESTAMP '2024-02-29 00:00:00'"
    """
    match value:
        case None:
            return NULL
        case bool():
            return Value(str(value).upper(), "boolean", "constant", constant=value)
        case int():
            return _integer(value)
        case float() | decimal.Decimal():
            return _decimal(float(value))
        case dt.datetime():
            return _date(value)
        case dt.date():
            return _date(dt.datetime(value.year, value.month, value.day))
    return Value(text(str(value)), "string", "constant", constant=str(value))


def constant(name: str, value: Any) -> Value:
    """A parameter's value, where one value is wanted."""
    if not isinstance(value, list | tuple):
        return literal(value)
    if len(value) > 1:
        raise WrongArguments(
            f"The parameter {name} has {len(value)} values; it stands only in in() and notIn()."
        )
    return literal(value[0] if value else None)


def _integer(value: int) -> Value:
    if not LEAST <= value <= MOST:
        raise WrongArguments(f"{value} is no integer of 64 bits.")
    return Value(f"CAST({value} AS BIGINT)", "integer", "constant", constant=value)


def _decimal(value: float) -> Value:
    if not math.isfinite(value):
        raise WrongArguments("A decimal is a finite number.")
    return Value(f"CAST({value!r} AS DOUBLE)", "decimal", "constant", constant=value)


def _date(value: dt.datetime) -> Value:
    utc = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    return Value(f"TIMESTAMP '{utc.isoformat(' ')}'", "date", "constant", constant=utc)
