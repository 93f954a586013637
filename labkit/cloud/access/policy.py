"""Who may do what with S3: bucket policies, identity policies, and the KMS keys of the objects.

Every S3 request is a question or several: which actions on which resources, with which condition
keys. The tables below are S3's own list; `identities` answers. An object under a KMS key asks that
key as well: to write, ``kms:GenerateDataKey``; to read, ``kms:Decrypt``; a multipart upload, both.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html (permissions)
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.access import acl, encryption, identities, kms
from labkit.cloud.access.policy_language import (
    Document,
    Question,
    check_document,
    is_public,
    read_document,
    resources_of,
)
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import ANONYMOUS, AwsError, Principal

if TYPE_CHECKING:
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
    "object-lock": (
        "GetBucketObjectLockConfiguration",
        "PutBucketObjectLockConfiguration",
        "",
    ),
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


def authorize_s3(cloud: Cloud, request: Request) -> None:
    """Raise unless the caller may make this S3 request.

    Raises:
        AwsError: ``AccessDenied``, or KMS's own refusal of the object's key.
    """
    keys, record = _request_keys(cloud, request), _bucket(cloud, request.bucket)
    if request.principal is ANONYMOUS and request.bucket and record is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
    for action, bucket, key in _actions(cloud, request):
        _authorize(cloud, request.principal, action, bucket, key, keys)
    acl.check_new(record, request.header("x-amz-acl"), _granted_in_headers(request))
    for action, key_arn, bucket, key in _key_uses(cloud, request):
        arn = _arn(bucket, key)
        kms.use_for_object(cloud, request.principal, action, key_arn, arn)


def _granted_in_headers(request: Request) -> str:
    granted = (v for k, v in request.environ.items() if k.startswith("HTTP_X_AMZ_GRANT_"))
    return ",".join(map(str, granted))


def authorize_object(
    cloud: Cloud,
    principal: Principal,
    action: str,
    bucket: str,
    key: str,
    encrypted: tuple[str | None, str | None] = (None, None),
) -> None:
    """Raise unless a principal may do this to an object (or list a prefix).

    Args:
        action: ``s3:GetObject``, ``s3:PutObject``, ``s3:DeleteObject`` or ``s3:ListBucket``.
        key: the object's key; for ``s3:ListBucket`` the prefix.
        encrypted: the algorithm and the KMS key that ``s3:PutObject`` asks for.

    Raises:
        AwsError: ``AccessDenied``, or KMS's own refusal of the object's key.
    """
    keys: Keys = {"s3:prefix": key} if action == "s3:ListBucket" else _encryption_keys(encrypted)
    target = "" if action == "s3:ListBucket" else key
    _authorize(cloud, principal, action, bucket, target, keys)
    record = _bucket(cloud, bucket)
    used = None
    if action == "s3:GetObject":
        used = _key_of(find_version(record, key))
    elif action == "s3:PutObject":
        used = encryption.choose(cloud, record, *encrypted).key
    if used:
        needed = "Decrypt" if action == "s3:GetObject" else "GenerateDataKey"
        kms.use_for_object(cloud, principal, needed, used, _arn(bucket, key))


def _encryption_keys(encrypted: tuple[str | None, str | None]) -> Keys:
    names = ("s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id")
    return {name: said for name, said in zip(names, encrypted, strict=True) if said}


def may(cloud: Cloud, principal: Principal, action: str, bucket: str, key: str = "") -> bool:
    """Whether a principal may take an action, KMS aside."""
    return _why_refused(cloud, _question(cloud, principal, action, bucket, key, {})) is None


def find_version(bucket: Any, key: str, version: str | None = None) -> Any:
    """moto's record of an object's version, by default the latest; ``None`` when there is none."""
    versions = bucket.keys.versions(key) if bucket else []
    if version is not None:
        versions = [each for each in versions if str(each.version_id) == version]
    found = versions[-1] if versions else None
    return found if hasattr(found, "path") else None


def check_new_policy(cloud: Cloud, request: Request, text: bytes) -> None:
    """Raise unless a bucket may have this policy.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-identities.html

    Raises:
        AwsError: ``MalformedPolicy``, or ``AccessDenied`` when public access is blocked.
    """
    arn = _arn(request.bucket, "")
    try:
        document = read_document(text.decode())
        check_document(document, has_principal=True)
    except json.JSONDecodeError as error:
        words = "Policies must be valid JSON and the first byte must be '{'"
        raise AwsError("MalformedPolicy", words) from error
    except ValueError as error:
        raise AwsError("MalformedPolicy", str(error)) from error
    if not all(each.startswith(arn) for each in resources_of(document)):
        raise AwsError("MalformedPolicy", "Policy has invalid resource")
    block = getattr(_bucket(cloud, request.bucket), "public_access_block", None)
    if block and block.block_public_policy and is_public(document):
        question = Question(request.principal, "s3:PutBucketPolicy", arn)
        why = (
            "because public policies are prevented by the BlockPublicPolicy setting in S3 Block "
            "Public Access."
        )
        raise AwsError("AccessDenied", identities.sentence(question, why, quoted=True), 403)


def encryption_of(cloud: Cloud, request: Request) -> encryption.Encryption:
    """The encryption of the object that a request writes.

    Raises:
        AwsError: it asks for what there is not, or for a key that does not exist.
    """
    if request.header("x-amz-server-side-encryption-customer-algorithm"):
        raise AwsError(
            "InvalidRequest",
            "Requests specifying Server Side Encryption with Customer provided keys must be made "
            "over a secure connection.",
        )
    asked = "x-amz-server-side-encryption"
    return encryption.choose(
        cloud,
        _bucket(cloud, request.bucket),
        request.header(asked),
        request.header(f"{asked}-aws-kms-key-id"),
        request.header(f"{asked}-bucket-key-enabled"),
    )


def copy_source(request: Request) -> tuple[str, str, str | None] | None:
    """Bucket, key and version that a copy reads, ``None`` when the request is no copy."""
    header = request.header("x-amz-copy-source")
    if not header:
        return None
    path, _, query = header.partition("?")
    bucket, _, key = urllib.parse.unquote(path).lstrip("/").partition("/")
    version = dict(urllib.parse.parse_qsl(query)).get("versionId")
    return bucket, key, version


# Actions ------------------------------------------------------------------------------------------


def _actions(cloud: Cloud, request: Request) -> Iterator[tuple[str, str, str]]:
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


def _bucket_actions(request: Request) -> Iterator[tuple[str, str, str]]:
    if "delete" in request.query:
        return  # judged for each key of the list
    name = next((q for q in request.query if q in BUCKET_ACTIONS), "")
    action = BUCKET_ACTIONS[name][_VERBS.get(request.method, 0)]
    if action:
        yield f"s3:{action}", request.bucket, ""


def _object_actions(request: Request) -> Iterator[tuple[str, str, str]]:
    name = next((q for q in request.query if q in OBJECT_ACTIONS), "")
    action = OBJECT_ACTIONS[name][_VERBS.get(request.method, 0)]
    if "versionId" in request.query and action in _OF_A_VERSION:
        action = action.replace("Object", "ObjectVersion")
    granted = [_GRANTING_HEADERS[h] for h in _GRANTING_HEADERS if request.header(h)]
    for each in (action, *(granted if action == "PutObject" else ())):
        if each:
            yield f"s3:{each}", request.bucket, request.key


def _is_missing(cloud: Cloud, request: Request) -> bool:
    """Whether an object is not there, which only those may learn who may list the bucket."""
    bucket = _bucket(cloud, request.bucket)
    version = request.query.get("versionId")
    return bucket is not None and find_version(bucket, request.key, version) is None


def _key_uses(cloud: Cloud, request: Request) -> Iterator[tuple[str, str, str, str]]:
    """What a request needs of KMS keys: action, key, and the object's bucket and key."""
    bucket, key = request.bucket, request.key
    if source := copy_source(request):
        read = find_version(_bucket(cloud, source[0]), source[1], source[2])
        if used := _key_of(read):
            yield "Decrypt", used, source[0], source[1]
    if request.method == "GET" and key and "uploadId" not in request.query:
        wanted = find_version(_bucket(cloud, bucket), key, request.query.get("versionId"))
        content = not set(request.query) & set(OBJECT_ACTIONS)
        if (used := _key_of(wanted)) and content:
            yield "Decrypt", used, bucket, key
    if "uploadId" in request.query and request.method in ("PUT", "POST"):
        upload = getattr(_bucket(cloud, bucket), "multiparts", {}).get(request.query["uploadId"])
        if upload is not None and upload.kms_key_id:
            yield "Decrypt", upload.kms_key_id, bucket, key
    elif request.writes_object and (used := encryption_of(cloud, request).key):
        yield "GenerateDataKey", used, bucket, key


def _key_of(version: Any) -> str | None:
    """The KMS key of an object's version."""
    found: str | None = getattr(version, "kms_key_id", None)
    return found if getattr(version, "encryption", None) in encryption.ALGORITHMS[1:] else None


# Questions ----------------------------------------------------------------------------------------


def _authorize(
    cloud: Cloud, principal: Principal, action: str, bucket: str, key: str, keys: Keys
) -> None:
    question = _question(cloud, principal, action, bucket, key, keys)
    why = _why_refused(cloud, question)
    if why and principal is ANONYMOUS:
        raise AwsError("AccessDenied", "Access Denied", 403)
    if why:
        raise AwsError("AccessDenied", identities.sentence(question, why, quoted=True), 403)


def _question(
    cloud: Cloud, principal: Principal, action: str, bucket: str, key: str, keys: Keys
) -> Question:
    known = identities.global_keys(cloud, principal) | {"s3:resourceaccount": cloud.account}
    known |= {} if action == "s3:PutObject" else _tag_keys(cloud, bucket, key)
    return Question(principal, action, _arn(bucket, key), known | keys)


def _why_refused(cloud: Cloud, question: Question) -> str | None:
    name, _, key = question.resource.removeprefix("arn:aws:s3:::").partition("/")
    bucket, anonymous = _bucket(cloud, name), question.principal is ANONYMOUS
    document = _policy(bucket)
    if anonymous and document and _is_restricted(bucket) and is_public(document):
        document = None
    why = identities.why_refused(cloud, question, document)
    if why is None or "explicit deny" in why:
        return why
    version = find_version(bucket, key) if key else None
    return None if acl.allows(bucket, version, question.action, anonymous=anonymous) else why


def _is_restricted(bucket: Any) -> bool:
    """Whether a public policy is to reach the account's own callers only."""
    return bool(getattr(bucket.public_access_block, "restrict_public_buckets", False))


def _policy(bucket: Any) -> Document | None:
    text = getattr(bucket, "policy", None)
    if not text:
        return None
    return read_document(text.decode() if isinstance(text, bytes) else text)


def _request_keys(cloud: Cloud, request: Request) -> Keys:
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
    return keys | _full_key_arn(cloud, headers) | {"s3:signatureversion": "AWS4-HMAC-SHA256"}


def _full_key_arn(cloud: Cloud, headers: dict[str, str]) -> Keys:
    """The KMS key of a request by its ARN, as policies name it, however the request does."""
    name = "x-amz-server-side-encryption-aws-kms-key-id"
    if name not in headers:
        return {}
    with kms.in_s3_words():
        return {f"s3:{name}": kms.find_key(cloud, headers[name]).arn}


def _tag_keys(cloud: Cloud, bucket: str, key: str) -> Keys:
    version = find_version(_bucket(cloud, bucket), key) if key else None
    if version is None:
        return {}
    tags = cloud.backend("s3").tagger.get_tag_dict_for_resource(version.arn)
    return {f"s3:existingobjecttag/{k}".lower(): v for k, v in tags.items()}


def _bucket(cloud: Cloud, name: str) -> Any:
    return cloud.backend("s3").buckets.get(name)


def _arn(bucket: str, key: str) -> str:
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"
