"""The grants of an ACL, in headers as in a document: which there may be, and the ACL they make.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from moto.s3.models import FakeAcl, FakeGrant, FakeGrantee, get_canned_acl

from labkit.cloud.operations import AwsError
from labkit.cloud.s3.documents import malformed, not_allowed

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_STEM = "http://acs.amazonaws.com/groups/"
_GROUPS = {
    f"{_STEM}{n}" for n in ("global/AllUsers", "global/AuthenticatedUsers", "s3/LogDelivery")
}
_ACCOUNT = re.compile("[0-9a-f]{64}")
_GRANTEE = re.compile(r'\s*(id|uri|emailAddress)="?([^"]+)"?\s*', re.IGNORECASE)
_PERMISSIONS = ("FULL_CONTROL", "READ", "READ_ACP", "WRITE", "WRITE_ACP")
_MOST = 100  # grants of one ACL
_KIND = "{http://www.w3.org/2001/XMLSchema-instance}type"


def check_headers(request: Request) -> None:
    """Raise unless the grants in a request's headers may be, and are all that it says of an ACL."""
    if list(_in_headers(request)) and request.header("x-amz-acl"):
        words = "Specifying both Canned ACLs and Header Grants is not allowed"
        raise AwsError("InvalidRequest", words)


def check(kind: str, name: str, argument: str | None = None) -> None:
    """Raise unless there may be a grantee of this name.

    Args:
        kind: ``id`` or ``uri``; S3 takes no ``emailaddress`` any more.
        argument: what the refusal calls it, where that is not the kind.
    """
    told = {"ArgumentName": argument or kind, "ArgumentValue": name}
    if kind == "uri" and name not in _GROUPS:
        raise AwsError("InvalidArgument", "Invalid group uri", 400, **told)
    if kind == "id" and not _ACCOUNT.fullmatch(name):
        raise AwsError("InvalidArgument", "Invalid id", 400, **told)
    if kind == "emailaddress":
        raise not_allowed()


def of(request: Request, document: bytes) -> Any:
    """moto's record of the ACL that is given by a canned name, by headers or a document.

    Without any of them it is the owner's alone.

    Raises:
        AwsError: ``MalformedACLError``, ``InvalidArgument``, ``MethodNotAllowed``.
    """
    found = list(_in_headers(request))
    if not (found or document):
        return get_canned_acl(request.header("x-amz-acl") or "private")
    found = found or list(_in_document(document))
    if len(found) > _MOST:
        raise malformed("MalformedACLError")
    return FakeAcl([FakeGrant([grantee], [permission]) for permission, grantee in found])


def _in_headers(request: Request) -> Iterator[tuple[str, Any]]:
    for permission in _PERMISSIONS:
        header = f"x-amz-grant-{permission.lower().replace('_', '-')}"
        for text in (request.header(header) or "").split(","):
            if not text:
                continue
            if not (found := _GRANTEE.fullmatch(text)):
                told = {"ArgumentName": header, "ArgumentValue": text}
                raise AwsError("InvalidArgument", "Argument format not recognized", 400, **told)
            yield permission, _grantee(found[1].lower(), found[2])


def _in_document(document: bytes) -> Iterator[tuple[str, Any]]:
    root = ET.fromstring(document)
    if root.find("{*}Owner") is None:
        raise malformed("MalformedACLError")
    for grant in root.iterfind(".//{*}Grant"):
        permission, grantee = grant.findtext("{*}Permission"), grant.find("{*}Grantee")
        kinds = {"CanonicalUser": "id", "Group": "uri", "AmazonCustomerByEmail": "emailaddress"}
        kind = kinds.get("" if grantee is None else grantee.get(_KIND, ""))
        if permission not in _PERMISSIONS or grantee is None or kind is None:
            raise malformed("MalformedACLError")
        names = {each.tag.rpartition("}")[2].lower(): each.text or "" for each in grantee}
        yield permission, _grantee(kind, names.get(kind, ""))


def _grantee(kind: str, name: str) -> Any:
    check(kind, name)
    return FakeGrantee(**{"grantee_id" if kind == "id" else "uri": name})
