"""What the pages of a session are sent with: who may frame them, and that nothing else is asked.

A page asks nobody but this server, keeps no copy in a cache and does not tell its address, which
holds the session's secret. Source:
https://docs.aws.amazon.com/quicksight/latest/user/embedding-dashboards-for-registered-users.html
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import Any

from labkit.cloud.protocol import Reply

FRAMES = "'self' http://127.0.0.1:* http://localhost:*"
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'"

LEFT_OUT, MOST_TOLD = "Labkit-Left-Out", 40


def page(status: int, text: str, domains: Sequence[str], scripts: str = "") -> Reply:
    """An HTML page.

    Args:
        domains: who may frame it, besides this machine.
        scripts: the sources of its scripts, as its policy names them.
    """
    policy = NOTHING
    if scripts:
        policy += f"; script-src {scripts}; connect-src 'self'; img-src 'self' data:"
    framed = f"{policy}; frame-ancestors {FRAMES} {' '.join(domains)}".strip()
    return _reply(status, "text/html; charset=utf-8", text.encode(), framed)


def json_of(value: Any, status: int = 200) -> Reply:
    """JSON."""
    return _reply(status, "application/json", json.dumps(value).encode(), NOTHING)


def svg(text: str, left_out: Sequence[str]) -> Reply:
    """An SVG document, and what it leaves out, as `png` has it."""
    reply = _reply(200, "image/svg+xml; charset=utf-8", text.encode(), NOTHING)
    return _told(reply, left_out)


def image(kind: str, body: bytes) -> Reply:
    """An image's file as it is; ``png``, ``jpeg``, ``gif`` or ``webp``."""
    return _reply(200, f"image/{kind}", body, NOTHING)


def png(body: bytes, left_out: Sequence[str]) -> Reply:
    """A PNG file.

    Args:
        left_out: what the picture leaves out, in sentences; a program reads them in a header.
    """
    from labkit.cloud.quicksight.embedding.palette import small_png  # with Pillow

    return _told(_reply(200, "image/png", small_png(body), NOTHING), left_out)


def _told(reply: Reply, left_out: Sequence[str]) -> Reply:
    told = {LEFT_OUT: json.dumps(left_out[:MOST_TOLD])}
    return Reply(reply.status, {**reply.headers, **told}, reply.body)


def redirect(place: str) -> Reply:
    """Elsewhere."""
    reply = _reply(302, "text/plain", b"", NOTHING)
    return Reply(302, {**reply.headers, "Location": place}, b"")


def sorry(status: int, title: str, *sentences: str, domains: Sequence[str] = ()) -> Reply:
    """A page that says why there is nothing to see."""
    named = html.escape(title)
    told = "".join(f"<p>{html.escape(each)}</p>" for each in sentences)
    return page(
        status,
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{named}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{named}</h1>{told}</main></body></html>",
        domains,
    )


def _reply(status: int, kind: str, body: bytes, policy: str) -> Reply:
    headers = {
        "Content-Type": kind,
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Reply(status, headers, body)


_STYLE = (
    "body{margin:0;font:16px/1.5 system-ui,sans-serif;color:#16191f;background:#f2f3f3}"
    "main{max-width:36rem;margin:4rem auto;padding:1.5rem 2rem;background:#fff;"
    "border:1px solid #d5dbdb;border-radius:4px}h1{font-size:1.4rem;margin:0 0 .5rem}"
    "p{margin:.4rem 0 0}@media(prefers-color-scheme:dark){body{color:#f2f5f8;background:#16202e}"
    "main{background:#202d3e;border-color:#2e3c4f}}"
)
