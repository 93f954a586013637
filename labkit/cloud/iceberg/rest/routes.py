"""Which request is which call, and how it is answered or refused."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Callable
from typing import Any

from labkit.cloud.glue.words import invalid, not_found
from labkit.cloud.iceberg.rest import namespaces, tables
from labkit.cloud.iceberg.rest.call import Allowed, Call
from labkit.cloud.operations import Answer, AwsError
from labkit.cloud.protocol import Reply, raw_path, to_json

ROOT = "/iceberg"
_STATUS = {
    "AccessDeniedException": 403,
    "AlreadyExistsException": 409,
    "ConcurrentModificationException": 409,
    "EntityNotFoundException": 404,
    "UnsupportedOperationException": 406,
}


def answer(environ: dict[str, Any], body: bytes, account: str, allowed: Allowed) -> Reply:
    """The answer to a request whose signature is known, or its refusal in Iceberg's shape.

    Args:
        account: the caller's.
        allowed: the context of a call of a service, by its name and parameters; raises where the
            caller may not make it.
    """
    try:
        found = _routed(environ, body, account, allowed)
        status = 200 if found else 204
    except AwsError as error:
        status = _STATUS.get(error.code, error.status)
        said = {"message": error.message, "type": error.code, "code": status}
        found = {"error": said}
    silent = not found or environ["REQUEST_METHOD"] == "HEAD"
    return Reply(status, {"Content-Type": "application/json"}, b"" if silent else to_json(found))


def _routed(environ: dict[str, Any], body: bytes, account: str, allowed: Allowed) -> Answer:
    asked = f"{environ['REQUEST_METHOD']} {raw_path(environ).removeprefix(ROOT)}"
    for pattern, function in _PATTERNS.items():
        if found := pattern.fullmatch(asked):
            query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
            catalog, *names = map(urllib.parse.unquote, found.groups() or (":",))
            _check_catalog(catalog, account)
            endpoint = f"http://{environ['HTTP_HOST']}"
            return function(Call(account, allowed, endpoint, query, _read(body), tuple(names)))
    raise AwsError("UnsupportedOperationException", f"{asked} is not supported by this endpoint")


def _check_catalog(name: str, account: str) -> None:
    if name not in (":", account):
        raise not_found(f"Catalog {name} not found.")


def _read(body: bytes) -> Answer:
    try:
        said = json.loads(body or b"{}")
    except ValueError as error:
        raise invalid(f"Malformed request: {error}") from error
    if not isinstance(said, dict):
        raise invalid("Malformed request: an object is wanted")
    return said


def get_config(call: Call) -> Answer:
    """Where a catalog's calls go, and which there are: the account's own, where none is named."""
    _check_catalog(call.query.get("warehouse") or ":", call.account)
    call.glue("GetCatalog", CatalogId=call.account)
    prefix = f"catalogs/{call.account}"
    return {"defaults": {}, "overrides": {"prefix": prefix}, "endpoints": list(_ROUTES)[1:]}


_NAMESPACE = "/v1/{prefix}/namespaces/{namespace}"
_TABLE = f"{_NAMESPACE}/tables/{{table}}"
# The endpoint's calls as the specification names them, which it tells its clients.
_ROUTES: dict[str, Callable[[Call], Answer]] = {
    "GET /v1/config": get_config,
    "GET /v1/{prefix}/namespaces": namespaces.list_namespaces,
    "POST /v1/{prefix}/namespaces": namespaces.create_namespace,
    f"GET {_NAMESPACE}": namespaces.load_namespace,
    f"HEAD {_NAMESPACE}": namespaces.load_namespace,
    f"DELETE {_NAMESPACE}": namespaces.drop_namespace,
    f"POST {_NAMESPACE}/properties": namespaces.update_namespace,
    f"GET {_NAMESPACE}/tables": tables.list_tables,
    f"POST {_NAMESPACE}/tables": tables.create_table,
    f"GET {_TABLE}": tables.load_table,
    f"HEAD {_TABLE}": tables.table_exists,
    f"POST {_TABLE}": tables.update_table,
    f"DELETE {_TABLE}": tables.drop_table,
}


def _pattern(route: str) -> re.Pattern[str]:
    """What requests of a route look like; a prefix is ``catalogs/`` and the catalog's name."""
    named = route.replace("{prefix}", "catalogs/{catalog}")
    return re.compile(re.sub(r"{\w+}", "([^/]+)", named))


_PATTERNS = {_pattern(route): function for route, function in _ROUTES.items()}
