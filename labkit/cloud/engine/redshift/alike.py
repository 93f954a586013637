"""The same expression twice is one, though each time its subqueries' tables get other aliases."""

from __future__ import annotations

import re

_TEXT_OR_ALIAS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\bs\d+\b""")
_OWN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\bAS (s\d+)\b""")


def has_query(sql: str) -> bool:
    """Whether a subquery may stand in an expression."""
    return "SELECT " in sql


def alike(sql: str) -> str:
    """An expression's SQL with the aliases that it makes itself counted from its start.

    >>> alike("(SELECT max(s7.a) FROM t AS s7 WHERE s7.b = s0.b AND s7.c = 's7')")
    "(SELECT max(#0.a) FROM t AS #0 WHERE #0.b = s0.b AND #0.c = 's7')"
    """
    if not has_query(sql):
        return sql
    own = [found[1] for found in _OWN.finditer(sql) if found[1]]
    told = {alias: f"#{at}" for at, alias in enumerate(dict.fromkeys(own))}
    return _TEXT_OR_ALIAS.sub(lambda found: told.get(found[0], found[0]), sql)
