"""An S3 request: whom it concerns and what it wants."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.access.signature import Claim, legacy_headers
from labkit.cloud.operations import AwsError, Principal

Environ = dict[str, Any]
FORM = "labkit.form"  # in the environment of what stands for a form


@dataclass(frozen=True)
class Request:
    """An S3 request: whom it concerns and what it wants."""

    environ: Environ
    method: str
    bucket: str
    key: str
    query: dict[str, str]
    principal: Principal

    def header(self, name: str) -> str | None:
        """A request header, ``None`` when absent."""
        found: str | None = self.environ.get("HTTP_" + name.upper().replace("-", "_"))
        return found

    @property
    def is_upload(self) -> bool:
        """Whether the request's body is an object's content."""
        plain = self._named <= {"partNumber", "uploadId"}
        return self.method == "PUT" and bool(self.key) and plain and not self._copies

    @property
    def asked(self) -> dict[str, str]:
        """The sub-resources that it names, and ``form`` where it stands for one."""
        return self.query | ({"form": ""} if FORM in self.environ else {})

    @property
    def selects_rows(self) -> bool:
        """Whether the request asks for rows of an object (S3 Select)."""
        return self.method == "POST" and bool(self.key) and "select" in self.query

    @property
    def creates_bucket(self) -> bool:
        """Whether the request makes a bucket."""
        return self.method == "PUT" and bool(self.bucket) and not self.key and not self._named

    @property
    def needs_bucket(self) -> bool:
        """Whether the request puts something to a bucket; S3 Control's are of the account."""
        puts = self.method == "PUT" and bool(self.bucket) and not self.creates_bucket
        return puts and self.header("x-amz-account-id") is None

    @property
    def reads_object(self) -> bool:
        """Whether the answer is an object's content, or the headers of it."""
        plain = {"versionId", "partNumber", "x-id"}
        named = {k for k in self.query if not k.lower().startswith(("x-amz-", "response-"))}
        return self.method in ("GET", "HEAD") and bool(self.key) and named <= plain

    @property
    def writes_object(self) -> bool:
        """Whether the request makes an object, or begins one of several parts."""
        begins = self.method == "POST" and "uploads" in self.query
        puts = self.method == "PUT" and (self.is_upload or self._copies)
        return begins or (puts and "uploadId" not in self.query)

    @property
    def configures_object(self) -> bool:
        """Whether the request's body is a document of an object: its lock, tags or ACL."""
        return self.method == "PUT" and bool(self.key) and not (self.is_upload or self._copies)

    @property
    def replaces_object(self) -> bool:
        """Whether the request puts an object, or nothing, in the place of a key's latest one."""
        query, method = self.query, self.method
        if method == "DELETE":
            return bool(self.key) and not {"versionId", "uploadId", "tagging"} & set(query)
        completes = method == "POST" and "uploadId" in query
        return completes or (self.writes_object and method == "PUT")

    @property
    def _named(self) -> set[str]:
        """What the address names beside bucket and key, less what signs it."""
        return {k for k in self.query if k != "x-id" and not k.lower().startswith("x-amz-")}

    @property
    def _copies(self) -> bool:
        return bool(self.key and self.header("x-amz-copy-source"))

    @property
    def changes(self) -> bool:
        return self.method in ("PUT", "POST", "DELETE")


def read_request(environ: Environ, principal: Principal) -> Request:
    """Bucket and key from a path-style address or a ``bucket.localhost`` host.

    Raises:
        AwsError: ``InvalidURI``: the path is no UTF-8.
    """
    try:
        path = urllib.parse.unquote(protocol.raw_path(environ), errors="strict").lstrip("/")
    except UnicodeDecodeError as error:
        raise AwsError("InvalidURI", "Couldn't parse the specified URI.") from error
    host = environ.get("HTTP_HOST", "").rsplit(":", 1)[0]
    if host.endswith(".localhost"):
        bucket, key = host.removesuffix(".localhost"), path
    else:
        bucket, _, key = path.partition("/")
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    return Request(environ, environ["REQUEST_METHOD"], bucket, key, query, principal)


def with_legacy_headers(environ: Environ, claim: Claim) -> Environ:
    """A request with the headers that a URL of signature version 2 carries in its query.

    What signs it is none of the request: its ``Expires`` is not the object's.
    """
    if not claim.is_legacy:
        return environ
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
    found = legacy_headers(query).items()
    environ = without_query(environ, "AWSAccessKeyId", "Signature", "Expires")
    return environ | {"HTTP_" + k.upper().replace("-", "_"): v for k, v in found}


def without_query(environ: Environ, *names: str) -> Environ:
    """A request less some parameters of its address."""
    parameters = environ.get("QUERY_STRING", "").split("&")
    text = "&".join(each for each in parameters if each.partition("=")[0] not in names)
    path = protocol.raw_path(environ)
    address = f"{path}?{text}" if text else path
    return environ | {"QUERY_STRING": text, "REQUEST_URI": address, "RAW_URI": address}
