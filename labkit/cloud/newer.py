"""What a client's model has, and botocore's here has not, or elsewhere.

Services are given members all the time, and a client may know more of them than the models here.
One that is passed over makes another call of it: a dry run that writes, a filter that lets all
through. So the call is refused. What says nothing is passed over: null, false, and the ``__type``
of unions. Where a list has got a filter, it may be asked by POST, where it was by GET.

Sources: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html and
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ListEmailIdentities.html
"""

from __future__ import annotations

import functools
import json
import urllib.parse
from collections.abc import Iterable, Iterator
from typing import Any

import botocore
from botocore.model import OperationModel

from labkit.cloud.operations import AwsError, not_here
from labkit.cloud.protocol import location_of

# What stands in a form beside the operation's members.
_OF_FORMS = {
    *("Action", "AWSAccessKeyId", "ContentType", "Expires", "SecurityToken", "Signature"),
    *("SignatureMethod", "SignatureVersion", "Timestamp", "Version"),
}

# Lists that newer clients ask for by POST, with their members in the body.
_MOVED = {
    "/v2/email/list-configuration-sets": "/v2/email/configuration-sets",
    "/v2/email/list-identities": "/v2/email/identities",
}


def as_before(environ: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """A call as the models here have it: a list that is asked by POST, by GET."""
    path = _MOVED.get(str(environ.get("PATH_INFO", "")))
    if path is None or environ["REQUEST_METHOD"] != "POST":
        return environ, body
    try:
        said = dict(json.loads(body or b"{}"))
    except (TypeError, ValueError) as error:
        raise AwsError("BadRequestException", f"The body is not JSON: {error}") from error
    if "Filter" in said:
        raise not_here("sesv2", "lists with a Filter")
    query = urllib.parse.urlencode(said)
    told = {"PATH_INFO": path, "RAW_URI": path, "REQUEST_URI": path, "QUERY_STRING": query}
    return environ | told | {"REQUEST_METHOD": "GET", "CONTENT_LENGTH": "0"}, b""


def check(operation: OperationModel, shape: Any, said: Any) -> None:
    """Raise for members of a JSON or CBOR document that its shape lacks."""
    _refuse(operation, _unknown(shape, said, ""))


def check_form(operation: OperationModel, names: Iterable[str]) -> None:
    """Raise for fields of a form that the operation's input lacks."""
    asked = (name for name in names if name not in _OF_FORMS and not name.startswith("X-Amz-"))
    shape = operation.input_shape
    _refuse(operation, (each for each in asked if not _has(shape, each.split("."))))


def check_query(operation: OperationModel, names: Iterable[str]) -> None:
    """Raise for parameters of an address that the operation's input and its route lack."""
    members = operation.input_shape.members if operation.input_shape else {}
    asked = {k: each for k, each in members.items() if location_of(each) == "querystring"}
    path, _, said = operation.http["requestUri"].partition("?")
    if path == "/" or any(each.type_name == "map" for each in asked.values()):
        return  # an RPC, which has no parameters there, or one that takes any
    fixed = said.split("&")
    known = {each.partition("=")[0] for each in fixed} | {"x-id"}  # Smithy's own, of a route
    known |= {each.serialization.get("name", k) for k, each in asked.items()}
    unknown = (name for name in names if name not in known and not name.startswith("X-Amz-"))
    _refuse(operation, unknown)


def _refuse(operation: OperationModel, unknown: Iterator[str]) -> None:
    if member := next(unknown, None):
        call = f"{operation.service_model.service_name}:{operation.name}"
        raise AwsError(
            "NotImplementedException",
            f"{call} with {member!r} is not available in the local AWS, which knows the members "
            f"that botocore {botocore.__version__} does.",
        )


def _unknown(shape: Any, value: Any, where: str) -> Iterator[str]:
    """The paths of a value's members that its shape lacks."""
    match shape.type_name, value:
        case "structure", dict() if not getattr(shape, "is_document_type", False):
            known = _members(shape)
            for name, each in value.items():
                if name in known:
                    yield from _unknown(known[name], each, f"{where}{name}.")
                elif each is not None and each is not False and name != "__type":
                    yield where + name
        case "list", list():
            for each in value:
                yield from _unknown(shape.member, each, where)
        case "map", dict():
            for each in value.values():
                yield from _unknown(shape.value, each, where)


def _has(shape: Any, path: list[str]) -> bool:
    """Whether a shape has what a field of a form names: ``Tags``, ``member``, ``1``, ``Key``."""
    match shape.type_name, path:
        case "structure", [name, *rest]:
            known = _members(shape)
            return name in known and _has(known[name], rest)
        case "list", [_, *rest]:
            named = not shape.serialization.get("flattened")
            return _has(shape.member, rest[1:] if named else rest)
    return True


@functools.cache
def _members(shape: Any) -> dict[str, Any]:
    """The shapes of a structure's members, by their names and by what stands on the wire."""
    members: dict[str, Any] = shape.members
    return members | {each.serialization.get("name", k): each for k, each in members.items()}
