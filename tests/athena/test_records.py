"""The records around queries: work groups, named and prepared queries, data catalogs."""

import os
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.athena.conftest import Lake
from tests.conftest import everything


@pytest.fixture
def group(lake: Lake, fresh: Any) -> str:
    name = str(fresh("group"))
    lake.athena.create_work_group(
        Name=name,
        Description="ours",
        Configuration={"ResultConfiguration": {"OutputLocation": f"s3://{lake.bucket}/forced"}},
    )
    return name


UNSAID: dict[str, tuple[dict[str, Any], tuple[bool, bool]]] = {
    "nothing said": ({}, (True, True)),
    "something said": ({"Configuration": {"ResultConfiguration": {}}}, (True, False)),
}


@pytest.mark.parametrize(("asked", "told"), UNSAID.values(), ids=UNSAID)
def test_a_workgroups_usual_settings(
    lake: Lake, fresh: Any, asked: dict[str, Any], told: tuple[bool, bool]
) -> None:
    name = str(fresh("group"))
    lake.athena.create_work_group(Name=name, **asked)
    found = lake.athena.get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"]
    assert (
        found["EnforceWorkGroupConfiguration"],
        found["PublishCloudWatchMetricsEnabled"],
    ) == told


def test_a_workgroups_settings_win(lake: Lake, group: str) -> None:
    done = lake.do("SELECT 1", WorkGroup=group)
    place = done["ResultConfiguration"]["OutputLocation"]
    assert place == f"s3://{lake.bucket}/forced/{done['QueryExecutionId']}.csv"
    updates = {"EnforceWorkGroupConfiguration": False}
    lake.athena.update_work_group(WorkGroup=group, ConfigurationUpdates=updates)
    done = lake.do("SELECT 1", WorkGroup=group)
    assert "/results/" in done["ResultConfiguration"]["OutputLocation"]
    place = f"s3://{lake.bucket}/mine/"
    ctas = f"CREATE TABLE made WITH (external_location = '{place}') AS SELECT 1 AS a"
    updates = {"EnforceWorkGroupConfiguration": True}
    lake.athena.update_work_group(WorkGroup=group, ConfigurationUpdates=updates)
    assert "enforces a centralized output location" in lake.fail(ctas, WorkGroup=group)


MANAGED = {"ManagedQueryResultsConfiguration": {"Enabled": True}}
TOGETHER = "ManagedQueryResultsConfiguration and ResultConfiguration cannot be set together."


@pytest.fixture
def managed(lake: Lake, fresh: Any) -> dict[str, Any]:
    """Says that a statement runs in a work group whose results Athena keeps."""
    name = str(fresh("managed"))
    lake.athena.create_work_group(Name=name, Configuration=MANAGED)
    return {"WorkGroup": name, "ResultConfiguration": {}}


def test_managed_results_have_no_location(lake: Lake, managed: dict[str, Any]) -> None:
    reuse = {"ResultReuseByAgeConfiguration": {"Enabled": True}}
    for sql, rows in {"SELECT 41 AS a": [["41"]], "SHOW DATABASES LIKE 'nosuch'": []}.items():
        for _ in range(2):
            done = lake.do(sql, ResultReuseConfiguration=reuse, **managed)
            assert "OutputLocation" not in done["ResultConfiguration"]
            assert done["ManagedQueryResultsConfiguration"] == {"Enabled": True}
            assert not done["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"]
        assert lake.rows(sql, **managed) == rows
    place = {"OutputLocation": f"s3://{lake.bucket}/"}
    assert lake.refuse("SELECT 1", **(managed | {"ResultConfiguration": place})) == TOGETHER


def test_managed_results_are_read_for_a_day(
    cloud: Any, lake: Lake, managed: dict[str, Any]
) -> None:
    number = lake.do("SELECT 1", **managed)["QueryExecutionId"]
    (kept,) = (cloud.home / "athena").glob(f"{number}*")
    yesterday = kept.stat().st_mtime - 24 * 60 * 60 - 1
    os.utime(kept, (yesterday, yesterday))
    with pytest.raises(lake.athena.exceptions.InvalidRequestException, match="find results"):
        lake.athena.get_query_results(QueryExecutionId=number)


def test_managed_results_are_no_place_for_tables(lake: Lake, managed: dict[str, Any]) -> None:
    assert "external_location" in lake.fail("CREATE TABLE kept AS SELECT 1 AS a", **managed)
    place = f"external_location = 's3://{lake.bucket}/kept/'"
    done = lake.do(f"CREATE TABLE kept WITH ({place}) AS SELECT 1 AS a", **managed)
    assert "DataManifestLocation" not in done["Statistics"]
    assert lake.rows("SELECT a FROM kept") == [["1"]]


def test_results_are_managed_or_have_a_location(lake: Lake, group: str) -> None:
    on = {"ManagedQueryResultsConfigurationUpdates": {"Enabled": True}}
    with pytest.raises(ClientError, match=TOGETHER):
        lake.athena.update_work_group(WorkGroup=group, ConfigurationUpdates=on)
    on["ResultConfigurationUpdates"] = {"RemoveOutputLocation": True}
    lake.athena.update_work_group(WorkGroup=group, ConfigurationUpdates=on)
    found = lake.athena.get_work_group(WorkGroup=group)["WorkGroup"]["Configuration"]
    assert found["ManagedQueryResultsConfiguration"] == {"Enabled": True}
    assert "OutputLocation" not in found["ResultConfiguration"]


def test_a_disabled_workgroup_refuses(lake: Lake, group: str) -> None:
    lake.athena.update_work_group(WorkGroup=group, State="DISABLED")
    assert lake.refuse("SELECT 1", WorkGroup=group) == f"WorkGroup {group} is disabled."


def test_the_scan_limit_cancels(lake: Lake, group: str) -> None:
    lake.csv_table("t", "s string", {"a.csv": "x" * 10_000_001 + "\n"})
    updates = {"BytesScannedCutoffPerQuery": 10_000_000}
    lake.athena.update_work_group(WorkGroup=group, ConfigurationUpdates=updates)
    status = lake.run("SELECT count(*) FROM t", WorkGroup=group)["Status"]
    assert status["State"] == "CANCELLED"
    assert "Bytes scanned limit was exceeded" in status["StateChangeReason"]
    lake.athena.update_work_group(
        WorkGroup=group, ConfigurationUpdates={"RemoveBytesScannedCutoffPerQuery": True}
    )
    assert lake.rows("SELECT count(*) FROM t", WorkGroup=group) == [["1"]]


def test_workgroup_records(lake: Lake, group: str) -> None:
    found = lake.athena.get_work_group(WorkGroup=group)["WorkGroup"]
    assert (found["State"], found["Description"]) == ("ENABLED", "ours")
    assert found["Configuration"]["EnforceWorkGroupConfiguration"] is True
    assert group in [g["Name"] for g in everything(lake.athena.list_work_groups, "WorkGroups")]
    lake.do("SELECT 1", WorkGroup=group)
    with pytest.raises(ClientError, match="is not empty"):
        lake.athena.delete_work_group(WorkGroup=group)
    lake.athena.delete_work_group(WorkGroup=group, RecursiveDeleteOption=True)
    with pytest.raises(ClientError, match="is not found"):
        lake.athena.get_work_group(WorkGroup=group)
    with pytest.raises(ClientError, match="primary"):
        lake.athena.delete_work_group(WorkGroup="primary")


def test_named_queries(lake: Lake, group: str) -> None:
    asked = {"Name": "one", "Database": lake.database, "WorkGroup": group}
    asked |= {"QueryString": "SELECT 1", "ClientRequestToken": str(uuid.uuid4())}
    made, again = (lake.athena.create_named_query(**asked)["NamedQueryId"] for _ in range(2))
    assert made == again
    with pytest.raises(ClientError, match="Idempotent parameters"):
        lake.athena.create_named_query(**asked | {"QueryString": "SELECT 2"})
    found = lake.athena.get_named_query(NamedQueryId=made)["NamedQuery"]
    assert (found["Name"], found["QueryString"], found["WorkGroup"]) == ("one", "SELECT 1", group)
    lake.athena.update_named_query(NamedQueryId=made, Name="two", QueryString="SELECT 2")
    batch = lake.athena.batch_get_named_query(NamedQueryIds=[made, "nosuch"])
    assert [q["Name"] for q in batch["NamedQueries"]] == ["two"]
    assert batch["UnprocessedNamedQueryIds"][0]["NamedQueryId"] == "nosuch"
    assert lake.athena.list_named_queries(WorkGroup=group)["NamedQueryIds"] == [made]
    lake.athena.delete_named_query(NamedQueryId=made)
    with pytest.raises(ClientError, match="was not found"):
        lake.athena.get_named_query(NamedQueryId=made)


def test_prepared_statements(lake: Lake, group: str) -> None:
    where = {"StatementName": "p1", "WorkGroup": group}
    lake.athena.create_prepared_statement(**where, QueryStatement="SELECT ? + 1")
    with pytest.raises(ClientError, match="already exists"):
        lake.athena.create_prepared_statement(**where, QueryStatement="SELECT 1")
    assert lake.rows("EXECUTE p1 USING 41", WorkGroup=group) == [["42"]]
    lake.athena.update_prepared_statement(**where, QueryStatement="SELECT ? + 2")
    assert lake.rows("EXECUTE p1 USING 40", WorkGroup=group) == [["42"]]
    found = lake.athena.get_prepared_statement(**where)["PreparedStatement"]
    assert (found["QueryStatement"], found["WorkGroupName"]) == ("SELECT ? + 2", group)
    listed = lake.athena.list_prepared_statements(WorkGroup=group)["PreparedStatements"]
    assert [p["StatementName"] for p in listed] == ["p1"]
    lake.athena.delete_prepared_statement(**where)
    with pytest.raises(lake.athena.exceptions.ResourceNotFoundException):
        lake.athena.get_prepared_statement(**where)


def test_the_catalog(people: Lake) -> None:
    where = {"CatalogName": "AwsDataCatalog"}
    catalogs = people.athena.list_data_catalogs()["DataCatalogsSummary"]
    assert catalogs[0] == {"CatalogName": "AwsDataCatalog", "Type": "GLUE"}
    assert people.athena.get_data_catalog(Name="AwsDataCatalog")["DataCatalog"]["Type"] == "GLUE"
    pages = people.athena.get_paginator("list_databases").paginate(**where)
    names = [d["Name"] for page in pages for d in page["DatabaseList"]]
    assert people.database in names
    where |= {"DatabaseName": people.database}
    assert people.athena.get_database(**where)["Database"]["Name"] == people.database
    listed = people.athena.list_table_metadata(**where, Expression="peo*")["TableMetadataList"]
    assert [c["Name"] for c in listed[0]["Columns"]] == ["id", "name"]
    found = people.athena.get_table_metadata(**where, TableName="People")["TableMetadata"]
    assert found["Parameters"]["location"] == f"s3://{people.bucket}/people"
    with pytest.raises(people.athena.exceptions.MetadataException, match="Entity Not Found"):
        people.athena.get_table_metadata(**where, TableName="nosuch")


def test_tags_of_what_is_there(lake: Lake) -> None:
    """One without tags has none; what is not there, or was made again, has none to tell."""
    athena, name = lake.athena, f"t{uuid.uuid4().hex[:8]}"
    root = "arn:aws:athena:us-east-1:123456789012:"
    arn, tags = f"{root}workgroup/{name}", [{"Key": "team", "Value": "a"}]
    for _ in range(2):
        athena.create_work_group(Name=name)
        assert athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == []
        athena.tag_resource(ResourceARN=arn, Tags=tags)
        athena.delete_work_group(WorkGroup=name)
    assert (
        athena.list_tags_for_resource(ResourceARN=f"{root}datacatalog/AwsDataCatalog")["Tags"] == []
    )
    for missing in (arn, f"{root}datacatalog/{name}", "workgroup/primary"):
        with pytest.raises(athena.exceptions.ResourceNotFoundException, match="was not found"):
            athena.tag_resource(ResourceARN=missing, Tags=tags)


def test_tags(lake: Lake, group: str) -> None:
    arn = f"arn:aws:athena:us-east-1:123456789012:workgroup/{group}"
    lake.athena.tag_resource(ResourceARN=arn, Tags=[{"Key": "team", "Value": "a"}])
    assert lake.athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == [
        {"Key": "team", "Value": "a"}
    ]


def test_engine_versions(lake: Lake) -> None:
    found = lake.athena.list_engine_versions()["EngineVersions"]
    assert {v["EffectiveEngineVersion"] for v in found} == {"Athena engine version 3"}


def test_a_capacity_reservation_is_there_until_it_is_cancelled(lake: Lake, fresh: Any) -> None:
    athena, name = lake.athena, fresh("reserved")

    def told() -> Any:
        return athena.get_capacity_reservation(Name=name)["CapacityReservation"]

    athena.create_capacity_reservation(Name=name, TargetDpus=24)
    made = told()
    assert (made["Status"], made["TargetDpus"], made["AllocatedDpus"]) == ("ACTIVE", 24, 24)
    with pytest.raises(ClientError, match="already exists"):
        athena.create_capacity_reservation(Name=name, TargetDpus=48)
    with pytest.raises(ClientError, match="must be cancelled"):
        athena.delete_capacity_reservation(Name=name)
    athena.update_capacity_reservation(Name=name, TargetDpus=28)
    assert told() == made | {"TargetDpus": 28, "AllocatedDpus": 28}
    athena.cancel_capacity_reservation(Name=name)
    assert (told()["Status"], told()["AllocatedDpus"]) == ("CANCELLED", 0)
    athena.delete_capacity_reservation(Name=name)
    with pytest.raises(ClientError, match="does not exist"):
        told()
