"""``ALTER DEFAULT PRIVILEGES``: what is granted on whatever a user makes from now on.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_DEFAULT_PRIVILEGES.html
"""

from __future__ import annotations

from labkit.cloud.redshift.warehouse import defaults, grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.grantees import find, grantees
from labkit.cloud.redshift.warehouse.statements.granting import (
    OF_OBJECTS,
    check_kind,
    read_privileges,
)
from labkit.cloud.redshift.warehouse.statements.schemas import find_schema

_SPACES = {"TABLES": "relation", "FUNCTIONS": "routine", "PROCEDURES": "routine"}
_TABLES = ("SELECT", "INSERT", "UPDATE", "DELETE", "DROP", "REFERENCES")


@statement("ALTER DEFAULT PRIVILEGES")
def alter_defaults(connection: Connection, parsed: Parsed) -> Result:
    """``... [FOR USER user, ...] [IN SCHEMA schema, ...] GRANT | REVOKE ... ON kind TO | FROM``"""
    words = parsed.words
    words.expect("ALTER", "DEFAULT", "PRIVILEGES")
    users = words.each(words.identifier) if words.accept("FOR", "USER") else [connection.user]
    schemas = words.each(words.identifier) if words.accept("IN", "SCHEMA") else [""]
    giving = words.accept("GRANT")
    if not giving:
        words.expect("REVOKE")
        words.accept("GRANT", "OPTION", "FOR")
    privileges, columns = read_privileges(words)
    words.expect("ON")
    kind = words.accept_one(*_SPACES)
    if columns or not kind:
        raise words.refuse()
    check_kind(privileges, _SPACES[kind])
    words.expect("TO" if giving else "FROM")
    names = grantees(connection, words)
    words.accept("WITH", "GRANT", "OPTION")
    words.accept_one("CASCADE", "RESTRICT")
    words.end()
    wanted = privileges or list(_TABLES if kind == "TABLES" else OF_OBJECTS[_SPACES[kind]])
    for user in [find(connection, "user", each).name for each in users]:
        if user != connection.user:
            grants.check_system(connection, "ALTER DEFAULT PRIVILEGES", "alter default privileges")
        for schema in schemas:
            if schema:
                find_schema(connection, schema)
            _change(
                connection, defaults.find(connection, user, schema), kind, wanted, names, giving
            )
    return Result("ALTER DEFAULT PRIVILEGES")


def _change(
    connection: Connection,
    one: Object,
    kind: str,
    privileges: list[str],
    names: list[str],
    giving: bool,
) -> None:
    given = {name: list(known) for name, known in defaults.of_kind(one, kind).items()}
    for name in names:
        kept = [each for each in given.get(name, ()) if each not in privileges]
        given[name] = kept + (privileges if giving else [])
    told = {name: known for name, known in given.items() if known or name == ""}
    connection.objects.put(one.changed(**{kind: told}))
