"""Personal entities in free text: only they are masked or encrypted.

Source: https://docs.aws.amazon.com/databrew/latest/dg/API_EntityDetectorConfiguration.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from labkit.cloud.databrew.profile.entities import ENTITIES, GROUPS, entity_types
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown

Work = Callable[[str | None], str | None]


def only_entities(work: Work, types: Sequence[str]) -> Work:
    """A function that changes the entities of some types in a text, and leaves the rest.

    An entity is found by its pattern, between what is no letter and no digit. Types that only a
    column's name tells, such as a bank account, are not found in text.

    Raises:
        RecipeError: there is no such type, or none of them can be found in text.
    """
    found = [(_pattern(ENTITIES[name].pattern), ENTITIES[name].check) for name in _known(types)]
    if not found:
        raise RecipeError(f"Entities of type {', '.join(types)} are told by a column's name alone.")

    def changed(text: str | None) -> str | None:
        if text is None:
            return None
        spans = _spans(text, found)
        parts, at = [], 0
        for start, end in spans:
            parts += [text[at:start], work(text[start:end]) or ""]
            at = end
        return "".join([*parts, text[at:]])

    return changed


def _known(types: Sequence[str]) -> list[str]:
    for name in types:
        if name not in ENTITIES and name not in GROUPS:
            raise unknown("entity type", name, [*GROUPS, *ENTITIES])
    return [name for name in entity_types(types) if ENTITIES[name].pattern]


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{pattern})(?![^\W_])")


def _spans(
    text: str, patterns: Sequence[tuple[re.Pattern[str], Callable[[str], bool] | None]]
) -> list[tuple[int, int]]:
    """Where entities stand, in order; of those that overlap the longer of the first."""
    spans = sorted(
        (match.start(), -match.end())
        for pattern, check in patterns
        for match in pattern.finditer(text)
        if check is None or check(match[0])
    )
    chosen: list[tuple[int, int]] = []
    for start, end in spans:
        if not chosen or start >= chosen[-1][1]:
            chosen.append((start, -end))
    return chosen
