"""Clusters and workgroups in the session's local AWS."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.redshift.conftest import Data

PASSWORD = "Labkit2024"
BASICS: dict[str, Any] = {
    "NodeType": "ra3.large",
    "NumberOfNodes": 2,
    "MasterUsername": "awsuser",
    "MasterUserPassword": PASSWORD,
}


class Clusters:
    """The service ``redshift``, and SQL on its clusters."""

    def __init__(self, redshift: Any, data: Data) -> None:
        self.redshift, self.data = redshift, data

    def create(self, name: str, **members: Any) -> str:
        self.redshift.create_cluster(ClusterIdentifier=name, **BASICS | members)
        return self.settled(name)

    def settled(self, name: str, *states: str) -> str:
        """Wait until a cluster is in one of the states; its name."""
        wanted = states or ("available",)
        wait_for(lambda: self.tell(name)["ClusterStatus"] in wanted)
        return name

    def gone(self, name: str) -> None:
        """Wait until a cluster is deleted."""
        wait_for(lambda: name not in [each["ClusterIdentifier"] for each in self.every()])

    def every(self) -> list[dict[str, Any]]:
        return list(self.redshift.describe_clusters()["Clusters"])

    def tell(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.redshift.describe_clusters(ClusterIdentifier=name)
        return dict(found["Clusters"][0])

    def run(self, name: str, sql: str, **members: Any) -> list[list[Any]]:
        place = {"ClusterIdentifier": name, "Database": "dev", "DbUser": "awsuser"}
        given = place | members
        if "SecretArn" in members:
            del given["DbUser"]
        number = self.data.client.execute_statement(Sql=sql, **given)["Id"]
        return self.data.values(self.data.ended(number))


@pytest.fixture
def clusters(aws: Callable[..., Any]) -> Clusters:
    return Clusters(aws("redshift"), Data(aws("redshift-data")))


@pytest.fixture(scope="session")
def _standing() -> dict[str, str]:
    return {}


@pytest.fixture
def standing(clusters: Clusters, _standing: dict[str, str]) -> str:
    """A cluster that tests share and leave as it is."""
    if not _standing:
        _standing["name"] = clusters.create("standing", Tags=[{"Key": "team", "Value": "a"}])
    return _standing["name"]


def refused(call: Callable[..., Any], **members: Any) -> tuple[str, str]:
    """The code and the message of a call's refusal."""
    with pytest.raises(ClientError) as caught:
        call(**members)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
