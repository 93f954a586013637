"""What lies apart of a service's pickle, as rows of their own: a change costs its rows alone.

A table's partitions, versions and items are many, and a function's code is large. So `Apart` takes
their place: a mapping that the pickle only names, and that notes which of its members are to be
written. A member is changed by another object in its place.
"""

from __future__ import annotations

import uuid
import weakref
from collections import OrderedDict
from collections.abc import (
    Callable,
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    ValuesView,
)
from dataclasses import dataclass
from operator import is_
from typing import Any

from labkit.cloud.noting import Changes, Items, each_item


@dataclass(frozen=True)
class Many:
    """An attribute of many objects.

    Args:
        attribute: its name.
        each: those that its value has, in their order.
        again: its value of those.
        kind: a ``log`` gains them at its end alone, and loses them at its ends; a ``set`` has them
            as `Items`; in both none is changed. Those of a ``list`` are, which `note` is told of.
    """

    attribute: str
    each: Callable[[Any], Iterable[Any]] = iter
    again: Callable[[Iterable[Any]], Any] = list
    kind: str = "log"


@dataclass(frozen=True)
class Parts:
    """What of a type's objects lies apart.

    Args:
        service: whose records they are.
        mappings: attributes whose members do.
        values: attributes that do themselves.
        many: an attribute whose objects do.
    """

    service: str
    mappings: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    many: Many | None = None

    def held(self) -> tuple[str, ...]:
        """The attributes that no pickle has."""
        return (*self.values, self.many.attribute) if self.many else self.values


def _records_again(records: Iterable[Any]) -> dict[int, Any]:
    return OrderedDict((each.sequence_number, each) for each in records)


_PARTS = {
    "moto.glue.models.FakeTable": Parts("glue", mappings=("partitions", "versions")),
    "moto.awslambda.models.LambdaFunction": Parts("lambda", values=("code_bytes",)),
    "moto.awslambda.models.LayerVersion": Parts("lambda", values=("code_bytes",)),
    **dict.fromkeys(
        (f"moto.dynamodb.models.table.{name}Table" for name in ("", "Restored", "RestoredPIT")),
        Parts("dynamodb", many=Many("items", each_item, Items, "set")),
    ),
    "moto.dynamodb.models.table.StreamShard": Parts("dynamodb", many=Many("items")),
    "moto.kinesis.models.Shard": Parts(
        "kinesis", many=Many("records", dict.values, _records_again)
    ),
    "moto.cloudwatch.models.CloudWatchBackend": Parts("cloudwatch", many=Many("metric_data")),
    "moto.sqs.models.Queue": Parts(
        "sqs", ("deleted_messages", "numbered"), many=Many("_messages", kind="list")
    ),
    "moto.logs.models.LogStream": Parts("logs", many=Many("events")),
}
# Those of a service that have members to be written, by their names.
_TOUCHED: dict[str, dict[str, Apart]] = {}
# Members of lists that are not any more as they were written, by their identity.
_NOTED: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
# Where the values and the many of an object lie.
_HELD: weakref.WeakKeyDictionary[Any, Apart] = weakref.WeakKeyDictionary()


class Apart(MutableMapping[str, Any]):
    """A mapping in the order of insertion whose members are rows of the workspace's state.

    Args:
        service: whose it is: it is written when that is.
        name: what its rows lie under.
    """

    def __init__(self, service: str, name: str) -> None:
        self.service, self.name = service, name
        self._members: dict[str, Any] = {}
        self._written: dict[str, None] = {}
        self._gone: set[str] = set()
        self._numbers: dict[int, str] = {}  # of objects that it follows, by their identity
        self._followed: Any = []
        self._changes: Changes = {}
        #: Told of the members that are brought back from disk.
        self.brought_back: Callable[[], None] = lambda: None

    def __getitem__(self, key: str) -> Any:
        return self._members[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._members[key] = value
        self._written[key] = None
        self._touch()

    def __delitem__(self, key: str) -> None:
        del self._members[key]
        self._written.pop(key, None)
        self._gone.add(key)
        self._touch()

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def values(self) -> ValuesView[Any]:
        return self._members.values()

    def items(self) -> ItemsView[str, Any]:
        return self._members.items()

    def restore(self, members: Iterable[tuple[str, Any]]) -> None:
        """Hold what is on disk, and nothing else."""
        self._members = dict(members)
        self._written, self._gone, self._numbers, self._followed = {}, set(), {}, []
        self.brought_back()

    def follow_items(self, items: Items) -> None:
        """Hold these, and no others."""
        if self._followed is not items:
            self._followed, self._changes = [], items.watch()
            self.follow(list(each_item(items)), "set")
            self._followed = items
        numbers, highest = self._numbered(), int(next(reversed(self._members), 0))
        for place, former in self._changes.items():
            number, now = numbers.pop(id(former), None), items.at(place)
            if now is not None:
                number = number or str(highest := highest + 1)
                numbers[id(now)] = number
                if self._members.get(number) is not now:
                    self[number] = now
            elif number:
                del self[number]
        self._changes.clear()

    def follow(self, members: list[Any], kind: str) -> None:
        """Hold these objects, and no others, under numbers that rise."""
        if kind == "log" and self._begins(members):
            for each in members[len(self) :]:
                number = int(next(reversed(self._members))) + 1
                self[str(number)] = each
                if self._numbers:
                    self._numbers[id(each)] = str(number)
            return
        if kind == "list" and _NOTED:
            self._write_noted()
        last = self._followed
        if last and len(members) == len(last) and all(map(is_, members, last)):
            return
        self._followed = [] if kind == "log" else members
        numbers, now = self._numbered(), dict(zip(map(id, members), members, strict=True))
        highest = int(next(reversed(self._members), 0))
        for gone in numbers.keys() - now.keys():
            del self[numbers.pop(gone)]
        if kind == "list" and [each for each in now if each in numbers] != [*numbers]:
            self.clear()  # in another order
            numbers.clear()
        if new := now.keys() - numbers.keys():
            for number, name in enumerate((each for each in now if each in new), highest + 1):
                self[str(number)], numbers[name] = now[name], str(number)
                _NOTED.pop(name, None)

    def _numbered(self) -> dict[int, str]:
        self._numbers = self._numbers or {id(each): number for number, each in self.items()}
        return self._numbers

    def _write_noted(self) -> None:
        numbers = self._numbered()
        for name, each in list(_NOTED.items()):
            if number := numbers.get(name):
                self[number] = each
                _NOTED.pop(name, None)

    def _begins(self, members: list[Any]) -> bool:
        """Whether these begin with all that it holds: by the first and the last of it."""
        held, count = self._members.values(), len(self)
        return (
            0 < count <= len(members)
            and members[0] is next(iter(held))
            and members[count - 1] is next(reversed(held))
        )

    def take_changes(self) -> tuple[set[str], dict[str, Any]]:
        """What has changed since the last call: keys whose rows go first, and members to write."""
        gone, written = self._gone, self._written
        self._written, self._gone = {}, set()
        return gone, {key: self._members[key] for key in written if key in self._members}

    def _touch(self) -> None:
        _TOUCHED.setdefault(self.service, {})[self.name] = self


def note(member: Any) -> None:
    """Have a member of a list written anew."""
    _NOTED[id(member)] = member


def parts(kind: type) -> Parts | None:
    """What of a type's objects lies apart."""
    return _PARTS.get(f"{kind.__module__}.{kind.__qualname__}")


def split(owner: Any, own: Parts) -> tuple[dict[str, Any], Apart | None]:
    """An object's attributes, which its pickle has, and what lies apart of them.

    Its mappings become `Apart` if they are not.
    """
    known = vars(owner)
    for attribute in {*own.mappings} & known.keys():
        if not isinstance(members := known[attribute], Apart):
            made = Apart(own.service, uuid.uuid4().hex)
            made.update(members if isinstance(members, Mapping) else dict.fromkeys(members))
            setattr(owner, attribute, made)
    if not own.held():
        return known, None
    if (held := _HELD.get(owner)) is None:
        held = _hold(owner, own, Apart(own.service, uuid.uuid4().hex))
    for name in {*own.values} & known.keys():
        if held.get(name) is not known[name]:
            held[name] = known[name]
    if own.many and own.many.attribute in known:
        _follow(owner, own.many, held)
    return {name: value for name, value in known.items() if name not in own.held()}, held


def _follow(owner: Any, many: Many, held: Apart) -> None:
    value = getattr(owner, many.attribute)
    if many.kind != "set":
        is_as_told = many.kind == "log" and isinstance(value, list)
        held.follow(value if is_as_told else list(many.each(value)), many.kind)
        return
    if not isinstance(value, Items):
        value = Items(many.each(value))
        setattr(owner, many.attribute, value)
    held.follow_items(value)


def join(owner: Any, told: tuple[dict[str, Any], Apart | None]) -> None:
    """Give an object what `split` told of it."""
    attributes, held = told
    vars(owner).update(attributes)
    if held is not None and (own := parts(type(owner))):
        _hold(owner, own, held).brought_back()


def _hold(owner: Any, own: Parts, held: Apart) -> Apart:
    """Have an object's attributes lie there, and be what is brought back from there."""
    known = weakref.ref(owner)

    def give() -> None:
        if (owner := known()) is not None:
            many = {own.many.attribute: own.many.again(held.values())} if own.many else held
            vars(owner).update(many)

    held.brought_back = give
    _HELD[owner] = held
    return held


def take_touched(services: Iterable[str]) -> list[Apart]:
    """Those of these services that have members to be written, since the last call."""
    return [each for service in services for each in _TOUCHED.pop(service, {}).values()]


def services() -> list[str]:
    """Whose members are to be written."""
    return list(_TOUCHED)


def forget() -> None:
    """Let go of what another workspace has touched."""
    _TOUCHED.clear()
