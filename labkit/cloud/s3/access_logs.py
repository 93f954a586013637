"""A bucket's access log: a line for each request, as a file in the bucket that it was told of.

AWS gathers lines for some minutes, here each comes at once. Nobody calls from elsewhere or by TLS.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
"""

from __future__ import annotations

import re
import secrets
import time
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.access.policy import policy_of
from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.access.policy_language import Verdict, judge
from labkit.cloud.access.s3_requests import arn_of, find_version
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import ANONYMOUS, Principal
from labkit.cloud.s3.listing import OWNER
from labkit.cloud.s3.request import Environ, Request

#: Where a request's environment has it, once it is read.
REQUEST = "labkit.s3.request"
_CODE = re.compile(rb"<Code>(\w+)</Code>")
_AS_ASKED = (
    "acl cors encryption lifecycle location notification replication uploads versioning website"
)
# What a request is about, by the parameter that says so.
_RESOURCES = {
    "delete": "MULTI_OBJECT_DELETE",
    "logging": "LOGGING_STATUS",
    "partNumber": "PART",
    "policy": "BUCKETPOLICY",
    "publicAccessBlock": "PUBLIC_ACCESS_BLOCK",
    "uploadId": "UPLOAD",
    "versions": "BUCKETVERSIONS",
    **{name: name.upper() for name in _AS_ASKED.split()},
}


@dataclass(frozen=True)
class Answered:
    """What was answered, and how long that took."""

    status: int
    headers: Mapping[str, str]
    content: Iterable[bytes]
    seconds: float


def write(cloud: Cloud, environ: Environ, answered: Answered) -> None:
    """Put a line of a request where its bucket's log goes, if it has one and is let in."""
    request: Request | None = environ.get(REQUEST)
    if request is None:
        return
    buckets = cloud.backend("s3").buckets
    bucket = buckets.get(request.bucket)
    target = bucket and buckets.get(bucket.logging.get("TargetBucket"))
    if not target:
        return
    key = _key(cloud, bucket)
    if not _is_let_in(cloud, bucket, target, key):
        return
    line = " ".join(_fields(bucket, request, environ, answered)) + "\n"
    with cloud.lock("s3"):
        cloud.backend("s3").put_object(target.name, key, value=line.encode())
        cloud.state.save_keys()


def _key(cloud: Cloud, bucket: Any) -> str:
    """Where a line goes: under the log's prefix, or under a day's where that is asked for.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PartitionedPrefix.html
    """
    wanted, now = bucket.logging.get("TargetObjectKeyFormat") or {}, time.gmtime()
    prefix, moment = str(bucket.logging.get("TargetPrefix", "")), "%Y-%m-%d-%H-%M-%S-"
    if "PartitionedPrefix" in wanted:
        prefix += f"{cloud.account}/{bucket.region_name}/{bucket.name}/"
        prefix += time.strftime("%Y/%m/%d/", now)
        dated = (wanted["PartitionedPrefix"] or {}).get("PartitionDateSource")
        moment = moment if dated == "DeliveryTime" else "%Y-%m-%d-00-00-00-"
    return prefix + time.strftime(moment, now) + secrets.token_hex(8).upper()


def _is_let_in(cloud: Cloud, bucket: Any, target: Any, key: str) -> bool:
    """Whether the policy of a log's place lets S3's log delivery in, or its ACL."""
    keys = {
        "aws:sourceaccount": cloud.account,
        "aws:sourcearn": arn_of(bucket.name, ""),
        "aws:securetransport": "true",
        "aws:principalisawsservice": "true",
    }
    asker = Principal("logging.s3.amazonaws.com", cloud.account)
    question = Question(asker, "s3:PutObject", arn_of(target.name, key), keys)
    document = policy_of(target)
    said = judge(document, question, has_principal=True) if document else Verdict.SILENT
    return said is Verdict.ALLOWED or (said is Verdict.SILENT and target.lets_logs_in())


def _fields(bucket: object, request: Request, environ: Environ, answered: Answered) -> list[str]:
    headers = answered.headers
    query = environ.get("QUERY_STRING", "")
    signed, by = _signed(environ.get("HTTP_AUTHORIZATION", ""), query)
    asked = protocol.raw_path(environ) + (f"?{query}" if query else "")
    version = find_version(bucket, request.key) if request.key else None
    sent = headers.get("Content-Length", "0") if request.method != "HEAD" else "0"
    took = str(round(answered.seconds * 1000))
    return [
        OWNER["ID"],
        request.bucket,
        datetime.now(UTC).strftime("[%d/%b/%Y:%H:%M:%S +0000]"),
        environ.get("REMOTE_ADDR", "127.0.0.1"),
        "-" if request.principal is ANONYMOUS else request.principal.arn,
        headers["x-amz-request-id"],
        f"REST.{'COPY' if _copies(request) else request.method}.{_resource(request)}",
        urllib.parse.quote(request.key) or "-",
        f'"{request.method} {asked} {environ.get("SERVER_PROTOCOL", "HTTP/1.1")}"',
        str(answered.status),
        _error(answered),
        sent if sent != "0" else "-",
        str(version.size) if version and request.method != "DELETE" else "-",
        took,
        took,
        _quoted(environ.get("HTTP_REFERER")),
        _quoted(environ.get("HTTP_USER_AGENT")),
        headers.get("x-amz-version-id", "-"),
        headers["x-amz-id-2"],
        signed,
        "-",
        by,
        environ.get("HTTP_HOST", "-"),
        "-",
        "-",
        "-",
    ]


def _resource(request: Request) -> str:
    of = "OBJECT" if request.key else "BUCKET"
    if "tagging" in request.query:
        return f"{of}_TAGGING" if request.key else "TAGGING"
    return next((_RESOURCES[name] for name in _RESOURCES if name in request.query), of)


def _copies(request: Request) -> bool:
    return request.method == "PUT" and request.header("x-amz-copy-source") is not None


def _error(answered: Answered) -> str:
    if answered.status < 300 or not isinstance(answered.content, list):
        return "-"
    found = _CODE.search(b"".join(answered.content))
    return found[1].decode() if found else "-"


def _signed(header: str, query: str) -> tuple[str, str]:
    """How a request is signed, and where that stands."""
    if header:
        return ("SigV4" if header.startswith("AWS4") else "SigV2"), "AuthHeader"
    if "X-Amz-Signature=" in query:
        return "SigV4", "QueryString"
    return ("SigV2", "QueryString") if "Signature=" in query else ("-", "-")


def _quoted(text: str | None) -> str:
    return '"{}"'.format((text or "-").replace('"', "%22"))
