"""What a calculated field cannot be: one sentence each, QuickSight's own where it is known.

Sources: https://docs.aws.amazon.com/quicksight/latest/user/calculated-field-aggregations.html and
https://docs.aws.amazon.com/quicksight/latest/user/calculated-field-reference.html
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class CalcError(ValueError):
    """An expression that QuickSight's language does not have. Args: the sentence."""


class CalcSyntaxError(CalcError):
    """The text does not read as an expression."""


class UnknownName(CalcError):
    """A function, field or parameter that is not there."""


class WrongArguments(CalcError):
    """A function or operator with arguments that it does not take."""


class WrongType(WrongArguments):
    """An argument of another type than these; the call that it stands in tells the whole.

    Args:
        kinds: the types that were wanted.
        kind: the one that was given.
        measure: whether it is the measure's type.
    """

    def __init__(self, kinds: Sequence[str], kind: str, *, measure: bool = False) -> None:
        super().__init__(f"A value of the type {' or '.join(kinds)} is wanted, not {kind}.")
        self.kinds, self.measure = tuple(kinds), measure


class MismatchedAggregation(CalcError):
    """Aggregated and nonaggregated values in one expression."""

    def __init__(self) -> None:
        super().__init__(
            "Mismatched aggregation. Custom aggregations can't contain both aggregated and "
            "nonaggregated fields, in any combination."
        )


class NestedAggregation(CalcError):
    """An aggregate inside another, or a table calculation inside another."""

    def __init__(self, outer: str, inner: str) -> None:
        super().__init__(f"Nesting of aggregate functions like {outer} and {inner} is not allowed.")


class MissingInFieldWells(CalcError):
    """A table calculation over a field that the visual does not show."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            "Table calculation attribute reference(s) are missing in field wells: "
            f"{name}. The visual is grouped by: {listed(known)}."
        )


def unknown(kind: str, name: str, known: Iterable[str]) -> UnknownName:
    """No such function, field or parameter, with what exists."""
    names = list(known)
    near = difflib.get_close_matches(name, names, 1, 0.6)
    hint = f" Did you mean {near[0]}?" if near else ""
    shown = "" if len(names) > 40 else f" Known: {listed(names)}."
    return UnknownName(f"There is no {kind} named {name}.{hint}{shown}")


def listed(names: Iterable[str]) -> str:
    """Names in a sentence.

    >>> listed(["a", "b"])
    'a, b'
    """
    return ", ".join(names) or "none"
