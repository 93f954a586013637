"""A cluster of the session's local AWS, and clients of its port."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redshift_connector

from tests.conftest import wait_for

USER, PASSWORD, DATABASE = "awsuser", "Secret123", "dev"


@dataclass(frozen=True)
class Place:
    """Where a cluster answers."""

    cluster: str
    host: str
    port: int
    home: Path

    def members(self, **other: Any) -> dict[str, Any]:
        """The place and the administrator's login, as Python's drivers take them."""
        told = {"host": self.host, "port": self.port, "user": USER, "password": PASSWORD}
        return told | other

    def psycopg(self, **other: Any) -> psycopg.Connection[Any]:
        members = self.members(dbname=DATABASE, autocommit=True) | other
        return psycopg.connect(**members)

    def redshift(self, **other: Any) -> redshift_connector.Connection:
        return redshift_connector.connect(**self.members(database=DATABASE, ssl=False) | other)


@pytest.fixture(scope="session")
def place(cloud: Any) -> Place:
    client = cloud.client("redshift")
    client.create_cluster(
        ClusterIdentifier="wire",
        NodeType="ra3.xlplus",
        NumberOfNodes=2,
        MasterUsername=USER,
        MasterUserPassword=PASSWORD,
        DBName=DATABASE,
    )

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = client.describe_clusters(ClusterIdentifier="wire")["Clusters"][0]
        return found["Endpoint"] if found["ClusterStatus"] == "available" else None

    endpoint = wait_for(look)
    return Place("wire", endpoint["Address"], endpoint["Port"], cloud.home)


@pytest.fixture
def session(place: Place) -> Iterator[psycopg.Connection[Any]]:
    """psycopg's connection as the administrator, each statement a transaction."""
    with place.psycopg() as connection:
        yield connection


@pytest.fixture
def run(session: psycopg.Connection[Any]) -> Callable[..., list[tuple[Any, ...]]]:
    """``run("SELECT 1")``: the rows of a statement, none where it gives none."""

    def rows(sql: str, *values: Any, **options: Any) -> list[tuple[Any, ...]]:
        cursor = session.execute(sql, values or None, **options)
        return cursor.fetchall() if cursor.description else []

    return rows
