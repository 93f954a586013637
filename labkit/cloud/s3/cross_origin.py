"""Web pages of other places, which a bucket's CORS rules let in; nothing else lets any page in.

A browser asks first (``OPTIONS``) and shows an answer to the page where its headers allow that.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import ANONYMOUS, AwsError
from labkit.cloud.s3.request import Environ, Request, read_request
from labkit.cloud.wildcards import with_stars

_VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
_NOT_ALLOWED = (
    "This CORS request is not allowed. This is usually because the evalution of Origin, "
    "request method / Access-Control-Request-Method or Access-Control-Request-Headers "
    "are not whitelisted by the resource's CORS spec."
)
_ASKED = "Access-Control-Request-Method", "Access-Control-Request-Headers"


def headers_for(cloud: Cloud, environ: Environ) -> dict[str, str]:
    """What an answer says to the browser of a page that the bucket lets in; else nothing.

    Args:
        environ: a request to S3.
    """
    if not (origin := environ.get("HTTP_ORIGIN")):
        return {}
    request = read_request(environ, ANONYMOUS)
    bucket = cloud.backend("s3").buckets.get(request.bucket)
    method = request.header(_ASKED[0]) or request.method
    asked = [each.strip().lower() for each in (request.header(_ASKED[1]) or "").split(",")]
    wanted = [each for each in asked if each]
    for rule in bucket.cors if bucket else ():
        found = _matching(rule.allowed_origins, origin)
        if found and method in rule.allowed_methods and _all_allowed(rule, wanted):
            return _told(rule, found, origin, wanted)
    return {}


def preflight(cloud: Cloud, request: Request) -> protocol.Reply:
    """The answer to a browser's question, with the headers of `headers_for` to come.

    Raises:
        AwsError: it is no such question, or the bucket's rules do not let the page in.
    """
    method = request.header(_ASKED[0])
    if not request.header("Origin"):
        words = "Insufficient information. Origin request header needed."
        raise AwsError("BadRequest", words)
    bucket = cloud.backend("s3").buckets.get(request.bucket)
    if bucket is None:
        raise _forbidden("Bucket not found", method, "BUCKET")
    if not bucket.cors:
        raise _forbidden("CORS is not enabled for this bucket.", method, "BUCKET")
    if method not in ("GET", "PUT", "POST", "DELETE", "HEAD"):
        raise AwsError("BadRequest", f"Invalid Access-Control-Request-Method: {method or 'null'}")
    if headers_for(cloud, request.environ):
        return protocol.Reply(200, {}, b"")
    raise _forbidden(_NOT_ALLOWED, method, "OBJECT" if request.key else "BUCKET")


def _forbidden(why: str, method: str | None, kind: str) -> AwsError:
    told = {"Method": method or "OPTIONS", "ResourceType": kind}
    return AwsError("AccessForbidden", f"CORSResponse: {why}", 403, **told)


def _matching(patterns: Sequence[str] | None, text: str) -> str | None:
    pieces = ((each, with_stars(map(re.escape, each.split("*")))) for each in patterns or ())
    return next((each for each, pattern in pieces if pattern.fullmatch(text)), None)


def _all_allowed(rule: Any, headers: Sequence[str]) -> bool:
    allowed = [each.lower() for each in rule.allowed_headers or ()]
    return all(_matching(allowed, each) for each in headers)


def _told(rule: Any, pattern: str, origin: str, headers: Sequence[str]) -> dict[str, str]:
    everybody = pattern == "*"
    told = {
        "Access-Control-Allow-Origin": "*" if everybody else origin,
        "Access-Control-Allow-Credentials": "" if everybody else "true",
        "Access-Control-Allow-Methods": ", ".join(rule.allowed_methods),
        "Access-Control-Allow-Headers": ", ".join(headers),
        "Access-Control-Expose-Headers": ", ".join(rule.exposed_headers or ()),
        "Access-Control-Max-Age": str(rule.max_age_seconds or ""),
        "Vary": _VARY,
    }
    return {name: value for name, value in told.items() if value}
