"""Users, groups and roles as PostgreSQL's catalog tells them.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_PG_USER_INFO.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift.system.oids import user_oids
from labkit.cloud.redshift.system.registry import system

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_USER = (
    "usename varchar(128), usesysid int, usecreatedb boolean, usesuper boolean, "
    "usecatupd boolean, passwd varchar(128), valuntil varchar(64), useconfig varchar(4000)"
)


@system("pg_user", _USER)
def pg_user(connection: Connection) -> Iterator[Any]:
    for one in connection.objects.of("user"):
        body = one.body
        yield (one.name, one.oid, bool(body.get("createdb")), bool(body.get("superuser")), False,
               "********", body.get("valid_until"), None)  # fmt: skip


@system("pg_user_info", _USER + ", useconnlimit varchar(32), syslogaccess varchar(32)")
def pg_user_info(connection: Connection) -> Iterator[Any]:
    for row in pg_user(connection):
        yield (*row, "UNLIMITED", "RESTRICTED")


@system("pg_group", "groname varchar(128), grosysid int, grolist varchar(4000)")
def pg_group(connection: Connection) -> Iterator[Any]:
    users = user_oids(connection)
    for one in connection.objects.of("group"):
        members = ",".join(str(users[name]) for name in one.body["users"] if name in users)
        yield one.name, one.oid, f"{{{members}}}"


@system("pg_roles", "oid oid, rolname varchar(128), rolsuper boolean, rolinherit boolean, "
        "rolcreaterole boolean, rolcreatedb boolean, rolcanlogin boolean, rolreplication boolean, "
        "rolconnlimit int, rolvaliduntil varchar(64), rolbypassrls boolean")  # fmt: skip
def pg_roles(connection: Connection) -> Iterator[Any]:
    """What later PostgreSQLs, and psql with them, know users, groups and roles as."""
    for one in connection.objects.of("user"):
        body = one.body
        superuser = bool(body.get("superuser"))
        yield (one.oid, one.name, superuser, True, superuser, bool(body.get("createdb")), True,
               False, body.get("limit") or -1, body.get("valid_until"), superuser)  # fmt: skip
    for space in ("group", "role"):
        for one in connection.objects.of(space):
            yield (one.oid, one.name, False, True, False, False, False, False, -1, None, False)


@system("pg_auth_members", "roleid oid, member oid, grantor oid, admin_option boolean")
def pg_auth_members(connection: Connection) -> Iterator[Any]:
    """Who is in which group or role."""
    users = user_oids(connection)
    roles = {f"role {one.name}": one.oid for one in connection.objects.of("role")}
    groups = {f"group {one.name}": one.oid for one in connection.objects.of("group")}
    known = users | roles | groups
    for group in connection.objects.of("group"):
        yield from ((group.oid, users[m], 1, False) for m in group.body["users"] if m in users)
    for role in connection.objects.of("role"):
        yield from ((role.oid, known[m], 1, False) for m in role.body["members"] if m in known)
