"""Who reads and writes the objects of a COPY or UNLOAD, and Redshift's words when it may not.

A role must be attached to the warehouse and let ``redshift.amazonaws.com`` in; then its policies,
the bucket's and those of the objects' KMS keys decide. Sources:
https://docs.aws.amazon.com/redshift/latest/mgmt/authorizing-redshift-service.html and
https://docs.aws.amazon.com/redshift/latest/dg/s3serviceexception-error.html
"""

from __future__ import annotations

import contextlib
import itertools
import uuid
from collections.abc import Iterator

from labkit.cloud.access.guard import check_session, credentials_of
from labkit.cloud.access.service_roles import find_role, trusts
from labkit.cloud.access.trust import role_session
from labkit.cloud.engine.redshift.errors import INTERNAL, RedshiftError
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.redshift.copying.options import Access
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.s3.store import Store

SERVICES = ("redshift.amazonaws.com", "redshift-serverless.amazonaws.com")
_WORDS = {
    "AccessDenied": "Access Denied",
    "NoSuchKey": "The specified key does not exist.",
    "NoSuchBucket": "The specified bucket does not exist",
}


def open_store(
    connection: Connection, access: Access, encrypted: tuple[str | None, str | None] = (None, None)
) -> Store:
    """The objects, as the role or user sees them whom a statement names.

    Raises:
        RedshiftError: the warehouse may not take on the role, or the keys are none.
    """
    principal = (
        _user(connection, access) if access.access_key else role_principal(connection, access)
    )
    return Store(connection.warehouse.cloud, principal, encrypted)


def role_arn(connection: Connection, role: str) -> str:
    """The ARN of the role that a statement names; of the default one for ``default``.

    Raises:
        RedshiftError: it names none.
    """
    if not role:
        raise RedshiftError("Missing credentials: specify IAM_ROLE or CREDENTIALS", "42601")
    if role != "default":
        return role.strip()
    default = _attached(connection)[1]
    if not default:
        raise RedshiftError(
            "The cluster or namespace has no default IAM role. Set one, or name a role's ARN",
            "22023",
        )
    return default


def role_principal(connection: Connection, access: Access) -> Principal:
    """Who acts by the role that a statement names.

    Raises:
        RedshiftError: the warehouse may not take it on.
    """
    arns = [role_arn(connection, part) for part in access.role.split(",")]
    cloud = connection.warehouse.cloud
    attached, _ = _attached(connection)
    first = find_role(cloud, arns[0])
    user = _user_arn(connection)
    lets_in = first is not None and any(
        trusts(cloud, first, name, external_id=user) for name in SERVICES
    )
    if arns[0] not in attached or not lets_in:
        raise _unassumable(connection, arns[0])
    for before, arn in itertools.pairwise(arns):
        _chain(connection, before, arn)
    return role_session(arns[-1], cloud.account, f"redshift-{connection.pid}")


def _chain(connection: Connection, before: str, arn: str) -> None:
    """A role takes on the next one, which must trust it.

    Source: https://docs.aws.amazon.com/redshift/latest/mgmt/authorizing-redshift-service.html
    """
    cloud = connection.warehouse.cloud
    role = find_role(cloud, arn)
    text = str(role.assume_role_policy_document) if role else ""
    account = f"arn:aws:iam::{cloud.account}:root"
    if before not in text and account not in text:
        raise _unassumable(connection, arn)


def _attached(connection: Connection) -> tuple[tuple[str, ...], str]:
    """The warehouse's roles, and its default one."""
    from labkit.cloud.redshift.warehouse import warehouse_state

    warehouse = connection.warehouse
    state = warehouse_state(warehouse.cloud, warehouse.key) or warehouse.state
    return state.iam_roles, state.default_role


def _unassumable(connection: Connection, arn: str) -> RedshiftError:
    message = f"User {_user_arn(connection)} is not authorized to assume IAM Role {arn}"
    context = f"IAM Role={arn}"
    return failure(connection, message, context, "xen_aws_credentials_mgr.cpp:450")


def _user_arn(connection: Connection) -> str:
    """Who asks, by which a role's ``sts:ExternalId`` may know him.

    Source: https://docs.aws.amazon.com/redshift/latest/mgmt/authorizing-redshift-service-database-users.html
    """
    cloud, key = connection.warehouse.cloud, connection.warehouse.key
    name = key.partition("/")[2]
    return f"arn:aws:redshift:{cloud.region}:{cloud.account}:dbuser:{name}/{connection.user}"


def _user(connection: Connection, access: Access) -> Principal:
    try:
        secret, principal = credentials_of(access.access_key)
        check_session(access.access_key, access.token or None, s3=True)
    except AwsError as error:
        raise s3_failure(connection, error, "Listing bucket") from error
    if secret != access.secret_key:
        words = (
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        )
        refusal = AwsError("SignatureDoesNotMatch", words, 403)
        raise s3_failure(connection, refusal, "Listing bucket")
    return principal


@contextlib.contextmanager
def s3_words(connection: Connection, context: str) -> Iterator[None]:
    """Say in Redshift's words what S3 or KMS refuses inside."""
    try:
        yield
    except AwsError as error:
        raise s3_failure(connection, error, context) from error


def s3_failure(connection: Connection, error: AwsError, context: str) -> RedshiftError:
    """What a statement says of an answer of S3."""
    told = error.message if "kms:" in error.message else _WORDS.get(error.code, error.message)
    request = uuid.uuid4().hex[:16].upper()
    message = (
        f"S3ServiceException:{told},Status {error.status},Error {error.code},"
        f"Rid {request},CanRetry 1"
    )
    return failure(connection, message, context, "s3_utility.cpp:290")


def failure(
    connection: Connection, message: str, context: str, location: str, code: int = 8001
) -> RedshiftError:
    """An error with the block that Redshift tells beside what went wrong outside of SQL."""
    line = "-" * 47
    detail = (
        f"\n  {line}\n  error:  {message}\n  code:      {code}\n  context:   {context}\n"
        f"  query:     {connection.last_query_id}\n  location:  {location}\n"
        f"  process:   padbmaster [pid={connection.pid}]\n  {line}\n"
    )
    return RedshiftError(message, INTERNAL, detail)
