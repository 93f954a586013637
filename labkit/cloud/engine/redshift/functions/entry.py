"""One line of the function tables: a signature and what it is in DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.engine.redshift.once import filled
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import NUMBERS, TEXTS, Type, numeric

Render = Callable[[Sequence[Typed]], str]
Returns = Callable[[Sequence[Type]], Type]
#: Classes of types that a signature may ask for instead of one.
CLASSES = {
    "any": None,
    "number": NUMBERS,
    "integer": ("int2", "int4", "int8"),
    "text": TEXTS,
    "float": ("float4", "float8"),
    "time_like": ("date", "timestamp", "timestamptz", "time", "timetz"),
}


@dataclass(frozen=True)
class Entry:
    """A function's overload.

    Args:
        signature: ``name(type, type, ...) -> type``: short names (``int4``, ``varchar``), classes
            (``number``, ``any``); ``...`` after the last repeats it; ``->`` missing where
            ``returns`` computes it.
        sql: DuckDB SQL, ``{0}`` an argument, ``{all}`` all; or a function of the arguments.
        returns: the result's type from the arguments', where the signature does not tell it.
        name: what a column of it is called, where that is not the function's name.
        measured: the result's type from the arguments themselves, where literals tell it.
    """

    signature: str
    sql: str | Render
    returns: Returns | None = None
    name: str = ""
    measured: Callable[[Sequence[Typed]], Type] | None = None

    @property
    def function(self) -> str:
        return self.signature.partition("(")[0]

    @property
    def parameters(self) -> tuple[str, ...]:
        inner = self.signature.partition("(")[2].partition(")")[0]
        return tuple(part.strip() for part in inner.split(",") if part.strip())

    def expand(self, count: int) -> tuple[str, ...] | None:
        """The parameters for so many arguments; None when they cannot be so many."""
        known = self.parameters
        if known and known[-1].endswith("..."):
            repeated = known[-1].removesuffix("...")
            fits = count >= len(known) - 1
            return (*known[:-1], *[repeated] * (count - len(known) + 1)) if fits else None
        return known if len(known) == count else None

    def result(self, args: Sequence[Typed]) -> Type:
        if self.measured:
            return self.measured(args)
        if self.returns:
            return self.returns([arg.type for arg in args])
        name = self.signature.rpartition("-> ")[2]
        return numeric(38, 0) if name == "numeric" else Type(name)

    def render(self, args: Sequence[Typed]) -> str:
        if callable(self.sql):
            return self.sql(args)
        return filled(self.sql, [arg.sql for arg in args])


def entries(*lines: tuple[Any, ...]) -> tuple[Entry, ...]:
    """A table of functions, a tuple for each."""
    return tuple(Entry(*line) for line in lines)


def same(kinds: Sequence[Type]) -> Type:
    """The first argument's type."""
    return kinds[0]
