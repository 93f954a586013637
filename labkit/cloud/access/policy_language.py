"""IAM's policy language: what a policy document says to one question.

A document is a list of statements. A statement speaks to a request when its principal, action,
resource and all its conditions match; then its effect counts. A ``Deny`` beats every ``Allow``, and
silence allows nothing. A key that a condition names and the request lacks makes the condition
false, and a negated one (``StringNotEquals``) or an ``...IfExists`` one true.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import datetime
import enum
import functools
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.json_text import parse_json
from labkit.cloud.operations import Principal
from labkit.cloud.wildcards import with_stars

Document = dict[str, Any]


class Verdict(enum.Enum):
    """What a document says: ``DELEGATED`` allows the account, so that IAM decides for its users."""

    DENIED = "denied"
    ALLOWED = "allowed"
    DELEGATED = "delegated"
    SILENT = "silent"


@dataclass(frozen=True)
class Question:
    """May this principal do this to that?

    Args:
        principal: who asks.
        action: such as ``s3:PutObject``.
        resource: an ARN.
        keys: the request's condition keys, in lower case; a value, or a list of several.
    """

    principal: Principal
    action: str
    resource: str
    keys: Mapping[str, str | list[str]] = field(default_factory=dict)

    def find(self, key: str) -> list[str] | None:
        """The values of a condition key, ``None`` when the request has none."""
        found = self.keys.get(key.lower())
        return None if found is None else [found] if isinstance(found, str) else found


@functools.lru_cache(512)
def read_document(text: str) -> Document:
    """A policy's text as a document.

    Raises:
        ValueError: it is not JSON, or not a policy.
    """
    document = parse_json(text)
    if not isinstance(document, dict) or not _statements(document):
        raise ValueError("Syntax errors in policy.")
    if not all(isinstance(each, dict) for each in _statements(document)):
        raise ValueError("Syntax errors in policy.")
    return document


def check_document(document: Document, *, has_principal: bool, has_resource: bool = True) -> None:
    """Raise unless each statement is one of the language.

    Raises:
        ValueError: says which element is wrong.
    """
    if document.get("Version", "2008-10-17") not in ("2008-10-17", "2012-10-17"):
        raise ValueError("The policy must contain a valid version string")
    for statement in _statements(document):
        if statement.get("Effect") not in ("Allow", "Deny"):
            raise ValueError(f"Invalid effect: {statement.get('Effect')}")
        if not {"Action", "NotAction"} & statement.keys():
            raise ValueError("Missing required field Action")
        resources = {"Resource", "NotResource"} & statement.keys()
        if has_resource and not resources:
            raise ValueError("Missing required field Resource")
        if resources and not has_resource:
            raise ValueError("Has prohibited field Resource.")
        if has_principal and not {"Principal", "NotPrincipal"} & statement.keys():
            raise ValueError("Missing required field Principal")
        for operator in statement.get("Condition", {}):
            if _plain(operator) not in OPERATORS and _plain(operator) != "Null":
                raise ValueError(f"Invalid Condition type: {operator}")


def judge(document: Document, question: Question, *, has_principal: bool) -> Verdict:
    """What a document says to a question.

    Args:
        has_principal: it is a resource's policy, whose statements name principals; else an
            identity's.
    """
    verdicts = {_judge_statement(each, question, has_principal) for each in _statements(document)}
    return next(v for v in Verdict if v in verdicts | {Verdict.SILENT})


def resources_of(document: Document) -> list[str]:
    """All resources that a document names."""
    named = [_listed(s.get("Resource", s.get("NotResource"))) for s in _statements(document)]
    return [each for several in named for each in several]


def actions_of(document: Document) -> list[str]:
    """All actions that a document names."""
    named = [_listed(s.get("Action", s.get("NotAction"))) for s in _statements(document)]
    return [each for several in named for each in several]


def principals_of(document: Document) -> list[tuple[str, str]]:
    """All principals that a document names: of which kind each is, and its name."""
    named = [s.get("Principal", s.get("NotPrincipal")) for s in _statements(document)]
    kinds = [each if isinstance(each, dict) else {"": each} for each in named]
    return [(kind, name) for each in kinds for kind in each for name in _listed(each[kind])]


def is_public(document: Document) -> bool:
    """Whether a document allows everybody something without a condition."""
    return any(
        each["Effect"] == "Allow"
        and not each.get("Condition")
        and ("NotPrincipal" in each or _is_everybody(each.get("Principal")))
        for each in _statements(document)
    )


def _is_everybody(element: Any) -> bool:
    return element == "*" or (isinstance(element, dict) and "*" in _listed(element.get("AWS", [])))


def _statements(document: Document) -> list[Document]:
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _judge_statement(statement: Document, question: Question, has_principal: bool) -> Verdict:
    allows = statement.get("Effect") == "Allow"
    named = _names_principal(statement, question) if has_principal else Verdict.ALLOWED
    if named is Verdict.SILENT or not _matches(statement, question, unknown=not allows):
        return Verdict.SILENT
    return named if allows else Verdict.DENIED


def _matches(statement: Document, question: Question, *, unknown: bool) -> bool:
    return (
        _matches_element(statement, "Action", _action_matcher(question))
        and _matches_element(statement, "Resource", _resource_matcher(question))
        and all(
            _holds(operator, key, _listed(values), question, unknown)
            for operator, block in statement.get("Condition", {}).items()
            for key, values in block.items()
        )
    )


def _matches_element(statement: Document, name: str, matches: Callable[[str], bool]) -> bool:
    if f"Not{name}" in statement:
        return not any(map(matches, _listed(statement[f"Not{name}"])))
    return any(map(matches, _listed(statement.get(name, []))))


def _action_matcher(question: Question) -> Callable[[str], bool]:
    action = question.action.lower()
    return lambda pattern: is_like(pattern.lower(), action)


def _resource_matcher(question: Question) -> Callable[[str], bool]:
    return lambda pattern: any(
        is_like(filled, question.resource) for filled in _fill(pattern, question)
    )


def _listed(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [_text(each) for each in values]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


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


def _fill(pattern: str, question: Question) -> list[str]:
    """A pattern with its policy variables (``${aws:username}``) filled in; none when one lacks."""
    for name in _VARIABLE.findall(pattern):
        key, _, default = name.partition(",")
        found = question.find(key.strip())
        value = found[0] if found else default.strip().strip("'")
        if not value:
            return []
        pattern = pattern.replace("${" + name + "}", value)
    return [pattern]


# Principals ---------------------------------------------------------------------------------------


def _names_principal(statement: Document, question: Question) -> Verdict:
    if "NotPrincipal" in statement:
        named = _among(statement["NotPrincipal"], question.principal)
        return Verdict.ALLOWED if named is Verdict.SILENT else Verdict.SILENT
    return _among(statement.get("Principal", {}), question.principal)


def _among(element: Any, principal: Principal) -> Verdict:
    """``ALLOWED`` when the caller is named, ``DELEGATED`` when only its account is."""
    if element == "*":
        return Verdict.ALLOWED
    if not isinstance(element, dict):
        return Verdict.SILENT
    service = principal.arn.endswith(".amazonaws.com")
    listed = _listed(element.get("Service" if service else "AWS", []))
    names = [name for name in listed if isinstance(name, str)]
    if "*" in names or is_named(principal, names):
        return Verdict.ALLOWED
    return Verdict.DELEGATED if _account_names(principal) & set(names) else Verdict.SILENT


def is_named(principal: Principal, names: Iterable[str]) -> bool:
    """Whether ARNs name a caller: its own or its role's, whose path a session does not know."""
    known = {re.sub(r"^(arn:[\w-]+:iam::\d*:role/).*/", r"\1", name) for name in names}
    return bool({principal.arn, principal.role_arn or principal.arn} & {*names, *known})


def _account_names(principal: Principal) -> set[str]:
    return {principal.account, f"arn:aws:iam::{principal.account}:root"}


# Conditions ---------------------------------------------------------------------------------------

Comparison = Callable[[str, str], bool]


def _compare_numbers(compare: Callable[[float, float], bool]) -> Comparison:
    return lambda wanted, found: compare(float(found), float(wanted))


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        return moment.replace(tzinfo=moment.tzinfo or datetime.UTC).timestamp()


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


def _plain(operator: str) -> str:
    return operator.rpartition(":")[2].removesuffix("IfExists")


def _holds(operator: str, key: str, values: list[str], question: Question, unknown: bool) -> bool:
    """Whether one condition holds; an operator that nobody knows counts as ``unknown``."""
    over, name = _SETS.get(operator.partition(":")[0]), _plain(operator)
    found = question.find(key)
    if name == "Null":
        return values[0].lower() == str(found is None).lower()
    if name not in OPERATORS:
        return unknown
    if found is None:
        return over is all or (over is None and (name in _NEGATED or operator.endswith("IfExists")))
    compare = _POSITIVE[_NEGATED.get(name, name)]
    wanted = [filled for value in values for filled in _fill(value, question)]
    hits = [any(_compares(compare, each, value) for each in wanted) for value in found]
    return (over or any)(hit != (name in _NEGATED) for hit in hits)


def _compares(compare: Comparison, wanted: str, found: str) -> bool:
    try:
        return compare(wanted, found)
    except ValueError:
        return False
