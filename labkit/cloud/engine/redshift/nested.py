"""Nested columns of external tables: structs by dots, arrays in FROM; a map is an array of both.

They are DuckDB's own structs and lists here. What a query gives is scalar: a struct or an array is
but the way to what it has. Source:
https://docs.aws.amazon.com/redshift/latest/dg/tutorial-query-nested-data.html
"""

from __future__ import annotations

from collections.abc import Iterable

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift.errors import UNDEFINED_COLUMN, RedshiftError
from labkit.cloud.engine.redshift.scope import Field, Scope, Typed, no_column
from labkit.cloud.engine.redshift.types import NESTED


def field(value: Typed, name: str) -> Typed:
    """``struct.name``"""
    for known, kind in value.type.parts:
        if value.type.base == "struct" and known == name:
            return Typed(f"struct_extract({value.sql}, {quoted_text(name)})", kind, name)
    raise RedshiftError(f'column "{name}" does not exist in {value.name}', UNDEFINED_COLUMN)


def scalar(value: Typed, scope: Scope) -> Typed:
    """What is read as a value.

    Raises:
        RedshiftError: it is nested. Source:
            https://docs.aws.amazon.com/redshift/latest/dg/serializing-complex-JSON.html
    """
    if value.type.base in NESTED:
        raise no_column("", value.name, scope)
    return value


def all_scalar(fields: Iterable[Field]) -> None:
    """Refuse ``*`` where it has nested columns."""
    if any(each.type.base in NESTED for each in fields):
        raise RedshiftError("Nested tables do not support '*' in the SELECT clause.", "0A000")
