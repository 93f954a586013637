"""Which warehouse a request means, who asks there, and in which database.

Source: https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-calling.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Context
from labkit.cloud.redshift import logins
from labkit.cloud.redshift.keys import cluster_key
from labkit.cloud.redshift.warehouse import Connection, open_warehouse, warehouse_state
from labkit.cloud.redshift.words import invalid

#: How the control plane finds the warehouse of a workgroup: (cloud, region, name) → key or None.
NAMESPACES: list[Callable[[Cloud, str, str], str | None]] = []


@dataclass(frozen=True)
class Target:
    """Where a statement runs.

    Args:
        key: of the warehouse.
        shown: the members of the request that an answer repeats.
        password: of a secret, which is checked; empty where IAM vouches for the user.
    """

    key: str
    user: str
    database: str
    shown: dict[str, str]
    password: str = field(default="", repr=False)

    def connect(self, cloud: Cloud) -> Connection:
        """A session there.

        Raises:
            RedshiftError: the warehouse refuses it.
        """
        warehouse = open_warehouse(cloud, self.key)
        if self.password:
            logins.log_in(cloud, self.key, self.user, self.password, self.database)
        elif self.user.lower().startswith(("iam:", "iamr:")):
            logins.make_user(cloud, self.key, self.user, superuser=True)
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
    password = ""
    if SecretArn:
        user, password = secret_login(context.cloud, context.region, SecretArn)
    else:
        user = DbUser or logins.identity_of(context)
    told = {"ClusterIdentifier": ClusterIdentifier, "WorkgroupName": WorkgroupName,
            "Database": Database, "DbUser": user, "SecretArn": SecretArn}  # fmt: skip
    shown = {name: text for name, text in told.items() if text}
    return Target(key, user, Database, shown, password)


def _namespace(context: Context, workgroup: str) -> str:
    name = workgroup.rpartition("/")[2]
    for finder in NAMESPACES:
        if found := finder(context.cloud, context.region, name):
            return found
    raise invalid(f"Redshift endpoint doesn't exist in this region: {workgroup}")


def secret_login(cloud: Cloud, region: str, arn: str) -> tuple[str, str]:
    """The user and the password that a secret holds."""
    secrets = cloud.backend("secretsmanager", region)
    for secret in secrets.secrets.values():
        if arn in (secret.arn, secret.name, secret.secret_id):
            version = secret.versions[secret.default_version_id]
            told = json.loads(version.get("secret_string") or "{}")
            if not told.get("username") or not told.get("password"):
                raise invalid("The secret has no username and password")
            return str(told["username"]), str(told["password"])
    raise invalid(f"Secrets Manager can't find the specified secret: {arn}")
