"""The order in which Glue tells a map's entries: that of Java's ``HashMap``.

AWS's pages promise none. Clients that print a table's parameters as they come see this one, such as
awswrangler's ``generate_create_query``, whose test on an account has it.

Sources: https://github.com/aws/aws-sdk-pandas/blob/main/tests/unit/test_athena.py and
https://docs.oracle.com/javase/8/docs/api/java/util/HashMap.html
"""

from __future__ import annotations

from functools import lru_cache

_FEWEST, _LOAD = 16, 0.75


def in_hash_order(entries: dict[str, str]) -> dict[str, str]:
    """The same entries by the places of a hash table, which grows as it fills."""
    places = _FEWEST
    while len(entries) > places * _LOAD:
        places *= 2
    return dict(sorted(entries.items(), key=lambda entry: _hash(entry[0]) & (places - 1)))


@lru_cache(maxsize=4096)
def _hash(text: str) -> int:
    """Java's of a text, over UTF-16, its upper half folded onto the lower."""
    units = memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
    found = 0
    for unit in units:
        found = (31 * found + unit) & 0xFFFFFFFF
    return found ^ (found >> 16)
