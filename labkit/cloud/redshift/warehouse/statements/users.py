"""Users, groups and roles.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_Privileges.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.redshift.errors import DENIED, RedshiftError
from labkit.cloud.engine.redshift.reading import Words
from labkit.cloud.redshift.warehouse import defaults, grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.passwords import digest, is_digest, is_salted
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.renaming import rename
from labkit.cloud.redshift.warehouse.statements.grantees import find, role_name
from labkit.cloud.redshift.warehouse.statements.settings import read_name, read_setting


def _new(connection: Connection, space: str, name: str, body: dict[str, Any]) -> None:
    if name.startswith(("group ", "role ", "policy ")):
        raise RedshiftError(f'{space} name "{name}" is reserved', "42939")
    if connection.objects.find(space, name):
        raise RedshiftError(f'{space} "{name}" already exists', "42710")
    connection.objects.add(Object(space, "", "", name, owner=connection.user, body=body))


def _user_options(words: Words) -> dict[str, Any]:
    found: dict[str, Any] = {}
    words.accept("WITH")
    while not words.ended and not words.peek(";"):
        option = next((each for each in _OPTIONS if words.accept(*each.split())), None)
        if option is None:
            raise words.refuse()
        name, read = _OPTIONS[option]
        found[name] = read(words)
    return found


#: The options of a user: what each is called here, and how its value is read.
_OPTIONS: dict[str, tuple[str, Callable[[Words], Any]]] = {
    "CREATEDB": ("createdb", lambda _: True),
    "NOCREATEDB": ("createdb", lambda _: False),
    "CREATEUSER": ("superuser", lambda _: True),
    "NOCREATEUSER": ("superuser", lambda _: False),
    "IN GROUP": ("groups", lambda words: words.each(words.identifier)),
    "VALID UNTIL": ("valid_until", lambda words: words.string()),
    "CONNECTION LIMIT": (
        "limit", lambda words: None if words.accept("UNLIMITED") else words.number()),
    "SESSION TIMEOUT": ("session_timeout", lambda words: words.number()),
    "SYSLOG ACCESS": ("syslog", lambda words: words.accept_one("RESTRICTED", "UNRESTRICTED")),
    "EXTERNALID": ("external_id", lambda words: (
        words.string() if words.word.kind == "string" else words.identifier())),
    "PASSWORD": (
        "password", lambda words: None if words.accept("DISABLE") else _password(words.string())),
}  # fmt: skip


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
    grants.check_system(connection, "CREATE USER", "create user")
    if options.get("superuser"):
        grants.check_superuser(connection, "create superusers")
    if "password" not in options:
        raise RedshiftError("CREATE USER needs a PASSWORD", "42601")
    groups = [find(connection, "group", each) for each in options.pop("groups", ())]
    _new(connection, "user", name, options)
    for group in groups:
        connection.objects.replace(group.changed(users=[*group.body["users"], name]))
    return Result("CREATE USER")


@statement("ALTER USER")
def alter_user(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("ALTER", "USER")
    user = find(connection, "user", words.identifier())
    if words.accept("RENAME", "TO"):
        _check_alterable(connection, user, "rename user")
        if user.name == connection.session_user:
            raise RedshiftError("session user may not be renamed", "0A000")
        renamed = rename(connection, user, words.identifier())
        if is_salted(user.body.get("password") or ""):
            return Result("ALTER USER")
        connection.objects.replace(renamed.changed(password=None))  # it had the name in it
        return Result("ALTER USER", notices=("MD5 password cleared because of user rename",))
    if words.accept("RESET", "SESSION", "TIMEOUT"):
        _check_alterable(connection, user, "alter user")
        connection.objects.replace(user.changed(session_timeout=0))
        return Result("ALTER USER")
    if words.peek("SET") or words.peek("RESET"):
        return _alter_settings(connection, user, words)
    options = _digested(user.name, _user_options(words))
    if user.name != connection.user or set(options) - {"password"}:
        _check_alterable(connection, user, "alter user")
    if "superuser" in options:
        grants.check_superuser(connection, "alter superusers")
    connection.objects.replace(user.changed(**options))
    return Result("ALTER USER")


def _alter_settings(connection: Connection, user: Object, words: Words) -> Result:
    """What the user's sessions begin with from now on."""
    told = dict(user.body.get("settings", {}))
    if words.accept_one("SET", "RESET") == "SET":
        name, value = read_setting(words)
    else:
        name, value = read_name(words), None
    if user.name != connection.user:
        _check_alterable(connection, user, "alter user")
    told.pop(name, None)
    told |= {} if value is None else {name: value}
    connection.objects.replace(user.changed(settings=told))
    return Result("ALTER USER")


def _check_alterable(connection: Connection, user: Object, what: str) -> None:
    """Only a superuser changes superusers."""
    if user.body.get("superuser"):
        grants.check_superuser(connection, what)
    grants.check_system(connection, "ALTER USER", what)


@statement("DROP USER")
def drop_user(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("DROP", "USER")
    for user in _listed(connection, "user", words):
        grants.check_system(connection, "DROP USER", "drop user")
        if user.body.get("superuser"):
            grants.check_superuser(connection, "drop superusers")
        for space in ("relation", "schema", "database"):
            owned = [each for each in connection.objects.of(space) if each.owner == user.name]
            if owned:
                raise RedshiftError(
                    f'user "{user.name}" cannot be dropped because some objects depend on it',
                    "2BP01",
                    detail=f"owner of {space} {owned[0].name}",
                )
        why = "because the user has a privilege on some object"
        message = f'user "{user.name}" cannot be dropped {why}'
        _refuse_privileged(connection, user.name, message)
        _forget(connection, user.name)
        connection.objects.remove(user)
    return Result("DROP USER")


def _refuse_privileged(connection: Connection, grantee: str, message: str) -> None:
    """Raise where somebody still has a privilege on something.

    Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_USER.html and
    https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_GROUP.html
    """
    for space in ("relation", "schema", "database", "routine"):
        for one in connection.objects.of(space):
            if any(grantee in one.body.get(kind, {}) for kind in ("grants", "column_grants")):
                held = f"privileges for {space} {one.body.get('name', one.name)}"
                raise RedshiftError(message, "2BP01", detail=held)


def _forget(connection: Connection, name: str) -> None:
    """Who comes by that name later has nothing of what this one had."""
    for space, members in (("group", ("users",)), ("role", ("members", "admins"))):
        for one in connection.objects.of(space):
            left = {m: [n for n in one.body.get(m, ()) if n != name] for m in members}
            if any(len(left[m]) < len(one.body.get(m, ())) for m in members):
                connection.objects.replace(one.changed(**left))
    for space in ("database", "schema", "relation", "routine"):
        for one in connection.objects.of(space):
            without_grantee(connection, one, name)
    for one in connection.objects.of(defaults.SPACE):
        kept: dict[str, Any] = {
            kind: {n: p for n, p in given.items() if n != name} for kind, given in one.body.items()
        }
        if one.name == name:
            connection.objects.remove(one)
        elif kept != one.body:
            connection.objects.replace(one.changed(**kept))


def without_grantee(connection: Connection, one: Object, name: str) -> None:
    """An object without what a user or role had of it."""
    changes: dict[str, Any] = {
        member: {n: known for n, known in one.body[member].items() if n != name}
        for member in ("grants", "column_grants", "grant_options")
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


def _listed(connection: Connection, space: str, words: Words) -> list[Object]:
    missing_too = words.accept("IF", "EXISTS")
    names = words.each(words.identifier)
    words.accept_one("FORCE", "RESTRICT")
    words.end()
    found = []
    for name in names:
        if connection.objects.find(space, name) or not missing_too:
            found.append(find(connection, space, name))
    return found


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
    _new(connection, "group", name, {"users": users})
    return Result("CREATE GROUP")


@statement("ALTER GROUP")
def alter_group(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("ALTER", "GROUP")
    group = find(connection, "group", words.identifier())
    grants.check_superuser(connection, "alter group")
    if words.accept("RENAME", "TO"):
        rename(connection, group, words.identifier())
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
    for group in _listed(connection, "group", parsed.words):
        grantee, why = f"group {group.name}", "because the group has a privilege on some object"
        message = f'group "{group.name}" can\'t be dropped {why}'
        _refuse_privileged(connection, grantee, message)
        _forget(connection, grantee)
        connection.objects.remove(group)
    return Result("DROP GROUP")


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
    _new(connection, "role", name, body)
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
    _forget(connection, f"role {name}")
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
