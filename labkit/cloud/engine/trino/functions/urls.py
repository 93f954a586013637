"""URL functions. Source: https://trino.io/docs/current/functions/url.html"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from urllib.parse import SplitResult, quote_plus, unquote, unquote_plus, urlsplit

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import Entry, entries, fail

_PARTS = ("fragment", "host", "path", "protocol", "query")

SCALARS = (
    Entry(
        "url_encode(varchar(x)) -> varchar(y)",
        "trino_url_encode({0})",
        derive=lambda v: {"y": min(2147483647, v["x"] * 12)} if "x" in v else {},
    ),
    *entries(
        *(
            (f"url_extract_{part}(varchar(x)) -> varchar(x)", f"trino_url_{part}({{0}})")
            for part in _PARTS
        ),
        ("url_extract_port(varchar) -> bigint", "trino_url_port({0})"),
        (
            "url_extract_parameter(varchar(x), varchar) -> varchar(x)",
            "trino_url_parameter({0}, {1})",
        ),
        ("url_decode(varchar(x)) -> varchar(x)", "trino_url_decode({0})"),
    ),
)


def _split(url: str) -> SplitResult | None:
    """Java's ``URI`` refuses a space and a few marks; such a text has no parts."""
    if re.search(r"[\s<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})", url):
        return None
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _part(read: Callable[[SplitResult], str | None], url: str) -> str | None:
    found = _split(url)
    return None if found is None else read(found) or ""


def _port(url: str) -> int | None:
    found = _split(url)
    try:
        return found.port if found else None
    except ValueError:
        return None


def _parameter(url: str, name: str) -> str | None:
    found = _split(url)
    for pair in found.query.split("&") if found else ():
        key, _, value = pair.partition("=")
        if unquote_plus(key) == name:
            return unquote_plus(value)
    return None


def _encode(text: str) -> str:
    return quote_plus(text, safe="-_.*").replace("~", "%7E")


def _decode(text: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        fail(f'URLDecoder: Illegal hex characters in escape (%) pattern: "{text}"')
    return unquote_plus(text)


def _host(found: SplitResult) -> str:
    """As it is written: Python lowers it, Java does not."""
    return found.netloc.rpartition("@")[2].partition(":")[0]


def _is_opaque(found: SplitResult) -> bool:
    """``mailto:test@example.com`` is a scheme and a text, not a path."""
    return bool(found.scheme) and not found.netloc and not found.path.startswith("/")


_READERS: dict[str, Callable[[SplitResult], str | None]] = {
    "fragment": lambda found: unquote(found.fragment),
    "host": _host,
    "path": lambda found: "" if _is_opaque(found) else unquote(found.path),
    "protocol": lambda found: found.scheme,
    "query": lambda found: unquote(found.query),
}
UDFS = (
    *(
        Udf(f"trino_url_{name}", partial(_part, read), ("VARCHAR",), "VARCHAR")
        for name, read in _READERS.items()
    ),
    Udf("trino_url_port", _port, ("VARCHAR",), "BIGINT"),
    Udf("trino_url_parameter", _parameter, ("VARCHAR", "VARCHAR"), "VARCHAR"),
    Udf("trino_url_encode", _encode, ("VARCHAR",), "VARCHAR"),
    Udf("trino_url_decode", _decode, ("VARCHAR",), "VARCHAR"),
)
