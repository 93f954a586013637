"""Two warehouses in the session's local AWS: one that shares, one that reads."""

from typing import Any

import pytest

from tests.redshift.conftest import PLACE, Data, create_cluster


class Side(Data):
    """One warehouse, spoken to by the Data API."""

    def __init__(self, client: Any, cluster: str, database: str) -> None:
        super().__init__(client)
        self.cluster, self.database = cluster, database

    def run(self, sql: str, **members: Any) -> dict[str, Any]:
        place = {"ClusterIdentifier": self.cluster, "Database": self.database}
        return super().run(sql, **{**place, **members})

    @property
    def namespace(self) -> str:
        return str(self.rows("SELECT current_namespace")[0][0])


@pytest.fixture(scope="session")
def producer(cloud: Any) -> Side:
    """The warehouse whose database ``sharing`` is shared from."""
    create_cluster(cloud.client("redshift"))
    client = cloud.client("redshift-data")
    Side(client, PLACE["ClusterIdentifier"], "dev").done("CREATE DATABASE sharing")
    return Side(client, PLACE["ClusterIdentifier"], "sharing")


@pytest.fixture(scope="session")
def reader(cloud: Any) -> Side:
    """The warehouse that reads."""
    create_cluster(cloud.client("redshift"), "reader")
    return Side(cloud.client("redshift-data"), "reader", "dev")
