"""Parameters of a statement: ``:name`` in the text, a name and a text each in the request.

Source: https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-calling.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.engine.redshift.reading import words
from labkit.cloud.redshift.words import invalid


def bound(sql: str, parameters: list[dict[str, str]]) -> tuple[str, list[Any]]:
    """The text with ``$1``, ``$2``, ... in place of names, and the values.

    Raises:
        AwsError: a name has no value.
    """
    if not parameters:
        return sql, []
    values = {one["name"]: one["value"] for one in parameters}
    if len(values) < len(parameters):
        raise invalid("Parameters list contains duplicate names")
    order: list[str] = []
    pieces, at = [], 0
    for word in words(sql):
        if word.kind != "parameter" or not word.text.startswith(":"):
            continue
        name = word.text[1:]
        if name not in values:
            raise invalid(f"Parameters list doesn't contain the parameter {name}")
        if name not in order:
            order.append(name)
        pieces += [sql[at : word.start], f"${order.index(name) + 1}"]
        at = word.end
    unused = set(values) - set(order)
    if unused:
        raise invalid(f"Parameters list contains unused parameters. Unused parameters: "
                      f"{sorted(unused)}")  # fmt: skip
    return "".join([*pieces, sql[at:]]), [values[name] for name in order]
