"""What every part of a query is: a node, an expression or a relation."""

from __future__ import annotations

from dataclasses import dataclass, field


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
