"""Functions that read queues or hear of topics: what they get, and which messages."""

import contextlib
import io
import json
import time
import zipfile
from unittest.mock import Mock

import moto.sqs.models as sqs
import pytest
from botocore.exceptions import ClientError

from labkit.cloud import memory
from labkit.cloud.lambdas import lineage, queues
from tests.states.conftest import make_role

CODE = """
import json
def handler(event, context):
    print(json.dumps(event))
    bad = [each["messageId"] for each in event["Records"] if "bad" in each.get("body", "")]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in bad]}
"""


@pytest.fixture
def make(aws, fresh):
    """``make(code)``: the name of a function."""

    def make_function(code):
        name, content = fresh("reads"), io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("app.py", code)
        aws("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Handler="app.handler",
            Role=make_role(aws("iam"), name, "lambda.amazonaws.com"),
            Code={"ZipFile": content.getvalue()},
        )
        return name

    return make_function


def records_of(aws, name, count, wait_s=10.0):
    """What a function of the code above has printed, once there are so many of it."""
    logs, until, records = aws("logs"), time.monotonic() + wait_s, []
    while len(records) < count and time.monotonic() < until:
        time.sleep(0.02)
        with contextlib.suppress(logs.exceptions.ResourceNotFoundException):
            found = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
            said = [each["message"] for each in found if each["message"].startswith('{"Records')]
            records = [each for line in said for each in json.loads(line)["Records"]]
    return records


def test_a_function_hears_of_a_topic(aws, make):
    name, topics = make(CODE), aws("sns")
    topic = topics.create_topic(Name=name)["TopicArn"]
    arn = aws("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    aws("lambda").add_permission(
        FunctionName=name,
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    made = topics.subscribe(
        TopicArn=topic, Protocol="lambda", Endpoint=arn, ReturnSubscriptionArn=True
    )
    attribute = {"a": {"DataType": "String", "StringValue": "b"}}
    sent = topics.publish(TopicArn=topic, Message="text", MessageAttributes=attribute)
    (record,) = records_of(aws, name, 1)
    assert record["EventSubscriptionArn"] == made["SubscriptionArn"]
    told = record["Sns"]
    assert (told["TopicArn"], told["MessageId"]) == (topic, sent["MessageId"])
    assert (told["Message"], told["Subject"]) == ("text", None)
    assert told["MessageAttributes"] == {"a": {"Type": "String", "Value": "b"}}


def test_a_function_reads_a_queue(aws, make):
    queues, functions, name = aws("sqs"), aws("lambda"), make(CODE)
    url = queues.create_queue(QueueName=name)["QueueUrl"]
    asked = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
    mapping = {
        "FunctionName": name,
        "EventSourceArn": queues.get_queue_attributes(**asked)["Attributes"]["QueueArn"],
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": {"Filters": [{"Pattern": json.dumps({"body": {"n": [1]}})}]},
    }
    made = functions.create_event_source_mapping(**mapping)
    assert made["StateTransitionReason"] == "USER_INITIATED"
    with pytest.raises(ClientError, match=r"ResourceConflictException.*already exists"):
        functions.create_event_source_mapping(**mapping)
    queues.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    attribute = {"a": {"DataType": "String", "StringValue": "b"}}
    bodies = ['{"n": 1}', '{"n": 2}', "text", '{"n": 1, "is": "bad"}']
    sent = [
        queues.send_message(QueueUrl=url, MessageBody=each, MessageAttributes=attributes)
        for each, attributes in zip(bodies, (attribute, attribute, attribute, {}), strict=True)
    ]
    records = records_of(aws, name, 2)
    assert [each["body"] for each in records] == [bodies[0], bodies[3]]
    assert [each["md5OfBody"] for each in records] == [
        sent[0]["MD5OfMessageBody"],
        sent[3]["MD5OfMessageBody"],
    ]
    assert records[0]["md5OfMessageAttributes"] == sent[0]["MD5OfMessageAttributes"]
    assert records[1]["md5OfMessageAttributes"] is None
    assert records[0]["messageAttributes"]["a"]["stringValue"] == "b"
    assert abs(int(records[0]["attributes"]["SentTimestamp"]) / 1000 - time.time()) < 60
    left = queues.receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"]
    assert [each["Body"] for each in left] == [bodies[3]]


def mapped(source, **more):
    place = {"EventSourceArn": f"arn:aws:{source}", "StartingPosition": "LATEST"}
    return {name: each for name, each in (place | more).items() if each is not None}


QUEUE = "sqs:us-east-1:123456789012:any"
STREAM = "kinesis:us-east-1:123456789012:stream/any"
TABLE = "dynamodb:us-east-1:123456789012:table/any/stream/any"
UNREAD = {  # what a function is to read → why it does not
    "a place in a queue": (mapped(QUEUE), "StartingPosition is not valid for SQS"),
    "halves of a queue": (
        mapped(QUEUE, StartingPosition=None, BisectBatchOnFunctionError=True),
        "BisectBatchOnFunctionError is not valid for SQS",
    ),
    "large batches": (
        mapped(QUEUE, StartingPosition=None, BatchSize=11),
        "Maximum batch window in seconds must be greater than 0",
    ),
    "a window of a FIFO queue": (
        mapped(f"{QUEUE}.fifo", StartingPosition=None, MaximumBatchingWindowInSeconds=5),
        "Batching window is not supported for FIFO queues",
    ),
    "no pattern": (
        mapped(
            QUEUE, StartingPosition=None, FilterCriteria={"Filters": [{"Pattern": '{"a": "b"}'}]}
        ),
        "Invalid filter pattern definition",
    ),
    "no place in a stream": (mapped(STREAM, StartingPosition=None), "Value null at 'startingPos"),
    "a moment elsewhere": (
        mapped(STREAM, StartingPositionTimestamp=1),
        "Timestamp only valid with StartingPosition AT_TIMESTAMP",
    ),
    "no moment": (
        mapped(STREAM, StartingPosition="AT_TIMESTAMP"),
        "requires StartingPositionTimestamp",
    ),
    "a moment in a table": (
        mapped(TABLE, StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=1),
        f"Unsupported starting position for arn type: arn:aws:{TABLE}",
    ),
}


def test_what_a_function_does_not_read(aws, make):
    functions, name = aws("lambda"), make(CODE)
    for asked, why in UNREAD.values():
        with pytest.raises(ClientError, match=why):
            functions.create_event_source_mapping(FunctionName=name, **asked)
    aws("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": "2"})
    queue = mapped(f"sqs:us-east-1:123456789012:{name}", StartingPosition=None)
    with pytest.raises(ClientError, match="2 seconds is less than Function timeout: 3 seconds"):
        functions.create_event_source_mapping(FunctionName=name, **queue)
    url = aws("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    aws("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "9"})
    made = functions.create_event_source_mapping(FunctionName=name, **queue, Enabled=False)
    with pytest.raises(ClientError, match="BisectBatchOnFunctionError is not valid for SQS"):
        functions.update_event_source_mapping(UUID=made["UUID"], BisectBatchOnFunctionError=True)
    aws("kinesis").create_stream(StreamName=name, ShardCount=1)
    stream = mapped(f"kinesis:us-east-1:123456789012:stream/{name}")
    functions.create_event_source_mapping(FunctionName=name, **stream)
    with pytest.raises(functions.exceptions.ResourceConflictException, match="The event source"):
        functions.create_event_source_mapping(FunctionName=name, **stream)


LOOP = """
import boto3, json
def handler(event, context):
    print(json.dumps({"Records": [{}]}))
    for queue in [each for each in [event.get("queue")] if each]:
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(event))
    for record in event.get("Records", []):
        url = json.loads(record["body"])["queue"]
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=record["body"])
"""


def test_a_mapping_calls_the_alias_that_it_names(aws, fresh, make):
    client, sqs = aws("lambda"), aws("sqs")
    name, url = make(CODE), sqs.create_queue(QueueName=fresh("read"))["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{url.rpartition('/')[2]}"
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="$LATEST")
    function = client.get_function_configuration(FunctionName=name)["FunctionArn"]
    made = client.create_event_source_mapping(FunctionName=f"{function}:live", EventSourceArn=arn)
    assert made["FunctionArn"] == f"{function}:live"
    for asked, count in ((f"{name}:live", 1), (f"{function}:live", 1), (name, 0), ("lost", 0)):
        pages = client.get_paginator("list_event_source_mappings").paginate(FunctionName=asked)
        assert sum(len(page["EventSourceMappings"]) for page in pages) == count
    changed = client.update_event_source_mapping(UUID=made["UUID"], FunctionName=function)
    assert changed["FunctionArn"] == function
    with pytest.raises(ClientError, match="batch window in seconds must be greater than 0"):
        client.update_event_source_mapping(UUID=made["UUID"], BatchSize=11)
    tags = {"Resource": made["EventSourceMappingArn"]}
    client.tag_resource(**tags, Tags={"a": "b"})
    assert client.list_tags(**tags)["Tags"] == {"a": "b"}


def test_a_function_that_calls_itself_by_a_queue_is_stopped(aws, make):
    queues, functions, name = aws("sqs"), aws("lambda"), make(LOOP)
    url = queues.create_queue(QueueName=name)["QueueUrl"]
    asked = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
    arn = queues.get_queue_attributes(**asked)["Attributes"]["QueueArn"]
    functions.create_event_source_mapping(FunctionName=name, EventSourceArn=arn)
    functions.invoke(FunctionName=name, Payload=json.dumps({"queue": url}))
    assert len(records_of(aws, name, lineage.MOST)) == lineage.MOST
    assert len(records_of(aws, name, lineage.MOST + 1, wait_s=0.5)) == lineage.MOST
    assert (
        functions.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Terminate"
    )


def test_a_message_that_is_gone_is_not_remembered(monkeypatch):
    """Whatever functions send to queues that nobody reads for functions is not kept beside them."""
    monkeypatch.setattr(sqs.Queue, "add_message", sqs.Queue.add_message)
    monkeypatch.setattr(queues.threading, "Thread", Mock())
    queues.install(Mock())
    memory.track_nothing()
    queue = sqs.Queue("q", "us-east-1", "123456789012")
    message = sqs.Message("sent-on", "text")
    with lineage.resumed("0123abcd:1"):
        queue.add_message(message)
    assert (message.lineage, list(queues._SENT_ON)) == ("0123abcd:1", ["sent-on"])
    queue._messages.clear()
    del message
    assert list(queues._SENT_ON) == []


def test_a_queue_that_finds_no_thread_is_looked_at_again(monkeypatch):
    start = Mock(side_effect=[RuntimeError("can't start new thread"), None])
    monkeypatch.setattr(queues.threading, "Thread", Mock(return_value=Mock(start=start)))
    monkeypatch.setattr(
        queues, "_waited_for", lambda _: [Mock(uuid="m")] * ("m" not in queues._BUSY)
    )
    monkeypatch.setattr(
        queues, "_SENT", Mock(wait=Mock(side_effect=[None, None, KeyboardInterrupt]))
    )
    monkeypatch.setattr(queues, "_BUSY", set())
    with pytest.raises(KeyboardInterrupt):
        queues._poll(Mock())
    assert (start.call_count, queues._BUSY) == (2, {"m"})
