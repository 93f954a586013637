"""The documents that configure a bucket or an object, and what is told of them.

moto stores what it is sent. Here a document is read first, and refused as S3 refuses it: `locks`,
`lifecycles`, `sites` and `tags` look at theirs, the short ones are here. ACLs, rules and
inventories are told whole, which moto does not.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moto.core.utils import get_service_model

from labkit.cloud import protocol
from labkit.cloud.access import acl
from labkit.cloud.operations import AwsError
from labkit.cloud.s3 import grants, lifecycles, locks, sites, tags
from labkit.cloud.s3.documents import Document, invalid, malformed
from labkit.cloud.s3.limits import OWNERSHIPS

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_ALGORITHMS = {"AES256", "aws:kms", "aws:kms:dsse"}


def check(request: Request, body: bytes, bucket: Any, version: Any) -> bytes:
    """The document of a PUT as moto is to have it.

    Args:
        bucket: moto's record of the bucket.
        version: moto's record of the object's version, where one is named.

    Raises:
        AwsError: ``MalformedXML``, ``InvalidArgument``, ``InvalidBucketState``, ``AccessDenied``.
    """
    name = next((each for each in _CHECKS if each in request.query), None)
    if request.method != "PUT" or name is None or bucket is None:
        return body
    if name == "acl" and not body and _in_headers(request):
        return body
    if name == "acl" and not body:
        words = "Your request was missing a required header"
        raise AwsError("MissingSecurityHeader", words, 400, MissingHeaderName="x-amz-acl")
    if not body:
        raise AwsError("MissingRequestBodyError", "Request Body is empty")
    document = Document(body)
    _CHECKS[name](request, document, bucket, version)
    return document.written()


def tell(request: Request, bucket: Any, version: Any) -> protocol.Reply | None:
    """The answer to a GET of an ACL or a lock; ``None`` to other requests."""
    if request.method == "GET" and not request.key and bucket and (kept := _kept(request, bucket)):
        return kept
    name = next((each for each in _TOLD if each in request.query), None)
    record = version if request.key else bucket
    if request.method != "GET" or name is None or record is None:
        return None
    return protocol.Reply(200, {"Content-Type": "application/xml"}, _TOLD[name](bucket, record))


def _tell_acl(bucket: Any, record: Any) -> bytes:
    return acl.document(record.acl)


_TOLD: dict[str, Callable[[Any, Any], bytes]] = {
    "acl": _tell_acl,
    "retention": locks.retention,
    "legal-hold": locks.legal_hold,
}


# Configurations that are told as they were put → those of them that moto has, by their ids.
_KEPT: dict[str, Callable[[Any], Iterable[str]]] = {
    "inventory": lambda bucket: bucket.inventory_configs,
    "lifecycle": lambda bucket: [""] if bucket.rules else [],
    "logging": lambda bucket: [""] if bucket.logging else [],
    "replication": lambda bucket: [""] if bucket.replication else [],
}


def keep(request: Request, body: bytes, reply: protocol.Reply, bucket: Any) -> bool:
    """Whether a configuration that a bucket was given is kept as it is: moto drops members."""
    name = next((each for each in _KEPT if each in request.query), None)
    if request.method != "PUT" or request.key or name is None or reply.status != 200:
        return False
    headers = lifecycles.headers(request) if name == "lifecycle" else {}
    reply.headers.update(headers)
    told = protocol.Reply(200, {"Content-Type": "application/xml"} | headers, body)
    bucket.documents = bucket.documents | {(name, request.query.get("id", "")): told}
    return True


def _kept(request: Request, bucket: Any) -> protocol.Reply | None:
    """The configuration, or the list of all inventories, that a request asks for."""
    name = next((each for each in _KEPT if each in request.query), None)
    there = _KEPT[name](bucket) if name else ()
    told = bucket.documents
    found = {each: told[name, each] for each in there if (name, each) in told}
    if name != "inventory" or "id" in request.query:
        return found.get(request.query.get("id", ""))
    listed = b"".join(found[each].body for each in sorted(found))
    root = "ListInventoryConfigurationsResult"
    body = f'<{root} xmlns="{protocol.S3_NAMESPACE}">'.encode() + listed
    body += f"<IsTruncated>false</IsTruncated></{root}>".encode()
    return protocol.Reply(200, {"Content-Type": "application/xml"}, body)


def deletes(request: Request, bucket: Any) -> bool:
    """Delete an inventory's configuration where a request asks for it, which moto cannot.

    Raises:
        AwsError: ``NoSuchConfiguration``, where it is to be read, too.
    """
    name = request.query.get("id")
    if bucket is None or "inventory" not in request.query or not name or request.method == "PUT":
        return False
    if name not in bucket.inventory_configs:
        words = "The specified configuration does not exist."
        raise AwsError("NoSuchConfiguration", words, 404)
    if request.method == "DELETE":
        del bucket.inventory_configs[name]
    return request.method == "DELETE"


def tidy(request: Request, reply: protocol.Reply, bucket: Any) -> protocol.Reply:
    """moto's answer as S3 gives it: HeadBucket says all, a lock's unset unit is left out.

    Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html and
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html (its answer is a 204)
    """
    no_content = {"policy", "inventory"} & set(request.query)
    if no_content and request.method == "PUT" and reply.status == 200:
        return replace(reply, status=204)
    if request.method == "HEAD" and not request.key and reply.status == 200:
        told = {
            "x-amz-access-point-alias": "false",
            "x-amz-bucket-arn": f"arn:aws:s3:::{request.bucket}",
        }
        return replace(reply, headers=reply.headers | told)
    if "notification" in request.query and request.method == "GET" and reply.status == 200:
        return replace(reply, body=_notifications(bucket, reply.body))
    if reply.status == 404 and not request.key and b"<BucketName>" not in reply.body:
        named = f"</Message><BucketName>{request.bucket}</BucketName>".encode()
        return replace(reply, body=reply.body.replace(b"</Message>", named))
    if reply.status == 409 and not request.query and bucket and bucket.is_versioned:
        more = b"is not empty. You must delete all versions in the bucket.<"
        return replace(reply, body=reply.body.replace(b"is not empty<", more))
    if "object-lock" not in request.query:
        return reply
    return replace(reply, body=re.sub(rb"<(Days|Years)>0</\1>", b"", reply.body))


def _notifications(bucket: Any, body: bytes) -> bytes:
    """A bucket's notifications as S3 writes them, with those to EventBridge, which moto keeps."""
    document, wanted = Document(body), bucket.notification_configuration
    for each in document.root.iterfind(".//FilterRule/Name"):
        each.text = (each.text or "").capitalize()
    if wanted is not None and wanted.event_bridge is not None:
        ET.SubElement(document.root, "EventBridgeConfiguration")
    return document.written()


def _check_acl(request: Request, document: Document, bucket: Any, version: Any) -> None:
    if _in_headers(request):
        raise AwsError("UnexpectedContent", "This request does not support content")
    acl.check_new(bucket, None, " ".join(["a list", *document.texts("URI")]))
    for kind, argument in (("ID", "CanonicalUser/ID"), ("URI", "Group/URI")):
        for name in document.texts(kind):
            grants.check(kind.lower(), name, argument)


def _in_headers(request: Request) -> bool:
    """Whether a request says in its headers whom an ACL grants what."""
    return any(name.startswith(("HTTP_X_AMZ_ACL", "HTTP_X_AMZ_GRANT_")) for name in request.environ)


def _check_ownership(request: Request, document: Document, bucket: Any, version: Any) -> None:
    rules = list(document.root.iter("Rule"))
    if len(rules) != 1 or document.text("ObjectOwnership") not in OWNERSHIPS:
        raise malformed()
    if document.text("ObjectOwnership") == "BucketOwnerEnforced":
        acl.check_owned(bucket.acl)


def _check_encryption(request: Request, document: Document, bucket: Any, version: Any) -> None:
    rules = list(document.root.iter("Rule"))
    for rule in rules:
        if rule.find("ApplyServerSideEncryptionByDefault") is None:  # as a bucket has it anyway
            default = ET.SubElement(rule, "ApplyServerSideEncryptionByDefault")
            ET.SubElement(default, "SSEAlgorithm").text = "AES256"
    named = set(document.texts("SSEAlgorithm"))
    if len(rules) != 1 or not named or not named <= _ALGORITHMS:
        raise malformed()
    if named == {"AES256"} and document.text("KMSMasterKeyID"):
        words = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms"
        raise invalid(f"{words} or aws:kms:dsse", "ApplyServerSideEncryptionByDefault")


# Element of an inventory's configuration → what it may say, by the name in S3's model.
_OF_INVENTORY = {
    "Field": "InventoryOptionalField",
    "Format": "InventoryFormat",
    "Frequency": "InventoryFrequency",
    "IncludedObjectVersions": "InventoryIncludedObjectVersions",
}


def _check_inventory(request: Request, document: Document, bucket: Any, version: Any) -> None:
    """Raise unless a bucket may have this inventory.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketInventoryConfiguration.html
    """
    model = get_service_model("s3")
    for name, shape in _OF_INVENTORY.items():
        if not set(document.texts(name)) <= set(model.shape_for(shape).enum):
            raise malformed()
    if document.text("Id") != request.query.get("id"):
        words = "Document ID does not match the specified configuration ID."
        raise AwsError("IdMismatch", words)
    if not document.text("Bucket").startswith("arn:"):
        raise AwsError("InvalidS3DestinationBucket", "Invalid bucket ARN.")


def _check_replication(request: Request, document: Document, bucket: Any, version: Any) -> None:
    rules = list(document.root.iter("Rule"))
    if not rules:
        raise malformed()
    for rule in rules:
        lifecycles.name_rule(rule)


_Check = Callable[["Request", Document, Any, Any], None]


def _check_notification(_: Request, document: Document, *__: Any) -> None:
    if document.root.tag != "NotificationConfiguration":
        raise malformed()
    for rule in document.root.iter("FilterRule"):
        if rule.find("Name") is None or rule.find("Value") is None:
            raise malformed()
    for each in document.root.iterfind(".//FilterRule/Name"):
        name = each.text or ""
        if name.lower() not in ("prefix", "suffix"):
            words = "filter rule name must be either prefix or suffix"
            raise invalid(words, "FilterRule.Name", name)
        each.text = name.lower()


def _check_cors(request: Request, document: Document, bucket: Any, version: Any) -> None:
    """Raise for a wildcard that S3 would not match; the rest of the rules is judged by moto.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
    """
    for name in ("AllowedOrigin", "AllowedHeader"):
        for text in document.texts(name):
            if text.count("*") > 1:
                words = f'{name} "{text}" can not have more than one wildcard.'
                raise AwsError("InvalidRequest", words)
    for text in document.texts("ExposeHeader"):
        if "*" in text:
            words = f'ExposeHeader "{text}" contains wildcard. We currently do not support wildcard'
            raise AwsError("InvalidRequest", f"{words} for ExposeHeader.")


def _check_acceleration(request: Request, document: Document, *_: Any) -> None:
    if "." in request.bucket:
        words = "S3 Transfer Acceleration is not supported for buckets with periods (.) in their"
        raise AwsError("InvalidRequest", f"{words} names")
    if document.text("Status") not in ("Enabled", "Suspended"):
        raise malformed()


_CHECKS: dict[str, _Check] = {
    "accelerate": _check_acceleration,
    "cors": _check_cors,
    "acl": _check_acl,
    "lifecycle": lifecycles.check,
    "notification": _check_notification,
    "object-lock": locks.check_default,
    "versioning": locks.check_versioning,
    "retention": locks.check_retention,
    "legal-hold": locks.check_legal_hold,
    "tagging": tags.check_document,
    "ownershipControls": _check_ownership,
    "encryption": _check_encryption,
    "inventory": _check_inventory,
    "replication": _check_replication,
    "website": sites.check,
}
