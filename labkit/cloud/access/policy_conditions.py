"""The questions that IAM's policies are asked, and the conditions that a request has to meet.

A key that a condition names and the request lacks makes the condition false, and a negated one
(``StringNotEquals``) or an ``...IfExists`` one true.

Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from labkit.cloud.members import moment
from labkit.cloud.operations import Principal
from labkit.cloud.wildcards import with_stars

UNKNOWN = ""


@dataclass(frozen=True)
class Question:
    """May this principal do this to that?

    Args:
        principal: who asks.
        action: such as ``s3:PutObject``.
        resource: an ARN, or `UNKNOWN`: who may do it to something may, who may to nothing may not.
        keys: the request's condition keys, in lower case; a value, or a list of several.
        fills: a document's ``${aws:username}`` is a variable, which it is from 2012-10-17 on.
    """

    principal: Principal
    action: str
    resource: str
    keys: Mapping[str, str | list[str]] = field(default_factory=dict)
    fills: bool = True

    def find(self, key: str) -> list[str] | None:
        """The values of a condition key, ``None`` when the request has none."""
        found = self.keys.get(key.lower())
        return None if found is None else [found] if isinstance(found, str) else found


@functools.lru_cache(4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    return with_stars(re.escape(part).replace(r"\?", ".") for part in pattern.split("*"))


def is_like(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern of ``*`` and ``?``.

    >>> is_like("s3:Get*", "s3:GetObject"), is_like("a[b]", "ab")
    (True, False)
    """
    return pattern == "*" or _pattern(pattern).fullmatch(text) is not None


_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def fill(pattern: str, question: Question) -> list[str]:
    """A pattern with its policy variables (``${aws:username}``) filled in; none when one lacks."""
    for name in _VARIABLE.findall(pattern) if question.fills else ():
        key, _, default = name.partition(",")
        found = question.find(key.strip())
        value = found[0] if found else default.strip().strip("'")
        if not value:
            return []
        pattern = pattern.replace("${" + name + "}", value)
    return [pattern]


Comparison = Callable[[str, str], bool]


def _compare_numbers(compare: Callable[[float, float], bool]) -> Comparison:
    return lambda wanted, found: compare(float(found), float(wanted))


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return moment(text).timestamp()


def _compare_dates(compare: Callable[[float, float], bool]) -> Comparison:
    return lambda wanted, found: compare(_moment(found), _moment(wanted))


def _in_network(wanted: str, found: str) -> bool:
    return ipaddress.ip_address(found) in ipaddress.ip_network(wanted, strict=False)


def _arn_like(wanted: str, found: str) -> bool:
    pairs = zip(wanted.split(":", 5), found.split(":", 5), strict=False)
    return wanted.count(":") >= 5 <= found.count(":") and all(is_like(w, f) for w, f in pairs)


_ORDERINGS: dict[str, Callable[[float, float], bool]] = {
    "Equals": lambda found, wanted: found == wanted,
    "LessThan": lambda found, wanted: found < wanted,
    "LessThanEquals": lambda found, wanted: found <= wanted,
    "GreaterThan": lambda found, wanted: found > wanted,
    "GreaterThanEquals": lambda found, wanted: found >= wanted,
}
_POSITIVE: dict[str, Comparison] = {
    "StringEquals": lambda wanted, found: wanted == found,
    "StringEqualsIgnoreCase": lambda wanted, found: wanted.lower() == found.lower(),
    "StringLike": is_like,
    "Bool": lambda wanted, found: wanted.lower() == found.lower(),
    "BinaryEquals": lambda wanted, found: wanted == found,
    "IpAddress": _in_network,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    **{f"Numeric{name}": _compare_numbers(each) for name, each in _ORDERINGS.items()},
    **{f"Date{name}": _compare_dates(each) for name, each in _ORDERINGS.items()},
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
OPERATORS = {*_POSITIVE, *_NEGATED}
_SETS: dict[str, Callable[[Iterable[bool]], bool]] = {"ForAllValues": all, "ForAnyValue": any}


def plain(operator: str) -> str:
    """An operator without ``ForAllValues:`` and ``IfExists``."""
    return operator.rpartition(":")[2].removesuffix("IfExists")


def holds(operator: str, key: str, values: list[str], question: Question, *, unknown: bool) -> bool:
    """Whether one condition holds; an operator that nobody knows counts as ``unknown``."""
    over, name = _SETS.get(operator.partition(":")[0]), plain(operator)
    found = question.find(key)
    if name == "Null":
        return values[0].lower() == str(found is None).lower()
    if name not in OPERATORS:
        return unknown
    if found is None:
        return over is all or (over is None and (name in _NEGATED or operator.endswith("IfExists")))
    compare = _POSITIVE[_NEGATED.get(name, name)]
    wanted = [filled for value in values for filled in fill(value, question)]
    hits = [any(_compares(compare, each, value) for each in wanted) for value in found]
    return (over or any)(hit != (name in _NEGATED) for hit in hits)


def _compares(compare: Comparison, wanted: str, found: str) -> bool:
    try:
        return compare(wanted, found)
    except ValueError:
        return False
