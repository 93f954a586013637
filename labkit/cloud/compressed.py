"""A request's body as it was before the client packed it: SDKs do so with PutMetricData.

What is signed is the body as it was sent.
Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-compression.html
"""

from __future__ import annotations

import zlib
from typing import Any

from labkit.cloud.operations import AwsError

_SENT = "labkit.sent"
_GZIP = 16 + zlib.MAX_WBITS


def unpack(environ: dict[str, Any], body: bytes, most: int) -> tuple[dict[str, Any], bytes]:
    """A request whose body is in ``gzip`` as one whose body is not; any other is returned.

    Args:
        environ: its WSGI environment.
        body: what was sent.
        most: bytes that the body may have.

    Raises:
        AwsError: it is none, not whole or too large.
    """
    if environ.get("HTTP_CONTENT_ENCODING", "").strip().lower() != "gzip":
        return environ, body
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, most)
    except zlib.error as error:
        raise AwsError("SerializationException", "The body is not gzip") from error
    if unpacker.unconsumed_tail:
        raise AwsError("RequestEntityTooLargeException", "The request is too large", 413)
    if not unpacker.eof:
        raise AwsError("SerializationException", "The body is not whole")
    kept = {name: value for name, value in environ.items() if name != "HTTP_CONTENT_ENCODING"}
    return kept | {"CONTENT_LENGTH": str(len(plain)), _SENT: (environ, body)}, plain


def as_sent(environ: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """What `unpack` was given for this, which the client has signed."""
    sent: tuple[dict[str, Any], bytes] = environ.get(_SENT, (environ, body))
    return sent
