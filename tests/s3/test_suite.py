"""S3 as foreign test suites ask it: checksums of parts and wholes, forms, presigned URLs."""

import base64
import os
import zlib

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

FIRST, LAST = os.urandom(5 << 20), b"end"


@pytest.fixture
def s3(aws):
    return aws("s3")


@pytest.fixture
def bucket(s3, fresh):
    name = fresh("b")
    s3.create_bucket(Bucket=name)
    return name


def text(number, size=4):
    return base64.b64encode(number.to_bytes(size, "big")).decode()


def checksum_of(answer):
    return {k: v for k, v in answer.items() if k.startswith("Checksum")}


WHOLE = text(zlib.crc32(FIRST + LAST))
OF_PARTS = text(zlib.crc32(b"".join(zlib.crc32(part).to_bytes(4, "big") for part in (FIRST, LAST))))
TYPES = {
    "composite": ({"ChecksumAlgorithm": "CRC32"}, f"{OF_PARTS}-2", "COMPOSITE"),
    "full": ({"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}, WHOLE, "FULL_OBJECT"),
}


@pytest.mark.parametrize(("begun", "value", "kind"), TYPES.values(), ids=TYPES)
def test_the_checksum_of_an_upload_in_parts(s3, bucket, begun, value, kind):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m", **begun)["UploadId"]
    whole = {"Bucket": bucket, "Key": "m", "UploadId": upload}
    parts = []
    for number, body in enumerate((FIRST, LAST), 1):
        sent = s3.upload_part(**whole, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": sent["ETag"]} | checksum_of(sent))
    listed = s3.list_parts(**whole)
    assert [p["ChecksumCRC32"] for p in listed["Parts"]] == [p["ChecksumCRC32"] for p in parts]
    wrong = [parts[0], parts[1] | {"ChecksumCRC32": text(1)}]
    with pytest.raises(ClientError, match="InvalidPart"):
        s3.complete_multipart_upload(**whole, MultipartUpload={"Parts": wrong})
    done = s3.complete_multipart_upload(**whole, MultipartUpload={"Parts": parts})
    told = {"ChecksumCRC32": value, "ChecksumType": kind}
    assert checksum_of(done) == told
    for read in (s3.head_object, s3.get_object):
        assert checksum_of(read(Bucket=bucket, Key="m", ChecksumMode="ENABLED")) == told
    wanted = s3.get_object_attributes(Bucket=bucket, Key="m", ObjectAttributes=["ObjectParts"])
    assert [(p["PartNumber"], p["Size"]) for p in wanted["ObjectParts"]["Parts"]] == [
        (1, len(FIRST)),
        (2, len(LAST)),
    ]
    second = s3.get_object(Bucket=bucket, Key="m", PartNumber=2)
    assert (second["Body"].read(), second["PartsCount"]) == (LAST, 2)
    with pytest.raises(ClientError, match="InvalidPartNumber"):
        s3.get_object(Bucket=bucket, Key="m", PartNumber=3)
    copied = s3.copy_object(Bucket=bucket, Key="c", CopySource=f"{bucket}/m")
    assert copied["CopyObjectResult"]["ChecksumCRC32"] == WHOLE


KNOWN = {  # of b"123456789": the check values of the CRC catalogue
    "ChecksumCRC32": text(0xCBF43926),
    "ChecksumCRC32C": text(0xE3069283),
    "ChecksumCRC64NVME": text(0xAE8B14860A799888, 8),
}


@pytest.mark.parametrize(("member", "value"), KNOWN.items(), ids=KNOWN)
def test_a_checksum_that_a_client_sends_is_verified(s3, bucket, member, value):
    put = {"Bucket": bucket, "Key": "a", "Body": b"123456789"}
    assert s3.put_object(**put, **{member: value})[member] == value
    wrong = text(1, len(base64.b64decode(value)))
    with pytest.raises(ClientError, match="BadDigest"):
        s3.put_object(**put, **{member: wrong})
    with pytest.raises(ClientError, match="InvalidRequest"):
        s3.put_object(**put, **{member: "bm9uZQ"})
    assert s3.head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")[member] == value


def test_without_a_checksum_an_object_has_crc64nvme(aws, bucket):
    s3 = aws("s3", config=Config(request_checksum_calculation="when_required"))
    put = s3.put_object(Bucket=bucket, Key="a", Body=b"123456789")
    assert put["ChecksumCRC64NVME"] == KNOWN["ChecksumCRC64NVME"]


def test_a_copy_may_have_another_checksum(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"123456789")
    copied = s3.copy_object(
        Bucket=bucket, Key="b", CopySource=f"{bucket}/a", ChecksumAlgorithm="CRC32C"
    )
    assert copied["CopyObjectResult"]["ChecksumCRC32C"] == KNOWN["ChecksumCRC32C"]


VERSIONS = {"v2": None, "v4": "s3v4"}
FORMS = {  # changed fields, body → status, code
    "as-signed": ({}, b"hello", 204, ""),
    "with-document": ({"success_action_status": "201"}, b"hello", 201, "PostResponse"),
    "too-large": ({}, b"x" * 11, 400, "EntityTooLarge"),
    "too-small": ({}, b"", 400, "EntityTooSmall"),
    "another-value": ({"x-amz-meta-a": "z"}, b"hello", 403, "AccessDenied"),
    "an-unsigned-field": ({"x-amz-meta-b": "z"}, b"hello", 403, "AccessDenied"),
    "another-policy": ({"policy": "e30="}, b"hello", 403, "SignatureDoesNotMatch"),
}


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
@pytest.mark.parametrize(("changed", "body", "status", "said"), FORMS.values(), ids=FORMS)
def test_a_form(aws, bucket, version, changed, body, status, said):
    s3 = aws("s3", config=Config(signature_version=version))
    asked = {"x-amz-meta-a": "b"}
    anyhow = [["starts-with", "$success_action_status", ""], ["content-length-range", 1, 10]]
    form = s3.generate_presigned_post(
        bucket, "in/${filename}", Fields=asked, Conditions=[asked, *anyhow]
    )
    fields = form["fields"] | changed
    answer = requests.post(form["url"], data=fields, files={"file": ("f.txt", body)}, timeout=10)
    assert (answer.status_code, said in answer.text) == (status, True)
    if status < 300:
        got = s3.get_object(Bucket=bucket, Key="in/f.txt")
        assert (got["Body"].read(), got["Metadata"]) == (body, {"a": "b"})
    else:
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_presigned_put_carries_metadata(s3, bucket):
    put = {"Bucket": bucket, "Key": "a", "Metadata": {"m": "1"}}
    url = s3.generate_presigned_url("put_object", put)
    assert requests.put(url, data=b"x", timeout=10).status_code == 200
    assert s3.head_object(Bucket=bucket, Key="a")["Metadata"] == {"m": "1"}
    changed = url.replace("x-amz-meta-m=1", "x-amz-meta-m=2")
    assert requests.put(changed, data=b"x", timeout=10).status_code == 403


def test_an_unsigned_request_is_refused(cloud, bucket):
    answer = requests.get(f"{cloud.endpoint}/{bucket}/a", timeout=10)
    assert (answer.status_code, "<Code>AccessDenied<" in answer.text) == (403, True)


LIMITS = {
    "name": ("create_bucket", {"Bucket": "Bad_Name"}, "InvalidBucketName"),
    "key": ("put_object", {"Key": "x" * 1025}, "KeyTooLongError"),
    "metadata": ("put_object", {"Key": "a", "Metadata": {"m": "x" * 2048}}, "MetadataTooLarge"),
    "count": ("list_objects_v2", {"MaxKeys": -1}, "InvalidArgument"),
    "copy": ("copy_object", {"Key": "b", "CopySourceIfMatch": '"other"'}, "PreconditionFailed"),
}


@pytest.mark.parametrize(("call", "asked", "code"), LIMITS.values(), ids=LIMITS)
def test_limits(s3, bucket, call, asked, code):
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    source = {"CopySource": f"{bucket}/a"} if call == "copy_object" else {}
    with pytest.raises(ClientError, match=code):
        getattr(s3, call)(**({"Bucket": bucket} | source | asked))


def session_of(cloud, credentials, **changed):
    found = credentials | changed
    keys = (found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    return boto3.Session(*keys, cloud.region).client("s3", endpoint_url=cloud.endpoint)


def test_a_sessions_key_needs_its_token(aws, cloud, fresh):
    name = fresh("role")
    trust = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",'
        f' "Principal": {{"AWS": "{cloud.account}"}}}}}}'
    )
    made = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    everything = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    aws("iam").attach_role_policy(RoleName=name, PolicyArn=everything)
    found = aws("sts").assume_role(RoleArn=made, RoleSessionName="run")["Credentials"]
    assert session_of(cloud, found).list_buckets()["Buckets"] is not None
    with pytest.raises(ClientError, match="InvalidToken"):
        session_of(cloud, found, SessionToken="another").list_buckets()
