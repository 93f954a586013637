"""The pages behind embed URLs, for browsers: no signature, a one-time code and a cookie instead.

The first request brings the code, which opens the session; the browser keeps the session's token in
a cookie for these paths. Who may frame a page stands in its Content-Security-Policy: this machine,
and the domains that the URL was made for. What a page shows is judged anew at each request.
Source: https://docs.aws.amazon.com/quicksight/latest/user/embedding-dashboards-for-registered-users.html
"""

from __future__ import annotations

import html
import http.cookies
import urllib.parse
from typing import Any

from labkit.cloud.access import guard
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import Reply
from labkit.cloud.quicksight.embedding import viewers
from labkit.cloud.quicksight.embedding.sessions import Embedding, embedding_session, session_of
from labkit.cloud.quicksight.embedding.urls import PREFIX

COOKIE = "labkit-quicksight"
FRAMES = "'self' http://127.0.0.1:* http://localhost:*"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def is_page(environ: dict[str, Any]) -> bool:
    """Whether a request is for an embedded page."""
    return str(environ.get("PATH_INFO", "")).startswith(PREFIX)


def answer(cloud: Cloud, environ: dict[str, Any]) -> Reply:
    """A page of an embedded session."""
    try:
        guard.check_host(environ)
        if environ["REQUEST_METHOD"] != "GET":
            raise AwsError("MethodNotAllowed", "Embedded pages are read with GET.", 405)
        token, embedding = _session(cloud, environ)
        body = _page(*_shown(cloud, embedding))
        return _html(200, body, embedding, token)
    except AwsError as error:
        return _html(error.status, _page("This page cannot be shown", error.message))


def _session(cloud: Cloud, environ: dict[str, Any]) -> tuple[str, Embedding]:
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
    if "code" in query:
        return embedding_session(cloud, query["code"])
    jar = http.cookies.SimpleCookie(environ.get("HTTP_COOKIE", ""))
    token = jar[COOKIE].value if COOKIE in jar else ""
    return token, session_of(cloud, token)


def _shown(cloud: Cloud, embedding: Embedding) -> tuple[str, str]:
    """The title of what a session shows, and a sentence of it."""
    found = [viewers.check(cloud, embedding, arn) for arn in embedding.resources]
    if not found:
        return "Amazon QuickSight", f"Signed in as {_name(embedding)}."
    return str(found[0].get("Name", "")), f"Shown to {_name(embedding)}."


def _name(embedding: Embedding) -> str:
    return "a reader without a name" if embedding.is_anonymous else embedding.user.split("/", 2)[2]


def _html(status: int, body: str, embedding: Embedding | None = None, token: str = "") -> Reply:
    domains = " ".join(embedding.domains) if embedding else ""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": f"{POLICY}; frame-ancestors {FRAMES} {domains}".strip(),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    if embedding and token:
        kept = f"Path={PREFIX}; Max-Age={embedding.lifetime_s}; HttpOnly; SameSite=Lax"
        headers["Set-Cookie"] = f"{COOKIE}={token}; {kept}"
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
