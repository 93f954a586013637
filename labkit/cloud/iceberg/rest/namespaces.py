"""Namespaces: databases of Glue's."""

from __future__ import annotations

from labkit.cloud.glue.words import invalid
from labkit.cloud.iceberg.rest.call import Call
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.operations import Answer, AwsError


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
