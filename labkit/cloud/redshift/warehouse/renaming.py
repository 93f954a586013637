"""A user, group or role by another name: what it owns, was granted and belongs to goes with it.

The catalog knows each by its name alone, which every object that tells of it then takes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.warehouse import defaults, policies, scopes
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object

_SPACES = (
    "database", "schema", "relation", "routine", "group", "role", "datashare", defaults.SPACE,
    policies.ROWS, policies.MASKS, "language", scopes.SPACE,
)  # fmt: skip
#: Members of a body: by grantee, lists of names, and lists of what names a grantee.
_KEYED = ("grants", "column_grants", "grant_options", "TABLES", "FUNCTIONS", "PROCEDURES")
_LISTED = ("users", "members", "admins")
_NAMING = ("grantee", "grantor")


def rename(connection: Connection, one: Object, name: str) -> Object:
    """The object by its new name, which all others know from now on.

    Raises:
        RedshiftError: there is another of that name.
    """
    if name == one.name:
        return one
    if connection.objects.find(one.space, name):
        raise RedshiftError(f'{one.space} "{name}" already exists', "42710")
    prefix = "" if one.space == "user" else f"{one.space} "
    names = {f"{prefix}{one.name}": f"{prefix}{name}"}
    for space in _SPACES:
        for each in connection.objects.of(space):
            told = _told(each, names)
            if told != each:
                connection.objects.replace(told)
    renamed = replace(_found_again(connection, one), name=name)
    connection.objects.replace(renamed)
    return renamed


def _found_again(connection: Connection, one: Object) -> Object:
    """A role may have told of itself."""
    return connection.objects.find(one.space, one.name) or one


def _told(one: Object, names: dict[str, str]) -> Object:
    changed = replace(one, owner=names.get(one.owner, one.owner), body=_body(one.body, names))
    if one.space == defaults.SPACE:
        return replace(changed, name=names.get(one.name, one.name))
    return changed


def _body(body: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {member: _member(member, value, names) for member, value in body.items()}


def _member(member: str, value: Any, names: dict[str, str]) -> Any:
    if member in _KEYED and isinstance(value, dict):
        return {names.get(name, name): given for name, given in value.items()}
    if member == "grantors":
        return {
            names.get(name, name): {p: names.get(by, by) for p, by in given.items()}
            for name, given in value.items()
        }
    if member in _LISTED and isinstance(value, list):
        return [names.get(name, name) for name in value]
    if member == "masks":
        return [_body(each, names) for each in value]
    if member == "rls":
        return value | {"attached": [_body(each, names) for each in value.get("attached", ())]}
    return names.get(value, value) if member in _NAMING else value
