"""What is refused of a request for the sake of the version that it concerns.

A version that was never there, or is gone, is told with its key. A delete marker is no object: it
is deleted, and nothing else.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labkit.cloud.operations import AwsError
from labkit.cloud.s3.documents import not_allowed

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_OF_ONE = {"acl", "attributes", "legal-hold", "retention", "tagging"}


def check(request: Request, bucket: Any, version: Any) -> None:
    """Raise where what a request reads of an object, or sets, has no object.

    Args:
        bucket: moto's record of the bucket.
        version: moto's record of the version, where there is an object.
    """
    named = request.query.get("versionId")
    of_one = request.reads_object or _OF_ONE & set(request.query)
    if bucket is None or not request.key or version is not None or not of_one:
        return
    if named or "tagging" in request.query or ("acl" in request.query and request.changes):
        _check_marker(request, bucket)
    if named or not request.reads_object:  # the answer to a read tells of a delete marker, too
        raise unknown(request.key, named or None)


def unknown(key: str, version: str | None) -> AwsError:
    """The refusal of an object, or of a version of it, that is not there."""
    if version is None:
        return AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=key)
    words = "The specified version does not exist."
    return AwsError("NoSuchVersion", words, 404, Key=key, VersionId=version)


def check_bypass(request: Request, bucket: Any) -> None:
    """Raise where a deletion is to pass by locks that the bucket has not."""
    name = "x-amz-bypass-governance-retention"
    if bucket is None or bucket.object_lock_enabled or request.header(name) is None:
        return
    if request.method == "DELETE" or "delete" in request.query:
        words = f"{name} is only applicable to Object Lock enabled buckets."
        raise AwsError("InvalidArgument", words, 400, ArgumentName=name)


def is_marker(bucket: Any, key: str, named: str | None) -> bool:
    """Whether a version, by default the latest, is a delete marker."""
    versions = bucket.keys.versions(key) if bucket else []
    if named:
        versions = [each for each in versions if str(each.version_id) == named]
    return bool(versions) and not hasattr(versions[-1], "path")


def told_of_marker(request: Request, bucket: Any, status: int) -> dict[str, str]:
    """What the refusal to read an object says in its headers of the marker that is there."""
    named = request.query.get("versionId")
    if status not in (404, 405) or not request.reads_object:
        return {}
    if not is_marker(bucket, request.key, named):
        return {}
    number = named or str(bucket.keys.versions(request.key)[-1].version_id)
    told = {"x-amz-delete-marker": "true", "x-amz-version-id": number}
    return told | ({"Allow": "DELETE"} if status == 405 else {})


def _check_marker(request: Request, bucket: Any) -> None:
    if is_marker(bucket, request.key, request.query.get("versionId")):
        raise not_allowed(Method=request.method, ResourceType="DeleteMarker")
