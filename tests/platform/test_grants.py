"""KMS's lists of grants: of whom they are asked for, in pages, and what they tell."""

import datetime as dt

import pytest
from botocore.exceptions import ClientError

USER = "arn:aws:iam::123456789012:user/"


@pytest.fixture(scope="module")
def kms(aws):
    return aws("kms")


@pytest.fixture(scope="module")
def granted(kms):
    """A key's ARN, and the ids of what two users may do with it."""
    key = kms.create_key()["KeyMetadata"]["Arn"]
    more = {"KeyId": key, "Operations": ["Decrypt"], "RetiringPrincipal": f"{USER}retiring"}
    return key, [
        kms.create_grant(GranteePrincipal=f"{USER}{who}", **more)["GrantId"]
        for who in ("anna", "bo", "anna")
    ]


def ids_of(answer):
    return [each["GrantId"] for each in answer["Grants"]]


def test_grants_of_a_grantee(kms, granted):
    key, (first, second, third) = granted
    assert ids_of(kms.list_grants(KeyId=key)) == [first, second, third]
    assert ids_of(kms.list_grants(KeyId=key, GranteePrincipal=f"{USER}anna")) == [first, third]
    assert ids_of(kms.list_grants(KeyId=key, GranteePrincipal=f"{USER}nobody")) == []
    assert ids_of(kms.list_grants(KeyId=key, GrantId=second)) == [second]


def test_a_grant_to_a_service(kms, granted):
    key, service = granted[0], {"GranteeServicePrincipal": "dynamodb.amazonaws.com"}
    with pytest.raises(ClientError, match="a grant to a service"):
        kms.create_grant(KeyId=key, Operations=["Decrypt"], **service)
    with pytest.raises(ClientError, match="InvalidArn"):
        kms.create_grant(KeyId=key, Operations=["Decrypt"])
    assert ids_of(kms.list_grants(KeyId=key, **service)) == []


def test_what_is_told_of_a_grant(kms, granted):
    key, ids = granted
    told = kms.list_grants(KeyId=key, GrantId=ids[0])["Grants"][0]
    age = dt.datetime.now(dt.UTC) - told.pop("CreationDate")
    assert dt.timedelta() <= age < dt.timedelta(hours=1)
    assert told == {
        "KeyId": key,
        "GrantId": ids[0],
        "GranteePrincipal": f"{USER}anna",
        "RetiringPrincipal": f"{USER}retiring",
        "IssuingAccount": "arn:aws:iam::123456789012:root",
        "Operations": ["Decrypt"],
    }


def test_grants_in_pages(kms, granted):
    key, ids = granted
    first = kms.list_grants(KeyId=key, Limit=2)
    assert (ids_of(first), first["Truncated"]) == (ids[:2], True)
    rest = kms.list_grants(KeyId=key, Limit=2, Marker=first["NextMarker"])
    assert (ids_of(rest), rest["Truncated"], "NextMarker" in rest) == (ids[2:], False, False)
    pages = kms.get_paginator("list_retirable_grants")
    found = pages.paginate(RetiringPrincipal=f"{USER}retiring", PaginationConfig={"PageSize": 1})
    assert [each for page in found for each in ids_of(page)] == ids
    with pytest.raises(kms.exceptions.InvalidMarkerException):
        kms.list_grants(KeyId=key, Marker="nonsense")
