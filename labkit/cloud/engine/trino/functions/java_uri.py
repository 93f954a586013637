"""URLs as Java's ``URI`` reads them, which ``url_extract_…`` go by.

What is no URI has no parts: a space, a bar, a percent sign alone. An authority that is no server
(``a_b.com``) has no host, and what follows a scheme without a slash (``mailto:a@b``) no path.

Source: https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/net/URI.html
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from typing import NamedTuple
from urllib.parse import unquote


class Uri(NamedTuple):
    """The parts, decoded but for the host and `raw_query`."""

    protocol: str | None
    host: str | None
    port: int | None
    path: str | None
    raw_query: str | None
    fragment: str | None

    @property
    def query(self) -> str | None:
        return _decoded(self.raw_query)


_ESCAPED = r"%[0-9A-Fa-f]{2}"
#: Letters beyond ASCII, without blanks and controls.
_OTHER = r"[^\x00-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"


def _all_of(marks: str) -> re.Pattern[str]:
    letters = re.escape(f"_-!.~'()*{marks}")
    return re.compile(f"(?:[A-Za-z0-9{letters}]|{_ESCAPED}|{_OTHER})*")


_PARTS = re.compile(
    r"(?:([^:/?#]*):)?((?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?)(?:#(.*))?", re.DOTALL
)
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*")
_ANY, _PATH = _all_of(";/?:@&=+$,[]"), _all_of(":@&=+$,;/")
_NAME, _USER = _all_of("$,;:@&=+"), _all_of(";:&=+$,")
_SERVER = re.compile(r"(?:([^@]*)@)?(\[[^\]]+\]|[^:\[\]]*)(?::(\d*))?")
_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|0?\d?\d)"
_HOST = re.compile(
    rf"{_BYTE}(?:\.{_BYTE}){{3}}"
    r"|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?"
    r"|(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+"
    r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?"
)


def uri(text: str) -> Uri | None:
    """The parts of a text, None where it is no URI.

    >>> uri("HTTP://a@B.com:80/x%20y?a=%26#top")
    Uri(protocol='HTTP', host='B.com', port=80, path='/x y', raw_query='a=%26', fragment='top')
    >>> uri("http://a_b.com").host, uri("mailto:a@b").path, uri("/a|b")
    (None, None, None)
    """
    found = _PARTS.fullmatch(text)
    if not found:
        return None
    scheme, rest, authority, path, query, fragment = found.groups()
    if scheme is not None and not _SCHEME.fullmatch(scheme):
        return None
    if not _ANY.fullmatch(fragment or ""):
        return None
    if scheme and not rest.startswith("/"):
        is_opaque = bool(rest) and bool(_ANY.fullmatch(rest))
        return Uri(scheme, None, None, None, None, _decoded(fragment)) if is_opaque else None
    if not (_PATH.fullmatch(path) and _ANY.fullmatch(query or "")):
        return None
    if authority == "" and not (path or query is not None or fragment is not None):
        return None
    server = _server(authority) if authority else (None, None)
    if server is None:
        return None
    return Uri(scheme, *server, _decoded(path), query, _decoded(fragment))


def _server(authority: str) -> tuple[str | None, int | None] | None:
    """Its host and port, none where it is a name of another kind; None if it is no authority."""
    found = _SERVER.fullmatch(authority)
    if found and _USER.fullmatch(found[1] or "") and _is_host(found[2]):
        port = int(found[3]) if found[3] else None
        if port is None or port < 2**31:
            return found[2], port
    return (None, None) if _NAME.fullmatch(authority) else None


def _is_host(host: str) -> bool:
    if not host.startswith("["):
        return bool(_HOST.fullmatch(host))
    try:
        return bool(IPv6Address(host[1:-1]))
    except AddressValueError:
        return False


def _decoded(text: str | None) -> str | None:
    """Without escapes; those in square brackets stay."""
    if text is None:
        return None
    return re.sub(
        rf"\[[^\]]*\]?|(?:{_ESCAPED})+",
        lambda part: part[0] if part[0].startswith("[") else unquote(part[0], errors="replace"),
        text,
    )
