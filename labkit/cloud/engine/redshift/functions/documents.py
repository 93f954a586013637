"""JSON in text, and SUPER.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/json-functions.html and
https://docs.aws.amazon.com/redshift/latest/dg/c_Type_Info_Functions.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.redshift.errors import fail
from labkit.cloud.engine.redshift.functions.entry import entries


def _refuse(name: str) -> Any:
    raise ValueError(name)


def load(text: str, pairs: Callable[[list[tuple[str, Any]]], dict[str, Any]] = dict) -> Any:
    """The value of a JSON text, its numbers with all their digits."""
    return json.loads(text, object_pairs_hook=pairs, parse_constant=_refuse, parse_float=_Number)


class _Number(Decimal):
    """A number that is told as it was written, and compared by all its digits."""

    def __new__(cls, text: str) -> _Number:
        try:
            found = super().__new__(cls, text)
        except InvalidOperation as error:  # its exponent has more than 18 digits
            raise ValueError(text) from error
        found.text = text
        return found

    text: str

    def __repr__(self) -> str:
        return self.text


def _decimal(text: str) -> list[int] | None:
    """The precision and scale of a number's digits."""
    try:
        _, digits, exponent = Decimal(text).as_tuple()
    except InvalidOperation:
        return None
    scale = max(0, -int(exponent))
    return [max(len(digits) + max(0, int(exponent)), scale), scale]


def dump(value: Any) -> str:
    """A value as SUPER keeps it: JSON text without blanks."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{dump(str(k))}:{dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return repr(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise KeyError(twice[0])
    return dict(pairs)


def parse(text: str, lenient: bool) -> str:
    """JSON_PARSE: an attribute twice in one object is refused, or the last counts."""
    try:
        return dump(load(text, dict if lenient else _once))
    except KeyError as error:
        fail(f"JSON parsing error: duplicate attribute {error}: {text[:100]}", "22P02")
    except ValueError:
        fail(f"JSON parsing error: invalid JSON: {text[:100]}", "22P02")


def _valid(kind: type) -> Callable[[str], bool]:
    def valid(text: str) -> bool:
        try:
            return isinstance(load(text), kind)
        except ValueError:
            return False

    return valid


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    return value if isinstance(value, str) else dump(value)


def _loaded(text: str, lenient: bool) -> Any:
    try:
        return load(text)
    except ValueError:
        if lenient:
            return None
        fail(f"JSON parsing error: invalid json object {text[:200]}", "22P02")


def _path(text: str, path: list[str], lenient: bool) -> str | None:
    value = _loaded(text, lenient)
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return _shown(value)


#: A step of a path as the compiler writes it: ``."name"`` or ``[0]``.
_STEP = re.compile(r'\."((?:[^"\\]|\\.)*)"|\[(\d+)\]')


def _member(text: str, path: str) -> str | None:
    """What DuckDB's ``json_extract`` finds, with all its digits."""
    value = load(text)
    for name, index in _STEP.findall(path):
        if index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        elif not index and isinstance(value, dict) and (key := _quoted(name)) in value:
            value = value[key]
        else:
            return None
    return dump(value)


def _quoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


def _put(text: str, path: list[str], new: str) -> str:
    """A document with another value at a path, if it has something there."""
    value = found = load(text)
    for key in path[:-1]:
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, dict) or path[-1] not in found:
        return text
    found[path[-1]] = load(new)
    return dump(value)


def _members(text: str) -> list[str]:
    return [dump(each) for each in load(text)]


def _element(text: str, at: int, lenient: bool) -> str | None:
    value = _loaded(text, lenient)
    if not isinstance(value, list):
        if lenient:
            return None
        fail(f"JSON parsing error: invalid json array object {text[:200]}", "22P02")
    return _shown(value[at]) if 0 <= at < len(value) else None


def _length(text: str, lenient: bool) -> int | None:
    value = _loaded(text, lenient)
    if not isinstance(value, list):
        if lenient:
            return None
        fail(f"JSON parsing error: invalid json array object {text[:200]}", "22P02")
    return len(value)


def _flatten(text: str) -> str | None:
    value = load(text)
    return dump([*_leaves(value)]) if isinstance(value, list) else None


def _leaves(value: list[Any]) -> Iterator[Any]:
    """What is in an array and, at any depth, in the arrays in it."""
    for one in value:
        yield from _leaves(one) if isinstance(one, list) else (one,)


def _slice(text: str, start: int, count: int) -> str | None:
    value = load(text)
    return dump(value[start : start + count]) if isinstance(value, list) else None


def _join(one: str, two: str) -> str | None:
    left, right = load(one), load(two)
    return dump(left + right) if isinstance(left, list) and isinstance(right, list) else None


def _cased(text: str, upper: bool) -> str:
    return dump(_renamed(load(text), str.upper if upper else str.lower))


def _renamed(value: Any, rename: Callable[[str], str]) -> Any:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_upper_attribute_names.html"""
    if isinstance(value, dict):
        if len({rename(key) for key in value}) < len(value):
            fail("SUPER value has duplicate attributes after case conversion.", "22000")
        return {rename(key): _renamed(each, rename) for key, each in value.items()}
    return [_renamed(each, rename) for each in value] if isinstance(value, list) else value


#: Of more digits than numbers have.
_EXACT = Context(prec=1000)


def _canonical(text: str) -> str:
    """What is the same for values that are deep equal: attributes in order, numbers as one."""
    return dump(_ordered(load(text)))


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_ordered(each) for each in value]
    if isinstance(value, int | _Number) and not isinstance(value, bool):
        return _Number(str(Decimal(value).normalize(_EXACT) or 0))
    return value.rstrip(" ") if isinstance(value, str) else value


def _split(text: str, by: str) -> str:
    return dump(text.split(by) if by else [text])


_V, _B = "VARCHAR", "BOOLEAN"
UDFS = (
    Udf("rs_decimal", _decimal, ("VARCHAR",), "INTEGER[]"),
    Udf("rs_json_parse", parse, (_V, _B), _V),
    Udf("rs_is_json", _valid(object), (_V,), _B),
    Udf("rs_is_object", _valid(dict), (_V,), _B),
    Udf("rs_is_array", _valid(list), (_V,), _B),
    Udf("rs_json_path", _path, (_V, "VARCHAR[]", _B), _V),
    Udf("rs_json_member", _member, (_V, _V), _V),
    Udf("rs_json_put", _put, (_V, "VARCHAR[]", _V), _V),
    Udf("rs_json_members", _members, (_V,), "VARCHAR[]"),
    Udf("rs_json_element", _element, (_V, "INTEGER", _B), _V),
    Udf("rs_json_length", _length, (_V, _B), "INTEGER"),
    Udf("rs_flatten", _flatten, (_V,), _V),
    Udf("rs_slice", _slice, (_V, "INTEGER", "INTEGER"), _V),
    Udf("rs_join", _join, (_V, _V), _V),
    Udf("rs_cased", _cased, (_V, _B), _V),
    Udf("rs_canonical", _canonical, (_V,), _V),
    Udf("rs_split", _split, (_V, _V), _V),
)


def _kind(*kinds: str) -> str:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return f"coalesce(json_type({{0}}) IN ({listed}), false)"


def _within(bits: int) -> str:
    """Whether a value is a whole number of so many bits."""
    most = 1 << bits - 1
    return f"coalesce(rs_whole({{0}}) BETWEEN {-most} AND {most - 1}, false)"


_NUMBERS = ("BIGINT", "UBIGINT", "DOUBLE")
#: A number with an exponent is floating, as ``rs_super_float`` writes it.
_FLOATS = "contains(lower({0}), 'e')"
SCALARS = entries(
    ("can_json_parse(varchar) -> bool", "rs_is_json({0})"),
    ("json_serialize(super) -> varchar", "{0}"),
    ("json_size(super) -> int4", "strlen({0})"),
    ("json_typeof(super) -> varchar", "rs_kind({0})"),
    ("is_valid_json(varchar) -> bool", "rs_is_object({0})"),
    ("is_valid_json_array(varchar) -> bool", "rs_is_array({0})"),
    ("json_array_length(varchar) -> int4", "rs_json_length({0}, false)"),
    ("json_array_length(varchar, bool) -> int4", "rs_json_length({0}, {1})"),
    ("json_extract_array_element_text(varchar, int4) -> varchar",
     "rs_json_element({0}, {1}, false)"),
    ("json_extract_array_element_text(varchar, int4, bool) -> varchar",
     "rs_json_element({0}, {1}, {2})"),
    ("is_array(super) -> bool", _kind("ARRAY")),
    ("is_object(super) -> bool", _kind("OBJECT")),
    ("is_scalar(super) -> bool", _kind(*_NUMBERS, "VARCHAR", "BOOLEAN")),
    ("is_varchar(super) -> bool", _kind("VARCHAR")),
    ("is_char(super) -> bool", f"({_kind('VARCHAR')} AND strlen({{0}}) = length({{0}}))"),
    ("is_boolean(super) -> bool", _kind("BOOLEAN")),
    ("is_integer(super) -> bool", _within(32)),
    ("is_bigint(super) -> bool", _within(64)),
    ("is_smallint(super) -> bool", _within(16)),
    ("decimal_precision(super) -> int4", "rs_decimal({0})[1]"),
    ("decimal_scale(super) -> int4", "rs_decimal({0})[2]"),
    ("is_decimal(super) -> bool", f"({_kind(*_NUMBERS)} AND NOT {_FLOATS})"),
    ("is_float(super) -> bool", f"({_kind('DOUBLE')} AND {_FLOATS})"),
    ("get_array_length(super) -> int4",
     "CASE WHEN json_type({0}) = 'ARRAY' THEN CAST(json_array_length({0}) AS INTEGER) END"),
    ("subarray(super, int4) -> super", "rs_slice({0}, {1}, 2147483647)"),
    ("subarray(super, int4, int4) -> super", "rs_slice({0}, {1}, {2})"),
    ("array_concat(super, super) -> super", "rs_join({0}, {1})"),
    ("lower_attribute_names(super) -> super", "rs_cased({0}, false)"),
    ("upper_attribute_names(super) -> super", "rs_cased({0}, true)"),
    ("get_number_attributes(super) -> int4",
     "CASE WHEN json_type({0}) = 'OBJECT' THEN CAST(len(json_keys({0})) AS INTEGER) END"),
    ("json_serialize_to_varbyte(super) -> varbyte", "encode({0})"),
    ("array_flatten(super) -> super", "rs_flatten({0})"),
    ("split_to_array(varchar) -> super", "rs_split({0}, ',')"),
    ("split_to_array(varchar, varchar) -> super", "rs_split({0}, {1})"),
)  # fmt: skip
