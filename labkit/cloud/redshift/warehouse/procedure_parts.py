"""What a procedure is made of, once it is read: blocks, declarations, steps."""

from __future__ import annotations

from dataclasses import dataclass, field

from labkit.cloud.engine.redshift.types import Type


@dataclass
class Declaration:
    """A variable: without a type a RECORD; an alias is another name of an argument."""

    name: str
    type: Type | None
    default: str = ""
    constant: bool = False
    filled: bool = False
    alias: str = ""


@dataclass
class Block:
    declared: list[Declaration]
    steps: list[Step]
    handler: list[Step] | None = None
    cursors: dict[str, Cursor] = field(default_factory=dict)


@dataclass
class Cursor:
    """A cursor that a query is bound to, with the arguments that it takes."""

    arguments: list[tuple[str, Type]]
    query: str


@dataclass
class Step:
    """One statement: what it is, its texts, and the steps inside of it; a loop's label."""

    kind: str
    texts: list[str] = field(default_factory=list)
    inner: list[list[Step]] = field(default_factory=list)
    block: Block | None = None
    label: str = ""
