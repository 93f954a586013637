"""``TRY`` and ``TRY_CAST``: NULL in place of an error.

DuckDB computes what stands twice in a row's expressions once, before the rest, and takes it out of
a TRY for that: what fails there is not caught. A lambda keeps it inside.
Source: https://trino.io/docs/current/functions/conditional.html#try
"""

from __future__ import annotations

import re
from collections.abc import Callable

from labkit.cloud.engine.trino.once import changes
from labkit.cloud.engine.trino.scope import Scope

#: Without these a text has columns, literals and operators alone, and none that stands twice.
_FORM = re.compile(r"\w\(|\b(?:CASE|SELECT|OVER)\b")
#: What may stand neither in a lambda nor in a TRY of DuckDB's; Trino's does not reach it either.
_OUTSIDE = re.compile(r"\b(?:SELECT|OVER)\b")
#: The error of ``date_parse``.
_UNREAD = re.compile(
    r"error\('LABKIT:INVALID_FUNCTION_ARGUMENT: ' \|\| trino_\w+_unread\(_t, '(?:[^']|'')*'\)\)"
)


def safe(sql: str, render: Callable[[str], str], scope: Scope) -> str:
    """A value, read once, and SQL over it; NULL when either fails."""
    if not _FORM.search(sql):
        return f"TRY({render(sql)})"
    name = scope.state.fresh("t")
    if _OUTSIDE.search(sql) or changes(sql):
        return f"list_transform([{sql}], lambda {name}: TRY({render(name)}))[1]"
    return f"TRY(list_transform([{sql}], lambda {name}: {render(name)})[1])"


def unread(sql: str) -> str:
    """A ``date_parse`` that is NULL in place of its error, the slowest part of trying it."""
    quiet, times = _UNREAD.subn("NULL", sql)
    return quiet if times == 1 else sql


def in_lambda(sql: str) -> bool:
    """Whether DuckDB takes this SQL in a lambda."""
    return not _OUTSIDE.search(sql)


def tried(sql: str, scope: Scope) -> str | None:
    """SQL, NULL when it fails; None where DuckDB cannot say so."""
    if not _FORM.search(sql):
        return f"TRY({sql})"
    if not in_lambda(sql):
        return None
    return f"TRY(list_transform([true], lambda {scope.state.fresh('t')}: {sql})[1])"
