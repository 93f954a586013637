"""Trino's function signatures as text: read, bound to argument types, printed in error messages.

Trino itself declares ``split_part(varchar, varchar, bigint) -> varchar``; a registry keyed by that
text can be compared line by line with https://trino.io/docs/current/functions/list.html. Upper-case
single letters are types to find (``array(T)``), lower-case ones are numbers (``decimal(p, s)``),
``T...`` repeats and ``[boolean]`` may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from labkit.cloud.engine.trino.functions.coercion import can_coerce, common_type
from labkit.cloud.engine.types import UNKNOWN, Type

Bindings = dict[str, "Type | int"]

_WORD = re.compile(r"\s*(\.\.\.|->|[A-Za-z_]\w*|\d+|[(),\[\]])")
_ZONED = re.compile(r"(time|timestamp)(\(\w+\))? with time zone")
_LONG = {"interval day to second": "interval_ds", "interval year to month": "interval_ym"}
_MARKS = ("(", ")", ",")
_BASE = {"interval_ds": "interval day to second", "interval_ym": "interval year to month"}


@dataclass(frozen=True)
class Signature:
    """One overload, with variables unbound.

    Args:
        name: the function's name, lower case.
        parameters: patterns; a variable is a `Type` whose base is one letter.
        returns: the pattern of the result.
        required: how many of the parameters must be given.
        variadic: whether the last parameter repeats (none to many times).
    """

    text: str
    name: str
    parameters: tuple[Type, ...]
    returns: Type
    required: int
    variadic: bool

    def expand(self, count: int) -> tuple[Type, ...] | None:
        """The patterns of ``count`` arguments, or None when they cannot be so many."""
        if self.variadic:
            repeats = count - len(self.parameters) + 1
            fits = repeats >= 0
            return self.parameters[:-1] + self.parameters[-1:] * repeats if fits else None
        fits = self.required <= count <= len(self.parameters)
        return self.parameters[:count] if fits else None

    def __str__(self) -> str:
        return self.text.split(" -> ")[0]


@cache
def parse_signature(text: str) -> Signature:
    """Read ``name(type, ...) -> type``."""
    words = list(_words(text))
    name = words.pop(0)
    parameters: list[Type] = []
    required, variadic = 0, False
    _expect(words, "(")
    while words[0] != ")":
        optional = _accept(words, "[")
        parameters.append(_pattern(words))
        required += not optional
        variadic = _accept(words, "...")
        _accept(words, "]")
        _accept(words, ",")
    _expect(words, ")")
    _expect(words, "->")
    return Signature(
        text, name.lower(), tuple(parameters), _pattern(words), required - variadic, variadic
    )


def _words(text: str) -> Iterator[str]:
    text = _ZONED.sub(r"\1tz\2", text)
    for long, short in _LONG.items():
        text = text.replace(long, short)
    at = 0
    while at < len(text.rstrip()):
        found = _WORD.match(text, at)
        if not found:
            raise ValueError(f"not a signature: {text}")
        at = found.end()
        yield found[1]


def _accept(words: list[str], word: str) -> bool:
    found = words[0] == word
    if found:
        words.pop(0)
    return found


def _expect(words: list[str], word: str) -> None:
    if words.pop(0) != word:
        raise ValueError(f"expected {word}")


def _pattern(words: list[str]) -> Type:
    base = words.pop(0)
    args: list[Type | int] = []
    names: list[str | None] = []
    if words and _accept(words, "("):
        while not _accept(words, ")"):
            names.append(words.pop(0) if base == "row" and words[1] not in _MARKS else None)
            args.append(int(words.pop(0)) if words[0].isdigit() else _pattern(words))
            _accept(words, ",")
    return Type(_BASE.get(base, base), tuple(args), tuple(names) if base == "row" else ())


def is_variable(pattern: Type | int) -> bool:
    """Whether a pattern is a variable: one letter, or two for a decimal result (``rp``)."""
    return isinstance(pattern, Type) and len(pattern.base) <= 2


def bind(
    patterns: Sequence[Type], args: Sequence[Type], *, coercing: bool
) -> tuple[Bindings, tuple[Type, ...]] | None:
    """Find the variables that let the arguments fit the patterns.

    Args:
        patterns: one for each argument.
        args: the arguments' types; a lambda's is ``function(parameters..., result)``.
        coercing: whether implicit coercions may happen.

    Returns:
        The variables and the parameter types to coerce to, or None when there are none.
    """
    found: Bindings = {}
    for pattern, arg in zip(patterns, args, strict=True):
        if not _collect(pattern, arg, found, coercing):
            return None
    parameters = tuple(
        _widest(p, a) if p.base == "decimal" else substitute(p, found)
        for p, a in zip(patterns, args, strict=True)
    )
    fits = all(_fits(a, p, coercing) for a, p in zip(args, parameters, strict=True))
    return (found, parameters) if fits else None


def _widest(pattern: Type, arg: Type) -> Type:
    """A decimal parameter takes the argument's own precision and scale."""
    return _as_base(arg, "decimal") or substitute(pattern, {})


def _fits(arg: Type, parameter: Type, coercing: bool) -> bool:
    if parameter.base == "function":
        return arg.base == "function" and len(arg.args) == len(parameter.args)
    return can_coerce(arg, parameter) if coercing else arg == parameter


def _collect(pattern: Type, arg: Type, found: Bindings, coercing: bool) -> bool:
    if len(pattern.base) == 1:
        return _meet(pattern.base, arg, found, coercing)
    if arg == UNKNOWN and pattern.base != "decimal":
        if pattern.base == "char":
            found |= {part.base: found.get(part.base, 1) for part in pattern.types}
        return coercing
    if coercing and pattern.base != arg.base and pattern.args:
        arg = _as_base(arg, pattern.base) or arg
    if pattern.base != arg.base:
        return coercing and can_coerce(arg, Type(pattern.base))
    if len(pattern.args) != len(arg.args):
        return not pattern.args or not arg.args
    if pattern.base == "function":
        return _collect_lambda(pattern, arg, found)
    fits = True
    for part, actual in zip(pattern.args, arg.args, strict=True):
        if isinstance(part, Type) and isinstance(actual, int):
            found[part.base] = max(int(str(found.get(part.base, actual))), actual)
        elif isinstance(part, Type) and isinstance(actual, Type):
            fits = fits and _collect(part, actual, found, coercing)
    return fits


def _collect_lambda(pattern: Type, arg: Type, found: Bindings) -> bool:
    """A lambda tells what its result is; its parameters come from the other arguments."""
    result, actual = pattern.types[-1], arg.types[-1]
    return _collect(result, actual, found, coercing=True)


def _meet(name: str, arg: Type, found: Bindings, coercing: bool) -> bool:
    known = found.get(name)
    if not isinstance(known, Type):
        found[name] = arg
        return True
    merged = known if known == arg else common_type([known, arg]) if coercing else None
    if merged is None:
        return False
    found[name] = merged
    return True


def _as_base(arg: Type, base: str) -> Type | None:
    """The type with that base which an argument turns into: integer → decimal(10, 0)."""
    if arg.base == base:
        return arg
    widths = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19, "unknown": 1}
    if base == "decimal" and arg.base in widths:
        return Type("decimal", (widths[arg.base], 0))
    if (base, arg.base) in (("char", "varchar"), ("timestamptz", "timestamp")):
        return Type(base, arg.args)
    return None


def substitute(pattern: Type, found: Bindings) -> Type:
    """A pattern with its variables replaced; what nothing bound is ``unknown``."""
    if is_variable(pattern):
        bound = found.get(pattern.base, UNKNOWN)
        assert isinstance(bound, Type)
        return bound
    args: list[Type | int] = []
    for part in pattern.args:
        if not is_variable(part) or not isinstance(part, Type) or part.base.isupper():
            args.append(substitute(part, found) if isinstance(part, Type) else part)
        elif part.base in found:
            args.append(found[part.base])
    return Type(pattern.base, tuple(args), pattern.names)
