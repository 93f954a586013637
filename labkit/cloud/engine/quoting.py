"""Names and texts as they stand in SQL: whatever comes from outside goes through here.

DuckDB, Trino and Redshift quote alike: a quote inside is doubled, nothing else is special.
"""

from __future__ import annotations


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
