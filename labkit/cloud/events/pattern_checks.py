"""What EventBridge refuses in an event pattern, in its words.

A pattern is read by AWS's own Ruler, whose source is public; what a comparison asks for has a type
and, for numbers and networks, a form. AWS says also where in the pattern the fault is; that is told
here of what is no JSON.

Source: https://github.com/aws/event-ruler (``JsonRuleCompiler``, ``CIDR``) and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any, NoReturn

from labkit.cloud.json_text import BadJson, is_number, parse_json
from labkit.cloud.operations import AwsError

Check = Callable[[Any], None]
_CHECKS: dict[str, Check] = {}
_SCALARS = (str, int, float)  # bool is an int: it is told apart first
_FEWEST_BRANCHES = 2
_REFUSED = "Event pattern is not valid. Reason: "


def read_pattern(text: str) -> dict[str, Any]:
    """The pattern that a text says.

    Raises:
        AwsError: ``InvalidEventPatternException``.
    """
    try:
        pattern = parse_json(text)
    except BadJson as error:
        _refuse(str(error))
    if not isinstance(pattern, dict):
        _refuse("Filter is not an object")
    _check_object(pattern)
    return pattern


def why_not(pattern: dict[str, Any]) -> str:
    """Why an object is no pattern, for SNS, whose filter policies are; empty if it is one."""
    try:
        _check_object(pattern)
    except AwsError as error:
        return error.message.removeprefix(_REFUSED)
    return ""


def _check_object(pattern: dict[str, Any]) -> None:
    if not pattern:
        _refuse("Empty objects are not allowed")
    for name, asked in pattern.items():
        if name == "$or":
            _check_branches(asked)
        elif isinstance(asked, dict):
            _check_object(asked)
        elif isinstance(asked, list):
            _check_values(asked)
        else:
            _refuse(f'"{name}" must be an object or an array')


def _check_branches(asked: Any) -> None:
    if not isinstance(asked, list):
        _refuse("It must be an Array followed with $or.")
    for each in asked:
        if not isinstance(each, dict):
            _refuse("Only JSON object is allowed in array of $or relationship.")
        _check_object(each)
    if len(asked) < _FEWEST_BRANCHES:
        _refuse("There must have at least 2 Objects in $or relationship.")


def _check_values(asked: list[Any]) -> None:
    if not asked:
        _refuse("Empty arrays are not allowed")
    for each in asked:
        if isinstance(each, list):
            _refuse("Match value must be String, number, true, false, or null")
        if isinstance(each, dict):
            _check_comparison(each)


def _check_comparison(asked: dict[str, Any]) -> None:
    name, wanted = _only(asked, "Match expression name not found")
    if name not in _CHECKS:
        _refuse(f"Unrecognized match type {name}")
    _CHECKS[name](wanted)


def _only(asked: dict[str, Any], without: str) -> tuple[str, Any]:
    """The one member of a comparison."""
    if not asked:
        _refuse(without)
    if len(asked) > 1:
        _refuse("Only one key allowed in match expression")
    return next(iter(asked.items()))


def _refuse(reason: str) -> NoReturn:
    raise AwsError("InvalidEventPatternException", f"{_REFUSED}{reason}")


# What a comparison asks for -----------------------------------------------------------------------


def check(name: str) -> Callable[[Check], Check]:
    """Register what the comparison of this name refuses."""

    def register(function: Check) -> Check:
        _CHECKS[name] = function
        return function

    return register


def _text(wanted: Any, name: str) -> str:
    if not isinstance(wanted, str):
        _refuse(f"{name} match pattern must be a string")
    return wanted


def _check_end(wanted: Any, name: str) -> None:
    """A beginning or an end, perhaps in any case."""
    if isinstance(wanted, dict):
        how, wanted = _only(wanted, f"{name.capitalize()} expression name not found")
        if how != "equals-ignore-case":
            _refuse(f"Unsupported {name} pattern: {how}")
        name = how
    _text(wanted, name)


@check("prefix")
def _prefix(wanted: Any) -> None:
    _check_end(wanted, "prefix")


@check("suffix")
def _suffix(wanted: Any) -> None:
    _check_end(wanted, "suffix")


@check("equals-ignore-case")
def _in_any_case(wanted: Any) -> None:
    _text(wanted, "equals-ignore-case")


@check("wildcard")
def _wildcard(wanted: Any) -> None:
    text = _text(wanted, "wildcard")
    at = 0
    for part in re.findall(r"\\.?|\*+|[^\\*]+", text, re.DOTALL):
        if part[0] == "*" and len(part) > 1:
            _refuse(f"Consecutive wildcard characters at pos {at + 1}")
        if part[0] == "\\" and part[1:] not in ("*", "\\"):
            _refuse(f"Invalid escape character at pos {at + 1}")
        at += len(part)


@check("exists")
def _exists(wanted: Any) -> None:
    if not isinstance(wanted, bool):
        _refuse("exists match pattern must be either true or false.")


@check("cidr")
def _network(wanted: Any) -> None:
    address, slash, bits = _text(wanted, "prefix").partition("/")
    if not slash or "/" in bits:
        _refuse("Malformed CIDR, one '/' required")
    if not re.fullmatch(r"[+-]?\d+", bits):
        _refuse("Malformed CIDR, mask bits must be an integer")
    if int(bits) < 0:
        _refuse("Malformed CIDR, mask bits must not be negative")
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        _refuse(f"Nonstandard IP address: {address}")
    if int(bits) >= known.max_prefixlen:
        _refuse(f"IPv{known.version} mask bits must be < {known.max_prefixlen}")


@check("numeric")
def _range(wanted: Any) -> None:
    if not isinstance(wanted, list):
        _refuse("Value of numeric must be an array.")
    order = wanted[0] if wanted else "]"
    if not isinstance(order, str) or not wanted:
        _refuse(f"Invalid member in numeric match: {order}")
    if order not in ("=", "<", "<=", ">", ">="):
        _refuse(f"Unrecognized numeric range operator: {order}")
    _check_bound("equals" if order == "=" else order, wanted[1:2])
    if rest := wanted[2:]:
        if order[0] != ">":
            _refuse("Too many elements in numeric expression")
        _check_top(rest)
        if wanted[1] >= rest[1]:
            _refuse("Bottom must be less than top")


def _check_top(rest: list[Any]) -> None:
    """The second half of a range."""
    order = rest[0]
    if not isinstance(order, str):
        _refuse(f"Bad value in numeric range: {order}")
    if order not in ("<", "<="):
        _refuse(f"Bad numeric range operator: {order}")
    _check_bound(order, rest[1:2])
    if len(rest) > 2:
        _refuse("Too many terms in numeric range expression")


def _check_bound(order: str, bound: list[Any]) -> None:
    if not bound or not is_number(bound[0]):
        _refuse(f"Value of {order} must be numeric")


@check("anything-but")
def _anything_but(wanted: Any) -> None:
    if isinstance(wanted, dict):
        name, inner = _only(wanted, "Anything-But expression name not found")
        if name not in _BUT:
            _refuse(f"Unsupported anything-but pattern: {name}")
        _check_scalars(inner)
        for each in inner if isinstance(inner, list) else [inner]:
            _BUT[name](each)
        return
    _check_scalars(wanted)
    if isinstance(wanted, list) and len({isinstance(each, str) for each in wanted}) != 1:
        _refuse(
            "Inside anything but list, either all values are number or string, "
            "mixed type is not supported"
        )


def _check_scalars(wanted: Any) -> None:
    if isinstance(wanted, list):
        if not all(isinstance(each, str) or is_number(each) for each in wanted):
            _refuse("Inside anything but list, start|null|boolean is not supported.")
    elif isinstance(wanted, bool) or not isinstance(wanted, _SCALARS):
        _refuse("Value of anything-but must be an array or single string/number value.")


def _but_end(wanted: Any) -> None:
    if not _text(wanted, "prefix/suffix"):
        _refuse("Null prefix/suffix not allowed")


def _but_in_any_case(wanted: Any) -> None:
    if not isinstance(wanted, str):
        where = "Inside anything-but/equals-ignore-case list"
        _refuse(f"{where}, number|start|null|boolean is not supported.")


_BUT: dict[str, Check] = {
    "prefix": _but_end,
    "suffix": _but_end,
    "wildcard": _wildcard,
    "equals-ignore-case": _but_in_any_case,
}
