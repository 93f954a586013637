"""What the workshop's set-up gives every learner before the first step, made by boto3 alone.

On AWS a CloudFormation stack makes it; here each line of `STEPS` does, and each is idempotent:
what exists is left as it is. So `ensure` may run again and again, in any kernel, anywhere.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from labkit import names as n

if TYPE_CHECKING:
    from labkit.lab import Lab

ROOT = Path(__file__).resolve().parent
KEY_ADMIN_ACTIONS = [
    f"kms:{verb}"
    for verb in (
        "Create* Describe* Enable* List* Put* Update* Revoke* Disable* Get* Delete* TagResource "
        "UntagResource ScheduleKeyDeletion CancelKeyDeletion"
    ).split()
]
KEY_USE_ACTIONS = [
    f"kms:{verb}"
    for verb in ["Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "DescribeKey"]
]
KEY_USERS = "Allow use of the key"
LAMBDA_TIMEOUT_S, LAMBDA_MEMORY_MB = 300, 1024
# Who may take on each role.
ROLES = {
    n.CRAWLER_ROLE: ["glue.amazonaws.com"],
    n.FETCH_ROLE: ["lambda.amazonaws.com"],
    n.DATABREW_ROLE: ["databrew.amazonaws.com"],
    n.FLOW_ROLE: ["states.amazonaws.com", "events.amazonaws.com"],
    n.REDSHIFT_ROLE: ["redshift.amazonaws.com", "redshift-serverless.amazonaws.com"],
}
Step = Callable[["Lab"], None]


def ensure(lab: Lab) -> Iterator[str]:
    """Make what is missing, step by step. Yields each step's name before it runs."""
    for step in STEPS:
        yield (step.__doc__ or step.__name__).rstrip(".")
        step(lab)


def is_ready(lab: Lab) -> bool:
    """Whether the last thing that `ensure` makes is there, and the newest of its roles."""
    try:
        lab.client("glue").get_crawler(Name=n.LMS_CRAWLER)
        lab.client("iam").get_role(RoleName=n.REDSHIFT_ROLE)
    except ClientError:
        return False
    return True


def roles(lab: Lab) -> None:
    """Roles of the crawlers, the functions, DataBrew's jobs, the flows and the warehouse."""
    iam, buckets = lab.client("iam"), [f"arn:aws:s3:::{b}" for b in lab.names.buckets]
    access = [
        _allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [f"{b}/*" for b in buckets]),
        _allow(["s3:ListBucket", "s3:GetBucketLocation"], buckets),
        _allow(KEY_USE_ACTIONS, ["*"]),
        _allow(["glue:*", "logs:*", "ssm:GetParameter", "ssm:PutParameter"], ["*"]),
        _allow(["athena:*", "databrew:*", "states:StartExecution"], ["*"]),
    ]
    for role, services in ROLES.items():
        trust = _policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": services if len(services) > 1 else services[0]},
                "Action": "sts:AssumeRole",
            }
        )
        _unless_exists(iam.create_role, RoleName=role, AssumeRolePolicyDocument=trust)
        iam.put_role_policy(
            RoleName=role, PolicyName="dataedu-access", PolicyDocument=_policy(*access)
        )


def key(lab: Lab) -> None:
    """The KMS key, which you administer but may not use yet."""
    kms = lab.client("kms")
    if key_id_of(kms):
        return
    root, fetch = f"arn:aws:iam::{lab.account}:root", lab.role_arn(n.FETCH_ROLE)
    document = _policy(
        {
            "Sid": "Allow administration of the key",
            "Effect": "Allow",
            "Principal": {"AWS": root},
            "Action": KEY_ADMIN_ACTIONS,
            "Resource": "*",
        },
        {
            "Sid": KEY_USERS,
            "Effect": "Allow",
            "Principal": {"AWS": [fetch]},
            "Action": KEY_USE_ACTIONS,
            "Resource": "*",
        },
    )
    made = kms.create_key(Description="Key of the dataedu data lake", Policy=document)
    mine = made["KeyMetadata"]["KeyId"]
    try:
        kms.create_alias(AliasName=n.KEY_ALIAS, TargetKeyId=mine)
    except kms.exceptions.AlreadyExistsException:  # another notebook has made one meanwhile
        kms.schedule_key_deletion(KeyId=mine, PendingWindowInDays=7)


def buckets(lab: Lab) -> None:
    """Three buckets: raw, curated, results; versioned, encrypted, closed to the public."""
    s3, key_arn = lab.client("s3"), lab.key_arn
    for bucket in lab.names.buckets:
        where = {"LocationConstraint": lab.region}
        outside = {} if lab.region == "us-east-1" else {"CreateBucketConfiguration": where}
        _unless_exists(s3.create_bucket, Bucket=bucket, **outside)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
        rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        closed = dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"),
            True,
        )
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=closed)
        s3.put_bucket_policy(Bucket=bucket, Policy=_only_our_key(bucket, key_arn))


def databases(lab: Lab) -> None:
    """Databases for curated tables; the raw ones are the crawlers' to make."""
    glue = lab.client("glue")
    for name in (n.CURATED_SIS, n.CURATED_LMS):
        _unless_exists(glue.create_database, DatabaseInput={"Name": name})


def functions(lab: Lab) -> None:
    """Two Lambda functions: the demo data, and one more week of the LMS a call."""
    client = lab.client("lambda")
    for name, module, variables in (
        (n.FETCH_DEMO_DATA, "fetch_demo_data", {"TARGET_BUCKET": lab.names.raw_bucket}),
        (n.FETCH_LMSAPI, "fetch_lmsapi", {"STATE_PARAMETER": n.LMS_STATE}),
    ):
        _unless_exists(
            client.create_function,
            FunctionName=name,
            Runtime="python3.12",
            Handler=f"{module}.handler",
            Role=lab.role_arn(n.FETCH_ROLE),
            Code={"ZipFile": zipped(module)},
            Timeout=LAMBDA_TIMEOUT_S,
            MemorySize=LAMBDA_MEMORY_MB,
            Environment={"Variables": variables},
        )


def schedule(lab: Lab) -> None:
    """The weekly loader's state and its schedule, which is disabled at first."""
    ssm, events = lab.client("ssm"), lab.client("events")
    state = {
        "version": "1.0",
        "current_date": "2021-05-03",
        "perform_initial_load": True,
        "target_bucket": lab.names.raw_bucket,
        "base_s3_prefix": "lmsapi",
    }
    _unless_exists(ssm.put_parameter, Name=n.LMS_STATE, Value=json.dumps(state), Type="String")
    if n.SYNC_RULE in {r["Name"] for r in events.list_rules(NamePrefix=n.SYNC_RULE)["Rules"]}:
        return
    events.put_rule(Name=n.SYNC_RULE, ScheduleExpression="rate(7 days)", State="DISABLED")
    arn = f"arn:aws:lambda:{lab.region}:{lab.account}:function:{n.FETCH_LMSAPI}"
    events.put_targets(Rule=n.SYNC_RULE, Targets=[{"Id": "loader", "Arn": arn}])
    _unless_exists(
        lab.client("lambda").add_permission,
        FunctionName=n.FETCH_LMSAPI,
        StatementId="weekly",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )


def crawlers(lab: Lab) -> None:
    """Two crawlers: one for the SIS, one for the LMS."""
    glue = lab.client("glue")
    for name, database, prefix in (
        (n.SIS_CRAWLER, n.RAW_SIS, n.SIS_PREFIX),
        (n.LMS_CRAWLER, n.RAW_LMS, n.LMS_PREFIX),
    ):
        _unless_exists(
            glue.create_crawler,
            Name=name,
            Role=n.CRAWLER_ROLE,
            DatabaseName=database,
            Targets={"S3Targets": [{"Path": f"s3://{lab.names.raw_bucket}/{prefix}"}]},
            SchemaChangePolicy={
                "UpdateBehavior": "UPDATE_IN_DATABASE",
                "DeleteBehavior": "DEPRECATE_IN_DATABASE",
            },
        )


STEPS: tuple[Step, ...] = (roles, key, buckets, databases, functions, schedule, crawlers)


def zipped(module: str) -> bytes:
    """A function's deployment package: its module and the `seeds` package. Always the same."""
    sources = {f"{module}.py": (ROOT / "functions" / f"{module}.py").read_bytes()}
    seeds = ROOT.parent / "seeds"
    for path in sorted(seeds.rglob("*")):
        if path.suffix in (".py", ".txt", ".csv"):
            sources[str(path.relative_to(seeds.parent))] = path.read_bytes()
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sources.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return package.getvalue()


def key_id_of(kms: Any) -> str | None:
    """The id of the lake's key, if there is one."""
    try:
        found: str = kms.describe_key(KeyId=n.KEY_ALIAS)["KeyMetadata"]["KeyId"]
    except kms.exceptions.NotFoundException:
        return None
    return found


def _only_our_key(bucket: str, key_arn: str) -> str:
    """Deny uploads that ask for another encryption than SSE-KMS with the lake's key."""
    common = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject"}
    resource = {"Resource": f"arn:aws:s3:::{bucket}/*"}
    header = "s3:x-amz-server-side-encryption"
    return _policy(
        {
            "Sid": "DenyOtherEncryption",
            **common,
            **resource,
            "Condition": _given_but_not(header, "aws:kms"),
        },
        {
            "Sid": "DenyOtherKeys",
            **common,
            **resource,
            "Condition": _given_but_not(f"{header}-aws-kms-key-id", key_arn),
        },
    )


def _given_but_not(key: str, value: str) -> dict[str, Any]:
    """A condition: the request names something else. (A negated test alone holds for absence.)"""
    return {"StringNotEquals": {key: value}, "Null": {key: "false"}}


def _allow(actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


EXISTS = {
    "AlreadyExistsException",
    "BucketAlreadyOwnedByYou",
    "EntityAlreadyExists",
    "EntityAlreadyExistsException",
    "ParameterAlreadyExists",
    "ResourceConflictException",
}


def _unless_exists(call: Callable[..., Any], **parameters: Any) -> None:
    tolerating(EXISTS, call, parameters)


def tolerating(codes: set[str], call: Callable[..., Any], parameters: dict[str, Any]) -> None:
    """Call, and let errors of these codes pass."""
    try:
        call(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] not in codes:
            raise
