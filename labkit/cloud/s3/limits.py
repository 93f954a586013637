"""What S3 refuses of a request before anything else: names, sizes, numbers and conditions.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from labkit.cloud.operations import AwsError

if TYPE_CHECKING:
    from labkit.cloud.s3.front import Request

_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_MOST_KEY, _MOST_METADATA = 1024, 2048
_COUNTS = ("max-keys", "max-uploads", "max-parts")


def check(request: Request, source: Any) -> None:
    """Raise for what S3 refuses of a request's own.

    Args:
        source: moto's record of the version that a copy reads, if it is a copy.
    """
    if request.method == "PUT" and not request.key and not request.query:
        _check_name(request.bucket)
    if len(request.key.encode()) > _MOST_KEY:
        raise AwsError("KeyTooLongError", "Your key is too long")
    for name in _COUNTS:
        _check_count(name, request.query.get(name))
    if request.writes_object:
        _check_metadata(request)
    wanted = request.header("x-amz-copy-source-if-match")
    if source is not None and wanted and wanted.strip('"') != source.etag.strip('"'):
        words = "At least one of the pre-conditions you specified did not hold"
        raise AwsError("PreconditionFailed", words, 412)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.")


def _check_count(name: str, text: str | None) -> None:
    if text is None or re.fullmatch(r"\d+", text):
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
