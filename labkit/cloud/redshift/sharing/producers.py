"""Where shares come from: the warehouses of the account, by the ids of their namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.warehouse import Connection, Warehouse, open_warehouse, warehouse_state
from labkit.cloud.redshift.warehouse.objects import Object


def warehouse_keys(cloud: Cloud) -> list[str]:
    """The keys of all warehouses that have data."""
    root = cloud.home / "redshift"
    files = [path for kind in ("cluster", "namespace") for path in (root / kind).glob("*.duckdb")]
    keys = sorted(f"{path.parent.name}/{path.stem}" for path in files)
    return [key for key in keys if warehouse_state(cloud, key)]


def warehouses(cloud: Cloud) -> Iterator[Warehouse]:
    """All warehouses that are not paused."""
    for key in warehouse_keys(cloud):
        state = warehouse_state(cloud, key)
        if state and not state.paused:
            yield open_warehouse(cloud, key)


def producer(cloud: Cloud, namespace: str) -> Warehouse:
    """The warehouse of a namespace.

    Raises:
        RedshiftError: there is none, or it is paused.
    """
    paused = False
    for key in warehouse_keys(cloud):
        state = warehouse_state(cloud, key)
        if state and state.paused:
            paused = paused or state.namespace == namespace
        elif (found := open_warehouse(cloud, key)).namespace == namespace:
            return found
    if paused:
        raise RedshiftError("The producer cluster of the datashare is paused", "57P03")
    raise RedshiftError(f"Namespace {namespace} does not exist", "42704")


@contextmanager
def reading(warehouse: Warehouse, database: str = "") -> Iterator[Connection]:
    """A session of a producer's administrator in a transaction, which sees what is committed."""
    place = database or warehouse.state.database
    connection = warehouse.connect(warehouse.state.admin, place, application="datashare")
    connection.shared = True
    try:
        connection.begin()
        yield connection
        connection.rollback()
    finally:
        connection.close()


def share_of(connection: Connection, share: str, consumer_namespace: str) -> Object:
    """A share, as a consumer may use it.

    Raises:
        RedshiftError: it is not there, or not for this consumer.
    """
    from labkit.cloud.redshift.sharing.shares import SPACE, consumer

    found = connection.objects.find(SPACE, share)
    account = connection.warehouse.cloud.account
    told = found and (
        consumer(found, "namespace", consumer_namespace) or consumer(found, "account", account)
    )
    if found is None or not told or told["status"] != "ACTIVE":
        raise RedshiftError(
            f"Datashare {share} does not exist or is not shared with this namespace", "42501"
        )
    return found
