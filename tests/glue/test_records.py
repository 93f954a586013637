"""Jobs, triggers, connections and registries: what is told of them, and how they change and end."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

NOWHERE: dict[str, tuple[str, dict[str, Any]]] = {
    "update-job": ("update_job", {"JobName": "none", "JobUpdate": {"Role": "r"}}),
    "update-trigger": ("update_trigger", {"Name": "none", "TriggerUpdate": {}}),
    "delete-connection": ("delete_connection", {"ConnectionName": "none"}),
    "registry": ("get_registry", {"RegistryId": {"RegistryName": "none"}}),
    "schemas": ("list_schemas", {"RegistryId": {"RegistryName": "none"}}),
    "policy": ("get_resource_policy", {}),
    "versions": ("list_schema_versions", {"SchemaId": {"RegistryName": "r", "SchemaName": "s"}}),
}


@pytest.mark.parametrize(("call", "asked"), NOWHERE.values(), ids=NOWHERE)
def test_what_is_not_there(glue: Any, call: str, asked: dict[str, Any]) -> None:
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        getattr(glue, call)(**asked)


CAPACITIES: dict[str, tuple[dict[str, Any], str]] = {
    "workers without a type": ({"NumberOfWorkers": 2}, "set both Worker Type and Number"),
    "a type without workers": ({"WorkerType": "G.1X"}, "set both Worker Type and Number"),
    "both ways": (
        {"WorkerType": "G.1X", "NumberOfWorkers": 2, "MaxCapacity": 2},
        "do not set Max Capacity if using Worker Type",
    ),
    "two names": ({"AllocatedCapacity": 2, "MaxCapacity": 2}, "set only Allocated Capacity or"),
}


@pytest.mark.parametrize(("capacity", "words"), CAPACITIES.values(), ids=CAPACITIES)
def test_a_jobs_capacity_is_told_one_way(glue: Any, capacity: dict[str, Any], words: str) -> None:
    job = {"Role": "r", "Command": {"Name": "glueetl", "ScriptLocation": "s3://b/a.py"}}
    with pytest.raises(glue.exceptions.InvalidInputException, match=words):
        glue.create_job(Name="capacious", **job, **capacity)


def test_a_job_is_defined_anew(glue: Any, fresh: Callable[[str], str]) -> None:
    name = fresh("job")
    job = {"Role": "r", "Command": {"Name": "glueetl", "ScriptLocation": "s3://b/a.py"}}
    glue.create_job(Name=name, **job, MaxRetries=2, Tags={"team": "a"})
    run = glue.start_job_run(JobName=name)["JobRunId"]
    made = glue.get_job(JobName=name)["Job"]["CreatedOn"]
    glue.update_job(JobName=name, JobUpdate=job | {"Role": "other", "Timeout": 7})
    told = glue.get_job(JobName=name)["Job"]
    now = (told["Role"], told["Timeout"], told["MaxRetries"], told["CreatedOn"])
    assert now == ("other", 7, 0, made)
    assert run in [each["Id"] for each in glue.get_job_runs(JobName=name)["JobRuns"]]
    arn = f"arn:aws:glue:us-east-1:123456789012:job/{name}"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"team": "a"}
    glue.delete_job(JobName=name)
    glue.create_job(Name=name, **job)
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {}


KEPT: dict[str, dict[str, Any]] = {
    "nothing more": {},
    "a window": {"MaintenanceWindow": "Sun:21"},
    "queues": {"JobRunQueuingEnabled": True, "JobMode": "NOTEBOOK"},
    "flex": {"ExecutionClass": "FLEX"},
}


@pytest.mark.parametrize("kept", KEPT.values(), ids=KEPT)
def test_a_job_is_told_as_it_was_made(
    glue: Any, fresh: Callable[[str], str], kept: dict[str, Any]
) -> None:
    name, usual = fresh("job"), {"JobMode": "SCRIPT"}
    job = {"Role": "r", "Command": {"Name": "glueetl", "ScriptLocation": "s3://b/a.py"}}

    def further(told: dict[str, Any]) -> dict[str, Any]:
        members = ("ExecutionClass", "JobMode", "JobRunQueuingEnabled", "MaintenanceWindow")
        return {member: told[member] for member in members if member in told}

    glue.create_job(Name=name, **job, **kept)
    assert further(glue.get_job(JobName=name)["Job"]) == usual | kept
    run = glue.start_job_run(JobName=name)["JobRunId"]
    glue.create_job(Name=name, **job, **kept)  # as a client does that did not see the answer
    assert further(glue.get_job_run(JobName=name, RunId=run)["JobRun"]) == usual | kept
    glue.update_job(JobName=name, JobUpdate=job)
    assert further(glue.get_job(JobName=name)["Job"]) == usual
    glue.update_job(JobName=name, JobUpdate=job | kept)
    assert further(glue.get_job(JobName=name)["Job"]) == usual | kept


@pytest.mark.parametrize(("worker", "capacity"), [("G.12X", 24.0), ("R.8X", 16.0)])
def test_large_workers(
    glue: Any, fresh: Callable[[str], str], worker: str, capacity: float
) -> None:
    """Glue has more of them than its model names."""
    name, command = fresh("job"), {"Name": "glueetl", "ScriptLocation": "s3://b/a.py"}
    workers = {"WorkerType": worker, "NumberOfWorkers": 2}
    glue.create_job(Name=name, Role="r", Command=command, **workers)
    told = glue.get_job(JobName=name)["Job"]
    assert (told["WorkerType"], told["MaxCapacity"]) == (worker, capacity)


def test_a_streaming_job_has_no_time_limit(glue: Any, fresh: Callable[[str], str]) -> None:
    name, command = fresh("job"), {"Name": "gluestreaming", "ScriptLocation": "s3://b/a.py"}
    glue.create_job(Name=name, Role="r", Command=command)
    assert "Timeout" not in glue.get_job(JobName=name)["Job"]
    glue.update_job(JobName=name, JobUpdate={"Role": "r", "Command": command, "Timeout": 60})
    assert glue.get_job(JobName=name)["Job"]["Timeout"] == 60


def test_a_trigger_is_defined_anew(glue: Any, fresh: Callable[[str], str]) -> None:
    name, action = fresh("trigger"), {"JobName": "j"}
    schedule = {"Schedule": "cron(0 1 * * ? *)", "Actions": [action]}
    glue.create_trigger(Name=name, Type="SCHEDULED", Description="nightly", **schedule)
    later = {"Schedule": "cron(0 2 * * ? *)", "Actions": [action | {"Arguments": {"--a": "b"}}]}
    glue.update_trigger(Name=name, TriggerUpdate=later)
    wanted = {"Name": name, "Type": "SCHEDULED", "State": "CREATED", **later}
    assert glue.get_trigger(Name=name)["Trigger"] == wanted
    with pytest.raises(ClientError, match="InvalidInputException"):
        glue.update_trigger(Name=name, TriggerUpdate=later | {"Schedule": "daily"})


def test_connections(glue: Any, fresh: Callable[[str], str]) -> None:
    name = fresh("connection")
    made = {
        "Name": name,
        "ConnectionType": "JDBC",
        "MatchCriteria": ["a"],
        "ConnectionProperties": {"USERNAME": "u", "PASSWORD": "p"},
    }
    glue.create_connection(ConnectionInput=made)
    told = glue.get_connection(Name=name)["Connection"]
    assert made.items() <= told.items()
    changed = {k: v for k, v in made.items() if k != "MatchCriteria"} | {"Description": "d"}
    glue.update_connection(Name=name, ConnectionInput=changed)
    (told,) = glue.get_connections(Filter={"ConnectionType": "JDBC"}, HidePassword=True)[
        "ConnectionList"
    ]
    assert (told["ConnectionProperties"], told["Description"]) == ({"USERNAME": "u"}, "d")
    assert "MatchCriteria" not in told
    gone = glue.batch_delete_connection(ConnectionNameList=[name, "none"])
    assert (gone["Succeeded"], [*gone["Errors"]]) == ([name], ["none"])
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_connection(Name=name)


def test_a_connection_to_snowflake(glue: Any, fresh: Callable[[str], str]) -> None:
    """Its kind and property stand in Glue's guide, not in its API's model."""
    made = {
        "Name": fresh("connection"),
        "ConnectionType": "SNOWFLAKE",
        "ConnectionProperties": {"SparkProperties": '{"secretId": "s"}'},
    }
    glue.create_connection(ConnectionInput=made)
    assert made.items() <= glue.get_connection(Name=made["Name"])["Connection"].items()
    with pytest.raises(ClientError, match="enum value set"):
        glue.create_connection(ConnectionInput=made | {"ConnectionType": "RAINDROP"})


def test_a_registrys_and_a_schemas_tags(glue: Any, fresh: Callable[[str], str]) -> None:
    registry, tags = {"RegistryName": fresh("registry")}, {"team": "a"}
    arn = glue.create_registry(**registry, Tags=tags)["RegistryArn"]
    made = {"DataFormat": "JSON", "Compatibility": "NONE", "SchemaDefinition": "{}"}
    schema = {"RegistryId": registry, "SchemaName": "s", **made}
    inner = glue.create_schema(**schema, Tags=tags)["SchemaArn"]
    assert [glue.get_tags(ResourceArn=each)["Tags"] for each in (arn, inner)] == [tags, tags]
    glue.delete_schema(SchemaId={"SchemaArn": inner})
    glue.create_schema(**schema)
    assert glue.get_tags(ResourceArn=inner)["Tags"] == {}
    glue.delete_registry(RegistryId=registry)
    glue.create_registry(**registry)
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {}


def test_the_schema_registry_lists(glue: Any, fresh: Callable[[str], str]) -> None:
    registry = {"RegistryName": fresh("registry")}
    glue.create_registry(**registry)
    glue.update_registry(RegistryId=registry, Description="of events")
    told = glue.get_registry(RegistryId=registry)
    assert (told["Description"], told["Status"], told["CreatedTime"][-1]) == (
        "of events",
        "AVAILABLE",
        "Z",
    )
    text = '{"type": "record", "name": "a", "fields": []}'
    made = {"DataFormat": "AVRO", "Compatibility": "NONE", "SchemaDefinition": text}
    glue.create_schema(RegistryId=registry, SchemaName="s", **made)
    schema = registry | {"SchemaName": "s"}
    glue.register_schema_version(SchemaId=schema, SchemaDefinition=text.replace('"a"', '"b"'))
    assert glue.get_schema(SchemaId=schema)["UpdatedTime"][-1] == "Z"
    (listed,) = glue.list_schemas(RegistryId=registry)["Schemas"]
    assert (listed["SchemaName"], listed["SchemaStatus"]) == ("s", "AVAILABLE")
    pages = glue.get_paginator("list_schema_versions").paginate(
        SchemaId=schema, PaginationConfig={"PageSize": 1}
    )
    assert [v["VersionNumber"] for page in pages for v in page["Schemas"]] == [1, 2]
    with pytest.raises(ClientError, match="InvalidInputException"):
        glue.list_schemas(RegistryId=registry, NextToken="none")


def test_a_session_is_told_by_the_call_that_makes_it(
    glue: Any, fresh: Callable[[str], str]
) -> None:
    asked = {"Id": fresh("session"), "Role": "arn:aws:iam::123456789012:role/r", "Timeout": 7}
    asked |= {"Command": {"Name": "glueetl"}, "WorkerType": "G.1X", "NumberOfWorkers": 2}
    made = glue.create_session(**asked, Tags={"team": "a"})["Session"]
    assert (made["Id"], made["WorkerType"]) == (asked["Id"], "G.1X")
    assert made == glue.get_session(Id=asked["Id"])["Session"]
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_session(**asked)
    glue.delete_session(Id=asked["Id"])
