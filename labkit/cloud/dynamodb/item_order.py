"""The order of DynamoDB's items: a page of a query or a scan looks at what it tells alone.

moto puts all of a table in order for each page, by comparisons of its own objects, looks at all
that is before the page, and copies what it tells. Here a table, and each of its indexes, is put in
order once, and then where items change.
"""

from __future__ import annotations

import copy
import inspect
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from types import SimpleNamespace
from typing import Any

from moto.dynamodb.models import table as tables
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import RESULT_SIZE_LIMIT, Table

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.dynamodb.item_keys import types_of
from labkit.cloud.noting import Items, each_item

_query: Any = Table.query
_scan: Any = Table.scan
_asked_of_query = inspect.signature(_query)
_asked_of_scan = inspect.signature(_scan)
Place = tuple[Any, ...]


@on_start
def install(_: Cloud) -> None:
    """Let moto do so."""
    Table.all_items = _in_order  # type: ignore[method-assign, assignment]
    Table.query = _query_part  # type: ignore[method-assign, assignment]
    Table.scan = _scan_part  # type: ignore[method-assign, assignment]
    # What is found is told, and not changed: an update changes a copy.
    vars(tables)["copy"] = SimpleNamespace(copy=copy.copy, deepcopy=_copied)


class _Order:
    """The items that have some attributes, each of its type, in the order of these."""

    def __init__(self, items: Items, by: Place) -> None:
        self._items, self._by = items, by
        self._changes = items.watch()
        self._sort()

    def part(self, prefix: Place, start: Place | None, *, forward: bool) -> Iterator[Any]:
        """The items whose places begin so, those behind a place."""
        low = bisect_left(self._places, prefix)
        high = bisect_right(self._places, prefix, key=lambda place: place[: len(prefix)])
        if start is not None and forward:
            low = max(low, bisect_right(self._places, start))
        elif start is not None:
            high = min(high, bisect_left(self._places, start))
        numbers = range(low, high) if forward else range(high - 1, low - 1, -1)
        return (self._held[number] for number in numbers)

    def catch_up(self) -> None:
        """Put what has changed in its place."""
        if len(self._changes) > 100 + len(self._held) // 10:
            self._sort()
        for place, former in self._changes.items():
            before, now = self._place(former), self._items.at(place)
            after = self._place(now)
            if before is not None:
                number = bisect_left(self._places, before)
                del self._places[number], self._held[number]
            if after is not None:
                number = bisect_left(self._places, after)
                self._places.insert(number, after)
                self._held.insert(number, now)
        self._changes.clear()

    def _sort(self) -> None:
        placed = ((self._place(item), item) for item in each_item(self._items))
        found = sorted((each for each in placed if each[0] is not None), key=lambda each: each[0])
        self._places, self._held = [each[0] for each in found], [each[1] for each in found]
        self._changes.clear()

    def _place(self, item: Any) -> Any:
        if item is None:
            return None
        place = []
        for name, kind in self._by:
            held = item.attrs.get(name)
            if held is None or kind not in (None, held.type):
                return None
            place.append(held.cast_value)
        return tuple(place)


def _copied(value: Any, memo: Any = None) -> Any:
    is_items = isinstance(value, list) and value and isinstance(value[0], tables.Item)
    if is_items or isinstance(value, tables.Item):
        return copy.copy(value)
    return copy.deepcopy(value, memo)


def _order(table: Any, index: str | None = None, most: int | None = None) -> tuple[_Order, Place]:
    """A table's or an index's order, and the names of the attributes that it is by."""
    if not isinstance(table.items, Items):
        table.items = Items(each_item(table.items))
    names = [each for each in (table.hash_key_attr, table.range_key_attr) if each]
    if index:
        schema = table.get_index(index, error_if_not=True).schema
        own = [
            key["AttributeName"]
            for kind in ("HASH", "RANGE")
            for key in islice((each for each in schema if each["KeyType"] == kind), most)
        ]
        names = [*own, *names]
    names, types = list(dict.fromkeys(names)), types_of(table)
    by = tuple((name, types.get(name)) for name in names)
    if by not in table.items.kept:
        table.items.kept[by] = _Order(table.items, by)
    order: _Order = table.items.kept[by]
    order.catch_up()
    return order, tuple(names)


def _in_order(table: Any) -> list[Any]:
    return list(_order(table)[0].part((), None, forward=True))


def _place_of(key: Any, names: Place) -> Place | None:
    return tuple(DynamoType(key[name]).cast_value for name in names) if key else None


def _scan_part(table: Any, *args: Any, **kwargs: Any) -> Any:
    asked = _asked_of_scan.bind(table, *args, **kwargs).arguments
    index = asked.get("index_name")
    order, names = _order(table, index, most=1)
    start = _place_of(asked.get("exclusive_start_key"), names)
    few = _with(table, order.part((), start, forward=True))
    return _scan(few, *args, **kwargs)


def _query_part(table: Any, *args: Any, **kwargs: Any) -> Any:
    asked = _asked_of_query.bind(table, *args, **kwargs).arguments
    index, hash_key = asked.get("index_name"), asked["hash_key"]
    if index and index not in {each.name for each in table.all_indexes()}:
        return _query(table, *args, **kwargs)  # moto tells of it
    order, names = _order(table, index)
    hash_key = dict(asked.get("hash_key_conditions") or ()).get(names[0], hash_key)
    prefix = (hash_key.cast_value,) if hash_key is not None else ()
    start = _place_of(asked.get("exclusive_start_key"), names)
    forward = asked.get("scan_index_forward") is not False
    found = order.part(prefix, start, forward=forward)
    if _is_whole(table, index, asked):
        found = _page(found, asked["limit"])
    told = list(found)
    few = _with(table, told if forward else reversed(told))
    return _query(few, *args, **kwargs)


def _with(table: Any, items: Iterable[Any]) -> Any:
    """A table of these items alone, which are in order, and behind where a page starts."""
    few = copy.copy(table)
    few.all_items = lambda: items
    few.has_idx_items = lambda _: items
    few.sorted_items = lambda _, __, found: found
    few._item_comes_before_dct = lambda *_: False
    return few


def _is_whole(table: Any, index: str | None, asked: Any) -> bool:
    """Whether a query tells all items of one hash key."""
    if asked.get("range_comparison") or asked.get("filter_kwargs"):
        return False
    schema = table.get_index(index).schema if index else ()
    return len([each for each in schema if each["KeyType"] == "HASH"]) < 2


def _page(items: Iterator[Any], limit: int | None) -> Iterator[Any]:
    """As many as a page has, and one more, by which moto knows that there are more."""
    size = 0
    for number, item in enumerate(items):
        yield item
        size += item.size()
        if number == limit or size > RESULT_SIZE_LIMIT:
            return
