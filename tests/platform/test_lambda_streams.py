"""Functions that read streams and log groups: batches, retries, and what is given up."""

import contextlib
import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.platform.test_lambda_queues import make, records_of  # noqa: F401

CODE = """
import base64, json
def handler(event, context):
    words = [base64.b64decode(each["kinesis"]["data"]).decode() for each in event["Records"]]
    print(json.dumps({"heard": words}))
    if "hard" in words and len(words) > 1:
        raise ValueError("all of a batch")
    bad = [each for each, word in zip(event["Records"], words) if word == "bad"]
    return {
        "batchItemFailures": [{"itemIdentifier": each["kinesis"]["sequenceNumber"]} for each in bad]
    }
"""
LOGS = """
import base64, boto3, gzip, json
def handler(event, context):
    told = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    print(json.dumps({"Records": [told]}))
    boto3.client("logs").describe_log_groups()  # while its lines are being put
"""
TABLE = "import json\ndef handler(event, context): print(json.dumps(event))"


@pytest.fixture
def stream(aws, fresh):
    """``stream()`` makes one and tells its ARN and a function that puts records into it."""
    kinesis = aws("kinesis")

    def make_stream():
        name = fresh("stream")
        kinesis.create_stream(StreamName=name, ShardCount=1)

        def put(*words):
            records = [{"Data": word, "PartitionKey": "1"} for word in words]
            kinesis.put_records(StreamName=name, Records=records)

        return f"arn:aws:kinesis:us-east-1:123456789012:stream/{name}", put

    return make_stream


@pytest.fixture
def listens(aws, make):  # noqa: F811
    """``listens(arn)``: what a function hears of a stream, batch by batch."""
    name, logs = make(CODE), aws("logs")

    def heard():
        with contextlib.suppress(logs.exceptions.ResourceNotFoundException):
            found = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
            said = [each["message"] for each in found if each["message"].startswith('{"heard')]
            return [json.loads(each)["heard"] for each in said]
        return []

    def listen(arn, **options):
        aws("lambda").create_event_source_mapping(
            FunctionName=name, EventSourceArn=arn, **{"StartingPosition": "LATEST"} | options
        )
        return lambda count: wait_for(lambda: len(heard()) >= count and heard())

    return listen


def test_a_function_reads_a_stream_in_batches(stream, listens):
    arn, put = stream()
    put("before")
    heard = listens(arn, BatchSize=3)
    put("a", "b", "c", "d")
    assert heard(2) == [["a", "b", "c"], ["d"]]


def test_it_begins_with_the_oldest_and_takes_what_its_filters_are_for(stream, listens):
    arn, put = stream()
    put('{"n": 1}', '{"n": 2}', "no json", '{"n": 3}')
    pattern = json.dumps({"data": {"n": [{"numeric": [">", 1]}]}})
    filters = {"Filters": [{"Pattern": pattern}]}
    heard = listens(arn, StartingPosition="TRIM_HORIZON", FilterCriteria=filters)
    assert heard(1) == [['{"n": 2}', '{"n": 3}']]


def test_what_fails_is_tried_again_from_there_and_given_up(aws, fresh, stream, listens):
    arn, put = stream()
    sqs = aws("sqs")
    url = sqs.create_queue(QueueName=fresh("lost"))["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    heard = listens(
        arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": asked["Attributes"]["QueueArn"]}},
    )
    put("a", "bad", "b")
    assert heard(3) == [["a", "bad", "b"], ["bad", "b"], ["bad", "b"]]
    put("c")
    assert heard(4)[3:] == [["c"]]
    (message,) = wait_for(
        lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages")
    )
    told = json.loads(message["Body"])
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert told["requestContext"]["approximateInvokeCount"] == 2
    assert told["responseContext"]["functionError"] is None
    assert told["KinesisBatchInfo"]["startSequenceNumber"].endswith("00002")


def test_a_batch_that_fails_is_halved(stream, listens):
    arn, put = stream()
    heard = listens(arn, BisectBatchOnFunctionError=True)
    put("a", "b", "hard", "c")
    assert heard(5) == [["a", "b", "hard", "c"], ["a", "b"], ["hard", "c"], ["hard"], ["c"]]


def test_a_function_hears_of_a_tables_changes(aws, fresh, make):  # noqa: F811
    dynamodb, name = (
        aws("dynamodb"),
        make("import json\nhandler = lambda e, c: print(json.dumps(e))"),
    )
    made = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]
    arn = made["LatestStreamArn"]
    pattern = json.dumps({"eventName": ["INSERT", "REMOVE"]})
    aws("lambda").create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=arn,
        StartingPosition="TRIM_HORIZON",
        FilterCriteria={"Filters": [{"Pattern": pattern}]},
    )
    plain, blob = {"id": {"S": "1"}}, {"L": [{"B": b"\0a"}, {"BS": [b"b"]}]}
    for item in (plain | {"b": {"B": b"\0a"}, "l": blob}, plain | {"n": {"N": "2"}}):
        dynamodb.put_item(TableName=name, Item=item)
    dynamodb.delete_item(TableName=name, Key={"id": {"S": "1"}})
    made, gone = records_of(aws, name, 2)
    assert (made["eventName"], made["eventSourceARN"]) == ("INSERT", arn)
    written = {"b": {"B": "AGE="}, "l": {"L": [{"B": "AGE="}, {"BS": ["Yg=="]}]}}
    assert made["dynamodb"]["NewImage"] == {"id": {"S": "1"}} | written
    came = made["dynamodb"]["ApproximateCreationDateTime"]
    assert isinstance(came, float)
    assert came.is_integer()
    assert gone["dynamodb"]["OldImage"]["n"] == {"N": "2"}
    streams = aws("dynamodbstreams")  # others read it too
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    at = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    assert len(streams.get_records(ShardIterator=at)["Records"]) == 3


def test_a_function_hears_of_a_log_group_that_it_is_let_into(aws, fresh, make):  # noqa: F811
    logs, functions, group, name = aws("logs"), aws("lambda"), fresh("heard"), make(LOGS)
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    asked = {
        "logGroupName": group,
        "filterName": "f",
        "filterPattern": "ERROR",
        "destinationArn": f"arn:aws:lambda:us-east-1:123456789012:function:{name}",
    }
    with pytest.raises(ClientError, match="given CloudWatch Logs permission to execute"):
        logs.put_subscription_filter(**asked)
    functions.add_permission(
        FunctionName=name,
        StatementId="logs",
        Action="lambda:InvokeFunction",
        Principal="logs.us-east-1.amazonaws.com",
        SourceArn=f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*",
    )
    logs.put_subscription_filter(**asked)
    now = int(time.time() * 1000)
    lines = [{"timestamp": now, "message": each} for each in ("an ERROR", "none")]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=lines)
    (told,) = records_of(aws, name, 1)
    assert (told["logGroup"], told["subscriptionFilters"]) == (group, ["f"])
    assert [each["message"] for each in told["logEvents"]] == ["an ERROR"]
