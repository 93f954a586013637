"""Whose rights COPY and UNLOAD use, and what they say when these do not suffice."""

import pytest

from tests.redshift import copied
from tests.roles import policy, trust

DENIED = "S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid "


@pytest.fixture(scope="module")
def file(desk):
    return desk.put("access/rows", "1\n")


def _copy(desk, file, access):
    told = desk.data.run(f"COPY {desk.table('a int')} FROM '{file}' {access}")
    return str(told.get("Error", ""))


def test_a_role_by_its_name_or_in_credentials(desk, file):
    assert _copy(desk, file, f"IAM_ROLE '{desk.role}'") == ""
    assert _copy(desk, file, f"CREDENTIALS 'aws_iam_role={desk.role}'") == ""
    assert _copy(desk, file, f"WITH CREDENTIALS AS 'aws_iam_role={desk.role}'") == ""
    assert "Missing credentials" in _copy(desk, file, "")


def test_a_users_keys(desk, file):
    iam = desk.client("iam")
    iam.create_user(UserName="loader")
    key = iam.create_access_key(UserName="loader")["AccessKey"]
    id, secret = key["AccessKeyId"], key["SecretAccessKey"]
    access = f"ACCESS_KEY_ID '{id}' SECRET_ACCESS_KEY '{secret}'"
    assert DENIED in _copy(desk, file, access)
    iam.put_user_policy(
        UserName="loader", PolicyName="own", PolicyDocument=policy(copied.allow("s3:*"))
    )
    assert _copy(desk, file, access) == ""
    pair = f"aws_access_key_id={id};aws_secret_access_key={secret}"
    assert _copy(desk, file, f"CREDENTIALS '{pair}'") == ""
    assert "SignatureDoesNotMatch" in _copy(desk, file, f"CREDENTIALS '{pair}x'")


@pytest.mark.parametrize(
    ("name", "service", "attached"),
    [("not-attached", "redshift", False), ("of-lambda", "lambda", True)],
)
def test_a_role_that_the_cluster_may_not_take(desk, file, name, service, attached):
    role = copied.make_role(desk.client, name, copied.allow("s3:*"), service=service)
    if attached:
        desk.client("redshift").modify_cluster_iam_roles(
            ClusterIdentifier="data-api", AddIamRoles=[role]
        )
    told = _copy(desk, file, f"IAM_ROLE '{role}'")
    user = "arn:aws:redshift:us-east-1:123456789012:dbuser:data-api/awsuser"
    assert told.startswith(f"ERROR: User {user} is not authorized to assume IAM Role {role}")
    assert f"context:   IAM Role={role}" in told


@pytest.mark.parametrize(("user", "taken"), [("awsuser", True), ("other", False)])
def test_a_role_for_some_users_alone(desk, file, user, taken):
    arn = f"arn:aws:redshift:us-east-1:123456789012:dbuser:data-api/{user}"
    some = trust("redshift") | {"Condition": {"StringEquals": {"sts:ExternalId": arn}}}
    role = copied.make_role(desk.client, f"of-{user}", copied.allow("s3:*"))
    document = policy(some)
    desk.client("iam").update_assume_role_policy(RoleName=f"of-{user}", PolicyDocument=document)
    desk.client("redshift").modify_cluster_iam_roles(
        ClusterIdentifier="data-api", AddIamRoles=[role]
    )
    assert ("not authorized" in _copy(desk, file, f"IAM_ROLE '{role}'")) is not taken


def test_a_role_that_may_not_read_or_write(desk, file):
    listing = copied.allow("s3:ListBucket", "s3:GetObject")
    reader = copied.make_role(desk.client, "reader", listing)
    blind = copied.make_role(desk.client, "blind", copied.allow("s3:PutObject"))
    desk.client("redshift").modify_cluster_iam_roles(
        ClusterIdentifier="data-api", AddIamRoles=[reader, blind]
    )
    assert _copy(desk, file, f"IAM_ROLE '{reader}'") == ""
    told = _copy(desk, file, f"IAM_ROLE '{blind}'")
    assert told.startswith(f"ERROR: {DENIED}")
    assert "context:   Listing bucket=copying prefix=access/rows" in told
    prefix = desk.folder() + "/"
    unload = f"UNLOAD ('SELECT 1 AS a') TO 's3://copying/{prefix}' IAM_ROLE '{reader}'"
    assert DENIED in desk.data.run(unload)["Error"]
    assert desk.keys(prefix) == []


def test_keys_of_kms_are_asked(desk):
    kms = desk.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    plain = copied.make_role(desk.client, "no-kms", copied.allow("s3:*"))
    desk.client("redshift").modify_cluster_iam_roles(
        ClusterIdentifier="data-api", AddIamRoles=[plain]
    )
    prefix = desk.folder() + "/"
    unload = (
        f"UNLOAD ('SELECT 1 AS a') TO 's3://copying/{prefix}' IAM_ROLE '{{}}' "
        f"KMS_KEY_ID '{key}' ENCRYPTED"
    )
    assert "kms:GenerateDataKey" in desk.data.run(unload.format(plain))["Error"]
    assert desk.data.run(unload.format(desk.role))["Status"] == "FINISHED"
    head = desk.s3.head_object(Bucket="copying", Key=f"{prefix}0000_part_00")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
    uri = f"s3://copying/{prefix}"
    assert "kms:Decrypt" in _copy(desk, uri, f"IAM_ROLE '{plain}'")
    assert _copy(desk, uri, f"IAM_ROLE '{desk.role}'") == ""


def test_places_that_are_not_there(desk):
    table = desk.table("a int")
    assert desk.copy(table, "s3://copying/nowhere/").startswith(
        "The specified S3 prefix 'nowhere/' does not exist"
    )
    assert "The specified bucket does not exist,Status 404,Error NoSuchBucket" in desk.copy(
        table, "s3://no-such-bucket/x"
    )
    assert "Status 404,Error NoSuchBucket" in desk.unload("SELECT 1 AS a", "s3://no-such-bucket/x")
