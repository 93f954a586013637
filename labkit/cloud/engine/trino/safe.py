"""``TRY`` and ``TRY_CAST``: NULL in place of an error.

DuckDB computes what stands twice in a row's expressions once, before the rest, and takes it out of
a TRY for that: what fails there is not caught. A lambda keeps it inside.
Source: https://trino.io/docs/current/functions/conditional.html#try
"""

from __future__ import annotations

import re
from collections.abc import Callable

from labkit.cloud.engine.trino.scope import Scope

#: Without these a text has columns, literals and operators alone, and none that stands twice.
_FORM = re.compile(r"\w\(|\b(?:CASE|SELECT|OVER)\b")
#: What may not stand in a lambda of DuckDB's.
_OUTSIDE = re.compile(r"\b(?:SELECT|OVER)\b")


def safe(sql: str, render: Callable[[str], str], scope: Scope) -> str:
    """A value, read once, and SQL over it; NULL when either fails."""
    if not _FORM.search(sql):
        return f"TRY({render(sql)})"
    name = scope.state.fresh("t")
    return f"TRY(list_transform([{sql}], lambda {name}: {render(name)})[1])"


def tried(sql: str, scope: Scope) -> str:
    """SQL, NULL when it fails."""
    if not _FORM.search(sql) or _OUTSIDE.search(sql):
        return f"TRY({sql})"
    return f"TRY(list_transform([true], lambda {scope.state.fresh('t')}: {sql})[1])"
