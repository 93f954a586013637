"""OBJECT_TRANSFORM: a SUPER object of what is kept of another, and of what is set.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_object_transform_function.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.redshift.errors import fail
from labkit.cloud.engine.redshift.functions.documents import dump, load

_NAME = r'"((?:[^"]|"")+)"'


def steps(path: str) -> list[str]:
    """The names of a path, which are in double quotes; none where it is no path.

    >>> steps('"a"."b c"'), steps("a.b")
    (['a', 'b c'], [])
    """
    whole = re.fullmatch(rf"{_NAME}(\.{_NAME})*", path)
    return [name.replace('""', '"') for name in re.findall(_NAME, path)] if whole else []


def _transform(text: str, keep: list[str], paths: list[str], values: list[str]) -> str:
    value = load(text)
    if not isinstance(value, dict):
        return text
    found: dict[str, Any] = {}
    for path in keep:
        _carry(value, found, steps(path))
    for path, new in zip(paths, values, strict=True):
        _put(found, steps(path), load(new))
    return dump(found)


def _carry(value: Any, found: dict[str, Any], names: list[str]) -> None:
    """Take over what is at a path, if something is there."""
    for name in names:
        if not isinstance(value, dict) or name not in value:
            return
        value = value[name]
    _put(found, names, value)


def _put(found: dict[str, Any], names: list[str], new: Any) -> None:
    for name in names[:-1]:
        found = found.setdefault(name, {})
        if not isinstance(found, dict):
            fail(f"OBJECT_TRANSFORM of a path into {name}, which is no object, is not supported")
    found[names[-1]] = new


UDFS = (Udf("rs_transform", _transform, ("VARCHAR", *["VARCHAR[]"] * 3), "VARCHAR"),)
