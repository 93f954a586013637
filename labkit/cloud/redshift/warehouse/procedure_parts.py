"""What a procedure is made of, once it is read: blocks, declarations, steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.engine.quoting import quoted_text
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


def row_text(row: Mapping[str, Any]) -> str | None:
    """A row as RAISE shows it; None where all of it is NULL, by which a record IS NULL."""
    shown = ("" if each is None else str(each) for each in row.values())
    return None if set(row.values()) <= {None} else f"({','.join(shown)})"


def literal(text: str | None, kind: Type) -> str:
    """A value's text as a literal of its type in SQL."""
    if text is None:
        return "NULL"
    if kind.base in ("int2", "int4", "int8"):
        return text
    if kind.base == "bool":
        return text.lower()
    return quoted_text(text)
