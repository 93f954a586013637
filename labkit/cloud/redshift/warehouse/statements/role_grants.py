"""What ``GRANT`` and ``REVOKE`` do to roles, and system privileges of roles and users.

Source: https://docs.aws.amazon.com/redshift/latest/dg/t_Roles.html
"""

from __future__ import annotations

from labkit.cloud.engine.redshift.errors import DENIED, SYNTAX, RedshiftError
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.statements.grantees import find, grantees, role_name
from labkit.cloud.redshift.warehouse.system_roles import OF_USERS, PRIVILEGES


def change_system(connection: Connection, words: Words, giving: bool) -> None:
    """``CREATE USER, DROP USER TO ROLE r``

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_roles-system-privileges.html
    """
    wanted = _system_privileges(words)
    words.expect("TO" if giving else "FROM")
    names = grantees(connection, words)
    if set(wanted) <= set(OF_USERS):
        grants.check_system(connection, "MANAGE POLICIES", "grant system privileges")
    else:
        grants.check_superuser(connection, "grant system privileges")
    for one in [_of_system(connection, name, wanted) for name in names]:
        kept = [each for each in one.body.get("system", ()) if each not in wanted]
        connection.objects.replace(one.changed(system=kept + (wanted if giving else [])))


def _system_privileges(words: Words) -> list[str]:
    if words.accept("ALL"):
        words.accept("PRIVILEGES")
        return list(PRIVILEGES)
    found: list[list[str]] = [[]]
    while words.word.upper not in ("TO", "FROM"):
        word = words.take().upper
        if word == ",":
            found.append([])
        else:
            found[-1].append(word)
    names = [" ".join(each) for each in found]
    for name in names:
        if name not in PRIVILEGES:
            raise RedshiftError(f'unrecognized privilege type "{name.lower()}"', SYNTAX)
    return names


def _of_system(connection: Connection, name: str, privileges: list[str]) -> Object:
    kind, _, last = name.rpartition(" ")
    if kind == "role" and not last.startswith("sys:"):
        return find(connection, "role", last)
    if not kind and last and set(privileges) <= set(OF_USERS):
        return find(connection, "user", last)
    raise RedshiftError("system privileges are granted to roles that users have made", "0LP01")


def change_roles(connection: Connection, words: Words, giving: bool, option: bool) -> None:
    """``GRANT ROLE r TO user | ROLE r [WITH ADMIN OPTION]``"""
    roles = [find(connection, "role", role_name(words))]
    while words.accept(","):
        words.accept("ROLE")
        roles.append(find(connection, "role", role_name(words)))
    words.expect("TO" if giving else "FROM")
    names = grantees(connection, words)
    administering = words.accept("WITH", "ADMIN", "OPTION") or option
    for role in roles:
        _check_role_grantor(connection, role)
        _refuse_circle(connection, role, names if giving else [])
        changed = role if option else _listed(role, "members", names, giving)
        if administering or not giving:
            changed = _listed(changed, "admins", names, giving)
        connection.objects.replace(changed)


def _listed(role: Object, member: str, names: list[str], giving: bool) -> Object:
    kept = [each for each in role.body.get(member, ()) if each not in names]
    return role.changed(**{member: kept + (names if giving else [])})


def _check_role_grantor(connection: Connection, role: Object) -> None:
    """Who has it WITH ADMIN OPTION, too; the system's own roles are a superuser's to give."""
    mine = role.owner == connection.user or connection.user in role.body.get("admins", ())
    if role.name.startswith("sys:"):
        grants.check_superuser(connection, "grant roles")
    elif not mine:
        grants.check_system(connection, "GRANT ROLE", "grant roles")


def _refuse_circle(connection: Connection, role: Object, names: list[str]) -> None:
    for name in names:
        if name == "" or name.startswith(("group ", "policy ")):
            raise RedshiftError("roles are granted to users and roles", SYNTAX)
        if name in (f"role {role.name}", *_above(connection, f"role {role.name}")):
            raise RedshiftError("circular role grant is not allowed", DENIED)


def _above(connection: Connection, name: str) -> set[str]:
    """The roles that a role has."""
    found: set[str] = set()
    roles = connection.objects.of("role")
    while True:
        added = {f"role {r.name}" for r in roles if {name, *found} & set(r.body["members"])}
        if added <= found:
            return found
        found |= added
