"""A function's name, as the forms that Lambda takes for it say it.

moto knows names and whole ARNs, the latter not everywhere; ``account:function:name`` it takes for a
name. So a function of this account and region is named plainly before anybody looks it up.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
"""

from __future__ import annotations

import json
import re
import urllib.parse
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID

from labkit.cloud.operations import rewrites

_PATH = re.compile(r"(/\d{4}-\d\d-\d\d/functions/)([^/?]+)")
_QUERY = re.compile(r"((?:^|[?&])FunctionName=)([^&]+)")
_FORM = re.compile(
    r"(?:arn:[\w-]+:lambda:(?P<region>[\w-]+):)?(?:(?P<account>\d{12}):)?(?:function:)?(?P<name>.+)"
)


def plain(name: str, account: str, region: str) -> str:
    """Name and qualifier of a function here; what is elsewhere stays as it is.

    >>> plain("123456789012:function:load:1", "123456789012", "eu-west-1")
    'load:1'
    """
    found = _FORM.fullmatch(name)
    if found is None or found["account"] not in (None, account):
        return name
    return found["name"] if found["region"] in (None, region) else name


def account_in(name: str) -> str:
    """The account that a function's name or ARN says, if any.

    >>> account_in("123456789012:function:load"), account_in("load:1")
    ('123456789012', '')
    """
    found = _FORM.fullmatch(name)
    return (found and found["account"]) or ""


def with_plain_name(environ: dict[str, Any], account: str, region: str) -> dict[str, Any]:
    """A request whose path and query name their function plainly."""

    def renamed(found: re.Match[str]) -> str:
        name = plain(urllib.parse.unquote(found[2]), account, region)
        return found[1] + urllib.parse.quote(name, safe=":$")

    told = {
        where: _QUERY.sub(renamed, _PATH.sub(renamed, environ[where]))
        for where in ("PATH_INFO", "RAW_URI", "REQUEST_URI", "QUERY_STRING")
        if environ.get(where)
    }
    return environ | told


@rewrites("lambda")
def name_plainly(operation: str, body: bytes) -> bytes:
    """A body whose function is named without its account, where it is no ARN; a new one plainly."""
    if operation not in ("CreateEventSourceMapping", "UpdateEventSourceMapping", "CreateFunction"):
        return body
    asked = json.loads(body)
    if name := asked.get("FunctionName"):
        region = name.split(":")[3] if name.startswith("arn:") else ""  # it is judged before
        region = region if operation == "CreateFunction" else ""
        asked["FunctionName"] = plain(name, DEFAULT_ACCOUNT_ID, region)
    return json.dumps(asked).encode()
