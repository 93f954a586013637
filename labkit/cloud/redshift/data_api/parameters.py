"""Parameters of statements: ``:name`` in the text, a name and a text each in the request.

All of them are there for each statement of a batch; each must be in one of them at least. A name
may begin with a digit (``:1``). Sources:
https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_BatchExecuteStatement.html and
https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_SqlParameter.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labkit.cloud.engine.redshift.words import words
from labkit.cloud.redshift.words import invalid


def bound(sqls: Sequence[str], parameters: list[dict[str, str]]) -> list[tuple[str, list[Any]]]:
    """The texts with ``$1``, ``$2``, ... in place of names, and each one's values.

    Raises:
        AwsError: a name has no value, or a value is for no name.
    """
    if not parameters:
        return [(sql, []) for sql in sqls]
    values = {one["name"]: one["value"] for one in parameters}
    if len(values) < len(parameters):
        raise invalid("Parameters list contains duplicate names")
    unused = set(values)
    texts = [_bound(sql, values, unused) for sql in sqls]
    if unused:
        raise invalid(f"Parameters list contains unused parameters. Unused parameters: "
                      f"{sorted(unused)}")  # fmt: skip
    return texts


def _bound(sql: str, values: Mapping[str, str], unused: set[str]) -> tuple[str, list[Any]]:
    order: list[str] = []
    pieces, at = [], 0
    for start, end in _named(sql):
        name = sql[start + 1 : end]
        if name not in values:
            raise invalid(f"Parameters list doesn't contain the parameter {name}")
        if name not in order:
            order.append(name)
        unused.discard(name)
        pieces += [sql[at:start], f"${order.index(name) + 1}"]
        at = end
    return "".join([*pieces, sql[at:]]), [values[name] for name in order]


_NUMBERED = re.compile(r"\d\w*", re.ASCII)


def _named(sql: str) -> Iterator[tuple[int, int]]:
    """Where the parameters of a text begin and end."""
    for word in words(sql):
        if word.kind == "parameter" and word.text.startswith(":"):
            yield word.start, word.end
        elif word.text == ":" and (numbered := _NUMBERED.match(sql, word.end)):
            yield word.start, numbered.end()
