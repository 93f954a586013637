"""The documents that configure a bucket or an object: ACLs, locks and lifecycles.

moto stores what it is sent. Here a document is read first, and refused as S3 refuses it. A
lifecycle rule without a name gets one; ACLs and locks are told whole, which moto does not.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from __future__ import annotations

import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from labkit.cloud import protocol
from labkit.cloud.access import acl
from labkit.cloud.operations import AwsError
from labkit.cloud.s3 import grants, tags
from labkit.cloud.s3.limits import OWNERSHIPS, check_until

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_LONGEST_ID = 255
_LEAST = "x-amz-transition-default-minimum-object-size"
_ACTIONS = (
    "Expiration",
    "Transition",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransition",
    "AbortIncompleteMultipartUpload",
)
_POSITIVE = (
    ("Expiration", "Days"),
    ("NoncurrentVersionExpiration", "NoncurrentDays"),
    ("NoncurrentVersionTransition", "NoncurrentDays"),
)
_CLASSES = {"DEEP_ARCHIVE", "GLACIER", "GLACIER_IR", "INTELLIGENT_TIERING", "ONEZONE_IA",
            "STANDARD_IA"}  # fmt: skip
_MODES = ("GOVERNANCE", "COMPLIANCE")
_ALGORITHMS = {"AES256", "aws:kms", "aws:kms:dsse"}
_MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\d(T00:00:00(\.0+)?(Z|\+00:00)?)?")


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
    document = _Document(body)
    _CHECKS[name](request, document, bucket, version)
    return document.written()


def tell(request: Request, bucket: Any, version: Any) -> protocol.Reply | None:
    """The answer to a GET of an ACL, a lock or a payer; ``None`` to other requests."""
    if request.method == "GET" and "lifecycle" in request.query and bucket and bucket.rules:
        return bucket.lifecycle  # type: ignore[no-any-return]
    name = next((each for each in _TOLD if each in request.query), None)
    record = version if request.key else bucket
    if request.method != "GET" or name is None or record is None:
        return None
    return protocol.Reply(200, {"Content-Type": "application/xml"}, _TOLD[name](bucket, record))


def _tell_acl(bucket: Any, record: Any) -> bytes:
    return acl.document(record.acl)


def _tell_payer(bucket: Any, record: Any) -> bytes:
    root = "RequestPaymentConfiguration"
    return f'<{root} xmlns="{_NAMESPACE}"><Payer>BucketOwner</Payer></{root}>'.encode()


def _tell_retention(bucket: Any, version: Any) -> bytes:
    told = {"Mode": version.lock_mode, "RetainUntilDate": version.lock_until}
    return _lock(bucket, "Retention", told)


def _tell_legal_hold(bucket: Any, version: Any) -> bytes:
    return _lock(bucket, "LegalHold", {"Status": version.lock_legal_status})


def _lock(bucket: Any, root: str, members: dict[str, str | None]) -> bytes:
    _need_lock(bucket)
    if not all(members.values()):
        words = "The specified object does not have a ObjectLock configuration"
        raise AwsError("NoSuchObjectLockConfiguration", words, 404)
    told = "".join(f"<{name}>{text}</{name}>" for name, text in members.items())
    return f'<{root} xmlns="{_NAMESPACE}">{told}</{root}>'.encode()


_TOLD: dict[str, Callable[[Any, Any], bytes]] = {
    "acl": _tell_acl,
    "requestPayment": _tell_payer,
    "retention": _tell_retention,
    "legal-hold": _tell_legal_hold,
}


def keep(request: Request, body: bytes, reply: protocol.Reply, bucket: Any) -> bool:
    """Whether the rules that a bucket was given are kept as they are: moto drops members."""
    if request.method != "PUT" or "lifecycle" not in request.query or reply.status != 200:
        return False
    least = request.header(_LEAST) or "all_storage_classes_128K"
    reply.headers[_LEAST] = least
    headers = {"Content-Type": "application/xml", _LEAST: least}
    bucket.lifecycle = protocol.Reply(200, headers, body)
    return True


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


def tags_of(document: bytes) -> list[tuple[str, str]]:
    """The names and values of a document of tags.

    Raises:
        AwsError: ``MalformedXML``.
    """
    tags = _Document(document).root.iter("Tag")
    return [(each.findtext("Key") or "", each.findtext("Value") or "") for each in tags]


def clears_tags(request: Request, body: bytes) -> bool:
    """Whether a request sets an object's tags to none, which moto takes as a deletion alone."""
    sets = request.method == "PUT" and "tagging" in request.query and bool(request.key)
    return sets and not any(_Document(body).root.iter("Tag"))


def tidy(request: Request, reply: protocol.Reply, bucket: Any) -> protocol.Reply:
    """moto's answer as S3 gives it: HeadBucket says all, a lock's unset unit is left out.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
    """
    if request.method == "HEAD" and not request.key and reply.status == 200:
        told = {
            "x-amz-access-point-alias": "false",
            "x-amz-bucket-arn": f"arn:aws:s3:::{request.bucket}",
        }
        return replace(reply, headers=reply.headers | told)
    if "notification" in request.query and request.method == "GET" and reply.status == 200:
        return replace(reply, body=_with_event_bridge(bucket, reply.body))
    if "object-lock" not in request.query:
        return reply
    return replace(reply, body=re.sub(rb"<(Days|Years)>0</\1>", b"", reply.body))


def _with_event_bridge(bucket: Any, body: bytes) -> bytes:
    """A bucket's notifications, with those to EventBridge: moto keeps that, and does not tell."""
    wanted = bucket.notification_configuration
    if wanted is None or wanted.event_bridge is None:
        return body
    document = _Document(body)
    ET.SubElement(document.root, "EventBridgeConfiguration")
    return document.written()


class _Document:
    """An XML document, whatever its namespace."""

    def __init__(self, body: bytes) -> None:
        try:
            self.root = ET.fromstring(body)
        except ET.ParseError as error:
            raise malformed() from error
        for each in self.root.iter():
            each.tag = each.tag.rpartition("}")[2]

    def texts(self, name: str) -> Iterator[str]:
        """The texts of all elements of a name."""
        return ((each.text or "").strip() for each in self.root.iter(name))

    def text(self, name: str) -> str:
        return next(self.texts(name), "")

    def written(self) -> bytes:
        self.root.set("xmlns", _NAMESPACE)
        return ET.tostring(self.root)


def malformed() -> AwsError:
    """The refusal of a document that is not what its schema says."""
    words = "The XML you provided was not well-formed or did not validate against our published"
    return AwsError("MalformedXML", f"{words} schema")


def _check_lifecycle(request: Request, document: _Document, bucket: Any, version: Any) -> None:
    rules = list(document.root.iter("Rule"))
    names = [rule.findtext("ID") or "" for rule in rules]
    given = [name for name in names if name]
    if not rules or any(text not in ("Enabled", "Disabled") for text in document.texts("Status")):
        raise malformed()
    if any(len(name) > _LONGEST_ID for name in names):
        raise _invalid("ID length should not exceed allowed limit of 255")
    if len(set(given)) < len(given):
        raise _invalid("Rule ID must be unique. Found same ID for more than one rule")
    if not set(document.texts("StorageClass")) <= _CLASSES:
        raise malformed()
    for text in document.texts("Date"):
        if not _MIDNIGHT.fullmatch(text):
            raise _invalid("'Date' must be at midnight GMT")
    for rule in rules:
        if not any(rule.find(action) is not None for action in _ACTIONS):
            words = "At least one action needs to be specified in a rule"
            raise AwsError("InvalidRequest", words)
        if (wanted := rule.find("Filter")) is not None and len(wanted) > 1:
            raise malformed()
        _check_days(rule)
        _check_sizes(rule)
        _name(rule)


def _check_days(rule: ET.Element) -> None:
    for action, unit in _POSITIVE:
        for days in (each.text or "" for each in rule.findall(f"{action}/{unit}")):
            if not days.isdigit() or not int(days):
                raise _invalid(f"'{unit}' for {action} action must be a positive integer")


def _check_sizes(rule: ET.Element) -> None:
    least, most = (rule.findtext(f".//ObjectSize{n}Than") for n in ("Greater", "Less"))
    if least and most and int(least) >= int(most):
        words = "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."
        raise AwsError("InvalidRequest", words)


def _name(rule: ET.Element) -> None:
    """Give a rule without a name one of its own."""
    if not rule.findtext("ID"):
        for each in rule.findall("ID"):
            rule.remove(each)
        name = ET.Element("ID")
        name.text = str(uuid.uuid4())
        rule.insert(0, name)


def _check_object_lock(request: Request, document: _Document, bucket: Any, version: Any) -> None:
    named = document.root.find("Rule") is not None
    units = [text for unit in ("Days", "Years") for text in document.texts(unit)]
    if document.text("ObjectLockEnabled") != "Enabled":
        raise malformed()
    if named and (document.text("Mode") not in _MODES or len(units) != 1):
        raise malformed()
    if any(not text.isdigit() or not int(text) for text in units):
        raise _invalid("Default retention period must be a positive integer value.")
    if bucket.versioning_status != "Enabled":
        words = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        raise AwsError("InvalidBucketState", words, 409)


def _check_versioning(request: Request, document: _Document, bucket: Any, version: Any) -> None:
    if not document.text("Status"):
        words = "The Versioning element must be specified"
        raise AwsError("IllegalVersioningConfigurationException", words)
    if document.text("Status") not in ("Enabled", "Suspended"):
        raise malformed()
    if document.text("Status") == "Suspended" and bucket.object_lock_enabled:
        words = "An Object Lock configuration is present on this bucket, so the versioning state"
        raise AwsError("InvalidBucketState", f"{words} cannot be changed.", 409)


def _check_retention(request: Request, document: _Document, bucket: Any, version: Any) -> None:
    _need_lock(bucket)
    mode, until = document.text("Mode"), document.text("RetainUntilDate")
    if (mode or until) and (mode not in _MODES or not until):
        raise malformed()
    check_until(until)
    bypass = (request.header("x-amz-bypass-governance-retention") or "").lower() == "true"
    if version is not None and _loosens(version, mode, until, bypass=bypass):
        raise AwsError(
            "AccessDenied", "Access Denied because object protected by object lock.", 403
        )


def _loosens(version: Any, mode: str, until: str, *, bypass: bool) -> bool:
    """Whether a new retention takes away from one that may not be taken from."""
    if not version.lock_mode or (version.lock_mode == "GOVERNANCE" and bypass):
        return False
    return bool(mode != version.lock_mode or until < version.lock_until)


def _check_legal_hold(request: Request, document: _Document, bucket: Any, version: Any) -> None:
    _need_lock(bucket)
    if document.text("Status") not in ("ON", "OFF"):
        raise malformed()


def _need_lock(bucket: Any) -> None:
    if not bucket.object_lock_enabled:
        raise AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidArgument", message)


def _check_acl(request: Request, document: _Document, bucket: Any, version: Any) -> None:
    if _in_headers(request):
        raise AwsError("UnexpectedContent", "This request does not support content")
    acl.check_new(bucket, None, " ".join(["a list", *document.texts("URI")]))
    for kind in ("ID", "URI"):
        for name in document.texts(kind):
            grants.check(kind.lower(), name)


def _in_headers(request: Request) -> bool:
    """Whether a request says in its headers whom an ACL grants what."""
    return any(name.startswith(("HTTP_X_AMZ_ACL", "HTTP_X_AMZ_GRANT_")) for name in request.environ)


def _check_tagging(request: Request, document: _Document, bucket: Any, version: Any) -> None:
    named = document.root.iter("Tag")
    found = [(each.findtext("Key") or "", each.findtext("Value") or "") for each in named]
    tags.check(found, of_object=bool(request.key))


def _check_ownership(request: Request, document: _Document, bucket: Any, version: Any) -> None:
    rules = list(document.root.iter("Rule"))
    if len(rules) != 1 or document.text("ObjectOwnership") not in OWNERSHIPS:
        raise malformed()


def _check_encryption(request: Request, document: _Document, bucket: Any, version: Any) -> None:
    named = set(document.texts("SSEAlgorithm"))
    if not named or not named <= _ALGORITHMS:
        raise malformed()
    if named == {"AES256"} and document.text("KMSMasterKeyID"):
        words = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms"
        raise _invalid(f"{words} or aws:kms:dsse")


def _check_website(request: Request, document: _Document, bucket: Any, version: Any) -> None:
    root = document.root
    everything, index = root.find("RedirectAllRequestsTo"), root.find("IndexDocument")
    if everything is not None and len(root) > 1:
        words = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules."
        raise _invalid(words)
    if everything is None and not (index is not None and index.findtext("Suffix")):
        words = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is"
        raise _invalid(f"{words} empty")
    if "/" in document.text("Suffix"):
        raise _invalid("The IndexDocument Suffix is not well formed")
    if not set(document.texts("Protocol")) <= {"http", "https"}:
        words = "Invalid protocol, protocol can be http or https. If not defined the protocol will"
        raise AwsError("InvalidRequest", f"{words} be selected automatically.")


_Check = Callable[["Request", _Document, Any, Any], None]
_CHECKS: dict[str, _Check] = {
    "acl": _check_acl,
    "lifecycle": _check_lifecycle,
    "object-lock": _check_object_lock,
    "versioning": _check_versioning,
    "retention": _check_retention,
    "legal-hold": _check_legal_hold,
    "tagging": _check_tagging,
    "ownershipControls": _check_ownership,
    "encryption": _check_encryption,
    "website": _check_website,
}
