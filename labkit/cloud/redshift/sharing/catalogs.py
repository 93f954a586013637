"""SVV_DATASHARES and kin, ``SHOW DATASHARES``, ``DESC DATASHARE``.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_DATASHARES.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import quoted_string
from labkit.cloud.redshift.sharing.consumers import linked_to, opened, shared_database
from labkit.cloud.redshift.sharing.producers import producer, reading, warehouses
from labkit.cloud.redshift.sharing.shares import SPACE, consumer, find_share, shared_relations
from labkit.cloud.redshift.system.catalogs import OTHERS, relations
from labkit.cloud.redshift.system.granted import WHOLE, rows_of
from labkit.cloud.redshift.system.registry import moment, system
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.shown_names import NOTHING
from labkit.cloud.redshift.warehouse.statements.select import run_query
from labkit.cloud.redshift.warehouse.statements.showing import TABLES

_V = "varchar(128)"
_TYPES = {"table": "table", "view": "view", "matview": "materialized view"}


@dataclass(frozen=True)
class Listed:
    """A share as this warehouse sees it.

    Args:
        direction: ``OUTBOUND`` for its own, ``INBOUND`` for what others share with it.
        objects: type and name of what it holds, and whether new ones come by themselves.
    """

    share: Object
    direction: str
    namespace: str
    objects: tuple[tuple[str, str, bool | None], ...]


def listed(connection: Connection) -> Iterator[Listed]:
    """The warehouse's own shares, and those that it may read."""
    own = connection.warehouse
    for share in connection.objects.of(SPACE):
        if share.owner == connection.user or grants.is_superuser(connection, connection.user):
            yield Listed(share, "OUTBOUND", own.namespace, _objects(connection, share))
    for other in warehouses(own.cloud):
        if other is own:
            continue
        with reading(other) as session:
            for share in session.objects.of(SPACE):
                told = consumer(share, "namespace", own.namespace) or consumer(
                    share, "account", own.cloud.account
                )
                if told and told["status"] == "ACTIVE":
                    yield Listed(share, "INBOUND", other.namespace, _objects(session, share))


def _objects(session: Connection, share: Object) -> tuple[tuple[str, str, bool | None], ...]:
    schemas = [
        ("schema", name, bool(told["include_new"])) for name, told in share.body["schemas"].items()
    ]
    relations = [
        (_TYPES[one.kind], f"{one.schema}.{one.name}", None)
        for one in shared_relations(session, share)
    ]
    return (*schemas, *relations)


@system("svv_datashares", f"share_name {_V}, share_id int, share_owner int, "
        f"source_database {_V}, consumer_database {_V}, share_type varchar(8), "
        "createdate timestamp, is_publicaccessible boolean, share_acl varchar(256), "
        f"producer_account varchar(16), producer_namespace varchar(64), "
        "managed_by varchar(64)")  # fmt: skip
def svv_datashares(connection: Connection) -> Iterator[Any]:
    account = connection.warehouse.cloud.account
    for one in listed(connection):
        share, own = one.share, one.direction == "OUTBOUND"
        owner = grants.user_id(connection, share.owner) if own else None
        source = share.body["database"] if own else None
        made = None if own else _database_over(connection, one)
        first = (share.name, share.oid, owner, source, made, one.direction)
        created = moment(share.body["created"]) if own else None
        yield *first, created, share.body["public"], None, account, one.namespace, None


def _database_over(connection: Connection, one: Listed) -> str | None:
    for database in connection.objects.of("database"):
        told = database.body
        if (told.get("share"), told.get("namespace")) == (one.share.name, one.namespace):
            return database.name
    return None


@system("svv_datashare_objects", f"share_type varchar(8), share_name {_V}, "
        "object_type varchar(64), object_name varchar(512), producer_account varchar(16), "
        "producer_namespace varchar(64), include_new boolean")  # fmt: skip
def svv_datashare_objects(connection: Connection) -> Iterator[Any]:
    account = connection.warehouse.cloud.account
    for one in listed(connection):
        for kind, name, new in one.objects:
            yield one.direction, one.share.name, kind, name, account, one.namespace, new


@system("svv_datashare_consumers", f"share_name {_V}, consumer_account varchar(16), "
        "consumer_namespace varchar(64), share_date timestamp")  # fmt: skip
def svv_datashare_consumers(connection: Connection) -> Iterator[Any]:
    for share in connection.objects.of(SPACE):
        for each in share.body["consumers"]:
            account = each["id"] if each["kind"] == "account" else None
            namespace = each["id"] if each["kind"] == "namespace" else None
            yield share.name, account, namespace, moment(each["created"])


@system("svv_datashare_privileges", f"datashare_name {_V}, {WHOLE}")
def svv_datashare_privileges(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_DATASHARE_PRIVILEGES.html"""
    for share in connection.objects.of(SPACE):
        yield from ((share.name, *row) for row in rows_of(connection, share))


def shared_tables(connection: Connection) -> Iterator[Object]:
    """The tables of the databases that were made from shares, as far as they can be read now."""
    for database in connection.objects.of("database"):
        if database.body.get("type") != "shared":
            continue
        try:
            with opened(connection, database) as (session, share):
                found = shared_relations(session, share)
        except RedshiftError as error:
            connection.notices.append(f"{database.name}: {error.message}")
            continue
        for one in found:
            yield replace(one.changed(kind="shared"), database=database.name)


def linked_tables(connection: Connection) -> Iterator[Object]:
    """The tables of external schemas on other databases of the warehouse.

    Source: https://github.com/aws/amazon-redshift-python-driver/blob/master/test/integration/metadata/test_enable_table_types.py
    """
    for schema in connection.objects.of("schema", database=connection.database):
        if not grants.allowed(connection, schema, "USAGE", connection.user):
            continue
        if place := linked_to(schema):
            is_shared = shared_database(connection, place[0])
            known = (
                shared_tables(connection) if is_shared else relations(connection, everywhere=True)
            )
            for one in known:
                if (one.database, one.schema) == place:
                    shown = one.changed(kind="external")
                    yield replace(shown, database=connection.database, schema=schema.name)


def _found(connection: Connection, name: tuple[str, ...]) -> Object | None:
    """A table of a share, or of a schema on another database, for SHOW COLUMNS."""
    database = name[0] if len(name) > 2 else connection.database
    schema, last = ("", *name)[-2:]
    local = connection.objects.find("schema", schema, database=database)
    if not shared_database(connection, database) and not (local and linked_to(local)):
        return None
    for one in (*shared_tables(connection), *linked_tables(connection)):
        if (one.database, one.schema, one.name) == (database, schema, last):
            return Object("relation", database, schema, last, body={"kind": "shared"})
    return NOTHING


OTHERS.extend((shared_tables, linked_tables))
TABLES.insert(0, _found)


@statement("SHOW DATASHARES")
def show_datashares(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("SHOW", "DATASHARES")
    like = quoted_string(words.string()) if words.accept("LIKE") else "'%'"
    words.end()
    sql = (
        "SELECT share_name, share_owner, source_database, consumer_database, share_type, "
        "createdate, is_publicaccessible, share_acl, producer_account, producer_namespace "
        f"FROM svv_datashares WHERE share_name LIKE {like} ORDER BY share_name"
    )
    return run_query(connection, sql, Parsed(sql))


@statement("DESC DATASHARE", "DESCRIBE DATASHARE")
def describe_datashare(connection: Connection, parsed: Parsed) -> Result:
    """``DESC DATASHARE name [OF [ACCOUNT 'number'] NAMESPACE 'guid']``"""
    words = parsed.words
    words.take()
    words.expect("DATASHARE")
    name, namespace = words.identifier(), connection.warehouse.namespace
    if words.accept("OF"):
        if words.accept("ACCOUNT"):
            words.string()
        words.expect("NAMESPACE")
        namespace = words.string().lower()
    words.end()
    _check_known(connection, name, namespace)
    sql = (
        "SELECT producer_account, producer_namespace, share_type, share_name, object_type, "
        f"object_name, include_new FROM svv_datashare_objects WHERE share_name = "
        f"{quoted_string(name)} AND producer_namespace = {quoted_string(namespace)} "
        "ORDER BY object_type, object_name"
    )
    return run_query(connection, sql, Parsed(sql))


def _check_known(connection: Connection, name: str, namespace: str) -> None:
    if namespace == connection.warehouse.namespace:
        find_share(connection, name)
        return
    producer(connection.warehouse.cloud, namespace)
    if not any((o.share.name, o.namespace) == (name, namespace) for o in listed(connection)):
        raise RedshiftError(f"Datashare {name} does not exist", "42704")
