"""One decision: may this caller do this to that resource?

IAM's order, within one account: an explicit ``Deny`` in any policy refuses; then the resource's own
policy may allow by naming the caller, or the caller's identity policies may allow. Permission
boundaries and session policies narrow the latter, and what the resource's policy gives to a role by
the role's ARN, not what it gives to a session or to everybody. The workspace's learner is the
account's administrator; other users and all roles have what is attached to them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from moto.sts.models import sts_backends

from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.access.policy_language import Document, Verdict, judge, read_document
from labkit.cloud.access.tags import as_keys, read
from labkit.cloud.cloud import LEARNER, Cloud
from labkit.cloud.operations import ANONYMOUS, AwsError, Principal

EVERYTHING: Document = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
NOTHING: Document = {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}


def why_refused(
    cloud: Cloud, question: Question, document: Document | None, *, delegates: bool = True
) -> str | None:
    """Why the answer is no, in AWS's words; ``None`` when it is yes.

    Args:
        document: the resource's policy, if it has one.
        delegates: IAM may allow what the resource's policy does not name, as for a bucket; for a
            KMS key only where its policy names the account.
    """
    action = question.action
    said = judge(document, question, has_principal=True) if document else Verdict.SILENT
    if said is Verdict.DENIED:
        return "with an explicit deny in a resource-based policy"
    allowed, denied = _ask_identity(cloud, question)
    if denied:
        return "with an explicit deny in an identity-based policy"
    if said is Verdict.ALLOWED and document:
        return _narrowed(cloud, question, document)
    if not (delegates or said is Verdict.DELEGATED):
        return f"because no resource-based policy allows the {action} action"
    return None if allowed else f"because no identity-based policy allows the {action} action"


def _narrowed(cloud: Cloud, question: Question, document: Document) -> str | None:
    """Why a role's session may not do what the resource's policy lets its role do."""
    who = question.principal
    if not who.role_arn:
        return None
    bounds = {
        "permissions boundary": _boundary(cloud, role_of(cloud, who)),
        "session policy": _session_policy(who),
    }
    silent = [
        kind
        for kind, documents in bounds.items()
        for each in documents
        if judge(each, question, has_principal=False) is not Verdict.ALLOWED
    ]
    alone = replace(question, principal=_Session(who.arn, who.account))
    if not silent or judge(document, alone, has_principal=True) is Verdict.ALLOWED:
        return None
    return f"because no {silent[0]} allows the {question.action} action"


class _Session(Principal):
    """A role's session by itself, whom its role's ARN does not name."""

    @property
    def role_arn(self) -> str | None:
        return None


def sentence(question: Question, why: str, *, quoted: bool = False) -> str:
    """AWS's sentence of a refusal; S3 puts the resource in quotes."""
    resource = f'"{question.resource}"' if quoted else question.resource
    return (
        f"User: {question.principal.arn} is not authorized to perform: {question.action} "
        f"on resource: {resource} {why}"
    )


def check(cloud: Cloud, principal: Principal, action: str, resource: str) -> None:
    """Refuse what a principal's policies do not let it do.

    Raises:
        AwsError: ``AccessDeniedException``.
    """
    question = Question(principal, action, resource, global_keys(cloud, principal))
    if why := why_refused(cloud, question, None):
        raise AwsError("AccessDeniedException", sentence(question, why))


def global_keys(cloud: Cloud, principal: Principal) -> dict[str, str | list[str]]:
    """The condition keys of every request.

    ``aws:SecureTransport`` is true: a connection on loopback never leaves the machine, and the many
    bucket policies that refuse plain HTTP would lock everybody out.
    """
    kind, _, name = principal.arn.rpartition(":")[2].partition("/")
    role = role_of(cloud, principal) if principal.role_arn else None
    tagger = cloud.backend("iam").tagger  # of users: a role's tags are its own
    tags = read(role.tags if role else tagger.get_tag_dict_for_resource(principal.arn))
    keys: dict[str, str | list[str]] = {
        "aws:principalarn": role.arn if role else principal.arn,
        "aws:principalaccount": principal.account,
        "aws:principaltype": "AssumedRole" if principal.role_arn else "User",
        "aws:resourceaccount": cloud.account,
        "aws:requestedregion": cloud.region,
        "aws:securetransport": "true",
        "aws:sourceip": "127.0.0.1",
        "aws:viaawsservice": "false",
        "aws:currenttime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "aws:epochtime": str(int(time.time())),
        **as_keys("aws:principaltag", tags),
    }
    if principal is ANONYMOUS:
        unknown = ("aws:principalarn", "aws:principalaccount")
        keys = {k: v for k, v in keys.items() if k not in unknown}
        return keys | {"aws:principaltype": "Anonymous"}
    return keys | ({"aws:username": name.rpartition("/")[2]} if kind == "user" else {})


class _Unknown:
    """A caller that IAM has no record of (any more)."""

    def __init__(self, arn: str) -> None:
        self.arn = arn
        self.policies: Mapping[str, str] = {}
        self.managed_policies: Mapping[str, Any] = {}
        self.tags: list[dict[str, str]] = []


def role_of(cloud: Cloud, principal: Principal) -> Any:
    """moto's record of the role behind a session."""
    arn = principal.role_arn or ""
    name = arn.rpartition("/")[2]
    roles = cloud.backend("iam").roles.values()
    return next((role for role in roles if role.name == name), _Unknown(arn))


def _ask_identity(cloud: Cloud, question: Question) -> tuple[bool, bool]:
    """Whether the caller's policies allow it, and whether one denies it."""
    granted, limits = identity_documents(cloud, question.principal)
    grants = {judge(each, question, has_principal=False) for each in granted}
    bounds = [judge(each, question, has_principal=False) for each in limits]
    allowed = Verdict.ALLOWED in grants and all(each is Verdict.ALLOWED for each in bounds)
    return allowed, Verdict.DENIED in grants or Verdict.DENIED in bounds


def identity_documents(cloud: Cloud, principal: Principal) -> tuple[list[Document], list[Document]]:
    """The documents that grant, and those that each must allow as well."""
    if principal.role_arn:
        role = role_of(cloud, principal)
        return _attached(role), _boundary(cloud, role) + _session_policy(principal)
    iam = cloud.backend("iam")
    user = iam.users.get(principal.arn.rpartition("/")[2])
    if user is None:
        is_root = principal.arn == f"arn:aws:iam::{principal.account}:root"
        return [EVERYTHING] if is_root else [], []
    groups = [group for group in list(iam.groups.values()) if user in group.users]
    attached = [document for holder in (user, *groups) for document in _attached(holder)]
    return attached + ([EVERYTHING] if user.name == LEARNER else []), _boundary(cloud, user)


def group_documents(group: Any) -> list[Document]:
    """The documents that a group gives to each of its users."""
    return _attached(group)


def _attached(holder: Any) -> list[Document]:
    managed = [_managed(policy) for policy in list(holder.managed_policies.values())]
    return [_read(text) for text in (*holder.policies.values(), *managed)]


def _managed(policy: Any) -> str:
    return next(
        str(v.document) for v in policy.versions if v.version_id == policy.default_version_id
    )


def _read(text: Any) -> Document:
    try:
        return read_document(text if isinstance(text, str) else json.dumps(text))
    except ValueError:
        return NOTHING


def _boundary(cloud: Cloud, holder: Any) -> list[Document]:
    arn = getattr(holder, "permissions_boundary_arn", None)  # moto has it of roles alone
    if not arn:
        return []
    policy = cloud.backend("iam").managed_policies.get(arn)
    return [_read(_managed(policy))] if policy else [NOTHING]


def _session_policy(principal: Principal) -> list[Document]:
    sessions = sts_backends[principal.account]["aws"].assumed_roles
    found = [each.policy for each in sessions if each.arn == principal.arn and each.policy]
    return [_read(found[-1])] if found else []
