"""Jobs and their runs: records, states, roles, samples, logs, events; stopped, late, repeated."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.databrew.lake import READ_AND_WRITE, Lake, step
from tests.roles import lets_in, make_role, policy, trust

PEOPLE = "id,name\n1,Ada\n2,Bob\n3,Eve\n"
SLOW = {"Format": "CSV", "CompressionFormat": "BZIP2"}


def people(lake: Lake) -> str:
    lake.put("in/people.csv", PEOPLE)
    return lake.dataset("in/people.csv")


def slow_job(lake: Lake, **members: Any) -> str:
    """A job that is at work for many seconds: it compresses a lot."""
    lake.put("in/big.csv", "a,b\n" + "1,some text to be repeated\n" * 2_000_000)
    dataset = lake.dataset("in/big.csv")
    return lake.recipe_job(dataset, Outputs=[lake.output("out", **SLOW)], **members)


# Records ------------------------------------------------------------------------------------------


def test_what_is_told_of_a_recipe_job(lake: Lake, databrew: Any) -> None:
    dataset = people(lake)
    job = lake.recipe_job(dataset, Tags={"a": "b"}, Timeout=7, MaxCapacity=2)
    found = databrew.describe_job(Name=job)
    assert (found["Type"], found["DatasetName"]) == ("RECIPE", dataset)
    assert found["ResourceArn"].endswith(f":job/{job}")
    assert (found["Timeout"], found["MaxCapacity"], found["MaxRetries"]) == (7, 2, 0)
    assert found["Outputs"] == [lake.output("out", Format="PARQUET")]
    assert (found["LogSubscription"], found["Tags"]) == ("ENABLE", {"a": "b"})
    other = [lake.output("other", Format="CSV")]
    databrew.update_recipe_job(Name=job, RoleArn=lake.role, MaxRetries=3, Outputs=other)
    changed = databrew.describe_job(Name=job)
    assert (changed["Timeout"], changed["MaxCapacity"], changed["MaxRetries"]) == (2880, 5, 3)
    assert (changed["Outputs"], changed["DatasetName"]) == (other, dataset)
    databrew.update_recipe_job(Name=job, RoleArn=lake.role, MaxRetries=3)
    with pytest.raises(databrew.exceptions.ValidationException, match="has no output"):
        databrew.start_job_run(Name=job)


def test_what_is_told_of_a_profile_job(lake: Lake, databrew: Any) -> None:
    statistics = {"IncludedStatistics": ["DUPLICATE_ROWS_COUNT"]}
    configuration = {"DatasetStatisticsConfiguration": statistics}
    sample = {"Mode": "CUSTOM_ROWS", "Size": 7}
    job = lake.profile_job(people(lake), Configuration=configuration, JobSample=sample)
    found = databrew.describe_job(Name=job)
    assert found["Type"] == "PROFILE"
    assert found["ProfileConfiguration"] == configuration
    assert found["JobSample"] == sample
    assert found["Outputs"] == [{"Location": {"Bucket": lake.bucket, "Key": "profile"}}]
    databrew.update_profile_job(
        Name=job, RoleArn=lake.role, OutputLocation={"Bucket": lake.bucket, "Key": "other"}
    )
    changed = databrew.describe_job(Name=job)
    assert changed["Outputs"] == [{"Location": {"Bucket": lake.bucket, "Key": "other"}}]
    assert not {"JobSample", "ProfileConfiguration"} & set(changed)
    with pytest.raises(databrew.exceptions.ValidationException, match="is a profile job"):
        databrew.update_recipe_job(Name=job, RoleArn=lake.role, MaxRetries=3)


def test_lists(lake: Lake, databrew: Any) -> None:
    one, other = people(lake), people(lake)
    jobs = [lake.recipe_job(one), lake.profile_job(one), lake.recipe_job(other)]

    def listed(**filters: str) -> list[str]:
        pages = databrew.get_paginator("list_jobs").paginate(
            PaginationConfig={"PageSize": 1}, **filters
        )
        return [each["Name"] for page in pages for each in page["Jobs"]]

    assert listed(DatasetName=one) == jobs[:2]
    assert listed(DatasetName=other) == jobs[2:]
    assert listed(DatasetName=one, ProjectName="none") == []
    databrew.delete_job(Name=jobs[0])
    assert listed(DatasetName=one) == jobs[1:2]


NONE = ("ResourceNotFoundException", 404)
INVALID = ("ValidationException", 400)
REFUSED: dict[str, tuple[str, dict[str, Any], tuple[str, int], str]] = {
    "no such job": ("describe_job", {"Name": "none"}, NONE, "Job none wasn't found."),
    "nothing to delete": ("delete_job", {"Name": "none"}, NONE, "The job none wasn't found."),
    "nothing to update": (
        "update_recipe_job",
        {"Name": "none", "RoleArn": "a" * 20},
        NONE,
        "The job none wasn't found",
    ),
    "nothing to run": ("start_job_run", {"Name": "none"}, NONE, "Job none wasn't found."),
    "no runs": ("list_job_runs", {"Name": "none"}, NONE, "Job none wasn't found."),
    "a long name": ("describe_job", {"Name": "a" * 241}, INVALID, "1 validation error detected"),
    "two mistakes": (
        "create_recipe_job",
        {"Name": "a", "RoleArn": "a" * 20, "EncryptionMode": "X", "LogSubscription": "Y"},
        INVALID,
        (
            "2 validation errors detected: Value 'X' at 'encryptionMode' failed to satisfy "
            "constraint: Member must satisfy enum value set: [SSE-S3, SSE-KMS]; Value 'Y' at "
            "'logSubscription' failed to satisfy constraint: Member must satisfy enum value set: "
            "[ENABLE, DISABLE]"
        ),
    ),
    "a key to no end": (
        "create_recipe_job",
        {"Name": "a", "RoleArn": "a" * 20, "EncryptionMode": "SSE-KMS"},
        INVALID,
        "The encryption mode SSE-KMS needs an EncryptionKeyArn.",
    ),
    "a sample of no size": (
        "create_profile_job",
        {
            "Name": "a",
            "DatasetName": "a",
            "RoleArn": "a" * 20,
            "OutputLocation": {"Bucket": "abc"},
            "JobSample": {"Mode": "CUSTOM_ROWS"},
        },
        INVALID,
        "A JobSample of the mode CUSTOM_ROWS needs a Size of at least 1.",
    ),
    "more nodes than there may be": (
        "create_recipe_job",
        {"Name": "a", "RoleArn": "a" * 20, "MaxCapacity": 150},
        INVALID,
        "MaxCapacity must be at least 1 and at most 149.",
    ),
    "statistics that are none": (
        "create_profile_job",
        {
            "Name": "a",
            "DatasetName": "a",
            "RoleArn": "a" * 20,
            "OutputLocation": {"Bucket": "abc"},
            "Configuration": {"DatasetStatisticsConfiguration": {"IncludedStatistics": ["NONE_"]}},
        },
        INVALID,
        "",
    ),
}


@pytest.mark.parametrize(("call", "members", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses(
    databrew: Any, call: str, members: dict[str, Any], error: tuple[str, int], words: str
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(databrew, call)(**members)
    response = refused.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    assert (response["Error"]["Code"], status) == error
    assert response["Error"]["Message"].startswith(words)


@pytest.mark.parametrize("second", ["recipe_job", "profile_job"])
def test_a_name_that_is_taken(lake: Lake, databrew: Any, second: str) -> None:
    job = lake.profile_job(people(lake))
    create = {
        "recipe_job": lambda: databrew.create_recipe_job(Name=job, RoleArn=lake.role),
        "profile_job": lambda: databrew.create_profile_job(
            Name=job, DatasetName="a", RoleArn=lake.role, OutputLocation={"Bucket": lake.bucket}
        ),
    }[second]
    with pytest.raises(databrew.exceptions.ConflictException) as refused:
        create()
    words = f"The job {job} profile job already exists."
    assert refused.value.response["Error"]["Message"] == words


ABSENT: dict[str, tuple[dict[str, Any], str]] = {
    "no data set of this name": ({"DatasetName": "none"}, "The dataset none wasn't found."),
    "no recipe of this name": (
        {"RecipeReference": {"Name": "none", "RecipeVersion": "1.0"}},
        "The recipe none .* wasn't found",
    ),
    "no version of a recipe": (
        {"RecipeReference": {"Name": "none"}},
        "Recipe none version null is invalid.",
    ),
    "no project of this name": (
        {"RecipeReference": None, "ProjectName": "none"},
        "The project none wasn't found.",
    ),
    "no role of this name": (
        {"RoleArn": "arn:aws:iam::123456789012:role/none"},
        "DataBrew is not a trusted entity for the data access role arn:aws:iam:.*none",
    ),
}
#: AWS's page calls none of these required.
INCOMPLETE: dict[str, tuple[dict[str, Any], str]] = {
    "no recipe": ({"RecipeReference": None}, "has neither a recipe nor a project"),
    "no data set": ({"DatasetName": None}, "The job has no dataset."),
    "no output": ({"Outputs": None}, "has no output"),
}


def members_of(lake: Lake, but: dict[str, Any]) -> dict[str, Any]:
    """Those of a recipe job that could run, but some: None takes one away."""
    full: dict[str, Any] = {
        "DatasetName": people(lake),
        "RoleArn": lake.role,
        "Outputs": [lake.output("out", Format="CSV")],
        "RecipeReference": {"Name": lake.recipe(), "RecipeVersion": "1.0"},
    }
    return {name: value for name, value in (full | but).items() if value is not None}


@pytest.mark.parametrize(("members", "words"), ABSENT.values(), ids=ABSENT)
def test_a_job_of_what_there_is_not(
    lake: Lake, databrew: Any, members: dict[str, Any], words: str
) -> None:
    job, given = lake.fresh("job"), members_of(lake, members)
    with pytest.raises(ClientError, match=words):
        databrew.create_recipe_job(Name=job, **given)
    with pytest.raises(databrew.exceptions.ResourceNotFoundException):
        databrew.describe_job(Name=job)


@pytest.mark.parametrize(("members", "words"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_a_job_that_cannot_run(
    lake: Lake, databrew: Any, members: dict[str, Any], words: str
) -> None:
    job, given = lake.fresh("job"), members_of(lake, members)
    databrew.create_recipe_job(Name=job, **given)
    with pytest.raises(databrew.exceptions.ValidationException, match=words):
        databrew.start_job_run(Name=job)


# Runs ---------------------------------------------------------------------------------------------


def test_what_is_told_of_a_run(lake: Lake, databrew: Any) -> None:
    recipe = lake.recipe(step("RENAME", sourceColumn="name", targetColumn="who"))
    job = lake.recipe_job(people(lake), RecipeReference={"Name": recipe, "RecipeVersion": "1.0"})
    run = lake.run(job)
    assert re.fullmatch("db_[0-9a-f]{64}", run["RunId"])
    assert (run["JobName"], run["State"], run["Attempt"]) == (job, "SUCCEEDED", 0)
    assert run["RecipeReference"] == {"Name": recipe, "RecipeVersion": "1.0"}
    assert run["StartedBy"].endswith(":user/learner")
    assert run["CompletedOn"] >= run["StartedOn"]
    assert run["ExecutionTime"] >= 0
    assert run["LogGroupName"] == "/aws-glue-databrew/jobs"
    second = lake.run(job)
    runs = databrew.list_job_runs(Name=job)["JobRuns"]
    assert [each["RunId"] for each in runs] == [second["RunId"], run["RunId"]]
    page = databrew.list_job_runs(Name=job, MaxResults=1)
    rest = databrew.list_job_runs(Name=job, NextToken=page["NextToken"])
    assert [each["RunId"] for each in rest["JobRuns"]] == [run["RunId"]]
    assert "NextToken" not in rest


def test_runs_that_begin_together_write_files_of_their_own(lake: Lake) -> None:
    job = lake.recipe_job(people(lake))
    with ThreadPoolExecutor(8) as pool:
        runs = [lake.wait(job, run) for run in pool.map(lake.start, [job] * 8)]
    assert [run["State"] for run in runs] == ["SUCCEEDED"] * 8
    assert len(lake.keys("out")) == 8


def test_steps_of_the_version_that_is_asked_for(lake: Lake, databrew: Any) -> None:
    dataset = people(lake)
    recipe = lake.recipe(step("RENAME", sourceColumn="name", targetColumn="first"))
    other = [step("RENAME", sourceColumn="name", targetColumn="second")]
    databrew.update_recipe(Name=recipe, Steps=other)

    def names(version: str) -> list[str]:
        reference = {"Name": recipe, "RecipeVersion": version}
        table: list[str] = lake.table(dataset, RecipeReference=reference).column_names
        return table

    assert names("LATEST_PUBLISHED") == names("1.0") == ["id", "first"]
    assert names("LATEST_WORKING") == ["id", "second"]
    databrew.publish_recipe(Name=recipe)
    assert names("LATEST_PUBLISHED") == names("2.0") == ["id", "second"]


def test_a_projects_job(lake: Lake, databrew: Any) -> None:
    project, dataset = lake.fresh("project"), people(lake)
    recipe = lake.recipe(step("RENAME", sourceColumn="name", targetColumn="who"))
    databrew.create_project(Name=project, DatasetName=dataset, RecipeName=recipe, RoleArn=lake.role)
    job, output = lake.fresh("job"), lake.output("out", Format="CSV")
    databrew.create_recipe_job(Name=job, ProjectName=project, RoleArn=lake.role, Outputs=[output])
    run = lake.run(job)
    assert run["DatasetName"] == dataset
    assert run["RecipeReference"]["Name"] == recipe
    [key] = lake.written(run)
    assert lake.get(key).decode().splitlines()[0] == "id,who"


def test_a_recipe_that_does_not_fit_its_data(lake: Lake) -> None:
    wrong = step("RENAME", sourceColumn="nme", targetColumn="who")
    reason = lake.fail(lake.recipe_job(people(lake), wrong))
    assert reason.startswith("Step 1 (RENAME): There is no column 'nme'. Did you mean 'name'?")


def test_data_that_is_not_there(lake: Lake) -> None:
    reason = lake.fail(lake.recipe_job(lake.dataset("in/none.csv")))
    path = f"s3://{lake.bucket}/in/none.csv"
    assert reason == f"AnalysisException: 'Path does not exist: {path};'"


def test_data_that_is_damaged(lake: Lake) -> None:
    lake.put("in/a.parquet", b"PAR1 this is no Parquet file PAR1")
    reason = lake.fail(lake.recipe_job(lake.dataset("in/a.parquet")))
    assert f"s3://{lake.bucket}/in/a.parquet" in reason


def test_damage_is_told_without_the_place_on_disk(lake: Lake) -> None:
    lake.put_table("in/a.parquet", a=[f"{at} of many texts" for at in range(9_000)])
    whole = lake.get("in/a.parquet")
    lake.put("in/a.parquet", whole[:2_000] + b"damaged" * 90 + whole[2_630:])
    reason = lake.fail(lake.recipe_job(lake.dataset("in/a.parquet")))
    assert reason == 'Failed to read file "a.parquet": Snappy decompression failure'


def test_a_function_of_python_after_a_first_look_at_a_file(lake: Lake) -> None:
    lake.put("in/a.csv", "a\nb;c\n")
    split = step("SPLIT_COLUMN_SINGLE_DELIMITER", sourceColumn="a", pattern=";", limit="1")
    assert lake.rows(lake.dataset("in/a.csv"), split) == [{"a": "b;c", "a_1": "b", "a_2": "c"}]


@pytest.mark.parametrize(
    "definition",
    ["by a data set's name", "by a data set's place", "by a table", "as of another account"],
)
def test_a_second_data_set(lake: Lake, definition: str) -> None:
    lake.put("in/more.csv", "id;city\n1;Rome\n3;Oslo\n")
    options = {"Csv": {"Delimiter": ";"}}
    dataset = lake.dataset("in/more.csv", FormatOptions=options)
    place = {"S3InputDefinition": {"Bucket": lake.bucket, "Key": "in/more.csv"}}
    inputs = {
        "by a data set's name": {"DatasetName": dataset},
        "by a data set's place": place,
        "by a table": catalog_input(lake) if definition == "by a table" else {},
        "as of another account": {"S3InputDefinition": {"Bucket": "gone", "Key": "more.csv"}},
    }[definition]
    named = {"secondaryDatasetName": dataset} if definition == "as of another account" else {}
    join = step(
        "JOIN",
        joinKeys=json.dumps([{"key": "id", "value": "id"}]),
        joinType="INNER_JOIN",
        leftColumns=json.dumps(["id", "name"]),
        rightColumns=json.dumps(["city"]),
        secondInput=json.dumps(inputs),
        **named,
    )
    rows = lake.rows(people(lake), join)
    assert sorted((row["name"], row["city"]) for row in rows) == [("Ada", "Rome"), ("Eve", "Oslo")]


def catalog_input(lake: Lake) -> dict[str, Any]:
    glue, database = lake.client("glue"), f"db_{lake.name}"
    glue.create_database(DatabaseInput={"Name": database})
    serde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
    storage = {
        "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "city", "Type": "string"}],
        "Location": f"s3://{lake.bucket}/cities/",
        "SerdeInfo": {"SerializationLibrary": serde, "Parameters": {"field.delim": ","}},
    }
    lake.put("cities/a.csv", "1,Rome\n3,Oslo\n")
    table = {"Name": "cities", "StorageDescriptor": storage}
    glue.create_table(DatabaseName=database, TableInput=table)
    return {"DataCatalogInputDefinition": {"DatabaseName": database, "TableName": "cities"}}


# Roles --------------------------------------------------------------------------------------------


def test_a_role_that_does_not_trust_databrew(lake: Lake) -> None:
    iam, name = lake.client("iam"), f"{lake.name}-other"
    role = make_role(iam, name, "databrew", READ_AND_WRITE)
    job = lake.recipe_job(people(lake), RoleArn=role)
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=policy(trust("glue")))
    reason = lake.fail(job)
    assert reason.startswith(f"AccessDeniedException: DataBrew is unable to assume the role {role}")


def test_a_role_that_may_not_read(lake: Lake) -> None:
    role = make_role(lake.client("iam"), f"{lake.name}-nothing", "databrew")
    assert lake.fail(lake.recipe_job(people(lake), RoleArn=role)).startswith("AccessDenied")


def test_a_role_is_no_more_than_it_may(lake: Lake) -> None:
    here = f"arn:aws:s3:::{lake.bucket}"
    may = {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        "Resource": [here, f"{here}/in/*", f"{here}/out/*"],
    }
    role = make_role(lake.client("iam"), f"{lake.name}-some", "databrew", may)
    lake.run(lake.recipe_job(people(lake), RoleArn=role))
    elsewhere = [lake.output("other", Format="CSV")]
    denied = lake.fail(lake.recipe_job(people(lake), RoleArn=role, Outputs=elsewhere))
    assert denied.startswith("AccessDenied")
    lake.put("out/old.csv", "old")
    overwriting = [lake.output("out", Format="CSV", Overwrite=True)]
    denied = lake.fail(lake.recipe_job(people(lake), RoleArn=role, Outputs=overwriting))
    assert denied.startswith("AccessDenied")
    assert "out/old.csv" in lake.keys("out/")


# Profiles -----------------------------------------------------------------------------------------

SAMPLES: dict[str, tuple[dict[str, Any] | None, int]] = {
    "the first 20,000": (None, 20_000),
    "all": ({"Mode": "FULL_DATASET"}, 20_005),
    "some": ({"Mode": "CUSTOM_ROWS", "Size": 7}, 7),
}


@pytest.mark.parametrize(("sample", "rows"), SAMPLES.values(), ids=SAMPLES)
def test_profiles(lake: Lake, sample: dict[str, Any] | None, rows: int) -> None:
    lake.put("in/a.csv", "a\n" + "".join(f"{at}\n" for at in range(20_005)))
    dataset = lake.dataset("in/a.csv")
    run = lake.run(lake.profile_job(dataset, **({"JobSample": sample} if sample else {})))
    digits = run["RunId"].removeprefix("db_")
    [key] = lake.keys("profile/")
    assert key == f"profile/{dataset}_{digits}.json"
    document = json.loads(lake.get(key))
    assert (document["sampleSize"], document["jobRunId"]) == (rows, run["RunId"])
    assert document["location"] == f"s3://{lake.bucket}/{key}"
    assert document["columns"][0]["max"] == rows - 1


# Logs and events ----------------------------------------------------------------------------------


def test_logs(lake: Lake) -> None:
    job = lake.recipe_job(people(lake))
    lines = list(lake.logged(lake.run(job)["RunId"]))
    assert lines[0] == f"INFO Job {job} has started as {lake.role}"
    assert lines[-1] == "INFO Job run succeeded"
    quiet = lake.run(lake.recipe_job(people(lake), LogSubscription="DISABLE"))
    assert "LogGroupName" not in quiet
    with pytest.raises(ClientError, match="does not exist"):
        list(lake.logged(quiet["RunId"]))


def events(lake: Lake, pattern: dict[str, Any]) -> Any:
    """A queue that gets DataBrew's events of a pattern."""
    sqs, bus = lake.client("sqs"), lake.client("events")
    made = {"QueueName": f"{lake.name}-events", "Attributes": lets_in("events")}
    url = sqs.create_queue(**made)["QueueUrl"]
    wanted = ["QueueArn"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]["QueueArn"]
    bus.put_rule(Name=lake.name, EventPattern=json.dumps({"source": ["aws.databrew"], **pattern}))
    bus.put_targets(Rule=lake.name, Targets=[{"Id": "queue", "Arn": arn}])
    return lambda: json.loads(
        sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"][0]["Body"]
    )


ENDINGS: dict[str, tuple[str, dict[str, str]]] = {
    "success": (
        "in/people.csv",
        {"state": "SUCCEEDED", "severity": "INFO", "message": "Job run succeeded"},
    ),
    "failure": ("in/none.csv", {"state": "FAILED", "severity": "ERROR"}),
}


@pytest.mark.parametrize(("key", "told"), ENDINGS.values(), ids=ENDINGS)
def test_events(lake: Lake, key: str, told: dict[str, str]) -> None:
    lake.put("in/people.csv", PEOPLE)
    job = lake.recipe_job(lake.dataset(key))
    receive = events(lake, {"detail": {"jobName": [job]}})
    run = lake.wait(job, lake.start(job))
    event = receive()
    assert event["detail-type"] == "DataBrew Job State Change"
    expected = {"message": run.get("ErrorMessage"), **told}
    assert event["detail"] == {"jobName": job, "jobRunId": run["RunId"], **expected}


# Stopping, time and attempts ----------------------------------------------------------------------


def test_stops(lake: Lake, databrew: Any) -> None:
    job = slow_job(lake)
    run = lake.start(job)
    assert lake.look(job, run)["State"] in ("STARTING", "RUNNING")
    with pytest.raises(databrew.exceptions.ConflictException):
        databrew.delete_job(Name=job)
    assert databrew.stop_job_run(Name=job, RunId=run)["RunId"] == run
    ended = lake.wait(job, run)
    assert ended["State"] == "STOPPED"
    assert lake.keys("out/") == []
    with pytest.raises(databrew.exceptions.ValidationException, match="has ended already"):
        databrew.stop_job_run(Name=job, RunId=run)
    databrew.delete_job(Name=job)


def test_no_time_left(lake: Lake) -> None:
    job = slow_job(lake, Timeout=0)
    ended = lake.wait(job, lake.start(job))
    assert (ended["State"], ended["ErrorMessage"]) == ("TIMEOUT", "Job run exceeded 0 minute(s)")
    assert lake.keys("out/") == []


def test_tries_again(lake: Lake) -> None:
    job = lake.recipe_job(lake.dataset("in/none.csv"), MaxRetries=2)
    ended = lake.wait(job, lake.start(job))
    assert (ended["State"], ended["Attempt"]) == ("FAILED", 2)
    assert [line for line in lake.logged(ended["RunId"]) if "Attempt" in line] == [
        "WARN Attempt 2",
        "WARN Attempt 3",
    ]


def test_twice_at_once(lake: Lake) -> None:
    """Two runs of one job, both overwriting: the location has the files of one, whole."""
    lake.put("in/a.csv", "a\n" + "1\n" * 100_000)
    output = lake.output("out", Format="CSV", Overwrite=True)
    job = lake.recipe_job(lake.dataset("in/a.csv"), Outputs=[output])
    runs = [lake.start(job) for _ in range(3)]
    assert {lake.wait(job, run)["State"] for run in runs} == {"SUCCEEDED"}
    assert lake.keys("out/") == [f"out/{job}_part00000.csv"]
    assert len(lake.get(f"out/{job}_part00000.csv")) == 2 + 200_000


def test_a_run_of_another_job(lake: Lake, databrew: Any) -> None:
    one, other = lake.recipe_job(people(lake)), lake.recipe_job(people(lake))
    run = lake.run(one)["RunId"]
    with pytest.raises(databrew.exceptions.ResourceNotFoundException):
        databrew.describe_job_run(Name=other, RunId=run)
