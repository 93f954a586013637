"""What a copied object has of its own, where moto gives it what its source had.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from labkit.cloud.s3 import checksums
from labkit.cloud.s3.bodies import read_stream

_REDIRECTION = "x-amz-website-redirect-location"


def finish(source: Any, key: Any, *, redirects: bool) -> None:
    """Have a copy's digests be of the object as it is now, whose parts the source's may be of.

    It is encrypted in any case, and redirects nobody unless it is told to. An ETag is an MD5, but
    no digest where SSE-KMS encrypts the object.

    Args:
        source: moto's record of the version that was copied.
        key: that of the copy, which may have taken the source's place.
        redirects: whether the request says where to.
    """
    key.encryption = key.encryption or "AES256"
    if not redirects:
        key._metadata.pop(_REDIRECTION, None)
    if source.checksum_type == "COMPOSITE":
        name = key.checksum_algorithm.lower()
        key.checksum_value = checksums.of(name, read_stream(key.path))
    if key.kms_key_id:
        key._etag = secrets.token_hex(16)
    elif source.kms_key_id or "-" in source.etag:
        with open(key.path, "rb") as file:
            key._etag = hashlib.file_digest(file, "md5").hexdigest()
