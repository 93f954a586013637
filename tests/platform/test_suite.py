"""Who may take on a role, as foreign test suites ask it."""

import pytest
from botocore import UNSIGNED as UNSIGNED_REQUEST
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.roles import policy

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
    document = policy(statement)
    role = aws("iam").create_role(RoleName=fresh("role"), AssumeRolePolicyDocument=document)
    asked = {"RoleArn": role["Role"]["Arn"], "RoleSessionName": "run", "ExternalId": "known"}
    if allowed:
        assert aws("sts").assume_role(**asked)["Credentials"]["SessionToken"]
    else:
        with pytest.raises(ClientError, match="AccessDenied"):
            aws("sts").assume_role(**asked)


LASTS = {  # the longest session of a role, that which is asked for → the refusal
    "an hour": ({}, 3600, None),
    "more": ({}, 3601, "exceeds the MaxSessionDuration set for this role"),
    "as long": ({"MaxSessionDuration": 7200}, 7200, None),
    "longer": ({"MaxSessionDuration": 7200}, 7201, "exceeds the MaxSessionDuration"),
}


@pytest.mark.parametrize(("made", "seconds", "words"), LASTS.values(), ids=LASTS)
def test_a_roles_longest_session(aws, fresh, made, seconds, words):
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    named = {"RoleName": fresh("role"), "AssumeRolePolicyDocument": policy(statement)}
    arn = aws("iam").create_role(**named, **made)["Role"]["Arn"]
    asked = {"RoleArn": arn, "RoleSessionName": "run", "DurationSeconds": seconds}
    if words:
        with pytest.raises(ClientError, match=f"ValidationError.*{words}"):
            aws("sts").assume_role(**asked)
    else:
        assert aws("sts").assume_role(**asked)["Credentials"]["SessionToken"]


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


STRANGERS = {  # a key that is not known, and one with another secret
    "query": ("iam", "list_users", ("InvalidClientTokenId", "SignatureDoesNotMatch")),
    "json": ("glue", "get_databases", ("UnrecognizedClientException", "InvalidSignatureException")),
    "rest": ("lambda", "list_functions", ("UnrecognizedClientException", "InvalidSignature")),
    "s3": ("s3", "list_buckets", ("InvalidAccessKeyId", "SignatureDoesNotMatch")),
}


@pytest.mark.parametrize(("service", "call", "codes"), STRANGERS.values(), ids=STRANGERS)
def test_strangers_are_called_as_each_service_calls_them(cloud, service, call, codes):
    for key, code in zip(("AKIAIOSFODNN7EXAMPLE", cloud.access_key), codes, strict=True):
        named = {"aws_access_key_id": key, "aws_secret_access_key": "another"}
        with pytest.raises(ClientError, match=code):
            getattr(cloud.client(service, **named), call)()


def test_the_workspaces_secret_may_stand_in_an_address(cloud):
    assert len(cloud.secret_key) == 40
    assert cloud.secret_key.isalnum()


def test_a_users_session_may_do_what_the_user_may(aws):
    found = aws("sts").get_session_token(DurationSeconds=900)["Credentials"]
    assert found["AccessKeyId"].startswith("ASIA")
    named = {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
    }
    session = named | {"aws_session_token": found["SessionToken"]}
    assert aws("sts", **session).get_caller_identity()["Arn"].endswith(":user/learner")
    assert "Buckets" in aws("s3", **session).list_buckets()
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        aws("sts", **named).get_caller_identity()
    unchecked = aws("sts", config=Config(parameter_validation=False))
    with pytest.raises(ClientError, match="ValidationError"):
        unchecked.get_session_token(DurationSeconds=899)


ROLE = "arn:aws:iam::123456789012:role/nobody"
STATES = "arn:aws:states:us-east-1:123456789012"
NOT_THERE = {  # service, call, what is asked → the code
    "tags-of-a-machine": (
        *("stepfunctions", "list_tags_for_resource"),
        {"resourceArn": f"{STATES}:stateMachine:nosuch"},
        "ResourceNotFound",
    ),
    "tags-of-a-role": (
        *("stepfunctions", "untag_resource"),
        {"resourceArn": ROLE, "tagKeys": ["a"]},
        "InvalidArn",
    ),
    "map-run": (
        *("stepfunctions", "describe_map_run"),
        {"mapRunArn": f"{STATES}:mapRun:a/b:c"},
        "ResourceNotFound",
    ),
    "mapping": (
        "lambda",
        "delete_event_source_mapping",
        {"UUID": "0" * 36},
        "ResourceNotFoundException",
    ),
    "tags-of-a-group": (
        *("scheduler", "list_tags_for_resource"),
        {"ResourceArn": "arn:aws:scheduler:us-east-1:123456789012:schedule-group/nosuch"},
        "ResourceNotFoundException",
    ),
    "tags-of-a-job": (
        *("glue", "get_tags"),
        {"ResourceArn": "arn:aws:glue:us-east-1:123456789012:job/nosuch"},
        "EntityNotFoundException",
    ),
    "layer-of-aws": (
        *("lambda", "get_layer_version_by_arn"),
        {"Arn": "arn:aws:lambda:::awslayer:AmazonLinux1703"},
        "ResourceNotFoundException",
    ),
    "no-ciphertext": ("kms", "decrypt", {}, "ValidationException"),
    "federation": ("sts", "get_federation_token", {"Name": "abc"}, "NotImplementedException"),
    "session-policies": (
        *("sts", "assume_role"),
        {"RoleArn": ROLE, "RoleSessionName": "run", "PolicyArns": [{"arn": ROLE}]},
        "NotImplementedException",
    ),
}


@pytest.mark.parametrize(("service", "call", "asked", "code"), NOT_THERE.values(), ids=NOT_THERE)
def test_what_is_not_there(aws, service, call, asked, code):
    with pytest.raises(ClientError) as caught:
        getattr(aws(service), call)(**asked)
    assert caught.value.response["Error"]["Code"] == code
