"""Functions of shapes, as a dialect calls them: with the texts that it keeps shapes as."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from inspect import Parameter, Signature
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.geometry.shapes import NotHere, Shape

Read = Callable[[str], Shape]
Write = Callable[[Shape], str]
#: A signature and the function of it, which takes and gives shapes.
Functions = Iterable[tuple[str, Callable[..., Any]]]


def parts(signature: str) -> tuple[str, tuple[str, ...], str]:
    """A function's name, what it takes and what it gives."""
    head, _, result = signature.partition(") -> ")
    name, _, inner = head.partition("(")
    return name, tuple(re.findall(r"[^,\s(]+(?:\([^)]*\))?", inner)), result


def udfs(
    functions: Functions,
    prefix: str,
    types: Mapping[str, str],
    read: Read,
    write: Write,
    refuse: Callable[[str], Any],
) -> tuple[list[tuple[str, str]], tuple[Udf, ...]]:
    """For each signature the call of a Python function, and these functions.

    Args:
        functions: the table.
        prefix: what the functions' names begin with.
        types: DuckDB's type of each that signatures name.
        read: a shape of its text.
        write: its text.
        refuse: says that something is not here.
    """
    lines, found = [], []
    for signature, body in functions:
        name, given, result = parts(signature)
        known = re.sub(r"\W+", "_", f"{prefix}_{name}_{'_'.join(given)}".lower()).strip("_")
        call = _call(body, given, read, write, refuse)
        lines.append((signature, f"{known}({{all}})"))
        found.append(Udf(known, call, tuple(types[each] for each in given), types[result]))
    return lines, tuple(found)


def _call(
    body: Callable[..., Any],
    given: tuple[str, ...],
    read: Read,
    write: Write,
    refuse: Callable[[str], Any],
) -> Callable[..., Any]:
    def taken(value: Any) -> Any:
        return [each and read(each) for each in value] if isinstance(value, list) else read(value)

    def told(value: Any) -> Any:
        if isinstance(value, Shape):
            return write(value)
        return list(map(told, value)) if isinstance(value, list | tuple) else value

    shapes = [kind.removeprefix("array(").rstrip(")") in _SHAPES for kind in given]

    def call(*args: Any) -> Any:
        try:
            pairs = zip(shapes, args, strict=True)
            return told(body(*[taken(value) if shaped else value for shaped, value in pairs]))
        except NotHere as error:
            return refuse(str(error))

    # DuckDB asks how many it takes
    call.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter(f"p{at}", Parameter.POSITIONAL_ONLY) for at in range(len(given))]
    )
    return call


_SHAPES = ("geometry", "sphericalgeography")
