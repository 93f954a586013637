"""Configurations of a bucket that moto has no place for: kept as they were put, and told.

Metrics, analyses of storage classes and Intelligent-Tiering have an id each, and are not carried
out. Who pays for requests is the bucket's owner here in any case, as there is no other account;
nobody gets in without a signature where the requester is to pay.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketMetricsConfiguration.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAnalyticsConfiguration.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketIntelligentTieringConfiguration.html
and https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labkit.cloud.operations import ANONYMOUS, AwsError
from labkit.cloud.protocol import S3_NAMESPACE, Reply
from labkit.cloud.s3.documents import Document, malformed

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_MOST = 1000  # of a kind in a bucket
_PAYER = "requestPayment"
_XML = {"Content-Type": "application/xml"}


@dataclass(frozen=True)
class _Kind:
    """Configurations with ids: a document's root, its list's, and what it has to say."""

    root: str
    listed: str
    members: tuple[str, ...] = ()
    choices: tuple[tuple[str, frozenset[str]], ...] = ()


_STATUS, _TIERS = {"Enabled", "Disabled"}, {"ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"}
_KINDS = {
    "analytics": _Kind(
        "AnalyticsConfiguration",
        "ListBucketAnalyticsConfigurationResult",
        ("StorageClassAnalysis",),
        (("OutputSchemaVersion", frozenset({"V_1"})), ("Format", frozenset({"CSV"}))),
    ),
    "intelligent-tiering": _Kind(
        "IntelligentTieringConfiguration",
        "ListBucketIntelligentTieringConfigurationsOutput",
        ("Status", "Tiering"),
        (("Status", frozenset(_STATUS)), ("AccessTier", frozenset(_TIERS))),
    ),
    "metrics": _Kind("MetricsConfiguration", "ListMetricsConfigurationsResult"),
}


def answer(request: Request, body: bytes, bucket: Any) -> Reply | None:
    """The answer to a request about such a configuration; ``None`` to other requests.

    Raises:
        AwsError: ``NoSuchConfiguration``, ``TooManyConfigurations``, ``MalformedXML``.
    """
    if request.key or bucket is None:
        return None
    if _PAYER in request.query:
        return _of_payer(request, body, bucket)
    name = next((each for each in _KINDS if each in request.query), None)
    return _of_kind(request, body, bucket, name) if name else None


def check_payer(request: Request, bucket: Any) -> None:
    """Raise for who did not sign, where the requester is to pay."""
    told = bucket.documents.get((_PAYER, "")) if bucket is not None else None
    if told and request.principal is ANONYMOUS and Document(told.body).text("Payer") == "Requester":
        raise AwsError("AccessDenied", "Access Denied", 403)


def _of_payer(request: Request, body: bytes, bucket: Any) -> Reply:
    if request.method == "GET":
        root = "RequestPaymentConfiguration"
        plain = f'<{root} xmlns="{S3_NAMESPACE}"><Payer>BucketOwner</Payer></{root}>'
        found: Reply = bucket.documents.get((_PAYER, ""), Reply(200, _XML, plain.encode()))
        return found
    document = Document(body)
    if document.text("Payer") not in ("BucketOwner", "Requester"):
        raise malformed()
    _keep(bucket, (_PAYER, ""), document)
    return Reply(200, {}, b"")


def _of_kind(request: Request, body: bytes, bucket: Any, name: str) -> Reply:
    found = {each: told for (kind, each), told in bucket.documents.items() if kind == name}
    wanted = request.query.get("id")
    if request.method == "PUT" and wanted:
        document = Document(body)
        _check(document, wanted, _KINDS[name])
        if wanted not in found and len(found) >= _MOST:
            words = "You are attempting to create a new configuration but have already reached the"
            raise AwsError("TooManyConfigurations", f"{words} 1,000-configuration limit.")
        _keep(bucket, (name, wanted), document)
        return Reply(200, {}, b"")
    if wanted is None and request.method == "GET":
        return Reply(200, _XML, _list(_KINDS[name], found))
    if wanted not in found:
        words = "The specified configuration does not exist."
        raise AwsError("NoSuchConfiguration", words, 404)
    if request.method == "DELETE":
        left = {k: told for k, told in bucket.documents.items() if k != (name, wanted)}
        bucket.documents = left
        return Reply(204, {}, b"")
    told: Reply = found[wanted]
    return told


def _check(document: Document, wanted: str, kind: _Kind) -> None:
    root = document.root
    chosen = all(set(document.texts(name)) <= known for name, known in kind.choices)
    if root.tag != kind.root or not chosen or any(root.find(e) is None for e in kind.members):
        raise malformed()
    if document.text("Id") != wanted:
        words = "Document ID does not match the specified configuration ID."
        raise AwsError("IdMismatch", words)


def _keep(bucket: Any, name: tuple[str, str], document: Document) -> None:
    told = Reply(200, _XML, document.written())
    bucket.documents = bucket.documents | {name: told}


def _list(kind: _Kind, found: dict[str, Reply]) -> bytes:
    listed = b"".join(found[each].body for each in sorted(found))
    head, end = f'<{kind.listed} xmlns="{S3_NAMESPACE}">', f"</{kind.listed}>"
    return head.encode() + b"<IsTruncated>false</IsTruncated>" + listed + end.encode()
