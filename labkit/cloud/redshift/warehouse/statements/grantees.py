"""Who is named in a statement: users, groups, roles, PUBLIC, policies of rows."""

from __future__ import annotations

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import policies
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object


def grantees(connection: Connection, words: Words) -> list[str]:
    """Who gets it: users, groups, roles, PUBLIC, policies of rows."""
    found = []
    while True:
        if words.accept("PUBLIC"):
            found.append("")
        elif words.accept("RLS", "POLICY"):
            name, where = words.identifier(), {"database": connection.database}
            policy = connection.objects.find(policies.ROWS, name, **where)
            if policy is None:
                raise RedshiftError(f'RLS policy "{name}" does not exist', "42704")
            found.append(policies.grantee(policy))
        elif words.accept("GROUP"):
            found.append(f"group {find(connection, 'group', words.identifier()).name}")
        elif words.accept("ROLE"):
            found.append(f"role {find(connection, 'role', role_name(words)).name}")
        else:
            words.accept("USER")
            found.append(find(connection, "user", words.identifier()).name)
        if not words.accept(","):
            return found


def find(connection: Connection, space: str, name: str) -> Object:
    """A user, group, role or database, whose names have no capitals here.

    Raises:
        RedshiftError: there is none of that name.
    """
    found = connection.objects.find(space, shown(name).lower())
    if found is None:
        raise RedshiftError(f'{space} "{name}" does not exist', "42704")
    return found


def role_name(words: Words) -> str:
    """A role's name; the system's own begin with ``sys:``."""
    name = words.identifier()
    if words.word.kind == "parameter" and words.word.text.startswith(":"):
        name += words.take().text.lower()
    return name
