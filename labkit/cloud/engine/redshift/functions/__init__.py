"""The tables of Redshift's functions, one module a topic, and the choice of an overload.

PostgreSQL's rule: the overload that changes its arguments least.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from labkit.cloud.engine.redshift.blanks import all_clean
from labkit.cloud.engine.redshift.casts import coerce, cost
from labkit.cloud.engine.redshift.errors import UNDEFINED_FUNCTION, RedshiftError
from labkit.cloud.engine.redshift.functions import (
    arrays,
    dates,
    documents,
    dynamic,
    hashes,
    maths,
    objects,
    spatial,
    spatial_lines,
    spatial_parts,
    strings,
    teradata,
)
from labkit.cloud.engine.redshift.functions.entry import CLASSES, Entry
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import FLOAT8, VARCHAR, Type, numeric

SCALARS = (
    *strings.SCALARS,
    *hashes.SCALARS,
    *maths.SCALARS,
    *dates.SCALARS,
    *documents.SCALARS,
    *dynamic.SCALARS,
    *arrays.SCALARS,
    *spatial.SCALARS,
    *spatial_lines.SCALARS,
    *spatial_parts.SCALARS,
    *teradata.SCALARS,
)
UDFS = (
    *strings.UDFS,
    *hashes.UDFS,
    *dates.UDFS,
    *documents.UDFS,
    *dynamic.UDFS,
    *arrays.UDFS,
    *objects.UDFS,
    *spatial.UDFS,
    *spatial_lines.UDFS,
    *spatial_parts.UDFS,
    *teradata.UDFS,
)


@cache
def _registry() -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in SCALARS:
        found.setdefault(entry.function, []).append(entry)
    return found


def known(name: str) -> bool:
    """Whether there is a function of this name."""
    return name in _registry()


def call(name: str, args: Sequence[Typed]) -> Typed:
    """A scalar function's call.

    Raises:
        RedshiftError: no function of that name takes such arguments.
    """
    if name in _OF_NUMBERS and args and args[0].type.base == "super":
        sql = f"CASE WHEN rs_kind({args[0].sql}) = 'number' THEN {args[0].sql} END"
        args = [replace(args[0], sql=sql), *args[1:]]
    best: tuple[int, Entry, tuple[str, ...]] | None = None
    for entry in _registry().get(name, ()):
        parameters = entry.expand(len(args))
        total = _total(args, parameters) if parameters is not None else None
        if total is not None and parameters is not None and (best is None or total < best[0]):
            best = (total, entry, parameters)
    if best is None:
        raise no_function(name, [arg.type for arg in args])
    _, entry, parameters = best
    given = [_given(arg, parameter) for arg, parameter in zip(args, parameters, strict=True)]
    return Typed(
        entry.render(given), entry.result(given), entry.name or name, clean=_clean(name, args)
    )


#: Functions that SUPER's numbers have, and that are NULL of its strings.
#: Source: https://docs.aws.amazon.com/redshift/latest/dg/operators-functions.html
_OF_NUMBERS = {"abs", "ceil", "ceiling", "floor", "round", "trunc"}
#: Functions whose text ends as their first argument does, and those whose text has no blank.
_LAST_KEPT = {"lower", "upper", "initcap", "ltrim"}
_TRIMMING, _HASHES = {"rtrim", "btrim", "trim"}, {"md5", "sha1", "sha2"}


def _clean(name: str, args: Sequence[Typed]) -> Callable[[], bool] | None:
    if name in _HASHES or (name in _TRIMMING and len(args) == 1):
        return all_clean(())
    return all_clean(args[:1]) if name in _LAST_KEPT else None


def no_function(name: str, kinds: Sequence[Type]) -> RedshiftError:
    """The error of a call that nothing answers."""
    given = ", ".join('"unknown"' if kind.base == "unknown" else kind.plain for kind in kinds)
    return RedshiftError(
        f"function {name}({given}) does not exist",
        UNDEFINED_FUNCTION,
        hint="No function matches the given name and argument types. You may need to add explicit "
        "type casts.",
    )


def _total(args: Sequence[Typed], parameters: Sequence[str]) -> int | None:
    costs = [_cost(arg.type, parameter) for arg, parameter in zip(args, parameters, strict=True)]
    known_costs = [each for each in costs if each is not None]
    return sum(known_costs) if len(known_costs) == len(costs) else None


def _cost(kind: Type, parameter: str) -> int | None:
    if parameter not in CLASSES:
        return cost(kind, parameter)
    members = CLASSES[parameter]
    if members is None or kind.base in members:
        return 0
    target = "varchar" if parameter == "text" else "float8" if parameter == "number" else "int4"
    if parameter in ("integer", "float") and kind.base != "unknown":
        return None
    found = cost(kind, target)
    return None if found is None else found + 1


def _given(arg: Typed, parameter: str) -> Typed:
    """An argument in its parameter's type."""
    if parameter == "numeric":
        fits = arg.type.base == "numeric"
        return arg if fits else coerce(arg, numeric(38, 10 if arg.literal else 0))
    if parameter not in CLASSES:
        return coerce(arg, Type(parameter))
    members = CLASSES[parameter]
    if members is None or arg.type.base in members:
        return arg
    targets = {"text": VARCHAR, "number": FLOAT8, "integer": Type("int4")}
    return coerce(arg, targets.get(parameter, FLOAT8))
