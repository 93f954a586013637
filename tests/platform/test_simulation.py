"""IAM's policy simulator: the same judgement as that of calls, before any call."""

import pytest

from tests.roles import policy

TRUST = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}}
LAKE = "arn:aws:s3:::lake"


def allow(action, resource="*", effect="Allow", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


HOLDER = policy(
    allow("s3:Get*", f"{LAKE}/raw/*"),
    allow("s3:*", f"{LAKE}/raw/secret/*", effect="Deny"),
    allow("kms:Decrypt", Condition={"StringEquals": {"kms:ViaService": "s3"}}),
)
VIA = [{"ContextKeyName": "kms:ViaService", "ContextKeyValues": ["s3"], "ContextKeyType": "string"}]
OWN = policy({**allow("s3:GetObject"), "Principal": "*"})
ASKED = {  # the action, the resource, what else is told → the decision
    "allowed": ("s3:GetObject", f"{LAKE}/raw/a", {}, "allowed"),
    "denied": ("s3:GetObject", f"{LAKE}/raw/secret/a", {}, "explicitDeny"),
    "not-named": ("s3:PutObject", f"{LAKE}/raw/a", {}, "implicitDeny"),
    "condition": ("kms:Decrypt", "*", {"ContextEntries": VIA}, "allowed"),
    "condition-untold": ("kms:Decrypt", "*", {}, "implicitDeny"),
    "resource": ("s3:GetObject", f"{LAKE}/b", {"ResourcePolicy": OWN}, "allowed"),
    "boundary": (
        "s3:GetObject",
        f"{LAKE}/raw/a",
        {"PermissionsBoundaryPolicyInputList": [policy(allow("glue:*"))]},
        "implicitDeny",
    ),
    "added": ("s3:PutObject", "*", {"PolicyInputList": [policy(allow("s3:Put*"))]}, "allowed"),
}


@pytest.fixture(scope="module")
def role(cloud):
    iam, name = cloud.client("iam"), "simulated"
    trust = policy(TRUST | {"Action": "sts:AssumeRole"})
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName=name, PolicyName="reads", PolicyDocument=HOLDER)
    return made["Role"]["Arn"]


@pytest.mark.parametrize(("action", "resource", "told", "decision"), ASKED.values(), ids=ASKED)
def test_a_principal_and_its_policies_alone(aws, role, action, resource, told, decision):
    asked = {"ActionNames": [action], "ResourceArns": [resource]}
    (found,) = aws("iam").simulate_principal_policy(PolicySourceArn=role, **asked, **told)[
        "EvaluationResults"
    ]
    assert (found["EvalActionName"], found["EvalResourceName"]) == (action, resource)
    assert found["EvalDecision"] == decision
    untold = [] if "ContextEntries" in told else ["kms:ViaService"]
    assert found.get("MissingContextValues", []) == untold
    inputs = [HOLDER, *told.get("PolicyInputList", [])]
    alone = aws("iam").simulate_custom_policy(**asked | told | {"PolicyInputList": inputs})
    assert alone["EvaluationResults"] == [found]


def test_who_is_not_there(aws, role):
    iam = aws("iam")
    with pytest.raises(iam.exceptions.NoSuchEntityException, match="cannot be found"):
        iam.simulate_principal_policy(PolicySourceArn=role + "x", ActionNames=["s3:GetObject"])
    wrong = policy(allow("s3:*", effect="Perhaps"))
    with pytest.raises(iam.exceptions.InvalidInputException, match="Invalid effect: Perhaps"):
        iam.simulate_custom_policy(PolicyInputList=[wrong], ActionNames=["s3:GetObject"])
