"""CloudWatch Logs' exports to S3: which streams, what of them, and what is told of a task."""

import gzip
import time
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

BEGAN_S = int(time.time()) - 60
BEGAN = BEGAN_S * 1000
SPAN = {"from": BEGAN, "to": BEGAN + 2000}


@pytest.fixture(scope="module")
def group(cloud):
    """A group, and a bucket of its name."""
    logs, name = cloud.client("logs"), "log-exports"
    cloud.client("s3").create_bucket(Bucket=name)
    logs.create_log_group(logGroupName=name)
    for stream in ("web/1", "web/2", "jobs", "empty"):
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
        moments = (7, 2000, 9000) if stream != "empty" else (9000,)
        events = [{"timestamp": BEGAN + at, "message": f"{stream} {at}"} for at in moments]
        logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)
    return name


@pytest.fixture
def export(aws, group):
    """Export, and tell the task's id and the text of each stream's object."""
    logs, s3 = aws("logs"), aws("s3")

    def run(**asked):
        asked = {"logGroupName": group, "destination": group, **SPAN, **asked}
        task = logs.create_export_task(**asked)["taskId"]
        below = f"{asked.get('destinationPrefix', 'exportedlogs')}/{task}/"
        texts = {}
        for found in s3.list_objects_v2(Bucket=group, Prefix=below).get("Contents", []):
            stream, name = found["Key"].removeprefix(below).split("/")
            body = s3.get_object(Bucket=group, Key=found["Key"])["Body"].read()
            assert name == "000000.gz"
            texts[stream] = gzip.decompress(body).decode()
        return task, texts

    return run


def test_a_line_an_event(export):
    at = f"{datetime.fromtimestamp(BEGAN_S, UTC):%Y-%m-%dT%H:%M:%S}.007Z"
    later = f"{datetime.fromtimestamp(BEGAN_S + 2, UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    _, texts = export()
    assert texts["web-1"] == f"{at} web/1 7\n{later} web/1 2000\n"
    assert sorted(texts) == ["jobs", "web-1", "web-2"]


def test_streams_by_their_names_beginning(export):
    _, texts = export(logStreamNamePrefix="web", destinationPrefix="a/b")
    assert sorted(texts) == ["web-1", "web-2"]
    assert export(logStreamNamePrefix="nothing")[1] == {}


def test_more_than_ten_thousand_events(aws, export, group):
    logs, stream = aws("logs"), "many"
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    for _ in range(2):
        events = [{"timestamp": BEGAN, "message": "m"}] * 6000
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    _, texts = export(logStreamNamePrefix=stream)
    assert texts[stream].count("\n") == 12_000


def test_what_is_told_of_a_task(aws, export, group):
    logs = aws("logs")
    task, _ = export(taskName="mine")
    (told,) = logs.describe_export_tasks(taskId=task)["exportTasks"]
    times = told.pop("executionInfo")
    assert BEGAN < times["creationTime"] <= times["completionTime"]
    assert told == {
        "taskId": task,
        "taskName": "mine",
        "logGroupName": group,
        "destination": group,
        "destinationPrefix": "exportedlogs",
        "status": {"code": "COMPLETED", "message": "Completed successfully"},
        **SPAN,
    }
    done = logs.describe_export_tasks(statusCode="COMPLETED")["exportTasks"]
    assert task in [each["taskId"] for each in done]
    assert logs.describe_export_tasks(statusCode="FAILED")["exportTasks"] == []
    with pytest.raises(ClientError, match="ResourceNotFound"):
        logs.describe_export_tasks(taskId="none")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"logGroupName": "none"}, "ResourceNotFoundException"),
        ({"destination": "no-such-bucket"}, "InvalidParameterException"),
        ({"to": BEGAN - 1}, "InvalidParameterException"),
    ],
    ids=["group", "bucket", "span"],
)
def test_what_is_not_exported(export, asked, code):
    with pytest.raises(ClientError, match=code):
        export(**asked)


def test_policies_of_one_group(aws, group):
    logs = aws("logs")
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"
    with pytest.raises(ClientError, match="NotImplemented"):
        logs.put_resource_policy(resourceArn=arn, policyDocument="{}")
    with pytest.raises(ClientError, match="NotImplemented"):
        logs.describe_resource_policies(resourceArn=arn)
