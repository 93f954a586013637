"""Signature Version 4, checked rather than made.

Every AWS request proves its caller by an HMAC over the request, keyed with the caller's secret.
botocore signs; this module computes the same signature from what arrived and compares.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import base64
import datetime
import email.utils
import hashlib
import hmac
import re
import urllib.parse
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import raw_path

ALGORITHM = "AWS4-HMAC-SHA256"
CLAIM = "labkit.claim"  # in the environment of a request whose claim has been proved
_LONGEST_S, _MOST_SKEW = 604_800, datetime.timedelta(minutes=15)
_HEADER = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=(\w+)"
)


@dataclass(frozen=True)
class Claim:
    """What a request says of its caller, not yet believed."""

    access_key: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    presigned: bool

    @property
    def is_legacy(self) -> bool:
        """Whether it is one of signature version 2."""
        return not self.signed_headers

    @property
    def age_ms(self) -> int:
        """Milliseconds since it was made; 0 of version 2, which does not tell."""
        age = datetime.timedelta() if self.is_legacy else datetime.datetime.now(UTC) - self.made
        return age // datetime.timedelta(milliseconds=1)

    @property
    def made(self) -> datetime.datetime:
        """When it was made, by version 4."""
        try:
            return datetime.datetime.strptime(self.timestamp, "%Y%m%dT%H%M%S%z")
        except ValueError as error:
            words = "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
            raise AwsError("AuthorizationQueryParametersError", words) from error

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def read_claim(environ: dict[str, Any]) -> Claim | None:
    """The signature in the ``Authorization`` header or in a presigned URL, if there is one."""
    if found := _HEADER.match(environ.get("HTTP_AUTHORIZATION", "")):
        timestamp = environ.get("HTTP_X_AMZ_DATE") or _of_date(environ.get("HTTP_DATE", ""))
        return _claim(found[1], found[2], found[3], timestamp, presigned=False)
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
    if query.get("X-Amz-Algorithm") != ALGORITHM:
        return None
    return _claim(
        query.get("X-Amz-Credential", ""),
        query.get("X-Amz-SignedHeaders", ""),
        query.get("X-Amz-Signature", ""),
        query.get("X-Amz-Date", ""),
        presigned=True,
    )


def _of_date(header: str) -> str:
    """The moment of a ``Date`` header, which stands for an absent ``X-Amz-Date``."""
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return ""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _claim(
    credential: str, headers: str, signature: str, timestamp: str, *, presigned: bool
) -> Claim:
    parts = credential.rsplit("/", 4)
    if len(parts) != 5:
        raise AwsError("IncompleteSignatureException", "The Credential is malformed", 403)
    key, date, region, service, _ = parts
    signed = tuple(headers.split(";"))
    return Claim(key, date, region, service, signed, signature, timestamp, presigned)


def verify(claim: Claim, secret: str, environ: dict[str, Any], body: bytes | None) -> None:
    """Raise unless the signature is the one that the secret makes of this request.

    Args:
        body: the request's body; ``None`` where the header ``x-amz-content-sha256`` stands for it.
    """
    canonical = _canonical_request(claim, environ, body)
    digest = hashlib.sha256(canonical.encode(errors="surrogateescape")).hexdigest()
    to_sign = "\n".join((ALGORITHM, claim.timestamp, claim.scope, digest))
    expected = hmac.new(signing_key(claim, secret), to_sign.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, claim.signature):
        raise mismatch(claim, to_sign, canonical)
    if claim.presigned:
        _check_expiry(claim, environ)


def mismatch(claim: Claim, to_sign: str, canonical: str | None = None) -> AwsError:
    """The refusal of a signature that another secret, or another request, made.

    Args:
        to_sign: what was to be signed; S3 tells it, so that its client may compare.
        canonical: the request that it is the digest of, if it is one.
    """
    key = "key" if claim.service == "s3" else "AWS Secret Access Key"
    words = "The request signature we calculated does not match the signature you provided. Check"
    told = {"AWSAccessKeyId": claim.access_key, "SignatureProvided": claim.signature}
    for name, text in (("StringToSign", to_sign), ("CanonicalRequest", canonical)):
        if text is not None:
            told[name] = text.encode(errors="surrogateescape").decode(errors="replace")
            told[f"{name}Bytes"] = text.encode(errors="surrogateescape").hex(" ")
    details = told if claim.service == "s3" else {}
    return AwsError(
        "SignatureDoesNotMatch", f"{words} your {key} and signing method.", 403, **details
    )


def signing_key(claim: Claim, secret: str) -> bytes:
    """The key of an HMAC by which a caller signs on a day, in a region and service."""
    key = f"AWS4{secret}".encode()
    for part in (claim.date, claim.region, claim.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _canonical_request(claim: Claim, environ: dict[str, Any], body: bytes | None) -> str:
    path = raw_path(environ)
    if claim.service != "s3":
        path = urllib.parse.quote(path, safe="/~")
    headers = "".join(f"{name}:{_header(environ, name)}\n" for name in claim.signed_headers)
    return "\n".join(
        (
            environ["REQUEST_METHOD"],
            path,
            _canonical_query(environ.get("QUERY_STRING", "")),
            headers,
            ";".join(claim.signed_headers),
            _payload_hash(claim, environ, body),
        )
    )


def _canonical_query(query: str) -> str:
    pairs = [p.partition("=") for p in query.split("&") if p]
    kept = [(_quoted(k), _quoted(v)) for k, _, v in pairs if k != "X-Amz-Signature"]
    return "&".join(f"{k}={v}" for k, v in sorted(kept))


def _quoted(text: str) -> str:
    return urllib.parse.quote(urllib.parse.unquote(text.replace("+", "%20")), safe="-_.~")


def _header(environ: dict[str, Any], name: str) -> str:
    key = name.upper().replace("-", "_")
    value = environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}", "")
    sent = str(value).encode("latin-1")  # the bytes, which WSGI hands on as Latin-1
    return b" ".join(sent.split()).decode(errors="surrogateescape")


def _payload_hash(claim: Claim, environ: dict[str, Any], body: bytes | None) -> str:
    if body is None or (claim.presigned and claim.service == "s3"):
        return str(environ.get("HTTP_X_AMZ_CONTENT_SHA256", "UNSIGNED-PAYLOAD"))
    return hashlib.sha256(body).hexdigest()


def _check_expiry(claim: Claim, environ: dict[str, Any]) -> None:
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
    made = claim.made
    seconds = query.get("X-Amz-Expires", "")
    if wrong := _wrong_with(seconds):
        raise AwsError("AuthorizationQueryParametersError", f"X-Amz-Expires {wrong}")
    if made - _MOST_SKEW > datetime.datetime.now(UTC):
        raise AwsError("AccessDenied", "Request is not valid yet", 403)
    lifetime = datetime.timedelta(seconds=int(seconds))
    _check_passed(made + lifetime, **{"X-Amz-Expires": seconds})


def read_legacy_claim(environ: dict[str, Any]) -> Claim | None:
    """The signature of a presigned S3 URL of version 2, which boto3 still makes by default.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
    """
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
    if not {"AWSAccessKeyId", "Signature", "Expires"} <= set(query):
        return None
    key, expires = query["AWSAccessKeyId"], query["Expires"]
    return Claim(key, "", "", "s3", (), query["Signature"], expires, presigned=True)


def verify_legacy(claim: Claim, secret: str, environ: dict[str, Any]) -> None:
    """Raise unless a version 2 URL's signature is the one that the secret makes."""
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    named = "&".join(f"{k}={query[k]}".rstrip("=") for k in sorted(SUBRESOURCES) if k in query)
    path, suffix = raw_path(environ), f"?{named}" if named else ""
    lines = (
        environ["REQUEST_METHOD"],
        _header(environ, "content-md5"),
        _header(environ, "content-type"),
        claim.timestamp,
        *(f"{k}:{v}" for k, v in sorted(_amz_headers(environ, query).items())),
    )
    # botocore signs a bucket's address as if the host named the bucket: with a slash at its end.
    paths = (path, f"{path}/") if path.count("/") == 1 else (path,)
    to_sign = ["\n".join((*lines, each + suffix)) for each in paths]
    expected = [_legacy_signature(each, secret) for each in to_sign]
    if not any(hmac.compare_digest(each, claim.signature) for each in expected):
        raise mismatch(claim, to_sign[0])
    _check_passed(datetime.datetime.fromtimestamp(int(claim.timestamp), UTC))


def _wrong_with(seconds: str) -> str | None:
    """What an address may not say of how long it holds."""
    if not re.fullmatch("-?[0-9]{1,18}", seconds):
        return "should be a number"
    if int(seconds) < 0:
        return "must be non-negative"
    if int(seconds) > _LONGEST_S:
        words = "must be less than a week (in seconds); that is, the given X-Amz-Expires must be"
        return f"{words} less than {_LONGEST_S} seconds"
    return None


def _check_passed(ends: datetime.datetime, **told: str) -> None:
    """Raise where an address held until a moment that is over."""
    now = datetime.datetime.now(UTC)
    if now > ends:
        moments = {"Expires": ends, "ServerTime": now}
        told |= {name: moment.strftime("%Y-%m-%dT%H:%M:%SZ") for name, moment in moments.items()}
        raise AwsError("AccessDenied", "Request has expired", 403, **told)


def _legacy_signature(to_sign: str, secret: str) -> str:
    signed = to_sign.encode(errors="surrogateescape")
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha1).digest()).decode()


# What a version 2 signature covers of the query.
SUBRESOURCES = (
    "accelerate", "acl", "analytics", "cors", "delete", "inventory", "lifecycle", "location",
    "logging", "metrics", "notification", "object-lock", "partNumber", "policy", "replication",
    "requestPayment", "response-cache-control", "response-content-disposition",
    "response-content-encoding", "response-content-language", "response-content-type",
    "response-expires", "restore", "select", "select-type", "tagging", "torrent", "uploadId",
    "uploads", "versionId", "versioning", "versions", "website",
)  # fmt: skip


def _amz_headers(environ: dict[str, Any], query: dict[str, str]) -> dict[str, str]:
    """The headers ``x-amz-*`` of a request, which a version 2 URL may carry in its query."""
    sent = {
        k.removeprefix("HTTP_").replace("_", "-").lower(): str(v).strip()
        for k, v in environ.items()
        if k.startswith("HTTP_X_AMZ_")
    }
    return sent | legacy_headers(query)


def legacy_headers(query: dict[str, str]) -> dict[str, str]:
    """The headers that a version 2 URL carries in its query."""
    return {k.lower(): v for k, v in query.items() if k.lower().startswith("x-amz-")}


def is_policy_signature(sent: str, policy: str, secret: str, credential: str | None) -> bool:
    """Whether a form's signature is the one that the secret makes of its policy.

    Args:
        credential: the form's ``x-amz-credential``; ``None`` for signature version 2.
    """
    if credential is None:
        legacy = hmac.new(secret.encode(), policy.encode(), hashlib.sha1).digest()
        return hmac.compare_digest(base64.b64encode(legacy).decode(), sent)
    claim = _claim(credential, "", sent, "", presigned=True)
    made = hmac.new(signing_key(claim, secret), policy.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(made, sent)
