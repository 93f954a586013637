"""The rules of a Choice state in JSONPath: ``{"Variable": "$.n", "NumericLessThan": 5}``.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable
from typing import Any

from labkit.cloud.states.errors import runtime
from labkit.cloud.wildcards import with_escapes

NOTHING = object()
Find = Callable[[str], Any]


def holds(rule: dict[str, Any], find: Find) -> bool:
    """Whether a rule is met.

    Args:
        find: what a path leads to; `NOTHING` when it leads nowhere.

    Raises:
        StateFailed: a path of a comparison leads nowhere.
    """
    if "Not" in rule:
        return not holds(rule["Not"], find)
    if "And" in rule:
        return all(holds(each, find) for each in rule["And"])
    if "Or" in rule:
        return any(holds(each, find) for each in rule["Or"])
    name = operator_of(rule)
    assert name is not None, "the definition was validated"
    value, wanted = find(rule["Variable"]), rule[name]
    if name in TESTS:
        if value is NOTHING and name != "IsPresent":
            raise _missing(rule["Variable"])
        return TESTS[name](value) is wanted
    if value is NOTHING:
        raise _missing(rule["Variable"])
    if name.endswith("Path"):
        name, path, wanted = name[:-4], wanted, find(wanted)
        if wanted is NOTHING:
            raise _missing(path)
    kind, compare = COMPARISONS[name]
    one, other = kind(value), kind(wanted)
    return one is not None and other is not None and bool(compare(one, other))


def operator_of(rule: dict[str, Any]) -> str | None:
    """The comparison that a rule makes."""
    return next((name for name in rule if name in OPERATORS), None)


def _missing(path: str) -> Exception:
    return runtime(
        f"Invalid path '{path}': The choice state's condition path references an invalid value."
    )


# Kinds: a value that is of the kind, as it is compared; else None ---------------------------------


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _number(value: Any) -> Any:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else None


def _timestamp(value: Any) -> Any:
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        found = datetime.datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def matches(value: str, pattern: str) -> bool:
    r"""Whether a text matches a pattern with ``*``; ``\*`` is a star.

    >>> matches("log-1.txt", "log-*.txt")
    True
    """
    return with_escapes(pattern, r"\\.").fullmatch(value) is not None


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}
_KINDS = {"String": _text, "Numeric": _number, "Timestamp": _timestamp}
COMPARISONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any], bool]]] = {
    **{
        f"{name}{order}": (kind, compare)
        for name, kind in _KINDS.items()
        for order, compare in _ORDER.items()
    },
    "BooleanEquals": (_boolean, operator.eq),
    "StringMatches": (_text, matches),
}
TESTS: dict[str, Callable[[Any], bool]] = {
    "IsNull": lambda value: value is None,
    "IsPresent": lambda value: value is not NOTHING,
    "IsNumeric": lambda value: _number(value) is not None,
    "IsString": lambda value: isinstance(value, str),
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: _timestamp(value) is not None,
}
OPERATORS = {
    *COMPARISONS,
    *(f"{name}Path" for name in COMPARISONS if name != "StringMatches"),
    *TESTS,
}
