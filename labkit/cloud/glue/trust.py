"""The role that a crawler runs as: it must exist and trust Glue.

Source: https://docs.aws.amazon.com/glue/latest/dg/crawler-prereqs.html
"""

from __future__ import annotations

import json
import re
import urllib.parse
from typing import Any

from labkit.cloud.glue.words import invalid
from labkit.cloud.operations import Context

SERVICE = "glue.amazonaws.com"


def role_name_of(context: Context, role: str) -> str:
    """A role's name (with its path), given its name or ARN, once Glue may assume it.

    Raises:
        AwsError: no such role, or its trust policy does not name Glue. Glue says the same of both.
    """
    name = re.sub(r"^arn:[\w-]+:iam::\d*:role/", "", role)
    roles = context.cloud.backend("iam").roles.values()
    found = next((r for r in roles if r.name == name.rpartition("/")[2]), None)
    if found is None or not _trusts_glue(found.assume_role_policy_document):
        raise invalid(
            f"Service is unable to assume role arn:aws:iam::{context.account}:role/{name}. "
            "Please verify role's TrustPolicy"
        )
    return name


def _trusts_glue(document: Any) -> bool:
    try:
        policy = document if isinstance(document, dict) else json.loads(document)
    except ValueError:
        policy = json.loads(urllib.parse.unquote(document))
    statements = _list(policy.get("Statement"))
    return any(_allows(s) for s in statements) and not any(_denies(s) for s in statements)


def _allows(statement: dict[str, Any]) -> bool:
    return statement.get("Effect") == "Allow" and _names_glue(statement)


def _denies(statement: dict[str, Any]) -> bool:
    return statement.get("Effect") == "Deny" and _names_glue(statement)


def _names_glue(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    named = [principal] if isinstance(principal, str) else _list(principal.get("Service"))
    actions = [str(action).lower() for action in _list(statement.get("Action"))]
    assumes = {"sts:assumerole", "sts:*", "*"} & set(actions)
    return bool(assumes) and bool({SERVICE, "*"} & set(named))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
