"""The role that a service runs as: it must exist, and its trust policy must name the service.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html
"""

from __future__ import annotations

import contextlib
import json
import re
import urllib.parse
from typing import Any

from labkit.cloud.access import entities, existing, quotas, tags
from labkit.cloud.access.policy_language import check_document, read_document
from labkit.cloud.cloud import Cloud
from labkit.cloud.json_text import BadJson
from labkit.cloud.operations import AwsError, Context, Principal

# What a trust may let do; patterns are left to moto.
_ASSUMES = re.compile(
    r"(sts:)?.*[*?].*|sts:(AssumeRole(With(SAML|WebIdentity))?|TagSession|Set(Context|SourceIdentity))",
    re.IGNORECASE,
)

_SID = re.compile("[0-9A-Za-z]*")


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for a policy that is none of a role's trust or of an identity, and as the others."""
    existing.check_call(context, parameters)
    entities.check_call(context, parameters)
    tags.check_keys(context, parameters)
    if context.operation in ("CreateRole", "UpdateAssumeRolePolicy"):
        text = parameters.get("AssumeRolePolicyDocument", parameters.get("PolicyDocument", ""))
        _check_trust(text)
    elif "PolicyDocument" in parameters:
        _check_identity(parameters["PolicyDocument"])
    quotas.check_call(context, parameters)


def _check_trust(text: str) -> None:
    try:
        document = read_document(text)
        check_document(document, has_principal=True, has_resource=False)
    except BadJson as error:
        raise _malformed("This policy contains invalid Json") from error
    except ValueError as error:
        raise _malformed(str(error)) from error
    actions = [a for each in _list(document["Statement"]) for a in _list(each.get("Action"))]
    if any(not _ASSUMES.fullmatch(str(action)) for action in actions):
        raise _malformed("AssumeRole policy may only specify STS AssumeRole actions.")
    _check_names(_list(document["Statement"]))


def _check_identity(text: str) -> None:
    """Raise for a policy that names somebody: it is of whom it hangs on. moto judges the rest."""
    with contextlib.suppress(BadJson, ValueError):
        statements = _list(read_document(text)["Statement"])
        if any({"Principal", "NotPrincipal"} & {*each} for each in statements):
            raise _malformed("Policy document should not specify a principal.")
        _check_names(statements)


def _check_names(statements: list[Any]) -> None:
    """Raise for a statement's name that IAM does not take, as other services do.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
    """
    named = [each.get("Sid", "") for each in statements if isinstance(each, dict)]
    if any(isinstance(each, str) and not _SID.fullmatch(each) for each in named):
        words = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the"
        raise _malformed(f"{words} regular expression [0-9A-Za-z]*")


def _malformed(words: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", words)


def role_name(role: str) -> str:
    """A role's name, with its path, given its name or ARN.

    >>> role_name("arn:aws:iam::123456789012:role/service-role/crawler")
    'service-role/crawler'
    """
    return re.sub(r"^arn:[\w-]+:iam::\d*:role/", "", role)


def trusted_role(cloud: Cloud, role: str, service: str) -> Any | None:
    """moto's record of a role, once a service may assume it; ``None`` when it may not.

    Args:
        role: its name or ARN.
        service: such as ``glue.amazonaws.com``.
    """
    name = role_name(role).rpartition("/")[2]
    roles = cloud.backend("iam").roles.values()
    found = next((r for r in roles if r.name == name), None)
    if found is None or not _trusts(found.assume_role_policy_document, service):
        return None
    return found


def role_session(role: str, account: str, session: str) -> Principal:
    """Who a service is to S3 and KMS: a session of the role that it runs as."""
    name = role.rpartition("/")[2]
    return Principal(f"arn:aws:sts::{account}:assumed-role/{name}/{session}", account)


def _trusts(document: Any, service: str) -> bool:
    try:
        policy = document if isinstance(document, dict) else json.loads(document)
    except ValueError:
        policy = json.loads(urllib.parse.unquote(document))
    named = [each for each in _list(policy.get("Statement")) if _names(each, service)]
    effects = {each.get("Effect") for each in named}
    return "Allow" in effects and "Deny" not in effects


def _names(statement: dict[str, Any], service: str) -> bool:
    principal = statement.get("Principal", {})
    named = [principal] if isinstance(principal, str) else _list(principal.get("Service"))
    actions = [str(action).lower() for action in _list(statement.get("Action"))]
    assumes = {"sts:assumerole", "sts:*", "*"} & set(actions)
    return bool(assumes) and bool({service, "*"} & set(named))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
