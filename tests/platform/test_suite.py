"""Who may take on a role, as foreign test suites ask it."""

import json

import pytest
from botocore import UNSIGNED as UNSIGNED_REQUEST
from botocore.config import Config
from botocore.exceptions import ClientError

TRUSTS = {  # whom the role trusts → whether the learner may take it on
    "the-account": ({"AWS": "123456789012"}, {}, True),
    "root": ({"AWS": "arn:aws:iam::123456789012:root"}, {}, True),
    "the-user": ({"AWS": "arn:aws:iam::123456789012:user/learner"}, {}, True),
    "everybody": ({"AWS": "*"}, {}, True),
    "another-user": ({"AWS": "arn:aws:iam::123456789012:user/other"}, {}, False),
    "a-service": ({"Service": "glue.amazonaws.com"}, {}, False),
    "with-its-id": ({"AWS": "*"}, {"StringEquals": {"sts:ExternalId": "known"}}, True),
    "with-another-id": ({"AWS": "*"}, {"StringEquals": {"sts:ExternalId": "other"}}, False),
}


@pytest.mark.parametrize(("trusted", "condition", "allowed"), TRUSTS.values(), ids=TRUSTS)
def test_a_roles_trust_decides(aws, fresh, trusted, condition, allowed):
    statement = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    statement |= {"Condition": condition} if condition else {}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = aws("iam").create_role(RoleName=fresh("role"), AssumeRolePolicyDocument=document)
    asked = {"RoleArn": role["Role"]["Arn"], "RoleSessionName": "run", "ExternalId": "known"}
    if allowed:
        assert aws("sts").assume_role(**asked)["Credentials"]["SessionToken"]
    else:
        with pytest.raises(ClientError, match="AccessDenied"):
            aws("sts").assume_role(**asked)


def test_a_role_that_does_not_exist(aws):
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("sts").assume_role(
            RoleArn="arn:aws:iam::123456789012:role/nobody", RoleSessionName="run"
        )


UNSIGNED = {
    "query": ("sts", "assume_role_with_web_identity", {"WebIdentityToken": "token"}),
    "json": ("glue", "get_databases", {}),
}


@pytest.mark.parametrize(("service", "call", "asked"), UNSIGNED.values(), ids=UNSIGNED)
def test_who_does_not_sign_is_told_so(aws, service, call, asked):
    client = aws(service, config=Config(signature_version=UNSIGNED_REQUEST))
    role = "arn:aws:iam::123456789012:role/nobody"
    named = {"RoleArn": role, "RoleSessionName": "run"} if service == "sts" else {}
    with pytest.raises(ClientError, match="MissingAuthenticationToken"):
        getattr(client, call)(**named, **asked)
