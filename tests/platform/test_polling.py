"""Who waits for a queue's messages keeps nobody from sending them."""

import threading
import time

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def sqs(aws):
    return aws("sqs")


HOW = {
    "as asked": ({}, {"WaitTimeSeconds": 20}),
    "as the queue says": ({"ReceiveMessageWaitTimeSeconds": "20"}, {}),
}


@pytest.mark.parametrize(("attributes", "asked"), HOW.values(), ids=HOW)
def test_a_message_comes_while_somebody_waits(sqs, aws, fresh, attributes, asked):
    url = sqs.create_queue(QueueName=fresh("q"), Attributes=attributes)["QueueUrl"]
    got = []
    waiting = threading.Thread(
        target=lambda: got.append(sqs.receive_message(QueueUrl=url, **asked))
    )
    waiting.start()
    time.sleep(0.5)
    aws("sqs").send_message(QueueUrl=url, MessageBody="hello")
    waiting.join(timeout=60)
    assert [message["Body"] for message in got[0]["Messages"]] == ["hello"]


def test_nothing_comes(sqs, fresh):
    url = sqs.create_queue(QueueName=fresh("q"))["QueueUrl"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)


def test_too_long_a_wait_is_refused(sqs, fresh):
    url = sqs.create_queue(QueueName=fresh("q"))["QueueUrl"]
    with pytest.raises(ClientError, match="WaitTimeSeconds is invalid"):
        sqs.receive_message(QueueUrl=url, WaitTimeSeconds=21)
