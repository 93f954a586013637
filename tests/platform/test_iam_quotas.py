"""What IAM has no more room for: letters of policies, policies of one, groups, a name twice."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.roles import policy, trust

TRUST = trust("glue")
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def sized(letters):
    """A policy of so many letters, and of white space besides."""
    short = len("".join(policy(ALLOW | {"Sid": ""}).split()))
    document = json.loads(policy(ALLOW | {"Sid": "a" * (letters - short)}))
    return json.dumps(document, indent=8)


def refused(call, **asked):
    """The code and the words of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**asked)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    return caught.value.response["Error"]


@pytest.fixture
def iam(aws):
    return aws("iam")


@pytest.fixture
def made(iam, fresh):
    """A user, a group and a role, all of one name."""
    name = fresh("Kin")
    iam.create_user(UserName=name)
    iam.create_group(GroupName=name)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(TRUST))
    return name


INLINE = {"user": 2048, "group": 5120, "role": 10240}


@pytest.mark.parametrize(("kind", "most"), INLINE.items(), ids=INLINE)
def test_the_inline_policies_of_one(iam, made, kind, most):
    put, named = getattr(iam, f"put_{kind}_policy"), {f"{kind.title()}Name": made}
    put(**named, PolicyName="a", PolicyDocument=sized(most - 200))
    put(**named, PolicyName="b", PolicyDocument=sized(200))
    put(**named, PolicyName="a", PolicyDocument=sized(most - 200))
    error = refused(put, **named, PolicyName="b", PolicyDocument=sized(201))
    assert error["Code"] == "LimitExceeded"
    assert error["Message"] == f"Maximum policy size of {most} bytes exceeded for {kind} {made}"


def test_the_letters_of_a_managed_policy(iam, fresh):
    name = fresh("policy")
    policy_arn = iam.create_policy(PolicyName=name, PolicyDocument=sized(6144))["Policy"]["Arn"]
    for error in (
        refused(iam.create_policy, PolicyName=f"{name}-b", PolicyDocument=sized(6145)),
        refused(iam.create_policy_version, PolicyArn=policy_arn, PolicyDocument=sized(6145)),
    ):
        assert error["Message"] == "Cannot exceed quota for PolicySize: 6144"


def test_the_letters_of_a_role_s_trust(iam, made):
    long, named = policy(*[TRUST] * 40), {"RoleName": made}
    error = refused(iam.update_assume_role_policy, **named, PolicyDocument=long)
    assert error["Message"] == "Cannot exceed quota for ACLSizePerRole: 2048"
    error = refused(iam.create_role, RoleName=f"{made}-b", AssumeRolePolicyDocument=long)
    assert error["Code"] == "LimitExceeded"


@pytest.mark.parametrize("kind", INLINE)
def test_the_managed_policies_of_one(iam, made, kind):
    attach, named = getattr(iam, f"attach_{kind}_policy"), {f"{kind.title()}Name": made}
    document = policy(ALLOW)
    arns = [
        iam.create_policy(PolicyName=f"{made}-{n}", PolicyDocument=document)["Policy"]["Arn"]
        for n in range(11)
    ]
    for each in arns[:10]:
        attach(**named, PolicyArn=each)
    attach(**named, PolicyArn=arns[0])
    error = refused(attach, **named, PolicyArn=arns[10])
    assert error["Message"] == f"Cannot exceed quota for PoliciesPer{kind.title()}: 10"


def test_the_groups_of_a_user(iam, made):
    for n in range(10):
        iam.create_group(GroupName=f"{made}-{n}")
        iam.add_user_to_group(GroupName=f"{made}-{n}", UserName=made)
    iam.add_user_to_group(GroupName=f"{made}-0", UserName=made)
    error = refused(iam.add_user_to_group, GroupName=made, UserName=made)
    assert error["Message"] == "Cannot exceed quota for GroupsPerUser: 10"


def test_capitals_make_no_other_name(iam, made):
    low, document = made.lower(), sized(200)
    iam.create_policy(PolicyName=made, PolicyDocument=document)
    iam.create_instance_profile(InstanceProfileName=made)
    for kind in ("user", "group"):
        getattr(iam, f"create_{kind}")(**{f"{kind.title()}Name": f"{made}-b"})
    taken = [
        refused(iam.create_user, UserName=low),
        refused(iam.create_group, GroupName=low),
        refused(iam.create_role, RoleName=low, AssumeRolePolicyDocument=policy(TRUST)),
        refused(iam.create_policy, PolicyName=low, PolicyDocument=document, Path="/a/"),
        refused(iam.create_instance_profile, InstanceProfileName=low),
        refused(iam.update_user, UserName=f"{made}-b", NewUserName=low),
        refused(iam.update_group, GroupName=f"{made}-b", NewGroupName=low),
    ]
    assert {each["Code"] for each in taken} == {"EntityAlreadyExists"}
    assert taken[0]["Message"] == f"User with name {low} already exists."
    iam.update_user(UserName=made, NewUserName=low)
    assert iam.get_user(UserName=low)["User"]["UserName"] == low
