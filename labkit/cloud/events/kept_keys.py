"""The KMS keys of archives and connections: kept and told, where moto drops them.

An update that names none goes back to AWS's own key, as a bus's does. Sources:
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateArchive.html and
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateConnection.html
"""

from __future__ import annotations

from typing import Any

from moto.events.models import Archive

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.operations import Answer, AwsError, Context, operation

_whole: Any = Archive.describe


@on_start
def tell_keys(_: Cloud) -> None:
    """Let an archive tell its key."""
    Archive.describe = lambda self: _whole(self) | key_of(self)  # type: ignore[method-assign]


def key_of(record: Any) -> Answer:
    """The member that tells an archive's or a connection's key, if there is one."""
    key = getattr(record, "kms_key_identifier", "")
    return {"KmsKeyIdentifier": key} if key else {}


@operation("events", "CreateArchive", alone=True)
def create_archive(
    context: Context, *, ArchiveName: str, EventSourceArn: str, **options: Any
) -> Answer:
    records = context.backend("events")
    with context.cloud.changing("events"):
        made = records.create_archive(ArchiveName, EventSourceArn, *_of_archive(options))
        made.kms_key_identifier = options.get("KmsKeyIdentifier", "")
    return {"ArchiveArn": made.arn, "CreationTime": made.creation_time, "State": made.state}


@operation("events", "UpdateArchive", alone=True)
def update_archive(context: Context, *, ArchiveName: str, **options: Any) -> Answer:
    records = context.backend("events")
    with context.cloud.changing("events"):
        told: Answer = records.update_archive(ArchiveName, *_of_archive(options))
        records.archives[ArchiveName].kms_key_identifier = options.get("KmsKeyIdentifier", "")
    return told


@operation("events", "CreateConnection", alone=True)
def create_connection(
    context: Context,
    *,
    Name: str,
    AuthorizationType: str,
    AuthParameters: Answer | None = None,
    Description: str | None = None,
    KmsKeyIdentifier: str = "",
    **_: Any,
) -> Answer:
    """A new connection; moto would put it in the place of one of its name, and lose its secret.

    Raises:
        AwsError: ``ResourceAlreadyExistsException``.
    """
    if Name in context.backend("events").connections:
        words = f"Connection {Name} already exists."
        raise AwsError("ResourceAlreadyExistsException", words)
    with context.cloud.changing("events"), context.cloud.changing("secretsmanager"):
        made = context.backend("events").create_connection(
            Name, Description, AuthorizationType, AuthParameters or {}
        )
        made.kms_key_identifier = KmsKeyIdentifier
    told: Answer = made.describe_short()
    return told


@operation("events", "UpdateConnection", alone=True)
def update_connection(
    context: Context,
    *,
    Name: str,
    AuthorizationType: str | None = None,
    AuthParameters: Answer | None = None,
    Description: str | None = None,
    KmsKeyIdentifier: str = "",
    **_: Any,
) -> Answer:
    records = context.backend("events")
    with context.cloud.changing("events"), context.cloud.changing("secretsmanager"):
        told: Answer = records.update_connection(
            name=Name,
            description=Description,
            authorization_type=AuthorizationType,
            auth_parameters=AuthParameters,
        )
        records.connections[Name].kms_key_identifier = KmsKeyIdentifier
    return told


def _of_archive(options: Answer) -> tuple[Any, ...]:
    return tuple(options.get(each) for each in ("Description", "EventPattern", "RetentionDays"))
