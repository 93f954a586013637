"""Crawlers over Iceberg and Delta Lake tables, which tell their own columns."""

import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.glue.lake import Lake


def run(client: Callable[[str], Any], lake: Lake, statement: str) -> str:
    """Run a statement of Athena's; the state it ends in."""
    athena = client("athena")
    place = {"OutputLocation": lake.uri("results/")}
    context = {"Database": lake.database}
    number = athena.start_query_execution(
        QueryString=statement, QueryExecutionContext=context, ResultConfiguration=place
    )["QueryExecutionId"]

    def look() -> Any:
        found = athena.get_query_execution(QueryExecutionId=number)["QueryExecution"]["Status"]
        return found if found["State"] in ("SUCCEEDED", "FAILED") else None

    return str(wait_for(look)["State"])


def test_iceberg_tables_are_found_by_their_metadata(
    lake: Lake, client: Callable[[str], Any]
) -> None:
    lake.glue.create_database(DatabaseInput={"Name": lake.database})
    for name in ("one", "two"):
        where = lake.uri(f"ice/deep/{name}/")
        made = f"CREATE TABLE {name} (id bigint) LOCATION '{where}' TBLPROPERTIES"
        assert run(client, lake, f"{made} ('table_type'='ICEBERG')") == "SUCCEEDED"
        lake.glue.delete_table(DatabaseName=lake.database, Name=name)
    target = {"Paths": [lake.uri("ice/")], "Exclusions": ["**/two/**"]}
    lake.crawl(Targets={"IcebergTargets": [target]})
    assert list(lake.tables()) == ["one"]
    table = lake.table("one")
    assert table["Parameters"]["table_type"] == "ICEBERG"
    assert run(client, lake, "INSERT INTO one VALUES (1)") == "SUCCEEDED"
    pointer = lake.table("one")["Parameters"]["metadata_location"]
    lake.glue.delete_table(DatabaseName=lake.database, Name="one")
    assert lake.run()["Status"] == "SUCCEEDED"
    assert lake.table("one")["Parameters"]["metadata_location"] == pointer
    lake.glue.update_crawler(
        Name=lake.crawler, Targets={"IcebergTargets": [target | {"MaximumTraversalDepth": 1}]}
    )
    assert "No Iceberg table found" in lake.run()["ErrorMessage"]


def test_delta_tables_are_found_by_their_logs(lake: Lake) -> None:
    def commit(version: int, *actions: Any) -> None:
        lines = "\n".join(map(json.dumps, actions))
        lake.put(f"delta/Orders/_delta_log/{version:020}.json", lines)

    def schema(*names: str) -> dict[str, Any]:
        fields = [{"name": n, "type": "long", "nullable": True, "metadata": {}} for n in names]
        return {"metaData": {"schemaString": json.dumps({"type": "struct", "fields": fields})}}

    held = io.BytesIO()
    pq.write_table(pa.table({"id": [1]}), held)
    lake.put("delta/Orders/a.parquet", held.getvalue())
    add = {"add": {"path": "a.parquet", "partitionValues": {}}}
    commit(0, {"protocol": {"minReaderVersion": 1}}, schema("id"), add)
    native = {"DeltaTables": [lake.uri("delta/Orders")], "CreateNativeDeltaTable": True}
    lake.crawl(Targets={"DeltaTargets": [native]})
    assert lake.table("orders")["Parameters"]["table_type"] == "delta"
    commit(1, schema("id", "more"))
    assert lake.run()["Status"] == "SUCCEEDED"
    columns = lake.table("orders")["StorageDescriptor"]["Columns"]
    assert [column["Name"] for column in columns] == ["id", "more"]
    (crawl, _) = lake.glue.list_crawls(CrawlerName=lake.crawler)["Crawls"]
    assert json.loads(crawl["Summary"]) == {"TABLE": {"UPDATE": {"Count": 1}}}
    lake.delete("delta/Orders/_delta_log/00000000000000000000.json")
    assert "Metadata not found" in lake.run()["ErrorMessage"]
    for refused in ({"CreateNativeDeltaTable": False}, {"WriteManifest": True}):
        with pytest.raises(ClientError, match="Delta"):
            lake.glue.update_crawler(
                Name=lake.crawler, Targets={"DeltaTargets": [native | refused]}
            )
