"""As whom an external schema is read: its IAM role, or the user's own identity.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c-spectrum-iam-policies.html
"""

from __future__ import annotations

from labkit.cloud.access.identities import sentence, why_refused
from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.access.trust import role_session
from labkit.cloud.engine.redshift.errors import DENIED, RedshiftError
from labkit.cloud.lake.catalog import GlueCatalog
from labkit.cloud.operations import Principal
from labkit.cloud.redshift.copying.access import failure, open_store
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
    cloud = connection.warehouse.cloud
    kind, _, name = connection.login.partition(":")
    iam = cloud.backend("iam")
    if kind == "iam":
        for user in list(iam.users.values()):
            if user.name.lower() == name:
                return Principal(user.arn, cloud.account)
    if kind == "iamr":
        for role in list(iam.roles.values()):
            if role.name.lower() == name:
                return role_session(role.arn, cloud.account, f"redshift-{connection.pid}")
    raise RedshiftError(
        f"permission denied: user {connection.login} did not log in by IAM, so there is no "
        "identity of its own to read the data catalog with",
        DENIED,
    )


def check_glue(
    connection: Connection, catalog: GlueCatalog, action: str, database: str, table: str
) -> None:
    """Refuse what the role may not do with the Glue catalog.

    Source: https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html

    Raises:
        RedshiftError: in the words of Glue's refusal.
    """
    cloud, principal = connection.warehouse.cloud, catalog.store.principal
    root = f"arn:aws:glue:{catalog.metastore.region}:{cloud.account}:"
    for resource in ("catalog", f"database/{database}", f"table/{database}/{table}"):
        question = Question(principal, f"glue:{action}", root + resource)
        if why := why_refused(cloud, question, None):
            context = f"Glue: {action} {database}.{table}"
            raise failure(
                connection, sentence(question, why), context, "external_catalog_api.cpp:453", 1015
            )
