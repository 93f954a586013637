"""CDK's ``BucketDeployment``: the files of zips are put into a bucket, and others there dropped.

The function calls ``aws s3 sync``, for which each file that it has unzipped is newer than what is
there. Source:
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3_deployment-readme.html
"""

from __future__ import annotations

import fnmatch
import json
import mimetypes
import posixpath
import re
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import zip_longest
from typing import Any

from labkit.cloud.stacks.cdk.request import Refused, Request
from labkit.cloud.stacks.kinds import Members

Files = dict[str, Callable[[], bytes]]
_OWNED, _AT_ONCE = "aws-cdk:cr-owned", 1000
# Options of the command, and what they are called in the API.
_OPTIONS = {
    "acl": "ACL",
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage",
    "content-type": "ContentType",
    "expires": "Expires",
    "sse": "ServerSideEncryption",
    "sse-kms-key-id": "SSEKMSKeyId",
    "storage-class": "StorageClass",
    "website-redirect": "WebsiteRedirectLocation",
}
_TYPES = mimetypes.MimeTypes()  # by the names that Python knows anywhere


def deploy(request: Request) -> Members:
    """Put the files there, or drop them.

    Raises:
        Refused: a CDN has copies of them, or an option or a marker is not known.
    """
    said, event = request.said, request.event
    if said.get("DistributionId"):
        raise Refused("Invalidations of CloudFront are not available in the local AWS.")
    s3, place, stays = request.client("s3"), _place(said), _is(said, "RetainOnDelete")
    if request.verb == "Delete" and not stays and not _owned(s3, *place):
        _drop(s3, place[0], [*_keys(s3, *place)])
    if request.verb == "Update" and not stays and (was := _place(request.was)) != place:
        _drop(s3, was[0], [*_keys(s3, *was)])
    if request.verb != "Delete":
        _sync(s3, said, *place)
    told: Members = {"DestinationBucketArn": said.get("DestinationBucketArn")}
    shown = said["SourceObjectKeys"] if _is(said, "OutputObjectKeys") else []
    told["SourceObjectKeys"] = shown
    if _is(said, "OutputObjectVersionIds", "false"):
        names = said["SourceObjectKeys"] if request.verb != "Delete" else []
        told["SourceObjectVersionIds"] = [_version(s3, place, name) for name in names]
    made = event.get("PhysicalResourceId") or f"aws.cdk.s3deployment.{uuid.uuid4()}"
    return {"PhysicalResourceId": made, "Data": told}


def _is(said: Members, name: str, default: str = "true") -> bool:
    return str(said.get(name, default)).lower() == "true"


def _place(said: Members) -> tuple[str, str]:
    """A bucket, and with what the keys there begin: nothing, or what ends with a slash."""
    prefix = said.get("DestinationBucketKeyPrefix", "")
    prefix = "" if prefix == "/" else prefix
    return said["DestinationBucketName"], prefix if prefix[-1:] in ("", "/") else f"{prefix}/"


def _owned(s3: Any, bucket: str, prefix: str) -> bool:
    """Whether another resource of CDK's puts files at that place."""
    try:
        tags = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    except s3.exceptions.ClientError:
        return False
    path = prefix.rstrip("/")
    return any(tag["Key"].startswith(f"{_OWNED}:{path}" if path else _OWNED) for tag in tags)


def _keys(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    yield from (each["Key"] for page in pages for each in page.get("Contents", ()))


def _drop(s3: Any, bucket: str, keys: list[str]) -> None:
    for at in range(0, len(keys), _AT_ONCE):
        named = [{"Key": key} for key in keys[at : at + _AT_ONCE]]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": named})
        if failed := answer.get("Errors"):
            raise Refused(f"delete failed: s3://{bucket}/{failed[0]['Key']} {failed[0]['Message']}")


def _version(s3: Any, place: tuple[str, str], source: str) -> str:
    bucket, prefix = place
    try:
        key = f"{prefix}{posixpath.basename(source)}"
        return str(s3.head_object(Bucket=bucket, Key=key).get("VersionId", ""))
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey", "NotFound"):
            raise
        return ""


def _sync(s3: Any, said: Members, bucket: str, prefix: str) -> None:
    options = _options(said)
    with ExitStack() as opened:
        files = {n: f for n, f in _files(s3, said, opened).items() if not _left_out(said, n)}
        for name, read in files.items():
            guessed = _TYPES.guess_type(name)[0]
            told = ({"ContentType": guessed} if guessed else {}) | options
            s3.put_object(Bucket=bucket, Key=f"{prefix}{name}", Body=read(), **told)
    if _is(said, "Prune"):
        there = {key: key.removeprefix(prefix) for key in _keys(s3, bucket, prefix)}
        gone = [k for k, name in there.items() if name not in files and not _left_out(said, name)]
        _drop(s3, bucket, gone)


def _options(said: Members) -> Members:
    system = {name.lower(): value for name, value in said.get("SystemMetadata", {}).items()}
    if strange := sorted(system.keys() - _OPTIONS):
        raise Refused(f"Unknown options: --{', --'.join(strange)}")
    told = {_OPTIONS[name]: value for name, value in system.items()}
    own = {name.lower(): value for name, value in said.get("UserMetadata", {}).items()}
    return told | ({"Metadata": own} if own else {})


def _left_out(said: Members, name: str) -> bool:
    """Whether a file is excluded, and not included again."""
    out, back = (
        any(fnmatch.fnmatchcase(name, pattern) for pattern in said.get(each) or ())
        for each in ("Exclude", "Include")
    )
    return out and not back


def _files(s3: Any, said: Members, opened: ExitStack) -> Files:
    """What the sources have, by its path; of several under one path the last counts."""
    found: Files = {}
    sources = zip(said["SourceBucketNames"], said["SourceObjectKeys"], strict=True)
    given = (said.get("SourceMarkers") or (), said.get("SourceMarkersConfig") or ())
    for source, markers, how in zip_longest(sources, *given):
        bucket, key = source
        body = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        s3.download_fileobj(bucket, key, body)
        if _is(said, "Extract"):
            found |= _unzipped(zipfile.ZipFile(body), _words(markers or {}, how or {}))
        else:
            body.seek(0)
            found[posixpath.basename(key)] = body.read
    return found


def _unzipped(archive: zipfile.ZipFile, words: dict[bytes, bytes]) -> Files:
    def reading(name: str) -> Callable[[], bytes]:
        return lambda: _marked(archive.read(name), words)

    names = [name for name in archive.namelist() if not name.endswith("/")]
    return {_path(name): reading(name) for name in names}


def _path(name: str) -> str:
    return "/".join(part for part in name.split("/") if part not in ("", ".", ".."))


def _marked(text: bytes, words: dict[bytes, bytes]) -> bytes:
    for marker, word in words.items():
        text = text.replace(marker, word)
    return text


def _words(markers: Members, how: Members) -> dict[bytes, bytes]:
    """What stands for values that are known when the stack is made, and these."""
    default = "UNQUOTED_JSON_VALUE" if _is(how, "jsonEscape", "false") else "LITERAL"
    ways = how.get("markerEncodings", {})
    return {
        name.encode(): _written(value, ways.get(name, default)).encode()
        for name, value in markers.items()
    }


def _written(value: Any, way: str) -> str:
    if way in ("LITERAL", "YAML_STRING") and not isinstance(value, str):
        raise Refused(f"Expected a string for {way} encoding, got {type(value).__name__}")
    if way not in _WAYS:
        raise Refused(f"Unknown marker encoding: {way}")
    return _WAYS[way](value)


def _in_yaml(value: str) -> str:
    plain = re.fullmatch("[A-Za-z][A-Za-z0-9._-]*", value) and value.lower() not in _RESERVED
    return value if plain else json.dumps(value)


_RESERVED = {"y", "n", "yes", "no", "true", "false", "on", "off", "null"}
_WAYS: dict[str, Callable[[Any], str]] = {
    "LITERAL": str,
    "JSON_VALUE": json.dumps,
    "UNQUOTED_JSON_VALUE": lambda v: json.dumps(v)[1:-1] if isinstance(v, str) else json.dumps(v),
    "YAML_STRING": _in_yaml,
}
