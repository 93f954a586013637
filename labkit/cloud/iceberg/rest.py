"""Glue's Iceberg REST endpoint, ``/iceberg/v1``: a REST catalog for pyiceberg, Spark, DuckDB.

Each call is judged as the one of Glue's API that AWS names beside it, and most are that one. A
table's ``config`` says where the local S3 is, since a table's files are not where AWS's are.

Sources: https://docs.aws.amazon.com/glue/latest/dg/iceberg-rest-apis.html and
https://github.com/apache/iceberg/blob/main/open-api/rest-catalog-open-api.yaml
"""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, ValidationError
from pyiceberg.table import CommitTableRequest, Table
from pyiceberg.table.update import UpgradeFormatVersionUpdate

from labkit.cloud import endings
from labkit.cloud.engine import QueryFailed
from labkit.cloud.glue.words import invalid, not_found
from labkit.cloud.iceberg.catalog import ICEBERG, MOST_VERSION, LakeCatalog
from labkit.cloud.lake.catalog import parameters_of
from labkit.cloud.lake.metastore import Definition, Metastore
from labkit.cloud.operations import Answer, AwsError, Context, handler_of
from labkit.cloud.protocol import Reply, raw_path, to_json
from labkit.cloud.s3.store import Store

ROOT = "/iceberg"
Allowed = Callable[[str, str, dict[str, Any]], Context]
_STATUS = {
    "AccessDeniedException": 403,
    "AlreadyExistsException": 409,
    "ConcurrentModificationException": 409,
    "EntityNotFoundException": 404,
    "UnsupportedOperationException": 406,
}


@dataclass(frozen=True)
class Call:
    """One request.

    Args:
        account: whose catalog it is.
        allowed: the context of a call of Glue's; it raises where the caller may not make it.
        endpoint: where the local AWS was asked.
        query: the parameters of the address.
        said: the body.
        names: what the address names: a namespace, a table.
    """

    account: str
    allowed: Allowed
    endpoint: str
    query: dict[str, str]
    said: Answer
    names: tuple[str, ...]

    @property
    def database(self) -> str:
        return self.names[0]

    @property
    def table(self) -> dict[str, Any]:
        """Members that name the table."""
        return {"DatabaseName": self.database, "Name": self.names[1]}

    def glue(self, name: str, **asked: Any) -> Answer:
        """The answer of Glue's API."""
        context, handler = self.allowed("glue", name, asked), handler_of("glue", name)
        assert handler is not None
        answer = handler(context, **asked) or {}
        if endings.concerns("glue", name):
            endings.end(context, asked)
        return answer

    def page(self) -> dict[str, Any]:
        """Members that ask for one page."""
        size, token = self.query.get("pageSize", ""), self.query.get("pageToken")
        return ({"MaxResults": int(size)} if size.isdecimal() else {}) | (
            {"NextToken": token} if token else {}
        )


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


# Catalog and namespaces ---------------------------------------------------------------------------


def get_config(call: Call) -> Answer:
    """Where a catalog's calls go, and which there are: the account's own, where none is named."""
    _check_catalog(call.query.get("warehouse") or ":", call.account)
    call.glue("GetCatalog", CatalogId=call.account)
    prefix = f"catalogs/{call.account}"
    return {"defaults": {}, "overrides": {"prefix": prefix}, "endpoints": list(_ROUTES)[1:]}


def list_namespaces(call: Call) -> Answer:
    """A page of databases, which have none beneath them."""
    if parent := call.query.get("parent"):
        call.glue("GetDatabase", Name=parent)  # is it there?
        return {"namespaces": []}
    found = call.glue("GetDatabases", **call.page())
    names = [[each["Name"]] for each in found["DatabaseList"]]
    return {"namespaces": names, "next-page-token": found.get("NextToken")}


def create_namespace(call: Call) -> Answer:
    """A database; ``location`` and ``comment`` are members of its own."""
    levels = call.said.get("namespace")
    if not isinstance(levels, list) or len(levels) != 1:
        raise invalid("Only single-level namespaces are supported")
    properties = call.said.get("properties") or {}
    call.glue("CreateDatabase", DatabaseInput=_database_input(levels[0], properties))
    return {"namespace": levels, "properties": properties}


def load_namespace(call: Call) -> Answer:
    found = call.glue("GetDatabase", Name=call.database)["Database"]
    return {"namespace": [found["Name"]], "properties": _properties(found)}


def update_namespace(call: Call) -> Answer:
    """Set and remove properties; says which were there to be removed."""
    found = call.glue("GetDatabase", Name=call.database)["Database"]
    before, updates = _properties(found), call.said.get("updates") or {}
    removals = list(call.said.get("removals") or [])
    if both := sorted(set(updates) & set(removals)):
        raise invalid(f"Properties to be updated and removed: {both}")
    after = {key: value for key, value in before.items() if key not in removals} | updates
    call.glue(
        "UpdateDatabase", Name=found["Name"], DatabaseInput=_database_input(found["Name"], after)
    )
    return {
        "updated": list(updates),
        "removed": [key for key in removals if key in before],
        "missing": [key for key in removals if key not in before],
    }


def drop_namespace(call: Call) -> Answer:
    """Delete a database that is empty: Glue's own call deletes its tables, too."""
    if call.glue("GetTables", DatabaseName=call.database, MaxResults=1)["TableList"]:
        message = f"Cannot drop namespace {call.database} because it still contains tables"
        raise AwsError("InvalidInputException", message, 409)
    call.glue("DeleteDatabase", Name=call.database)
    return {}


_OWN = {"location": "LocationUri", "comment": "Description"}


def _database_input(name: str, properties: dict[str, str]) -> Definition:
    own = {_OWN[key]: value for key, value in properties.items() if key in _OWN}
    rest = {key: value for key, value in properties.items() if key not in _OWN}
    return {"Name": name, **own, "Parameters": rest}


def _properties(database: Definition) -> dict[str, str]:
    own = {key: database[member] for key, member in _OWN.items() if database.get(member)}
    return (database.get("Parameters") or {}) | own


# Tables -------------------------------------------------------------------------------------------


def list_tables(call: Call) -> Answer:
    """The Iceberg tables of a page of Glue's; the next page may have some where this has none."""
    found = call.glue("GetTables", DatabaseName=call.database, **call.page())
    names = [each["Name"] for each in found["TableList"] if _is_iceberg(each)]
    return {
        "identifiers": [{"namespace": [call.database], "name": name} for name in names],
        "next-page-token": found.get("NextToken"),
    }


def create_table(call: Call) -> Answer:
    """A table without rows, at the location that is told: Glue has none to give."""
    said = call.said
    if said.get("stage-create"):
        raise invalid("Staged creation of tables is not supported")
    if not said.get("location"):
        raise invalid("Location information cannot be null while creating an iceberg table")
    if not said.get("name") or not said.get("schema"):
        raise invalid("Malformed request: a table has a name and a schema")
    properties = dict(said.get("properties") or {})
    told = {"Version": str(properties.pop("format-version", MOST_VERSION))}
    table = {
        "Location": said["location"],
        "Schema": said["schema"],
        "PartitionSpec": said.get("partition-spec"),
        "WriteOrder": said.get("write-order"),
        "Properties": properties,
    }
    made = {
        "IcebergInput": told | {"MetadataOperation": "CREATE", "CreateIcebergTableInput": table}
    }
    call = replace(call, names=(call.database, said["name"]))
    call.glue("CreateTable", **call.table, OpenTableFormatInput=made)
    return _shown(call, _found(call, "CreateTable"))


def load_table(call: Call) -> Answer:
    return _shown(call, _found(call, "GetTable"))


def table_exists(call: Call) -> Answer:
    _found(call, "GetTable")
    return {}


def update_table(call: Call) -> Answer:
    """Commit changes to a table, all or none, where what they build upon is still so."""
    table = _found(call, "UpdateTable")
    try:
        identifier = {"namespace": [call.database], "name": call.names[1]}
        said = CommitTableRequest.model_validate(call.said | {"identifier": identifier})
    except ValueError as error:
        raise invalid(f"Malformed request: {error}") from error
    versions = (each for each in said.updates if isinstance(each, UpgradeFormatVersionUpdate))
    if any(each.format_version > MOST_VERSION for each in versions):
        raise invalid(f"Iceberg table versions above {MOST_VERSION} are not supported")
    try:
        done = table.catalog.commit_table(table, said.requirements, said.updates)
    except CommitFailedException as error:
        raise AwsError("ConcurrentModificationException", str(error)) from error
    except NoSuchTableError as error:
        raise not_found("Entity Not Found") from error
    except (ValidationError, ValueError) as error:
        raise invalid(f"Cannot commit: {error}") from error
    return {
        "metadata-location": done.metadata_location,
        "metadata": json.loads(done.metadata.model_dump_json()),
    }


def drop_table(call: Call) -> Answer:
    """Forget a table; its files stay, and nobody can have them deleted by this call."""
    if call.query.get("purgeRequested", "").lower() == "true":
        raise invalid("Purging is not supported for tables in Amazon S3")
    _found(call, "GetTable")
    call.glue("DeleteTable", **call.table)
    return {}


def _found(call: Call, operation: str) -> Table:
    """The table that a call names, as its caller may use it who may make this call of Glue's."""
    context = call.allowed("glue", operation, call.table)
    store = Store(context.cloud, context.principal)
    lake = LakeCatalog(Metastore(context.cloud, context.region), store)
    definition = lake.metastore.definition(*call.names)
    if definition is None:
        raise not_found("Entity Not Found")
    if not _is_iceberg(definition):
        raise invalid(f"Input Glue table is not an iceberg table: {'.'.join(call.names)}")
    try:
        return lake.load(definition)
    except QueryFailed as error:
        raise invalid(error.message) from error


def _is_iceberg(definition: Definition) -> bool:
    return parameters_of(definition).get("table_type", "").upper() == ICEBERG


def _shown(call: Call, table: Table) -> Answer:
    return {
        "metadata-location": table.metadata_location,
        "metadata": json.loads(table.metadata.model_dump_json()),
        "config": {"s3.endpoint": call.endpoint, "s3.path-style-access": "true"},
    }


_NAMESPACE = "/v1/{prefix}/namespaces/{namespace}"
_TABLE = f"{_NAMESPACE}/tables/{{table}}"
# The endpoint's calls as the specification names them, which it tells its clients.
_ROUTES: dict[str, Callable[[Call], Answer]] = {
    "GET /v1/config": get_config,
    "GET /v1/{prefix}/namespaces": list_namespaces,
    "POST /v1/{prefix}/namespaces": create_namespace,
    f"GET {_NAMESPACE}": load_namespace,
    f"HEAD {_NAMESPACE}": load_namespace,
    f"DELETE {_NAMESPACE}": drop_namespace,
    f"POST {_NAMESPACE}/properties": update_namespace,
    f"GET {_NAMESPACE}/tables": list_tables,
    f"POST {_NAMESPACE}/tables": create_table,
    f"GET {_TABLE}": load_table,
    f"HEAD {_TABLE}": table_exists,
    f"POST {_TABLE}": update_table,
    f"DELETE {_TABLE}": drop_table,
}


def _pattern(route: str) -> re.Pattern[str]:
    """What requests of a route look like; a prefix is ``catalogs/`` and the catalog's name."""
    named = route.replace("{prefix}", "catalogs/{catalog}")
    return re.compile(re.sub(r"{\w+}", "([^/]+)", named))


_PATTERNS = {_pattern(route): function for route, function in _ROUTES.items()}
