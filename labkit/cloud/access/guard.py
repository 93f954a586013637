"""Who may speak to the local AWS: programs of this machine with the workspace's credentials.

A server on loopback is still in reach of every web page that the learner's browser opens, by
cross-site requests and by DNS rebinding. So a request needs a loopback ``Host``, no sign of a
browser behind it, and a valid signature of credentials that this workspace made. S3 takes unsigned
requests as well: they get what a bucket's policy or ACL grants to everybody.
"""

from __future__ import annotations

import datetime
import re
import urllib.parse
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from labkit.cloud.access.signature import (
    Claim,
    read_claim,
    read_legacy_claim,
    verify,
    verify_legacy,
)
from labkit.cloud.operations import ANONYMOUS, AwsError, Principal

UNSIGNED = Claim("", "", "", "s3", ("",), "", "", presigned=False)
_LENGTH = re.compile("[0-9]{1,19}")
LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


def check_host(environ: dict[str, Any]) -> None:
    """Refuse other hosts' names."""
    host = environ.get("HTTP_HOST", "")
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    if name not in LOOPBACK and not name.endswith(".localhost"):
        raise _denied(f"The host {name!r} is not this machine")


def is_from_a_page(environ: dict[str, Any]) -> bool:
    """Whether a browser asks for a page of another place."""
    site = environ.get("HTTP_SEC_FETCH_SITE", "none")
    return bool(environ.get("HTTP_ORIGIN")) or site not in ("none", "same-origin")


def check_origin(environ: dict[str, Any], *, let_in: bool) -> None:
    """Refuse other hosts' names, browsers' cross-site requests and moto's own pages.

    Args:
        let_in: whether a bucket's owner lets this page in.
    """
    check_host(environ)
    if is_from_a_page(environ) and not let_in:
        raise _denied("Web pages are not clients of this server")
    if environ.get("PATH_INFO", "").startswith("/moto-api"):
        raise _denied("This page is closed")
    length = str(environ.get("CONTENT_LENGTH") or "0")
    if not _LENGTH.fullmatch(length):
        raise AwsError("BadRequest", "The Content-Length is no number of bytes")


def identify(environ: dict[str, Any], body: bytes | None) -> tuple[Claim, Principal]:
    """The caller, proved by the request's signature.

    Args:
        body: the request's body; ``None`` for S3, where a header carries its hash, and where a
            caller need not sign.

    Raises:
        AwsError: no signature, unknown key, or a signature that another secret made.
    """
    if legacy := read_legacy_claim(environ):
        secret, principal = credentials_of(legacy.access_key)
        check_session(legacy.access_key, token_of(environ), s3=True)
        verify_legacy(legacy, secret, environ)
        return legacy, principal
    claim = read_claim(environ)
    if claim is None and body is None and not environ.get("HTTP_AUTHORIZATION"):
        return UNSIGNED, ANONYMOUS
    if claim is None and body is None:
        raise AwsError(
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. "
            "Please use AWS4-HMAC-SHA256.",
        )
    if claim is None:
        raise AwsError(
            "MissingAuthenticationToken",
            "The request is not signed. Take the workspace's credentials: labkit env",
            403,
        )
    secret, principal = credentials_of(claim.access_key)
    check_session(claim.access_key, token_of(environ), s3=body is None)
    verify(claim, secret, environ, body)
    return claim, principal


def credentials_of(access_key: str) -> tuple[str, Principal]:
    """The secret and the owner of an access key: an IAM user's, or a role session's from STS."""
    users = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].users.values()
    for user in users:
        for key in user.access_keys:
            if key.access_key_id == access_key and key.status == "Active":
                return key.secret_access_key, Principal(user.arn, DEFAULT_ACCOUNT_ID)
    for session in sts_backends[DEFAULT_ACCOUNT_ID]["aws"].assumed_roles:
        if session.access_key_id == access_key:
            return session.secret_access_key, Principal(session.arn, DEFAULT_ACCOUNT_ID)
    raise AwsError(
        "InvalidAccessKeyId",
        f"The access key {access_key} is not one of this workspace. "
        "Take the workspace's credentials: labkit env",
        403,
    )


def token_of(environ: dict[str, Any]) -> str | None:
    """The session token of a request, in a header or in a presigned URL."""
    query = urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""))
    queried = {name.lower(): value for name, value in query}
    return environ.get("HTTP_X_AMZ_SECURITY_TOKEN") or queried.get("x-amz-security-token")


def check_session(access_key: str, token: str | None, *, s3: bool) -> None:
    """Raise unless a role session's key comes with its token, in the session's time.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html
    """
    sessions = sts_backends[DEFAULT_ACCOUNT_ID]["aws"].assumed_roles
    session = next((each for each in sessions if each.access_key_id == access_key), None)
    if session is None:
        return
    if token != session.session_token:
        words = "The security token included in the request is invalid."
        raise AwsError("InvalidToken" if s3 else "InvalidClientTokenId", words, 400 if s3 else 403)
    if session.expiration < datetime.datetime.now(datetime.UTC).replace(tzinfo=None):
        words = "The security token included in the request is expired"
        code = "ExpiredToken" if s3 else "ExpiredTokenException"
        raise AwsError(code, words, 400 if s3 else 403)


def _denied(why: str) -> AwsError:
    return AwsError("AccessDenied", why, 403)
