"""A recipe's versions: the one that is worked on, and those that were published.

``LATEST_WORKING`` is 0.1, and 1.1 once 1.0 is published. A published version, 1.0 or 2.0, does not
change any more. https://docs.aws.amazon.com/databrew/latest/dg/API_Recipe.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.databrew.records import Record

WORKING, PUBLISHED = "LATEST_WORKING", "LATEST_PUBLISHED"
FIRST = "0.1"
_NUMBER = re.compile(r"(?!0+\.0+$)\d{1,6}\.\d{1,6}")


def is_number(version: str) -> bool:
    """Whether it is a version's number: two numbers of six digits at most, not both zero.

    >>> [is_number(version) for version in ("1.0", "0.1", "0.0", "1", "latest")]
    [True, True, False, False, False]
    """
    return bool(_NUMBER.fullmatch(version))


def published(recipe: Record) -> list[Record]:
    """The published versions, the first one first."""
    found: dict[str, Record] = recipe["_"]["published"]
    return list(found.values())


def find(recipe: Record, version: str | None) -> Record | None:
    """A version by its number or its name; ``None`` when there is none."""
    known = published(recipe)
    if version in (None, PUBLISHED):
        return known[-1] if known else None
    if is_working(recipe, version or ""):
        return recipe
    return next((each for each in known if each["RecipeVersion"] == version), None)


def is_working(recipe: Record, version: str) -> bool:
    """Whether the version that is worked on has this number or name."""
    return version in (WORKING, recipe["RecipeVersion"])


def publish(recipe: Record, description: str | None, changes: Record) -> Record:
    """The recipe with what is worked on as its next published version.

    Args:
        description: of the published version; that of the working one by default.
        changes: who publishes, and when.
    """
    number = next_number(recipe)
    version = _members(recipe) | changes | {"RecipeVersion": f"{number}.0"}
    if description is not None:
        version["Description"] = description
    hidden = recipe["_"]
    others = {**hidden["published"], version["RecipeVersion"]: version}
    working = {"RecipeVersion": f"{number}.1", "CreateDate": changes["PublishedDate"]}
    return recipe | working | {"_": {**hidden, "published": others}}


def next_number(recipe: Record) -> int:
    """The major number that the next published version has; numbers are not used twice."""
    return int(recipe["RecipeVersion"].split(".")[0]) + 1


def without(recipe: Record, version: str) -> Record:
    """The recipe without a published version."""
    kept = {n: each for n, each in recipe["_"]["published"].items() if n != version}
    return recipe | {"_": {**recipe["_"], "published": kept}}


def _members(recipe: Record) -> dict[str, Any]:
    """What a version keeps; its tags are the recipe's."""
    return {n: value for n, value in recipe.items() if n not in ("_", "Tags")}
