"""The types of Athena's DDL, which Hive's grammar reads.

Words that are no type let a statement start, and then fail, in Hive's words (``FAILED:
ParseException``); so do lengths and precisions out of bounds.

Sources: ``type`` in
https://github.com/apache/hive/blob/master/parser/src/java/org/apache/hadoop/hive/ql/parse/HiveParser.g
and https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.types import Type, UnknownType, parse_hive_type

if TYPE_CHECKING:
    from labkit.cloud.athena.words import Word, Words

_PRIMITIVE = frozenset(
    "boolean tinyint smallint int integer bigint float double decimal dec numeric date timestamp "
    "string binary varchar char".split()
)
_LONGEST = {"char": 255, "varchar": 65_535}
_SPECIFICATION = "primitive type specification"


def read_type(words: Words) -> Type:
    """A column's type.

    Raises:
        QueryFailed: FAILED: Hive knows no such type.
    """
    at = words.word
    try:
        found = parse_hive_type(_type(words, "column type"))
    except UnknownType:
        raise _unknown(words, at, "column type") from None
    if problem := _out_of_bounds(found):
        raise QueryFailed("FAILED", f"IllegalArgumentException {problem}")
    return found


def _type(words: Words, rule: str) -> str:
    """A type as it is written, in lower case and without comments."""
    at = words.word
    name = at.text.lower() if at.kind == "word" else ""
    if name in _PRIMITIVE:
        return _primitive(words, name)
    if name not in _NESTED:
        raise _unknown(words, at, rule)
    words.take()
    _expect(words, "<", at, f"{_NESTED[name]} type")
    inner = _inner(words, name)
    _expect(words, ">", words.before, f"{_NESTED[name]} type")
    return f"{name}<{inner}>"


_NESTED = {"array": "list", "map": "map", "struct": "struct"}


def _inner(words: Words, name: str) -> str:
    if name == "array":
        return _type(words, "list type")
    if name == "struct":
        return ",".join(words.many(lambda: _field(words)))
    key = _type(words, "map type")
    _expect(words, ",", words.before, "map type")
    return f"{key},{_type(words, 'map type')}"


def _field(words: Words) -> str:
    at = words.word
    if at.kind not in ("word", "number", "backquoted"):
        raise _unknown(words, at, "column specification")
    words.take()
    _expect(words, ":", at, "column specification")
    kind = _type(words, "column specification")
    if words.accept("COMMENT"):
        words.string()
    return f"{at.text.lower()}:{kind}"


def _primitive(words: Words, name: str) -> str:
    at = words.take()
    if name == "double":
        words.accept("PRECISION")
    if name in _LONGEST:
        _expect(words, "(", at, _SPECIFICATION)
        return f"{name}({_numbers(words, 1)})"
    if name in ("decimal", "dec", "numeric") and words.accept("("):
        return f"{name}({_numbers(words, 2)})"
    return "decimal" if name in ("dec", "numeric") else name


def _numbers(words: Words, most: int) -> str:
    """Whole numbers up to the bracket that closes them."""
    found: list[str] = []
    while not found or (len(found) < most and words.accept(",")):
        if not words.word.text.isdecimal():
            raise _mismatch(words, "Number", words.before, _SPECIFICATION)
        found.append(words.take().text)
    _expect(words, ")", words.before, _SPECIFICATION)
    return ",".join(found)


def _out_of_bounds(kind: Type) -> str:
    """What Hive says of numbers that a type cannot have; empty if nothing.

    Source: HiveDecimalUtils and BaseCharUtils
    """
    numbers = [arg for arg in kind.args if isinstance(arg, int)]
    if kind.base in _LONGEST and numbers and not 1 <= numbers[0] <= _LONGEST[kind.base]:
        allowed = f"out of allowed range [1, {_LONGEST[kind.base]}]"
        return f"{kind.base.capitalize()} length {numbers[0]} {allowed}"
    if kind.base == "decimal" and numbers:
        precision, scale = numbers
        if not 1 <= precision <= 38:
            return "Decimal precision out of allowed range [1,38]"
        if scale > 38:
            return "Decimal scale out of allowed range [0,38]"
        if scale > precision:
            return "Decimal scale must be less than or equal to precision"
    return next(filter(None, map(_out_of_bounds, kind.types)), "")


def _expect(words: Words, mark: str, near: Word, rule: str) -> None:
    if not words.accept(mark):
        raise _mismatch(words, mark, near, rule)


def _mismatch(words: Words, wanted: str, near: Word, rule: str) -> QueryFailed:
    said = f"mismatched input {_shown(words.word)} expecting {wanted} near '{near.text}' in {rule}"
    return _failure(words, words.word, said)


def _unknown(words: Words, at: Word, rule: str) -> QueryFailed:
    near = " ".join(map(_shown, words.ahead(at, 3)))
    return _failure(words, at, f"cannot recognize input near {near} in {rule}")


def _shown(word: Word) -> str:
    return f"'{word.text or '<EOF>'}'"


def _failure(words: Words, at: Word, said: str) -> QueryFailed:
    """Hive's ParseException; its columns are counted from zero."""
    before = words.text[: at.start]
    place = f"{before.count(chr(10)) + 1}:{at.start - (before.rfind(chr(10)) + 1)}"
    return QueryFailed("FAILED", f"ParseException line {place} {said}")
