"""URL functions. Source: https://trino.io/docs/current/functions/url.html"""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import quote_plus, unquote_plus

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import Entry, entries, fail
from labkit.cloud.engine.trino.functions.java_uri import uri

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


def _part(name: str, url: str) -> str | None:
    found = uri(url)
    return None if found is None else getattr(found, name) or ""


def _port(url: str) -> int | None:
    found = uri(url)
    return found.port if found else None


def _parameter(url: str, name: str) -> str | None:
    """The first of this name, as the URL spells it."""
    found = uri(url)
    if found is None or found.raw_query is None:
        return None
    for pair in found.raw_query.split("&"):
        key, _, value = pair.partition("=")
        if key == name:
            return unquote_plus(value)
    return None


def _encode(text: str) -> str:
    return quote_plus(text, safe="-_.*").replace("~", "%7E")


def _decode(text: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        fail(f'URLDecoder: Illegal hex characters in escape (%) pattern: "{text}"')
    return unquote_plus(text)


UDFS = (
    *(Udf(f"trino_url_{name}", partial(_part, name), ("VARCHAR",), "VARCHAR") for name in _PARTS),
    Udf("trino_url_port", _port, ("VARCHAR",), "BIGINT"),
    Udf("trino_url_parameter", _parameter, ("VARCHAR", "VARCHAR"), "VARCHAR"),
    Udf("trino_url_encode", _encode, ("VARCHAR",), "VARCHAR"),
    Udf("trino_url_decode", _decode, ("VARCHAR",), "VARCHAR"),
)
