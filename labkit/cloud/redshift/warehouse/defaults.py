"""Default privileges: what a new object's maker has told to grant on it.

Those of a schema are added to those of the whole database. By default everybody may run a new
function. Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_DEFAULT_PRIVILEGES.html
"""

from __future__ import annotations

from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object

SPACE = "default privileges"
_AT_FIRST: dict[str, dict[str, list[str]]] = {"FUNCTIONS": {"": ["EXECUTE"]}}


def find(connection: Connection, user: str, schema: str) -> Object:
    """What a user has told for a schema, or for the whole database where it is empty."""
    where = {"database": connection.database, "schema": schema}
    known = connection.objects.find(SPACE, user, **where)
    return known or Object(SPACE, connection.database, schema, user, owner=connection.user)


def of_kind(one: Object, kind: str) -> dict[str, list[str]]:
    """Grantee → privileges on new objects of a kind: ``TABLES``, ``FUNCTIONS``, ``PROCEDURES``."""
    default = {} if one.schema else _AT_FIRST.get(kind, {})
    found: dict[str, list[str]] = one.body.get(kind, default)
    return found


def granted(connection: Connection, kind: str, schema: str) -> dict[str, list[str]]:
    """What is granted on a new object of the session's user."""
    found: dict[str, list[str]] = {}
    for place in ("", schema):
        for name, privileges in of_kind(find(connection, connection.user, place), kind).items():
            own = found.setdefault(name, [])
            own += [each for each in privileges if each not in own]
    return {name: privileges for name, privileges in found.items() if privileges}
