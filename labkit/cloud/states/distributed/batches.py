"""The inputs of a Map Run's executions: an item each, or as many as a batch may hold.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.json_text import compact
from labkit.cloud.states.distributed.sources import Item
from labkit.cloud.states.errors import DATA_LIMIT, StateFailed
from labkit.cloud.states.items import selected
from labkit.cloud.states.templates import MOST_BYTES
from labkit.cloud.states.visits import Visit

Batch = tuple[Any, int]


def inputs_of(visit: Visit, items: list[Item]) -> list[Batch]:
    """Each execution's input, and of how many items it is.

    Raises:
        StateFailed: an item is larger than an input may be.
    """
    chosen = [
        selected(visit, index, each.value, Source=each.source) for index, each in enumerate(items)
    ]
    batcher = visit.state.get("ItemBatcher")
    if batcher:
        return _batches(visit, batcher, chosen)
    if any(len(compact(each).encode()) > MOST_BYTES for each in chosen):
        raise _too_large()
    return [(each, 1) for each in chosen]


def _batches(visit: Visit, batcher: dict[str, Any], items: list[Any]) -> list[Batch]:
    most_items = int(visit.number("MaxItemsPerBatch", batcher) or 0) or len(items)
    most_bytes = int(visit.number("MaxInputBytesPerBatch", batcher) or 0) or MOST_BYTES
    shared = visit.filled("BatchInput", batcher)
    frame = {"Items": []} if shared is None else {"BatchInput": shared, "Items": []}
    empty = len(compact(frame).encode())
    found: list[list[Any]] = []
    room = 0
    for item in items:
        size = len(compact(item).encode()) + 1  # with its comma
        if empty + size - 1 > most_bytes:
            raise _too_large()
        if not found or len(found[-1]) == most_items or size > room:
            found.append([])
            room = most_bytes - empty + 1
        found[-1].append(item)
        room -= size
    return [(frame | {"Items": each}, len(each)) for each in found]


def _too_large() -> StateFailed:
    words = "An item is larger than the maximum number of bytes of an execution's input."
    return StateFailed(DATA_LIMIT, words)
