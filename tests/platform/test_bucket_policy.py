"""S3 under policies: the bucket's, the role's and the key's."""

import contextlib

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.roles import policy

LEARNER = "arn:aws:iam::123456789012:user/learner"
ROOT = "arn:aws:iam::123456789012:root"
SSE = "s3:x-amz-server-side-encryption"


@contextlib.contextmanager
def refused(code, *words):
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    for word in words:
        assert word in error["Message"]


@pytest.fixture
def s3(aws):
    return aws("s3")


@pytest.fixture
def bucket(s3, fresh):
    name = fresh("lake")
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def lake(s3, bucket, aws):
    """A bucket as the workshop's: its own key by default, other encryption refused."""
    key = aws("kms").create_key()["KeyMetadata"]["Arn"]
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": True}]
        },
    )
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject"}
    deny |= {"Resource": f"arn:aws:s3:::{bucket}/*"}
    name = f"{SSE}-aws-kms-key-id"
    other = {"StringNotEquals": {SSE: "aws:kms"}, "Null": {SSE: "false"}}
    other_key = {"StringNotEquals": {name: key}, "Null": {name: "false"}}
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy(deny | {"Condition": other}, deny | {"Condition": other_key})
    )
    return bucket, key


@pytest.fixture
def as_role(aws, cloud, fresh):
    """``as_role("s3", statement)``: a client of a new role that has these rights."""

    def client(service, *statements, name=None):
        name = name or fresh("role")
        trust = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}
        made = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))
        if statements:
            aws("iam").put_role_policy(
                RoleName=name, PolicyName="access", PolicyDocument=policy(*statements)
            )
        arn = made["Role"]["Arn"]
        found = aws("sts").assume_role(RoleArn=arn, RoleSessionName="run")["Credentials"]
        session = boto3.Session(
            found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], cloud.region
        )
        return session.client(service, endpoint_url=cloud.endpoint)

    return client


@pytest.mark.parametrize("call", ["get_user", "list_access_keys", "create_access_key"])
def test_a_role_is_no_user(as_role, call):
    iam = as_role("iam", {"Effect": "Allow", "Action": "iam:*", "Resource": "*"})
    with pytest.raises(ClientError, match="Must specify userName when calling with non-User"):
        getattr(iam, call)()


def allow(actions, *resources):
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def test_default_key_is_applied_and_reported(s3, lake):
    bucket, key = lake
    put = s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    got = s3.get_object(Bucket=bucket, Key="a")
    for answer in (put, s3.head_object(Bucket=bucket, Key="a"), got):
        assert (answer["ServerSideEncryption"], answer["SSEKMSKeyId"]) == ("aws:kms", key)
        assert answer["BucketKeyEnabled"] is True


def test_default_key_on_a_multipart_upload(s3, lake):
    bucket, key = lake
    begun = s3.create_multipart_upload(Bucket=bucket, Key="m")
    assert (begun["ServerSideEncryption"], begun["SSEKMSKeyId"]) == ("aws:kms", key)
    whole = {"Bucket": bucket, "Key": "m", "UploadId": begun["UploadId"]}
    part = s3.upload_part(**whole, PartNumber=1, Body=b"x")
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    done = s3.complete_multipart_upload(**whole, MultipartUpload={"Parts": parts})
    assert done["SSEKMSKeyId"] == key
    assert s3.head_object(Bucket=bucket, Key="m")["SSEKMSKeyId"] == key


OTHERS = {
    "aes256": {"ServerSideEncryption": "AES256"},
    "managed-key": {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/aws/s3"},
}


@pytest.mark.parametrize("options", OTHERS.values(), ids=OTHERS)
def test_other_encryption_is_denied(s3, lake, options):
    bucket, _ = lake
    words = (
        f"User: {LEARNER} is not authorized to perform: s3:PutObject on resource: ",
        f'"arn:aws:s3:::{bucket}/a" with an explicit deny in a resource-based policy',
    )
    with refused("AccessDenied", *words):
        s3.put_object(Bucket=bucket, Key="a", Body=b"x", **options)
    with refused("AccessDenied"):
        s3.create_multipart_upload(Bucket=bucket, Key="a", **options)
    with refused("NoSuchKey"):
        s3.get_object(Bucket=bucket, Key="a")


def test_the_right_key_may_be_named_in_any_way(s3, lake, aws, fresh):
    bucket, key = lake
    alias = f"alias/{fresh('key')}"
    aws("kms").create_alias(AliasName=alias, TargetKeyId=key)
    for name in (key, key.rpartition("/")[2], alias):
        options = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": name}
        assert s3.put_object(Bucket=bucket, Key="a", Body=b"x", **options)["SSEKMSKeyId"] == key


def test_without_a_default_s3s_own_keys(s3, bucket):
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert s3.put_object(Bucket=bucket, Key="a", Body=b"")["ServerSideEncryption"] == "AES256"


def test_a_copy_takes_the_destinations_default(s3, lake, bucket, fresh):
    source = fresh("plain")
    s3.create_bucket(Bucket=source)
    s3.put_object(Bucket=source, Key="a", Body=b"x")
    target, key = lake
    s3.copy_object(Bucket=target, Key="b", CopySource={"Bucket": source, "Key": "a"})
    assert s3.head_object(Bucket=target, Key="b")["SSEKMSKeyId"] == key
    s3.copy_object(Bucket=source, Key="c", CopySource={"Bucket": target, "Key": "b"})
    head = s3.head_object(Bucket=source, Key="c")
    assert head["ServerSideEncryption"] == "AES256"
    assert "SSEKMSKeyId" not in head


def test_a_copy_onto_itself_must_change_something(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    with refused("InvalidRequest", "This copy request is illegal"):
        s3.copy_object(Bucket=bucket, Key="a", CopySource={"Bucket": bucket, "Key": "a"})


BAD_KEYS = {
    "missing": ("11111111-1111-1111-1111-111111111111", "KMS.NotFoundException", "does not exist"),
    "no-alias": ("alias/nobody", "KMS.NotFoundException", "is not found"),
    "nonsense": ("nonsense", "KMS.NotFoundException", "Invalid keyId 'nonsense'"),
}


@pytest.mark.parametrize(("name", "code", "words"), BAD_KEYS.values(), ids=BAD_KEYS)
def test_a_key_that_does_not_exist(s3, bucket, name, code, words):
    with refused(code, words):
        s3.put_object(
            Bucket=bucket, Key="a", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=name
        )


def test_a_disabled_key_neither_writes_nor_reads(s3, lake, aws):
    bucket, key = lake
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    aws("kms").disable_key(KeyId=key)
    with refused("KMS.DisabledException", f"{key} is disabled"):
        s3.put_object(Bucket=bucket, Key="b", Body=b"x")
    with refused("KMS.DisabledException"):
        s3.get_object(Bucket=bucket, Key="a")
    assert s3.head_object(Bucket=bucket, Key="a")["ContentLength"] == 1
    aws("kms").enable_key(KeyId=key)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"


def test_a_key_that_waits_for_its_end(s3, lake, aws):
    bucket, key = lake
    aws("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    with refused("KMS.KMSInvalidStateException", "is pending deletion"):
        s3.put_object(Bucket=bucket, Key="b", Body=b"x")


def administrators_only(key_users=()):
    administer = ["kms:Create*", "kms:Describe*", "kms:Put*", "kms:Get*", "kms:Schedule*"]
    named = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": administer, "Resource": "*"}
    use = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*"}
    return policy(named, *(use | {"Principal": {"AWS": user}} for user in key_users))


def test_an_administrator_is_no_user_until_it_is_added(s3, lake, aws):
    bucket, key = lake
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    aws("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=administrators_only())
    said = f"User: {LEARNER} is not authorized to perform: kms:%s on resource: {key} because no "
    end = "resource-based policy allows the kms:%s action"
    with refused("AccessDenied", said % "Decrypt" + end % "Decrypt"):
        s3.get_object(Bucket=bucket, Key="a")
    with refused("AccessDenied", said % "GenerateDataKey" + end % "GenerateDataKey"):
        s3.put_object(Bucket=bucket, Key="b", Body=b"x")
    aws("kms").put_key_policy(
        KeyId=key, PolicyName="default", Policy=administrators_only([LEARNER])
    )
    s3.put_object(Bucket=bucket, Key="b", Body=b"y")
    assert s3.get_object(Bucket=bucket, Key="b")["Body"].read() == b"y"


def test_a_grant_lets_one_use_the_key(s3, lake, aws):
    bucket, key = lake
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    kms = aws("kms")
    kms.create_grant(KeyId=key, GranteePrincipal=LEARNER, Operations=["Decrypt"])
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=administrators_only())
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    with refused("AccessDenied", "kms:GenerateDataKey"):
        s3.put_object(Bucket=bucket, Key="b", Body=b"x")


def test_a_role_has_what_is_attached_to_it(s3, bucket, as_role):
    s3.put_object(Bucket=bucket, Key="raw/a", Body=b"x")
    reader = as_role("s3", allow(["s3:GetObject"], f"arn:aws:s3:::{bucket}/raw/*"))
    assert reader.get_object(Bucket=bucket, Key="raw/a")["Body"].read() == b"x"
    because = "because no identity-based policy allows the s3:%s action"
    with refused("AccessDenied", because % "PutObject", ":assumed-role/role-"):
        reader.put_object(Bucket=bucket, Key="raw/b", Body=b"x")
    with refused("AccessDenied", because % "ListBucket"):
        reader.list_objects_v2(Bucket=bucket)
    with refused("AccessDenied", because % "ListBucket"):
        reader.get_object(Bucket=bucket, Key="raw/missing")
    with refused("AccessDenied", because % "ListAllMyBuckets"):
        reader.list_buckets()


def test_the_managed_key_needs_no_right_of_its_own_through_s3(bucket, as_role, aws):
    own = as_role("s3", allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{bucket}/*"))
    own.put_object(Bucket=bucket, Key="a", Body=b"x", ServerSideEncryption="aws:kms")
    assert own.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    with refused("AccessDeniedException", "kms:Encrypt"):
        aws("kms").encrypt(KeyId="alias/aws/s3", Plaintext=b"x")


def test_a_bucket_policy_may_let_a_role_in(s3, bucket, as_role, fresh):
    name = fresh("reader")
    reader, arn = as_role("s3", name=name), f"arn:aws:iam::123456789012:role/{name}"
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    grant = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "s3:GetObject"}
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy(grant | {"Resource": f"arn:aws:s3:::{bucket}/*"})
    )
    assert reader.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    with refused("AccessDenied"):
        as_role("s3").get_object(Bucket=bucket, Key="a")


def test_an_aws_managed_policy_counts(s3, bucket, as_role, aws, fresh):
    name = fresh("reader")
    reader = as_role("s3", name=name)
    aws("iam").attach_role_policy(
        RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    )
    assert "KeyCount" in reader.list_objects_v2(Bucket=bucket)
    with refused("AccessDenied"):
        reader.put_object(Bucket=bucket, Key="a", Body=b"x")


def test_a_listing_by_prefix(s3, bucket, as_role):
    lister = allow(["s3:ListBucket"], f"arn:aws:s3:::{bucket}")
    lister["Condition"] = {"StringLike": {"s3:prefix": "home/ana/*"}}
    ana = as_role("s3", lister)
    assert ana.list_objects_v2(Bucket=bucket, Prefix="home/ana/x")["KeyCount"] == 0
    with refused("AccessDenied"):
        ana.list_objects_v2(Bucket=bucket, Prefix="home/")


def test_a_list_of_deletions_is_judged_key_by_key(s3, bucket):
    for key in ("keep/a", "drop/a", "drop/ü&<"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject"}
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy(deny | {"Resource": f"arn:aws:s3:::{bucket}/keep/*"})
    )
    keys = [{"Key": key} for key in ("keep/a", "drop/a", "drop/ü&<")]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})
    assert [e["Key"] for e in answer["Deleted"]] == ["drop/a", "drop/ü&<"]
    assert [(e["Key"], e["Code"]) for e in answer["Errors"]] == [("keep/a", "AccessDenied")]
    only = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys[:1]})
    assert [e["Key"] for e in only["Errors"]] == ["keep/a"]
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["keep/a"]


def test_a_policy_that_locks_all_out_can_still_be_removed(s3, bucket):
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject"}
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy(deny | {"Resource": f"arn:aws:s3:::{bucket}/*"})
    )
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    with refused("AccessDenied"):
        s3.get_object(Bucket=bucket, Key="a")
    s3.delete_bucket_policy(Bucket=bucket)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"


GIVEN = {  # whom a bucket's policy lets read, what narrows it → why the role's session may not
    "role, session": ("arn:aws:iam::{}:role/{}", "session", "because no session policy allows"),
    "role, boundary": (
        "arn:aws:iam::{}:role/{}",
        "boundary",
        "because no permissions boundary allows",
    ),
    "role": ("arn:aws:iam::{}:role/{}", None, None),
    "session": ("arn:aws:sts::{}:assumed-role/{}/run", "session", None),
    "everybody": ("*", "boundary", None),
}


@pytest.mark.parametrize(("whom", "narrowed", "words"), GIVEN.values(), ids=GIVEN)
def test_what_a_bucket_gives_to_a_role_its_session_narrows(
    aws, cloud, s3, bucket, fresh, whom, narrowed, words
):
    iam, name, writes = aws("iam"), fresh("role"), policy(allow("s3:PutObject", "*"))
    trust = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}
    made = {"RoleName": name, "AssumeRolePolicyDocument": policy(trust)}
    if narrowed == "boundary":
        bound = iam.create_policy(PolicyName=name, PolicyDocument=writes)["Policy"]["Arn"]
        made["PermissionsBoundary"] = bound
    arn = iam.create_role(**made)["Role"]["Arn"]
    reads = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")
    given = reads | {"Principal": {"AWS": whom.format(cloud.account, name)}}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(given))
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    asked = {"RoleArn": arn, "RoleSessionName": "run"}
    asked |= {"Policy": writes} if narrowed == "session" else {}
    found = aws("sts").assume_role(**asked)["Credentials"]
    keys = (found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    theirs = boto3.Session(*keys, cloud.region).client("s3", endpoint_url=cloud.endpoint)
    if words is None:
        assert theirs.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    else:
        with refused("AccessDenied", words):
            theirs.get_object(Bucket=bucket, Key="a")


MADE_WITH = {  # what a bucket is made with → what its maker needs beside CreateBucket
    "nothing": ({}, []),
    "a private ACL": ({"ACL": "private"}, []),
    "a public ACL": ({"ACL": "public-read"}, ["s3:PutBucketAcl"]),
    "grants": ({"GrantRead": f'id="{"a" * 64}"'}, ["s3:PutBucketAcl"]),
    "an owner": ({"ObjectOwnership": "ObjectWriter"}, ["s3:PutBucketOwnershipControls"]),
    "locks": (
        {"ObjectLockEnabledForBucket": True},
        ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"],
    ),
}


@pytest.mark.parametrize(("asked", "needed"), MADE_WITH.values(), ids=MADE_WITH)
def test_who_makes_a_bucket_may_set_what_it_is_made_with(as_role, fresh, asked, needed):
    if needed:
        with refused("AccessDenied", needed[0]):
            as_role("s3", allow("s3:CreateBucket", "*")).create_bucket(Bucket=fresh("b"), **asked)
    theirs = as_role("s3", allow(["s3:CreateBucket", *needed], "*"))
    theirs.create_bucket(Bucket=fresh("b"), **asked)


MALFORMED = {
    "not-json": "nonsense",
    "no-statement": "{}",
    "bad-effect": policy(
        {"Effect": "Maybe", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    ),
    "other-bucket": policy(
        {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    ),
    "no-principal": policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}),
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_policy_is_refused(s3, bucket, text):
    with refused("MalformedPolicy"):
        s3.put_bucket_policy(Bucket=bucket, Policy=text)


NOT_S3S = {
    "another service": ({"Action": "kms:Decrypt"}, "Policy has invalid action"),
    "no service": ({"Action": ["s3:GetObject", "PutObject"]}, "Policy has invalid action"),
    "no action": ({"Action": []}, "Policy has invalid action"),
    "nobody": ({"Principal": {"AWS": []}}, "Invalid principal in policy"),
    "nobody of no kind": ({"Principal": []}, "Invalid principal in policy"),
    "misspelt": ({"Action": "s3:GetObjects"}, "Policy has invalid action"),
    "no principal": ({"Principal": {"AWS": "learner"}}, "Invalid principal in policy"),
    "no account": ({"Principal": {"AWS": "arn:aws:iam:::role/a"}}, "Invalid principal in policy"),
    "no such role": (
        {"Principal": {"AWS": "arn:aws:iam::123456789012:role/none"}},
        "Invalid principal in policy",
    ),
    "no service's name": ({"Principal": {"Service": "states"}}, "Invalid principal in policy"),
    "of no kind": ({"Principal": LEARNER}, "Invalid principal in policy"),
}


BUCKET = {"Resource": "arn:aws:s3:::{}"}
NO_RESOURCE = "Action does not apply to any resource(s) in statement"
APPLY = {  # to what a statement speaks of: the bucket's objects unless told → the refusal
    "objects": ({"Action": ["s3:PutObject", "s3:AbortMultipartUpload", "s3:*Tagging"]}, None),
    "an object's on the bucket": ({"Action": "s3:PutObject"} | BUCKET, NO_RESOURCE),
    "a bucket's on objects": ({"Action": ["s3:GetObject", "s3:ListBucket"]}, NO_RESOURCE),
    "a pattern's": ({"Action": "s3:PutObject*"} | BUCKET, NO_RESOURCE),
    "a pattern's of both": ({"Action": "s3:Get*"} | BUCKET, None),
    "everything": ({"Action": "*"} | BUCKET, None),
    "a pattern of resources": (
        {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::{}*"},
        None,
    ),
    "all but some": ({"NotAction": "s3:PutObject"} | BUCKET, None),
}


@pytest.mark.parametrize(("said", "words"), APPLY.values(), ids=APPLY)
def test_a_statements_actions_are_on_its_resources(s3, bucket, said, words):
    told = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}}
    told |= {"Resource": "arn:aws:s3:::{}/*"} | said
    put = {"Bucket": bucket, "Policy": policy(told | {"Resource": told["Resource"].format(bucket)})}
    if words is None:
        s3.put_bucket_policy(**put)
    else:
        with refused("MalformedPolicy", words):
            s3.put_bucket_policy(**put)


@pytest.mark.parametrize(("said", "words"), NOT_S3S.values(), ids=NOT_S3S)
def test_a_bucket_policy_speaks_of_s3_and_of_somebody(s3, bucket, said, words):
    statement = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:Get*"}
    statement |= {"Resource": f"arn:aws:s3:::{bucket}/*"}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement))
    with refused("MalformedPolicy", words):
        s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement | said))


def test_a_public_policy_is_refused_where_public_access_is_blocked(s3, bucket):
    blocked = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=blocked | {"BlockPublicPolicy": True}
    )
    public = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    public |= {"Resource": f"arn:aws:s3:::{bucket}/*"}
    with refused("AccessDenied", "BlockPublicPolicy"):
        s3.put_bucket_policy(Bucket=bucket, Policy=policy(public))
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(public | {"Effect": "Deny"}))


def test_a_bucket_policy_has_20_kilobytes_at_most(s3, bucket):
    statement = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:Get*"}
    statement |= {"Resource": f"arn:aws:s3:::{bucket}/*", "Sid": ""}
    room = 20 * 1024 - len("".join(policy(statement).split()))
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement | {"Sid": "a" * room}))
    with refused("PolicyTooLarge"):
        s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement | {"Sid": "a" * (room + 1)}))
