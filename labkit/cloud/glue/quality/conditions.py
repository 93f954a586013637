"""Conditions, as tests of a number and as SQL of a row's value.

The ends of ``between`` lie outside of it. A missing value meets no condition but ``!=``, ``not in``
and those that name ``NULL``.

Source: https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-rule-expressions
"""

from __future__ import annotations

import datetime
import math
import operator
import re
from decimal import Decimal

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.glue.quality.dqdl import Condition, Keyword, Moment, Operand, Span

_COMPARED = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def meets(condition: Condition, value: float) -> bool:
    """Whether a number meets a condition.

    >>> meets(Condition("between", (1.0, 3.0)), 3)
    False
    """
    operands = [each for each in condition.operands if isinstance(each, float)]
    if condition.operator == "between":
        return (operands[0] < value < operands[1]) != condition.negated
    if condition.operator == "in":
        return (value in operands) != condition.negated
    return bool(_COMPARED[condition.operator](value, operands[0]))


def sort_of(condition: Condition) -> str:
    """What a condition's operands are: ``number``, ``text``, ``date`` or ``duration``."""
    values = [each for each in condition.operands if not isinstance(each, Keyword)]
    if any(isinstance(each, Moment) for each in values):
        return "date"
    texts = [each for each in values if isinstance(each, str)]
    if texts and condition.operator != "matches" and all(map(_DAY.fullmatch, texts)):
        return "date"
    if any(isinstance(each, Span) for each in values):
        return "duration"
    return "number" if any(isinstance(each, float) for each in values) else "text"


def is_sound(condition: Condition) -> bool:
    """Whether the operands are of one sort, and such as the operator takes."""
    values = [each for each in condition.operands if not isinstance(each, Keyword)]
    kinds = {str if isinstance(each, Moment) else type(each) for each in values}
    named = len(values) < len(condition.operands)
    if condition.operator == "matches":
        return kinds == {str} and not named
    return len(kinds) < 2 and (not named or condition.operator in ("=", "!=", "in"))


def holds(value: str, condition: Condition, now: datetime.datetime) -> str:
    """SQL: whether a row's value meets a condition; never unknown.

    Args:
        value: SQL of it, of the type that the operands are of.
        now: the time of evaluation, in UTC.
    """
    names = {each.name for each in condition.operands if isinstance(each, Keyword)}
    plain = [_literal(o, now) for o in condition.operands if not isinstance(o, Keyword)]
    opposite = condition.negated or condition.operator == "!="
    match condition.operator:
        case "between":
            ends = "{0} <= {1} OR {0} >= {2}" if opposite else "{0} > {1} AND {0} < {2}"
            return f"coalesce({ends.format(value, *plain)}, FALSE)"
        case "matches":
            found = f"regexp_like({value}, {quoted_text(f'^(?:{condition.operands[0]})$')})"
            return f"coalesce({'NOT ' if opposite else ''}{found}, FALSE)"
        case "=" | "!=" | "in":
            listed = [_NAMED[name].format(value) for name in sorted(names)]
            listed += [f"coalesce({value} IN ({', '.join(plain)}), FALSE)"] if plain else []
            one = " OR ".join(listed) or "FALSE"
            return f"NOT ({one})" if opposite else f"({one})"
        case sign:
            return f"coalesce({value} {sign} {plain[0]}, FALSE)"


_NAMED = {
    "NULL": "{0} IS NULL",
    "EMPTY": "coalesce({0} = '', FALSE)",
    "WHITESPACES_ONLY": "coalesce(trim({0}) = '' AND {0} <> '', FALSE)",
}


def _literal(value: Operand, now: datetime.datetime) -> str:
    if isinstance(value, Moment):
        return f"DATE '{(now + datetime.timedelta(seconds=value.later_s)).date()}'"
    if isinstance(value, str):
        return f"DATE '{value}'" if _DAY.fullmatch(value) else quoted_text(value)
    number = value.seconds if isinstance(value, Span) else value
    return f"DOUBLE '{number!r}'"


def shown(value: float) -> str:
    """A number as messages tell it, which is as Java does.

    >>> shown(10), shown(0.5), shown(12345678.5), shown(0.0001)
    ('10', '0.5', '1.23456785E7', '1.0E-4')
    """
    if not math.isfinite(value):
        return str(value).replace("nan", "NaN").replace("inf", "Infinity")
    if isinstance(value, int) or value == 0 or 1e-3 <= abs(value) < 1e7:
        return str(value)
    mantissa, exponent = f"{Decimal(repr(value)).normalize():E}".split("E")
    return f"{mantissa}{'' if '.' in mantissa else '.0'}E{int(exponent)}"
