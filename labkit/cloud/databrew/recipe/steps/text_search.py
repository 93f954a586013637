"""Text functions that search by a regular expression.

A start or an end matches at that end alone. Places count from 1; a search that finds nothing gives
0, as Spark's ``locate`` does.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.text.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parameters import NewColumn
from labkit.cloud.databrew.recipe.parts import regexps
from labkit.cloud.databrew.recipe.parts.values import at_least
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.steps.text_functions import given_text

operation = category("Fn: text")


def _at_end(edge: str, summary: str) -> Callable[..., Relation]:
    """A function of whether a regular expression matches one end of a text."""

    def function(
        table: Relation,
        *,
        source_column: Column | None = None,
        value: str | None = None,
        pattern: str,
        target_column: NewColumn,
    ) -> Relation:
        text = given_text(source_column, value)
        return table.put(target_column, regexps.found(text, edge.format(regexps.grouped(pattern))))

    function.__doc__ = summary
    return function


operation("STARTS_WITH")(
    _at_end("^{}", "Whether a regular expression matches the start of a text.")
)
operation("ENDS_WITH")(_at_end("{}\\z", "Whether a regular expression matches the end of a text."))


@operation("FIND")
def find(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: str | None = None,
    pattern: str,
    position: int = 1,
    ignore_case: bool = False,
    target_column: NewColumn,
) -> Relation:
    """Where the first match of a regular expression starts, searched from a character on.

    Whether the new column has the place or the match is not documented: here it is the place,
    counted from 1 at the left, and 0 where there is none.
    """
    at_least(1, position, "position")
    text = given_text(source_column, value)
    at = regexps.positioned(text, _cased(pattern, ignore_case), position)
    return table.put(
        target_column, f"CASE WHEN {text} IS NOT NULL THEN greatest(CAST({at} AS INTEGER), 0) END"
    )


@operation("RIGHT_FIND")
def right_find(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: str | None = None,
    pattern: str,
    position: int = 1,
    ignore_case: bool = False,
    target_column: NewColumn,
) -> Relation:
    """Where the last match of a regular expression starts, searched from the right.

    The search begins at a character that is counted from 1 at the right end; the place is counted
    from the left, as FIND counts it, which is not documented.
    """
    at_least(1, position, "position")
    text = given_text(source_column, value)
    search = _last_match(_cased(pattern, ignore_case), position)
    name = table.context.function(search, ["VARCHAR"], "INTEGER")
    return table.put(target_column, f"{name}({text})")


def _cased(pattern: str, ignore_case: bool) -> str:
    regexps.checked(pattern)
    return f"(?i){pattern}" if ignore_case else pattern


def _last_match(pattern: str, position: int) -> Callable[[str | None], int | None]:
    regex = regexps.checked(pattern)

    def search(text: str | None) -> int | None:
        if text is None:
            return None
        starts = range(len(text) - position, -1, -1)
        return next((at + 1 for at in starts if regex.match(text, at)), 0)

    return search
