"""A bucket that QuickSight may read, data sets upon it, and the rows that a reader sees of them."""

import functools
import json
import os
import secrets
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from labkit.cloud.cloud import Cloud
from labkit.cloud.lake.engines import open_session
from labkit.cloud.operations import Principal
from labkit.cloud.quicksight.spice.opening import open_data_set
from labkit.cloud.s3.bodies import BODIES
from labkit.cloud.server import SETTINGS

BUCKET = "quicksight-lake"
ORDERS = (
    "order id,region,city,day,quantity,price\n"
    "1,North,Oslo,2024-01-05,3,2.50\n"
    "2,South,Rome,2024-01-06,1,10.00\n"
    "3,North,Bergen,2024-02-01,2,4.25\n"
    "4,East,,2024-02-11,5,1.00\n"
)
ORDERS_COLUMNS = {
    "order id": "INTEGER",
    "region": "STRING",
    "city": "STRING",
    "day": "DATETIME",
    "quantity": "INTEGER",
    "price": "DECIMAL",
}


class Lake:
    """Makes files, data sources and data sets, and reads data sets as their readers do."""

    def __init__(self, cloud: Any, quicksight: Any, client: Any) -> None:
        self.cloud, self.quicksight, self.client = cloud, quicksight, client

    def name(self, stem: str) -> str:
        """A new one; several of these share a cloud."""
        return f"{stem}-{secrets.token_hex(4)}"

    def put(self, key: str, body: str | bytes, **options: Any) -> str:
        body = body.encode() if isinstance(body, str) else body
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body, **options)
        return f"s3://{BUCKET}/{key}"

    def source(self, body: str | bytes = ORDERS, ending: str = "csv", **settings: Any) -> str:
        """The ARN of a data source of one file."""
        name = self.name("source")
        uri = self.put(f"{name}/data.{ending}", body)
        return self.manifest(name, [{"URIs": [uri]}], settings)

    def manifest(self, name: str, locations: list[Any], settings: dict[str, Any]) -> str:
        return self.manifested(name, fileLocations=locations, globalUploadSettings=settings)

    def manifested(self, name: str, **content: Any) -> str:
        key = f"{name}/manifest.json"
        self.put(key, json.dumps(content))
        answer = self.quicksight.create_data_source(
            DataSourceId=name,
            Name=name,
            Type="S3",
            DataSourceParameters={
                "S3Parameters": {"ManifestFileLocation": {"Bucket": BUCKET, "Key": key}}
            },
        )
        assert answer["CreationStatus"] == "CREATION_SUCCESSFUL", answer
        return str(answer["Arn"])

    def s3_table(self, source: str, columns: dict[str, str], **members: Any) -> dict[str, Any]:
        listed = [{"Name": name, "Type": kind} for name, kind in columns.items()]
        return {"S3Source": {"DataSourceArn": source, "InputColumns": listed, **members}}

    def orders(self, body: str = ORDERS) -> dict[str, Any]:
        return self.s3_table(self.source(body), ORDERS_COLUMNS)

    def create(self, tables: dict[str, Any], **members: Any) -> str:
        """The id of a new data set, imported where it is for SPICE."""
        id = self.name("dataset")
        mode = members.pop("ImportMode", "SPICE")
        answer = self.quicksight.create_data_set(
            DataSetId=id, Name=id, PhysicalTableMap=tables, ImportMode=mode, **members
        )
        if mode == "SPICE":
            self.imported(id, answer["IngestionId"])
        return id

    def transformed(self, steps: list[Any], body: str = ORDERS, **members: Any) -> str:
        """The id of a data set of orders with steps."""
        logical = {
            "t": {"Alias": "orders", "Source": {"PhysicalTableId": "p"}, "DataTransforms": steps}
        }
        return self.create({"p": self.orders(body)}, LogicalTableMap=logical, **members)

    def ended(self, id: str, ingestion: str) -> dict[str, Any]:
        """An ingestion, once it has ended."""
        deadline = time.monotonic() + 120
        while True:
            found: dict[str, Any] = self.quicksight.describe_ingestion(
                DataSetId=id, IngestionId=ingestion
            )["Ingestion"]
            if found["IngestionStatus"] in ("COMPLETED", "FAILED", "CANCELLED"):
                return found
            assert time.monotonic() < deadline, found
            time.sleep(0.02)

    def imported(self, id: str, ingestion: str) -> dict[str, Any]:
        found = self.ended(id, ingestion)
        assert found["IngestionStatus"] == "COMPLETED", found
        return found

    def refresh(self, id: str, kind: str = "FULL_REFRESH") -> dict[str, Any]:
        ingestion = self.name("ingestion")
        self.quicksight.create_ingestion(DataSetId=id, IngestionId=ingestion, IngestionType=kind)
        return self.ended(id, ingestion)

    def columns(self, id: str) -> dict[str, str]:
        told = self.quicksight.describe_data_set(DataSetId=id)["DataSet"]["OutputColumns"]
        return {column["Name"]: column["Type"] for column in told}

    def rows(self, id: str, sql: str = "FROM data", **reader: Any) -> list[tuple[Any, ...]]:
        """What a query over a data set answers to a reader, sorted."""
        cloud = self._cloud()
        with open_session(cloud) as session:
            found = self.open(id, session=session, **reader)
            text = f"WITH data AS ({found.sql}) {sql}"
            rows = session.connection.execute(text).fetchall()
        return sorted(rows, key=str)

    def open(self, id: str, **reader: Any) -> Any:
        cloud = self._cloud()
        principal = Principal(f"arn:aws:iam::{cloud.account}:user/learner", cloud.account)
        return open_data_set(cloud, principal, self.cloud.region, id, **reader)

    def version(self, id: str) -> str:
        """The name of the file that SPICE has of a data set."""
        return str(self.open(id).version.removesuffix(".parquet"))

    def load(self) -> None:
        """Know what moto holds too, which data sets need that are queried directly."""
        cloud = self._cloud()
        iam = cloud.backend("iam")
        with patch.dict(os.environ, SETTINGS):  # as the server, which knows AWS's own policies
            iam.aws_managed_policies = iam._init_aws_policies()
            iam.managed_policies = iam._init_managed_policies()
        cloud.state.load()

    def _cloud(self) -> Cloud:
        """The running cloud's workspace, its records as they are now."""
        found = _workspace(self.cloud.home)
        BODIES.open(self.cloud.home / "s3")  # a process knows one workspace, this one has several
        found._records.clear()
        return found


@functools.cache
def _workspace(home: Path) -> Cloud:
    return Cloud(home)


@pytest.fixture(scope="session")
def lake(cloud: Any, quicksight: Any, client: Any, allow_bucket: Any) -> Lake:
    client("s3").create_bucket(Bucket=BUCKET)
    allow_bucket(BUCKET)
    return Lake(cloud, quicksight, client)
