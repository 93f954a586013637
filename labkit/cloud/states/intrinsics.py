"""The intrinsic functions of JSONPath states, each with the kinds of its arguments.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
import uuid
from collections.abc import Callable
from typing import Any

from labkit.cloud.json_text import compact, parse_json, same

FUNCTIONS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {}
MOST_TEXT, MOST_RANGE = 10_000, 1000
_ALGORITHMS = {"MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"}


def intrinsic(name: str, *kinds: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function; a kind that ends in ``?`` may be left out, in ``*`` may be repeated."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS[f"States.{name}"] = (function, kinds)
        return function

    return register


@intrinsic("Array", "any*")
def _array(*values: Any) -> list[Any]:
    return list(values)


@intrinsic("ArrayPartition", "array", "rounded")
def _array_partition(values: list[Any], size: int) -> list[list[Any]]:
    if size < 1:
        raise ValueError("The chunk size must be positive")
    return [values[at : at + size] for at in range(0, len(values), size)]


@intrinsic("ArrayContains", "array", "any")
def _array_contains(values: list[Any], value: Any) -> bool:
    return any(same(each, value) for each in values)


@intrinsic("ArrayRange", "rounded", "rounded", "rounded")
def _array_range(first: int, last: int, step: int) -> list[int]:
    if step == 0:
        raise ValueError("The increment must not be 0")
    found = range(first, last + (1 if step > 0 else -1), step)
    if found[MOST_RANGE:]:
        raise ValueError(f"The array has more than {MOST_RANGE} elements")
    return list(found)


@intrinsic("ArrayGetItem", "array", "integer")
def _array_get_item(values: list[Any], index: int) -> Any:
    if not 0 <= index < len(values):
        raise ValueError(f"Index {index} is out of bounds")
    return values[index]


@intrinsic("ArrayLength", "array")
def _array_length(values: list[Any]) -> int:
    return len(values)


@intrinsic("ArrayUnique", "array")
def _array_unique(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if not _array_contains(found, value):
            found.append(value)
    return found


@intrinsic("Base64Encode", "text")
def _base64_encode(text: str) -> str:
    return base64.b64encode(_short(text).encode()).decode()


@intrinsic("Base64Decode", "text")
def _base64_decode(text: str) -> str:
    return base64.b64decode(_short(text), validate=True).decode()


@intrinsic("Hash", "any", "text")
def _hash(value: Any, algorithm: str) -> str:
    if algorithm not in _ALGORITHMS:
        raise ValueError(f"{algorithm} is not a supported hashing algorithm")
    text = value if isinstance(value, str) else compact(value)
    name = algorithm.replace("SHA-", "sha").lower()
    return hashlib.new(name, _short(text).encode(), usedforsecurity=False).hexdigest()


@intrinsic("JsonMerge", "object", "object", "any")
def _json_merge(left: dict[str, Any], right: dict[str, Any], deep: Any) -> dict[str, Any]:
    if deep is not False:
        raise ValueError("Deep merge is not supported")
    return left | right


@intrinsic("StringToJson", "text")
def _string_to_json(text: str) -> Any:
    return parse_json(text) if text.strip() else None


intrinsic("JsonToString", "any")(compact)


@intrinsic("MathRandom", "rounded", "rounded", "integer?")
def _math_random(first: int, last: int, seed: int | None = None) -> int:
    if first >= last:
        raise ValueError("The first number must be less than the second")
    return random.Random(seed).randrange(first, last)


@intrinsic("MathAdd", "rounded", "rounded")
def _math_add(left: int, right: int) -> int:
    return left + right


@intrinsic("StringSplit", "text", "text")
def _string_split(text: str, separators: str) -> list[str]:
    if not separators:
        return [text] if text else []
    return [part for part in re.split(f"[{re.escape(separators)}]", text) if part]


@intrinsic("UUID")
def _uuid() -> str:
    return str(uuid.uuid4())


@intrinsic("Format", "text", "any*")
def _format(template: str, *values: Any) -> str:
    places = re.findall(r"\\[{}]|\{\}", template).count("{}")
    if places != len(values):
        raise ValueError("The number of arguments do not match the occurrences of {}")
    rest = iter(values)

    def fill(found: re.Match[str]) -> str:
        if found[0] != "{}":
            return found[0][1:]
        return _shown(next(rest))

    return re.sub(r"\\[{}]|\{\}", fill, template)


def _shown(value: Any) -> str:
    """A value in a text: objects and arrays as Java writes them, which is no JSON.

    >>> _shown({"n": 1, "of": ["a", None]})
    '{n=1, of=[a, null]}'
    """
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}={_shown(each)}' for name, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return value if isinstance(value, str) else compact(value)


def _short(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise ValueError(f"The argument is longer than {MOST_TEXT} characters")
    return text
