"""Scoped permissions: on all objects of a kind in a schema or database, and on those to come.

They stand beside what is granted on each object, and neither takes the other away.
Source: https://docs.aws.amazon.com/redshift/latest/dg/t_scoped-permissions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cloud.redshift.warehouse.objects import Object

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

SPACE = "scope"
#: Whose permissions: what is of a scope's kind.
SPACES = {
    "SCHEMAS": "schema", "TABLES": "relation", "FUNCTIONS": "routine", "PROCEDURES": "routine",
    "LANGUAGES": "language",
}  # fmt: skip
_KINDS = {space: kind for kind, space in SPACES.items()}


def find(connection: Connection, kind: str, schema: str) -> Object:
    """A schema's scope of a kind, or the database's where it is empty; maybe not on record yet."""
    where = {"database": connection.database, "schema": schema}
    known = connection.objects.find(SPACE, kind, **where)
    return known or Object(SPACE, connection.database, schema, kind)


def around(connection: Connection, one: Object) -> list[Object]:
    """The scopes with permissions that an object is in."""
    kind = "FUNCTIONS" if one.kind == "function" else _KINDS.get(one.space, "")
    found = [
        connection.objects.find(SPACE, kind, database=one.database, schema=schema)
        for schema in dict.fromkeys((one.schema, ""))
        if kind
    ]
    return [each for each in found if each]
