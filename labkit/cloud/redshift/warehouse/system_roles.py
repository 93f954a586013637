"""System privileges, which roles are granted, and the roles that each warehouse has from the start.

A superuser has them all. ``IGNORE RLS`` and ``EXPLAIN RLS`` may be granted to users too. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/r_roles-system-privileges.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_roles-default.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.redshift.warehouse.objects import Object, Objects

OF_USERS = ("EXPLAIN RLS", "IGNORE RLS", "EXPLAIN MASKING")
_MONITOR = ("ACCESS CATALOG", "ACCESS SYSTEM TABLE")
_OPERATOR = (*_MONITOR, "ANALYZE", "VACUUM", "CANCEL")
_DBA = (
    *_OPERATOR, "CREATE SCHEMA", "DROP SCHEMA", "CREATE TABLE", "DROP TABLE", "ALTER TABLE",
    "TRUNCATE TABLE", "CREATE OR REPLACE PROCEDURE", "DROP PROCEDURE",
    "CREATE OR REPLACE FUNCTION", "CREATE OR REPLACE EXTERNAL FUNCTION", "DROP FUNCTION",
    "CREATE OR REPLACE VIEW", "DROP VIEW",
)  # fmt: skip
_PEOPLE = ("CREATE USER", "ALTER USER", "DROP USER", "CREATE ROLE", "DROP ROLE")
PRIVILEGES = (
    *_DBA, *_PEOPLE, "ALTER DEFAULT PRIVILEGES", "CREATE MODEL", "DROP MODEL", "CREATE DATASHARE",
    "ALTER DATASHARE", "DROP DATASHARE", "CREATE LIBRARY", "DROP LIBRARY", *OF_USERS,
)  # fmt: skip
#: What no GRANT gives: to grant roles, and to manage the policies of rows and masks.
SECURITY = ("GRANT ROLE", "MANAGE POLICIES")
ROLES = {
    "sys:monitor": _MONITOR,
    "sys:operator": _OPERATOR,
    "sys:dba": tuple(each for each in _DBA if each != "ALTER TABLE"),
    "sys:superuser": PRIVILEGES,
    "sys:secadmin": (*_PEOPLE, *SECURITY, *OF_USERS),
}
_FIRST_OID = 50


def add_missing(objects: Objects, owner: str) -> None:
    """Put the system's roles into a warehouse that has them not yet."""
    known = {one.name for one in objects.of("role")}
    for at, name in enumerate(ROLES):
        if name not in known:
            body: dict[str, Any] = {"members": []}
            objects.add(Object("role", "", "", name, _FIRST_OID + at, owner, body))


def held(one: Object) -> tuple[str, ...]:
    """The system privileges of a role or user by itself."""
    first = ROLES.get(one.name, ()) if one.space == "role" else ()
    return (*first, *one.body.get("system", ()))
