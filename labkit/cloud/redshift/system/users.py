"""Users, groups and roles as PostgreSQL's catalog and Redshift's views tell them.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_PG_USER_INFO.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift.system.oids import user_oids
from labkit.cloud.redshift.system.registry import system
from labkit.cloud.redshift.warehouse import grants

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_V = "varchar(128)"
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


@system("svv_user_grants", f"user_id int, user_name {_V}, role_id int, role_name {_V}, "
        "admin_option boolean")  # fmt: skip
def svv_user_grants(connection: Connection) -> Iterator[Any]:
    users = {one.name: one.oid for one in connection.objects.of("user")}
    for role in connection.objects.of("role"):
        for name in role.body["members"]:
            if name in users:
                yield users[name], name, role.oid, role.name, False


@system("svv_roles", f"role_id int, role_name {_V}, role_owner {_V}, external_id {_V}")
def svv_roles(connection: Connection) -> Iterator[Any]:
    for role in connection.objects.of("role"):
        yield role.oid, role.name, role.owner, role.body.get("external_id")


@system("svv_user_info", f"user_name {_V}, user_id int, createdb boolean, superuser boolean, "
        "catalog_update boolean, connection_limit varchar(32), syslog_access varchar(32), "
        f"last_ddl_timestamp timestamp, session_timeout int, external_user_id {_V}")  # fmt: skip
def svv_user_info(connection: Connection) -> Iterator[Any]:
    """Oneself, or all for a superuser.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_USER_INFO.html
    """
    whole = grants.is_superuser(connection, connection.user)
    for one in connection.objects.of("user"):
        if not whole and one.name != connection.user:
            continue
        body = one.body
        yield (
            one.name, one.oid, bool(body.get("createdb")), bool(body.get("superuser")), False,
            str(body.get("limit") or "UNLIMITED"), body.get("syslog", "RESTRICTED"), None,
            body.get("session_timeout", 0), body.get("external_id"),
        )  # fmt: skip


@system("svl_user_info", f"usename {_V}, usesysid int, usecreatedb boolean, usesuper boolean, "
        "usecatupd boolean, useconnlimit varchar(32), syslogaccess varchar(32), "
        f"last_ddl_ts timestamp, sessiontimeout int, external_id {_V}")  # fmt: skip
def svl_user_info(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVL_USER_INFO.html"""
    if grants.is_superuser(connection, connection.user):
        yield from svv_user_info(connection)
