"""Who may do what: owners, superusers, and what was granted to users, groups, roles and PUBLIC.

Privileges stand in the body of the object that they are about: grantee → names. A grantee is a
user's name, ``group x``, ``role x``, ``policy x``, or empty for PUBLIC. Some are of columns alone.
Source: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.errors import DENIED, RedshiftError
from labkit.cloud.redshift.warehouse import scopes
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.system_roles import held

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


def check(connection: Connection, one: Object, privilege: str, user: str = "") -> None:
    """Refuse who has not this privilege on an object.

    Raises:
        RedshiftError: permission denied.
    """
    if not one.temporary and not allowed(connection, one, privilege, user or connection.user):
        raise RedshiftError(denial(one), DENIED)


def denial(one: Object) -> str:
    """What is told of an object to who may not use it."""
    noun = {"relation": "relation", "routine": "function"}.get(one.space, one.space)
    return f"permission denied for {noun} {one.body.get('name', one.name)}"


def check_owner(connection: Connection, one: Object, privilege: str = "") -> None:
    """Refuse who is neither the owner nor a superuser, nor has a privilege for it.

    Args:
        privilege: of the system, ``DROP TABLE``; its verb is the object's.
    """
    user = connection.user
    if one.temporary or one.owner == user or is_superuser(connection, user):
        return
    if privilege and (
        has(connection, privilege) or allowed(connection, one, privilege.split()[0], user)
    ):
        return
    noun = {"relation": "relation", "routine": "function"}.get(one.space, one.space)
    raise RedshiftError(f"must be owner of {noun} {one.body.get('name', one.name)}", DENIED)


def check_schema(connection: Connection, database: str, schema: str, privilege: str) -> None:
    """Refuse who has not this privilege on a schema."""
    found = connection.objects.find("schema", schema, database=database)
    if found:
        check(connection, found, privilege)


def check_superuser(connection: Connection, what: str) -> None:
    """Refuse who is no superuser."""
    if not is_superuser(connection, connection.user):
        raise RedshiftError(f"permission denied to {what}", DENIED)


def check_system(connection: Connection, privilege: str, what: str) -> None:
    """Refuse who has not a system privilege, by a role or as a superuser."""
    if not has(connection, privilege):
        raise RedshiftError(f"permission denied to {what}", DENIED)


def has(connection: Connection, privilege: str) -> bool:
    """Whether the session's user has a system privilege."""
    user = connection.user
    if is_superuser(connection, user):
        return True
    names = grantees(connection, user)
    own = connection.objects.find("user", user)
    roles = [one for one in connection.objects.of("role") if f"role {one.name}" in names]
    return any(privilege in held(one) for one in ([own] if own else []) + roles)


def allowed(connection: Connection, one: Object, privilege: str, user: str) -> bool:
    """Whether a user has a privilege, by himself or by a group or role."""
    if one.owner == user or is_superuser(connection, user):
        return True
    names = grantees(connection, user)
    given = [granted(each) for each in (one, *scopes.around(connection, one))]
    return any(privilege in each.get(name, ()) for each in given for name in names)


def holders(connection: Connection, one: Object) -> set[str]:
    """By which names there are privileges on an object."""
    return {name for each in (one, *scopes.around(connection, one)) for name in granted(each)}


def columns(
    connection: Connection, one: Object, privilege: str, user: str = ""
) -> frozenset[str] | None:
    """The columns on which alone a user has a privilege; None where he has it on all.

    Raises:
        RedshiftError: he has it on none.
    """
    user = user or connection.user
    if one.temporary or allowed(connection, one, privilege, user):
        return None
    given: dict[str, dict[str, list[str]]] = one.body.get("column_grants", {})
    names = grantees(connection, user)
    found = frozenset(c for n in names for c in given.get(n, {}).get(privilege, ()))
    if not found:
        raise RedshiftError(denial(one), DENIED)
    return found


def granted(one: Object) -> dict[str, list[str]]:
    """The privileges of an object by grantee. All may make temporary tables in a new database.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html (TEMP)
    """
    default = {"": ["TEMPORARY"]} if one.space == "database" else {}
    found: dict[str, list[str]] = one.body.get("grants", default)
    return found


def grantees(connection: Connection, user: str) -> set[str]:
    """By which names a user gets privileges: his own, PUBLIC, his groups, and his roles'."""
    found = {"", user}
    if user == connection.login:
        found |= {f"group {name}" for name in connection.groups}
    for group in connection.objects.of("group"):
        if user in group.body.get("users", ()):
            found.add(f"group {group.name}")
    roles = connection.objects.of("role")
    growing = True
    while growing:
        added = {f"role {role.name}" for role in roles if found & set(role.body.get("members", ()))}
        growing = not added <= found
        found |= added
    return found


def is_superuser(connection: Connection, user: str) -> bool:
    found = connection.objects.find("user", user)
    return bool(found and found.body.get("superuser"))


def user_id(connection: Connection, user: str) -> int:
    found = connection.objects.find("user", user)
    return found.oid if found else 0
