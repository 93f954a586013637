"""The words of an expression of BOOLEAN_OPERATION or CASE_OPERATION, from left to right."""

from __future__ import annotations

import re

from labkit.cloud.databrew.recipe.errors import RecipeError

_TOKEN = re.compile(
    r"\s*(?:(?P<name>`(?:[^`]|``)*(?:`|$))|(?P<text>'(?:[^']|'')*'|\"[^\"]*\")"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<word>\w+)"
    r"|(?P<sign><=|>=|!=|<>|==|[<>=!(),*/%+-]))"
)


def tokens_of(text: str) -> list[tuple[str, str]]:
    """Kind and text of each: ``name``, ``text``, ``number``, ``word`` or ``sign``.

    >>> tokens_of("`a b` > 1")
    [('name', '`a b`'), ('sign', '>'), ('number', '1')]

    Raises:
        RecipeError: there is something else.
    """
    tokens, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise RecipeError(f"'{text[at:].strip()}' does not read in '{text}'.")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens
