"""What a rule of the conditions has found: its field, its words, whether it is denied."""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.quicksight.questions.items import Item
from labkit.cloud.quicksight.questions.topic import TopicField

Found = Sequence[Item]


def field_of(found: Found) -> TopicField | None:
    named = next((each.named for each in found if each.tag == "F" and each.named), None)
    return named.field if named else None


def one_of(found: Found, *ts: str) -> Item | None:
    return next((each for each in found if each.tag in ts), None)


def inverse_of(found: Found) -> bool:
    return any(each.tag == "n" or each.means == "!=" for each in found)
