"""IAM's policy language: what a policy document says to one question.

A document is a list of statements. A statement speaks to a request when its principal, action,
resource and all its conditions match; then its effect counts. A ``Deny`` beats every ``Allow``, and
silence allows nothing.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from labkit.cloud.access.policy_conditions import (
    OPERATORS,
    UNKNOWN,
    Question,
    fill,
    holds,
    is_like,
    plain,
)
from labkit.cloud.json_text import as_text, parse_json
from labkit.cloud.operations import Principal

Document = dict[str, Any]


class Verdict(enum.Enum):
    """What a document says: ``DELEGATED`` allows the account, so that IAM decides for its users."""

    DENIED = "denied"
    ALLOWED = "allowed"
    DELEGATED = "delegated"
    SILENT = "silent"


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
    blocks = [each.get("Condition", {}) for each in _statements(document)]
    for block in blocks:
        if not isinstance(block, dict) or not all(isinstance(v, dict) for v in block.values()):
            raise ValueError("Syntax errors in policy.")
    return document


def is_policy(text: str) -> bool:
    """Whether a text is a policy, which may have no statements and allow nothing.

    >>> is_policy('{"Statement": []}'), is_policy('{"Statement": ["a"]}')
    (True, False)
    """
    try:
        said = parse_json(text)
        return isinstance(said, dict) and (not _statements(said) or bool(read_document(text)))
    except ValueError:
        return False


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
            raise ValueError("Has prohibited field Resource")
        if has_principal and not {"Principal", "NotPrincipal"} & statement.keys():
            raise ValueError("Missing required field Principal")
        for operator in statement.get("Condition", {}):
            if plain(operator) not in OPERATORS and plain(operator) != "Null":
                raise ValueError(f"Invalid Condition type: {operator}")


def judge(document: Document, question: Question, *, has_principal: bool) -> Verdict:
    """What a document says to a question.

    Args:
        has_principal: it is a resource's policy, whose statements name principals; else an
            identity's.
    """
    question = replace(question, fills=document.get("Version") == "2012-10-17")
    verdicts = {_judge_statement(each, question, has_principal) for each in _statements(document)}
    return next(v for v in Verdict if v in verdicts | {Verdict.SILENT})


def resources_of(document: Document) -> list[str]:
    """All resources that a document names; an empty one of a statement that names none."""
    return _named(document, "Resource")


def actions_of(document: Document) -> list[str]:
    """All actions that a document names; an empty one of a statement that names none."""
    return _named(document, "Action")


def pairs_of(document: Document) -> list[tuple[list[str], list[str]]]:
    """The actions and the resources of each statement that names both."""
    statements = [s for s in _statements(document) if "Action" in s and "Resource" in s]
    return [(_listed(s["Action"]), _listed(s["Resource"])) for s in statements]


def _named(document: Document, part: str) -> list[str]:
    named = [_listed(s.get(part, s.get(f"Not{part}"))) or [""] for s in _statements(document)]
    return [each for several in named for each in several]


def principals_of(document: Document) -> list[tuple[str, str]]:
    """All principals that a document names: the kind of each and its name, which may be empty."""
    named = [s.get("Principal", s.get("NotPrincipal")) for s in _statements(document)]
    kinds = [each if each and isinstance(each, dict) else {"": each or ""} for each in named]
    return [(kind, name) for each in kinds for kind in each for name in _listed(each[kind]) or [""]]


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
        and _matches_resource(statement, question, unknown=unknown)
        and all(
            holds(operator, key, _listed(values), question, unknown=unknown)
            for operator, block in statement.get("Condition", {}).items()
            for key, values in block.items()
        )
    )


def _matches_resource(statement: Document, question: Question, *, unknown: bool) -> bool:
    if question.resource == UNKNOWN:
        return not unknown or "*" in _listed(statement.get("Resource", []))
    return _matches_element(statement, "Resource", _resource_matcher(question))


def _matches_element(statement: Document, name: str, matches: Callable[[str], bool]) -> bool:
    if f"Not{name}" in statement:
        return not any(map(matches, _listed(statement[f"Not{name}"])))
    return any(map(matches, _listed(statement.get(name, []))))


def _action_matcher(question: Question) -> Callable[[str], bool]:
    action = question.action.lower()
    return lambda pattern: is_like(pattern.lower(), action)


def _resource_matcher(question: Question) -> Callable[[str], bool]:
    return lambda pattern: any(
        is_like(filled, question.resource) for filled in fill(pattern, question)
    )


def _listed(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [as_text(each) for each in values]


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
    if _is_everybody(element):
        return Verdict.ALLOWED
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
