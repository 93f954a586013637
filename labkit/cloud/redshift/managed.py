"""Passwords that Redshift keeps in Secrets Manager for an administrator.

Source: https://docs.aws.amazon.com/redshift/latest/mgmt/redshift-secrets-manager-integration.html
"""

from __future__ import annotations

import json

from labkit.cloud.cloud import Cloud


def keep_secret(
    cloud: Cloud, region: str, name: str, user: str, password: str, key: str | None = None
) -> str:
    """Put an administrator's password into a secret that Redshift owns; its ARN.

    Args:
        name: of the cluster or namespace.
        key: the KMS key that protects it.
    """
    text = json.dumps({"username": user, "password": password})
    with cloud.changing("secretsmanager"):
        manager = cloud.backend("secretsmanager", region)
        secret = manager.create_managed_secret(
            "redshift", f"redshift!{name}-{user}", secret_string=text, kms_key_id=key
        )
    return str(secret.arn)


def drop_secret(cloud: Cloud, region: str, arn: str) -> None:
    """Delete a secret at once, as Redshift does with its own."""
    with cloud.changing("secretsmanager"):
        manager = cloud.backend("secretsmanager", region)
        if any(secret.arn == arn for secret in manager.secrets.values()):
            manager.delete_secret(arn, None, True)
