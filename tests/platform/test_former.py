"""What earlier labkits left in moto's records works."""

import json
from types import SimpleNamespace

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.kms.models import kms_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from labkit.cloud import former

REGION = "eu-north-1"
POLICY = {"Version": "2012-10-17", "Statement": []}


@pytest.fixture
def records():
    """moto's records of SQS, KMS and SNS in a region that no other test has."""
    services = (sqs_backends, kms_backends, sns_backends)
    yield [each[DEFAULT_ACCOUNT_ID][REGION] for each in services]
    for each in services:
        each[DEFAULT_ACCOUNT_ID].pop(REGION)


def test_queues_whose_lock_was_lost_and_keys_whose_policy_is_an_object(records):
    queues, keys, _ = records
    queue = queues.create_queue("former", {})
    queue._messages_lock = None
    key = keys.create_key(POLICY, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", [])
    whole = keys.create_key(json.dumps(POLICY), "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", [])
    former.mend(SimpleNamespace(account=DEFAULT_ACCOUNT_ID))
    with queue._messages_lock:
        queue._messages_lock.notify_all()
    assert key.policy == whole.policy == json.dumps(POLICY)


def test_certificates_of_messages_that_were_published(records):
    topics = records[2]
    topics._message_public_keys["SimpleNotificationService-1.pem"] = b"CERTIFICATE"
    former.mend(SimpleNamespace(account=DEFAULT_ACCOUNT_ID))
    assert topics._message_public_keys == {}
