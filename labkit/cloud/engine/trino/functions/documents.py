"""JSON functions. Source: https://trino.io/docs/current/functions/json.html

A ``json`` value is kept as Trino prints it: no blanks, the keys of objects in order, doubles as
Java writes them. The paths of ``json_extract`` are steps: ``$.a``, ``$["my key"]``, ``$[0]``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from itertools import count, product
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino.functions.entry import Render, entries, fail, over, text_literal

_TEXTS = "varchar|json"


def _extract(whole: str, at: str) -> Render:
    """DuckDB's path where the steps are names and indexes, else Python.

    Args:
        whole: the macro that takes any path.
        at: the one that takes DuckDB's too.
    """

    def render(_: Any, args: Sequence[str]) -> str:
        value, path = args
        found = _duckdb_paths(path)
        if found in (None, ["$"]):  # the whole may be none: DuckDB passes over NaN
            return f"{whole}({value}, {path})"
        return f"coalesce({', '.join(f'{at}({value}, {quoted_text(o)}, {path})' for o in found)})"

    return render


_value = _extract("trino_json_extract", "trino_json_at")
_scalar = _extract("trino_json_scalar", "trino_json_scalar_at")


def _duckdb_paths(sql: str) -> list[str] | None:
    """An index of an array is a name in an object, too: ``$[1]`` finds ``{"1": "a"}``."""
    path = text_literal(sql)
    try:
        steps = _steps(path) if path is not None else None
    except ValueError:
        return None
    if steps is None or any(re.search(r'["\\]|^\d+$', step) for step, index in steps if not index):
        return None
    if sum(index for _, index in steps) > 2:
        return None
    ways = [[f"[{step}]", f'."{step}"'] if index else [f'."{step}"'] for step, index in steps]
    return ["$" + "".join(way) for way in product(*ways)]


SCALARS = (
    *over(_TEXTS, "json_extract(#, varchar) -> json", _value),
    *entries(
        ("json_extract_scalar(varchar(x), varchar) -> varchar(x)", _scalar),
        ("json_extract_scalar(json, varchar) -> varchar", _scalar),
    ),
    *over(_TEXTS, "json_size(#, varchar) -> bigint", "trino_json_size({0}, {1})"),
    *over(_TEXTS, "json_array_length(#) -> bigint", "trino_json_array_length({0})"),
    *over(_TEXTS, "json_array_get(#, bigint) -> json", "trino_json_array_get({0}, {1})"),
    *over(_TEXTS, "json_array_contains(#, boolean) -> boolean", "trino_json_has_boolean({0}, {1})"),
    *over(_TEXTS, "json_array_contains(#, bigint) -> boolean", "trino_json_has_integer({0}, {1})"),
    *over(_TEXTS, "json_array_contains(#, double) -> boolean", "trino_json_has_double({0}, {1})"),
    *over(_TEXTS, "json_array_contains(#, varchar) -> boolean", "trino_json_has_text({0}, {1})"),
    *over(_TEXTS, "is_json_scalar(#) -> boolean", "trino_is_json_scalar({0})"),
    *entries(
        ("json_format(json) -> varchar", "({0})"),
        ("json_parse(varchar) -> json", "trino_json_parse({0})"),
    ),
)


class RawNumber(float):
    """A number that remembers how it was written."""

    text: str

    def __new__(cls, text: str) -> RawNumber:
        made = super().__new__(cls, text)
        made.text = text
        return made


class Pairs(list[tuple[str, Any]]):
    """An object's names and values: a name that comes twice stays, as Jackson copies it."""


def _constant(text: str) -> Any:
    raise ValueError(text)


def parse_document(text: str) -> Any:
    """A document; numbers remember how they were written.

    Raises:
        ValueError: it is not JSON.
    """
    return json.loads(text, parse_float=RawNumber, parse_constant=_constant)


def load(text: str) -> Any:
    """A document, or None when it is not one."""
    try:
        return parse_document(text)
    except (ValueError, RecursionError):
        return None


def dump(value: Any, *, ordered: bool = False, number: Callable[[Any], str] | None = None) -> str:
    """A document as Jackson writes it: no blanks, doubles as Java prints them, or as ``number``."""
    inner = partial(dump, ordered=ordered, number=number)
    match value:
        case dict() | Pairs():
            pairs = value if isinstance(value, Pairs) else list(value.items())
            items = sorted(pairs) if ordered else pairs
            return "{" + ",".join(f"{_text(k)}:{inner(v)}" for k, v in items) + "}"
        case list():
            return "[" + ",".join(map(inner, value)) + "]"
        case float():
            if number is None and math.isinf(value):
                raise ValueError(value)
            return (number or java_double)(value)
        case str():
            return _text(value)
    return json.dumps(value)


def _text(value: str) -> str:
    found = json.dumps(value, ensure_ascii=False)
    return re.sub(r"\\(?:u[0-9a-f]{4}|.)", _upper_escape, found)


def _upper_escape(found: re.Match[str]) -> str:
    return "\\u" + found[0][2:].upper() if found[0][1] == "u" else found[0]


def java_double(value: float) -> str:
    """``Double.toString``: scientific from 10^7 on and below 10^-3.

    >>> java_double(1e7), java_double(0.5), java_double(1e-5)
    ('1.0E7', '0.5', '1.0E-5')
    """
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(float(value))
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' * (value < 0)}Infinity"
    shown = Decimal(repr(float(value)))
    digits = "".join(map(str, shown.as_tuple().digits)).strip("0") or "0"
    sign = "-" * (value < 0)
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{shown.adjusted()}"


def _parse(text: str) -> str:
    try:
        return dump(parse_document(text), ordered=True)
    except (ValueError, RecursionError):
        fail(f"Cannot convert value to JSON: '{text}'")


def _parts(text: str) -> list[str]:
    """The items of an array or the values of an object, numbers as they stand."""
    found = parse_document(text)
    values = found.values() if isinstance(found, dict) else found
    return [dump(value, number=lambda it: str(it.text)) for value in values]


_STEP = re.compile(r'\.([\w:]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\[(\w+)\]')


@lru_cache(maxsize=256)
def _steps(path: str) -> tuple[tuple[str, bool], ...]:
    """Each step and whether it is an index. ``$`` alone has none."""
    if not path.startswith("$"):
        raise ValueError(path)
    at, found = 1, []
    while at < len(path):
        step = _STEP.match(path, at)
        if not step:
            raise ValueError(path)
        quoted_key = re.sub(r"\\(.)", r"\1", step[3]) if step[3] is not None else None
        found.append((step[1] or step[2] or quoted_key or step[4] or "", step[2] is not None))
        at = step.end()
    return tuple(found)


_MISSING = object()
_DECODER = json.JSONDecoder(
    parse_float=RawNumber, parse_constant=_constant, object_pairs_hook=Pairs
)


def _walk(text: str, path: str) -> Any:
    """What a path leads to. A text is read as far as that goes, whatever follows: it may be cut.

    Source: https://github.com/trinodb/trino JsonExtract, which reads by tokens
    """
    try:
        steps = _steps(path)
    except ValueError:
        fail(f"Invalid JSON path: '{path}'")
    at = _past_blanks(text, 0)
    try:
        for step, _ in steps:
            wanted = str(int(step)) if text[at : at + 1] == "[" and step.isdigit() else step
            at = next(place for name, place in _members(text, at) if name == wanted)
        value, end = _value_at(text, at)
    except (StopIteration, ValueError, RecursionError):
        return _MISSING
    runs_on = not steps and type(value) in (int, RawNumber) and text[end : end + 1].strip()
    return _MISSING if runs_on else value


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """The names, or indexes, of what an object or array holds, and where it is."""
    closing = {"{": "}", "[": "]"}.get(text[at : at + 1])
    if closing is None:
        raise ValueError(text)
    at = _past_blanks(text, at + 1)
    if text[at : at + 1] == closing:
        return
    for index in count():
        name = str(index)
        if closing == "}":
            name, at = _DECODER.raw_decode(text, _past(text, at, '"') - 1)
            at = _past_blanks(text, _past(text, _past_blanks(text, at), ":"))
        yield name, at
        at = _past_blanks(text, _value_at(text, at)[1])
        if text[at : at + 1] == closing:
            return
        at = _past_blanks(text, _past(text, at, ","))


def _value_at(text: str, at: int) -> tuple[Any, int]:
    """A value and where it ends; ``01``, ``1.`` and ``nullx`` are none."""
    value, end = _DECODER.raw_decode(text, at)
    more = r"[.eE\d]" if type(value) in (int, RawNumber) else r"[\w$]"
    if not isinstance(value, (str, dict, list)) and re.match(more, text[end : end + 1]):
        raise ValueError(text)
    return value, end


def _past(text: str, at: int, mark: str) -> int:
    if text[at : at + 1] != mark:
        raise ValueError(text)
    return at + 1


def _past_blanks(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


def _json_extract(text: str, path: str) -> str | None:
    value = _walk(text, path)
    return None if value is _MISSING else dump(value)


def _json_scalar(text: str, path: str) -> str | None:
    value = _walk(text, path)
    if value is None or value is _MISSING or isinstance(value, (dict, list)):
        return None
    if isinstance(value, RawNumber):
        return value.text
    return value if isinstance(value, str) else json.dumps(value)


def _size(text: str, path: str) -> int | None:
    value = _walk(text, path)
    if value is _MISSING:
        return None
    return len(value) if isinstance(value, (dict, list)) else 0


def _array_length(text: str) -> int | None:
    value = load(text)
    return len(value) if isinstance(value, list) else None


def _array_get(text: str, index: int) -> str | None:
    """A text in it comes without its quotes, which is not JSON; Trino's page says so."""
    value = load(text)
    if not isinstance(value, list) or not -len(value) <= index < len(value):
        return None
    found = value[index]
    return found if found is None or isinstance(found, str) else dump(found)


def _has(kinds: tuple[type, ...], text: str, wanted: Any) -> bool | None:
    value = load(text)
    if not isinstance(value, list):
        return None
    return any(type(item) in kinds and item == wanted for item in value)


def _is_scalar(text: str) -> bool:
    try:
        return not isinstance(parse_document(text), (dict, list))
    except (ValueError, RecursionError):
        fail(f"Invalid JSON value: {text}")


_ONE, _TWO = ("VARCHAR",), ("VARCHAR", "VARCHAR")

UDFS = (
    Udf("trino_json_parse", _parse, _ONE, "VARCHAR"),
    Udf("trino_json_parts", _parts, _ONE, "VARCHAR[]"),
    Udf("trino_json_extract", _json_extract, _TWO, "VARCHAR"),
    Udf("trino_json_scalar", _json_scalar, _TWO, "VARCHAR"),
    Udf("trino_json_size", _size, _TWO, "BIGINT"),
    Udf("trino_json_array_length", _array_length, _ONE, "BIGINT"),
    Udf("trino_json_array_get", _array_get, ("VARCHAR", "BIGINT"), "VARCHAR"),
    Udf(
        "trino_json_has_boolean",
        lambda t, w: _has((bool,), t, w),
        ("VARCHAR", "BOOLEAN"),
        "BOOLEAN",
    ),
    Udf(
        "trino_json_has_integer", lambda t, w: _has((int,), t, w), ("VARCHAR", "BIGINT"), "BOOLEAN"
    ),
    Udf(
        "trino_json_has_double",
        lambda t, w: _has((RawNumber,), t, w),
        ("VARCHAR", "DOUBLE"),
        "BOOLEAN",
    ),
    Udf("trino_json_has_text", lambda t, w: _has((str,), t, w), _TWO, "BOOLEAN"),
    Udf("trino_is_json_scalar", _is_scalar, _ONE, "BOOLEAN"),
)
