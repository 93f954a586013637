"""Users.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_Privileges.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud.engine.redshift.datetimes import parse_timestamptz
from labkit.cloud.engine.redshift.errors import RedshiftError, translated
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.passwords import digest, is_digest, is_salted
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.renaming import rename
from labkit.cloud.redshift.warehouse.statements.grantee_changes import (
    add,
    forget,
    named,
    refuse_privileged,
)
from labkit.cloud.redshift.warehouse.statements.grantees import find
from labkit.cloud.redshift.warehouse.statements.settings import read_name, read_setting


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
    add(connection, "user", name, options)
    for group in groups:
        connection.objects.replace(group.changed(users=[*group.body["users"], name]))
    return Result("CREATE USER")


@statement("ALTER USER")
def alter_user(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("ALTER", "USER")
    user = find(connection, "user", words.identifier())
    if words.accept("RENAME", "TO"):
        name = words.identifier()
        words.end()
        _check_alterable(connection, user, "rename user")
        if user.name == connection.session_user:
            raise RedshiftError("session user may not be renamed", "0A000")
        renamed = rename(connection, user, name)
        if is_salted(user.body.get("password") or ""):
            return Result("ALTER USER")
        connection.objects.replace(renamed.changed(password=None))  # it had the name in it
        return Result("ALTER USER", notices=("MD5 password cleared because of user rename",))
    if words.accept("RESET", "SESSION", "TIMEOUT"):
        words.end()
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
    words.end()
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
    for user in named(connection, "user", words):
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
        refuse_privileged(connection, user.name, message)
        forget(connection, user.name)
        connection.objects.remove(user)
    return Result("DROP USER")


def _user_options(words: Words) -> dict[str, Any]:
    found: dict[str, Any] = {}
    words.accept("WITH")
    while not words.ended and not words.peek(";"):
        option = next((each for each in _OPTIONS if words.accept(*each.split())), None)
        if option is None:
            raise words.refuse()
        name, read = _OPTIONS[option]
        if name in found:
            raise RedshiftError(f"conflicting or redundant options: {option}", "42601")
        found[name] = read(words)
    return found


#: The options of a user: what each is called here, and how its value is read.
_OPTIONS: dict[str, tuple[str, Callable[[Words], Any]]] = {
    "CREATEDB": ("createdb", lambda _: True),
    "NOCREATEDB": ("createdb", lambda _: False),
    "CREATEUSER": ("superuser", lambda _: True),
    "NOCREATEUSER": ("superuser", lambda _: False),
    "IN GROUP": ("groups", lambda words: words.each(words.identifier)),
    "VALID UNTIL": ("valid_until", lambda words: _last_moment(words.string())),
    "CONNECTION LIMIT": (
        "limit", lambda words: None if words.accept("UNLIMITED") else words.number()),
    "SESSION TIMEOUT": ("session_timeout", lambda words: words.number()),
    "SYSLOG ACCESS": ("syslog", lambda words: words.accept_one("RESTRICTED", "UNRESTRICTED")),
    "EXTERNALID": ("external_id", lambda words: (
        words.string() if words.word.kind == "string" else words.identifier())),
    "PASSWORD": (
        "password", lambda words: None if words.accept("DISABLE") else _password(words.string())),
}  # fmt: skip


def _last_moment(text: str) -> str:
    """The moment until which a password holds, in UTC, as ``2024-05-04 10:00:00+00``.

    Raises:
        RedshiftError: the text is none.
    """
    if text.lower() == "infinity":
        return "infinity"
    try:
        return f"{parse_timestamptz(text, 'UTC'):%Y-%m-%d %H:%M:%S}+00"
    except ValueError as error:
        raise translated(str(error)) from error


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
