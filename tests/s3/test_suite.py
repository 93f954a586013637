"""S3 as foreign test suites ask it: checksums of parts and wholes, forms, presigned URLs."""

import base64
import hashlib
import hmac
import html
import json
import os
import zlib

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

FIRST, LAST = os.urandom(5 << 20), b"end"


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
    other, (first, last) = {"ChecksumCRC32C": text(1)}, parts
    bare = {name: last[name] for name in ("PartNumber", "ETag")}
    for wrong, code in (
        (last | {"ChecksumCRC32": text(1)}, "InvalidPart"),
        (last | other, "InvalidPart"),
        (bare | other, "BadDigest"),
    ):
        with pytest.raises(ClientError, match=code):
            s3.complete_multipart_upload(**whole, MultipartUpload={"Parts": [first, wrong]})
    for another, code in {
        "AAAAAA==": "BadDigest",
        f"{value}-3": "BadDigest",
        "no checksum": "InvalidRequest",
    }.items():
        with pytest.raises(ClientError, match=code):
            s3.complete_multipart_upload(
                **whole, MultipartUpload={"Parts": parts}, ChecksumCRC32=another
            )
    done = s3.complete_multipart_upload(
        **whole, MultipartUpload={"Parts": parts}, ChecksumCRC32=value
    )
    told = {"ChecksumCRC32": value, "ChecksumType": kind}
    assert checksum_of(done) == told
    for read in (s3.head_object, s3.get_object):
        assert checksum_of(read(Bucket=bucket, Key="m", ChecksumMode="ENABLED")) == told
    names = ["ObjectParts", " Checksum", " ObjectSize"]  # as the SDK for JS writes it
    wanted = s3.get_object_attributes(Bucket=bucket, Key="m", ObjectAttributes=names)
    assert wanted["Checksum"]["ChecksumType"] == kind
    assert wanted["ObjectSize"] == len(FIRST + LAST)
    assert [(p["PartNumber"], p["Size"]) for p in wanted["ObjectParts"]["Parts"]] == [
        (1, len(FIRST)),
        (2, len(LAST)),
    ]
    second = s3.get_object(Bucket=bucket, Key="m", PartNumber=2)
    assert (second["Body"].read(), second["PartsCount"]) == (LAST, 2)
    assert checksum_of(second) == checksum_of(parts[1]) | {"ChecksumType": kind}
    with pytest.raises(ClientError, match="InvalidPartNumber"):
        s3.get_object(Bucket=bucket, Key="m", PartNumber=3)
    copied = s3.copy_object(Bucket=bucket, Key="c", CopySource=f"{bucket}/m")
    assert copied["CopyObjectResult"]["ChecksumCRC32"] == WHOLE
    plain = hashlib.md5(FIRST + LAST).hexdigest()
    assert s3.head_object(Bucket=bucket, Key="c", PartNumber=1)["ETag"] == f'"{plain}"'


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
    for unknown in ("SHA512", "CRC"):
        with pytest.raises(ClientError, match="Checksum algorithm provided is unsupported"):
            s3.copy_object(
                Bucket=bucket, Key="b", CopySource=f"{bucket}/a", ChecksumAlgorithm=unknown
            )


VERSIONS = {"v2": None, "v4": "s3v4"}
FORMS = {  # changed fields, body → status, code
    "as-signed": ({}, b"hello", 204, ""),
    "with-document": ({"success_action_status": "201"}, b"hello", 201, "PostResponse"),
    "too-large": ({}, b"x" * 11, 400, "EntityTooLarge"),
    "too-small": ({}, b"", 400, "EntityTooSmall"),
    "another-value": ({"x-amz-meta-a": "z"}, b"hello", 403, "AccessDenied"),
    "an-unsigned-field": ({"x-amz-meta-b": "z"}, b"hello", 403, "AccessDenied"),
    "a-huge-field": ({"x-amz-meta-b": "z" * 30_000}, b"", 400, "MaxPostPreDataLengthExceeded"),
    "another-policy": ({"policy": "e30="}, b"hello", 403, "SignatureDoesNotMatch"),
}


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
@pytest.mark.parametrize(("changed", "body", "status", "said"), FORMS.values(), ids=FORMS)
def test_a_form(aws, bucket, version, changed, body, status, said):
    s3 = aws("s3", config=Config(signature_version=version))
    tags = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"
    asked = {"x-amz-meta-a": "b", "tagging": tags, "Content-Language": "de"}
    anyhow = [["starts-with", "$success_action_status", ""], ["content-length-range", 1, 10]]
    form = s3.generate_presigned_post(
        bucket,
        "in/${filename}",
        Fields=asked,
        Conditions=[*({k: v} for k, v in asked.items()), *anyhow],
    )
    fields = form["fields"] | {"success_action_status": "204"} | changed
    files = {"file": ("a/f.txt", body)}
    answer = requests.post(form["url"], data=fields, files=files, timeout=60)
    assert (answer.status_code, said in answer.text) == (status, True)
    if status < 300:
        kept = s3.get_object_tagging(Bucket=bucket, Key="in/f.txt")["TagSet"]
        assert kept == [{"Key": "k", "Value": "v"}]
        got = s3.get_object(Bucket=bucket, Key="in/f.txt")
        assert (got["Body"].read(), got["Metadata"]) == (body, {"a": "b"})
        assert got["ContentLanguage"] == "de"
    else:
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


KINDS = ["starts-with", "$Content-Type", "text/"]
CONDITIONS = {  # of a form → the status, what is said
    "no dollar": (["eq", "x-amz-meta-a", "b"], 403, '["eq", "x-amz-meta-a", "b"]'),
    "as written": (["eq", "$X-Amz-Meta-A", "c"], 403, '["eq", "$X-Amz-Meta-A", "c"]'),
    "no size": (["content-length-range", "a", "9"], 403, '["content-length-range", "a", "9"]'),
    "nothing": ({}, 400, "exactly one property"),
    "null": (["starts-with", "$key", None], 400, "Invalid Policy: Invalid JSON."),
    "a number": ({"key": 5}, 400, "Invalid Simple-Condition: value must be a string."),
    "one operand": (["eq", "$key"], 400, "Invalid eq: wrong number of arguments."),
    "text": ("key", 400, "Invalid condition test: must be a List or Object."),
    "a field that is not there": (["starts-with", "$acl", ""], 403, '["starts-with", "$acl", ""]'),
    "the file's name": (["eq", "$x-amz-meta-a", "f.txt"], 204, ""),
    "one of several types": (KINDS, 403, '["starts-with", "$Content-Type", "text/"]'),
    "all of several types": ([*KINDS[:2], ""], 204, ""),
}


@pytest.mark.parametrize(("condition", "status", "said"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_forms_condition(s3, bucket, condition, status, said):
    named = {
        "x-amz-meta-a": "${filename}",
        "Content-Type": "text/a, image/b",
        "redirect": "nowhere",
    }
    both = [condition, *(["starts-with", f"${name}", ""] for name in named)]
    form = s3.generate_presigned_post(bucket, "a", Fields=named, Conditions=both)
    files = {"file": ("f.txt", b"hello")}
    answer = requests.post(form["url"], data=form["fields"], files=files, timeout=60)
    assert (answer.status_code, said in html.unescape(answer.text)) == (status, True)


def test_a_forms_policy_names_the_bucket(s3, cloud, bucket):
    ends = "2100-01-01T00:00:00Z"
    for conditions, status in (([{"key": "a"}], 403), ([{"key": "a"}, {"bucket": bucket}], 204)):
        policy = json.dumps({"expiration": ends, "conditions": conditions}).encode()
        text = base64.b64encode(policy)
        signed = hmac.digest(cloud.secret_key.encode(), text, "sha1")
        fields = {"key": "a", "AWSAccessKeyId": cloud.access_key, "policy": text}
        fields["signature"] = base64.b64encode(signed)
        url = f"{cloud.endpoint}/{bucket}"
        answer = requests.post(url, data=fields, files={"file": b"x"}, timeout=60)
        lacking = "Invalid according to Policy: Extra input fields: bucket" in answer.text
        assert (answer.status_code, lacking) == (status, status == 403)


FILES = {  # name, size → the key
    "large": ("f.txt", 1 << 20, "in/f.txt"),
    "without a name": (None, 1 << 17, "in/${filename}"),
}


@pytest.mark.parametrize(("name", "size", "key"), FILES.values(), ids=FILES)
def test_a_forms_file(s3, bucket, name, size, key):
    form = s3.generate_presigned_post(bucket, "in/${filename}")
    body = os.urandom(size)
    fields = [*((k, (None, v)) for k, v in form["fields"].items()), ("file", (name, body))]
    late = ("acl", (None, "public-read"))  # what follows the file is ignored
    answer = requests.post(form["url"], files=[*fields, late], timeout=60)
    assert answer.status_code == 204, answer.text
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body


FIELDS = {  # of a form → the refusal, as of a PUT with such a header
    "storage class": ({"x-amz-storage-class": "GOLD"}, "InvalidStorageClass"),
    "ACL": ({"acl": "all"}, "InvalidArgument"),
    "metadata": ({"x-amz-meta-a": "b" * 3000}, "MetadataTooLarge"),
    "digest": ({"content-md5": "AAAAAAAAAAAAAAAAAAAAAA=="}, "BadDigest"),
    "redirection": ({"x-amz-website-redirect-location": "a"}, "InvalidRedirectLocation"),
    "lines": ({"x-amz-meta-a": "b\r\nX-Evil: 1"}, "InvalidArgument"),
    "redirected": ({"success_action_redirect": "http://a/\r\nX-Evil: 1"}, "InvalidArgument"),
    "no key": ({"key": ""}, "InvalidArgument"),
    "long key": ({"key": "k" * 1025}, "KeyTooLongError"),
}


@pytest.mark.parametrize(("asked", "code"), FIELDS.values(), ids=FIELDS)
def test_a_forms_fields_are_what_headers_are(s3, bucket, asked, code):
    conditions = [{name: value} for name, value in asked.items() if name != "key"]
    form = s3.generate_presigned_post(
        bucket, asked.get("key", "a"), Fields=asked, Conditions=conditions
    )
    answer = requests.post(form["url"], data=form["fields"], files={"file": b"x"}, timeout=60)
    assert f"<Code>{code}<" in answer.text
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_forms_letters_are_told_as_bytes(s3, bucket):
    asked = {"x-amz-meta-a": "Zürich 日本"}
    form = s3.generate_presigned_post(bucket, "a", Fields=asked, Conditions=[asked])
    requests.post(form["url"], data=form["fields"], files={"file": b"x"}, timeout=60)
    told = s3.head_object(Bucket=bucket, Key="a")["Metadata"]["a"]
    assert told.encode("latin-1").decode() == asked["x-amz-meta-a"]


LACKING = {  # the version that signs, what its form lacks → what is said
    "algorithm": ("s3v4", {"x-amz-algorithm", "x-amz-credential"}, "named 'X-Amz-Algorithm'"),
    "signature": ("s3v4", {"x-amz-signature"}, "named 'X-Amz-Signature'"),
    "key": (None, {"AWSAccessKeyId"}, "named 'AWSAccessKeyId'"),
    "legacy signature": (None, {"signature"}, "named 'Signature'"),
    "all": (None, {"AWSAccessKeyId", "signature"}, "<Code>AccessDenied<"),
}


@pytest.mark.parametrize(("version", "less", "said"), LACKING.values(), ids=LACKING)
def test_a_form_that_is_signed_by_half(aws, bucket, version, less, said):
    form = aws("s3", config=Config(signature_version=version)).generate_presigned_post(bucket, "a")
    fields = {name: value for name, value in form["fields"].items() if name not in less}
    answer = requests.post(form["url"], data=fields, files={"file": b"x"}, timeout=60)
    assert said in html.unescape(answer.text)


FORM = "multipart/form-data; boundary=b"
NO_FORMS = {  # what is sent, as what → code, status
    "no file": (
        b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\na\r\n--b--',
        FORM,
        "InvalidArg",
        400,
    ),
    "broken off": (
        b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\na',
        FORM,
        "MalformedPOST",
        400,
    ),
    "no boundary": (b"x" * 100_000, FORM, "MaxPostPreDataLengthExceeded", 400),
    "no boundary said": (b"x", "multipart/form-data", "MalformedPOST", 400),
    "another type": (b"{}", "application/json", "PreconditionFailed", 412),
}


@pytest.mark.parametrize(("body", "kind", "code", "status"), NO_FORMS.values(), ids=NO_FORMS)
def test_what_is_no_form_is_refused(s3, bucket, body, kind, code, status):
    url = f"{s3.meta.endpoint_url}/{bucket}"
    answer = requests.post(url, data=body, headers={"Content-Type": kind}, timeout=60)
    assert (answer.status_code, f"<Code>{code}" in answer.text) == (status, True)


def test_a_form_that_carries_no_file_is_told_so(s3, bucket):
    sent = s3.generate_presigned_post(bucket, "f")
    answer = requests.post(sent["url"], data=sent["fields"], timeout=60)
    assert answer.status_code == 412
    assert "must be of the enclosure-type multipart/form-data</Condition>" in answer.text


def test_only_a_new_object_says_how_it_is_encrypted(aws, s3, bucket):
    said = aws("s3", config=Config())
    named = {"Bucket": bucket, "Key": "a"}
    s3.put_object(**named)
    part = named | {"UploadId": s3.create_multipart_upload(**named)["UploadId"]}
    header = {"x-amz-server-side-encryption": "AES256"}
    said.meta.events.register(
        "before-call.s3", lambda params, **_: params["headers"].update(header)
    )
    said.put_object(**named)
    calls = {
        said.get_object: named,
        said.upload_part: part | {"PartNumber": 1},
        said.complete_multipart_upload: part | {"MultipartUpload": {"Parts": []}},
    }
    for call, asked in calls.items():
        with pytest.raises(ClientError, match="header is not supported for this operation"):
            call(**asked)


def test_a_presigned_put_carries_metadata(s3, bucket):
    put = {"Bucket": bucket, "Key": "a", "Metadata": {"m": "1"}}
    url = s3.generate_presigned_url("put_object", put)
    assert requests.put(url, data=b"x", timeout=60).status_code == 200
    assert s3.head_object(Bucket=bucket, Key="a")["Metadata"] == {"m": "1"}
    changed = url.replace("x-amz-meta-m=1", "x-amz-meta-m=2")
    assert requests.put(changed, data=b"x", timeout=60).status_code == 403


def test_answers_have_s3s_headers(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="a", Body=b"x")["ResponseMetadata"]["HTTPHeaders"]
    assert not {"content-type", "last-modified"} & put.keys()
    for call in (s3.get_object, s3.head_object, s3.get_object_tagging):
        told = call(Bucket=bucket, Key="a")["ResponseMetadata"]
        assert all((told["RequestId"], told["HostId"]))
        assert "x-amz-sdk-checksum-algorithm" not in told["HTTPHeaders"]
    assert s3.list_objects_v2(Bucket=bucket)["ResponseMetadata"]["HostId"]


HALVES = {  # version of the signature → what its address lacks, the refusal
    "s3": ("Signature", 403, "<Code>AccessDenied</Code><Message>Query-string"),
    "s3v4": ("X-Amz-Signature", 400, "<Code>AuthorizationQueryParametersError</Code>"),
}


@pytest.mark.parametrize(("version", "told"), HALVES.items(), ids=HALVES)
def test_an_address_that_is_signed_by_half(aws, bucket, version, told):
    signed = aws("s3", config=Config(signature_version=version))
    url = signed.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a"})
    lacking, status, said = told
    place, _, query = url.partition("?")
    half = "&".join(each for each in query.split("&") if each.partition("=")[0] != lacking)
    answer = requests.get(f"{place}?{half}", timeout=60)
    assert (answer.status_code, said in answer.text) == (status, True)


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_an_address_that_does_not_hold_is_told_why(aws, bucket, version):
    s3 = aws("s3", config=Config(signature_version=version))
    named = {"Bucket": bucket, "Key": "a"}
    url = s3.generate_presigned_url("get_object", named, ExpiresIn=0)
    ended, another = (call(url, timeout=60).text for call in (requests.get, requests.put))
    assert all(f"<{name}>2" in ended for name in ("Expires", "ServerTime"))
    assert all(f"<{name}>" in another for name in ("AWSAccessKeyId", "SignatureProvided"))
    what = "CanonicalRequest" if version else "StringToSign"
    assert (f"<{what}>PUT\n" in another, f"<{what}Bytes>50 55 54 0a" in another) == (True, True)


def test_a_header_that_is_not_signed_is_named(aws, bucket):
    s3 = aws("s3", config=Config(signature_version="s3v4"))
    named = {"Bucket": bucket, "Key": "a", "Metadata": {"m": "1"}}
    url = s3.generate_presigned_url("put_object", named)
    answer = requests.put(url, b"x", headers={"x-amz-meta-n": "1"}, timeout=60)
    told = "<HeadersNotSigned>x-amz-meta-n</HeadersNotSigned>"
    assert (answer.status_code, told in answer.text) == (403, True)


def test_what_signs_an_address_is_none_of_the_object(aws, s3, bucket):
    legacy = aws("s3", config=Config(signature_version="s3"))
    named = {"Bucket": bucket, "Key": "a"}
    assert requests.put(legacy.generate_presigned_url("put_object", named), b"x", timeout=60).ok
    told = s3.head_object(**named)
    assert "ExpiresString" not in told
    known = {"If-None-Match": told["ETag"]}
    url = legacy.generate_presigned_url("get_object", named)
    assert requests.get(url, headers=known, timeout=60).status_code == 304


def test_a_date_header_may_stand_for_the_other(aws, bucket):
    s3 = aws("s3", config=Config())  # its own, for it is changed

    def date(params, **_):
        params["headers"]["Date"] = "now"  # which the client's signer sets

    s3.meta.events.register("before-call.s3.PutObject", date)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert s3.head_object(Bucket=bucket, Key="a")["ContentLength"] == 1


def test_an_unsigned_request_is_refused(cloud, bucket):
    answer = requests.get(f"{cloud.endpoint}/{bucket}/a", timeout=60)
    assert (answer.status_code, "<Code>AccessDenied<" in answer.text) == (403, True)
    legacy = {"Authorization": "AWS AKIA:c2lnbmF0dXJl"}
    answer = requests.get(f"{cloud.endpoint}/{bucket}/a", headers=legacy, timeout=60)
    assert (answer.status_code, "Please use AWS4-HMAC-SHA256" in answer.text) == (400, True)


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


LISTED = ["a/1", "a/2", "b", "c d/ü+1", "c d/2", "e"]


@pytest.fixture(scope="module")
def listed(cloud):
    s3, name = cloud.client("s3"), "listed-objects"
    s3.create_bucket(Bucket=name)
    for key in LISTED:
        s3.put_object(Bucket=name, Key=key, Body=b"x")
    return name


WAYS = {  # call, what it asks of the next page by what of the last, and without a delimiter
    "v1": ("list_objects", {"Marker": "NextMarker"}),
    "v2": ("list_objects_v2", {"ContinuationToken": "NextContinuationToken"}),
    "versions": (
        "list_object_versions",
        {"KeyMarker": "NextKeyMarker", "VersionIdMarker": "NextVersionIdMarker"},
    ),
}


@pytest.mark.parametrize(("call", "names"), WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("most", [1, 2, 3, 4, 1000])
def test_pages_of_groups_and_keys(s3, listed, call, names, most):
    found, asked = [], {"Bucket": listed, "Delimiter": "/", "MaxKeys": most}
    while True:
        page = getattr(s3, call)(**asked)
        groups = [each["Prefix"] for each in page.get("CommonPrefixes", [])]
        keys = [each["Key"] for each in page.get("Contents", page.get("Versions", []))]
        assert len(groups + keys) <= most
        found.append(sorted(groups + keys))
        if not page["IsTruncated"]:
            break
        asked |= {name: page.get(told, "") for name, told in names.items()}
        asked = {k: v for k, v in asked.items() if v != ""}
    assert [name for names in found for name in names] == ["a/", "b", "c d/", "e"]
    assert [len(each) for each in found[:-1]] == [most] * (len(found) - 1)


def test_what_a_listing_tells_of_itself(s3, listed):
    first = s3.list_objects(Bucket=listed)
    assert (first["Marker"], first["Prefix"], "NextMarker" in first) == ("", "", False)
    assert [each["Key"] for each in first["Contents"]] == sorted(LISTED)
    second = s3.list_objects_v2(Bucket=listed, MaxKeys=2)
    token = second["NextContinuationToken"]
    third = s3.list_objects_v2(Bucket=listed, ContinuationToken=token, MaxKeys=9)
    assert (third["ContinuationToken"], third["KeyCount"], third["MaxKeys"]) == (token, 4, 9)
    assert "Owner" not in second["Contents"][0]
    assert s3.list_objects_v2(Bucket=listed, FetchOwner=True)["Contents"][0]["Owner"]["ID"]
    later = s3.list_objects_v2(Bucket=listed, StartAfter="b", Prefix="c", EncodingType="url")
    assert (later["StartAfter"], later["Prefix"]) == ("b", "c")
    assert [each["Key"] for each in later["Contents"]] == ["c%20d/2", "c%20d/%C3%BC%2B1"]
    empty = s3.list_objects_v2(Bucket=listed, MaxKeys=0)
    assert (empty["IsTruncated"], empty["KeyCount"]) == (False, 0)


NO_LISTING = {
    "token": ("list_objects_v2", {"ContinuationToken": "bm9uZQ=="}),
    "empty-token": ("list_objects_v2", {"ContinuationToken": ""}),
    "encoding": ("list_objects", {"EncodingType": "base64"}),
    "version-alone": ("list_object_versions", {"VersionIdMarker": "x"}),
}


@pytest.mark.parametrize(("call", "asked"), NO_LISTING.values(), ids=NO_LISTING)
def test_what_is_no_listing(s3, listed, call, asked):
    with pytest.raises(ClientError, match="InvalidArgument"):
        getattr(s3, call)(Bucket=listed, **asked)


GROUPED = {  # a listing, where it begins: within a common prefix → the first that it tells of
    "v1": ("list_objects", {"Marker": "a/1"}, "b"),
    "versions": ("list_object_versions", {"KeyMarker": "a/1"}, "b"),
    "v2": ("list_objects_v2", {"StartAfter": "a/1"}, "a/"),
}


@pytest.mark.parametrize(("call", "asked", "first"), GROUPED.values(), ids=GROUPED)
def test_a_marker_within_a_group(s3, listed, call, asked, first):
    page = getattr(s3, call)(Bucket=listed, Delimiter="/", MaxKeys=1, **asked)
    keys = [each["Key"] for each in page.get("Contents", page.get("Versions", []))]
    assert keys + [each["Prefix"] for each in page.get("CommonPrefixes", [])] == [first]


def test_pages_of_versions(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    made = [s3.put_object(Bucket=bucket, Key=key)["VersionId"] for key in "aabba"]
    mark = s3.delete_object(Bucket=bucket, Key="b")["VersionId"]
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 2}
    )
    found = []
    for page in pages:
        kinds = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        both = [(each["Key"], each["VersionId"], each["IsLatest"]) for each in kinds]
        found += sorted(both, key=lambda each: (each[0], not each[2]))
    assert found == [
        ("a", made[4], True), ("a", made[1], False), ("a", made[0], False),
        ("b", mark, True), ("b", made[3], False), ("b", made[2], False),
    ]  # fmt: skip
    last = s3.list_object_versions(Bucket=bucket, KeyMarker="a")
    assert {each["Key"] for each in last["Versions"]} == {"b"}


def test_pages_of_uploads(s3, bucket):
    keys = ["a", "a", "b", "in/1", "in/2"]
    made = [s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"] for key in keys]
    pages = s3.get_paginator("list_multipart_uploads").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 2}
    )
    found = [(each["Key"], each["UploadId"]) for page in pages for each in page["Uploads"]]
    assert found == list(zip(keys, made, strict=True))
    grouped = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/", Prefix="i")
    assert [each["Prefix"] for each in grouped["CommonPrefixes"]] == ["in/"]
    assert "Uploads" not in grouped
    whole = s3.list_multipart_uploads(Bucket=bucket)
    assert (whole["NextKeyMarker"], whole["NextUploadIdMarker"]) == (keys[-1], made[-1])
    with pytest.raises(ClientError, match="Invalid uploadId marker"):
        s3.list_multipart_uploads(Bucket=bucket, KeyMarker="a", UploadIdMarker=made[2])
