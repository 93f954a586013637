"""Schemas and databases, which live in the warehouse's one file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.errors import RedshiftError, depended_on
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import grants, serializing
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object, add_database
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.dropping import bound_views, drop, drop_callers
from labkit.cloud.redshift.warehouse.statements.grantees import find

#: What ``DROP SCHEMA ... DROP EXTERNAL DATABASE`` does beside: (connection, schema, CASCADE).
DROPPERS: list[Callable[[Connection, Object, bool], None]] = []
#: ``CREATE DATABASE name FROM ...``: the word after FROM → (connection, name, the words after it).
DATABASE_SOURCES: dict[str, Callable[[Connection, str, Words], Result]] = {}


@statement("CREATE SCHEMA")
def create_schema(connection: Connection, parsed: Parsed) -> Result:
    """``CREATE SCHEMA [IF NOT EXISTS] name [AUTHORIZATION user] [QUOTA n MB] [element ...]``

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_SCHEMA.html
    """
    words = parsed.words
    words.expect("CREATE", "SCHEMA")
    missing_only = words.accept("IF", "NOT", "EXISTS")
    database, name = connection.database, ""
    if not words.peek("AUTHORIZATION"):
        database, name = _named(connection, words)
    owner = _owner(connection, words) if words.accept("AUTHORIZATION") else connection.user
    name = name or owner
    body = _quota(words)
    elements = _elements(words)
    _check_name(name)
    if connection.objects.find("schema", name, database=database):
        if missing_only:
            return Result("CREATE SCHEMA")
        raise RedshiftError(f'Schema "{name}" already exists', "42P06")
    found = connection.objects.find("database", database)
    if found and not grants.has(connection, "CREATE SCHEMA"):
        grants.check(connection, found, "CREATE")
    connection.objects.add(Object("schema", database, "", name, owner=owner, body=body))
    user, path = connection.user, connection.settings["search_path"]
    try:
        connection.user = owner
        connection.settings["search_path"] = f"{quoted_name(name)}, {path}"
        for element in elements:
            connection.run(element)
    finally:
        connection.user, connection.settings["search_path"] = user, path
    return Result("CREATE SCHEMA")


def _elements(words: Words) -> list[str]:
    """``CREATE TABLE ... CREATE VIEW ... GRANT ...``: what is made in the schema at once."""
    starts = []
    while not words.ended and not words.peek(";"):
        element = words.peek("CREATE", "TABLE") or words.peek("CREATE", "VIEW")
        if element or (words.peek("GRANT") and words.words[words.at - 1].upper != "WITH"):
            starts.append(words.at)
        elif not starts:
            raise words.refuse()
        words.take()
    return [words.slice(*ends) for ends in pairwise([*starts, words.at])]


def _owner(connection: Connection, words: Words) -> str:
    return find(connection, "user", words.identifier()).name


def _check_name(name: str) -> None:
    if name.startswith("pg_"):
        raise RedshiftError(f'unacceptable schema name "{name}"', "42939")


def _named(connection: Connection, words: Words) -> tuple[str, str]:
    """The database and the name of ``[database.]schema``."""
    name = words.name()
    database, schema = (connection.database, *name)[-2:]
    if len(name) > 2 or not connection.objects.find("database", database):
        raise RedshiftError(f'database "{database}" does not exist', "3D000")
    return database, schema


def _quota(words: Words) -> dict[str, object]:
    if not words.accept("QUOTA"):
        return {}
    if words.accept("UNLIMITED"):
        return {"quota_mb": None}
    size = words.number()
    unit = words.accept_one("MB", "GB", "TB") or "GB"
    return {"quota_mb": size * {"MB": 1, "GB": 1024, "TB": 1024**2}[unit]}


def find_schema(connection: Connection, name: str, database: str = "") -> Object:
    """A schema of the session's database, or of another.

    Raises:
        RedshiftError: there is none.
    """
    found = connection.objects.find("schema", name, database=database or connection.database)
    if found is None:
        raise RedshiftError(f'schema "{name}" does not exist', "3F000")
    return found


@statement("DROP SCHEMA")
def drop_schema(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("DROP", "SCHEMA")
    missing_too = words.accept("IF", "EXISTS")
    names = words.each(lambda: _named(connection, words))
    database_too = words.accept("DROP", "EXTERNAL", "DATABASE")
    cascade = words.accept_one("CASCADE", "RESTRICT") == "CASCADE"
    words.end()
    for database, name in names:
        found = connection.objects.find("schema", name, database=database)
        if found is None and missing_too:
            continue
        found = found or find_schema(connection, name, database)
        grants.check_owner(connection, found, "DROP SCHEMA")
        for dropper in DROPPERS if database_too else ():
            dropper(connection, found, cascade)
        _empty(connection, database, name, cascade)
        connection.objects.remove(found)
    return Result("DROP SCHEMA")


def _empty(connection: Connection, database: str, name: str, cascade: bool) -> None:
    where = {"database": database, "schema": name}
    relations = connection.objects.of("relation", **where)
    routines = connection.objects.of("routine", **where)
    if (relations or routines) and not cascade:
        raise depended_on(f"schema {name}")
    for routine in routines:
        drop_callers(connection, routine)
        connection.objects.remove(routine)
    while left := connection.objects.of("relation", **where):
        bound = [view for one in left for view in bound_views(connection, one)]
        drop(connection, (bound or left)[0], cascade=True)
    for one in connection.objects.inside(**where):
        connection.objects.remove(one)


@statement("ALTER SCHEMA")
def alter_schema(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("ALTER", "SCHEMA")
    found = find_schema(connection, words.identifier())
    grants.check_owner(connection, found, "ALTER SCHEMA")
    if words.accept("RENAME", "TO"):
        name = words.identifier()
        _check_name(name)
        connection.objects.replace(replace(found, name=name))
        for one in connection.objects.inside(database=found.database, schema=found.name):
            connection.objects.replace(replace(one, schema=name))
    elif words.accept("OWNER", "TO"):
        connection.objects.replace(replace(found, owner=_owner(connection, words)))
    else:
        grants.check_superuser(connection, "change the quota of a schema")
        connection.objects.replace(found.changed(**_quota(words)))
    words.end()
    return Result("ALTER SCHEMA")


@statement("CREATE DATABASE", alone=True)
def create_database(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE", "DATABASE")
    name = words.identifier()
    told: dict[str, Any] = {"owner": connection.user}
    words.accept("WITH", "PERMISSIONS") or words.accept("WITH")
    if words.accept("FROM"):
        return _create_from(connection, name, words)
    while not words.ended and not words.peek(";"):
        told |= _database_option(connection, words)
    _check_new_database(connection, name)
    add_database(connection.objects, name, **told)
    return Result("CREATE DATABASE")


def _create_from(connection: Connection, name: str, words: Words) -> Result:
    source = words.accept_one(*DATABASE_SOURCES)
    if not source:
        raise words.refuse()
    _check_new_database(connection, name)
    return DATABASE_SOURCES[source](connection, name, words)


def _check_new_database(connection: Connection, name: str) -> None:
    user = connection.objects.find("user", connection.user)
    if not (user and (user.body.get("createdb") or user.body.get("superuser"))):
        raise RedshiftError("permission denied to create database", "42501")
    if connection.objects.find("database", name):
        raise RedshiftError(f'database "{name}" already exists', "42P04")


def _database_option(connection: Connection, words: Words) -> dict[str, Any]:
    if words.accept("OWNER"):
        words.accept("=")
        return {"owner": _owner(connection, words)}
    if words.accept("CONNECTION", "LIMIT"):
        return {} if words.accept("UNLIMITED") else {"limit": words.number()}
    if words.accept("COLLATE"):
        if not words.accept_one("CASE_SENSITIVE", "CS"):
            raise RedshiftError("COLLATE CASE_INSENSITIVE is not supported here", "0A000")
        return {}
    if words.accept("ISOLATION", "LEVEL"):
        return {"isolation": _isolation(words)}
    raise words.refuse()


def _isolation(words: Words) -> str:
    found = words.accept_one(*serializing.LEVELS)
    if not found:
        raise words.refuse()
    return found


@statement("DROP DATABASE", alone=True)
def drop_database(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("DROP", "DATABASE")
    name = words.identifier()
    words.accept("FORCE")
    words.end()
    found = connection.objects.find("database", name)
    if found is None:
        raise RedshiftError(f'database "{name}" does not exist', "3D000")
    grants.check_owner(connection, found)
    if name == connection.database:
        raise RedshiftError("cannot drop the currently open database", "55006")
    for one in connection.objects.of("relation", database=name):
        if one.kind in ("table", "matview"):
            connection.duck.execute(f"DROP TABLE {one.physical}")
    for one in connection.objects.inside(database=name):
        connection.objects.remove(one)
    connection.objects.remove(found)
    return Result("DROP DATABASE")


@statement("ALTER DATABASE")
def alter_database(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("ALTER", "DATABASE")
    name = words.identifier()
    found = connection.objects.find("database", name)
    if found is None:
        raise RedshiftError(f'database "{name}" does not exist', "3D000")
    grants.check_owner(connection, found, "ALTER DATABASE")
    if words.accept("OWNER", "TO"):
        connection.objects.replace(replace(found, owner=_owner(connection, words)))
    elif words.accept("RENAME", "TO"):
        _rename_database(connection, found, words.identifier())
    elif words.accept("CONNECTION", "LIMIT"):
        limit = "" if words.accept("UNLIMITED") else words.number()
        connection.objects.replace(found.changed(limit=limit))
    elif words.accept("ISOLATION", "LEVEL"):
        connection.objects.replace(found.changed(isolation=_isolation(words)))
    else:
        raise RedshiftError("this ALTER DATABASE is not supported here", "0A000")
    words.end()
    return Result("ALTER DATABASE")


def _rename_database(connection: Connection, found: Object, name: str) -> None:
    """Nobody may be connected to it, this session neither.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_DATABASE.html
    """
    if found.name == connection.database:
        raise RedshiftError("current database may not be renamed", "0A000")
    if any(one.database == found.name for one in connection.warehouse.connections.values()):
        raise RedshiftError(f'database "{found.name}" is being accessed by other users', "55006")
    _check_new_database(connection, name)
    for one in connection.objects.inside(database=found.name):
        connection.objects.replace(replace(one, database=name))
    connection.objects.replace(replace(found, name=name))
