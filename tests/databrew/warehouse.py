"""A warehouse for tests of DataBrew, and the connections of Glue that lead to it."""

from collections.abc import Callable
from typing import Any

from tests.databrew.lake import Lake, Record
from tests.redshift.conftest import PLACE, Data, create_cluster


class Warehouse(Data):
    """A cluster, and connections that lead to it."""

    def __init__(self, client: Callable[[str], Any], fresh: Callable[..., str]) -> None:
        self.fresh, self.connections = fresh, list[str]()
        self.reach(client)
        create_cluster(client("redshift"))
        told = client("redshift").describe_clusters(ClusterIdentifier=PLACE["ClusterIdentifier"])
        self.endpoint = told["Clusters"][0]["Endpoint"]
        self.schema = fresh("brew", "_")
        self.done(f"CREATE SCHEMA {self.schema}")

    def reach(self, client: Callable[[str], Any]) -> None:
        """Speak by these clients from now on."""
        super().__init__(client("redshift-data"))
        self.glue = client("glue")

    def connection(self, **changes: str) -> str:
        """A connection of a name of its own."""
        name = self.fresh("warehouse")
        properties = {
            "JDBC_CONNECTION_URL": self.address(),
            "USERNAME": PLACE["DbUser"],
            "PASSWORD": "Labkit2024",
        }
        properties = {each: told for each, told in (properties | changes).items() if told}
        told = {"Name": name, "ConnectionType": "JDBC", "ConnectionProperties": properties}
        self.glue.create_connection(ConnectionInput=told)
        self.connections.append(name)
        return name

    def forget(self) -> None:
        """Delete its connections."""
        self.glue.batch_delete_connection(ConnectionNameList=self.connections)

    def address(self, database: str = "dev") -> str:
        return f"jdbc:redshift://{self.endpoint['Address']}:{self.endpoint['Port']}/{database}"

    def tables(self) -> list[str]:
        """The tables of its schema."""
        sql = f"SELECT tablename FROM pg_tables WHERE schemaname = '{self.schema}' ORDER BY 1"
        return [str(name) for (name,) in self.rows(sql)]


def to(lake: Lake, connection: str, table: str, **members: Any) -> Record:
    options = {"TableName": table, "TempDirectory": {"Bucket": lake.bucket, "Key": "temp/"}}
    return {"GlueConnectionName": connection, "DatabaseOptions": options, **members}
