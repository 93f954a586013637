"""GetClusterCredentials, GetClusterCredentialsWithIAM: passwords that expire.

Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html
"""

from __future__ import annotations

import re

from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import logins, records
from labkit.cloud.redshift.clusters.kinds import CLUSTER
from labkit.cloud.redshift.clusters.shape import key_of
from labkit.cloud.redshift.clusters.state import find_available
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.words import invalid_combination, invalid_value

DURATION_S = 900
SHORTEST_S, LONGEST_S = 900, 3600
_NAME = re.compile(r"[a-z_][a-z0-9_+.@-]{0,63}", re.IGNORECASE)


@answers("GetClusterCredentials")
def get_cluster_credentials(
    context: Context,
    *,
    DbUser: str,
    ClusterIdentifier: str = "",
    DbName: str = "",
    DurationSeconds: int = DURATION_S,
    AutoCreate: bool = False,
    DbGroups: list[str] | None = None,
    CustomDomainName: str = "",
) -> Answer:
    """A password for a database user, who is made now if there is none and ``AutoCreate`` says so.

    The user joins ``DbGroups`` for the session.
    """
    check_duration(DurationSeconds)
    record = records.find(context, CLUSTER, _named(ClusterIdentifier, CustomDomainName))
    if not _NAME.fullmatch(DbUser):
        raise invalid_value(f"Invalid DbUser: {DbUser}")
    key, user = key_of(record), DbUser.lower()
    if AutoCreate:
        find_available(context, ClusterIdentifier)
        logins.make_user(context.cloud, key, user)
    login = f"{'IAMA' if AutoCreate else 'IAM'}:{DbUser}"
    password = logins.lend(
        context.cloud, key, login, user,
        seconds=DurationSeconds, database=DbName.lower(), groups=DbGroups or (),
    )  # fmt: skip
    return {"DbUser": login, "DbPassword": password,
            "Expiration": records.now() + DurationSeconds}  # fmt: skip


@answers("GetClusterCredentialsWithIAM")
def get_cluster_credentials_with_iam(
    context: Context,
    *,
    ClusterIdentifier: str = "",
    DbName: str = "",
    DurationSeconds: int = DURATION_S,
    CustomDomainName: str = "",
) -> Answer:
    """A password for the caller's own database user: ``IAM:user`` or ``IAMR:role``."""
    check_duration(DurationSeconds)
    name = _named(ClusterIdentifier, CustomDomainName)
    record = find_available(context, name, "available", "resizing", "modifying")
    login, password = logins.lend_to_caller(
        context, key_of(record), seconds=DurationSeconds, database=DbName.lower()
    )
    ends = records.now() + DurationSeconds
    return {"DbUser": login, "DbPassword": password, "Expiration": ends, "NextRefreshTime": ends}


def check_duration(seconds: int) -> None:
    """A password is good for 15 minutes to an hour."""
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise invalid_value("Token duration must be between 900 and 3600 seconds")


def _named(identifier: str, domain: str) -> str:
    if domain and not identifier:
        raise invalid_value("There are no custom domain names in the local AWS.")
    if not identifier:
        raise invalid_combination("Give the ClusterIdentifier.")
    return identifier
