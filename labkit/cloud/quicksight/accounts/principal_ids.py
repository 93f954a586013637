"""What the directory that QuickSight keeps calls users and groups: their ``PrincipalId``.

Who signs in by IAM is told by IAM's own id of the user or the role, a role's with its session.
Source: answers of the AWS CLI, ``group/d-906711e6d5/bf3a3a49-…`` and
``federated/iam/AROA3E67RCN4A63GKCKS7:session``.
"""

from __future__ import annotations

import uuid
from hashlib import sha256

from labkit.cloud.operations import Context


def of_directory(context: Context, kind: str) -> str:
    """The id of a new ``user`` or ``group`` of QuickSight's own, in the account's directory."""
    return f"{kind}/d-{sha256(context.account.encode()).hexdigest()[:10]}/{uuid.uuid4()}"


def of_iam(context: Context, arn: str, session: str | None) -> str:
    """The id of whom IAM knows; one that is not there (any more) has an id of its ARN."""
    if arn.endswith(":root"):
        return f"federated/iam/{context.account}"
    iam, is_role = context.backend("iam"), ":role/" in arn
    there = (iam.roles if is_role else iam.users).values()
    made_up = ("AROA" if is_role else "AIDA") + sha256(arn.encode()).hexdigest()[:17].upper()
    id = next((each.id for each in there if each.arn == arn), made_up)
    return f"federated/iam/{id}:{session}" if is_role else f"federated/iam/{id}"
