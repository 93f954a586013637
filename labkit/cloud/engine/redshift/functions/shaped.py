"""Functions of shapes as Redshift's: their entries, and how they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.geometry import calls
from labkit.cloud.engine.geometry.shapes import MIXED, Line, Point, Shape
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
    lines, udfs = calls.udfs(checked, "rs", _TYPES, read, kept, not_here)
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
            not_here("a geometry collection")
        return body(*args)

    return call


def not_here(what: str) -> NoReturn:
    fail(f"{what} is not supported here", "0A000")


def refuse(message: str) -> NoReturn:
    fail(message, "22023")


def the_line(shape: Shape) -> Line:
    if shape.kind != "LINESTRING":
        refuse("the geometry is no linestring")
    return shape.lines[0] if shape.lines else ()


def the_place(shape: Shape) -> Point:
    if shape.kind != "POINT" or not shape.points:
        refuse("the geometry is no point")
    return shape.points[0]
