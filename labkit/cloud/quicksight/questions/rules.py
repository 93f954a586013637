"""Helpers of the grammar's rules: a regular expression over items' tags, and what it matched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labkit.cloud.quicksight.questions.items import Item, tags

Items = list[Item]


def matches(pattern: str, items: Sequence[Item]) -> Iterator[re.Match[str]]:
    """Where a rule holds among the items."""
    return re.finditer(pattern, tags(items))


def first(pattern: str, items: Sequence[Item]) -> re.Match[str] | None:
    """The first place where a rule holds."""
    return re.search(pattern, tags(items))


def without(items: Sequence[Item], match: re.Match[str]) -> Items:
    """The items that a rule has not used; a pause stands where they were."""
    return [*items[: match.start()], PAUSE, *items[match.end() :]]


def at(items: Sequence[Item], match: re.Match[str], group: str) -> Item | None:
    """The first item of a rule's named group."""
    return items[match.start(group)] if match.group(group) else None


PAUSE = Item(",", "stop", "")
