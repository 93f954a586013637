"""What S3 gives to everybody: by a bucket's policy, by its ACL, by an object's, and to no other."""

import json

import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config

from tests.s3.conftest import refused


@pytest.fixture
def anyone(aws):
    return aws("s3", config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}))


@pytest.fixture
def bucket(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    return bucket


def opened(s3, bucket, **more):
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": resources}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement | more]})
    s3.put_bucket_policy(Bucket=bucket, Policy=document)


def test_nobody_unsigned_by_default(anyone, bucket):
    for call in (anyone.list_objects_v2, anyone.get_bucket_acl, anyone.delete_bucket):
        assert refused(call, Bucket=bucket) == "AccessDenied"
    assert refused(anyone.get_object, Bucket=bucket, Key="a") == "AccessDenied"
    assert refused(anyone.get_object, Bucket=bucket, Key="missing") == "AccessDenied"
    assert refused(anyone.put_object, Bucket=bucket, Key="a") == "AccessDenied"
    assert refused(anyone.list_buckets) == "AccessDenied"
    assert refused(anyone.get_object, Bucket="no-such-bucket", Key="a") == "NoSuchBucket"


CONDITIONS = {  # condition → whether an unsigned GET with this referer is answered
    "none": ({}, True),
    "referer": ({"StringLike": {"aws:Referer": "http://example.com/*"}}, True),
    "another": ({"StringLike": {"aws:Referer": "http://another.com/*"}}, False),
    "account": ({"StringEquals": {"aws:PrincipalAccount": "123456789012"}}, False),
    "kind": ({"StringEquals": {"aws:PrincipalType": "Anonymous"}}, True),
}


@pytest.mark.parametrize(("condition", "answered"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_policy_for_everybody(s3, cloud, bucket, condition, answered):
    opened(s3, bucket, **({"Condition": condition} if condition else {}))
    headers = {"Referer": "http://example.com/page"}
    got = requests.get(f"{cloud.endpoint}/{bucket}/a", headers=headers, timeout=60)
    assert (got.status_code, got.content == b"x") == ((200, True) if answered else (403, False))


def test_a_policy_by_the_objects_own_tags(s3, anyone, bucket):
    tagged = {"StringEquals": {"s3:ExistingObjectTag/open": "yes"}}
    opened(s3, bucket, Action=["s3:PutObjectTagging", "s3:GetObject"], Condition=tagged)
    put = {"Bucket": bucket, "Key": "a", "Tagging": {"TagSet": [{"Key": "open", "Value": "yes"}]}}
    assert refused(anyone.put_object_tagging, **put) == "AccessDenied"
    assert refused(anyone.get_object, Bucket=bucket, Key="a") == "AccessDenied"
    s3.put_object_tagging(**put)
    assert anyone.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    anyone.put_object_tagging(**put | {"Tagging": {"TagSet": []}})
    assert refused(anyone.get_object, Bucket=bucket, Key="a") == "AccessDenied"


def by_header(s3, bucket, key):
    return s3.get_object(Bucket=bucket, Key=key)["ResponseMetadata"]["HTTPStatusCode"]


def by_address(s3, bucket, key):
    address = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key})
    return requests.get(address, timeout=60).status_code


def by_form(s3, bucket, key):
    form = s3.generate_presigned_post(bucket, key)
    files = {"file": b"x"}
    return requests.post(form["url"], data=form["fields"], files=files, timeout=60).status_code


def is_(name, value):
    return {"StringEquals": {f"s3:{name}": value}}


OLD, YOUNG = ({f"Numeric{kind}Than": {"s3:signatureAge": "60000"}} for kind in ("Greater", "Less"))
SIGNED = {  # how a request is signed, by which version; a condition → whether it is refused
    "header": (by_header, "s3v4", is_("authType", "REST-HEADER"), True),
    "header, another": (by_header, "s3v4", is_("authType", "POST"), False),
    "header, age": (by_header, "s3v4", YOUNG, False),
    "address": (by_address, "s3v4", is_("authType", "REST-QUERY-STRING"), True),
    "address, version": (by_address, "s3v4", is_("signatureversion", "AWS4-HMAC-SHA256"), True),
    "address, young": (by_address, "s3v4", YOUNG, True),
    "address, old": (by_address, "s3v4", OLD, False),
    "address, version 2": (by_address, "s3", is_("signatureversion", "AWS"), True),
    "address, age of version 2": (
        by_address,
        "s3",
        {"NumericEquals": {"s3:signatureAge": 0}},
        True,
    ),
    "form": (by_form, "s3v4", is_("authType", "POST"), True),
    "form, young": (by_form, "s3v4", YOUNG, True),
    "form, version 2": (by_form, "s3", is_("signatureversion", "AWS"), True),
}


@pytest.mark.parametrize(("way", "version", "condition", "denied"), SIGNED.values(), ids=SIGNED)
def test_a_policy_by_how_a_request_is_signed(aws, bucket, way, version, condition, denied):
    s3 = aws("s3", config=Config(signature_version=version if way is not by_header else None))
    kept = {"Effect": "Deny", "Action": ["s3:GetObject", "s3:PutObject"], "Condition": condition}
    opened(aws("s3"), bucket, **kept)
    if way is by_header and denied:
        assert refused(s3.get_object, Bucket=bucket, Key="a") == "AccessDenied"
    else:
        assert (way(s3, bucket, "a") == 403) == denied


def test_a_policy_that_wants_conditional_writes(s3, bucket):
    """As in docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html."""
    made = {"Bool": {"s3:ObjectCreationOperation": "true"}}
    unless = {"Null": {"s3:if-none-match": "true", "s3:if-match": "true"}}
    opened(s3, bucket, Effect="Deny", Action="s3:PutObject", Condition=made | unless)
    put = {"Bucket": bucket, "Key": "b", "Body": b"x"}
    assert refused(s3.put_object, **put) == "AccessDenied"
    etag = s3.put_object(**put, IfNoneMatch="*")["ETag"]
    s3.put_object(**put, IfMatch=etag)
    source = {"Bucket": bucket, "Key": "c", "CopySource": f"{bucket}/a"}
    assert refused(s3.copy_object, **source) == "AccessDenied"
    upload = {"Bucket": bucket, "Key": "m"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    etag = s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]
    upload["MultipartUpload"] = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    assert refused(s3.complete_multipart_upload, **upload) == "AccessDenied"
    s3.complete_multipart_upload(**upload, IfNoneMatch="*")


def test_a_policy_by_the_tags_of_the_version_that_is_named(s3, anyone, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    put = {"Bucket": bucket, "Key": "a", "Body": b"x"}
    closed, open_ = (s3.put_object(**put, Tagging=f"open={w}")["VersionId"] for w in ("no", "yes"))
    tagged = {"StringEquals": {"s3:ExistingObjectTag/open": "yes"}}
    opened(s3, bucket, Action="s3:GetObjectVersion", Condition=tagged)
    named = {"Bucket": bucket, "Key": "a"}
    assert anyone.get_object(**named, VersionId=open_)["Body"].read() == b"x"
    assert refused(anyone.get_object, **named, VersionId=closed) == "AccessDenied"


BLOCKS = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]


def blocked(s3, bucket, *names):
    settings = {name: name in names for name in BLOCKS}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=settings)


def test_a_policy_whose_bucket_is_restricted(s3, anyone, bucket):
    opened(s3, bucket)
    blocked(s3, bucket, "RestrictPublicBuckets")
    assert refused(anyone.get_object, Bucket=bucket, Key="a") == "AccessDenied"
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"


def test_a_policy_does_not_open_a_kms_key(s3, aws, anyone, bucket):
    key = aws("kms").create_key()["KeyMetadata"]["Arn"]
    s3.put_object(Bucket=bucket, Key="k", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    opened(s3, bucket)
    assert refused(anyone.get_object, Bucket=bucket, Key="k") == "AccessDenied"


ON_BUCKETS = {  # the bucket's ACL → what everybody may do: list it, put into it
    "private": (False, False),
    "public-read": (True, False),
    "public-read-write": (True, True),
    "authenticated-read": (False, False),
}


@pytest.mark.parametrize(("acl", "may"), ON_BUCKETS.items(), ids=ON_BUCKETS)
def test_a_buckets_acl(s3, anyone, bucket, acl, may):
    s3.put_bucket_acl(Bucket=bucket, ACL=acl)
    lists, puts = may
    if lists:
        assert [each["Key"] for each in anyone.list_objects_v2(Bucket=bucket)["Contents"]] == ["a"]
        assert refused(anyone.get_object, Bucket=bucket, Key="missing") == "NoSuchKey"
    else:
        assert refused(anyone.list_objects_v2, Bucket=bucket) == "AccessDenied"
    assert refused(anyone.get_object, Bucket=bucket, Key="a") == "AccessDenied"
    if puts:
        anyone.put_object(Bucket=bucket, Key="new", Body=b"y")
        assert s3.get_object(Bucket=bucket, Key="new")["Body"].read() == b"y"
    else:
        assert refused(anyone.put_object, Bucket=bucket, Key="new") == "AccessDenied"


def test_a_new_object_is_its_owners_whatever_the_buckets_acl(s3, anyone, bucket):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    s3.put_object(Bucket=bucket, Key="new", Body=b"y")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/a")
    for key in ("new", "copy"):
        assert refused(anyone.get_object, Bucket=bucket, Key=key) == "AccessDenied"
        assert len(s3.get_object_acl(Bucket=bucket, Key=key)["Grants"]) == 1
    grants = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    assert [each["Permission"] for each in grants] == ["FULL_CONTROL", "READ", "WRITE"]
    private = {"Owner": s3.get_bucket_acl(Bucket=bucket)["Owner"], "Grants": grants[:1]}
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy=private)
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"] == grants[:1]


def test_an_acl_has_a_hundred_grants_at_most(s3, bucket):
    owner = s3.get_bucket_acl(Bucket=bucket)["Owner"]
    grant = {"Grantee": {"Type": "CanonicalUser", "ID": owner["ID"]}, "Permission": "READ"}
    named = {"Bucket": bucket, "Key": "a"}
    s3.put_object_acl(**named, AccessControlPolicy={"Owner": owner, "Grants": [grant] * 100})
    more = {"Owner": owner, "Grants": [grant] * 101}
    assert refused(s3.put_object_acl, **named, AccessControlPolicy=more) == "MalformedACLError"


def test_who_may_write_into_a_bucket_adds_to_it(s3, anyone, bucket):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    for call in (anyone.put_object, anyone.delete_object, anyone.create_multipart_upload):
        assert refused(call, Bucket=bucket, Key="a") == "AccessDenied"
    (error,) = anyone.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}]})["Errors"]
    assert (error["Code"], s3.get_object(Bucket=bucket, Key="a")["Body"].read()) == (
        "AccessDenied",
        b"x",
    )
    anyone.put_object(Bucket=bucket, Key="new", ACL="public-read", Tagging="a=b", Body=b"y")
    assert anyone.get_object(Bucket=bucket, Key="new")["Body"].read() == b"y"
    assert refused(anyone.put_object_acl, Bucket=bucket, Key="a", ACL="public-read") == (
        "AccessDenied"
    )


def test_an_acl_opens_the_version_that_it_is_of(s3, anyone, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    put = {"Bucket": bucket, "Key": "a"}
    closed = s3.put_object(**put, Body=b"closed")["VersionId"]
    open_ = s3.put_object(**put, Body=b"open", ACL="public-read")["VersionId"]
    assert refused(anyone.get_object, **put, VersionId=closed) == "AccessDenied"
    s3.put_object(**put, Body=b"closed, too")
    assert anyone.get_object(**put, VersionId=open_)["Body"].read() == b"open"
    assert refused(anyone.get_object, **put) == "AccessDenied"


def test_a_bucket_without_acls_is_its_owners(s3, bucket, fresh):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    owned = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}
    put = {"Bucket": bucket} | owned
    code = "InvalidBucketAclWithObjectOwnership"
    assert refused(s3.put_bucket_ownership_controls, **put) == code
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    s3.put_bucket_ownership_controls(**put)
    made = {"Bucket": fresh("b"), "ObjectOwnership": "BucketOwnerEnforced"}
    assert refused(s3.create_bucket, **made, ACL="public-read") == code
    s3.create_bucket(**made)


def test_an_objects_acl(s3, anyone, cloud, bucket):
    s3.put_object_acl(Bucket=bucket, Key="a", ACL="public-read")
    assert anyone.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    assert refused(anyone.get_object_acl, Bucket=bucket, Key="a") == "AccessDenied"
    assert refused(anyone.delete_object, Bucket=bucket, Key="a") == "AccessDenied"
    blocked(s3, bucket, "IgnorePublicAcls")
    assert refused(anyone.get_object, Bucket=bucket, Key="a") == "AccessDenied"
    page = {"Sec-Fetch-Site": "cross-site"}
    assert requests.get(f"{cloud.endpoint}/{bucket}/a", headers=page, timeout=60).status_code == 403


def test_a_deny_beats_an_acl(s3, anyone, bucket):
    s3.put_object_acl(Bucket=bucket, Key="a", ACL="public-read")
    opened(s3, bucket, Effect="Deny", Action="s3:GetObject")
    assert refused(anyone.get_object, Bucket=bucket, Key="a") == "AccessDenied"


EVERYBODY = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
NEW_ACLS = {
    "bucket": ("put_bucket_acl", {"ACL": "public-read"}),
    "bucket-grant": ("put_bucket_acl", {"GrantRead": EVERYBODY}),
    "object": ("put_object_acl", {"Key": "a", "ACL": "public-read"}),
    "put": ("put_object", {"Key": "b", "ACL": "public-read"}),
    "copy": ("copy_object", {"Key": "b", "CopySource": "{}/a", "ACL": "public-read"}),
}


@pytest.mark.parametrize(("call", "asked"), NEW_ACLS.values(), ids=NEW_ACLS)
def test_new_acls_that_a_bucket_does_not_take(s3, bucket, call, asked):
    asked = {k: v.format(bucket) for k, v in asked.items()} | {"Bucket": bucket}
    blocked(s3, bucket, "BlockPublicAcls")
    assert refused(getattr(s3, call), **asked) == "AccessDenied"
    s3.delete_public_access_block(Bucket=bucket)
    controls = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=controls)
    assert refused(getattr(s3, call), **asked) == "AccessControlListNotSupported"


def test_an_unsigned_form(s3, cloud, bucket):
    form = {"key": (None, "new"), "content-type": (None, "text/plain"), "file": ("f", b"y")}
    sent = requests.post(f"{cloud.endpoint}/{bucket}", files=form, timeout=60)
    assert sent.status_code == 403
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    fields = {"key": "new", "file": b"y"}  # each as if it were a file
    assert requests.post(f"{cloud.endpoint}/{bucket}", files=fields, timeout=60).status_code == 204
    assert s3.get_object(Bucket=bucket, Key="new")["Body"].read() == b"y"


PAGES = {  # method, headers → status and the origin that the answer allows
    "let in": ("GET", {"Origin": "https://my.example"}, (200, "https://my.example")),
    "another": ("GET", {"Origin": "https://example"}, (403, None)),
    "another method": ("PUT", {"Origin": "https://my.example"}, (403, None)),
    "an image": ("GET", {"Sec-Fetch-Site": "cross-site"}, (403, None)),
    "asks": (
        "OPTIONS",
        {
            "Origin": "https://my.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "X-Amz-Meta-a",
        },
        (200, "https://my.example"),
    ),
    "asks too much": (
        "OPTIONS",
        {
            "Origin": "https://my.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "x-amz-meta-a, x-other",
        },
        (403, None),
    ),
    "asks nothing": ("OPTIONS", {"Origin": "https://my.example"}, (400, None)),
}


def test_pages_that_a_bucket_lets_in(s3, cloud, bucket):
    opened(s3, bucket)
    rule = {
        "AllowedOrigins": ["https://*.example"],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["x-amz-*"],
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    for what, (method, headers, expected) in PAGES.items():
        got = requests.request(method, f"{cloud.endpoint}/{bucket}/a", headers=headers, timeout=60)
        allowed = got.headers.get("Access-Control-Allow-Origin")
        assert (got.status_code, allowed) == expected, what
        assert ("Access-Control-Allow-Headers" in got.headers) == (what == "asks")
    s3.delete_bucket_cors(Bucket=bucket)
    page = {"Origin": "https://my.example"}
    assert requests.get(f"{cloud.endpoint}/{bucket}/a", headers=page, timeout=60).status_code == 403
    for place, why in {
        bucket: "CORS is not enabled for this bucket.",
        "none": "Bucket not found",
    }.items():
        got = requests.options(f"{cloud.endpoint}/{place}/a", headers=page, timeout=60)
        said = f"<Message>CORSResponse: {why}</Message><Method>OPTIONS</Method>"
        assert (got.status_code, f"{said}<ResourceType>BUCKET<" in got.text) == (403, True)


def test_who_does_not_sign_asks_for_no_headers_and_a_path_is_utf8(s3, cloud, bucket):
    opened(s3, bucket)
    for path, code in {"a?response-expires=x": "InvalidRequest", "%AE%8A": "InvalidURI"}.items():
        got = requests.get(f"{cloud.endpoint}/{bucket}/{path}", timeout=60)
        assert (got.status_code, f"<Code>{code}</Code>" in got.text) == (400, True)
