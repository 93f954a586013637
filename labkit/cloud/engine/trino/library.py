"""Trino's functions, each with its own signature, as DuckDB SQL.

`resolve` finds the overload of a call as Trino does: exact types first, then the implicit
coercions, fewest first (https://trino.io/docs/current/functions.html). The functions themselves
are tables in ``functions/``: to add one is to add a line there.

How values stand in DuckDB: ``timestamp with time zone`` is ``STRUCT(instant, zone)``, its instant
in UTC; ``char(n)`` is kept without its trailing spaces; ``json`` is canonical text; a day-time
interval is ``BIGINT`` milliseconds, a year-month one ``INTEGER`` months; the fields of a row
without a name are ``field0``, ``field1``. A runtime error's text is ``LABKIT:CODE: message``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from labkit.cloud.engine.closed import Udf, macros
from labkit.cloud.engine.trino import functions
from labkit.cloud.engine.trino.functions import AGGREGATES, REFUSED, SCALARS, UDFS, WINDOWS
from labkit.cloud.engine.trino.functions.coercion import can_coerce, coerce, common_type
from labkit.cloud.engine.trino.functions.entry import (
    Entry,
    FunctionAmbiguous,
    FunctionNotFound,
    FunctionRefused,
    integer_literal,
    text_literal,
)
from labkit.cloud.engine.trino.functions.equality import comparable, is_keyed, orderable
from labkit.cloud.engine.trino.functions.signatures import (
    Bindings,
    Signature,
    bind,
    parse_signature,
    substitute,
)
from labkit.cloud.engine.trino.once import changes, once
from labkit.cloud.engine.types import UNKNOWN, Type

__all__ = [
    "FunctionNotFound", "FunctionRefused", "Resolved", "can_coerce", "coerce", "common_type",
    "kinds", "lambda_types", "names", "resolve", "supplies",
]  # fmt: skip

Kind = Literal["scalar", "aggregate", "window"]


@dataclass(frozen=True)
class Resolved:
    """One call's overload.

    Args:
        kind: what sort of function it is; a window function needs ``OVER``.
        returns: the type of the call.
        parameters: the types to coerce the arguments to. A lambda's is ``function(A..., R)``: where
            its ``A`` differ from those it was compiled with, compile it again with these and
            resolve again (``reduce`` widens its state), and coerce its body to ``R``.
        entry: the registry's line.
        bindings: what the signature's variables are.
    """

    kind: Kind
    name: str
    returns: Type
    parameters: tuple[Type, ...]
    entry: Entry
    bindings: Bindings

    @property
    def deterministic(self) -> bool:
        return self.entry.deterministic

    def render(
        self, args: Sequence[str], *, distinct: bool = False, inside: str = "", after: str = ""
    ) -> str:
        """The call as DuckDB SQL.

        Args:
            args: SQL of each argument, coerced already; a lambda's is ``lambda x, y: body``.
            distinct: aggregates only: whether ``DISTINCT`` is asked.
            inside: SQL before the closing parenthesis: ``ORDER BY …``, ``IGNORE NULLS``.
            after: SQL that follows the call: ``FILTER (…)``, ``OVER (…)``.
        """
        if self.kind == "scalar":
            return _once(lambda given: self.entry.expand(self, given)[0], args)
        calls = self.entry.expand(self, args)
        modified = [_modify(call, distinct, inside, after) for call in calls]
        return self.entry.finish_with(self, args, modified)


def _once(render: Callable[[Sequence[str]], str], args: Sequence[str]) -> str:
    """A function of values that change, or that its SQL would make long; literals stay in sight."""
    plain = render(args)
    long = any(len(arg) > _LONG and plain.count(arg) > 1 for arg in args)
    if not long and not any(map(changes, args)):
        return plain
    values = {
        at: arg
        for at, arg in enumerate(args)
        if not arg.startswith("lambda ") and (text_literal(arg) or integer_literal(arg)) is None
    }

    def body(*names: str) -> str:
        named = dict(zip(values, names, strict=True))
        return render([named.get(at, arg) for at, arg in enumerate(args)])

    return once(body, *values.values(), long=0) if values else plain


#: How long an argument is written more than once.
_LONG = 1000
_EAGER = re.compile(r"\bDISTINCT\b|\bhistogram\(")


def _modify(call: str, distinct: bool, inside: str, after: str) -> str:
    if distinct and "(DISTINCT " not in call:
        call = call.replace("(", "(DISTINCT ", 1)
    if inside:
        call = f"{call[:-1]} {inside})"
    return f"{call} {after}" if after else call


@dataclass(frozen=True)
class _Overload:
    kind: Kind
    signature: Signature
    entry: Entry


@cache
def _registry() -> dict[str, list[_Overload]]:
    found: dict[str, list[_Overload]] = {}
    tables: tuple[tuple[Kind, Sequence[Entry]], ...] = (
        ("scalar", SCALARS),
        ("aggregate", AGGREGATES),
        ("window", WINDOWS),
    )
    for kind, entries in tables:
        for entry in entries:
            signature = parse_signature(entry.signature)
            found.setdefault(signature.name, []).append(_Overload(kind, signature, entry))
    return found


def names() -> frozenset[str]:
    """The functions that `resolve` knows."""
    return frozenset(_registry())


def kinds(name: str) -> frozenset[Kind]:
    """What sorts of function go by a name; none for an unknown or refused one."""
    return frozenset(overload.kind for overload in _registry().get(name.lower(), []))


@cache
def eager() -> frozenset[str]:
    """The aggregates that DuckDB computes where nobody reads what comes of them, too."""
    return frozenset(
        name
        for name, overloads in _registry().items()
        for overload in overloads
        if overload.kind == "aggregate" and _EAGER.search(str(overload.entry.template))
    )


def resolve(name: str, args: Sequence[Type], *, kind: Kind | None = None) -> Resolved:
    """The overload that Trino would call.

    Raises:
        FunctionNotFound: no function of that name takes such arguments.
        FunctionRefused: Trino has it, this engine does not.
    """
    overloads = _overloads(name, args, kind)
    found = list(_matches(overloads, args, coercing=False))
    found = found or list(_matches(overloads, args, coercing=True))
    if not found:
        raise FunctionNotFound(name.lower(), tuple(args), _spellings(overloads))
    if len(found) > 1 and _is_array_and_more(name.lower(), args):
        raise FunctionAmbiguous(name.lower(), tuple(args), _spellings(overloads))
    best = min(found, key=lambda match: _distance(match[2], args))
    overload, bindings, parameters = best
    if overload.entry.derive:
        bindings = {**bindings, **overload.entry.derive(bindings)}
    returns = substitute(overload.signature.returns, bindings)
    _refuse_keyed(name.lower(), parameters)
    return Resolved(overload.kind, name.lower(), returns, parameters, overload.entry, bindings)


def _is_array_and_more(name: str, args: Sequence[Type]) -> bool:
    """Whether NULL or ``ARRAY[]`` beside an array may be one of its items, or items like its own.

    Source: ``testArrayToArrayConcat`` of Trino's TestArrayOperators
    """
    return name == "concat" and any(kind.base == "array" for kind in args)


def lambda_types(name: str, known: Sequence[Type | None]) -> tuple[tuple[Type, ...] | None, ...]:
    """The parameter types of each lambda of a call.

    Args:
        name: the function.
        known: the types of its arguments, None where a lambda stands.

    Returns:
        For each argument the types of the lambda's parameters, None where none stands.
    """
    for overload in _overloads(name, [t or UNKNOWN for t in known], None):
        patterns = overload.signature.expand(len(known))
        if patterns is None or not _lambdas_stand(patterns, known):
            continue
        plain = [(p, t) for p, t in zip(patterns, known, strict=True) if t is not None]
        bound = bind([p for p, _ in plain], [t for _, t in plain], coercing=True)
        if bound:
            return tuple(
                None if t else _bound_parameters(p, bound[0])
                for p, t in zip(patterns, known, strict=True)
            )
    raise FunctionNotFound(
        name.lower(), [t or Type("function") for t in known], _spellings(_overloads(name, [], None))
    )


def supplies() -> tuple[Sequence[Udf], Mapping[str, str]]:
    """The Python functions and macros that the compiler's SQL calls; all are ``trino_…``."""
    return UDFS, macros(functions.__name__) | macros(__package__ or "")


def _lambdas_stand(patterns: Sequence[Type], known: Sequence[Type | None]) -> bool:
    pairs = zip(patterns, known, strict=True)
    return all((p.base == "function") == (t is None) for p, t in pairs)


def _bound_parameters(pattern: Type, bindings: Bindings) -> tuple[Type, ...]:
    return tuple(substitute(t, bindings) for t in pattern.types[:-1])


def _overloads(name: str, args: Sequence[Type], kind: Kind | None) -> list[_Overload]:
    name = name.lower()
    if name in REFUSED:
        raise FunctionRefused(name, REFUSED[name])
    found = [o for o in _registry().get(name, []) if kind in (None, o.kind)]
    if not found:
        raise FunctionNotFound(name, tuple(args), ())
    return found


def _spellings(overloads: Sequence[_Overload]) -> tuple[str, ...]:
    return tuple(str(overload.signature) for overload in overloads)


def _matches(
    overloads: Sequence[_Overload], args: Sequence[Type], *, coercing: bool
) -> Iterator[tuple[_Overload, Bindings, tuple[Type, ...]]]:
    for overload in overloads:
        patterns = overload.signature.expand(len(args))
        bound = bind(patterns, args, coercing=coercing) if patterns is not None else None
        if bound and _compares(overload.signature.name, bound[1]):
            yield overload, *bound


def _first(kinds: Sequence[Type]) -> Type:
    return kinds[0]


def _second(kinds: Sequence[Type]) -> Type:
    return kinds[1]


def _element(kinds: Sequence[Type]) -> Type:
    return next(iter(kinds[0].types), UNKNOWN)  # contains(varchar, ipaddress) has none


#: What a function orders, by the types that it is given: Trino's ``orderable``.
_ORDERED: dict[str, Callable[[Sequence[Type]], Type]] = {
    **dict.fromkeys("max min greatest least".split(), _first),
    **dict.fromkeys("max_by min_by".split(), _second),
    **dict.fromkeys("array_max array_min".split(), _element),
    "array_sort": lambda kinds: _element(kinds) if len(kinds) == 1 else UNKNOWN,
}


#: What a function compares by all its parts, as DuckDB does, by the types that it is given.
_COMPARED: dict[str, Callable[[Sequence[Type]], Type]] = {
    **dict.fromkeys(
        "array_distinct array_except array_intersect array_position array_remove array_union "
        "arrays_overlap contains contains_sequence map".split(),
        _element,
    ),
    **dict.fromkeys("histogram map_agg multimap_agg".split(), _first),
    **dict.fromkeys(
        "map_from_entries multimap_from_entries".split(), lambda kinds: kinds[0].element.types[0]
    ),
    "approx_most_frequent": _second,
    "map_union": lambda kinds: kinds[0].types[0],
}


#: What it holds equal or not: Trino's ``comparable``.
_EQUAL = {**_COMPARED, **dict.fromkeys("approx_distinct checksum".split(), _first)}


def _compares(name: str, parameters: Sequence[Type]) -> bool:
    """Whether a function can order, or tell apart, what it is given."""
    ordered, equal = _ORDERED.get(name), _EQUAL.get(name)
    return (ordered is None or orderable(ordered(parameters))) and (
        equal is None or not parameters or comparable(equal(parameters))
    )


def _refuse_keyed(name: str, parameters: Sequence[Type]) -> None:
    compared = _COMPARED.get(name)
    if compared and parameters and is_keyed(compared(parameters)):
        raise FunctionRefused(name, "it would compare maps or zoned timestamps by all their parts")


def _distance(parameters: Sequence[Type], args: Sequence[Type]) -> tuple[int, int]:
    """How much an overload changes its arguments: how many of them, then how far."""
    changed = [(p, a) for p, a in zip(parameters, args, strict=True) if p.base != a.base]
    return len(changed), sum(_RANK.get(p.base, 0) for p, _ in changed)


_RANK = {
    base: rank
    for rank, base in enumerate(
        "tinyint smallint integer bigint decimal real double date timestamp timestamptz".split()
    )
}
