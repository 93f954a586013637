"""The role that a crawler runs as: it must exist and trust Glue.

Source: https://docs.aws.amazon.com/glue/latest/dg/crawler-prereqs.html
"""

from __future__ import annotations

from labkit.cloud.access.trust import role_name, trusted_role
from labkit.cloud.glue.words import invalid
from labkit.cloud.operations import Context

SERVICE = "glue.amazonaws.com"


def role_name_of(context: Context, role: str) -> str:
    """A role's name (with its path), given its name or ARN, once Glue may assume it.

    Raises:
        AwsError: no such role, or its trust policy does not name Glue. Glue says the same of both.
    """
    name = role_name(role)
    if trusted_role(context.cloud, role, SERVICE) is None:
        raise invalid(
            f"Service is unable to assume role arn:aws:iam::{context.account}:role/{name}. "
            "Please verify role's TrustPolicy"
        )
    return name
