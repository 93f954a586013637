"""Data shares: schemas, tables and views of a database that other warehouses may read.

A share is a row of its producer's catalog, changed in transactions as tables are. Source:
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_DATASHARE.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_DATASHARE.html (who may)
"""

from __future__ import annotations

import time
from typing import Any

from labkit.cloud.engine.redshift.errors import RedshiftError, unsupported
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import find_relation
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.grantees import find
from labkit.cloud.redshift.warehouse.statements.schemas import find_schema

SPACE = "datashare"


def find_share(connection: Connection, name: str) -> Object:
    """A share of this warehouse.

    Raises:
        RedshiftError: there is none.
    """
    found = connection.objects.find(SPACE, name)
    if found is None:
        raise RedshiftError(f"Datashare {name} does not exist", "42704")
    return found


def shared_relations(connection: Connection, share: Object) -> list[Object]:
    """The tables and views that a share holds now, those of schemas that include new ones too."""
    named = {tuple(pair) for pair in share.body["tables"]}
    growing = {name for name, told in share.body["schemas"].items() if told["include_new"]}
    return [
        one
        for one in connection.objects.of("relation", database=share.body["database"])
        if (one.schema, one.name) in named or one.schema in growing
    ]


def consumer(share: Object, kind: str, name: str) -> dict[str, Any] | None:
    """What is known of a consumer of a share."""
    for each in share.body["consumers"]:
        if (each["kind"], each["id"]) == (kind, name):
            found: dict[str, Any] = each
            return found
    return None


@statement("CREATE DATASHARE")
def create_datashare(connection: Connection, parsed: Parsed) -> Result:
    """``CREATE DATASHARE name [[SET] PUBLICACCESSIBLE [=] TRUE | FALSE] [MANAGEDBY ADX]``

    By the database's owner, a superuser, or who has the privilege to.
    """
    words = parsed.words
    words.expect("CREATE", "DATASHARE")
    name = words.identifier()
    public = _public(words)
    if words.accept("MANAGEDBY"):
        raise unsupported("A datashare of AWS Data Exchange")
    words.end()
    if find(connection, "database", connection.database).owner != connection.user:
        grants.check_system(connection, "CREATE DATASHARE", "create datashare")
    if connection.objects.find(SPACE, name):
        raise RedshiftError(f"Datashare {name} already exists", "42710")
    body = {
        "database": connection.database,
        "public": bool(public),
        "schemas": {},
        "tables": [],
        "consumers": [],
        "created": time.time(),
    }
    connection.objects.add(Object(SPACE, "", "", name, owner=connection.user, body=body))
    return Result("CREATE DATASHARE")


def _public(words: Words) -> bool | None:
    start = words.at
    words.accept("SET")
    if not words.accept("PUBLICACCESSIBLE"):
        words.at = start
        return None
    return _truth(words)


def _truth(words: Words) -> bool:
    words.accept("=")
    found = words.accept_one("TRUE", "FALSE")
    if not found:
        raise words.refuse()
    return found == "TRUE"


@statement("DROP DATASHARE")
def drop_datashare(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("DROP", "DATASHARE")
    found = find_share(connection, words.identifier())
    words.end()
    grants.check_owner(connection, found, "DROP DATASHARE")
    connection.objects.remove(found)
    return Result("DROP DATASHARE")


@statement("ALTER DATASHARE")
def alter_datashare(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("ALTER", "DATASHARE")
    share = find_share(connection, words.identifier())
    grants.check_owner(connection, share, "ALTER DATASHARE")
    if share.body["database"] != connection.database:
        raise RedshiftError(
            f"Datashare {share.name} belongs to database {share.body['database']}", "0A000"
        )
    public = _public(words)
    if public is not None:
        share = share.changed(public=public)
    elif words.accept("SET", "INCLUDENEW"):
        share = _include_new(share, words)
    elif word := words.accept_one("ADD", "REMOVE"):
        share = _change(connection, share, words, adding=word == "ADD")
    else:
        raise words.refuse()
    words.end()
    connection.objects.replace(share)
    return Result("ALTER DATASHARE")


def _include_new(share: Object, words: Words) -> Object:
    """``SET INCLUDENEW [=] TRUE | FALSE FOR SCHEMA name``"""
    new = _truth(words)
    words.expect("FOR", "SCHEMA")
    name = words.identifier()
    _check_added(share, name)
    schemas = share.body["schemas"] | {name: {"include_new": new}}
    return share.changed(schemas=schemas)


def _check_added(share: Object, schema: str) -> None:
    if schema not in share.body["schemas"]:
        raise RedshiftError(
            f"Schema {schema} is not in datashare {share.name}. Add the schema to it first", "42704"
        )


def _change(connection: Connection, share: Object, words: Words, *, adding: bool) -> Object:
    if words.accept("ALL", "TABLES", "IN", "SCHEMA"):
        for name in words.each(words.name):
            share = _all_tables(connection, share, name[-1], adding)
        return share
    if words.accept("ALL") or words.peek("FUNCTION"):
        raise unsupported("Sharing functions, which the local AWS does not: this")
    if words.accept("SCHEMA"):
        for name in words.each(words.name):
            share = _schema(connection, share, name[-1], adding)
        return share
    if not words.accept_one("TABLE", "VIEW"):
        raise words.refuse()
    for name in words.each(words.name):
        share = _table(connection, share, name, adding)
    return share


def _schema(connection: Connection, share: Object, name: str, adding: bool) -> Object:
    schemas = dict(share.body["schemas"])
    if adding:
        grants.check(connection, find_schema(connection, name), "USAGE")
        schemas.setdefault(name, {"include_new": False})
    else:
        _check_added(share, name)
        del schemas[name]
    return share.changed(schemas=schemas)


def _all_tables(connection: Connection, share: Object, schema: str, adding: bool) -> Object:
    find_schema(connection, schema)
    relations = connection.objects.of("relation", database=connection.database, schema=schema)
    for one in relations:
        if adding:
            share = _table(connection, share, (one.schema, one.name), adding)
    if adding:
        return share
    kept = [pair for pair in share.body["tables"] if pair[0] != schema]
    return share.changed(tables=kept)


def _table(connection: Connection, share: Object, name: tuple[str, ...], adding: bool) -> Object:
    found = find_relation(connection, name)
    pair = [found.schema, found.name]
    tables = [each for each in share.body["tables"] if each != pair]
    if not adding:
        if len(tables) == len(share.body["tables"]):
            raise RedshiftError(f"{'.'.join(pair)} is not in datashare {share.name}", "42704")
        return share.changed(tables=tables)
    _check_added(share, found.schema)
    grants.check(connection, found, "SELECT")
    if found.temporary:
        raise unsupported("Sharing a temporary table")
    return share.changed(tables=[*tables, pair])
