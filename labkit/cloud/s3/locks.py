"""Object Lock: what a bucket and its versions may be told of it, and what they tell.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labkit.cloud.access.s3_requests import passes_governance
from labkit.cloud.members import moment
from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import S3_NAMESPACE
from labkit.cloud.s3.documents import Document, invalid, malformed
from labkit.cloud.s3.limits import check_until, no_such_function

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_MODES = ("GOVERNANCE", "COMPLIANCE")


def check_default(request: Request, document: Document, bucket: Any, version: Any) -> None:
    """Raise unless a bucket may have this Object Lock, and default retention."""
    _check_no_event(document)
    named = document.root.find("Rule") is not None
    units = [text for unit in ("Days", "Years") for text in document.texts(unit)]
    if document.text("ObjectLockEnabled") != "Enabled":
        raise malformed()
    if named and (document.text("Mode") not in _MODES or len(units) != 1):
        raise malformed()
    if any(not text.isdigit() or not int(text) for text in units):
        raise invalid("Default retention period must be a positive integer value.")
    if bucket.versioning_status != "Enabled":
        words = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        raise AwsError("InvalidBucketState", words, 409)


def check_versioning(request: Request, document: Document, bucket: Any, version: Any) -> None:
    """Raise unless a bucket may have its versions kept so: one with Object Lock keeps all."""
    if not document.text("Status"):
        words = "The Versioning element must be specified"
        raise AwsError("IllegalVersioningConfigurationException", words)
    if document.text("Status") not in ("Enabled", "Suspended"):
        raise malformed()
    if document.text("Status") == "Suspended" and bucket.object_lock_enabled:
        words = "An Object Lock configuration is present on this bucket, so the versioning state"
        raise AwsError("InvalidBucketState", f"{words} cannot be changed.", 409)


def check_retention(request: Request, document: Document, bucket: Any, version: Any) -> None:
    """Raise unless a version may be kept so long from now on."""
    _check_no_event(document)
    _need_lock(bucket)
    mode, until = document.text("Mode"), document.text("RetainUntilDate")
    if (mode or until) and (mode not in _MODES or not until):
        raise malformed()
    check_until(until)
    bypass = passes_governance(request)
    if version is not None and _loosens(version, mode, until, bypass=bypass):
        raise _protected()


def check_deleted(request: Request, version: Any, named: str | None = None) -> None:
    """Raise where a version is to be deleted that a lock keeps.

    Args:
        version: moto's record of the version; ``None`` where there is none.
        named: its id, by default that of the request; without one a deletion deletes no version.
    """
    named = named or request.query.get("versionId")
    if named and version is not None and version.is_locked(passes_governance(request)):
        raise _protected()


def _protected() -> AwsError:
    words = "Access Denied because object protected by object lock."
    return AwsError("AccessDenied", words, 403)


def check_legal_hold(request: Request, document: Document, bucket: Any, version: Any) -> None:
    """Raise unless a version may be held, or let go."""
    _need_lock(bucket)
    if document.text("Status") not in ("ON", "OFF"):
        raise malformed()


def retention(bucket: Any, version: Any) -> bytes:
    """A version's retention as a document."""
    told = {"Mode": version.lock_mode, "RetainUntilDate": version.lock_until}
    return _told(bucket, "Retention", told)


def legal_hold(bucket: Any, version: Any) -> bytes:
    """A version's legal hold as a document."""
    return _told(bucket, "LegalHold", {"Status": version.lock_legal_status})


def _loosens(version: Any, mode: str, until: str, *, bypass: bool) -> bool:
    """Whether a new retention takes away from one that may not be taken from."""
    if not version.lock_mode or (version.lock_mode == "GOVERNANCE" and bypass):
        return False
    return mode != version.lock_mode or moment(until) < moment(version.lock_until)


def _told(bucket: Any, root: str, members: dict[str, str | None]) -> bytes:
    _need_lock(bucket)
    if not all(members.values()):
        words = "The specified object does not have a ObjectLock configuration"
        raise AwsError("NoSuchObjectLockConfiguration", words, 404)
    told = "".join(f"<{name}>{text}</{name}>" for name, text in members.items())
    return f'<{root} xmlns="{S3_NAMESPACE}">{told}</{root}>'.encode()


def _check_no_event(document: Document) -> None:
    """Raise where an event is to hold versions: read without it, the document would free them."""
    if any("EventHold" in each.tag for each in document.root.iter()):
        raise no_such_function()


def _need_lock(bucket: Any) -> None:
    if not bucket.object_lock_enabled:
        raise AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration")
