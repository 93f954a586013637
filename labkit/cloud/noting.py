"""The mapping that moto has a table's items in, which tells what has been changed of it.

An item stands under its hash key, or under its range key in the mapping that stands there. Who
watches is told of each place that was changed, and what was there before: so that a change costs
itself, and not a look at all items.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

#: Of a changed place, hash key and range key, what was there when it was looked at last.
Changes = dict[tuple[Any, Any], Any]


def each_item(items: dict[Any, Any]) -> Iterator[Any]:
    """The items of a table, of the mapping that moto has them in."""
    for group in items.values():  # of one key, or the item itself where that is all of it
        if isinstance(group, dict):
            yield from group.values()
        else:
            yield group


class _Noting(dict[Any, Any]):
    """A mapping whose changes go through `__setitem__` and `__delitem__`."""

    popitem = MutableMapping.popitem
    update = MutableMapping.update

    def pop(self, key: Any, *default: Any) -> Any:
        if key not in self:
            return super().pop(key, *default)
        value = self[key]
        del self[key]
        return value

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self) -> None:
        for key in list(self):
            del self[key]

    def __ior__(self, other: Any) -> Any:  # type: ignore[misc]
        self.update(other)
        return self


class Items(_Noting):
    """Items by their keys; made of those that are given."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        super().__init__()
        self._watchers: list[Changes] = []
        #: What others keep for as long as it lives.
        self.kept: dict[Any, Any] = {}
        for item in items:
            self.put((item.hash_key, item.range_key), item)

    def __missing__(self, key: Any) -> Any:
        group = _Group(self, key)
        dict.__setitem__(self, key, group)
        return group

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(value, dict):
            self.pop(key, None)
            self[key].update(value)
        else:
            self.note(key, None, self.get(key))
            super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        if isinstance(value := dict.__getitem__(self, key) if key in self else None, dict):
            value.clear()
        else:
            self.note(key, None, value)
        super().__delitem__(key)

    def __deepcopy__(self, _: dict[int, Any]) -> Items:
        """The same items for another table: none is changed in its place."""
        return Items(each_item(self))

    def at(self, place: tuple[Any, Any]) -> Any:
        """The item of a key, or ``None``."""
        hash_key, range_key = place
        value = self.get(hash_key)
        return value if range_key is None else (value or {}).get(range_key)

    def put(self, place: tuple[Any, Any], item: Any) -> None:
        """Have an item there, or none."""
        hash_key, range_key = place
        mapping, key = (self, hash_key) if range_key is None else (self[hash_key], range_key)
        if item is None:
            mapping.pop(key, None)
        else:
            mapping[key] = item

    def watch(self) -> Changes:
        """What is changed from now on; who has looked empties it."""
        changes: Changes = {}
        self._watchers.append(changes)
        return changes

    def unwatch(self, changes: Changes) -> None:
        """Tell it no more."""
        self._watchers = [each for each in self._watchers if each is not changes]

    def note(self, hash_key: Any, range_key: Any, former: Any) -> None:
        """Tell those who watch of a change to come."""
        for each in self._watchers:
            each.setdefault((hash_key, range_key), former)


class _Group(_Noting):
    """The items of a hash key, by their range keys."""

    def __init__(self, items: Items, key: Any) -> None:
        super().__init__()
        self._items, self._key = items, key

    def __setitem__(self, key: Any, value: Any) -> None:
        self._items.note(self._key, key, self.get(key))
        super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        self._items.note(self._key, key, self[key])
        super().__delitem__(key)
