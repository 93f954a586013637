"""Notifications of one bucket that overlap: no event of an object is told by two configurations.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

from labkit.cloud.s3.documents import invalid

if TYPE_CHECKING:
    from labkit.cloud.s3.documents import Document

_AMBIGUOUS = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the "
    "prefixes are overlapping for the same event type."
)
_SHARED = (
    "Configurations overlap. Configurations on the same bucket cannot share a common event type."
)


class _Wanted(NamedTuple):
    """The events that a configuration tells, of keys that begin and end so."""

    events: list[str]
    prefix: str
    end: str  # backwards


def check(document: Document) -> None:
    """Raise where two of a bucket's configurations tell the same event of the same keys."""
    told = (each for each in document.root if each.find("Event") is not None)
    for one, other in itertools.combinations(map(_wanted, told), 2):
        shared = [(a, b) for a in one.events for b in other.events if _share(a, b)]
        if shared and _nest(one.prefix, other.prefix) and _nest(one.end, other.end):
            filtered = any((*one[1:], *other[1:]))
            raise invalid(_AMBIGUOUS if filtered else _SHARED, "Event", ", ".join(shared[0]))


def _wanted(configuration: Any) -> _Wanted:
    rules = configuration.iterfind(".//FilterRule")
    ends = {each.findtext("Name", "").lower(): each.findtext("Value", "") for each in rules}
    events = [(each.text or "").strip() for each in configuration.iterfind("Event")]
    return _Wanted(events, ends.get("prefix", ""), ends.get("suffix", "")[::-1])


def _share(one: str, other: str) -> bool:
    """Whether two events are one, or one of them is all of the other's kind."""
    pairs = (one, other), (other, one)
    return one == other or any(a.endswith(":*") and b.startswith(a[:-1]) for a, b in pairs)


def _nest(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
