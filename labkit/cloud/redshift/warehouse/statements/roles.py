"""Roles.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_ROLE.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labkit.cloud.engine.redshift.errors import DENIED, RedshiftError
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.renaming import rename
from labkit.cloud.redshift.warehouse.statements.grantee_changes import add, forget
from labkit.cloud.redshift.warehouse.statements.grantees import find, role_name


@statement("CREATE ROLE")
def create_role(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE", "ROLE")
    name = role_name(words)
    body: dict[str, Any] = {"members": []}
    if words.accept("EXTERNALID"):
        string = words.word.kind == "string"
        body["external_id"] = words.string() if string else words.identifier()
    words.end()
    grants.check_system(connection, "CREATE ROLE", "create role")
    if name == "public" or name.startswith(("sys:", "ds:")):
        raise RedshiftError(f'role name "{name}" is reserved', "42939")
    add(connection, "role", name, body)
    return Result("CREATE ROLE")


@statement("DROP ROLE")
def drop_role(connection: Connection, parsed: Parsed) -> Result:
    """FORCE drops a role that is granted, too.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_ROLE.html
    """
    words = parsed.words
    words.expect("DROP", "ROLE")
    missing_too = words.accept("IF", "EXISTS")
    name = role_name(words)
    forced = words.accept_one("FORCE", "RESTRICT") == "FORCE"
    words.end()
    if missing_too and not connection.objects.find("role", name):
        return Result("DROP ROLE")
    role = find(connection, "role", name)
    if name.startswith("sys:"):
        raise RedshiftError(f'cannot drop system role "{name}"', DENIED)
    if role.owner != connection.user and connection.user not in role.body.get("admins", ()):
        grants.check_system(connection, "DROP ROLE", "drop role")
    if role.body["members"] and not forced:
        raise RedshiftError(
            f'role "{name}" cannot be dropped because it is granted to users or roles', "2BP01"
        )
    forget(connection, f"role {name}")
    connection.objects.remove(role)
    return Result("DROP ROLE")


@statement("ALTER ROLE")
def alter_role(connection: Connection, parsed: Parsed) -> Result:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_ROLE.html"""
    words = parsed.words
    words.expect("ALTER", "ROLE")
    role = find(connection, "role", role_name(words))
    words.accept("WITH")
    if role.name.startswith("sys:"):
        raise RedshiftError(f'cannot alter system role "{role.name}"', DENIED)
    grants.check_owner(connection, role)
    if words.accept("OWNER", "TO"):
        role = replace(role, owner=find(connection, "user", words.identifier()).name)
    elif words.accept("EXTERNALID", "TO") or words.accept("EXTERNALID"):
        external = words.string() if words.word.kind == "string" else words.identifier()
        role = role.changed(external_id=external)
    else:
        words.expect("RENAME", "TO")
        role = rename(connection, role, role_name(words))
    words.end()
    connection.objects.replace(role)
    return Result("ALTER ROLE")
