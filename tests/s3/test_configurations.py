"""Locks, lifecycles and limits: what S3 takes, and the codes of what it refuses."""

import datetime
import json
import re
import shlex

import boto3
import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.s3.conftest import refused

LATER, SOONER = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (2040, 2039))


@pytest.fixture
def bucket(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abcde")
    return bucket


@pytest.fixture
def locked(s3, fresh):
    name = fresh("locked")
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    s3.put_object(Bucket=name, Key="a", Body=b"x")
    return name


def rule(**members):
    return {"Status": "Enabled", "Prefix": "in/", "Expiration": {"Days": 1}} | members


NOON = datetime.datetime(2040, 1, 1, 12, tzinfo=datetime.UTC)
LIFECYCLES = {
    "id": ([rule(ID="x" * 256)], "InvalidArgument"),
    "same-id": ([rule(ID="a"), rule(ID="a")], "InvalidArgument"),
    "status": ([rule(Status="enabled")], "MalformedXML"),
    "days": ([rule(Expiration={"Days": 0})], "InvalidArgument"),
    "date": ([rule(Expiration={"Date": NOON})], "InvalidArgument"),
    "none": ([], "MalformedXML"),
    "too-many": ([rule()] * 1001, "MalformedXML"),
    "nothing": ([rule(NoncurrentVersionExpiration={})], "MalformedXML"),
    "tags": (
        [
            {
                "Status": "Enabled",
                "Filter": {"And": {"Tags": [{"Key": "a", "Value": v} for v in "bc"]}},
                "Expiration": {"Days": 1},
            }
        ],
        "InvalidRequest",
    ),
    "uploads": (
        [
            {
                "Status": "Enabled",
                "Filter": {"Tag": {"Key": "a", "Value": "b"}},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
            }
        ],
        "InvalidRequest",
    ),
    "markers": (
        [
            {
                "Status": "Enabled",
                "Filter": {"Tag": {"Key": "a", "Value": "b"}},
                "Expiration": {"ExpiredObjectDeleteMarker": True},
            }
        ],
        "InvalidRequest",
    ),
    "twice": ([rule(Expiration={"Date": LATER, "Days": 1})], "MalformedXML"),
    "class": ([rule(Transitions=[{"Days": 30, "StorageClass": "COLD"}])], "MalformedXML"),
    "sizes": (
        [
            {
                "Status": "Enabled",
                "Filter": {"And": {"ObjectSizeGreaterThan": 9, "ObjectSizeLessThan": 8}},
                "Expiration": {"Days": 1},
            }
        ],
        "InvalidRequest",
    ),
}


@pytest.mark.parametrize(("rules", "code"), LIFECYCLES.values(), ids=LIFECYCLES)
def test_no_lifecycle(s3, bucket, rules, code):
    put = s3.put_bucket_lifecycle_configuration
    assert refused(put, Bucket=bucket, LifecycleConfiguration={"Rules": rules}) == code
    code = refused(s3.get_bucket_lifecycle_configuration, Bucket=bucket)
    assert code == "NoSuchLifecycleConfiguration"


NINE, TAG = {"Days": 9}, {"Key": "k", "Value": "v"}
EXPIRATIONS = {  # rules → the one of them that ends an object of two bytes with a tag, if one does
    "every": ([{"ID": "all", "Expiration": NINE}], "all"),
    "the first": (
        [{"ID": "9", "Expiration": NINE}, {"ID": "a b", "Expiration": {"Days": 8}}],
        "a%20b",
    ),
    "on a date": ([{"ID": "date", "Expiration": {"Date": LATER}}], "date"),
    "off": ([{"ID": "off", "Status": "Disabled", "Expiration": NINE}], None),
    "markers": ([{"ID": "m", "Expiration": {"ExpiredObjectDeleteMarker": True}}], None),
    "a prefix": ([{"ID": "p", "Filter": {"Prefix": "in/"}, "Expiration": NINE}], "p"),
    "another": ([{"ID": "p", "Filter": {"Prefix": "out/"}, "Expiration": NINE}], None),
    "a tag": ([{"ID": "t", "Filter": {"Tag": TAG}, "Expiration": NINE}], "t"),
    "sizes": ([{"ID": "s", "Filter": {"ObjectSizeGreaterThan": 2}, "Expiration": NINE}], None),
}


@pytest.mark.parametrize(("rules", "name"), EXPIRATIONS.values(), ids=EXPIRATIONS)
def test_an_object_tells_when_it_expires(s3, bucket, rules, name):
    rules = [{"Status": "Enabled", "Filter": {}} | each for each in rules]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    one = {"Bucket": bucket, "Key": "in/a"}
    made, seen = s3.put_object(**one, Body=b"xx", Tagging="k=v"), s3.head_object(**one)
    got = s3.get_object(**one, Range="bytes=0-0")
    got["Body"].close()
    copied = s3.copy_object(**one, CopySource=f"{bucket}/in/a", StorageClass="STANDARD_IA")
    end = seen.get("Expiration")
    assert all(each.get("Expiration") == end for each in (made, got, copied))
    assert (end and re.search('rule-id="(.*)"', end)[1]) == name
    if end:
        later = datetime.timedelta(days=9 if name == "a%20b" else 10)  # at the next midnight
        day = LATER if name == "date" else seen["LastModified"] + later
        assert f'expiry-date="{day:%a, %d %b %Y} 00:00:00 GMT"' in end
    assert "Expiration" not in s3.head_object(**one, VersionId="null")


def test_a_rule_without_a_name_gets_one(s3, bucket):
    rules = [rule(ID="a"), rule(Expiration={"Date": LATER})]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    kept = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert (kept[0], kept[1]["Expiration"]) == (rules[0], {"Date": LATER})
    assert len(kept[1]["ID"]) == 36


def retention(mode="GOVERNANCE", until=LATER):
    return {"Mode": mode, "RetainUntilDate": until}


def test_a_retention_is_told_and_not_shortened(s3, locked):
    named = {"Bucket": locked, "Key": "a"}
    assert refused(s3.get_object_retention, **named) == "NoSuchObjectLockConfiguration"
    s3.put_object_retention(**named, Retention=retention())
    assert s3.get_object_retention(**named)["Retention"] == retention()
    sooner = retention(until=SOONER)
    assert refused(s3.put_object_retention, **named, Retention=sooner) == "AccessDenied"
    s3.put_object_retention(**named, Retention=sooner, BypassGovernanceRetention=True)
    s3.put_object_retention(
        **named, Retention=retention("COMPLIANCE"), BypassGovernanceRetention=True
    )
    for less in (sooner, retention(), retention("COMPLIANCE", SOONER)):
        asked = named | {"Retention": less, "BypassGovernanceRetention": True}
        assert refused(s3.put_object_retention, **asked) == "AccessDenied"
    version = s3.head_object(**named)["VersionId"]
    assert refused(s3.delete_object, **named, VersionId=version) == "AccessDenied"


MOMENTS = {  # the end of a retention as clients write it → as it is told
    "nanoseconds": ("2040-01-01T00:00:00.738122648Z", "2040-01-01T00:00:00.738Z"),
    "an offset": ("2040-01-01T00:00:00+02:00", "2039-12-31T22:00:00.000Z"),
    "no offset": ("2040-01-01T00:00:00", "2040-01-01T00:00:00.000Z"),
}


@pytest.mark.parametrize(("written", "told"), MOMENTS.values(), ids=MOMENTS)
def test_the_end_of_a_retention_is_a_moment(aws, locked, written, told):
    s3, named = aws("s3", config=Config()), {"Bucket": locked, "Key": "a"}  # its own: it is changed

    def write(params, **_):
        until = f"<Mode>GOVERNANCE</Mode><RetainUntilDate>{written}</RetainUntilDate>"
        params["body"] = f"<Retention>{until}</Retention>".encode()
        params["headers"].pop("x-amz-checksum-crc32", None)
        params["headers"].pop("x-amz-sdk-checksum-algorithm", None)

    s3.meta.events.register("before-call.s3.PutObjectRetention", write)
    s3.put_object_retention(**named)
    head = s3.head_object(**named)
    headers = head["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amz-object-lock-retain-until-date"] == told
    assert refused(s3.delete_object, **named, VersionId=head["VersionId"]) == "AccessDenied"
    (error,) = s3.delete_objects(
        Bucket=locked, Delete={"Objects": [{"Key": "a", "VersionId": head["VersionId"]}]}
    )["Errors"]
    assert error["Code"] == "AccessDenied"


def test_a_bucket_with_objects_may_be_locked(s3, bucket):
    days = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    asked = {"ObjectLockEnabled": "Enabled", "Rule": days}
    put = {"Bucket": bucket, "ObjectLockConfiguration": asked}
    assert refused(s3.put_object_lock_configuration, **put) == "InvalidBucketState"
    versioned = {"Bucket": bucket, "VersioningConfiguration": {"Status": "Enabled"}}
    s3.put_bucket_versioning(**versioned)
    s3.put_object_lock_configuration(**put)
    assert s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"] == asked
    suspended = versioned | {"VersioningConfiguration": {"Status": "Suspended"}}
    assert refused(s3.put_bucket_versioning, **suspended) == "InvalidBucketState"


def default(**members):
    asked = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": members}}
    return "put_object_lock_configuration", {"ObjectLockConfiguration": asked}


NO_LOCKS = {
    "no-days": (*default(Mode="GOVERNANCE", Days=0), "InvalidArgument"),
    "years": (*default(Mode="GOVERNANCE", Years=-1), "InvalidArgument"),
    "both": (*default(Mode="GOVERNANCE", Days=1, Years=1), "MalformedXML"),
    "mode": (*default(Mode="other", Days=1), "MalformedXML"),
    "retention": (
        "put_object_retention",
        {"Key": "a", "Retention": retention("other")},
        "MalformedXML",
    ),
    "version": (
        "put_bucket_versioning",
        {"VersioningConfiguration": {"Status": "enabled"}},
        "MalformedXML",
    ),
    "tags": (
        "put_object_tagging",
        {"Key": "a", "Tagging": {"TagSet": [{"Key": "a", "Value": v} for v in "12"]}},
        "InvalidTag",
    ),
    "grantee": (
        "put_bucket_acl",
        {"AccessControlPolicy": {"Owner": {"ID": "nobody"}, "Grants": []}},
        "InvalidArgument",
    ),
    "resource": (
        "put_bucket_policy",
        {
            "Policy": '{"Statement": [{"Effect": "Deny", "Principal": "*",'
            ' "Action": "s3:*", "Resource": "arn:aws:s3:::locked-and-more/*"}]}'
        },
        "MalformedPolicy",
    ),
    "no-body": ("put_object_lock_configuration", {}, "MissingRequestBodyError"),
    "hold": ("put_object_legal_hold", {"Key": "a", "LegalHold": {"Status": "x"}}, "MalformedXML"),
}


@pytest.mark.parametrize(("call", "asked", "code"), NO_LOCKS.values(), ids=NO_LOCKS)
def test_no_lock(s3, locked, call, asked, code):
    assert refused(getattr(s3, call), Bucket=locked, **asked) == code


# What newer clients ask of Object Lock, by header or in the document's end.
HOLDS = {
    "put_object": ({"Body": b""}, {"x-amz-object-lock-event-hold": "ON"}, b""),
    "copy_object": (
        {"CopySource": "a/b"}, {"x-amz-object-lock-event-hold-duration-days": "3"}, b"",
    ),
    "put_object_retention": ({"Retention": retention()}, {}, b"<EventHold>ON</EventHold>"),
    "put_object_lock_configuration": (
        default(Mode="GOVERNANCE", Days=1)[1], {}, b"<DefaultEventHold></DefaultEventHold>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("call", HOLDS)
def test_holds_until_an_event_are_refused(aws, locked, call):
    s3, (asked, headers, element) = aws("s3", config=Config()), HOLDS[call]  # its own: changed

    def write(params, **_):
        params["headers"] |= headers
        if element:
            body, _, end = params["body"].rpartition(b"</")
            params["body"] = body + element + b"</" + end
            params["headers"].pop("x-amz-checksum-crc32", None)
            params["headers"].pop("x-amz-sdk-checksum-algorithm", None)

    s3.meta.events.register("before-call.s3", write)
    key = {} if call.endswith("configuration") else {"Key": "a"}
    assert refused(getattr(s3, call), Bucket=locked, **key, **asked) == "NotImplemented"


def test_a_bucket_without_locks(s3, bucket):
    named = {"Bucket": bucket, "Key": "a"}
    assert refused(s3.get_object_retention, **named) == "InvalidRequest"
    assert refused(s3.put_object_retention, **named, Retention=retention()) == "InvalidRequest"
    held = {"LegalHold": {"Status": "ON"}}
    assert refused(s3.put_object_legal_hold, **named, **held) == "InvalidRequest"
    assert refused(s3.get_object_legal_hold, **named) == "InvalidRequest"


def test_a_lock_is_passed_by_whom_a_policy_lets(aws, cloud, locked, fresh):
    """Governance is passed by those alone who may, whatever else they may delete."""
    s3, iam, user = aws("s3"), aws("iam"), fresh("user")
    kept = {"Mode": "GOVERNANCE", "RetainUntilDate": LATER}
    s3.put_object_retention(Bucket=locked, Key="a", Retention=kept)
    version = {"Key": "a", "VersionId": s3.head_object(Bucket=locked, Key="a")["VersionId"]}
    iam.create_user(UserName=user)
    actions = ["s3:DeleteObject*", "s3:PutObjectRetention"]
    allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    keys = (key["AccessKeyId"], key["SecretAccessKey"])
    theirs = boto3.Session(*keys, region_name=cloud.region).client(
        "s3", endpoint_url=cloud.endpoint
    )
    asked = {"Bucket": locked, "BypassGovernanceRetention": True}
    assert refused(theirs.delete_object, **asked, **version) == "AccessDenied"
    assert refused(theirs.put_object_retention, **asked, **version, Retention={}) == "AccessDenied"
    (error,) = theirs.delete_objects(**asked, Delete={"Objects": [version]})["Errors"]
    assert (error["Code"], error["VersionId"]) == ("AccessDenied", version["VersionId"])
    (error,) = s3.delete_objects(Bucket=locked, Delete={"Objects": [version]})["Errors"]
    assert error == {**version, "Code": "AccessDenied", "Message": error["Message"]}
    assert s3.delete_objects(**asked, Delete={"Objects": [version]})["Deleted"] == [version]


def test_a_legal_hold_is_told(s3, locked):
    named = {"Bucket": locked, "Key": "a"}
    assert refused(s3.get_object_legal_hold, **named) == "NoSuchObjectLockConfiguration"
    s3.put_object_legal_hold(**named, LegalHold={"Status": "ON"})
    assert s3.get_object_legal_hold(**named)["LegalHold"] == {"Status": "ON"}


def listed(s3, bucket, kind):
    found = s3.list_object_versions(Bucket=bucket).get(kind, [])
    return [each["VersionId"] for each in found]


def test_a_lock_is_told_of_where_a_bucket_has_a_default_one(aws, s3, locked):
    """A client may send a checksum, and not say by name which."""
    default = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": default}
    s3.put_object_lock_configuration(Bucket=locked, ObjectLockConfiguration=lock)

    def unnamed(params, **_):
        params["headers"].pop("x-amz-sdk-checksum-algorithm", None)

    client = aws("s3", config=Config())  # its own, for it is changed
    client.meta.events.register("before-call.s3", unnamed)
    named = {"Bucket": locked, "Key": "a"}
    client.put_object_legal_hold(**named, LegalHold={"Status": "ON"})
    client.put_object_retention(**named, Retention=retention())
    client.put_object_tagging(**named, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    told = s3.head_object(**named)
    assert [told[f"ObjectLock{member}"] for member in ("LegalHoldStatus", "Mode")] == [
        "ON",
        "GOVERNANCE",
    ]


def test_suspended_versioning_has_one_version_without_a_number(s3, bucket):
    for status in ("Enabled", "Suspended"):
        asked = {"Bucket": bucket, "VersioningConfiguration": {"Status": status}}
        s3.put_bucket_versioning(**asked)
        s3.put_object(Bucket=bucket, Key="b", Body=status.encode())
    assert s3.get_object(Bucket=bucket, Key="b")["VersionId"] == "null"
    onto_itself = {"Bucket": bucket, "Key": "b", "CopySource": f"{bucket}/b"}
    assert s3.copy_object(**onto_itself, MetadataDirective="REPLACE")["VersionId"] == "null"
    numbered = listed(s3, bucket, "Versions")
    assert (numbered[1], len(numbered)) == ("null", 3)
    assert s3.delete_object(Bucket=bucket, Key="b")["VersionId"] == "null"
    assert listed(s3, bucket, "Versions") == [numbered[0], numbered[2]]
    assert listed(s3, bucket, "DeleteMarkers") == ["null"]
    s3.put_object(Bucket=bucket, Key="b", Body=b"again")
    assert listed(s3, bucket, "DeleteMarkers") == []


def test_a_delete_marker_of_a_key_that_never_was(s3, bucket):
    asked = {"Bucket": bucket, "VersioningConfiguration": {"Status": "Enabled"}}
    s3.put_bucket_versioning(**asked)
    made = s3.delete_object(Bucket=bucket, Key="never")
    assert listed(s3, bucket, "DeleteMarkers") == [made["VersionId"]]
    assert refused(s3.get_object, Bucket=bucket, Key="never") == "NoSuchKey"
    s3.delete_object(Bucket=bucket, Key="never", VersionId=made["VersionId"])
    assert listed(s3, bucket, "DeleteMarkers") == []


RANGES = ["bytes=0-5", "bytes=2-", "bytes=-2", "bytes=3-1", "0-2"]


@pytest.mark.parametrize("wanted", RANGES)
def test_a_part_is_copied_of_a_range_that_there_is(s3, bucket, wanted):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    part = {"Bucket": bucket, "Key": "m", "UploadId": upload, "PartNumber": 1}
    copy = part | {"CopySource": f"{bucket}/a"}
    code = refused(s3.upload_part_copy, **copy, CopySourceRange=wanted)
    assert code == "InvalidArgument"
    s3.upload_part_copy(**copy, CopySourceRange="bytes=1-4")
    whole = {k: part[k] for k in ("Bucket", "Key", "UploadId")}
    assert refused(s3.complete_multipart_upload, **whole) == "InvalidRequest"


DIGESTS = {
    "md5": ({"ContentMD5": "bm9uZQ=="}, "InvalidDigest"),
    "no-md5": ({"ContentMD5": "abc"}, "InvalidDigest"),
    "another-md5": ({"ContentMD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}, "BadDigest"),
}


@pytest.mark.parametrize(("asked", "code"), DIGESTS.values(), ids=DIGESTS)
def test_digests(s3, bucket, asked, code):
    assert refused(s3.put_object, Bucket=bucket, Key="b", Body=b"x", **asked) == code


def test_a_key_is_of_the_buckets_region(aws, s3, bucket, fresh):
    there = "eu-west-1"
    key = aws("kms", region_name=there).create_key()["KeyMetadata"]
    asked = {"Key": "b", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key["Arn"]}
    assert refused(s3.put_object, Bucket=bucket, **asked) == "KMS.NotFoundException"
    away = {"Bucket": fresh("away")}
    s3.create_bucket(**away, CreateBucketConfiguration={"LocationConstraint": there})
    for named in ({}, {"SSEKMSKeyId": key["KeyId"]}):
        told = s3.put_object(**away, Key="b", ServerSideEncryption="aws:kms", **named)
        assert told["SSEKMSKeyId"].split(":")[3] == there
        assert s3.get_object(**away, Key="b")["SSEKMSKeyId"] == told["SSEKMSKeyId"]


def test_a_presigned_address_lives_a_week_at_most(aws, bucket):
    s3 = aws("s3", config=Config(signature_version="s3v4"))
    asked = {"Bucket": bucket, "Key": "a"}
    week = s3.generate_presigned_url("get_object", asked, ExpiresIn=604800)
    assert requests.get(week, timeout=60).status_code == 200
    for seconds, said in (
        (604801, "must be less than a week"),
        (-1, "must be non-negative"),
        ("x", "should be a number"),
    ):
        url = s3.generate_presigned_url("get_object", asked, ExpiresIn=seconds)
        answer = requests.get(url, timeout=60)
        told = f"<Code>AuthorizationQueryParametersError</Code><Message>X-Amz-Expires {said}"
        assert (answer.status_code, told in answer.text) == (400, True)


def test_a_length_that_is_no_number(cloud):
    answer = requests.put(f"{cloud.endpoint}/b", headers={"Content-Length": "-1"}, timeout=60)
    assert answer.status_code == 400


def test_an_inventory_is_told_as_it_was_put_and_goes(s3, bucket):
    named = {"Bucket": bucket, "Id": "i"}
    _, asked = counted(IncludedObjectVersions="Current", OptionalFields=["Size"])
    s3.put_bucket_inventory_configuration(Bucket=bucket, **asked)
    made = asked["InventoryConfiguration"]
    assert s3.get_bucket_inventory_configuration(**named)["InventoryConfiguration"] == made
    listed = s3.list_bucket_inventory_configurations(Bucket=bucket)
    assert listed["InventoryConfigurationList"] == [made]
    s3.delete_bucket_inventory_configuration(**named)
    for call in (s3.get_bucket_inventory_configuration, s3.delete_bucket_inventory_configuration):
        assert refused(call, **named) == "NoSuchConfiguration"


def test_copies_go_to_a_bucket_with_versions(s3, bucket, fresh):
    s3.create_bucket(Bucket=(target := fresh("copies")))
    wanted = {"Role": "arn:aws:iam::123456789012:role/r"}
    wanted["Rules"] = [
        {
            "ID": "r",
            "Status": "Enabled",
            "Priority": 1,
            "Filter": {"Prefix": "tax/"},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": f"arn:aws:s3:::{target}"},
        }
    ]
    asked = {"Bucket": bucket, "ReplicationConfiguration": wanted}
    destination = wanted["Rules"][0]["Destination"]
    code = "ReplicationConfigurationNotFoundError"
    assert refused(s3.get_bucket_replication, Bucket=bucket) == code
    for name in (bucket, target):
        assert refused(s3.put_bucket_replication, **asked) == "InvalidRequest"
        versioned = {"Bucket": name, "VersioningConfiguration": {"Status": "Enabled"}}
        s3.put_bucket_versioning(**versioned)
    destination["Bucket"] += "-none"
    with pytest.raises(ClientError, match="must exist"):
        s3.put_bucket_replication(**asked)
    destination["Bucket"] = destination["Bucket"].removesuffix("-none")
    s3.put_bucket_replication(**asked)
    assert s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"] == wanted
    s3.delete_bucket_replication(Bucket=bucket)
    assert refused(s3.get_bucket_replication, Bucket=bucket) == code


def test_a_log_goes_where_it_is_let_in(s3, bucket, fresh):
    s3.create_bucket(Bucket=(target := fresh("log")))
    wanted = {"TargetBucket": target, "TargetPrefix": "a/"}
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": wanted})
    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"] == wanted
    assert s3.list_objects_v2(Bucket=target)["KeyCount"] == 0
    s3.put_bucket_acl(Bucket=target, ACL="log-delivery-write")
    s3.get_object(Bucket=bucket, Key="a")
    assert refused(s3.get_object, Bucket=bucket, Key="b c") == "NoSuchKey"
    address = s3.generate_presigned_url("list_objects_v2", Params={"Bucket": bucket})
    size = str(len(requests.get(address, timeout=60).content))
    listed = s3.list_objects_v2(Bucket=target, Prefix="a/")["Contents"]
    lines = [s3.get_object(Bucket=target, Key=each["Key"])["Body"].read() for each in listed]
    fields = [shlex.split(line.decode()) for line in lines]
    told = {f[7].removeprefix("REST."): (f[1], *f[8:14], f[22]) for f in fields if f[8] != "b%20c"}
    (other,) = [f for f in fields if f[8] == "b%20c"]
    path, by = f"GET /{bucket}/a HTTP/1.1", "AuthHeader"
    assert told.pop("GET.OBJECT") == (bucket, "a", path, "200", "-", "5", "5", by)
    assert told.pop("GET.BUCKET")[3:] == ("200", "-", size, "-", "QueryString")
    assert (other[7], *other[10:12], told) == ("REST.GET.OBJECT", "404", "NoSuchKey", {})


FORMATS = {  # of a log's keys → their beginning, less the log's prefix, and their time
    "none": (None, "", r"\d\d-\d\d-\d\d"),
    "simple": ({"SimplePrefix": {}}, "", r"\d\d-\d\d-\d\d"),
    "of events": ({"PartitionedPrefix": {}}, r"\d{12}/us-east-1/{}/\d{4}/\d\d/\d\d/", "00-00-00"),
    "of delivery": (
        {"PartitionedPrefix": {"PartitionDateSource": "DeliveryTime"}},
        r"\d{12}/us-east-1/{}/\d{4}/\d\d/\d\d/",
        r"\d\d-\d\d-\d\d",
    ),
}


@pytest.mark.parametrize(("form", "begins", "time"), FORMATS.values(), ids=FORMATS)
def test_where_a_log_lies(s3, bucket, fresh, form, begins, time):
    s3.create_bucket(Bucket=(target := fresh("log")), ACL="log-delivery-write")
    wanted = {"TargetBucket": target, "TargetPrefix": "a/"}
    wanted |= {"TargetObjectKeyFormat": form} if form else {}
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": wanted})
    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"] == wanted
    kept = [each["Key"] for each in s3.list_objects_v2(Bucket=target)["Contents"]]
    place = begins.replace("{}", bucket)
    assert all(
        re.fullmatch(rf"a/{place}\d{{4}}-\d\d-\d\d-{time}-[0-9A-F]{{16}}", key) for key in kept
    )


def allowed(effect, principal, **more):
    return {"Effect": effect, "Principal": principal, "Action": "s3:PutObject"} | more


S3S_LOGS = {"Service": ["logging.s3.amazonaws.com", "cloudtrail.amazonaws.com"]}
INSECURE = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
OF_ANOTHER = {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::another"}}}


@pytest.mark.parametrize(
    ("statements", "lines"),
    [
        ([allowed("Deny", "*", **INSECURE), allowed("Allow", S3S_LOGS)], 1),
        ([allowed("Deny", "*", **INSECURE)], 0),
        ([allowed("Allow", S3S_LOGS, **OF_ANOTHER)], 0),
        ([allowed("Allow", S3S_LOGS), allowed("Deny", S3S_LOGS)], 0),
    ],
)
def test_a_policy_lets_a_log_in(s3, bucket, fresh, statements, lines):
    s3.create_bucket(Bucket=(target := fresh("log")))
    resources = [f"arn:aws:s3:::{target}/a/*"]
    document = {"Statement": [each | {"Resource": resources} for each in statements]}
    s3.put_bucket_policy(Bucket=target, Policy=json.dumps(document))
    wanted = {"TargetBucket": target, "TargetPrefix": "a/"}
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": wanted})
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
    assert s3.list_objects_v2(Bucket=target)["KeyCount"] == lines


NOT_HERE = {
    "torrent": ("get_object_torrent", {"Key": "a"}),
    "rename": ("rename_object", {"Key": "b", "RenameSource": "a"}),
}


@pytest.mark.parametrize(("call", "asked"), NOT_HERE.values(), ids=NOT_HERE)
def test_what_is_not_here_leaves_the_bucket_as_it_is(s3, bucket, call, asked):
    assert refused(getattr(s3, call), Bucket=bucket, **asked) == "NotImplemented"
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert [each["Key"] for each in listed] == ["a"]


def named(kind, **members):
    return f"bucket_{kind}_configuration", {"Id": "a", **members}


KEPT = {
    "metrics": (*named("metrics", Filter={"Prefix": "in/"}), "MetricsConfiguration"),
    "analytics": (
        *named("analytics", StorageClassAnalysis={}, Filter={"Tag": {"Key": "a", "Value": "b"}}),
        "AnalyticsConfiguration",
    ),
    "tiering": (
        *named(
            "intelligent_tiering",
            Status="Enabled",
            Tierings=[{"Days": 125, "AccessTier": "ARCHIVE_ACCESS"}],
        ),
        "IntelligentTieringConfiguration",
    ),
}


@pytest.mark.parametrize(("call", "asked", "member"), KEPT.values(), ids=KEPT)
def test_a_configuration_is_told_as_it_was_put_and_goes(s3, bucket, call, asked, member):
    here = {"Bucket": bucket, "Id": "a"}
    get = getattr(s3, f"get_{call}")
    assert refused(get, **here) == "NoSuchConfiguration"
    assert refused(getattr(s3, f"delete_{call}"), **here) == "NoSuchConfiguration"
    put = getattr(s3, f"put_{call}")
    assert refused(put, **here, **{member: asked | {"Id": "b"}}) == "IdMismatch"
    put(**here, **{member: asked})
    assert get(**here)[member] == asked
    listed = getattr(s3, f"list_{call}s")
    assert listed(Bucket=bucket)[f"{member}List"] == [asked]
    getattr(s3, f"delete_{call}")(**here)
    assert f"{member}List" not in listed(Bucket=bucket)


def test_nobody_gets_in_for_nothing_where_the_requester_pays(aws, s3, bucket):
    s3.put_object_acl(Bucket=bucket, Key="a", ACL="public-read")
    anyone = aws("s3", config=Config(signature_version=UNSIGNED))
    assert anyone.get_object(Bucket=bucket, Key="a")["ContentLength"] == 5
    s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "Requester"
    assert refused(anyone.get_object, Bucket=bucket, Key="a") == "AccessDenied"
    assert s3.get_object(Bucket=bucket, Key="a")["ContentLength"] == 5


def test_what_a_bucket_tells_of_itself(s3, bucket):
    told = s3.head_bucket(Bucket=bucket)
    names = ("BucketArn", "BucketRegion", "AccessPointAlias")
    assert [told[name] for name in names] == [f"arn:aws:s3:::{bucket}", "us-east-1", False]
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    told = s3.get_object_attributes(Bucket=bucket, Key="a", ObjectAttributes=["Checksum"])
    assert (told["Checksum"]["ChecksumType"], told.get("VersionId")) == ("FULL_OBJECT", None)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    told = s3.get_object_attributes(Bucket=bucket, Key="a", ObjectAttributes=["ETag"])
    assert told["VersionId"] == "null"


@pytest.mark.parametrize("call", ["put_object_tagging", "delete_object_tagging"])
def test_the_tags_of_nothing(s3, bucket, call):
    tags = {"Tagging": {"TagSet": []}} if call == "put_object_tagging" else {}
    assert refused(getattr(s3, call), Bucket=bucket, Key="nosuch", **tags) == "NoSuchKey"


def enabled(**members):
    return {"ID": "a", "Status": "Enabled", **members}


def test_a_lifecycle_is_told_as_it_was_put(s3, bucket):
    both = {"Prefix": "a", "Tags": [{"Key": "a", "Value": "b"}], "ObjectSizeGreaterThan": 1}
    former = {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2}
    rules = [enabled(Filter={"And": both}, NoncurrentVersionExpiration=former)]
    size = {"TransitionDefaultMinimumObjectSize": "varies_by_storage_class"}
    put = {"Bucket": bucket, "LifecycleConfiguration": {"Rules": rules}}
    s3.put_bucket_lifecycle_configuration(**put, **size)
    told = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert {k: told[k] for k in ("Rules", *size)} == {"Rules": rules, **size}
    s3.delete_bucket_lifecycle(Bucket=bucket)
    code = refused(s3.get_bucket_lifecycle_configuration, Bucket=bucket)
    assert code == "NoSuchLifecycleConfiguration"


def test_notifications_to_event_bridge_are_told(s3, bucket):
    wanted = {"EventBridgeConfiguration": {}}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=wanted)
    told = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert told["EventBridgeConfiguration"] == {}


def encrypted(**members):
    rule = {"ApplyServerSideEncryptionByDefault": members}
    asked = {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}
    return "put_bucket_encryption", asked


def test_a_rule_that_names_no_encryption_leaves_it_to_s3(s3, bucket):
    asked = {"Rules": [{"BucketKeyEnabled": True}]}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=asked)
    told = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    by_s3 = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert told["Rules"] == [by_s3 | {"BucketKeyEnabled": True}]


def site(**members):
    return "put_bucket_website", {"WebsiteConfiguration": members}


def routed(*rules):
    return site(IndexDocument={"Suffix": "index.html"}, RoutingRules=list(rules))


def counted(**changed):
    place = {"Bucket": "arn:aws:s3:::a", "Format": "CSV"}
    asked = {"Id": "i", "IsEnabled": True, "IncludedObjectVersions": "All"}
    asked |= {"Destination": {"S3BucketDestination": place}, "Schedule": {"Frequency": "Daily"}}
    return "put_bucket_inventory_configuration", {
        "Id": "i",
        "InventoryConfiguration": asked | changed,
    }


def owned(*names):
    rules = [{"ObjectOwnership": name} for name in names]
    return "put_bucket_ownership_controls", {"OwnershipControls": {"Rules": rules}}


def cors(**members):
    rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]} | members]
    return "put_bucket_cors", {"CORSConfiguration": {"CORSRules": rules}}


ELSEWHERE = {"HostName": "a"}
BY_S3 = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
NOT_SO = {
    "versioning": (
        "put_bucket_versioning",
        {"VersioningConfiguration": {}},
        "IllegalVersioningConfigurationException",
    ),
    "owner": (*owned("Random"), "MalformedXML"),
    "owners": (*owned("ObjectWriter", "BucketOwnerPreferred"), "MalformedXML"),
    "algorithm": (*encrypted(SSEAlgorithm="AES"), "MalformedXML"),
    "key": (*encrypted(SSEAlgorithm="AES256", KMSMasterKeyID="a"), "InvalidArgument"),
    "two rules": (
        "put_bucket_encryption",
        {"ServerSideEncryptionConfiguration": {"Rules": [BY_S3, BY_S3]}},
        "MalformedXML",
    ),
    "acceleration": (
        "put_bucket_accelerate_configuration",
        {"AccelerateConfiguration": {"Status": "enabled"}},
        "MalformedXML",
    ),
    "filter": (
        "put_bucket_notification_configuration",
        {
            "NotificationConfiguration": {
                "QueueConfigurations": [
                    {
                        "QueueArn": "arn:aws:sqs:us-east-1:123456789012:q",
                        "Events": ["s3:ObjectCreated:*"],
                        "Filter": {"Key": {"FilterRules": [{}]}},
                    }
                ]
            }
        },
        "MalformedXML",
    ),
    "site": (*site(), "InvalidArgument"),
    "folder": (*site(IndexDocument={"Suffix": "/index.html"}), "InvalidArgument"),
    "protocol": (
        *site(RedirectAllRequestsTo={"HostName": "a", "Protocol": "ftp"}),
        "InvalidRequest",
    ),
    "no routes": (*routed(), "MalformedXML"),
    "two keys": (
        *routed({"Redirect": {"ReplaceKeyWith": "a", "ReplaceKeyPrefixWith": "b"}}),
        "InvalidRequest",
    ),
    "no condition": (
        *routed({"Condition": {}, "Redirect": {"ReplaceKeyWith": "a"}}),
        "InvalidRequest",
    ),
    "no redirect": (*routed({"Redirect": {}}), "MalformedXML"),
    "code": (*routed({"Redirect": {"HttpRedirectCode": "300"}}), "InvalidRequest"),
    "no code": (*routed({"Redirect": {"HttpRedirectCode": "3xx"}}), "MalformedXML"),
    "failure": (
        *routed({"Condition": {"HttpErrorCodeReturnedEquals": "418"}, "Redirect": ELSEWHERE}),
        "InvalidRequest",
    ),
    "routes": (*routed(*[{"Redirect": ELSEWHERE}] * 51), "InvalidRequest"),
    "large": (*routed({"Redirect": {"HostName": "a" * (128 << 10)}}), "MaxMessageLengthExceeded"),
    "inventory": (*counted(Id="another"), "IdMismatch"),
    "fields": (*counted(OptionalFields=["Colour"]), "MalformedXML"),
    "place": (
        *counted(Destination={"S3BucketDestination": {"Bucket": "b", "Format": "CSV"}}),
        "InvalidS3DestinationBucket",
    ),
    "log": (
        "put_bucket_logging",
        {"BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "no", "TargetPrefix": "a"}}},
        "InvalidTargetBucketForLogging",
    ),
    "tags": (
        "put_bucket_tagging",
        {"Tagging": {"TagSet": [{"Key": "a,b", "Value": "c"}]}},
        "InvalidTag",
    ),
    "origin": (*cors(AllowedOrigins=["*a*"]), "InvalidRequest"),
    "header": (*cors(AllowedHeaders=["*a*"]), "InvalidRequest"),
    "exposed": (*cors(ExposeHeaders=["*"]), "InvalidRequest"),
    "least": (
        "put_bucket_lifecycle_configuration",
        {
            "LifecycleConfiguration": {"Rules": [rule()]},
            "TransitionDefaultMinimumObjectSize": "any",
        },
        "InvalidRequest",
    ),
    "marker": (
        "list_object_versions",
        {"KeyMarker": "a", "VersionIdMarker": ""},
        "InvalidArgument",
    ),
    "attributes": (
        "get_object_attributes",
        {"Key": "a", "ObjectAttributes": ["Colour"]},
        "InvalidArgument",
    ),
    "no attributes": (
        "get_object_attributes",
        {"Key": "a", "ObjectAttributes": []},
        "InvalidArgument",
    ),
    "acl": ("put_bucket_acl", {"ACL": "all"}, "InvalidArgument"),
    "group": ("put_bucket_acl", {"GrantRead": 'uri="http://nobody"'}, "InvalidArgument"),
    "account": ("put_bucket_acl", {"GrantRead": 'id="me"'}, "InvalidArgument"),
    "grantee": ("put_bucket_acl", {"GrantWrite": 'name="me"'}, "InvalidArgument"),
    "nothing": ("put_bucket_acl", {}, "MissingSecurityHeader"),
    "address": (
        "put_bucket_acl",
        {
            "AccessControlPolicy": {
                "Owner": {},
                "Grants": [
                    {
                        "Grantee": {"Type": "AmazonCustomerByEmail", "EmailAddress": "a@b.c"},
                        "Permission": "READ",
                    }
                ],
            }
        },
        "MethodNotAllowed",
    ),
}


@pytest.mark.parametrize(("call", "asked", "code"), NOT_SO.values(), ids=NOT_SO)
def test_no_configuration(s3, bucket, call, asked, code):
    assert refused(getattr(s3, call), Bucket=bucket, **asked) == code


NONE = {  # what a bucket has not → the refusal, which names the bucket
    "locks": ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
    "block": ("get_public_access_block", "NoSuchPublicAccessBlockConfiguration"),
    "tags": ("get_bucket_tagging", "NoSuchTagSet"),
}


@pytest.mark.parametrize(("call", "code"), NONE.values(), ids=NONE)
def test_what_a_bucket_has_not(s3, bucket, call, code):
    with pytest.raises(ClientError, match=code) as found:
        getattr(s3, call)(Bucket=bucket)
    assert found.value.response["Error"]["BucketName"] == bucket


def test_a_bucket_is_made_with_its_tags(s3, fresh):
    """Of those that it has already it is not made again, nor of others; without any it is."""
    name, tags = fresh("tagged"), [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": ""}]
    asked = {"Bucket": name, "CreateBucketConfiguration": {"Tags": tags}}
    wrong = {"Tags": [{"Key": "a,b", "Value": "c"}]}
    assert refused(s3.create_bucket, Bucket=name, CreateBucketConfiguration=wrong) == "InvalidTag"
    s3.create_bucket(**asked)
    assert refused(s3.create_bucket, **asked) == "BucketAlreadyOwnedByYou"
    s3.create_bucket(Bucket=name)
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == tags
    assert refused(s3.create_bucket, Bucket=fresh("b"), ObjectOwnership="") == "InvalidArgument"


NAMESPACES = {
    "not said": ("{}-123456789012-us-east-1-an", {}, "MissingNamespaceHeader"),
    "everybody's": ("{}-an", {"BucketNamespace": "global"}, "InvalidNamespaceHeader"),
    "another": ("{}", {"BucketNamespace": "mine"}, "InvalidNamespaceHeader"),
    "not in its name": ("{}", {"BucketNamespace": "account-regional"}, "InvalidNamespaceHeader"),
}


@pytest.mark.parametrize(("name", "asked", "code"), NAMESPACES.values(), ids=NAMESPACES)
def test_a_name_of_the_accounts_own_says_so(s3, fresh, name, asked, code):
    assert refused(s3.create_bucket, Bucket=name.format(fresh("b")), **asked) == code


def test_a_new_bucket_has_the_acl_that_it_was_made_with(s3, bucket):
    """And one that is there already has that of its last making."""
    everybody = "http://acs.amazonaws.com/groups/global/AllUsers"
    for asked in ({}, {"GrantRead": f"uri={everybody}"}, {}):
        s3.create_bucket(Bucket=bucket, **asked)
        (grant,) = s3.get_bucket_acl(Bucket=bucket)["Grants"]
        told = grant["Permission"], grant["Grantee"].get("URI")
        assert told == (("READ", everybody) if asked else ("FULL_CONTROL", None))


def test_an_acl_is_of_the_version_that_is_named(s3, bucket):
    """And it is what was put, where moto put the bucket's own."""
    rules = [{"ObjectOwnership": "ObjectWriter"}]
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": rules})
    versioned = {"Bucket": bucket, "VersioningConfiguration": {"Status": "Enabled"}}
    s3.put_bucket_versioning(**versioned)
    named = {"Bucket": bucket, "Key": "a"}
    first, _ = (s3.put_object(**named)["VersionId"] for _ in "ab")
    told = s3.get_object_acl(**named)
    group = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}
    grants = [*told["Grants"], {"Grantee": group, "Permission": "READ"}]
    policy = {"Owner": told["Owner"], "Grants": grants}
    s3.put_object_acl(**named, VersionId=first, AccessControlPolicy=policy)
    assert s3.get_object_acl(**named, VersionId=first)["Grants"] == grants
    assert s3.get_object_acl(**named)["Grants"] == told["Grants"]


ENDS = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)
OWN = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": ENDS}


@pytest.mark.parametrize("asked", [{}, {"ObjectLockLegalHoldStatus": "ON"}, OWN])
def test_what_is_sent_in_parts_or_copied_is_locked(s3, locked, asked):
    _, default_lock = default(Mode="GOVERNANCE", Days=1)
    s3.put_object_lock_configuration(Bucket=locked, **default_lock)
    named = {"Bucket": locked, "Key": "in-parts"}
    upload = named | {"UploadId": s3.create_multipart_upload(**named, **asked)["UploadId"]}
    etag = s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    version = s3.complete_multipart_upload(**upload, MultipartUpload=parts)["VersionId"]
    told = s3.head_object(**named)
    assert {k: told[k] for k in asked} == asked
    assert told["ObjectLockMode"] == "GOVERNANCE"
    assert refused(s3.delete_object, **named, VersionId=version) == "AccessDenied"
    s3.copy_object(Bucket=locked, Key="copy", CopySource=named)
    assert s3.head_object(Bucket=locked, Key="copy")["ObjectLockMode"] == "GOVERNANCE"
    code = refused(s3.create_multipart_upload, Bucket=locked, Key="a", ObjectLockMode="GOVERNANCE")
    assert code == "InvalidArgument"


ROOTS = {
    "versioning": ("get_bucket_versioning", "VersioningConfiguration"),
    "notification": ("get_bucket_notification_configuration", "NotificationConfiguration"),
    "accelerate": ("get_bucket_accelerate_configuration", "AccelerateConfiguration"),
    "inventories": ("list_bucket_inventory_configurations", "ListInventoryConfigurationsResult"),
    "parts": ("list_parts", "ListPartsResult"),
}


@pytest.mark.parametrize(("call", "root"), ROOTS.values(), ids=ROOTS)
def test_answers_have_the_names_of_s3(aws, bucket, call, root):
    s3, seen, asked = aws("s3", config=Config()), [], {"Bucket": bucket}  # its own: it is changed
    if call == "list_parts":
        asked["Key"] = "a"
        asked["UploadId"] = s3.create_multipart_upload(**asked)["UploadId"]

    def look(response_dict, **_):
        seen.append(response_dict["body"])

    s3.meta.events.register("before-parse.s3", look)
    getattr(s3, call)(**asked)
    assert re.search(rb"<(\w+)[ />]", seen[-1])[1].decode() == root


ORDERS = {  # what clients that read a document as it comes look for → what they give it to
    "buckets": ("list_buckets", "Owner", "Buckets"),
    "objects": ("list_objects", "Name", "Contents"),
    "objects2": ("list_objects_v2", "Name", "Contents"),
    "versions": ("list_object_versions", "Name", "Version"),
}


@pytest.mark.parametrize(("call", "first", "then"), ORDERS.values(), ids=ORDERS)
def test_a_listing_says_first_what_it_is_of(aws, bucket, call, first, then):
    s3, seen = aws("s3", config=Config()), []
    s3.meta.events.register(
        "before-parse.s3", lambda response_dict, **_: seen.append(response_dict)
    )
    getattr(s3, call)(**({"Bucket": bucket} if call != "list_buckets" else {}))
    body = seen[-1]["body"].decode()
    assert body.index(f"<{first}>") < body.index(f"<{then}>")


def test_cors_of_an_origin_without_a_name(s3, bucket):
    rules = [{"AllowedOrigins": [""], "AllowedMethods": ["GET"]}]
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == rules


@pytest.mark.parametrize("by_default", [False, True])
def test_an_upload_in_parts_keeps_its_bucket_key(aws, s3, bucket, by_default):
    kms = aws("kms").create_key()["KeyMetadata"]
    whole, asked = {"Bucket": bucket, "Key": "m"}, {}
    if by_default:
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms["Arn"]}
        rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    else:
        asked = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms["KeyId"]}
        asked["BucketKeyEnabled"] = True
    told = [s3.create_multipart_upload(**whole, **asked, ChecksumAlgorithm="SHA256")]
    assert told[0]["ChecksumType"] == "COMPOSITE"
    upload = whole | {"UploadId": told[0]["UploadId"]}
    sent = s3.upload_part(**upload, PartNumber=1, Body=b"x", ChecksumAlgorithm="SHA256")
    part = {"PartNumber": 1, "ETag": sent["ETag"], "ChecksumSHA256": sent["ChecksumSHA256"]}
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})
    for each in (*told, sent, done, s3.head_object(**whole)):
        assert (each["SSEKMSKeyId"], each["BucketKeyEnabled"]) == (kms["Arn"], True)


def test_a_part_without_the_digest_that_its_upload_wants(aws, bucket):
    s3 = aws("s3", config=Config(request_checksum_calculation="when_required"))
    begun = {"Bucket": bucket, "Key": "m"}
    upload = s3.create_multipart_upload(**begun, ChecksumAlgorithm="SHA256")["UploadId"]
    with pytest.raises(ClientError, match="actual checksum Type: null"):
        s3.upload_part(**begun, UploadId=upload, PartNumber=1, Body=b"x")


def test_a_policy_is_answered_with_no_content(s3, bucket):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    statement["Resource"] = f"arn:aws:s3:::{bucket}/*"
    said = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    told = s3.put_bucket_policy(Bucket=bucket, Policy=said)
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_notifications_are_taken_away_by_an_empty_document(aws, bucket):
    s3 = aws("s3", config=Config())  # its own, for it is changed
    asked = {"Bucket": bucket, "NotificationConfiguration": {}}
    told = {"EventBridgeConfiguration": {}}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=told)

    def shorten(params, **_):
        params["body"] = b"<NotificationConfiguration/>"

    s3.meta.events.register("before-call.s3.PutBucketNotificationConfiguration", shorten)
    s3.put_bucket_notification_configuration(**asked)
    left = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert "EventBridgeConfiguration" not in left
