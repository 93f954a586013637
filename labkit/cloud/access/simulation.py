"""IAM's policy simulator: what the policies of somebody, or some policies alone, would decide.

Nothing is called, and nothing is known of a request but what the caller tells of it; conditions on
other keys do not hold, and those keys are told.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html and
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.access.identities import group_documents, identity_documents
from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.access.policy_language import (
    Document,
    Verdict,
    check_document,
    judge,
    read_document,
)
from labkit.cloud.operations import Answer, AwsError, Context, Principal, operation


@dataclass(frozen=True)
class Policies:
    """What decides.

    Args:
        granting: policies of an identity.
        limits: those that each must allow as well, such as a permissions boundary.
        resource: the resource's own policy.
    """

    granting: Sequence[Document]
    limits: Sequence[Document]
    resource: Document | None


@operation("iam", "SimulatePrincipalPolicy")
def simulate_principal_policy(
    context: Context,
    *,
    PolicySourceArn: str,
    ActionNames: list[str],
    PolicyInputList: list[str] | None = None,
    PermissionsBoundaryPolicyInputList: list[str] | None = None,
    ResourceArns: list[str] | None = None,
    ResourcePolicy: str | None = None,
    CallerArn: str | None = None,
    ContextEntries: list[dict[str, Any]] | None = None,
    **_: Any,
) -> Answer:
    """What a user, group or role may do."""
    granting, limits = _of_identity(context, PolicySourceArn)
    added, given = _read_all(PolicyInputList), _read_all(PermissionsBoundaryPolicyInputList)
    policies = Policies([*granting, *added], given or limits, _read_one(ResourcePolicy))
    caller = Principal(CallerArn or PolicySourceArn, context.account)
    return _simulate(policies, caller, ActionNames, ResourceArns, ContextEntries)


@operation("iam", "SimulateCustomPolicy")
def simulate_custom_policy(
    context: Context,
    *,
    PolicyInputList: list[str],
    ActionNames: list[str],
    PermissionsBoundaryPolicyInputList: list[str] | None = None,
    ResourceArns: list[str] | None = None,
    ResourcePolicy: str | None = None,
    CallerArn: str | None = None,
    ContextEntries: list[dict[str, Any]] | None = None,
    **_: Any,
) -> Answer:
    """What policies would let their holder do."""
    limits = _read_all(PermissionsBoundaryPolicyInputList)
    policies = Policies(_read_all(PolicyInputList), limits, _read_one(ResourcePolicy))
    caller = Principal(CallerArn or context.principal.arn, context.account)
    return _simulate(policies, caller, ActionNames, ResourceArns, ContextEntries)


def _of_identity(context: Context, arn: str) -> tuple[list[Document], list[Document]]:
    """The documents of who is named by an ARN: those that grant, and those that limit."""
    kind, _, path = arn.rpartition(":")[2].partition("/")
    name, iam = path.rpartition("/")[2], context.backend("iam")
    holders = {"user": iam.users, "group": iam.groups, "role": iam.roles}.get(kind, {})
    if all(holder.arn != arn for holder in holders.values()):
        words = f"The policy source {arn} cannot be found."
        raise AwsError("NoSuchEntity", words, 404)
    if kind == "group":
        return group_documents(iam.groups[name]), []
    session = f"arn:aws:sts::{context.account}:assumed-role/{name}/simulation"
    who = session if kind == "role" else arn
    return identity_documents(context.cloud, Principal(who, context.account))


def _read_all(texts: list[str] | None) -> list[Document]:
    return [_read(text, has_principal=False) for text in texts or []]


def _read_one(text: str | None) -> Document | None:
    return _read(text, has_principal=True) if text else None


def _read(text: str, *, has_principal: bool) -> Document:
    try:
        document = read_document(text)
        check_document(document, has_principal=has_principal)
    except ValueError as error:
        raise AwsError("InvalidInput", f"Invalid Policy: {error}") from error
    return document


def _simulate(
    policies: Policies,
    caller: Principal,
    actions: list[str],
    resources: list[str] | None,
    entries: list[dict[str, Any]] | None,
) -> Answer:
    keys = {e["ContextKeyName"].lower(): e.get("ContextKeyValues", []) for e in entries or []}
    questions = [
        Question(caller, action, resource, keys)
        for action in actions
        for resource in resources or ["*"]
    ]
    results = [_evaluate(policies, question) for question in questions]
    return {"EvaluationResults": results, "IsTruncated": False}


def _evaluate(policies: Policies, question: Question) -> Answer:
    grants = {judge(each, question, has_principal=False) for each in policies.granting}
    limits = {judge(each, question, has_principal=False) for each in policies.limits}
    said = Verdict.SILENT
    if policies.resource:
        said = judge(policies.resource, question, has_principal=True)
    within = limits <= {Verdict.ALLOWED}
    allowed = said is Verdict.ALLOWED or (Verdict.ALLOWED in grants and within)
    denied = Verdict.DENIED in grants | limits | {said}
    told = {
        "EvalActionName": question.action,
        "EvalResourceName": question.resource,
        "EvalDecision": "explicitDeny" if denied else "allowed" if allowed else "implicitDeny",
        "MissingContextValues": sorted(set(_missing(policies, question))),
    }
    bounded = {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": within}}
    return told | (bounded if policies.limits else {})


def _missing(policies: Policies, question: Question) -> Iterator[str]:
    """The condition keys that policies ask for and nobody has told."""
    every = [*policies.granting, *policies.limits, policies.resource or {"Statement": []}]
    for document in every:
        statements = document["Statement"]
        for each in statements if isinstance(statements, list) else [statements]:
            for keys in each.get("Condition", {}).values():
                yield from (key for key in keys if question.find(key) is None)
