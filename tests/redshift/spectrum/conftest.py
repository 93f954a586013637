"""A small lake in the Glue catalog, and a database of the cluster with external schemas on it."""

import datetime as dt
import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.redshift.conftest import PLACE, Data, create_cluster
from tests.redshift.copied import allow, make_role

BUCKET, DATABASE = "spectrum-lake", "spectrum_raw"
MONTHS = ("2008-01", "2008-02", "2008-03")
_HIVE = "org.apache.hadoop.hive"
PARQUET = {
    "InputFormat": f"{_HIVE}.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": f"{_HIVE}.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": f"{_HIVE}.ql.io.parquet.serde.ParquetHiveSerDe"},
}
CSV = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": f"{_HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": f"{_HIVE}.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": ","},
    },
}
PEOPLE = {
    "id": pa.array([1, 2], pa.int32()),
    "who": [{"given": "Ann", "age": 30}, {"given": "Bob", "age": 40}],
    "phones": [["1", "2"], []],
    "orders": [[{"price": 1.5, "day": "mon"}, {"price": 2.5, "day": "tue"}], None],
    "tags": pa.array([[("home", '{"a":1}'), ("work", "x")], []], pa.map_(pa.utf8(), pa.utf8())),
    "seen": [{"at": dt.datetime(2018, 3, 1, 11, 59, 59, 500000)}, None],
}


class Spectrum(Data):
    """The Data API on the database of these tests."""

    database = "spectrum"

    def run(self, sql: str, **members: Any) -> dict[str, Any]:
        return super().run(sql, **{"Database": self.database, **members})

    def rows_where(self, settings: str, sql: str) -> list[list[Any]]:
        """A query's values, in a session of these settings."""
        session = self.run(settings, SessionKeepAliveSeconds=60)["SessionId"]
        return self.values(Data.run(self, sql, SessionId=session))

    def types(self, sql: str) -> list[str]:
        number = self.run(sql)["Id"]
        found = self.client.get_statement_result(Id=number)["ColumnMetadata"]
        return [column["typeName"] for column in found]


def columns(text: str) -> list[dict[str, str]]:
    """``"id int, name string"`` as the catalog has it."""
    pairs = [part.strip().split(" ", 1) for part in text.split(";")]
    return [{"Name": name, "Type": kind} for name, kind in pairs]


def put_parquet(s3: Any, key: str, table: pa.Table) -> None:
    body = io.BytesIO()
    pq.write_table(table, body)
    s3.put_object(Bucket=BUCKET, Key=key, Body=body.getvalue())


def _sales(s3: Any, glue: Any) -> None:
    declared = columns("id int; amount decimal(8,2); name string")
    storage = {"Columns": declared, "Location": f"s3://{BUCKET}/sales/", **PARQUET}
    keys = columns("month string; day int")
    _table(glue, "sales", storage, PartitionKeys=keys)
    for month in MONTHS:
        place = f"sales/month={month}/day=1/"
        amounts = pa.array([1.5, 2.5, 3.5]).cast(pa.decimal128(8, 2))
        rows = {"id": pa.array([1, 2, 3], pa.int32()), "amount": amounts, "name": list("abc")}
        put_parquet(s3, f"{place}a.parquet", pa.table(rows))
        own = storage | {"Location": f"s3://{BUCKET}/{place}"}
        glue.create_partition(
            DatabaseName=DATABASE,
            TableName="sales",
            PartitionInput={"Values": [month, "1"], "StorageDescriptor": own},
        )


def _table(glue: Any, name: str, storage: Any, **more: Any) -> None:
    told = {"Name": name, "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage, **more}
    glue.create_table(DatabaseName=DATABASE, TableInput=told)


def _others(s3: Any, glue: Any) -> None:
    kinds = (
        "id int; who struct<given:string,age:int>; phones array<string>; "
        "orders array<struct<price:double,day:string>>; tags map<string,string>; "
        "seen struct<at:timestamp>"
    )
    put_parquet(s3, "people/a.parquet", pa.table(PEOPLE))
    place = f"s3://{BUCKET}/people/"
    _table(glue, "people", {"Columns": columns(kinds), "Location": place, **PARQUET})
    weights = {"w": [1.5, 2.5, -1.5], "small": pa.array([1.5, 2.5, None], pa.float32())}
    put_parquet(s3, "weights/a.parquet", pa.table(weights))
    place = f"s3://{BUCKET}/weights/"
    _table(
        glue, "weights", {"Columns": columns("w double; small float"), "Location": place, **PARQUET}
    )
    s3.put_object(Bucket=BUCKET, Key="lines/a.csv", Body=b"1,x\n2,\\N\n")
    place = f"s3://{BUCKET}/lines/"
    _table(glue, "lines", {"Columns": columns("id bigint; t string"), "Location": place, **CSV})


@pytest.fixture(scope="session")
def role(cloud: Any) -> str:
    """A role that reads and writes the lake, attached to the cluster."""
    create_cluster(cloud.client("redshift"))
    arn = make_role(cloud.client, "spectrum-reader", allow("s3:*", "glue:*"))
    cloud.client("redshift").modify_cluster_iam_roles(
        ClusterIdentifier=PLACE["ClusterIdentifier"], AddIamRoles=[arn]
    )
    return arn


@pytest.fixture(scope="session")
def lake(cloud: Any, role: str) -> Spectrum:
    """The lake's tables under the schema ``raw``, beside the local table ``names``."""
    s3, glue = cloud.client("s3"), cloud.client("glue")
    s3.create_bucket(Bucket=BUCKET)
    glue.create_database(DatabaseInput={"Name": DATABASE})
    _sales(s3, glue)
    _others(s3, glue)
    found = Spectrum(cloud.client("redshift-data"))
    assert Data(found.client).run("CREATE DATABASE spectrum")["Status"] == "FINISHED"
    found.done(
        f"CREATE EXTERNAL SCHEMA raw FROM DATA CATALOG DATABASE '{DATABASE}' IAM_ROLE '{role}'",
        "CREATE TABLE names (id int, name varchar(20))",
        "INSERT INTO names VALUES (1, 'one'), (2, 'two'), (9, 'nine')",
    )
    return found


@pytest.fixture
def with_policy(cloud: Any, lake: Spectrum, fresh: Callable[..., str]) -> Callable[..., str]:
    """``with_policy("s3:*")``: a schema on the lake whose role may do these things."""

    def make(*actions: str, resource: str = "*", service: str = "redshift") -> str:
        name = fresh("spectrum")
        may = allow(*actions, resource=resource)
        arn = make_role(cloud.client, name, may, service=service)
        cloud.client("redshift").modify_cluster_iam_roles(
            ClusterIdentifier=PLACE["ClusterIdentifier"], AddIamRoles=[arn]
        )
        schema = fresh("s", "_")
        source = f"FROM DATA CATALOG DATABASE '{DATABASE}' IAM_ROLE '{arn}'"
        lake.done(f"CREATE EXTERNAL SCHEMA {schema} {source}")
        return schema

    return make


def told(text: str) -> dict[str, Any]:
    """JSON text as its value."""
    found: dict[str, Any] = json.loads(text)
    return found
