"""The languages of functions and procedures, and who may write in them.

Everybody may use SQL and PL/pgSQL until it is revoked; ``exfunc``, of Lambda functions, and
``plpythonu`` are granted first.
Source: https://docs.aws.amazon.com/redshift/latest/dg/udf-security-and-privileges.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.objects import Object

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

#: Their numbers in PG_LANGUAGE, where they have one.
NAMES = {"sql": 14, "plpgsql": 101857, "plpythonu": 0, "exfunc": 0}
_OF_ALL = ("sql", "plpgsql")


def find(connection: Connection, name: str) -> Object:
    """A language of the session's database; its first grants are on record once they change.

    Raises:
        RedshiftError: there is none of that name.
    """
    if name not in NAMES:
        raise RedshiftError(f'language "{name}" does not exist', "42704")
    known = connection.objects.find("language", name, database=connection.database)
    given = {"": ["USAGE"]} if name in _OF_ALL else {}
    return known or Object(
        "language", connection.database, "", name, owner="rdsdb", body={"grants": given}
    )


def check(connection: Connection, name: str, privilege: str) -> None:
    """Refuse who may not make routines in a language, nor has the system privilege to.

    Raises:
        RedshiftError: permission denied.
    """
    if not grants.has(connection, privilege):
        grants.check(connection, find(connection, name), "USAGE")
