"""Names and texts as they stand in SQL: whatever comes from outside goes through here.

DuckDB, Trino and Redshift quote alike: a quote inside is doubled, nothing else is special.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def quoted_name(name: str) -> str:
    """A name as a quoted identifier.

    >>> quoted_name('a"b c')
    '"a""b c"'
    """
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """A text as a string literal.

    >>> quoted_text("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def chosen(value: str, told: Mapping[Any, str]) -> str:
    """SQL of one of known texts, by a number or text; of NULL for none."""
    whens = " ".join(
        f"WHEN {quoted_text(key) if isinstance(key, str) else key} THEN {quoted_text(text)}"
        for key, text in told.items()
    )
    return f"CASE {value} {whens} END" if whens else "NULL"
