"""JSON that a client gives as text, and what AWS says of text that is none.

EventBridge and Step Functions read JSON with Jackson: their refusals carry its words, and often
the place. ``NaN`` and ``Infinity``, which Python reads, are none to it.

Source: https://github.com/FasterXML/jackson-core (``ParserBase``, ``ReaderBasedJsonParser``)
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_WORD = re.compile(r"[\w$]+")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_SHOWN = 500  # characters of the text that a place shows

# What Python's reader finds missing, and what Jackson calls it.
_ENTRY = "Expecting ',' delimiter"
_WORDS = {
    "Expecting property name enclosed in double quotes": "double-quote to start field name",
    "Illegal trailing comma before end of object": "double-quote to start field name",
    "Expecting ':' delimiter": "a colon to separate field name and value",
    _ENTRY: "comma to separate {} entries",
}


class BadJson(ValueError):
    """A text is no JSON.

    Args:
        reason: in Jackson's words.
        place: where, as Jackson tells it.
    """

    def __init__(self, reason: str, place: str) -> None:
        super().__init__(reason, place)
        self.reason, self.place = reason, place

    def __str__(self) -> str:
        return f"{self.reason}\n at {self.place}"


def parse_json(text: str) -> Any:
    """The value that a text says.

    Raises:
        BadJson: it says none.
    """
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        reason, place = _reason(text, error.msg, error.pos)
    except _NoNumber as error:
        reason, place = f"Unrecognized token '{error}': was expecting {_VALUES}", len(text)
    except RecursionError:
        reason, place = "Document nesting depth exceeds the maximum allowed", len(text)
    raise BadJson(reason, _place(text, place))


def object_in(text: str | bytes) -> dict[str, Any] | None:
    """The JSON object that a text says; ``None`` where it says none.

    >>> object_in('{"a": 1}'), object_in("[]"), object_in("a"), object_in("[" * 100_000)
    ({'a': 1}, None, None, None)
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def compact(value: Any) -> str:
    """JSON as EventBridge and Step Functions write it: without spaces, letters as they are.

    >>> compact({"city": "Zürich", "n": [1, 2]})
    '{"city":"Zürich","n":[1,2]}'
    """
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def same(left: Any, right: Any) -> bool:
    """Whether two values are the same to JSON, where ``true`` is not 1."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def as_text(value: Any) -> str:
    """A value where a text is wanted, which ``true`` is in small letters."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_number(value: Any) -> bool:
    """Whether a value is a number to JSON."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class _NoNumber(ValueError):
    """``NaN``, ``Infinity`` or ``-Infinity``."""


def _no_number(name: str) -> NoReturn:
    raise _NoNumber(name)


def _reason(text: str, found: str, at: int) -> tuple[str, int]:
    """Why a text is no JSON, and where that was seen."""
    if at >= len(text):
        return "Unexpected end-of-input", at
    character = f"('{text[at]}' (code {ord(text[at])}))"
    if found.startswith("Unterminated string"):
        return "Unexpected end-of-input: was expecting closing quote for a string value", len(text)
    if found.startswith("Invalid control character"):
        how = "has to be escaped using backslash to be included in string value"
        return f"Illegal unquoted character ((CTRL-CHAR, code {ord(text[at])})): {how}", at
    if wanted := _WORDS.get(found):
        wanted = wanted.format(_container(text[:at]))
        return f"Unexpected character {character}: was expecting {wanted}", at
    if word := _WORD.match(text, at):
        return f"Unrecognized token '{word[0]}': was expecting {_VALUES}", word.end()
    return f"Unexpected character {character}: expected a valid value {_VALUES}", at


def _container(before: str) -> str:
    """What is open at the end of a text: ``Object`` or ``Array``."""
    opened: list[str] = []
    for mark in re.findall(r"[][{}]", _STRING.sub("", before)):
        if mark in "[{":
            opened.append(mark)
        else:
            opened.pop()
    return "Array" if opened[-1:] == ["["] else "Object"


def _place(text: str, at: int) -> str:
    before = text[:at]
    line, column = before.count("\n") + 1, at - before.rfind("\n")
    shown = f'"{text[:_SHOWN]}"'
    if len(text) > _SHOWN:
        shown += f"[truncated {len(text) - _SHOWN} chars]"
    return f"[Source: (String){shown}; line: {line}, column: {column}]"
