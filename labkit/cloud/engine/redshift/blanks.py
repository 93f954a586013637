"""Blanks at the end of text: nothing to a comparison, kept in the value.

``'a'`` and ``'a '`` are equal, one group, one distinct value and a match of a join; which of them
is shown is not told, and here it is the least. LENGTH and LIKE see the blanks of a ``varchar``; a
``char`` has none. Values of SUPER are grouped by what they are, too: 1 and 1.0 are one number.

To cut blanks off costs a query more than its grouping, so that it is done to text that may have
some alone: `Typed.clean` tells of a value that has none.
Source: https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from labkit.cloud.engine.redshift.errors import UNDEFINED_FUNCTION, RedshiftError
from labkit.cloud.engine.redshift.scope import Typed


def is_clean(value: Typed) -> bool:
    """Whether no blank can stand at the end of a value, or none would count, and it is no SUPER."""
    if value.type.base == "super":
        return False
    if value.literal is not None:
        return not value.literal.endswith(" ")
    return value.type.base != "varchar" or (value.clean is not None and value.clean())


def all_clean(values: Iterable[Typed]) -> Callable[[], bool]:
    """Tells, when it is asked, whether no value can have a blank at its end."""
    told = list(values)
    return lambda: all(map(is_clean, told))


def sortable(value: Typed) -> Typed:
    """A value to sort, group or tell apart by.

    Raises:
        RedshiftError: it is a geometry.
    Source: https://docs.aws.amazon.com/redshift/latest/dg/spatial-limitations.html
    """
    if value.type.base == "geometry":
        told = "could not identify an ordering operator for type geometry"
        raise RedshiftError(told, UNDEFINED_FUNCTION)
    return value


def key(value: Typed) -> str:
    """What a value is compared and grouped by."""
    if value.type.base == "super":
        return f"rs_super_key({value.sql})"
    return value.sql if is_clean(value) else f"rs_key({value.sql})"


def shown(value: Typed) -> Typed:
    """The value of a group whose key is `key`."""
    return value if is_clean(value) else replace(value, sql=f"min({value.sql})")
