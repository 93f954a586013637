"""What every part of a query is: a node, an expression or a relation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a query, with its place in the text.

    Args:
        start: offset of its first character.
        end: offset after its last character.
    """

    start: int = field(compare=False, repr=False)
    end: int = field(compare=False, repr=False)


class Expression(Node):
    """A part of a query that has a value."""

    __slots__ = ()


class Relation(Node):
    """A part of a query that has rows."""

    __slots__ = ()


def parts(node: object) -> tuple[object, ...]:
    """What a node holds, or a tuple; of anything else nothing."""
    if isinstance(node, Node):
        return tuple(getattr(node, each.name) for each in fields(node))
    return node if isinstance(node, tuple) else ()


def nodes_in(node: object) -> Iterator[Node]:
    """All of a tree, with the queries inside."""
    if isinstance(node, Node):
        yield node
    for part in parts(node):
        yield from nodes_in(part)
