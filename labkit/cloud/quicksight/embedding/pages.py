"""The pages behind embed URLs, for browsers: no signature, a one-time code and a cookie instead.

The first request brings the code, which opens the session; the browser keeps the session's token in
a cookie for its own paths. Who may frame a page stands in its Content-Security-Policy: this
machine, and the domains that the URL was made for. What a page shows is judged at each request.
Source: https://docs.aws.amazon.com/quicksight/latest/user/embedding-dashboards-for-registered-users.html
"""

from __future__ import annotations

import html
import http.cookies
import re
import urllib.parse
from typing import Any

from labkit.cloud.access import guard
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import Reply
from labkit.cloud.quicksight import ip_restriction
from labkit.cloud.quicksight.embedding import viewers
from labkit.cloud.quicksight.embedding.sessions import Embedding, embedding_session, session_of
from labkit.cloud.quicksight.embedding.urls import PREFIX
from labkit.cloud.quicksight.words import denied

COOKIE = "labkit-quicksight"
FRAMES = "'self' http://127.0.0.1:* http://localhost:*"
_OWN = re.compile(re.escape(PREFIX) + "[0-9a-f]{32}/")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def is_page(environ: dict[str, Any]) -> bool:
    """Whether a request is for an embedded page."""
    return str(environ.get("PATH_INFO", "")).startswith(PREFIX)


def answer(cloud: Cloud, environ: dict[str, Any]) -> Reply:
    """A page of an embedded session."""
    try:
        guard.check_host(environ)
        _check_address(cloud, environ)
        if environ["REQUEST_METHOD"] != "GET":
            raise AwsError("MethodNotAllowed", "Embedded pages are read with GET.", 405)
        token, embedding = _session(cloud, environ)
        body = _page(*_shown(cloud, embedding))
        return _html(200, body, embedding, _cookie(environ, embedding, token))
    except AwsError as error:
        return _html(error.status, _page("This page cannot be shown", error.message))


def _check_address(cloud: Cloud, environ: dict[str, Any]) -> None:
    if not ip_restriction.lets_in(cloud, str(environ.get("REMOTE_ADDR", ""))):
        raise denied("The account's IP restriction does not let this address in.")


def _session(cloud: Cloud, environ: dict[str, Any]) -> tuple[str, Embedding]:
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
    if "code" in query:
        return embedding_session(cloud, query["code"])
    jar = http.cookies.SimpleCookie(environ.get("HTTP_COOKIE", ""))
    token = jar[COOKIE].value if COOKIE in jar else ""
    return token, session_of(cloud, token)


def _shown(cloud: Cloud, embedding: Embedding) -> tuple[str, str]:
    """The title of what a session shows, and a sentence of it."""
    if not embedding.resources:
        return "Amazon QuickSight", f"Signed in as {_name(embedding)}."
    found = viewers.check(cloud, embedding, embedding.resources[0])
    return str(found.get("Name", "")), f"Shown to {_name(embedding)}."


def _name(embedding: Embedding) -> str:
    return "a reader without a name" if embedding.is_anonymous else embedding.user.split("/", 2)[2]


def _cookie(environ: dict[str, Any], embedding: Embedding, token: str) -> str:
    """A cookie for the paths of this URL alone, so that a page may frame several dashboards."""
    own = _OWN.match(str(environ["PATH_INFO"]))
    kept = (
        f"Path={own[0] if own else PREFIX}; Max-Age={embedding.lifetime_s}; HttpOnly; SameSite=Lax"
    )
    return f"{COOKIE}={token}; {kept}"


def _html(status: int, body: str, embedding: Embedding | None = None, cookie: str = "") -> Reply:
    domains = " ".join(embedding.domains) if embedding else ""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": f"{POLICY}; frame-ancestors {FRAMES} {domains}".strip(),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    if cookie:
        headers["Set-Cookie"] = cookie
    return Reply(status, headers, body.encode())


def _page(title: str, sentence: str) -> str:
    named, said = html.escape(title), html.escape(sentence)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{named}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{named}</h1><p>{said}</p></main></body></html>"
    )


STYLE = (
    "body{margin:0;font:16px/1.5 system-ui,sans-serif;color:#16191f;background:#f2f3f3}"
    "main{max-width:40rem;margin:4rem auto;padding:1.5rem 2rem;background:#fff;"
    "border:1px solid #d5dbdb;border-radius:4px}h1{font-size:1.5rem;margin:0 0 .5rem}p{margin:0}"
)
