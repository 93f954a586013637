"""Who is a member of a role or group, and which role of another, also by roles between them.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_USER_IS_MEMBER_OF.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_ROLE_IS_MEMBER_OF.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.errors import DENIED, MARK, raising
from labkit.cloud.redshift.system.privileges import texts_sql
from labkit.cloud.redshift.warehouse import grants

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


def of_user(connection: Connection) -> Callable[[str, str], str]:
    """``user_is_member_of``: who may not see all asks for himself alone."""
    users = [one.name for one in connection.objects.of("user")]
    pairs = {
        (user, name.partition(" ")[2])
        for user in users
        for name in grants.grantees(connection, user)
        if name.startswith(("role ", "group "))
    }
    seen = users if grants.has(connection, "GRANT ROLE") else [connection.user]
    return _question("user", users, seen, pairs, [*_names(connection, "role", "group")])


def of_role(connection: Connection) -> Callable[[str, str], str]:
    """``role_is_member_of``: who may not see all asks for his own roles."""
    roles = [*_names(connection, "role")]
    pairs = {
        (role, name.partition(" ")[2])
        for role in roles
        for name in grants.grantees(connection, f"role {role}") - {f"role {role}"}
        if name.startswith("role ")
    }
    own = [name.partition(" ")[2] for name in grants.grantees(connection, connection.user)]
    seen = roles if grants.has(connection, "ACCESS SYSTEM TABLE") else own
    return _question("role", roles, seen, pairs, roles)


def _names(connection: Connection, *spaces: str) -> Iterable[str]:
    return (one.name for space in spaces for one in connection.objects.of(space))


def _question(
    noun: str, known: list[str], seen: list[str], pairs: set[tuple[str, str]], groups: list[str]
) -> Callable[[str, str], str]:
    def call(member: str, group: str) -> str:
        told = texts_sql(f"{one}\n{other}" for one, other in sorted(pairs))
        return (
            f"CASE WHEN {member} IS NULL OR {group} IS NULL THEN NULL "
            f"WHEN {member} NOT IN {texts_sql(known)} THEN {_missing(noun, member)} "
            f"WHEN {group} NOT IN {texts_sql(groups)} THEN {_missing('role', group)} "
            f"WHEN {member} NOT IN {texts_sql(seen)} THEN "
            f"{raising(f'permission denied to check the membership of this {noun}', DENIED)} "
            f"ELSE {member} || chr(10) || {group} IN {told} END"
        )

    return call


def _missing(noun: str, name: str) -> str:
    return f"error('{MARK}:42704:{noun} \"' || {name} || '\" does not exist')"
