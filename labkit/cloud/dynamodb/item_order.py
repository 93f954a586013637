"""The order of DynamoDB's items, and those of one key found without a look at all others.

moto puts all of a table in order for each page of a query or a scan, by comparisons of its own
objects: with 50,000 items that takes seconds.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any

from moto.dynamodb.models.table import Table

from labkit.cloud.apart import each_item
from labkit.cloud.cloud import Cloud, on_start

_query: Any = Table.query


@on_start
def install(_: Cloud) -> None:
    """Let moto do so."""
    Table.all_items = _in_order  # type: ignore[method-assign, assignment]
    Table.sorted_items = _in_order_of  # type: ignore[method-assign, assignment]
    Table.query = _query_its_key  # type: ignore[method-assign, assignment]


def _in_order(table: Any) -> list[Any]:
    return sorted(each_item(table.items), key=_place)


def _place(item: Any) -> tuple[Any, ...]:
    keys = (item.hash_key, item.range_key)
    return tuple(each.cast_value for each in keys if each is not None)


def _in_order_of(table: Any, hash_keys: Any, range_keys: Any, items: list[Any]) -> list[Any]:
    names = table._generate_attr_to_sort_by(hash_keys, range_keys)
    return sorted(items, key=lambda item: tuple(item.attrs[name].cast_value for name in names))


def _query_its_key(table: Any, hash_key: Any, *args: Any, **kwargs: Any) -> Any:
    """Query the items of a table's key alone; those of an index are put in order once."""
    index = kwargs.get("index_name") or (args[6] if len(args) > 6 else None)
    few = copy.copy(table)
    if index:
        few.all_items = lambda: list(each_item(table.items))
    elif hash_key is not None:
        held = hash_key in table.items
        few.items = defaultdict(dict, {hash_key: table.items[hash_key]} if held else {})
    return _query(few, hash_key, *args, **kwargs)
