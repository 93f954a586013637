"""Texts that are JSON: DuckDB's ``json_valid`` passes over a comma behind the last item, NaN and
infinities, which JSON has not. Source: https://www.rfc-editor.org/rfc/rfc8259
"""

from __future__ import annotations

_TEXTS = r"""'"(\\.|[^"\\])*"'"""
_SUSPECT = r"',\s*[]}]|[Nn][Aa][Nn]|[Ii][Nn][Ff]'"


def json_or_null(text: str) -> str:
    """SQL of a text where it is JSON; of NULL elsewhere.

    Args:
        text: SQL of it.
    """
    outside = f"regexp_replace({text}, {_TEXTS}, '', 'gs')"
    lax = f"regexp_matches({text}, {_SUSPECT}) AND regexp_matches({outside}, {_SUSPECT})"
    return f"CASE WHEN json_valid({text}) AND NOT ({lax}) THEN {text} END"
