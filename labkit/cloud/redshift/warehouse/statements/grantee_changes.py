"""What making and dropping have in common for users, groups and roles."""

from __future__ import annotations

from typing import Any

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import defaults, scopes
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.statements.grantees import find

#: On what there are privileges.
_HELD = ("relation", "schema", "database", "routine", "language", scopes.SPACE)


def add(connection: Connection, space: str, name: str, body: dict[str, Any]) -> None:
    """Put a new user, group or role on record.

    Raises:
        RedshiftError: the name is taken, or reserved.
    """
    if name.startswith(("group ", "role ", "policy ")):
        raise RedshiftError(f'{space} name "{name}" is reserved', "42939")
    if connection.objects.find(space, name):
        raise RedshiftError(f'{space} "{name}" already exists', "42710")
    connection.objects.add(Object(space, "", "", name, owner=connection.user, body=body))


def named(connection: Connection, space: str, words: Words) -> list[Object]:
    """The users or groups that a DROP names."""
    missing_too = words.accept("IF", "EXISTS")
    names = words.each(words.identifier)
    words.accept_one("FORCE", "RESTRICT")
    words.end()
    found = []
    for name in names:
        if connection.objects.find(space, name) or not missing_too:
            found.append(find(connection, space, name))
    return found


def refuse_privileged(connection: Connection, grantee: str, message: str) -> None:
    """Raise where somebody still has a privilege on something.

    Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_USER.html and
    https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_GROUP.html
    """
    for space in _HELD:
        for one in connection.objects.of(space):
            if any(grantee in one.body.get(kind, {}) for kind in ("grants", "column_grants")):
                held = f"privileges for {space} {one.body.get('name', one.name)}"
                raise RedshiftError(message, "2BP01", detail=held)


def forget(connection: Connection, name: str) -> None:
    """Who comes by that name later has nothing of what this one had."""
    for space, members in (("group", ("users",)), ("role", ("members", "admins"))):
        for one in connection.objects.of(space):
            left = {m: [n for n in one.body.get(m, ()) if n != name] for m in members}
            if any(len(left[m]) < len(one.body.get(m, ())) for m in members):
                connection.objects.replace(one.changed(**left))
    for space in _HELD:
        for one in connection.objects.of(space):
            _without(connection, one, name)
    for one in connection.objects.of(defaults.SPACE):
        kept: dict[str, Any] = {
            kind: {n: p for n, p in given.items() if n != name} for kind, given in one.body.items()
        }
        if one.name == name:
            connection.objects.remove(one)
        elif kept != one.body:
            connection.objects.replace(one.changed(**kept))


def _without(connection: Connection, one: Object, name: str) -> None:
    """An object without what a user or role had of it."""
    changes: dict[str, Any] = {
        member: {n: known for n, known in one.body[member].items() if n != name}
        for member in ("grants", "column_grants", "grant_options", "grantors")
        if name in one.body.get(member, {})
    }
    if any(a["grantee"] == name for a in one.body.get("masks", ())):
        changes["masks"] = [a for a in one.body["masks"] if a["grantee"] != name]
    rls = one.body.get("rls", {})
    if any(a["grantee"] == name for a in rls.get("attached", ())):
        kept = [a for a in rls["attached"] if a["grantee"] != name]
        changes["rls"] = rls | {"attached": kept}
    if changes:
        connection.objects.replace(one.changed(**changes))
