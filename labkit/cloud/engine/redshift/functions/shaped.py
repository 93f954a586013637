"""How a function of shapes becomes one of the texts that they are kept as."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from labkit.cloud.engine.redshift.errors import fail
from labkit.cloud.engine.redshift.shapes import Shape, read


def shaped(body: Callable[..., Any]) -> Callable[..., Any]:
    """A function of shapes as one of the texts that they are kept as."""

    @wraps(body)
    def call(*args: Any) -> Any:
        found = body(*(read(each) if isinstance(each, str) else each for each in args))
        return found.kept if isinstance(found, Shape) else found

    return call


def both(body: Callable[[Shape, Shape], Any]) -> Callable[[Shape, Shape], Any]:
    """NULL where one is empty; both must be of one reference system."""

    @wraps(body)
    def call(one: Shape, two: Shape) -> Any:
        if one.srid != two.srid:
            fail("SRID mismatch between the geometries", "22023")
        return body(one, two) if one.positions and two.positions else None

    return call
