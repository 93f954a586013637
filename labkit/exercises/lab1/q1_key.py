"""One more user of the key: what a policy of a role cannot do, and what is too much."""

from labkit.exercises.data import Data
from labkit.exercises.question import Question
from labkit.exercises.states import State

ROLE = "dataedu-flow-role"
# Where each try begins: you, the fetching function and the crawlers may use the key.
AGAIN = """import json
kms = lab.client("kms")
role = lab.role_arn("dataedu-flow-role")
policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn, PolicyName="default")["Policy"])
policy["Statement"] = [one for one in policy["Statement"] if "by hand" not in one.get("Sid", "")]
for grant in kms.list_grants(KeyId=lab.key_arn)["Grants"]:
    kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant["GrantId"])
admin, use = policy["Statement"]
iam, own = lab.client("iam"), {"RoleName": "dataedu-flow-role", "PolicyName": "use-key"}
if "use-key" in iam.list_role_policies(RoleName="dataedu-flow-role")["PolicyNames"]:
    iam.delete_role_policy(**own)
admin["Principal"] = {"AWS": f"arn:aws:iam::{lab.account}:root"}
users = [lab.caller, *(lab.role_arn(f"dataedu-{one}-role") for one in ("fetch", "glue-crawler"))]
use["Principal"] = {"AWS": users}


def put():
    text = json.dumps(policy)
    kms.put_key_policy(KeyId=lab.key_arn, PolicyName="default", Policy=text)


put()
"""


def by_hand(actions: str, more: str = "") -> str:
    """A statement of its own for the role."""
    return f"""{AGAIN}
policy["Statement"].append({{
    "Sid": "by hand", "Effect": "Allow", "Principal": {{"AWS": role}},
    "Action": {actions}, "Resource": "*"{more}}})
put()"""


def of_many(condition: str) -> str:
    """A statement of its own for everyone who meets a condition."""
    made = by_hand('["kms:Decrypt", "kms:GenerateDataKey"]', f', "Condition": {condition}')
    return made.replace('"Principal": {"AWS": role}', '"Principal": "*"')


ANOTHER = 'lab.role_arn("dataedu-databrew-role")'
A_THIRD = 'lab.role_arn("dataedu-redshift-role")'
ALL_ROLES = 'f"arn:aws:iam::{lab.account}:role/dataedu-*"'
ELSEWHERE = "arn:aws:iam::999999999999:role/dataedu-flow-role"
LEAVE = "lab.storage.remove_key_users(lab.caller)"
GRANT = f"""{AGAIN}
kms.create_grant(
    KeyId=lab.key_arn, GranteePrincipal=role, Operations=["Decrypt", "GenerateDataKey"]
)"""

THAT = """kms.create_grant(
    KeyId=lab.key_arn, GranteePrincipal=role, Operations=["Decrypt"]
)"""
CONTEXT = """,
    "Condition": {{"StringLike": {{"kms:EncryptionContext:aws:s3:arn": {}}}}}"""
LAKE = CONTEXT.format('f"arn:aws:s3:::dataedu-*-{lab.guid}*"')
RAW = 'f"arn:aws:s3:::{lab.names.raw_bucket}"'
LIMITED = GRANT.replace(
    "role,", f'role, Constraints={{"EncryptionContextSubset": {{"aws:s3:arn": {RAW}}}}},\n   '
)
MAY_USE = by_hand('["kms:Decrypt", "kms:GenerateDataKey"]')
BUT_YOU = f"""{MAY_USE}
policy["Statement"].append({{
    "Sid": "by hand, too", "Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*",
    "NotPrincipal": {{"AWS": [lab.caller, f"arn:aws:iam::{{lab.account}}:root"]}}}})
put()"""


def but(condition: str) -> str:
    """The role may use the key, and a statement takes reading away again on some condition."""
    return f"""{MAY_USE}
policy["Statement"].append({{
    "Sid": "by hand, too", "Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt",
    "Resource": "*", "Condition": {condition}}})
put()"""


OWN_POLICY = f"""{AGAIN}
allowed = {{"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*"}}
own["PolicyDocument"] = json.dumps({{"Version": "2012-10-17", "Statement": [allowed]}})
iam.put_role_policy(**own)"""


def reference(_: Data) -> dict[str, list[str]]:
    """Each may read and write, nobody administers who did not before."""
    both = ["read", "write"]
    return {"you": both, ROLE: both, "dataedu-fetch-role": both, "others": []}


q1 = Question(
    id="lab1-q1",
    points=1,
    title="One more user of the key",
    task="""In Lab 2 a workflow will read the lake and write into it, as the role
`dataedu-flow-role`. Make this role a user of the key. Whoever may use the key now stays a
user, and nobody else becomes one. (`lab.role_arn(name)` tells a role's ARN, its full name.)""",
    reads=State("key_users", ROLE, "dataedu-fetch-role"),
    starter="# lab.storage. ...",
    answer='lab.storage.add_key_users(lab.role_arn("dataedu-flow-role"))',
    reference=reference,
    hints=(
        "You became a user of the key a moment ago, by one call. Who was its argument?",
        "`lab.storage.add_key_users(...)` takes ARNs, and a role has one, too.",
        'The ARN is `lab.role_arn("dataedu-flow-role")`.',
    ),
    explanation="""The key's policy is the last word: what it does not allow, no policy of a role
or a user can. It names single roles, so that each job gets what it needs and no more.""",
    messages={
        "service": "That is the service, Step Functions. A workflow acts as its *role*, and only "
        "this role needs the key.",
        "administrator": "The role may now change the key's policy, but not use the key. "
        "Administering and using are two statements of the policy.",
        "too-much": "The role may do everything with the key now, and change its policy, too. Who "
        "uses a key needs `kms:Decrypt` and `kms:GenerateDataKey`.",
        "own-policy": "You gave the role a policy. Its own policies allow it the key already, but "
        "what the *key's* policy does not allow, they cannot.",
        "reads-only": "The role may read what is encrypted, but not write. For an upload S3 asks "
        "for a data key, `kms:GenerateDataKey`.",
        "writes-only": "The role may write, but not read what is encrypted: that takes "
        "`kms:Decrypt`.",
        "useless": "The role is named, but can neither read nor write all that the lake keeps. "
        "Which actions are allowed to it, and on which condition?",
        "everyone": "The workflow's role may use the key, and so may everyone in the world: `*` is "
        "nobody in particular. Name the role.",
        "anyone-here": "`*` is everyone, also with a condition that more than the workflow's role "
        "can meet. Name the role.",
        "pattern": "A pattern lets in all whose names fit. Name the role.",
        "other-account": "A role of that name in another account is another role. "
        '`lab.role_arn("dataedu-flow-role")` tells the ARN of yours.',
        "account": "`root` stands for the whole account: every user and role whose own policy "
        "allows it could use the key. Name the role.",
        "another": "That is another role. A workflow acts as `dataedu-flow-role`.",
        "one-more": "The workflow's role may use the key, and so may a role that nobody asked for. "
        "Take that one off again: `lab.storage.remove_key_users(arn)`.",
        "rows-more": "Somebody may use the key who was not asked for.",
        "rows-fewer": "`dataedu-flow-role` cannot both read and write with the key yet, or "
        "somebody who could no longer can.",
        "replaced": "The workflow's role is a user now, but somebody who was one before is gone. "
        "Keep the list and add to it.",
    },
    wrong=(
        (
            f"""{AGAIN}
use["Principal"] = {{"AWS": role}}
put()""",
            "replaced",
        ),
        (f"{AGAIN}\nlab.storage.add_key_users(role)\n{LEAVE}", "replaced"),
        (
            f"{AGAIN}\nlab.storage.add_key_users(role)\nlab.storage.remove_key_users(users[1])",
            "replaced",
        ),
        (
            f"""{AGAIN}
admin["Principal"] = {{"AWS": [f"arn:aws:iam::{{lab.account}}:root", role]}}
put()""",
            "administrator",
        ),
        (f'{AGAIN}\nlab.storage.add_key_users(role, "*")', "everyone"),
        (f'{AGAIN}\nlab.storage.add_key_users(f"arn:aws:iam::{{lab.account}}:root")', "account"),
        (
            f"""{AGAIN}
use["Principal"]["Service"] = "states.amazonaws.com"
put()""",
            "service",
        ),
        (f"{AGAIN}\nlab.storage.add_key_users({ANOTHER})", "another"),
        (f"{AGAIN}\nlab.storage.add_key_users(role, {ANOTHER})", "one-more"),
        (f"{AGAIN}\nlab.storage.add_key_users({A_THIRD})", "rows-fewer"),
        (f"{AGAIN}\nlab.storage.add_key_users(role, {A_THIRD})", "rows-more"),
        (by_hand('"kms:Decrypt"'), "reads-only"),
        (by_hand('"kms:GenerateDataKey*"'), "writes-only"),
        (
            by_hand(
                '["kms:Decrypt", "kms:GenerateDataKey*"]',
                """, "Condition": {"StringLike": {"kms:ViaService": "ec2.*.amazonaws.com"}}""",
            ),
            "useless",
        ),
        (by_hand('["kms:DescribeKey", "kms:ListGrants"]'), "useless"),
        (by_hand('["kms:Decrypt", "kms:GenerateDataKey*"]', CONTEXT.format(RAW)), "useless"),
        (LIMITED, "useless"),
        (MAY_USE.replace('"Resource": "*"', '"Resource": lab.key_arn[:-1]'), "useless"),
        (BUT_YOU, "rows-fewer"),
        (but('{"ArnNotEquals": {"aws:PrincipalArn": users}}'), "writes-only"),
        (but('{"StringNotEquals": {"kms:ViaService": "ec2.amazonaws.com"}}'), "rows-fewer"),
        (but(f'{{"StringEquals": {{"kms:EncryptionContext:aws:s3:arn": {RAW}}}}}'), "rows-fewer"),
        (by_hand('"kms:*"'), "too-much"),
        (of_many('{"StringEquals": {"kms:CallerAccount": lab.account}}'), "anyone-here"),
        (
            of_many(f'{{"ArnLike": {{"aws:PrincipalArn": {ALL_ROLES}}}}}'),
            "pattern",
        ),
        (f'{AGAIN}\nlab.storage.add_key_users("{ELSEWHERE}")', "other-account"),
        (
            f"""{AGAIN}
if not [one for one in iam.list_users()["Users"] if one["UserName"] == "dataedu-eve"]:
    iam.create_user(UserName="dataedu-eve")
lab.storage.add_key_users(role, f"arn:aws:iam::{{lab.account}}:user/dataedu-eve")""",
            "rows-more",
        ),
        (OWN_POLICY, "own-policy"),
    ),
    right=(
        f"{AGAIN}\nlab.storage.add_key_users(lab.caller, role)",
        f'{AGAIN}\nuse["Principal"]["AWS"].append(role)\nput()',
        by_hand('["kms:Decrypt", "kms:GenerateDataKey"]'),
        by_hand('["kms:Decrypt", "kms:Encrypt", "kms:ReEncrypt*", "kms:Generate*"]'),
        by_hand(
            '["kms:Decrypt", "kms:GenerateDataKey*"]',
            """, "Condition": {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}}""",
        ),
        by_hand('["kms:Decrypt", "kms:GenerateDataKey"]').replace(
            '"Action"', '"Condition": {"ArnEquals": {"aws:PrincipalArn": role}}, "Action"'
        ),
        by_hand('["kms:Decrypt", "kms:GenerateDataKey*"]', LAKE),
        MAY_USE.replace('"Resource": "*"', '"Resource": lab.key_arn'),
        GRANT,
        f"{GRANT}\n{THAT}".replace('"Decrypt", "', '"'),
        by_hand('"kms:Decrypt"').replace(
            '"Action": "kms:Decrypt"', '"NotAction": ["kms:Put*", "kms:Create*", "kms:Schedule*"]'
        ),
        of_many('{"ArnEquals": {"aws:PrincipalArn": role}}'),
        but('{"StringNotLike": {"kms:ViaService": "s3.*.amazonaws.com"}}'),
        but('{"Bool": {"aws:SecureTransport": "false"}}'),
        but('{"ArnNotLikeIfExists": {"aws:PrincipalArn": [*users, role]}}'),
    ),
)
