"""``GRANT ... FOR TABLES IN SCHEMA s``: permissions on all that there is of a kind and will be.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html and
https://docs.aws.amazon.com/redshift/latest/dg/t_scoped-permissions-considerations.html
"""

from __future__ import annotations

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import scopes
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.statements.schemas import find_schema

_OF_DATABASES = ("SCHEMAS", "LANGUAGES")


def read_scope(connection: Connection, words: Words) -> Object:
    """``kind IN { SCHEMA s [DATABASE d] | DATABASE d }``"""
    if words.accept("COPY", "JOBS"):
        raise RedshiftError("privileges of copy jobs are not supported here", "0A000")
    kind = words.accept_one(*scopes.SPACES)
    words.expect("IN")
    schema = ""
    if kind not in _OF_DATABASES and words.accept("SCHEMA"):
        name = words.name()
        _check_database((connection.database, *name)[-2], connection)
        schema = find_schema(connection, name[-1]).name
    if not schema or words.peek("DATABASE"):
        words.expect("DATABASE")
        _check_database(words.identifier(), connection)
    return scopes.find(connection, kind, schema)


def _check_database(name: str, connection: Connection) -> None:
    if not connection.objects.find("database", name):
        raise RedshiftError(f'database "{name}" does not exist', "3D000")
    if name != connection.database:
        raise RedshiftError("scoped permissions are of the connected database alone", "0A000")


def check_grantees(names: list[str]) -> None:
    """Users and roles alone have scoped permissions."""
    for name in names:
        if name == "" or name.startswith(("group ", "policy ")):
            raise RedshiftError("scoped permissions are granted to users and roles", "0LP01")
