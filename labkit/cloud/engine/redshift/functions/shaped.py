"""How functions of shapes become functions of the texts that they are kept as."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import Parameter, Signature
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.geometry.shapes import Shape
from labkit.cloud.engine.redshift.errors import fail
from labkit.cloud.engine.redshift.functions.entry import Entry, entries
from labkit.cloud.engine.redshift.shapes import kept, read

_TYPES = {
    "geometry": "VARCHAR", "varchar": "VARCHAR", "int4": "INTEGER", "float8": "DOUBLE",
    "bool": "BOOLEAN",
}  # fmt: skip
#: A signature and the function of it; a geometry is a shape.
Functions = Iterable[tuple[str, Callable[..., Any]]]


def tables(functions: Functions) -> tuple[tuple[Entry, ...], tuple[Udf, ...]]:
    """The entries and the Python functions; one is ``rs_``, its name and how many it takes."""
    scalars, udfs = [], []
    for signature, body in functions:
        head, _, result = signature.partition(") -> ")
        name, _, inner = head.partition("(")
        given = inner.split(", ")
        known = f"rs_{name}{len(given)}"
        scalars.append((signature, f"{known}({{all}})"))
        geometries = [at for at, kind in enumerate(given) if kind == "geometry"]
        call = _shaped(body, len(given), geometries)
        udfs.append(Udf(known, call, tuple(_TYPES[each] for each in given), _TYPES[result]))
    return entries(*scalars), tuple(udfs)


def _shaped(body: Callable[..., Any], count: int, geometries: list[int]) -> Callable[..., Any]:
    """A function of shapes as one of the texts; all must be of one reference system."""

    def call(*args: Any) -> Any:
        given = list(args)
        for at in geometries:
            given[at] = read(given[at])
        if len({given[at].srid for at in geometries}) > 1:
            fail("SRID mismatch between the geometries", "22023")
        found = body(*given)
        return kept(found) if isinstance(found, Shape) else found

    # DuckDB asks how many it takes
    call.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter(f"p{at}", Parameter.POSITIONAL_ONLY) for at in range(count)]
    )
    return call


def unless_empty(body: Callable[[Shape, Shape], Any]) -> Callable[[Shape, Shape], Any]:
    """NULL where one of two is empty."""
    return lambda one, two: body(one, two) if one.vertices and two.vertices else None
