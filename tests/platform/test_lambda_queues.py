"""Functions that read queues: what they get of a message, and which messages they are given."""

import io
import json
import time
import zipfile

import pytest
from botocore.exceptions import ClientError

from tests.states.conftest import make_role

CODE = """
import json
def handler(event, context):
    print(json.dumps(event))
    bad = [each["messageId"] for each in event["Records"] if "bad" in each["body"]]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in bad]}
"""


def test_a_function_reads_a_queue(aws, fresh):
    queues, functions, name = aws("sqs"), aws("lambda"), fresh("reads")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", CODE)
    functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="app.handler",
        Role=make_role(aws("iam"), name, "lambda.amazonaws.com"),
        Code={"ZipFile": code.getvalue()},
    )
    url = queues.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    asked = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
    mapping = {
        "FunctionName": name,
        "EventSourceArn": queues.get_queue_attributes(**asked)["Attributes"]["QueueArn"],
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": {"Filters": [{"Pattern": json.dumps({"body": {"n": [1]}})}]},
    }
    functions.create_event_source_mapping(**mapping)
    with pytest.raises(ClientError, match=r"ResourceConflictException.*already exists"):
        functions.create_event_source_mapping(**mapping)
    attribute = {"a": {"DataType": "String", "StringValue": "b"}}
    bodies = ['{"n": 1}', '{"n": 2}', "text", '{"n": 1, "is": "bad"}']
    sent = [
        queues.send_message(QueueUrl=url, MessageBody=each, MessageAttributes=attribute)
        for each in bodies
    ]
    lines = aws("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    said = [each["message"] for each in lines if each["message"].startswith('{"Records')]
    records = [each for line in said for each in json.loads(line)["Records"]]
    assert [each["body"] for each in records] == [bodies[0], bodies[3]]
    assert [each["md5OfBody"] for each in records] == [
        sent[0]["MD5OfMessageBody"],
        sent[3]["MD5OfMessageBody"],
    ]
    assert records[0]["messageAttributes"]["a"]["stringValue"] == "b"
    assert abs(int(records[0]["attributes"]["SentTimestamp"]) / 1000 - time.time()) < 60
    left = queues.receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"]
    assert [each["Body"] for each in left] == [bodies[3]]
