"""What an S3 request asks for: the actions it takes, on which resources, with which condition keys.

The tables below are S3's own list.
Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.access.keys import find_key, in_s3_words
from labkit.cloud.access.signature import ALGORITHM, CLAIM
from labkit.cloud.cloud import Cloud

if TYPE_CHECKING:
    from labkit.cloud.access.signature import Claim
    from labkit.cloud.s3.request import Request

Keys = dict[str, str | list[str]]

# Sub-resource of a bucket → the action to read it, to write it and to delete it.
BUCKET_ACTIONS = {
    "": ("ListBucket", "CreateBucket", "DeleteBucket"),
    "accelerate": ("GetAccelerateConfiguration", "PutAccelerateConfiguration", ""),
    "acl": ("GetBucketAcl", "PutBucketAcl", ""),
    "analytics": ("GetAnalyticsConfiguration",) + ("PutAnalyticsConfiguration",) * 2,
    "cors": ("GetBucketCORS", "PutBucketCORS", "PutBucketCORS"),
    "encryption": ("GetEncryptionConfiguration",) + ("PutEncryptionConfiguration",) * 2,
    "intelligent-tiering": ("GetIntelligentTieringConfiguration",)
    + ("PutIntelligentTieringConfiguration",) * 2,
    "inventory": ("GetInventoryConfiguration",) + ("PutInventoryConfiguration",) * 2,
    "lifecycle": ("GetLifecycleConfiguration",) + ("PutLifecycleConfiguration",) * 2,
    "location": ("GetBucketLocation", "", ""),
    "logging": ("GetBucketLogging", "PutBucketLogging", ""),
    "metrics": ("GetMetricsConfiguration",) + ("PutMetricsConfiguration",) * 2,
    "notification": ("GetBucketNotification", "PutBucketNotification", ""),
    "object-lock": ("GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration", ""),
    "ownershipControls": ("GetBucketOwnershipControls",) + ("PutBucketOwnershipControls",) * 2,
    "policy": ("GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"),
    "policyStatus": ("GetBucketPolicyStatus", "", ""),
    "publicAccessBlock": ("GetBucketPublicAccessBlock",) + ("PutBucketPublicAccessBlock",) * 2,
    "replication": ("GetReplicationConfiguration",) + ("PutReplicationConfiguration",) * 2,
    "requestPayment": ("GetBucketRequestPayment", "PutBucketRequestPayment", ""),
    "tagging": ("GetBucketTagging", "PutBucketTagging", "PutBucketTagging"),
    "uploads": ("ListBucketMultipartUploads", "", ""),
    "versioning": ("GetBucketVersioning", "PutBucketVersioning", ""),
    "versions": ("ListBucketVersions", "", ""),
    "website": ("GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"),
}
OBJECT_ACTIONS = {
    "": ("GetObject", "PutObject", "DeleteObject"),
    "acl": ("GetObjectAcl", "PutObjectAcl", ""),
    "attributes": ("GetObjectAttributes", "", ""),
    "legal-hold": ("GetObjectLegalHold", "PutObjectLegalHold", ""),
    "restore": ("", "RestoreObject", ""),
    "retention": ("GetObjectRetention", "PutObjectRetention", ""),
    "select": ("", "GetObject", ""),
    "tagging": ("GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging"),
    "torrent": ("GetObjectTorrent", "", ""),
    "uploadId": ("ListMultipartUploadParts", "PutObject", "AbortMultipartUpload"),
    "uploads": ("", "PutObject", ""),
}
_VERBS = {"GET": 0, "HEAD": 0, "PUT": 1, "POST": 1, "DELETE": 2}
_OF_A_VERSION = {"GetObject", "DeleteObject", "GetObjectAcl", "GetObjectTagging"}
_GRANTING_HEADERS = {
    "x-amz-acl": "PutObjectAcl",
    "x-amz-tagging": "PutObjectTagging",
    "x-amz-object-lock-mode": "PutObjectRetention",
    "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
}
# What a bucket is made with → the actions that its maker needs as well; values that need none.
_MADE_WITH = {
    "x-amz-acl": (("PutBucketAcl",), {"private"}),
    "x-amz-bucket-object-lock-enabled": (
        ("PutBucketObjectLockConfiguration", "PutBucketVersioning"),
        {"false", "False"},
    ),
    "x-amz-object-ownership": (("PutBucketOwnershipControls",), set[str]()),
    **{
        f"x-amz-grant-{name}": (("PutBucketAcl",), set[str]())
        for name in ("full-control", "read", "read-acp", "write", "write-acp")
    },
}


def actions(cloud: Cloud, request: Request) -> Iterator[tuple[str, str, str]]:
    """The actions of a request, each with its bucket and key (empty for the bucket itself)."""
    if not request.bucket:
        yield "s3:ListAllMyBuckets", "*", ""
    elif not request.key:
        yield from _bucket_actions(request)
    else:
        yield from _object_actions(request)
        if request.method in ("GET", "HEAD") and _is_missing(cloud, request):
            yield "s3:ListBucket", request.bucket, ""
    if source := copy_source(request):
        yield ("s3:GetObjectVersion" if source[2] else "s3:GetObject"), source[0], source[1]


def request_keys(cloud: Cloud, request: Request) -> Keys:
    """S3's condition keys: the ``x-amz-`` headers and what a listing asks for."""
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in request.environ.items()
        if name.startswith("HTTP_X_AMZ_")
    }
    queried = {k: v for k, v in request.query.items() if k.lower().startswith("x-amz-server")}
    named = {k: v for k, v in request.query.items() if k in ("prefix", "delimiter", "max-keys")}
    if "versionId" in request.query:
        named["versionid"] = request.query["versionId"]
    keys: Keys = {f"s3:{k}".lower(): v for k, v in (headers | queried | named).items()}
    seen = {"aws:referer": request.header("referer"), "aws:useragent": request.header("user-agent")}
    keys |= {name: value for name, value in seen.items() if value}
    tags = dict(urllib.parse.parse_qsl(headers.get("x-amz-tagging", "")))
    keys |= {f"s3:requestobjecttag/{k}".lower(): v for k, v in tags.items()}
    keys |= {"s3:requestobjecttagkeys": list(tags)} if tags else {}
    keys |= _full_key_arn(cloud, request.bucket, headers)
    return keys | _signing_keys(request) | _writing_keys(request)


def _signing_keys(request: Request) -> Keys:
    """How a request is signed, which an unsigned one does not tell.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
    """
    claim: Claim | None = request.environ.get(CLAIM)
    if claim is None or not claim.access_key:
        return {}
    way = "REST-QUERY-STRING" if claim.presigned else "REST-HEADER"
    told: Keys = {
        "s3:signatureversion": "AWS" if claim.is_legacy else ALGORITHM,
        "s3:authtype": "POST" if "form" in request.asked else way,
    }
    return told | ({"s3:signatureage": str(claim.age_ms)} if claim.presigned else {})


def _writing_keys(request: Request) -> Keys:
    """What a write is to meet, and whether it makes an object or begins or adds to an upload.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    """
    names = ("if-match", "if-none-match")
    told: Keys = {f"s3:{name}": said for name in names if (said := request.header(name))}
    if request.method == "DELETE" or not (request.changes and request.key):
        return told
    if request.replaces_object:
        return told | {"s3:objectcreationoperation": "true"}
    adds = {"uploads", "uploadId"} & set(request.query)
    return told | ({"s3:objectcreationoperation": "false"} if adds else {})


def copy_source(request: Request) -> tuple[str, str, str | None] | None:
    """Bucket, key and version that a copy reads, ``None`` when the request is no copy.

    S3 reads a plus sign as a blank here (https://github.com/aws/aws-cli/issues/614), as clients
    that quote like a form expect.
    """
    header = request.header("x-amz-copy-source")
    if not header:
        return None
    path, _, query = header.partition("?")
    bucket, _, key = urllib.parse.unquote_plus(path).lstrip("/").partition("/")
    version = dict(urllib.parse.parse_qsl(query)).get("versionId")
    return bucket, key, version


def find_version(bucket: Any, key: str, version: str | None = None) -> Any:
    """moto's record of an object's version, by default the latest; ``None`` when there is none."""
    versions = bucket.keys.versions(key) if bucket else []
    if version is not None:
        versions = [each for each in versions if str(each.version_id) == version]
    found = versions[-1] if versions else None
    return found if hasattr(found, "path") else None


def find_bucket(cloud: Cloud, name: str) -> Any:
    """moto's record of a bucket, ``None`` when there is none."""
    return cloud.backend("s3").buckets.get(name)


def arn_of(bucket: str, key: str) -> str:
    """The ARN of an object, of the bucket without a key."""
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"


def _bucket_actions(request: Request) -> Iterator[tuple[str, str, str]]:
    if "delete" in request.query:
        return  # judged for each key of the list
    name = next((q for q in request.query if q in BUCKET_ACTIONS), "")
    action = BUCKET_ACTIONS[name][_VERBS.get(request.method, 0)]
    if action:
        yield f"s3:{action}", request.bucket, ""
    for header, (needed, freely) in _MADE_WITH.items() if action == "CreateBucket" else ():
        if (said := request.header(header)) and said not in freely:
            yield from ((f"s3:{each}", request.bucket, "") for each in needed)


def _object_actions(request: Request) -> Iterator[tuple[str, str, str]]:
    name = next((q for q in request.query if q in OBJECT_ACTIONS), "")
    action = OBJECT_ACTIONS[name][_VERBS.get(request.method, 0)]
    if "versionId" in request.query and action in _OF_A_VERSION:
        action = action.replace("Object", "ObjectVersion")
    granted = [_GRANTING_HEADERS[h] for h in _GRANTING_HEADERS if request.header(h)]
    for each in (action, *(granted if action == "PutObject" else ())):
        if each:
            yield f"s3:{each}", request.bucket, request.key
    retains = request.method == "DELETE" or name == "retention"
    if retains and passes_governance(request):
        yield "s3:BypassGovernanceRetention", request.bucket, request.key


def passes_governance(request: Request) -> bool:
    """Whether a request is to pass by locks that governance alone keeps."""
    return (request.header("x-amz-bypass-governance-retention") or "").lower() == "true"


def _is_missing(cloud: Cloud, request: Request) -> bool:
    """Whether an object is not there, which only those may learn who may list the bucket."""
    bucket = find_bucket(cloud, request.bucket)
    version = request.query.get("versionId")
    return bucket is not None and find_version(bucket, request.key, version) is None


def _full_key_arn(cloud: Cloud, bucket: str, headers: dict[str, str]) -> Keys:
    """The KMS key of a request by its ARN, as policies name it, however the request does."""
    name = "x-amz-server-side-encryption-aws-kms-key-id"
    if name not in headers:
        return {}
    region = getattr(find_bucket(cloud, bucket), "region_name", None)
    with in_s3_words():
        return {f"s3:{name}": find_key(cloud, headers[name], region).arn}
