"""What S3 refuses of a request before anything else: names, sizes, numbers, digests, conditions.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
"""

from __future__ import annotations

import base64
import datetime
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moto.core import DEFAULT_ACCOUNT_ID

from labkit.cloud.access.s3_requests import copy_source
from labkit.cloud.members import moment
from labkit.cloud.operations import ANONYMOUS, AwsError
from labkit.cloud.s3 import conditions, grants, sites, tags
from labkit.cloud.s3.documents import not_allowed
from labkit.cloud.s3.store import check_key, is_in_glacier

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_FORBIDDEN = re.compile(r"(xn--|sthree-).*|.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)")
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")
_MOST_METADATA, _MOST_PARTS = 2048, 10_000
_VERSION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OWNERS = ("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner")
OWNERSHIPS = {"BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"}
LOCKS = tuple(f"x-amz-object-lock-{n}" for n in ("mode", "retain-until-date", "legal-hold"))
_SIGNING = tuple(
    f"X-Amz-{n}"
    for n in ("Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires")
)
_SIGNING_LEGACY = {"AWSAccessKeyId", "Signature", "Expires"}
_DIGEST = "x-amz-content-sha256"
DIGESTS = (
    "UNSIGNED-PAYLOAD",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
)
_COUNTS = ("max-keys", "max-uploads", "max-parts")
# Buckets of S3 Tables, none of whose objects moto keeps.
_TABLES = "--table-s3"
_NEVER_EMPTY = {"x-amz-object-ownership"}
# What moto does not know, and would take for a request about the bucket or the object itself.
_NOT_HERE = {
    "abac", "annotation", "metadataAnnotationTable", "metadataConfiguration",
    "metadataInventoryTable", "metadataJournalTable", "metadataTable", "renameObject", "session",
    "torrent",
}  # fmt: skip

_ENCRYPTION = "x-amz-server-side-encryption"


def _invalid(message: str, name: str, value: str | None = None) -> AwsError:
    told = {"ArgumentName": name} | ({} if value is None else {"ArgumentValue": value})
    return AwsError("InvalidArgument", message, 400, **told)


def _check_latin(name: str, value: str) -> None:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise _invalid(
            "Header value cannot be represented using ISO-8859-1.", name, value
        ) from None


def _invalid_class(header: str, said: str) -> AwsError:
    words = "The storage class you specified is not valid"
    return AwsError("InvalidStorageClass", words, 400, StorageClassRequested=said)


# Header → what it may say, and the refusal of what else it says, by its name and that.
_CHOICES: dict[str, tuple[set[str], Callable[[str, str], AwsError]]] = {
    "x-amz-acl": (
        {"private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read",
         "bucket-owner-read", "bucket-owner-full-control", "log-delivery-write"},
        lambda header, said: _invalid("Invalid Argument", header, said),
    ),
    "x-amz-metadata-directive": (
        {"COPY", "REPLACE"},
        lambda header, said: _invalid("Unknown metadata directive.", header, said),
    ),
    "x-amz-object-ownership": (
        OWNERSHIPS,
        lambda header, said: _invalid(f"Invalid {header} header: {said}", header),
    ),
    "x-amz-storage-class": (
        {"DEEP_ARCHIVE", "GLACIER", "GLACIER_IR", "INTELLIGENT_TIERING", "ONEZONE_IA",
         "REDUCED_REDUNDANCY", "STANDARD", "STANDARD_IA"},
        _invalid_class,
    ),
    "x-amz-tagging-directive": (
        {"COPY", "REPLACE"},
        lambda header, said: _invalid("Unknown tagging directive.", header, said),
    ),
}  # fmt: skip


def check(request: Request, source: Any) -> None:
    """Raise for what S3 refuses of a request's own.

    Args:
        source: moto's record of the version that a copy reads, if it is a copy.
    """
    _check_known(request)
    if not request.bucket and request.method != "GET":
        raise not_allowed(Method=request.method, ResourceType="SERVICE")
    for name in _OWNERS:
        check_owner(request.header(name))
    if request.method == "PUT" and not request.key and not request.query:
        _check_name(request.bucket)
    wished = [name for name in request.query if name.startswith("response-")]
    if request.principal is ANONYMOUS and wished:
        words = "Request specific response headers cannot be used for anonymous GET requests."
        raise AwsError("InvalidRequest", words)
    for name in wished:
        _check_latin(name, request.query[name])
    check_key(request.key)
    for header, (known, refusal) in _CHOICES.items():
        said = request.header(header)
        if said not in known and (said or (said is not None and header in _NEVER_EMPTY)):
            raise refusal(header, said)
    grants.check_headers(request)
    if request.reads_object or "uploadId" in request.query:
        _check_encryption(request.header(_ENCRYPTION))
    conditions.check_taken(request)
    copied, header = copy_source(request), "x-amz-copy-source"
    if copied and not copied[1]:
        raise _invalid("Invalid copy source object key", header, header)
    for named in (request.query.get("versionId"), copied and copied[2]):
        if named is not None and not is_version_id(named):
            told = {"ArgumentName": "versionId", "ArgumentValue": named}
            raise AwsError("InvalidArgument", "Invalid version id specified", 400, **told)
    for name in _COUNTS:
        _check_count(name, request.query.get(name))
    _check_part(request.query.get("partNumber"))
    if request.writes_object:
        _check_metadata(request)
        tags.check_header(request.header("x-amz-tagging"))
        sites.check_redirection(request.header("x-amz-website-redirect-location"))
        _check_lock(request)
    _check_md5(request.header("content-md5"))
    if source is not None:
        _check_copy(request, source)


def check_address(environ: dict[str, Any]) -> None:
    """Raise where an address has some of what signs it, and not all.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    """
    query = {each.partition("=")[0] for each in environ.get("QUERY_STRING", "").split("&")}
    if query & set(_SIGNING[:3]) and not query.issuperset(_SIGNING):
        words = "Query-string authentication version 4 requires the "
        words += f"{', '.join(_SIGNING[:-1])}, and {_SIGNING[-1]} parameters."
        raise AwsError("AuthorizationQueryParametersError", words)
    if query & {"AWSAccessKeyId", "Signature"} and not query.issuperset(_SIGNING_LEGACY):
        words = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId"
        raise AwsError("AccessDenied", f"{words} parameters", 403)


def check_digest(environ: dict[str, Any]) -> None:
    """Raise where a signed request says nothing of its body that could be signed.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    """
    if not str(environ.get("HTTP_AUTHORIZATION", "")).startswith("AWS4-HMAC-SHA256"):
        return
    sent = environ.get("HTTP_X_AMZ_CONTENT_SHA256")
    if sent is None:
        raise AwsError("InvalidRequest", f"Missing required header for this request: {_DIGEST}")
    if sent not in DIGESTS and not re.fullmatch("[0-9a-fA-F]{64}", sent):
        words = f"{_DIGEST} must be {', '.join(DIGESTS)} or a valid sha256 value."
        raise _invalid(words, _DIGEST, sent)


def is_version_id(text: str) -> bool:
    """Whether a version may be called so: other names are refused before any is looked for."""
    return text == "null" or _VERSION_ID.fullmatch(text) is not None


def no_such_function() -> AwsError:
    """What neither the local AWS nor moto can do."""
    return AwsError("NotImplemented", "The local AWS's S3 has no such function")


def is_of_table(request: Request) -> bool:
    """Whether a request is of an object of S3 Tables."""
    return bool(request.key) and request.bucket.endswith(_TABLES)


def _check_known(request: Request) -> None:
    of_object = request.key and "encryption" in request.query
    if of_object or is_of_table(request) or _NOT_HERE & set(request.query):
        raise no_such_function()


def _check_copy(request: Request, source: Any) -> None:
    if is_in_glacier(source):
        words = "The source object of the COPY action is not in the active tier and is only stored"
        raise AwsError("ObjectNotInActiveTierError", f"{words} in Amazon Glacier.", 403)
    if header := request.header("x-amz-copy-source-range"):
        _check_range(header, source.contentsize)
    conditions.check_copied(request, source)


def _check_part(number: str | None) -> None:
    """Raise unless a part may have this number, to be sent as to be read."""
    if number is not None and not (number.isdecimal() and 1 <= int(number) <= _MOST_PARTS):
        words = f"Part number must be an integer between 1 and {_MOST_PARTS}, inclusive"
        told = {"ArgumentName": "partNumber", "ArgumentValue": number}
        raise AwsError("InvalidArgument", words, 400, **told)


def check_owner(expected: str | None) -> None:
    """Raise where the client expects another account's bucket.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    if expected is None or expected == DEFAULT_ACCOUNT_ID:
        return
    if not re.fullmatch(r"\d{12}", expected):
        words = "The value of the expected bucket owner parameter must be an AWS Account ID"
        raise AwsError("InvalidBucketOwnerAWSAccountID", f"{words}... [{expected}]")
    raise AwsError("AccessDenied", "Access Denied", 403)


def _check_encryption(said: str | None) -> None:
    """Raise where a read, or a part, says how its object is to be encrypted.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    if said is not None:
        raise _invalid(
            f"{_ENCRYPTION} header is not supported for this operation.", _ENCRYPTION, said
        )


def _check_lock(request: Request) -> None:
    mode, until = (request.header(f"x-amz-object-lock-{n}") for n in ("mode", "retain-until-date"))
    if bool(mode) != bool(until):
        words = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be"
        raise AwsError("InvalidArgument", f"{words} supplied")
    if mode and mode not in ("GOVERNANCE", "COMPLIANCE"):
        raise AwsError("InvalidArgument", "Unknown wormMode directive.")
    check_until(until)
    if request.header("x-amz-object-lock-legal-hold") not in (None, "", "ON", "OFF"):
        raise AwsError("InvalidArgument", "Legal Hold must be either of 'ON' or 'OFF'")


def check_lockable(request: Request, bucket: Any) -> None:
    """Raise where an upload is to become a locked object of a bucket that has no locks."""
    if bucket and not bucket.object_lock_enabled and any(map(request.header, LOCKS)):
        raise AwsError("InvalidRequest", "Bucket is missing ObjectLockConfiguration")


def check_until(until: str | None) -> None:
    """Raise for a retention that ends in the past."""
    if not until:
        return
    try:
        ends = moment(until)
    except ValueError as error:
        words = "The retain until date must be provided in ISO 8601 format"
        raise AwsError("InvalidArgument", words) from error
    if ends <= datetime.datetime.now(datetime.UTC):
        raise AwsError("InvalidArgument", "The retain until date must be in the future!")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or _FORBIDDEN.fullmatch(name):
        words = "The specified bucket is not valid."
        raise AwsError("InvalidBucketName", words, 400, BucketName=name)


def _check_md5(sent: str | None) -> None:
    """Raise for a digest that is none; whether it is the body's is seen when that is read."""
    try:
        size = 16 if sent is None else len(base64.b64decode(sent, validate=True))
    except ValueError:
        size = 0
    if size != 16:
        words = "The Content-MD5 you specified was invalid."
        raise AwsError("InvalidDigest", words, 400, **{"Content-MD5": str(sent)})


def _check_range(header: str, size: int) -> None:
    found, name = _RANGE.fullmatch(header), "x-amz-copy-source-range"
    if not found or int(found[1]) > int(found[2]):
        words = f"The {name} value must be of the form bytes=first-last where first and last are"
        words += " the zero-based offsets of the first and last bytes to copy"
        raise _invalid(words, name, header)
    if int(found[1]) >= size:
        words = "The specified copy range is invalid for the source object size"
        raise AwsError("InvalidRequest", words)
    if int(found[2]) >= size:
        words = f"Range specified is not valid for source object of size: {size}"
        raise _invalid(words, name, header)


def _check_count(name: str, text: str | None) -> None:
    if not text or re.fullmatch(r"\d+", text):
        return
    negative = re.fullmatch(r"-\d+", text)
    words = "must be an integer between 0 and 2147483647" if negative else "not an integer"
    raise AwsError("InvalidArgument", f"Argument {name} {words}" if negative else f"{text} {words}")


def _check_metadata(request: Request) -> None:
    stem = "HTTP_X_AMZ_META_"
    metadata = {k: v for k, v in request.environ.items() if k.startswith(stem)}
    if sum(len(k) - len(stem) + len(v) for k, v in metadata.items()) > _MOST_METADATA:
        words = "Your metadata headers exceed the maximum allowed metadata size"
        raise AwsError("MetadataTooLarge", words)
