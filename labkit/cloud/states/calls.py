"""Calls of intrinsic functions: ``States.Format('{} of {}', $.n, $.total)``.

An argument is a number, a text in single quotes, ``null``, a path, or another call. In a text
``\\'``, ``\\{``, ``\\}`` and ``\\\\`` stand for their second sign; no other sign may follow a
backslash.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from labkit.cloud.states.errors import INTRINSIC, StateFailed
from labkit.cloud.states.intrinsics import FUNCTIONS

FORMAT = "States.Format"
# `States.Format` has to tell an escaped bracket from a place: it stays escaped.
_ESCAPES = {"Format": re.compile(r"\\(['\\])"), "others": re.compile(r"\\(['{}\\])")}
Lookup = Callable[[str], Any]
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<call>States\.\w+)\s*\(
    | (?P<text>'(?:\\['{}\\]|[^'\\])*')
    | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<word>null|true|false)\b
    | (?P<mark>[,)])
    )""",
    re.VERBOSE,
)
_PATH = re.compile(r"""\s*(\$(?:\[(?:'(?:\\.|[^'\\])*'|[^\]])*\]|[^,()\s\[]|\(\))*)""")
_KINDS: dict[str, Any] = {
    "array": list,
    "text": str,
    "object": dict,
    "integer": int,
    "rounded": (int, float),
    "any": object,
}


def is_call(text: str) -> bool:
    """Whether a template's text is a call."""
    return text.startswith("States.")


def evaluate(text: str, lookup: Lookup) -> Any:
    """The value of a call.

    Args:
        text: the call.
        lookup: finds what a path leads to.

    Raises:
        StateFailed: ``States.IntrinsicFailure``.
        ValueError: it does not parse.
    """
    value, at = _argument(text, 0, lookup)
    if text[at:].strip():
        raise ValueError(text)
    return value


def _argument(text: str, at: int, lookup: Lookup, function: str = "") -> tuple[Any, int]:
    if found := _PATH.match(text, at):
        return lookup(found[1]), found.end()
    found = _TOKEN.match(text, at)
    if found is None or found.lastgroup == "mark":
        raise ValueError(text)
    if found.lastgroup == "call":
        return _call(text, found["call"], found.end(), lookup)
    if found.lastgroup == "text":
        escapes = _ESCAPES["Format" if function == FORMAT else "others"]
        return escapes.sub(r"\1", found["text"][1:-1]), found.end()
    return json.loads(found[0]), found.end()


def _call(text: str, name: str, at: int, lookup: Lookup) -> tuple[Any, int]:
    arguments: list[Any] = []
    end = _TOKEN.match(text, at)
    while end is None or end["mark"] != ")":
        value, at = _argument(text, at, lookup, name)
        arguments.append(value)
        end = _TOKEN.match(text, at)
        if end is None or end["mark"] is None:
            raise ValueError(text)
        at = end.end()
    return _apply(name, arguments, text), end.end()


def _apply(name: str, arguments: list[Any], text: str) -> Any:
    if name not in FUNCTIONS:
        raise ValueError(text)
    function, kinds = FUNCTIONS[name]
    try:
        return function(*_checked(arguments, kinds))
    except (ValueError, TypeError, IndexError, KeyError, ZeroDivisionError) as error:
        raise StateFailed(
            INTRINSIC, f"The function '{text}' had the following error: {error}"
        ) from error


def _checked(arguments: list[Any], kinds: tuple[str, ...]) -> list[Any]:
    """The arguments of a call, those that are to be whole numbers rounded as Java does."""
    repeated = bool(kinds) and kinds[-1].endswith("*")
    least = sum(kind[-1] not in "?*" for kind in kinds)
    if len(arguments) < least or (len(arguments) > len(kinds) and not repeated):
        raise ValueError("Invalid number of arguments")
    found = []
    for position, value in enumerate(arguments):
        kind = kinds[min(position, len(kinds) - 1)].rstrip("?*")
        wrong = isinstance(value, bool) and kind in ("integer", "rounded")
        if wrong or not isinstance(value, _KINDS[kind]):
            words = kind.replace("rounded", "number")
            raise ValueError(f"Argument {position + 1} is not of type {words}")
        found.append(math.floor(value + 0.5) if kind == "rounded" else value)
    return found
