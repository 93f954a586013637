"""Functions of shapes as Redshift's: their entries, and how they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.geometry import calls
from labkit.cloud.engine.geometry.shapes import MIXED, Shape
from labkit.cloud.engine.redshift.errors import fail
from labkit.cloud.engine.redshift.functions.entry import Entry, entries
from labkit.cloud.engine.redshift.shapes import kept, read

_TYPES = {
    "geometry": "VARCHAR", "array(geometry)": "VARCHAR[]", "varchar": "VARCHAR", "int4": "INTEGER",
    "float8": "DOUBLE", "bool": "BOOLEAN",
}  # fmt: skip


def tables(functions: calls.Functions) -> tuple[tuple[Entry, ...], tuple[Udf, ...]]:
    """The entries and the Python functions of a table."""
    checked = [(each, _of_one_system(body)) for each, body in functions]
    lines, udfs = calls.udfs(checked, "rs", _TYPES, read, kept, _refuse)
    return entries(*lines), udfs


def _of_one_system(body: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        if len({arg.srid for arg in args if isinstance(arg, Shape)}) > 1:
            fail("SRID mismatch between the geometries", "22023")
        return body(*args)

    return call


def of_one_kind(body: Callable[..., Any]) -> Callable[..., Any]:
    """A function that takes no collection of several kinds."""

    def call(*args: Any) -> Any:
        if any(isinstance(arg, Shape) and arg.kind == MIXED for arg in args):
            _refuse("a geometry collection")
        return body(*args)

    return call


def _refuse(what: str) -> NoReturn:
    fail(f"{what} is not supported here", "0A000")
