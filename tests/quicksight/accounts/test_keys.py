"""KMS keys are registered, and QuickSight's role may use them then."""

import json

import pytest

from tests.quicksight.conftest import SERVICE_ROLE, refused


@pytest.fixture
def key(client):
    return client("kms").create_key()["KeyMetadata"]["Arn"]


def register(quicksight, *keys, **members):
    return quicksight.update_key_registration(
        KeyRegistration=[{"KeyArn": key} | members for key in keys]
    )


def test_a_registered_key_is_told_and_granted(quicksight, client, key):
    answer = register(quicksight, key, DefaultKey=True)
    assert answer["SuccessfulKeyRegistration"] == [{"KeyArn": key, "StatusCode": 200}]
    assert answer["FailedKeyRegistration"] == []
    told = quicksight.describe_key_registration(DefaultKeyOnly=True)
    assert told["KeyRegistration"] == [{"KeyArn": key, "DefaultKey": True}]
    [grant] = client("kms").list_grants(KeyId=key)["Grants"]
    assert grant["GranteePrincipal"].endswith(f":role/service-role/{SERVICE_ROLE}")
    assert "Decrypt" in grant["Operations"]


def test_a_list_takes_the_place_of_the_former_one(quicksight, client, key):
    other = client("kms").create_key()["KeyMetadata"]["Arn"]
    register(quicksight, key)
    register(quicksight, other)
    told = quicksight.describe_key_registration()["KeyRegistration"]
    assert told == [{"KeyArn": other, "DefaultKey": False}]
    assert client("kms").list_grants(KeyId=key)["Grants"] == []


@pytest.mark.parametrize(
    ("kind", "status"), [("nowhere", 404), ("asymmetric", 400), ("elsewhere", 400), ("closed", 403)]
)
def test_a_key_that_cannot_be_used(quicksight, client, cloud, kind, status):
    kms = client("kms")
    arn = f"arn:aws:kms:us-east-1:{cloud.account}:key/00000000-0000-0000-0000-000000000000"
    if kind == "asymmetric":
        made = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
        arn = made["KeyMetadata"]["Arn"]
    elif kind == "elsewhere":
        arn = arn.replace("us-east-1", "eu-west-1")
    elif kind == "closed":
        arn = kms.create_key(Policy=closed(cloud.account))["KeyMetadata"]["Arn"]
    answer = register(quicksight, arn)
    [failed] = answer["FailedKeyRegistration"]
    assert (failed["KeyArn"], failed["StatusCode"], failed["SenderFault"]) == (arn, status, True)
    assert failed["Message"]
    assert quicksight.describe_key_registration()["KeyRegistration"] == []


def test_one_key_is_the_default(quicksight, client, key):
    other = client("kms").create_key()["KeyMetadata"]["Arn"]
    wanted = [{"KeyArn": each, "DefaultKey": True} for each in (key, other)]
    code, _ = refused(quicksight.update_key_registration, KeyRegistration=wanted)
    assert code == "InvalidParameterValueException"


def closed(account):
    """A key's policy under which its maker may manage it but not grant its use."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:user/learner"},
        "Action": ["kms:PutKeyPolicy", "kms:ListGrants"],
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
