"""The parts of an expression."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class _Mark:
    """A value that is only itself."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


#: What an attribute is that is not there, and the star of ``COUNT(*)``, ``[*]`` and ``.*``.
MISSING, ALL = _Mark("MISSING"), _Mark("ALL")


@dataclass(frozen=True)
class Name:
    """A name; one in quotes is meant with its capitals."""

    text: str
    is_quoted: bool = False


@dataclass(frozen=True)
class Literal:
    """A value: None, MISSING, bool, int, Decimal or str."""

    value: Any


@dataclass(frozen=True)
class Ion:
    """A value between backticks, in Ion's text."""

    text: str


@dataclass(frozen=True)
class Parameter:
    """A question mark: the value that is given at its place."""

    place: int


@dataclass(frozen=True)
class Path:
    """A name, and the way from its value to another: names, places in lists, ``ALL``."""

    root: Name
    steps: tuple[Name | int | _Mark, ...] = ()

    @property
    def names(self) -> tuple[Name | int | _Mark, ...]:
        """The root, and the steps behind it."""
        return (self.root, *self.steps)


@dataclass(frozen=True)
class Call:
    """A function's call; keywords within it stand as texts among the arguments."""

    function: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Operation:
    """An operator with its operands, such as ``AND``, ``<=``, ``BETWEEN``, ``IS MISSING``."""

    operator: str
    operands: tuple[Any, ...]


@dataclass(frozen=True)
class Cast:
    """A value as a type, with what stands in the type's brackets."""

    operand: Any
    type: str
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Case:
    """``CASE``: pairs of conditions and values; with an operand, of what it is and values."""

    operand: Any
    pairs: tuple[tuple[Any, Any], ...]
    otherwise: Any


@dataclass(frozen=True)
class Collection:
    """A list ``[…]``, a bag ``<<…>>``, a tuple ``{…}`` of pairs, or values in brackets."""

    kind: str
    items: tuple[Any, ...] = field(default=())


def parts(node: Any) -> list[Any]:
    """An expression and all that it is made of."""
    found = [node]
    inner: tuple[Any, ...] = ()
    match node:
        case Call():
            inner = node.arguments
        case Operation():
            inner = node.operands
        case Cast():
            inner = (node.operand,)
        case Case():
            inner = (node.operand, node.otherwise, *(each for pair in node.pairs for each in pair))
        case Collection(kind="tuple"):
            inner = tuple(each for pair in node.items for each in pair)
        case Collection():
            inner = node.items
    for each in inner:
        found += parts(each)
    return found
