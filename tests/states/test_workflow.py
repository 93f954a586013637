"""The workshop's flow: an object arrives, a recipe job cleans it, a query makes a table of it."""

import json
import time

import pytest

from tests.conftest import wait_for
from tests.states.conftest import make_role

ROWS = "id,name\n1,ada\n2,grace\n"


@pytest.fixture
def lake(aws, fresh):
    name = fresh("flow-lake")
    aws("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def job(aws, fresh, lake, cloud):
    """A recipe job that reads what arrives, and writes it in capitals."""
    brew, name = aws("databrew"), fresh("clean")
    role = make_role(aws("iam"), fresh("brew"), "databrew.amazonaws.com")
    brew.create_dataset(
        Name=name,
        Format="CSV",
        Input={"S3InputDefinition": {"Bucket": lake, "Key": "raw/people.csv"}},
    )
    step = {"Action": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "name"}}}
    brew.create_recipe(Name=name, Steps=[step])
    brew.publish_recipe(Name=name)
    brew.create_recipe_job(
        Name=name,
        DatasetName=name,
        RecipeReference={"Name": name, "RecipeVersion": "1.0"},
        RoleArn=role,
        Outputs=[{"Location": {"Bucket": lake, "Key": "clean/"}, "Format": "PARQUET"}],
    )
    return name


@pytest.fixture
def table(aws, fresh, lake):
    """The catalog's table over what the job writes. Returns its database."""
    database = fresh("flow", sep="_")
    glue = aws("glue")
    glue.create_database(DatabaseInput={"Name": database})
    hive = "org.apache.hadoop.hive.ql.io.parquet"
    glue.create_table(
        DatabaseName=database,
        TableInput={
            "Name": "clean",
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": {
                "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "name", "Type": "string"}],
                "Location": f"s3://{lake}/clean/",
                "InputFormat": f"{hive}.MapredParquetInputFormat",
                "OutputFormat": f"{hive}.MapredParquetOutputFormat",
                "SerdeInfo": {"SerializationLibrary": f"{hive}.serde.ParquetHiveSerDe"},
            },
        },
    )
    return database


def test_an_object_becomes_a_table(machines, aws, sfn, fresh, lake, job, table):
    ctas = (
        f"CREATE TABLE {table}.people WITH (format = 'PARQUET', "
        f"external_location = 's3://{lake}/curated/') AS SELECT upper(name) n, id FROM clean"
    )
    machine = machines.make(
        {
            "Clean": {
                "Type": "Task",
                "Resource": "arn:aws:states:::databrew:startJobRun.sync",
                "Parameters": {"Name": job},
                "ResultPath": "$.job",
                "Next": "Curate",
            },
            "Curate": {
                "Type": "Task",
                "Resource": "arn:aws:states:::athena:startQueryExecution.sync",
                "Parameters": {
                    "QueryString": ctas,
                    "QueryExecutionContext": {"Database": table},
                    "ResultConfiguration": {"OutputLocation": f"s3://{lake}/results/"},
                },
                "ResultPath": "$.query",
                "End": True,
            },
        }
    )
    aws("s3").put_bucket_notification_configuration(
        Bucket=lake, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    events, rule = aws("events"), fresh("arrived")
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [lake]}, "object": {"key": [{"prefix": "raw/"}]}},
    }
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    invoker = make_role(aws("iam"), fresh("invoker"), "events.amazonaws.com")
    target = {"Id": "1", "Arn": machine, "RoleArn": invoker}
    assert events.put_targets(Rule=rule, Targets=[target])["FailedEntryCount"] == 0

    aws("s3").put_object(Bucket=lake, Key="raw/people.csv", Body=ROWS.encode())
    ended = machines.wait(the_only_execution(sfn, machine), timeout_s=120)
    assert (ended.status, ended.cause) == ("SUCCEEDED", None)
    assert ended.output["detail"]["object"]["key"] == "raw/people.csv"
    assert ended.output["job"]["State"] == "SUCCEEDED"
    assert ended.output["query"]["QueryExecution"]["Status"]["State"] == "SUCCEEDED"
    task = ["TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    assert ended.kinds == [
        "ExecutionStarted",
        *[*task, "TaskStateExited"] * 2,
        "ExecutionSucceeded",
    ]
    assert rows(aws, f"SELECT n FROM {table}.people ORDER BY id", lake) == ["ADA", "GRACE"]
    assert len(sfn.list_executions(stateMachineArn=machine)["executions"]) == 1


def the_only_execution(sfn, machine, timeout_s=120):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if found := sfn.list_executions(stateMachineArn=machine)["executions"]:
            return found[0]["executionArn"]
        time.sleep(0.05)
    raise AssertionError("It was never started")


def rows(aws, sql, lake):
    athena = aws("athena")
    place = {"OutputLocation": f"s3://{lake}/results/"}
    number = athena.start_query_execution(QueryString=sql, ResultConfiguration=place)
    number = number["QueryExecutionId"]
    asked = {"QueryExecutionId": number}

    def is_over():
        status = athena.get_query_execution(**asked)["QueryExecution"]["Status"]
        return status["State"] in ("SUCCEEDED", "FAILED")

    wait_for(is_over)
    found = athena.get_query_results(QueryExecutionId=number)["ResultSet"]["Rows"]
    return [row["Data"][0]["VarCharValue"] for row in found[1:]]
