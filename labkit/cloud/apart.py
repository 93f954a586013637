"""What lies apart of a service's pickle, as rows of their own: a change costs its rows alone.

A table's partitions and versions are many, and a function's code is large. So `Apart` takes their
place: a mapping that the pickle only names, and that notes which of its members are to be written.
A member is changed by assigning it anew.
"""

from __future__ import annotations

import uuid
import weakref
from collections.abc import ItemsView, Iterable, Iterator, MutableMapping, ValuesView
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Parts:
    """What of a type's objects lies apart.

    Args:
        service: whose records they are.
        mappings: attributes whose members do.
        values: attributes that do themselves.
    """

    service: str
    mappings: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


_PARTS = {
    "moto.glue.models.FakeTable": Parts("glue", mappings=("partitions", "versions")),
    "moto.awslambda.models.LambdaFunction": Parts("lambda", values=("code_bytes",)),
    "moto.awslambda.models.LayerVersion": Parts("lambda", values=("code_bytes",)),
}
# Those of a service that have members to be written, by their names.
_TOUCHED: dict[str, dict[str, Apart]] = {}
# Where the values of an object lie.
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
        self._written, self._gone = {}, set()

    def take_changes(self) -> tuple[set[str], dict[str, Any]]:
        """What has changed since the last call: keys whose rows go first, and members to write."""
        gone, written = self._gone, self._written
        self._written, self._gone = {}, set()
        return gone, {key: self._members[key] for key in written if key in self._members}

    def _touch(self) -> None:
        _TOUCHED.setdefault(self.service, {})[self.name] = self


def parts(kind: type) -> Parts | None:
    """What of a type's objects lies apart."""
    return _PARTS.get(f"{kind.__module__}.{kind.__qualname__}")


def split(owner: Any, own: Parts) -> tuple[dict[str, Any], Apart | None]:
    """An object's attributes, which its pickle has, and what lies apart of them.

    Its mappings become `Apart` if they are not.
    """
    for attribute in own.mappings:
        if not isinstance(members := getattr(owner, attribute), Apart):
            made = Apart(own.service, uuid.uuid4().hex)
            made.update(members)
            setattr(owner, attribute, made)
    if not own.values:
        return vars(owner), None
    held = _HELD.setdefault(owner, Apart(own.service, uuid.uuid4().hex))
    for name in own.values:
        if held.get(name) is not getattr(owner, name):
            held[name] = getattr(owner, name)
    return {name: value for name, value in vars(owner).items() if name not in own.values}, held


def join(owner: Any, told: tuple[dict[str, Any], Apart | None]) -> None:
    """Give an object what `split` told of it."""
    attributes, held = told
    vars(owner).update(attributes)
    if held is not None:
        vars(owner).update(held)
        _HELD[owner] = held


def take_touched(services: Iterable[str]) -> list[Apart]:
    """Those of these services that have members to be written, since the last call."""
    return [each for service in services for each in _TOUCHED.pop(service, {}).values()]


def services() -> list[str]:
    """Whose members are to be written."""
    return list(_TOUCHED)


def forget() -> None:
    """Let go of what another workspace has touched."""
    _TOUCHED.clear()
