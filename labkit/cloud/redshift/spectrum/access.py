"""As whom an external schema is read: its IAM role, or the user's own identity.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c-spectrum-iam-policies.html
"""

from __future__ import annotations

from labkit.cloud.engine.redshift.errors import DENIED, RedshiftError
from labkit.cloud.operations import Principal
from labkit.cloud.redshift.copying.access import open_store
from labkit.cloud.redshift.copying.options import Access
from labkit.cloud.redshift.warehouse.connection import Connection


def principal_of(connection: Connection, role: str) -> Principal:
    """Who reads the catalog and the objects.

    Args:
        role: an ARN, ARNs in a chain, ``default``, or ``SESSION``.

    Raises:
        RedshiftError: the warehouse may not take on the role, or the user has no identity.
    """
    if role.upper() == "SESSION":
        return _own(connection)
    return open_store(connection, Access(role=role)).principal


def _own(connection: Connection) -> Principal:
    """The identity of a user that logged in by IAM: ``IAM:name``, ``IAMR:role``.

    Source: https://docs.aws.amazon.com/redshift/latest/mgmt/query-editor-v2-glue.html
    """
    account = connection.warehouse.cloud.account
    kind, _, name = connection.session_user.partition(":")
    if kind == "iam":
        return Principal(f"arn:aws:iam::{account}:user/{name}", account)
    if kind == "iamr":
        return Principal(f"arn:aws:sts::{account}:assumed-role/{name}/redshift", account)
    raise RedshiftError(
        f"permission denied: user {connection.session_user} did not log in by IAM, so there is no "
        "identity of its own to read the data catalog with",
        DENIED,
    )
