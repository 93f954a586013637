"""The warehouses of this machine to which connections of the Data Catalog lead, over JDBC.

A connection's address is that of a cluster's or workgroup's endpoint, ``jdbc:redshift://host:port/
database``; who comes in is a name and a password, or a secret that holds both. Source:
https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labkit.cloud.access import identities
from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.glue.words import invalid, not_found
from labkit.cloud.operations import AwsError, Principal

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse import Connection

REDSHIFT, PORT = "labkit.cloud.redshift", 5439  # whose code is loaded when it is needed
_ADDRESS = re.compile(r"jdbc:redshift://([^:/?;]+)(?::(\d+))?/([^?;]+)(?:[?;].*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Behind:
    """What a table of the Data Catalog stands for in a warehouse.

    Args:
        connection: the name of the Glue connection that leads there.
        database: of the warehouse.
        table: with its schema, ``public.students``.
    """

    connection: str
    database: str
    table: str


def behind(definition: Mapping[str, Any]) -> Behind | None:
    """What a table stands for, as crawlers of JDBC targets tell it; ``None`` for tables of files.

    >>> behind({"StorageDescriptor": {"Location": "dev.public.t"},
    ...         "Parameters": {"classification": "redshift", "connectionName": "c"}})
    Behind(connection='c', database='dev', table='public.t')
    """
    told = definition.get("Parameters") or {}
    if told.get("classification") != "redshift" or not told.get("connectionName"):
        return None
    where = (definition.get("StorageDescriptor") or {}).get("Location") or ""
    database, _, table = where.partition(".")
    return Behind(told["connectionName"], database, table)


def connect(
    cloud: Cloud,
    principal: Principal,
    region: str,
    name: str,
    *,
    application: str,
    database: str = "",
) -> Connection:
    """A session of the warehouse that a connection leads to.

    Args:
        principal: who reads the connection's secret.
        name: of the connection.
        application: how the session calls itself.
        database: in place of the connection's own.

    Raises:
        AwsError: ``EntityNotFoundException``, there is no such connection; or
            ``InvalidInputException``, it leads to no warehouse here, or lets nobody in.
    """
    found = cloud.backend("glue", region).connections.get(name)
    if found is None:
        raise not_found(f"Connection {name} not found.")
    cloud.load(REDSHIFT)
    from labkit.cloud.redshift import logins
    from labkit.cloud.redshift.warehouse import open_warehouse

    properties = found.connection_input.get("ConnectionProperties") or {}
    key, own = _place(cloud, name, properties.get("JDBC_CONNECTION_URL") or "")
    database = database or own
    try:
        user, password = _login(cloud, principal, region, properties)
        admitted = logins.log_in(cloud, key, user, password, database)
        warehouse = open_warehouse(cloud, key)
        return warehouse.connect(admitted.user, database, application=application)
    except (AwsError, RedshiftError) as error:
        raise invalid(f"The connection {name} lets nobody in: {error.message}") from error


def administer(cloud: Cloud, key: str, database: str) -> Connection:
    """A session of a warehouse's administrator.

    Raises:
        RedshiftError: the warehouse or the database is not there.
    """
    cloud.load(REDSHIFT)
    from labkit.cloud.redshift.warehouse import open_warehouse

    warehouse = open_warehouse(cloud, key)
    return warehouse.connect(warehouse.state.admin, database)


def _place(cloud: Cloud, name: str, address: str) -> tuple[str, str]:
    """The key of the warehouse at an address, and the database."""
    told = _ADDRESS.fullmatch(address)
    if told is None:
        raise invalid(
            f"The connection {name} leads to '{address}': of databases, the local AWS has "
            "Redshift alone, at jdbc:redshift://host:port/database."
        )
    from labkit.cloud.redshift import wire

    host, port = told[1], int(told[2] or PORT)
    key = wire.key_at(cloud, host, port)
    if key is None:
        raise invalid(f"The connection {name} leads to {host}:{port}, where no warehouse answers.")
    return key, told[3]


def _login(
    cloud: Cloud, principal: Principal, region: str, properties: Mapping[str, str]
) -> tuple[str, str]:
    from labkit.cloud.redshift.data_api.target import secret_login

    if secret := properties.get("SECRET_ID"):
        found = cloud.backend("secretsmanager", region).secrets.get(secret)
        arn = found.arn if found else secret
        identities.check(cloud, principal, "secretsmanager:GetSecretValue", arn)
        return secret_login(cloud, region, secret)
    return properties.get("USERNAME", ""), properties.get("PASSWORD", "")
