"""Paths of SUPER columns, as masking policies name them: ``person.name.first``.

A path that a value has not stays away. Source:
https://docs.aws.amazon.com/redshift/latest/dg/t_ddm-super.html
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.redshift.catalog import Catalog
from labkit.cloud.engine.redshift.compile import compile_expression
from labkit.cloud.engine.redshift.scope import Field, Source, Typed
from labkit.cloud.engine.redshift.types import SUPER


def at_path(catalog: Catalog, column: Typed, path: Sequence[str]) -> Typed:
    """What a SUPER value has at a path; the value itself where the path is empty."""
    if not path:
        return column
    source = Source("", [Field("whole", column.type, column.sql)])
    text = ".".join(quoted_name(part) for part in ("whole", *path))
    return compile_expression(text, catalog, [source])


def with_path(column: Typed, path: Sequence[str], value: Typed) -> Typed:
    """A SUPER value with another scalar at a path, if it has something there."""
    new = value.sql if value.type.base == "super" else f"CAST(to_json({value.sql}) AS VARCHAR)"
    listed = ", ".join(map(quoted_text, path))
    sql = f"rs_json_put({column.sql}, [{listed}], coalesce({new}, 'null'))"
    return Typed(sql, SUPER, column.name)


def conflict(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one of two paths leads through the other.

    >>> conflict(("a", "b"), ("a", "b", "c")), conflict(("a", "b"), ("a", "c"))
    (True, False)
    """
    shorter = min(len(one), len(other))
    return tuple(one[:shorter]) == tuple(other[:shorter])
