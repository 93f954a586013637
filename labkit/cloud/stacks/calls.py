"""The calls of services by which a stack's resources are made, read and dropped."""

from __future__ import annotations

from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudformation.exceptions import ValidationError

from labkit.cloud import stacks
from labkit.cloud.stacks.fitting import fit
from labkit.cloud.stacks.kinds import Members

_GONE = ("notfound", "not found", "nosuch", "does not exist", "no permissions revoked")


class Gone(ValidationError):
    """A service refused, as what it was asked about is not there."""


def ask(service: str, call: str, members: Members) -> Members:
    """One of a service's calls.

    Raises:
        Gone: what it is about is not there.
        ValidationError: it refused.
    """
    client = stacks.client(service)
    told = fit(client.meta.service_model.operation_model(call).input_shape, members)
    try:
        answer: Members = getattr(client, xform_name(call))(**told)
    except ClientError as error:
        said = error.response["Error"]
        gone = tells_gone(f"{said['Code']} {said['Message']}")
        raise refused(said["Message"], Gone if gone else ValidationError) from error
    except BotoCoreError as error:
        raise refused(str(error)) from error
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def tells_gone(words: str) -> bool:
    """Whether a service says that what it was asked about is not there."""
    return any(word in words.lower() for word in _GONE)


def refused(message: str, kind: type[ValidationError] = ValidationError) -> ValidationError:
    """What a stack tells of a resource that its service does not make."""
    return kind(message=f'Resource handler returned message: "{message}"')


def names(service: str, call: str, within: str = "") -> set[str]:
    """The names in small letters of what a call takes, or one of its members."""
    shape: Any = stacks.client(service).meta.service_model.operation_model(call).input_shape
    return {name.lower() for name in (shape.members[within] if within else shape).members}
