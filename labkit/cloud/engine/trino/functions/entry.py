"""One line of the function tables: a signature and what it is in DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.engine.types import Type

Render = Callable[[Any, Sequence[str]], str]
Derive = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Entry:
    """A function's overload.

    Args:
        signature: Trino's own text, ``round(decimal(p, s)) -> decimal(rp, 0)``.
        template: DuckDB SQL. ``{0}`` is an argument, ``{all}`` all of them, ``{returns}`` the
            result's DuckDB type, ``{T}`` and ``{p}`` what the variables are; or a function of the
            resolved call and its arguments.
        finish: for aggregates, SQL around the call, which stands as ``{agg}``.
        derive: computes the variables of the result that the arguments do not give.
        deterministic: whether equal arguments give equal results.
    """

    signature: str
    template: str | Render
    finish: str = "{agg}"
    derive: Derive | None = None
    deterministic: bool = True

    def expand(self, call: Any, args: Sequence[str]) -> str:
        """The template with the arguments in it."""
        if not isinstance(self.template, str):
            return self.template(call, args)
        return self.template.format(*args, all=", ".join(args), **_words(call))

    def finish_with(self, call: Any, inner: str) -> str:
        """The aggregate's call inside its finishing expression."""
        return self.finish.format(agg=inner, **_words(call))


def _words(call: Any) -> dict[str, Any]:
    spelled = {k: v.duckdb if isinstance(v, Type) else v for k, v in call.bindings.items()}
    return {**spelled, "returns": call.returns.duckdb}


def entries(*lines: tuple[Any, ...]) -> tuple[Entry, ...]:
    """A table of functions, a tuple for each."""
    return tuple(Entry(*line) for line in lines)
