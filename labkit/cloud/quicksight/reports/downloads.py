"""Files of snapshot jobs by URLs that need no signature: secret, and good for five minutes.

On AWS they are pre-signed URLs of a bucket that QuickSight owns.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SnapshotJobS3Result.html
"""

from __future__ import annotations

import mimetypes
import secrets
import time
import urllib.parse
from typing import Any

from labkit.cloud.access import guard
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import Reply
from labkit.cloud.quicksight.embedding.sessions import digest
from labkit.cloud.state import Records

PREFIX = "/labkit/quicksight/snapshots/"
LIFETIME_S = 300


def url_of(cloud: Cloud, file: str, name: str) -> str:
    """A URL by which a file below the workspace can be fetched for a while."""
    known, token = _known(cloud), secrets.token_urlsafe(24)
    for name, each in list(known.items()):
        if each["expires"] < time.time():
            del known[name]
    known[digest(token)] = {"file": file, "expires": time.time() + LIFETIME_S}
    return f"{cloud.endpoint}{PREFIX}{token}/{urllib.parse.quote(name)}"


def answer(cloud: Cloud, environ: dict[str, Any]) -> Reply:
    """The file, or why not."""
    try:
        guard.check_host(environ)
        token, _, name = str(environ["PATH_INFO"]).removeprefix(PREFIX).partition("/")
        found = _known(cloud).get(digest(token))
        if found is None or found["expires"] < time.time():
            raise AwsError("AccessDenied", "Request has expired", 403)
        path = cloud.home / found["file"]
        if not path.is_file():
            raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
        return Reply(200, _headers(name), path.read_bytes())
    except AwsError as error:
        return Reply(error.status, {"Content-Type": "text/plain"}, error.message.encode())


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Type": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "Content-Disposition": f"attachment; filename*=UTF-8''{urllib.parse.quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def _known(cloud: Cloud) -> Records:
    return cloud.records("quicksight.snapshot_url")
