"""Which warehouse a request means, who asks there, and in which database.

Source: https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-calling.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.operations import Context
from labkit.cloud.redshift.keys import cluster_key
from labkit.cloud.redshift.warehouse import (
    Connection,
    Warehouse,
    open_warehouse,
    warehouse_state,
)
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.words import invalid

#: How the control plane finds the warehouse of a workgroup: (cloud, region, name) → key or None.
NAMESPACES: list[Callable[[Cloud, str, str], str | None]] = []


@dataclass(frozen=True)
class Target:
    """Where a statement runs.

    Args:
        key: of the warehouse.
        shown: the members of the request that an answer repeats.
    """

    key: str
    user: str
    database: str
    shown: dict[str, str]

    def connect(self, cloud: object) -> Connection:
        """A session there.

        Raises:
            RedshiftError: the warehouse refuses it.
        """
        warehouse = open_warehouse(cloud, self.key)  # type: ignore[arg-type]
        _let_in(warehouse, self.user)
        return warehouse.connect(self.user, self.database, application="Data API")


def find_target(
    context: Context,
    *,
    ClusterIdentifier: str | None = None,
    WorkgroupName: str | None = None,
    Database: str | None = None,
    DbUser: str | None = None,
    SecretArn: str | None = None,
) -> Target:
    """The target of a request's members.

    Raises:
        AwsError: they contradict each other or name nothing.
    """
    if bool(ClusterIdentifier) == bool(WorkgroupName):
        raise invalid(
            "Exactly one of ClusterIdentifier, WorkgroupName must be provided"
            if ClusterIdentifier
            else "Missing required cluster identifier or workgroup name"
        )
    if not Database:
        raise invalid("Database is required to connect")
    if DbUser and SecretArn:
        raise invalid("Only one of DbUser and SecretArn may be provided")
    if DbUser and WorkgroupName:
        raise invalid("DbUser is not supported for serverless workgroups")
    if ClusterIdentifier:
        key = cluster_key(context.region, ClusterIdentifier)
    else:
        key = _namespace(context, str(WorkgroupName))
    state = warehouse_state(context.cloud, key)
    if state is None:
        raise invalid(f"Redshift endpoint doesn't exist in this region: {ClusterIdentifier or ''}")
    if state.paused:
        raise invalid("The Redshift cluster is paused.")
    user = DbUser or (_secret_user(context, SecretArn) if SecretArn else _identity(context))
    told = {"ClusterIdentifier": ClusterIdentifier, "WorkgroupName": WorkgroupName,
            "Database": Database, "DbUser": user, "SecretArn": SecretArn}  # fmt: skip
    return Target(key, user, Database, {name: text for name, text in told.items() if text})


def _namespace(context: Context, workgroup: str) -> str:
    name = workgroup.rpartition("/")[2]
    for finder in NAMESPACES:
        if found := finder(context.cloud, context.region, name):
            return found
    raise invalid(f"Redshift endpoint doesn't exist in this region: {workgroup}")


def _identity(context: Context) -> str:
    """The database user of an IAM identity."""
    arn = context.principal.arn
    if ":assumed-role/" in arn:
        return f"IAMR:{arn.split('/')[1]}"
    return f"IAM:{arn.rpartition('/')[2]}"


def _let_in(warehouse: Warehouse, user: str) -> None:
    """An IAM identity becomes a user when it first comes; the account's own may do all.

    Source: https://docs.aws.amazon.com/redshift/latest/mgmt/generating-iam-credentials-overview.html
    """
    name = user.lower()
    if not name.startswith(("iam:", "iamr:")):
        return
    session = warehouse.connect(warehouse.state.admin, warehouse.state.database)
    try:
        if not session.objects.find("user", name):
            body = {"password": None, "superuser": True, "createdb": True}
            session.objects.add(Object("user", "", "", name, owner="rdsdb", body=body))
    finally:
        session.close()


def _secret_user(context: Context, arn: str) -> str:
    """The user that a secret names, if the secret is there and holds one."""
    secrets = context.cloud.backend("secretsmanager", context.region)
    for secret in secrets.secrets.values():
        if arn in (secret.arn, secret.name, secret.secret_id):
            version = secret.versions[secret.default_version_id]
            told = json.loads(version.get("secret_string") or "{}")
            if not told.get("username"):
                raise invalid("The secret has no username")
            return str(told["username"])
    raise invalid(f"Secrets Manager can't find the specified secret: {arn}")


def failure_text(error: RedshiftError) -> str:
    """A failure as DescribeStatement tells it."""
    return str(error)
