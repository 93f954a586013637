"""What a request makes depend on an object's state: ``If-Match`` and its kin.

A read or a copy names a state of what it reads; a write or a deletion one of the object whose place
it takes, where a delete marker is no object. ETags may stand in quotes or not, several in a list,
and ``*`` means any, which no write may want. Of two conditions that contradict each other, that on
the ETag decides. A time to come is no condition of what was modified since.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""

from __future__ import annotations

import datetime
import email.utils
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labkit.cloud import protocol
from labkit.cloud.members import in_utc
from labkit.cloud.operations import AwsError

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_HEADERS = ("If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since")
_OF_SOURCE = "x-amz-copy-source-"
_OF_DIRECTORY_BUCKETS = ("x-amz-if-match-last-modified-time", "x-amz-if-match-size")
# What objects here cannot do: grow by another write, be held until an event; and what only uploads
# to directory buckets are told when they are aborted.
_HOLD = "x-amz-object-lock-event-hold"
_NOT_HERE = (
    "x-amz-write-offset-bytes",
    "x-amz-if-match-initiated-time",
    *(_HOLD + n for n in ("", "-duration-days", "-duration-years")),
)
_JUDGED = frozenset(
    f"HTTP_{stem}{name}".upper().replace("-", "_") for stem in ("", _OF_SOURCE) for name in _HEADERS
)


def unread(request: Request, version: Any) -> protocol.Reply | None:
    """The answer to a read of what the client has already; ``None`` where it is to be read.

    Raises:
        AwsError: ``PreconditionFailed``: the object is another than the one that is wanted.
    """
    if version is None:
        return None
    wanted = _Wanted.of(request)
    if failed := wanted.fails(version):
        raise _failed(failed)
    if not wanted.is_known(version):
        return None
    modified = email.utils.format_datetime(_modified(version), usegmt=True)
    return protocol.Reply(304, {"ETag": version.etag, "Last-Modified": modified}, b"")


def check_copied(request: Request, source: Any) -> None:
    """Raise unless what a copy reads is as it wants it."""
    wanted = _Wanted.of(request, _OF_SOURCE)
    failed = wanted.fails(source)
    if not failed and wanted.is_known(source):
        failed = "If-None-Match" if wanted.none else "If-Modified-Since"
    if failed:
        raise _failed(_OF_SOURCE + failed)


def check_written(request: Request, latest: Any) -> None:
    """Raise unless a write or a deletion meets the object that it expects.

    Args:
        latest: moto's record of the key's latest version; ``None`` where there is no object.
    """
    match, none = request.header("If-Match"), request.header("If-None-Match")
    if request.method == "DELETE":
        none = None
        check_deleted(name for name in _OF_DIRECTORY_BUCKETS if request.header(name))
    if none and match:
        words = "Multiple conditional request headers present in the request"
        raise not_taken("If-Match,If-None-Match", words)
    if none not in (None, "*"):
        raise not_taken("If-None-Match")
    if match == "*" and request.method != "DELETE":
        raise not_taken("If-Match")
    if match:
        check_match(match, latest, request.key)
    if none and latest is not None:
        raise _failed("If-None-Match")


def check_unchanged(request: Request, latest: Any, met: tuple[str, ...]) -> None:
    """Raise where another request changed the object since the upload in parts was begun.

    Args:
        latest: moto's record of the key's latest version; ``None`` where there is no object.
        met: the identity of what was there then.
    """
    header = next((name for name in ("If-Match", "If-None-Match") if request.header(name)), None)
    if header and identity(latest) != met:
        words = "The conditional request cannot succeed due to a conflicting operation against this"
        told = {"Condition": header, "Key": request.key}
        raise AwsError("ConditionalRequestConflict", f"{words} resource.", 409, **told)


def identity(version: Any) -> tuple[str, ...]:
    """What tells a version from each other one that its key has had; empty where there is none."""
    return () if version is None else (str(version.version_id), str(version.last_modified))


def check_deleted(named: Iterable[str]) -> None:
    """Raise where a deletion has conditions of size or time, which only directory buckets take."""
    if header := next(iter(named), None):
        raise not_taken(header)


def check_taken(request: Request) -> None:
    """Raise for a header that asks for what objects here cannot do."""
    if header := next((name for name in _NOT_HERE if request.header(name) is not None), None):
        raise not_taken(header)


def not_taken(header: str, more: str | None = None) -> AwsError:
    """The refusal of a header that only other kinds of buckets, or requests, may have."""
    words = "A header you provided implies functionality that is not implemented"
    more = more or f"We don't accept the provided value of {header} header for this API"
    return AwsError("NotImplemented", words, 501, Header=header, additionalMessage=more)


def check_match(wanted: str, latest: Any, key: str) -> None:
    """Raise unless there is an object, and it has an ETag that is wanted."""
    if latest is None:
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=key)
    if not _matches(wanted, latest):
        raise _failed("If-Match")


def without(environ: dict[str, Any]) -> dict[str, Any]:
    """A request's environment less its conditions, which have been judged."""
    return {name: value for name, value in environ.items() if name not in _JUDGED}


@dataclass(frozen=True)
class _Wanted:
    """The conditions of a read."""

    match: str | None
    none: str | None
    since: datetime.datetime | None
    until: datetime.datetime | None

    @classmethod
    def of(cls, request: Request, stem: str = "") -> _Wanted:
        match, none, since, until = (request.header(stem + name) for name in _HEADERS)
        return cls(match, none, _date(since), _date(until))

    def fails(self, version: Any) -> str | None:
        """The condition that a version does not meet."""
        if self.match:
            return None if _matches(self.match, version) else "If-Match"
        late = self.until is not None and _modified(version) > self.until
        return "If-Unmodified-Since" if late else None

    def is_known(self, version: Any) -> bool:
        """Whether a version is the one that the client has."""
        if self.none:
            return _matches(self.none, version)
        now = datetime.datetime.now(datetime.UTC)
        return self.since is not None and _modified(version) <= self.since <= now


def _matches(wanted: str, version: Any) -> bool:
    etags = {each.strip().strip('"') for each in wanted.split(",")}
    return bool(wanted.strip() == "*" or version.etag.strip('"') in etags)


def _modified(version: Any) -> datetime.datetime:
    """When a version was written; HTTP tells whole seconds."""
    found: datetime.datetime = version.last_modified.replace(microsecond=0, tzinfo=datetime.UTC)
    return found


def _date(text: str | None) -> datetime.datetime | None:
    """The moment that a header names; one that does not read is no condition."""
    try:
        found = email.utils.parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return in_utc(found)


def _failed(condition: str) -> AwsError:
    words = "At least one of the pre-conditions you specified did not hold"
    return AwsError("PreconditionFailed", words, 412, Condition=condition)
