"""A cluster in the session's local AWS, spoken to by the Data API."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import wait_for

PLACE = {"ClusterIdentifier": "data-api", "DbUser": "awsuser", "Database": "dev"}
ENDED = ("FINISHED", "FAILED", "ABORTED")


class Data:
    """The Data API, with waiting."""

    place = PLACE

    def __init__(self, client: Any) -> None:
        self.client = client

    def ended(self, number: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            found: dict[str, Any] = self.client.describe_statement(Id=number)
            return found if found["Status"] in ENDED else None

        return dict(wait_for(look))

    def run(self, sql: str, **members: Any) -> dict[str, Any]:
        """Run one statement to its end."""
        told = {} if "SessionId" in members else dict(self.place)
        return self.ended(self.client.execute_statement(Sql=sql, **told | members)["Id"])

    def rows(self, sql: str, **members: Any) -> list[list[Any]]:
        """A query's values."""
        return self.values(self.run(sql, **members))

    def values(self, told: dict[str, Any]) -> list[list[Any]]:
        """The values of a statement that has succeeded; none where it is not one that has rows."""
        assert told["Status"] == "FINISHED", told.get("Error")
        if not told["HasResultSet"]:
            return []
        found = self.client.get_statement_result(Id=told["Id"])["Records"]
        return [[value(field) for field in row] for row in found]

    def query(self, sql: str) -> int:
        """Run a statement that must succeed; its query id."""
        told = self.run(sql)
        assert told["Status"] == "FINISHED", (sql, told.get("Error"))
        return int(told["RedshiftQueryId"])

    def done(self, *sqls: str) -> None:
        """Run statements that must succeed."""
        for sql in sqls:
            self.query(sql)

    def refusal(self, sql: str, **members: Any) -> str:
        """The error of a statement that must fail."""
        told = self.run(sql, **members)
        assert told["Status"] == "FAILED", sql
        return str(told["Error"])


def value(field: dict[str, Any]) -> Any:
    return None if field.get("isNull") else next(iter(field.values()))


def create_cluster(redshift: Any, name: str = PLACE["ClusterIdentifier"]) -> None:
    """The cluster of `PLACE`, or another; one that is there is left as it is."""
    with contextlib.suppress(redshift.exceptions.ClusterAlreadyExistsFault):
        redshift.create_cluster(
            ClusterIdentifier=name,
            NodeType="ra3.large",
            NumberOfNodes=2,
            MasterUsername=PLACE["DbUser"],
            MasterUserPassword="Labkit2024",
        )
    redshift.get_waiter("cluster_available").wait(ClusterIdentifier=name, WaiterConfig={"Delay": 1})


@pytest.fixture
def data(aws: Callable[..., Any]) -> Data:
    create_cluster(aws("redshift"))
    return Data(aws("redshift-data"))
