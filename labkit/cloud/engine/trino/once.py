"""SQL that writes a value more than once, over a value that is reckoned once.

What ``random()`` gives would else be another value at each place, and what is long would grow with
each call around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

#: What gives another value each time that it is asked.
_CHANGES = re.compile(r"\b(?:random|uuid|trino_random|trino_random_below|trino_shuffle)\(")


def changes(sql: str) -> bool:
    """Whether a value may be another one each time that it is reckoned."""
    return bool(_CHANGES.search(sql))


def once(render: Callable[..., str], *values: str, long: int = 200) -> str:
    """SQL over values that stand in it once, where they are long or change.

    Args:
        render: gives the SQL, of the values or of what stands for them.
        values: their SQL.
        long: how many characters are written again and again.
    """
    if not any(len(value) > long or changes(value) for value in values):
        return render(*values)
    if len(values) == 1:
        return f"list_transform([{values[0]}], lambda _o: {render('_o')})[1]"
    fields = ", ".join(f"v{at} := {value}" for at, value in enumerate(values))
    body = render(*(f"_o.v{at}" for at in range(len(values))))
    return f"list_transform([struct_pack({fields})], lambda _o: {body})[1]"
