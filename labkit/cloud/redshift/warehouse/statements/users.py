"""Users, groups, roles, and what is granted to them.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.reading import Words
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import find_relation, split_name
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.passwords import digest, is_digest, is_salted
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement

_PRIVILEGES = {
    "relation": ("SELECT", "INSERT", "UPDATE", "DELETE", "DROP", "REFERENCES", "ALTER",
                 "TRUNCATE", "RULE", "TRIGGER"),
    "schema": ("CREATE", "USAGE", "ALTER", "DROP"),
    "database": ("CREATE", "TEMPORARY", "USAGE", "ALTER"),
    "routine": ("EXECUTE",),
}  # fmt: skip


def _find(connection: Connection, space: str, name: str) -> Object:
    found = connection.objects.find(space, name)
    if found is None:
        raise RedshiftError(f'{space} "{name}" does not exist', "42704")
    return found


def _new(connection: Connection, space: str, name: str, body: dict[str, Any]) -> None:
    if connection.objects.find(space, name):
        raise RedshiftError(f'{space} "{name}" already exists', "42710")
    connection.objects.add(Object(space, "", "", name, owner=connection.user, body=body))


def _user_options(words: Words) -> dict[str, Any]:
    found: dict[str, Any] = {}
    words.accept("WITH")
    while not words.ended and not words.peek(";"):
        if words.accept("PASSWORD"):
            found["password"] = None if words.accept("DISABLE") else _password(words.string())
        elif word := words.accept_one("CREATEDB", "NOCREATEDB"):
            found["createdb"] = word == "CREATEDB"
        elif word := words.accept_one("CREATEUSER", "NOCREATEUSER"):
            found["superuser"] = word == "CREATEUSER"
        elif words.accept("IN", "GROUP"):
            found["groups"] = [words.identifier()]
            while words.accept(","):
                found["groups"].append(words.identifier())
        elif words.accept("VALID", "UNTIL"):
            found["valid_until"] = words.string()
        elif words.accept("CONNECTION", "LIMIT"):
            found["limit"] = None if words.accept("UNLIMITED") else words.number()
        elif words.accept("SESSION", "TIMEOUT"):
            found["session_timeout"] = words.number()
        elif words.accept("SYSLOG", "ACCESS"):
            found["syslog"] = words.accept_one("RESTRICTED", "UNRESTRICTED")
        elif words.accept("EXTERNALID"):
            found["external_id"] = words.string() if words.word.kind == "string" else (
                words.identifier())  # fmt: skip
        else:
            raise words.refuse()
    return found


def _digested(name: str, options: dict[str, Any]) -> dict[str, Any]:
    """A user's options, with no password in clear text."""
    password = options.get("password")
    return options | ({"password": digest(name, password)} if password else {})


def _password(text: str) -> str:
    """A password that follows the rules.

    Raises:
        RedshiftError: it is too plain.
    """
    if is_digest(text):
        return text
    plain = text.removeprefix("sha256|")
    rules = (str.isupper, str.islower, str.isdigit)
    if not (8 <= len(plain) <= 64 and all(any(map(rule, plain)) for rule in rules)):
        raise RedshiftError(
            "The password must contain 8 to 64 characters, an uppercase and a lowercase letter "
            "and a number", "22023",
        )  # fmt: skip
    return text


@statement("CREATE USER")
def create_user(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE", "USER")
    name = words.identifier()
    options = _digested(name, _user_options(words))
    grants.check_superuser(connection, "create user")
    if "password" not in options:
        raise RedshiftError("CREATE USER needs a PASSWORD", "42601")
    groups = [_find(connection, "group", each) for each in options.pop("groups", ())]
    _new(connection, "user", name, options)
    for group in groups:
        connection.objects.replace(group.changed(users=[*group.body["users"], name]))
    return Result("CREATE USER")


@statement("ALTER USER")
def alter_user(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("ALTER", "USER")
    user = _find(connection, "user", words.identifier())
    if words.accept("RENAME", "TO"):
        grants.check_superuser(connection, "rename user")
        renamed = replace(user, name=words.identifier())
        if is_salted(user.body.get("password") or ""):
            connection.objects.replace(renamed)
            return Result("ALTER USER")
        connection.objects.replace(renamed.changed(password=None))  # it had the name in it
        return Result("ALTER USER", notices=("MD5 password cleared because of user rename",))
    if words.accept_one("SET", "RESET"):
        return Result("ALTER USER")
    options = _digested(user.name, _user_options(words))
    if user.name != connection.user or set(options) - {"password"}:
        grants.check_superuser(connection, "alter user")
    connection.objects.replace(user.changed(**options))
    return Result("ALTER USER")


@statement("DROP USER")
def drop_user(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("DROP", "USER")
    for user in _listed(connection, "user", words):
        grants.check_superuser(connection, "drop user")
        for space in ("relation", "schema", "database"):
            owned = [each for each in connection.objects.of(space) if each.owner == user.name]
            if owned:
                raise RedshiftError(
                    f'user "{user.name}" cannot be dropped because some objects depend on it',
                    "2BP01",
                    detail=f"owner of {space} {owned[0].name}",
                )
        connection.objects.remove(user)
    return Result("DROP USER")


def _listed(connection: Connection, space: str, words: Words) -> list[Object]:
    missing_too = words.accept("IF", "EXISTS")
    names = [words.identifier()]
    while words.accept(","):
        names.append(words.identifier())
    words.accept_one("FORCE", "RESTRICT")
    words.end()
    found = []
    for name in names:
        if connection.objects.find(space, name) or not missing_too:
            found.append(_find(connection, space, name))
    return found


@statement("CREATE GROUP")
def create_group(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE", "GROUP")
    name, users = words.identifier(), []
    words.accept("WITH")
    if words.accept("USER"):
        users = [words.identifier()]
        while words.accept(","):
            users.append(words.identifier())
    words.end()
    grants.check_superuser(connection, "create group")
    for user in users:
        _find(connection, "user", user)
    _new(connection, "group", name, {"users": users})
    return Result("CREATE GROUP")


@statement("ALTER GROUP")
def alter_group(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("ALTER", "GROUP")
    group = _find(connection, "group", words.identifier())
    grants.check_superuser(connection, "alter group")
    if words.accept("RENAME", "TO"):
        connection.objects.replace(replace(group, name=words.identifier()))
        return Result("ALTER GROUP")
    adding = words.accept_one("ADD", "DROP") == "ADD"
    words.expect("USER")
    names = [words.identifier()]
    while words.accept(","):
        names.append(words.identifier())
    words.end()
    for name in names:
        _find(connection, "user", name)
    kept = [user for user in group.body["users"] if user not in names]
    connection.objects.replace(group.changed(users=kept + (names if adding else [])))
    return Result("ALTER GROUP")


@statement("DROP GROUP")
def drop_group(connection: Connection, parsed: Parsed) -> Result:
    parsed.words.expect("DROP", "GROUP")
    grants.check_superuser(connection, "drop group")
    for group in _listed(connection, "group", parsed.words):
        connection.objects.remove(group)
    return Result("DROP GROUP")


@statement("CREATE ROLE")
def create_role(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE", "ROLE")
    name = words.identifier()
    body: dict[str, Any] = {"members": []}
    if words.accept("EXTERNALID"):
        body["external_id"] = words.identifier()
    words.end()
    grants.check_superuser(connection, "create role")
    _new(connection, "role", name, body)
    return Result("CREATE ROLE")


@statement("DROP ROLE")
def drop_role(connection: Connection, parsed: Parsed) -> Result:
    parsed.words.expect("DROP", "ROLE")
    grants.check_superuser(connection, "drop role")
    for role in _listed(connection, "role", parsed.words):
        connection.objects.remove(role)
    return Result("DROP ROLE")


@statement("GRANT")
def grant(connection: Connection, parsed: Parsed) -> Result:
    parsed.words.expect("GRANT")
    return _change(connection, parsed.words, giving=True)


@statement("REVOKE")
def revoke(connection: Connection, parsed: Parsed) -> Result:
    parsed.words.expect("REVOKE")
    for option in ("GRANT", "ADMIN"):
        parsed.words.accept(option, "OPTION", "FOR")
    return _change(connection, parsed.words, giving=False)


def _change(connection: Connection, words: Words, *, giving: bool) -> Result:
    tag = "GRANT" if giving else "REVOKE"
    if words.accept("ROLE"):
        return _change_roles(connection, words, giving, tag)
    privileges = _privileges(words)
    if not words.peek("ON") and not words.peek("FOR"):
        raise RedshiftError(f"{tag} of system privileges is not supported here", "0A000")
    words.expect("ON")
    targets, space = _targets(connection, words)
    words.expect("TO" if giving else "FROM")
    names = _grantees(connection, words)
    words.accept("WITH", "GRANT", "OPTION")
    words.accept_one("CASCADE", "RESTRICT")
    words.end()
    for target in targets:
        grants.check_owner(connection, target)
        _set(connection, target, privileges or list(_PRIVILEGES[space]), names, giving)
    return Result(tag)


def _privileges(words: Words) -> list[str]:
    """The names, or none for ALL."""
    if words.accept("ALL"):
        words.accept("PRIVILEGES")
        return []
    found = []
    while not words.peek("ON") and not words.ended:
        word = words.take().upper
        if word == "TEMP":
            word = "TEMPORARY"
        found.append(word)
        if words.peek("("):
            raise RedshiftError("privileges of columns are not supported here", "0A000")
        words.accept(",")
    known = {name for names in _PRIVILEGES.values() for name in names}
    for name in found:
        if name not in known:
            raise RedshiftError(f'unrecognized privilege type "{name.lower()}"', "42601")
    return found


def _targets(connection: Connection, words: Words) -> tuple[list[Object], str]:
    if words.accept("ALL", "TABLES", "IN", "SCHEMA"):
        return _all_in(connection, words, "relation"), "relation"
    if words.accept("ALL"):
        words.accept_one("FUNCTIONS", "PROCEDURES")
        words.expect("IN", "SCHEMA")
        return _all_in(connection, words, "routine"), "routine"
    if words.accept("SCHEMA"):
        return [_in_database(connection, "schema", each) for each in _names(words)], "schema"
    if words.accept("DATABASE"):
        return [_find(connection, "database", each[-1]) for each in _names(words)], "database"
    if words.accept_one("FUNCTION", "PROCEDURE"):
        return _routines(connection, words), "routine"
    if words.word.upper in ("LANGUAGE", "DATASHARE", "MODEL", "EXTERNAL", "COPY"):
        raise RedshiftError(f"privileges of {words.word.text} are not supported here", "0A000")
    words.accept("TABLE")
    return [find_relation(connection, each) for each in _names(words)], "relation"


def _names(words: Words) -> list[tuple[str, ...]]:
    found = [words.name()]
    while words.accept(","):
        found.append(words.name())
    return found


def _in_database(connection: Connection, space: str, name: tuple[str, ...]) -> Object:
    database = name[0] if len(name) > 1 else connection.database
    found = connection.objects.find(space, name[-1], database=database)
    if found is None:
        raise RedshiftError(f'{space} "{name[-1]}" does not exist', "3F000")
    return found


def _all_in(connection: Connection, words: Words, space: str) -> list[Object]:
    found = []
    for name in _names(words):
        schema = _in_database(connection, "schema", name)
        found += connection.objects.of(space, database=schema.database, schema=schema.name)
    return found


def _routines(connection: Connection, words: Words) -> list[Object]:
    name = words.name()
    if words.peek("("):
        words.balanced()
    database, schema, last = split_name(connection, name)
    found = [
        each
        for each in connection.objects.of("routine", database=database)
        if each.body["name"] == last and schema in ("", each.schema)
    ]
    if not found:
        raise RedshiftError(f"function {last} does not exist", "42883")
    return found


def _grantees(connection: Connection, words: Words) -> list[str]:
    found = []
    while True:
        if words.accept("PUBLIC"):
            found.append("")
        elif kind := words.accept_one("GROUP", "ROLE"):
            found.append(
                f"{kind.lower()} {_find(connection, kind.lower(), words.identifier()).name}"
            )
        else:
            words.accept("USER")
            found.append(_find(connection, "user", words.identifier()).name)
        if not words.accept(","):
            return found


def _set(
    connection: Connection, target: Object, privileges: list[str], names: list[str], giving: bool
) -> None:
    granted = {name: list(known) for name, known in grants.granted(target).items()}
    for name in names:
        known = [each for each in granted.get(name, ()) if each not in privileges]
        granted[name] = known + (privileges if giving else [])
        if not granted[name]:
            del granted[name]
    if not target.temporary:
        connection.objects.replace(target.changed(grants=granted))


def _change_roles(connection: Connection, words: Words, giving: bool, tag: str) -> Result:
    """``GRANT ROLE r TO user | ROLE r``"""
    roles = [_find(connection, "role", words.identifier())]
    while words.accept(","):
        words.accept("ROLE")
        roles.append(_find(connection, "role", words.identifier()))
    words.expect("TO" if giving else "FROM")
    names = _grantees(connection, words)
    words.accept("WITH", "ADMIN", "OPTION")
    words.end()
    grants.check_superuser(connection, "grant roles")
    for role in roles:
        kept = [each for each in role.body["members"] if each not in names]
        connection.objects.replace(role.changed(members=kept + (names if giving else [])))
    return Result(tag)
