"""The signatures of a body's chunks, each of which covers the one before.

The first covers the request's own, so no chunk can be left out, moved or taken from elsewhere; the
headers that trail the body are signed like a last chunk.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from labkit.cloud.access import guard, signature
from labkit.cloud.operations import AwsError

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_EMPTY = hashlib.sha256().hexdigest()


class Chain:
    """The signatures of a request's chunks, as they come.

    Raises:
        AwsError: ``AccessDenied``: the request itself is not signed by version 4.
    """

    def __init__(self, request: Request) -> None:
        claim: signature.Claim | None = request.environ.get(signature.CLAIM)
        if claim is None or not claim.access_key or claim.is_legacy:
            raise AwsError("AccessDenied", "Access Denied", 403)
        secret, _ = guard.credentials_of(claim.access_key)
        self._claim, self._key = claim, signature.signing_key(claim, secret)
        self._last = claim.signature

    def check_chunk(self, sent: str, digest: str) -> None:
        """Raise unless this is the signature of the next chunk, whose SHA-256 is known."""
        self._check("PAYLOAD", sent, _EMPTY, digest)

    def check_trailers(self, sent: str, trailers: dict[str, str]) -> None:
        """Raise unless this is the signature of the headers that trail the body."""
        text = "".join(f"{name}:{value}\n" for name, value in trailers.items())
        self._check("TRAILER", sent, hashlib.sha256(text.encode("latin-1")).hexdigest())

    def _check(self, kind: str, sent: str, *digests: str) -> None:
        begun = (f"{signature.ALGORITHM}-{kind}", self._claim.timestamp, self._claim.scope)
        to_sign = "\n".join((*begun, self._last, *digests))
        expected = hmac.new(self._key, to_sign.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), sent.encode()):
            raise signature.mismatch(self._claim, to_sign)
        self._last = sent
