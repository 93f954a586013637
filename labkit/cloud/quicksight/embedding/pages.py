"""The pages behind embed URLs, for browsers: no signature, a one-time code and a secret instead.

The first request brings the code, which opens the session, and is sent on to the session's own
address, whose path holds its secret: frames and programs need no cookie. What a session shows is
judged at each request. Source:
https://docs.aws.amazon.com/quicksight/latest/user/embedding-dashboards-for-registered-users.html
"""

from __future__ import annotations

import urllib.parse
from typing import Any

from labkit.cloud.access import guard
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import Reply
from labkit.cloud.quicksight import ip_restriction
from labkit.cloud.quicksight.embedding import answering, live, saved, showing  # noqa: F401  (fill the registry)
from labkit.cloud.quicksight.embedding.replies import json_of, redirect, sorry
from labkit.cloud.quicksight.embedding.routes import Visit, find
from labkit.cloud.quicksight.embedding.sessions import embedding_session, session_of
from labkit.cloud.quicksight.embedding.urls import PREFIX
from labkit.cloud.quicksight.words import denied

SESSION = "/labkit/quicksight/session/"
_ONCE = "A link to an embedded dashboard opens once, within five minutes after it was made."
_AGAIN = "Ask for a new one where you got it."


def answer(cloud: Cloud, environ: dict[str, Any]) -> Reply:
    """A page of an embedded session, or the way to it."""
    path = str(environ["PATH_INFO"])
    try:
        guard.check_host(environ)
        _check_address(cloud, environ)
        if environ["REQUEST_METHOD"] != "GET":
            raise AwsError("MethodNotAllowed", "Embedded pages are read with GET.", 405)
        if path.startswith(PREFIX):
            return _opened(cloud, environ)
        return _visited(cloud, environ, path)
    except AwsError as error:
        if _is_data(environ):
            return json_of({"code": error.code, "message": error.message}, error.status)
        return sorry(error.status, "This page cannot be shown", error.message)


def _check_address(cloud: Cloud, environ: dict[str, Any]) -> None:
    if not ip_restriction.lets_in(cloud, str(environ.get("REMOTE_ADDR", ""))):
        raise denied("The account's IP restriction does not let this address in.")


def _opened(cloud: Cloud, environ: dict[str, Any]) -> Reply:
    try:
        token, _ = embedding_session(cloud, _query(environ).get("code", ""))
    except AwsError as error:
        return sorry(error.status, "This link has been used or has expired", _ONCE, _AGAIN)
    return redirect(f"{SESSION}{token}/")


def _visited(cloud: Cloud, environ: dict[str, Any], path: str) -> Reply:
    token, slash, rest = path.removeprefix(SESSION).partition("/")
    try:
        embedding = session_of(cloud, token)
    except AwsError as error:
        if _is_data(environ):
            raise
        return sorry(error.status, "This session is over", "Its time has run out.", _AGAIN)
    if not slash:
        return redirect(f"{SESSION}{token}/")
    page, named = find(rest)
    return page(Visit(cloud, embedding, named, _query(environ)))


def _is_data(environ: dict[str, Any]) -> bool:
    """Whether a part of a session is asked for, or a program asks, and not a page for people."""
    if environ.get("HTTP_ACCEPT") == "application/json":
        return True
    path = str(environ["PATH_INFO"])
    rest = path.removeprefix(SESSION).partition("/")[2] if path.startswith(SESSION) else ""
    return rest not in ("", "page.html")


def _query(environ: dict[str, Any]) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
