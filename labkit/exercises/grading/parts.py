"""What a question reads, part by part: variables where they were set, states at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labkit.exercises.states import One, Reads, State


def parts(reads: Reads) -> dict[str, One]:
    """Each thing that a question reads, by name; one alone has no name.

    >>> parts("withdrawn"), parts({"a": "first", "b": State("rows", "SELECT 1")})
    ({'': 'withdrawn'}, {'a': 'first', 'b': State('rows', 'SELECT 1')})
    """
    return dict(reads) if isinstance(reads, Mapping) else {"": reads}


def variables(reads: Reads) -> dict[str, str]:
    """The variables that a question reads."""
    return {name: one for name, one in parts(reads).items() if isinstance(one, str)}


def states(reads: Reads) -> dict[str, State]:
    """The states of the cloud that a question reads."""
    return {name: one for name, one in parts(reads).items() if isinstance(one, State)}


def joined(reads: Reads, found: Mapping[str, Any]) -> Any:
    """The value of all parts together, as `labkit.exercises.question.read` gives it."""
    return found[""] if "" in parts(reads) else {name: found[name] for name in parts(reads)}
