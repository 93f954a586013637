"""How a type of resource is made by its service's own calls.

A template's properties are the members of the calls, but for what a type says of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Members = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """How a resource's state is read, where a call does not wait for its end.

    Args:
        call: such as ``DescribeClusters``.
        status: the path in its answer of the state.
        ready: the state in which the resource is there; several with ``|`` between them.
        why: the path of the reason why it has failed.
        when: whether to wait, by the resource's members.
    """

    call: str
    status: str
    ready: str
    why: str = ""
    when: Callable[[Members], bool] = lambda _: True


@dataclass(frozen=True)
class Part:
    """A property that a call of its own sets, or one for each of its items.

    Args:
        name: the property's.
        add: the call and its parameters, by the members and the property or an item of it.
        remove: the same for what an update or the resource's end takes away.
        first: whether the first call leaves it out.
        whole: whether it is set as one, and goes with the resource by itself.
    """

    name: str
    add: Callable[[Members, Any], tuple[str, Members]]
    remove: Callable[[Members, Any], tuple[str, Members]] | None = None
    first: bool = True
    whole: bool = False

    def items(self, members: Members) -> list[Any]:
        """What is set in turn: items where they can be removed, else the whole."""
        said = members.get(self.name)
        if said is None:
            return []
        return said if isinstance(said, list) and self.remove and not self.whole else [said]


@dataclass(frozen=True)
class Kind:
    """A type of resource.

    Args:
        service: botocore's name of it.
        make: the call that makes one; without one, its parts do.
        change: the call that changes one; without one, a change makes another.
        drop: the call that drops one.
        name: the path of the member that names it; a template that has none is given one.
        low: whether a name that is given is in small letters.
        shared: whether several may have one name.
        id: the path of what ``Ref`` gives, in the members or the answer; else the name, or one
            that is given. Several stand with ``|`` between them.
        ref: what ``Ref`` gives instead, by the members.
        end: the end of a name that is given, by the properties.
        by: the members that name it in the calls but the first, and the paths of their values.
        nest: the member of the changing call that holds what changes.
        passed: what a template may say that the first call does not take.
        shaped: a template's properties as the members of the first call.
        changes: members that can be changed though that call names them otherwise.
        changed: the members as the changing call has them.
        differs: whether the changing call is told of what is another alone.
        dropped: what the dropping call is told beside the name.
        last: what it is told instead where ``DeletionPolicy`` asks for a snapshot, with ``{}`` for
            the snapshot's name.
        parts: what further calls set.
        then: the call that follows the changing one, by its answer.
        read: where the first call does not wait.
        attributes: of ``Fn::GetAtt``, and their paths where these are others, or texts with
            paths in braces.
        known: what the service's answers leave out until a change.
    """

    service: str
    make: str
    change: str = ""
    drop: str = ""
    name: str = "Name"
    low: bool = False
    shared: bool = False
    id: str = ""
    ref: Callable[[Members], str] | None = None
    end: Callable[[Members], str] = lambda _: ""
    by: Mapping[str, str] = field(default_factory=dict)
    nest: str = ""
    passed: tuple[str, ...] = ()
    shaped: Callable[[Members], Members] = dict
    changes: tuple[str, ...] = ()
    changed: Callable[[Members], Members] = dict
    differs: bool = False
    dropped: Mapping[str, Any] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    then: Callable[[Members], tuple[str, Members]] | None = None
    read: Reading | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)


def kind(service: str, noun: str, *, change: str | None = None, **more: Any) -> Kind:
    """A type whose calls are named after it; ``change=""`` where none changes it."""
    told = f"Update{noun}" if change is None else change
    more = {"drop": f"Delete{noun}"} | more
    return Kind(service, f"Create{noun}", told, **more)


def renaming(names: Mapping[str, str]) -> Callable[[Members], Members]:
    """What gives a template's properties, but not what is in them, the API's names."""
    return lambda members: {names.get(name, name): value for name, value in members.items()}


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A value with other names, wherever they stand."""
    if isinstance(value, list):
        return [renamed(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    return {names.get(name, name): renamed(each, names) for name, each in value.items()}


def at(value: Any, path: str) -> Any:
    """What stands at a path, whatever its capitals; ``None`` where nothing does.

    ``*`` is the first of all members.
    """
    for part in path.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, dict):
            return None
        named = {name.lower(): name for name in value}
        first = next(iter(value), "")
        value = value.get(first if part == "*" else named.get(part.lower(), part))
    return value


def put(value: Members, path: str, said: Any) -> None:
    """Set what stands at a path; the objects on the way are copied."""
    *way, last = path.split(".")
    for part in way:
        part = next(iter(value), "") if part == "*" else part
        value[part] = dict(value.get(part) or {})
        value = value[part]
    value[last] = said
