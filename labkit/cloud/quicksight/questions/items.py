"""One thing that a question says, as the rules of the grammar see it: a letter and its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.cloud.quicksight.questions.lexicon import Named
from labkit.cloud.quicksight.questions.small_words import GENERIC
from labkit.cloud.quicksight.questions.words import Token


@dataclass(frozen=True)
class Item:
    """One thing that a question says.

    Args:
        tag: one letter.
        means: the phrase's meaning, the literal, or the unknown word.
        named: the field, value or filter behind ``F``, ``V`` and ``L``.
        text: as it was written.
        after: the word of place before a text or an unknown word: "in", "from", "at".
    """

    tag: str
    means: str
    text: str
    named: Named | None = None
    after: str = ""


def tags(items: Sequence[Item]) -> str:
    """The letters of the items, for the rules."""
    return "".join(each.tag for each in items)


def text_of(found: Sequence[Item | Token]) -> str:
    """What was written of them."""
    return " ".join(each.text for each in found)


def is_generic(item: Item) -> bool:
    """Whether it says what kind of thing a field is, and nothing more."""
    return item.tag in "FW" and item.text.lower().removesuffix("'s") in GENERIC
