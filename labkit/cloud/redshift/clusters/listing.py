"""What the Describe operations have in common: a name, tags, pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labkit.cloud import paging
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.records import Kind, Record
from labkit.cloud.redshift.words import invalid_value

MOST = 100


def listing(
    context: Context,
    kind: Kind,
    member: str,
    *,
    name: str | None = None,
    keep: Callable[[Record], bool] = bool,
    show: Callable[[Record], Record] = records.shown,
    TagKeys: list[str] | None = None,
    TagValues: list[str] | None = None,
    **page: Any,
) -> Answer:
    """The resources of a kind under an answer's member: the one of a name, or a page of them.

    Args:
        keep: which ones.
        show: how a record is told.
        **page: ``MaxRecords`` and ``Marker``.
    """
    found = [records.find(context, kind, name)] if name else records.listed(context, kind)
    kept = [each for each in found if keep(each) and has_tags(each, TagKeys, TagValues)]
    return pages(member, [show(each) for each in kept], **page)


def pages(
    member: str, items: Sequence[Any], MaxRecords: int = MOST, Marker: str | None = None
) -> Answer:
    """One page of a list."""
    bad = invalid_value("The marker is not valid")
    return paging.page(member, items, MaxRecords, Marker, bad, following="Marker")


def has_tags(record: Record, keys: list[str] | None, values: list[str] | None) -> bool:
    """Whether a resource has one of the keys, and one of the values, among its tags."""
    tags = record.get("Tags", [])
    return (not keys or any(tag.get("Key") in keys for tag in tags)) and (
        not values or any(tag.get("Value") in values for tag in tags)
    )
