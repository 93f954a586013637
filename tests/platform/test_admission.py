"""Where roles are asked, so are queues and topics whose policy nobody has written."""

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from labkit.cloud.access import admission
from labkit.cloud.cloud import Cloud

REGION = "us-east-1"


@pytest.mark.parametrize("roles", ["", "strict"])
def test_a_queue_and_a_topic_as_they_are_made(tmp_path, monkeypatch, roles):
    monkeypatch.setenv("LABKIT_ROLES", roles)
    cloud = Cloud(tmp_path)
    sqs, sns = (each[DEFAULT_ACCOUNT_ID][REGION] for each in (sqs_backends, sns_backends))
    queue, topic = sqs.create_queue("admission", {}), sns.create_topic("admission")
    asked = ("events.amazonaws.com", "arn:aws:events:us-east-1:123456789012:rule/r")
    refused = [admission.refusal(cloud, *asked, each) for each in (queue.queue_arn, topic.arn)]
    sqs.delete_queue(queue.name), sns.delete_topic(topic.arn)
    cloud.stop()
    assert [bool(each) for each in refused] == [roles == "strict"] * 2
