"""Groups of users.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_GROUP.html
"""

from __future__ import annotations

from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.renaming import rename
from labkit.cloud.redshift.warehouse.statements.grantee_changes import (
    add,
    forget,
    named,
    refuse_privileged,
)
from labkit.cloud.redshift.warehouse.statements.grantees import find


@statement("CREATE GROUP")
def create_group(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE", "GROUP")
    name = words.identifier()
    words.accept("WITH")
    users = words.each(words.identifier) if words.accept("USER") else []
    words.end()
    grants.check_superuser(connection, "create group")
    for user in users:
        find(connection, "user", user)
    add(connection, "group", name, {"users": users})
    return Result("CREATE GROUP")


@statement("ALTER GROUP")
def alter_group(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("ALTER", "GROUP")
    group = find(connection, "group", words.identifier())
    grants.check_superuser(connection, "alter group")
    if words.accept("RENAME", "TO"):
        name = words.identifier()
        words.end()
        rename(connection, group, name)
        return Result("ALTER GROUP")
    adding = words.accept_one("ADD", "DROP") == "ADD"
    words.expect("USER")
    names = words.each(words.identifier)
    words.end()
    for name in names:
        find(connection, "user", name)
    kept = [user for user in group.body["users"] if user not in names]
    connection.objects.replace(group.changed(users=kept + (names if adding else [])))
    return Result("ALTER GROUP")


@statement("DROP GROUP")
def drop_group(connection: Connection, parsed: Parsed) -> Result:
    parsed.words.expect("DROP", "GROUP")
    grants.check_superuser(connection, "drop group")
    for group in named(connection, "group", parsed.words):
        grantee, why = f"group {group.name}", "because the group has a privilege on some object"
        message = f'group "{group.name}" can\'t be dropped {why}'
        refuse_privileged(connection, grantee, message)
        forget(connection, grantee)
        connection.objects.remove(group)
    return Result("DROP GROUP")
