"""What earlier labkits left in moto's records works."""

import json
from types import SimpleNamespace

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.kms.models import kms_backends
from moto.sqs.models import sqs_backends

from labkit.cloud import former

REGION = "eu-north-1"
POLICY = {"Version": "2012-10-17", "Statement": []}


@pytest.fixture
def records():
    """moto's records of SQS and KMS in a region that no other test has."""
    services = (sqs_backends, kms_backends)
    yield [each[DEFAULT_ACCOUNT_ID][REGION] for each in services]
    for each in services:
        each[DEFAULT_ACCOUNT_ID].pop(REGION)


def test_queues_whose_lock_was_lost_and_keys_whose_policy_is_an_object(records):
    queues, keys = records
    queue = queues.create_queue("former", {})
    queue._messages_lock = None
    key = keys.create_key(POLICY, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", [])
    whole = keys.create_key(json.dumps(POLICY), "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", [])
    former.mend(SimpleNamespace(account=DEFAULT_ACCOUNT_ID))
    with queue._messages_lock:
        queue._messages_lock.notify_all()
    assert key.policy == whole.policy == json.dumps(POLICY)
