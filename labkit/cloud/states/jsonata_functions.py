"""What the library that evaluates JSONata answers otherwise than the language does.

It holds true for one, drops the fraction of a remainder, casts texts that are no JSON numbers and
tells some errors in Python's words. Each function here is called by the name that it has in the
library, and takes its place. Sources: https://docs.jsonata.org/numeric-operators,
https://docs.jsonata.org/numeric-functions and https://docs.jsonata.org/string-functions
"""

from __future__ import annotations

import decimal
import json
import math
import re
from collections.abc import Callable
from typing import Any

from jsonata import Jsonata  # type: ignore[import-untyped]
from jsonata.functions import Functions  # type: ignore[import-untyped]
from jsonata.jexception import JException  # type: ignore[import-untyped]
from jsonata.utils import Utils  # type: ignore[import-untyped]

from labkit.cloud.json_text import is_number

LONGEST = 1 << 20
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+")
_MOMENT = re.compile(
    r"\d{4}(-[01]\d)*(-[0-3]\d)*(T[0-2]\d:[0-5]\d:[0-5]\d)*(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?"
)
_WORDS = JException.error_codes
_WORDS.update({code: words.replace("Object", "function") for code, words in _WORDS.items()})


class Expression(Jsonata):  # type: ignore[misc]
    """An expression whose operators tell numbers from true and false."""

    def evaluate_numeric_expression(self, lhs: Any, rhs: Any, op: str) -> Any:
        if op not in "/%" or not is_number(lhs) or not is_number(rhs):
            return super().evaluate_numeric_expression(lhs, rhs, op)
        if not rhs:
            raise _bad("D1001", "Infinity" if lhs and op == "/" else "NaN")
        return Utils.convert_number(lhs / rhs if op == "/" else math.fmod(lhs, rhs))

    def evaluate_equality_expression(self, lhs: Any, rhs: Any, op: str) -> bool:
        return lhs is not None and rhs is not None and _same(lhs, rhs) == (op == "=")

    def evaluate_includes_expression(self, lhs: Any, rhs: Any) -> bool:
        among = rhs if isinstance(rhs, list) else [rhs]
        plain = None not in (lhs, rhs) and not isinstance(lhs, (list, dict))
        return plain and any(_same(lhs, each) for each in among)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal, deep down: 1 is not true."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _rounded(value: Any) -> Any:
    """A value whose numbers have the fifteen digits that a text tells."""
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return float(f"{value:.15g}") if isinstance(value, float) else value


def _matches(text: Any, pattern: Any) -> list[re.Match[str]] | None:
    """What a regular expression finds, ``None`` of a text to look for.

    Raises:
        JException: it finds nothing at all, and would do so for ever.
    """
    if isinstance(pattern, str) or not isinstance(text, str):
        return None
    found = list(pattern.finditer(text))
    if not all(each.group() for each in found):
        raise _bad("D1004")
    return found


def _bad(code: str, *said: Any) -> Exception:
    error: Exception = JException(code, -1, *said)
    return error


class _Half(decimal.Decimal):
    """A number that is rounded half to even, as ``$round`` does."""

    def quantize(self, exp: Any, rounding: Any = None, context: Any = None) -> decimal.Decimal:
        return super().quantize(exp, decimal.ROUND_HALF_EVEN, context)


class Mended:
    """Functions by the library's own names."""

    @staticmethod
    def number(value: Any) -> Any:
        if not isinstance(value, str):
            return Functions.number(value)
        if _BASED.fullmatch(value):
            return int(value, 0)
        found = float(value) if _DECIMAL.fullmatch(value) else math.inf
        if math.isinf(found):
            raise _bad("D3030", json.dumps(value))
        return Utils.convert_number(found)

    @staticmethod
    def string(value: Any, prettify: Any) -> Any:
        whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**21
        told = value[0] if getattr(value, "outer_wrapper", False) else value
        return str(value) if whole else Functions.string(_rounded(told), prettify)

    @staticmethod
    def power(base: Any, exponent: Any) -> Any:
        try:
            found = Functions.power(base, exponent)
        except ArithmeticError:
            found = None if base is None else math.inf
        except TypeError:  # a complex number
            found = math.inf
        if found == math.inf:
            raise _bad("D3061", base, exponent)
        return found

    @staticmethod
    def sort(values: Any, comparator: Any) -> Any:
        alike = all(map(is_number, values or ())) or all(isinstance(v, str) for v in values or ())
        if comparator is None and not alike and len(values) > 1:
            raise _bad("D3070")
        return Functions.sort(values, comparator)

    @staticmethod
    def distinct(values: Any) -> Any:
        if not isinstance(values, list) or len(values) < 2:
            return values
        found = Utils.create_sequence() if getattr(values, "sequence", False) else []
        for each in values:
            if not any(_same(each, known) for known in found):
                found.append(each)
        return found

    @staticmethod
    def replace(text: Any, pattern: Any, replacement: Any, limit: Any) -> Any:
        if pattern == "":
            raise _bad("D3010")
        if limit is not None and limit < 0:
            raise _bad("D3011")
        _matches(text, pattern)
        return Functions.replace(text, pattern, replacement, limit)

    @staticmethod
    def match_(text: Any, pattern: Any, limit: Any) -> Any:
        _matches(text, pattern)
        return Functions.match_(text, pattern, limit)

    @staticmethod
    def split(text: Any, pattern: Any, limit: Any) -> Any:
        found = _matches(text, pattern)
        if found is None or (limit is not None and limit < 0):
            return Functions.split(text, pattern, limit)
        starts, ends = [0, *(m.end() for m in found)], [*(m.start() for m in found), len(text)]
        parts = [text[at:to] for at, to in zip(starts, ends, strict=True)]
        return parts if limit is None else parts[: int(limit)]

    @staticmethod
    def pad(text: Any, width: Any, fill: Any) -> Any:
        """No state gives more than 256 KiB."""
        if isinstance(width, (int, float)) and abs(width) > LONGEST:
            raise ValueError(f"A text is padded to {LONGEST} characters at most")
        return Functions.pad(text, width, fill)

    @staticmethod
    def format_number(value: Any, picture: Any, options: Any) -> Any:
        exact = value if value is None else _Half(str(value))
        return Functions.format_number(exact, picture, options)

    @staticmethod
    def datetime_to_millis(moment: Any, picture: Any) -> Any:
        if moment is None or picture is not None:
            return Functions.datetime_to_millis(moment, picture)
        try:
            if _MOMENT.fullmatch(moment):
                whole = f"{moment}-01" if re.fullmatch(r"\d{4}-\d\d", moment) else moment
                return Functions.datetime_to_millis(whole, None)
        except ValueError:  # no day of the calendar
            pass
        raise _bad("D3110", json.dumps(moment))


# Each function's name in the language, its signature, and its name above.
_MENDED = (
    ("number", "<(nsb)-:n>", "number"),
    ("string", "<x-b?:s>", "string"),
    ("power", "<n-n:n>", "power"),
    ("sort", "<af?:a>", "sort"),
    ("distinct", "<x:x>", "distinct"),
    ("replace", "<s-(sf)(sf)n?:s>", "replace"),
    ("match", "<s-f<s:o>n?:a<o>>", "match_"),
    ("split", "<s-(sf)n?:a<s>>", "split"),
    ("pad", "<s-ns?:s>", "pad"),
    ("formatNumber", "<n-so?:s>", "format_number"),
    ("toMillis", "<s-s?:n>", "datetime_to_millis"),
)


def expression(text: str, regex: Callable[[str, Any], Any]) -> Any:
    """An expression, with the functions above.

    Args:
        regex: makes a pattern of a text and flags.
    """
    made = Expression(text, regex)
    for name, signature, method in _MENDED:
        made.register_function(name, Jsonata.function(name, signature, Mended, method))
    return made
