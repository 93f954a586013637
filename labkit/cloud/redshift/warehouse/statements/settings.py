"""``SET``, ``RESET`` and ``SHOW``: a session's settings, and those that a user begins with.

Source: https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_ConfigurationRef.html
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from labkit.cloud.engine.redshift import zones
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.types import VARCHAR
from labkit.cloud.engine.redshift.words import Words, shown_name
from labkit.cloud.redshift.warehouse import access_modes, grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.registry import Column, Parsed, Result, statement
from labkit.cloud.redshift.warehouse.session_settings import FIXED, SETTINGS
from labkit.cloud.redshift.warehouse.statements.grantees import find


def _known(name: str) -> str:
    lower = name.lower()
    if lower not in SETTINGS and "." not in lower:
        raise RedshiftError(f'unrecognized configuration parameter "{lower}"', "42704")
    return lower


def read_name(words: Words) -> str:
    """The name of a setting that there is."""
    return _known(setting_name(words))


def setting_name(words: Words) -> str:
    if words.accept("TIME", "ZONE"):
        return "timezone"
    if words.accept("TRANSACTION", "ISOLATION", "LEVEL"):
        return "transaction_isolation"
    return ".".join(words.name())


#: Names of UTF-8 among PostgreSQL's, and the one of bytes that nobody converts.
_ENCODINGS = ("UTF8", "UNICODE", "SQL_ASCII")
_SPELLED = {
    "on": ("on", "true", "yes", "1", "t", "y"),
    "off": ("off", "false", "no", "0", "f", "n"),
}


@statement("SET")
def set_setting(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("SET")
    local = words.accept("LOCAL")
    words.peek("SESSION", "AUTHORIZATION") or words.accept("SESSION")
    if words.accept("SESSION", "AUTHORIZATION") or words.accept("SESSION_AUTHORIZATION"):
        words.accept_one("TO", "=")
        return _authorization(connection, words, local=local)
    if words.accept("CHARACTERISTICS", "AS", "TRANSACTION"):
        connection.settings |= access_modes.read_modes(words, access_modes.SESSION)
        return Result("SET")
    if words.accept("TRANSACTION"):
        connection.settings |= access_modes.read_modes(words, access_modes.TRANSACTION)
        return Result("SET")
    name, value = read_setting(words)
    if name == "seed" and value is not None:
        connection.duck.execute(f"SELECT setseed({value})")
        return Result("SET")
    told = connection.defaults.get(name, "") if value is None else value
    change(connection, name, told, local=local)
    return Result("SET")


def change(connection: Connection, name: str, value: str, *, local: bool) -> None:
    """Give a setting another value, for the session or for its transaction."""
    if local:
        connection.locals.setdefault(name, connection.settings.get(name))
    else:
        connection.locals.pop(name, None)
    connection.settings[name] = value


def read_setting(words: Words) -> tuple[str, str | None]:
    """A setting and its new value; None for ``DEFAULT``.

    Raises:
        RedshiftError: there is no such setting, or it cannot have this value here.
    """
    name = read_name(words)
    words.accept_one("TO", "=")
    if words.ended:
        raise words.refuse()
    if name == "timezone":
        words.accept("INTERVAL")
    if words.accept("DEFAULT"):
        return name, None
    value = _paths(words) if name == "search_path" else _values(words).strip('"')
    if value.startswith("'") and value.endswith("'") and value.count("'") == 2:
        value = value.strip("'")
    return name, checked(name, value)


def checked(name: str, value: str) -> str:
    """A setting's value as it is kept and shown.

    Raises:
        RedshiftError: there is no such setting, or it cannot have this value here.
    """
    known = _known(name)
    _check_setting(known, value.upper())
    found = _zone(value) if known == "timezone" else _switched(known, value)
    if known in FIXED and found.lower() != FIXED[known]:
        raise RedshiftError(f"SET {known} is not supported here: only {FIXED[known]}", "0A000")
    return found


def of_group(values: Mapping[str, str]) -> dict[str, str]:
    """The settings among a parameter group's values, as sessions begin with them.

    Source: https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-parameter-groups.html

    Raises:
        RedshiftError: one cannot have its value here.
    """
    told = {name: value for name, value in values.items() if name in SETTINGS and value}
    if path := told.pop("search_path", ""):
        names = (each.strip().strip('"').lower() for each in path.split(","))
        told["search_path"] = ", ".join(map(shown_name, names))
    return {name: checked(name, value) for name, value in told.items()}


def _zone(value: str) -> str:
    """A time zone as it is shown: a name in its own letters, others as they were told."""
    if value.upper() == "LOCAL":
        return SETTINGS["timezone"]
    found = zones.named(value)
    return value if found.startswith("GMT") and found[3:4] else found


def _switched(name: str, value: str) -> str:
    """``on`` and ``off``, as a setting that is one of them is shown however it was spelled."""
    if SETTINGS.get(name) not in _SPELLED:
        return value
    found = [kept for kept, spelled in _SPELLED.items() if value.lower() in spelled]
    if not found:
        raise RedshiftError(f'parameter "{name}" requires a Boolean value', "22023")
    return found[0]


#: Settings that are whole numbers, and which.
_RANGES = {
    "extra_float_digits": (-15, 2),
    "statement_timeout": (0, 2**31 - 1),
    "wlm_query_slot_count": (1, 50),
}


def _check_setting(name: str, value: str) -> None:
    """Refuse what would change answers that stay as they are here, and numbers out of range."""
    low, high = _RANGES.get(name, (0, 0))
    if name in _RANGES and not value.lstrip("-").isdecimal():
        raise RedshiftError(f'parameter "{name}" requires an integer value', "22023")
    if name in _RANGES and not low <= int(value) <= high:
        told = f'{value} is outside the valid range for parameter "{name}" ({low} .. {high})'
        raise RedshiftError(told, "22023")
    if name == "seed" and not _is_share(value):
        raise RedshiftError(
            f'{value} is outside the valid range for parameter "seed" (0 .. 1)', "22023"
        )
    if name == "datestyle" and not {*value.replace(",", " ").split()} <= {"ISO", "MDY"}:
        raise RedshiftError("SET datestyle is not supported here: only ISO, MDY", "0A000")
    if name == "client_encoding" and value.strip('"').replace("-", "") not in _ENCODINGS:
        raise RedshiftError("SET client_encoding is not supported here: only UTF8", "0A000")


def _is_share(value: str) -> bool:
    try:
        return 0 <= float(value) <= 1
    except ValueError:
        return False


def _paths(words: Words) -> str:
    """Names in quotes or without, as ``"$user", public``."""
    names = words.each(lambda: shown_name(words.take().text.lower()))
    words.end()
    return ", ".join(names)


def _values(words: Words) -> str:
    """A value as it is written, or several with commas."""
    start = words.word.start
    last = words.each(lambda: (words.accept("-"), words.take())[1])[-1]
    words.end()
    return words.text[start : last.end]


def _authorization(connection: Connection, words: Words, *, local: bool) -> Result:
    """The session becomes another user's, which SESSION_USER tells; a superuser may who logged in.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SET_SESSION_AUTHORIZATION.html
    """
    if words.accept("DEFAULT"):
        name = connection.login
    else:
        name = words.string() if words.word.kind == "string" else words.identifier()
    words.end()
    if name != connection.login and not grants.is_superuser(connection, connection.login):
        raise RedshiftError("permission denied to set session authorization", "42501")
    _become(connection, find(connection, "user", name).name, local=local)
    return Result("SET SESSION AUTHORIZATION")


def _become(connection: Connection, user: str, *, local: bool) -> None:
    before = connection.user, connection.session_user
    connection.local_users = (connection.local_users or before) if local else None
    connection.user = connection.session_user = user


@statement("RESET")
def reset(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("RESET")
    if words.accept("ALL"):
        words.end()
        connection.settings.update(connection.defaults)
    elif words.accept("SESSION", "AUTHORIZATION") or words.accept("SESSION_AUTHORIZATION"):
        words.end()
        _become(connection, connection.login, local=False)
    else:
        name = read_name(words)
        words.end()
        connection.settings[name] = connection.defaults.get(name, "")
    return Result("RESET")


@statement("SHOW")
def show(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("SHOW")
    if words.accept("ALL"):
        words.end()
        names = sorted(connection.settings)
        columns = {"c0": names, "c1": [shown(connection.settings[name]) for name in names]}
        told = (Column("name", VARCHAR), Column("setting", VARCHAR))
        return Result("SHOW", told, pa.table(columns), len(names))
    name = read_name(words)
    words.end()
    value = pa.table({"c0": pa.array([shown(connection.settings.get(name, ""))], pa.string())})
    return Result("SHOW", (Column(name, VARCHAR),), value, 1)
