"""What S3 asks of a signature beside that it be right.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.access.signature import Claim
from labkit.cloud.operations import AwsError

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+(-\d+)?")
# How S3 begins, where a header is signed and where an address is.
_MALFORMED = {
    False: ("AuthorizationHeaderMalformed", "The authorization header is malformed"),
    True: ("AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter"),
}


def check(environ: dict[str, Any], claim: Claim | None, region: str) -> None:
    """Raise for a signature by Version 4 of what is no region, or of fewer headers than were sent.

    Clients that know no region's name (s3cmd's is "US") read in the refusal which one it is.

    Args:
        region: the name of one.
    """
    if claim is None or claim.is_legacy:
        return
    if not _REGION.fullmatch(claim.region):
        code, begins = _MALFORMED[claim.presigned]
        words = f"{begins}; the region '{claim.region}' is wrong; expecting '{region}'"
        raise AwsError(code, words, 400, Region=region)
    if claim.presigned:
        _check_headers(environ, claim)


def _check_headers(environ: dict[str, Any], claim: Claim) -> None:
    """A presigned address is asked with no more of AWS's headers than it was signed for."""
    stem = "HTTP_X_AMZ_"
    sent = {k[5:].lower().replace("_", "-") for k in environ if k.startswith(stem)}
    if unsigned := sent - set(claim.signed_headers) - {"x-amz-content-sha256"}:
        words = "There were headers present in the request which were not signed"
        told = {"HeadersNotSigned": ", ".join(sorted(unsigned))}
        raise AwsError("AccessDenied", words, 403, **told)
