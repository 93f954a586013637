"""One term of ORDER BY, wherever it stands: in a query, an aggregate or a window.

Source: https://trino.io/docs/current/sql/select.html#order-by-clause
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.comparisons import sort_key
from labkit.cloud.engine.trino.functions.equality import orderable
from labkit.cloud.engine.trino.functions.unordered import holds_nan, nan_least
from labkit.cloud.engine.trino.scope import Scope, Typed

_CONSTANT = re.compile(r"\(*(?:'(?:[^']|'')*'|[-+]?[\d.]+|NULL|true|false)\)*")


def sort_term(value: Typed, item: tree.SortItem, scope: Scope, *, measured: bool = False) -> str:
    """One term of ORDER BY; NULL is last unless it is told otherwise, both ways.

    ``measured``: distances are told along it, so that it must stay a number or a moment. NaN, to
    DuckDB the largest, stands before the numbers among the negatives, turned around.
    Source: https://trino.io/docs/current/sql/select.html#order-by-clause
    """
    if not orderable(value.type):
        text = scope.source(item.value)
        message = (
            f"Type {value.type} is not orderable, and therefore cannot be used in ORDER BY: {text}"
        )
        raise scope.fail(item.value, "TYPE_MISMATCH", message)
    if measured and item.nulls_first and value.type.base in ("real", "double"):
        value = Typed(f"-({value.sql})", value.type)
        item = replace(item, descending=not item.descending)
    first = item.nulls_first and not measured
    own = value.type.duckdb if measured else "VARCHAR"
    return f"({term_key(value, nulls_first=first, constant=own)}) {direction(item)}"


def term_key(value: Typed, *, nulls_first: bool, constant: str = "VARCHAR") -> str:
    """What to sort by. DuckDB refuses constants, or takes them for a column's number.

    Args:
        constant: the type that one is cast to.
    """
    first = nulls_first and holds_nan(value.type)
    key = (nan_least if first else sort_key)(value.sql, value.type)
    return f"CAST({key} AS {constant})" if _CONSTANT.fullmatch(key) else key


def sort_terms(items: Sequence[tree.SortItem], scope: Scope) -> str:
    return ", ".join(sort_term(scope.value(item.value), item, scope) for item in items)


def direction(item: tree.SortItem) -> str:
    """``DESC NULLS LAST`` and its like."""
    way = "DESC" if item.descending else "ASC"
    return f"{way} NULLS {'FIRST' if item.nulls_first else 'LAST'}"
