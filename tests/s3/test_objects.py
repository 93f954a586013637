"""S3 as clients know it: what goes in comes out, whole, in parts, in versions and in lists."""

import base64
import hashlib
import random
import re
import urllib.error
import urllib.request
import zlib

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from labkit.cloud.s3 import checksums
from tests.s3.conftest import code_of, refused

KEYS = [
    "plain", "a/b/c.csv", "with space", "a+b", "a%2Fb", "ünï/日本語.txt", "a&b=c?d#e", "quote'\"<>",
    "dots/../x", "trailing/", "//double", "emoji-😀", "back\\slash", "x" * 1024, "漢" * 341,
]  # fmt: skip


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_an_object_may_have_the_type_of_a_form(s3, bucket, kind):
    asked = {"Bucket": bucket, "Key": "sent", "ContentType": kind}
    url = s3.generate_presigned_url("put_object", asked)
    sent = urllib.request.Request(url, b"a=1&b", {"Content-Type": kind}, method="PUT")
    urllib.request.urlopen(sent, timeout=10).close()
    s3.put_object(Bucket=bucket, Key="signed", Body=b"a=1&b", ContentType=kind)
    for key in ("sent", "signed"):
        got = s3.get_object(Bucket=bucket, Key=key)
        assert (got["Body"].read(), got["ContentType"]) == (b"a=1&b", kind)


@pytest.mark.parametrize("key", ["health", "cloudformation/x"])
def test_a_bucket_that_is_called_as_the_servers_own_pages(s3, key):
    named = {"Bucket": "labkit", "Key": key}
    s3.create_bucket(Bucket="labkit")
    s3.put_object(**named, Body=b"mine")
    assert s3.get_object(**named)["Body"].read() == b"mine"


def test_a_header_of_letters_that_http_has_not(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a")
    asked = {"Bucket": bucket, "Key": "a", "ResponseContentDisposition": 'filename="漢"'}
    assert refused(s3.get_object, **asked) == "InvalidArgument"


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
def test_every_key_round_trips(s3, bucket, key):
    s3.put_object(
        Bucket=bucket, Key=key, Body=key.encode(), ContentType="text/x", Metadata={"m": "1"}
    )
    got = s3.get_object(Bucket=bucket, Key=key)
    assert got["Body"].read() == key.encode()
    assert (got["ContentType"], got["Metadata"]) == ("text/x", {"m": "1"})
    assert got["ETag"] == f'"{hashlib.md5(key.encode()).hexdigest()}"'
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == key.encode()
    s3.delete_object(Bucket=bucket, Key=key)
    assert code_of(s3.get_object, Bucket=bucket, Key=key) == ("NoSuchKey", 404)


TAGS = {  # a header of tags → the refusal
    "no name": ("=", "InvalidArgument"),
    "twice": ("a=1&a=2", "InvalidArgument"),
    "half an escape": ("a%", "InvalidArgument"),
    "no pair": ("TagSet=[{Key=a,Value=b}]", "InvalidArgument"),
    "name": ("a%5B=b", "InvalidTag"),
    "value": ("a=b!", "InvalidTag"),
}


@pytest.mark.parametrize(("tags", "code"), TAGS.values(), ids=TAGS)
def test_a_header_of_tags_that_cannot_be(s3, bucket, tags, code):
    assert code_of(s3.put_object, Bucket=bucket, Key="a", Tagging=tags) == (code, 400)


SOURCES = {"plus": "a+b", "blank": "a b", "quoted-blank": "a%20b", "quoted-plus": "a%2Bb"}


@pytest.mark.parametrize("written", SOURCES.values(), ids=SOURCES)
def test_a_plus_in_a_copys_source_is_a_blank(aws, bucket, written):
    s3 = aws("s3", config=Config())  # its own, for it is changed
    for key in ("a b", "a+b"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    header = {"x-amz-copy-source": f"{bucket}/{written}"}
    s3.meta.events.register_first(
        "before-call.s3.CopyObject", lambda params, **_: params["headers"].update(header)
    )
    s3.copy_object(Bucket=bucket, Key="copy", CopySource="boto3/quotes")
    expected = b"a+b" if written == "a%2Bb" else b"a b"
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == expected


RANGES = {
    "first": ("bytes=0-3", b"0123", "bytes 0-3/10"),
    "middle": ("bytes=4-6", b"456", "bytes 4-6/10"),
    "to-end": ("bytes=7-", b"789", "bytes 7-9/10"),
    "suffix": ("bytes=-3", b"789", "bytes 7-9/10"),
    "beyond": ("bytes=8-99", b"89", "bytes 8-9/10"),
    "long-suffix": ("bytes=-99", b"0123456789", "bytes 0-9/10"),
}


@pytest.mark.parametrize(("asked", "body", "said"), RANGES.values(), ids=RANGES)
def test_ranges(s3, bucket, asked, body, said):
    s3.put_object(Bucket=bucket, Key="a", Body=b"0123456789")
    got = s3.get_object(Bucket=bucket, Key="a", Range=asked)
    assert got["Body"].read() == body
    assert (got["ContentRange"], got["ContentLength"]) == (said, len(body))
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    head = s3.head_object(Bucket=bucket, Key="a", Range=asked)
    assert head["ContentLength"] == len(body)


def test_ranges_that_cannot_be(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"0123456789")
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    unsatisfiable = ("InvalidRange", 416)
    assert code_of(s3.get_object, Bucket=bucket, Key="a", Range="bytes=10-") == unsatisfiable
    assert code_of(s3.get_object, Bucket=bucket, Key="a", Range="bytes=-0") == unsatisfiable
    assert code_of(s3.get_object, Bucket=bucket, Key="empty", Range="bytes=0-") == unsatisfiable
    last = s3.get_object(Bucket=bucket, Key="empty", Range="bytes=-8")
    assert (last["ContentLength"], last.get("ContentRange")) == (0, None)
    with pytest.raises(ClientError) as beyond:
        s3.get_object(Bucket=bucket, Key="a", Range="bytes=10-")
    told = beyond.value.response["Error"]
    assert (told["RangeRequested"], told["ActualObjectSize"]) == ("bytes=10-", "10")
    whole = s3.get_object(Bucket=bucket, Key="a", Range="bytes=6-4")
    assert (whole["Body"].read(), whole["ResponseMetadata"]["HTTPStatusCode"]) == (
        b"0123456789",
        200,
    )


def test_conditions_of_a_get(s3, bucket):
    made = s3.put_object(Bucket=bucket, Key="a", Body=b"x")["ETag"]
    assert s3.get_object(Bucket=bucket, Key="a", IfMatch=made)["Body"].read() == b"x"
    assert code_of(s3.get_object, Bucket=bucket, Key="a", IfNoneMatch=made) == ("304", 304)
    assert code_of(s3.get_object, Bucket=bucket, Key="a", IfMatch='"other"') == (
        "PreconditionFailed",
        412,
    )
    modified = s3.head_object(Bucket=bucket, Key="a")["LastModified"]
    assert code_of(s3.head_object, Bucket=bucket, Key="a", IfModifiedSince=modified) == ("304", 304)


def test_conditions_of_a_put(s3, bucket):
    made = s3.put_object(Bucket=bucket, Key="a", Body=b"1", IfNoneMatch="*")["ETag"]
    failed = ("PreconditionFailed", 412)
    assert code_of(s3.put_object, Bucket=bucket, Key="a", Body=b"2", IfNoneMatch="*") == failed
    assert code_of(s3.put_object, Bucket=bucket, Key="a", Body=b"2", IfMatch='"x"') == failed
    s3.put_object(Bucket=bucket, Key="a", Body=b"3", IfMatch=made)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"3"


ALGORITHMS = {"CRC32": "ChecksumCRC32", "SHA1": "ChecksumSHA1", "SHA256": "ChecksumSHA256"}


@pytest.mark.parametrize(("name", "member"), ALGORITHMS.items(), ids=ALGORITHMS)
def test_checksums(s3, bucket, name, member):
    put = s3.put_object(Bucket=bucket, Key="a", Body=b"abc", ChecksumAlgorithm=name)
    got = s3.get_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert put[member] == got[member]
    assert got["Body"].read() == b"abc"
    wrong = base64.b64encode(bytes(len(base64.b64decode(put[member])))).decode()
    assert code_of(s3.put_object, Bucket=bucket, Key="a", Body=b"abc", **{member: wrong})[0] in (
        "BadDigest",
        "InvalidRequest",
    )


@pytest.mark.parametrize("size", [0, 1, 1024, 1025, 2047, 2048, 5000, 65_537])
@pytest.mark.parametrize("name", ["crc32c", "crc64nvme"])
def test_a_crc_is_the_same_at_once_and_byte_by_byte(name, size):
    content = random.Random(size).randbytes(size)
    each = (content[at : at + 1] for at in range(size))
    assert checksums.of(name, [content]) == checksums.of(name, each)


def test_a_wrong_digest_leaves_nothing(s3, bucket):
    digest = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    assert code_of(s3.put_object, Bucket=bucket, Key="a", Body=b"x", ContentMD5=digest) == (
        "BadDigest",
        400,
    )
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_another_body_than_was_signed_leaves_nothing(aws, bucket):
    s3 = aws("s3", config=Config(request_checksum_calculation="when_required"))

    def change(request, **_):
        request.body = b"x" * int(request.headers["Content-Length"])

    s3.meta.events.register("before-send.s3", change)
    mismatch = ("XAmzContentSHA256Mismatch", 400)
    assert code_of(s3.put_object, Bucket=bucket, Key="a", Body=b"meant") == mismatch
    policy = {"Bucket": bucket, "Policy": "{}"}
    assert code_of(s3.put_bucket_policy, **policy) == mismatch
    s3.meta.events.unregister("before-send.s3", change)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_the_default_checksum_of_boto3(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abc")
    got = s3.head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert got["ChecksumCRC32"] == base64.b64encode(zlib.crc32(b"abc").to_bytes(4, "big")).decode()


COPIES = {  # what encrypts the source and the copy → whether the copy's ETag is its MD5
    "to a key": ({}, {"ServerSideEncryption": "aws:kms"}, False),
    "from a key": ({"ServerSideEncryption": "aws:kms"}, {}, True),
    "from key to key": ({"ServerSideEncryption": "aws:kms"},) * 2 + (False,),
    "onto itself": ({"ServerSideEncryption": "aws:kms"}, {"Key": "a"}, True),
    "the same anew": ({}, {"Key": "a", "MetadataDirective": "REPLACE"}, True),
}


@pytest.mark.parametrize(("source", "copied", "is_md5"), COPIES.values(), ids=COPIES)
def test_a_copy_is_encrypted_and_its_etag_says_how(s3, bucket, source, copied, is_md5):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abc", **source)
    asked = {"Bucket": bucket, "Key": "b"} | copied
    told = s3.copy_object(**asked, CopySource=f"{bucket}/a")
    found = s3.head_object(Bucket=bucket, Key=asked["Key"])
    assert told["CopyObjectResult"]["ETag"] == found["ETag"]
    assert (found["ETag"] == f'"{hashlib.md5(b"abc").hexdigest()}"') is is_md5
    kind = copied.get("ServerSideEncryption", "AES256")
    assert (told["ServerSideEncryption"], found["ServerSideEncryption"]) == (kind, kind)


def test_a_copy_has_the_tags_of_its_source_alone(s3, bucket):
    for key in "ab":
        s3.put_object(Bucket=bucket, Key=key, Tagging=f"{key}=1")
    for more, tags in ({}, ["a"]), ({"TaggingDirective": "REPLACE"}, ["c"]):
        copied = {"Bucket": bucket, "Key": "b", "Tagging": "c=1", **more}
        s3.copy_object(**copied, CopySource=f"{bucket}/a")
        found = s3.get_object_tagging(Bucket=bucket, Key="b")["TagSet"]
        assert [tag["Key"] for tag in found] == tags


def test_a_large_object_without_a_checksum_is_not_read_for_one(aws, bucket):
    unchecked = aws("s3", config=Config(request_checksum_calculation="when_required"))
    unchecked.put_object(Bucket=bucket, Key="a", Body=bytes(9 << 20))
    got = unchecked.get_object(Bucket=bucket, Key="a", Range="bytes=5-7", ChecksumMode="ENABLED")
    assert got["Body"].read() == bytes(3)
    whole = unchecked.head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert [member for member in whole if member.startswith("Checksum")] == []


def test_a_multipart_upload(s3, bucket):
    big = bytes(range(256)) * 20480  # 5 MiB, the least of a part that is not the last
    upload = s3.create_multipart_upload(
        Bucket=bucket,
        Key="m",
        ContentType="text/x",
        Metadata={"a": "b"},
        StorageClass="STANDARD_IA",
    )["UploadId"]
    whole = {"Bucket": bucket, "Key": "m", "UploadId": upload}
    tags = {
        n: s3.upload_part(**whole, PartNumber=n, Body=b)["ETag"] for n, b in ((2, b"end"), (1, big))
    }
    listed = s3.list_parts(**whole)
    assert [part["PartNumber"] for part in listed["Parts"]] == [1, 2]
    assert listed["StorageClass"] == "STANDARD_IA"
    assert [u["UploadId"] for u in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    parts = [{"PartNumber": n, "ETag": tags[n]} for n in (1, 2)]
    done = s3.complete_multipart_upload(**whole, MultipartUpload={"Parts": parts})
    digest = hashlib.md5(hashlib.md5(big).digest() + hashlib.md5(b"end").digest()).hexdigest()
    assert done["ETag"] == f'"{digest}-2"'
    got = s3.get_object(Bucket=bucket, Key="m")
    assert got["Body"].read() == big + b"end"
    assert (got["ContentType"], got["Metadata"]) == ("text/x", {"a": "b"})
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_a_refused_completion_names_the_part(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    whole = {"Bucket": bucket, "Key": "m", "UploadId": upload}
    tags = [s3.upload_part(**whole, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)]
    listed = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    assert set(s3.list_parts(**whole)["Parts"][0]) == {"ETag", "LastModified", "PartNumber", "Size"}
    named = {"PartNumber": "1", "ETag": tags[0].strip('"')}
    refusals = [
        (listed, named | {"MinSizeAllowed": "5242880", "ProposedSize": "5"}),
        ([listed[1], listed[0]], {"UploadId": upload}),
        ([listed[0] | {"PartNumber": 3}], named | {"PartNumber": "3", "UploadId": upload}),
    ]
    for parts, told in refusals:
        with pytest.raises(ClientError) as caught:
            s3.complete_multipart_upload(**whole, MultipartUpload={"Parts": parts})
        error = caught.value.response["Error"]
        assert {k: v for k, v in error.items() if k not in ("Code", "Message")} == told
    done = [
        s3.complete_multipart_upload(**whole, MultipartUpload={"Parts": listed[:1]})
        for _ in range(2)
    ]
    assert [each.get("ChecksumCRC64NVME") for each in done] == [done[0]["ChecksumCRC64NVME"]] * 2
    assert "VersionId" not in done[1]


def test_multipart_refusals(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    whole = {"Bucket": bucket, "Key": "m", "UploadId": upload}
    tags = [s3.upload_part(**whole, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)]
    one, two = ({"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1))

    def complete(*parts):
        return code_of(
            s3.complete_multipart_upload, **whole, MultipartUpload={"Parts": list(parts)}
        )[0]

    assert complete(one, two) == "EntityTooSmall"
    assert complete(two, one) == "InvalidPartOrder"
    assert complete(one | {"ETag": '"nope"'}) == "InvalidPart"
    assert complete(one | {"PartNumber": 3}) == "InvalidPart"
    s3.abort_multipart_upload(**whole)
    assert code_of(s3.upload_part, **whole, PartNumber=1, Body=b"x") == ("NoSuchUpload", 404)
    assert code_of(s3.list_parts, **whole) == ("NoSuchUpload", 404)
    assert complete(one) == "NoSuchUpload"


def test_parts_copied_from_an_object(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"0123456789")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    whole = {"Bucket": bucket, "Key": "m", "UploadId": upload}
    part = s3.upload_part_copy(
        **whole,
        PartNumber=1,
        CopySource={"Bucket": bucket, "Key": "a"},
        CopySourceRange="bytes=2-5",
    )["CopyPartResult"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    for missing, code in ((f"{bucket}/b", "NoSuchKey"), (f"{bucket}-none/a", "NoSuchBucket")):
        asked = whole | {"PartNumber": 2, "CopySource": missing}
        assert code_of(s3.upload_part_copy, **asked) == (code, 404)
    s3.complete_multipart_upload(**whole, MultipartUpload=parts)
    assert s3.get_object(Bucket=bucket, Key="m")["Body"].read() == b"2345"


def test_a_copied_part_tells_its_checksum(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"123456789")
    begun = s3.create_multipart_upload(Bucket=bucket, Key="m", ChecksumAlgorithm="CRC32C")
    whole = {"Bucket": bucket, "Key": "m", "UploadId": begun["UploadId"]}
    source = {"Bucket": bucket, "Key": "a"}
    part = s3.upload_part_copy(**whole, PartNumber=1, CopySource=source)["CopyPartResult"]
    assert part["ChecksumCRC32C"] == "4waSgw=="
    named = {"PartNumber": 1, "ETag": part["ETag"], "ChecksumCRC32C": part["ChecksumCRC32C"]}
    done = s3.complete_multipart_upload(**whole, MultipartUpload={"Parts": [named]})
    assert done["ChecksumCRC32C"].endswith("-1")


def test_versions(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    one, two = (s3.put_object(Bucket=bucket, Key="a", Body=b)["VersionId"] for b in (b"1", b"2"))
    assert s3.get_object(Bucket=bucket, Key="a")["VersionId"] == two
    assert s3.get_object(Bucket=bucket, Key="a", VersionId=one)["Body"].read() == b"1"
    marker = s3.delete_object(Bucket=bucket, Key="a")
    assert marker["DeleteMarker"] is True
    assert code_of(s3.get_object, Bucket=bucket, Key="a") == ("NoSuchKey", 404)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    listed = s3.list_object_versions(Bucket=bucket)
    assert [(v["VersionId"], v["IsLatest"]) for v in listed["Versions"]] == [
        (two, False),
        (one, False),
    ]
    assert listed["DeleteMarkers"][0]["IsLatest"] is True
    s3.delete_object(Bucket=bucket, Key="a", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"2"
    s3.delete_object(Bucket=bucket, Key="a", VersionId=two)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"


def test_markers_are_listed_among_the_versions(aws, bucket):
    s3, seen = aws("s3", config=Config()), []  # its own, for it is changed
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in "ab":
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
        s3.delete_object(Bucket=bucket, Key=key)
    s3.put_object(Bucket=bucket, Key="b", Body=b"")

    def look(response_dict, **_):
        seen.append(response_dict["body"])

    s3.meta.events.register("before-parse.s3", look)
    s3.list_object_versions(Bucket=bucket)
    found = re.findall(rb"<(Version|DeleteMarker)>.*?<Key>(.)", seen[0])
    order = [kind[:1] + key for kind, key in found]
    assert order == [b"Da", b"Va", b"Vb", b"Db", b"Vb"]


def test_lists_of_more_than_a_thousand(s3, bucket):
    from concurrent.futures import ThreadPoolExecutor

    keys = [f"d{n % 3}/{n:05}" for n in range(1005)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda key: s3.put_object(Bucket=bucket, Key=key, Body=b""), keys))
    first = s3.list_objects_v2(Bucket=bucket)
    assert (first["KeyCount"], first["IsTruncated"]) == (1000, True)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    assert [o["Key"] for page in pages for o in page["Contents"]] == sorted(keys)
    folders = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [p["Prefix"] for p in folders["CommonPrefixes"]] == ["d0/", "d1/", "d2/"]
    assert "Contents" not in folders
    after = s3.list_objects_v2(Bucket=bucket, StartAfter="d2/01000", MaxKeys=2)
    assert [o["Key"] for o in after["Contents"]] == ["d2/01001", "d2/01004"]
    token = first["NextContinuationToken"]
    rest = s3.list_objects_v2(Bucket=bucket, StartAfter="x", ContinuationToken=token)
    assert ("StartAfter" in rest, rest["KeyCount"]) == (False, 5)
    old = s3.list_objects(Bucket=bucket, Prefix="d1/", MaxKeys=2)
    assert (len(old["Contents"]), old["IsTruncated"]) == (2, True)
    while found := s3.list_objects_v2(Bucket=bucket).get("Contents"):
        s3.delete_objects(
            Bucket=bucket, Delete={"Objects": [{"Key": o["Key"]} for o in found], "Quiet": True}
        )
    s3.delete_bucket(Bucket=bucket)


def test_presigned_urls(s3, bucket, aws):
    for config in (None, Config(signature_version="s3v4")):
        client = aws("s3", config=config) if config else s3
        put = client.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "ü a"})
        request = urllib.request.Request(put, data=b"content", method="PUT")
        request.add_header("Content-Type", "")
        assert urllib.request.urlopen(request).status == 200
        get = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "ü a"})
        assert urllib.request.urlopen(get).read() == b"content"
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(get.replace("%20a", "%20b"))
        assert caught.value.code == 403
        caught.value.close()


def test_tags_and_copies_with_new_metadata(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"x", Tagging="k=v", Metadata={"old": "1"})
    assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == [{"Key": "k", "Value": "v"}]
    s3.copy_object(
        Bucket=bucket,
        Key="b",
        CopySource={"Bucket": bucket, "Key": "a"},
        MetadataDirective="REPLACE",
        Metadata={"new": "2"},
        ContentType="text/csv",
    )
    head = s3.head_object(Bucket=bucket, Key="b")
    assert (head["Metadata"], head["ContentType"]) == ({"new": "2"}, "text/csv")
    name = "attachment; filename=5小時à.jpg;"
    s3.put_object(Bucket=bucket, Key="c", ContentDisposition=name)
    sent = s3.head_object(Bucket=bucket, Key="c")["ContentDisposition"]
    assert sent.encode("latin-1").decode() == name
    assert s3.get_object_tagging(Bucket=bucket, Key="b")["TagSet"] == [{"Key": "k", "Value": "v"}]


MISSING = {
    "get": ("get_object", {"Bucket": "no-such-bucket-x", "Key": "a"}, "NoSuchBucket"),
    "put": ("put_object", {"Bucket": "no-such-bucket-x", "Key": "a", "Body": b"x"}, "NoSuchBucket"),
    "list": ("list_objects_v2", {"Bucket": "no-such-bucket-x"}, "NoSuchBucket"),
    "begin": (
        "create_multipart_upload",
        {"Bucket": "no-such-bucket-x", "Key": "a"},
        "NoSuchBucket",
    ),
    "head": ("head_object", {"Bucket": "no-such-bucket-x", "Key": "a"}, "404"),
    "payer": (
        "put_bucket_request_payment",
        {"Bucket": "no-such-bucket-x", "RequestPaymentConfiguration": {"Payer": "Requester"}},
        "NoSuchBucket",
    ),
    "metrics": (
        "put_bucket_metrics_configuration",
        {"Bucket": "no-such-bucket-x", "Id": "a", "MetricsConfiguration": {"Id": "a"}},
        "NoSuchBucket",
    ),
    "versioning": (
        "put_bucket_versioning",
        {"Bucket": "no-such-bucket-x", "VersioningConfiguration": {"Status": "Enabled"}},
        "NoSuchBucket",
    ),
}


@pytest.mark.parametrize(("name", "parameters", "code"), MISSING.values(), ids=MISSING)
def test_a_missing_bucket(s3, name, parameters, code):
    assert code_of(getattr(s3, name), **parameters) == (code, 404)


def test_a_bucket_with_objects_stays(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert code_of(s3.delete_bucket, Bucket=bucket) == ("BucketNotEmpty", 409)
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_bucket(Bucket=bucket)
    assert code_of(s3.head_bucket, Bucket=bucket) == ("404", 404)


def test_a_client_with_a_wrong_secret(cloud, bucket):
    import boto3

    session = boto3.Session(cloud.access_key, "wrong", region_name=cloud.region)
    client = session.client("s3", endpoint_url=cloud.endpoint)
    assert code_of(client.list_objects_v2, Bucket=bucket) == ("SignatureDoesNotMatch", 403)
    assert code_of(client.put_object, Bucket=bucket, Key="a", Body=b"x" * 100_000) == (
        "SignatureDoesNotMatch",
        403,
    )


BROUGHT = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
NO_WRITES = {
    "tags": ("put_object", {"Tagging": "a=1,b=2"}, "InvalidArgument"),
    "tag": ("put_object", {"Tagging": "aws:a=1"}, "InvalidTag"),
    "both": (
        "put_object_acl",
        {"ACL": "private", "GrantRead": f'id="{"a" * 64}"'},
        "InvalidRequest",
    ),
    "offset": ("put_object", {"WriteOffsetBytes": 1}, "NotImplemented"),
    "class": ("create_multipart_upload", {"StorageClass": "COLD"}, "InvalidStorageClass"),
    "acl": ("put_object", {"ACL": "all"}, "InvalidArgument"),
    "metadata": ("copy_object", {"MetadataDirective": "MERGE"}, "InvalidArgument"),
    "tagging": ("copy_object", {"TaggingDirective": "MERGE"}, "InvalidArgument"),
    "source": ("copy_object", {"CopySource": "none"}, "InvalidArgument"),
    "retention": ("put_object_retention", {"Key": "nosuch", "Retention": {}}, "NoSuchKey"),
    "a checksum that is not computed": (
        "put_object",
        {"ChecksumXXHASH3": "AA=="},
        "InvalidRequest",
    ),
    "own key, written": ("put_object", BROUGHT, "InvalidRequest"),
    "own key, read": ("get_object", BROUGHT, "InvalidRequest"),
}


@pytest.mark.parametrize(("call", "asked", "code"), NO_WRITES.values(), ids=NO_WRITES)
def test_what_is_refused_leaves_the_object_as_it_is(s3, bucket, call, asked, code):
    named = {"Bucket": bucket, "Key": "a"}
    s3.put_object(**named, Body=b"one")
    source = {"CopySource": f"{bucket}/a"} if call == "copy_object" else {}
    assert refused(getattr(s3, call), **named | source | asked) == code
    assert s3.get_object(**named)["Body"].read() == b"one"


def test_the_tags_of_an_archived_object(s3, bucket):
    named = {"Bucket": bucket, "Key": "a"}
    s3.put_object(**named, StorageClass="GLACIER", Tagging="a=b")
    assert s3.get_object_tagging(**named)["TagSet"] == [{"Key": "a", "Value": "b"}]
    copied = {"Bucket": bucket, "Key": "b", "CopySource": named}
    assert refused(s3.copy_object, **copied) == "ObjectNotInActiveTierError"


def test_a_copy_redirects_nobody(s3, bucket):
    named = {"Bucket": bucket, "Key": "a"}
    s3.put_object(**named, WebsiteRedirectLocation="/x")
    s3.copy_object(Bucket=bucket, Key="b", CopySource=named)
    assert s3.head_object(**named)["WebsiteRedirectLocation"] == "/x"
    assert "WebsiteRedirectLocation" not in s3.head_object(Bucket=bucket, Key="b")


def test_a_presigned_address_takes_no_other_headers(aws, s3, bucket):
    signed = aws("s3", config=Config(signature_version="s3v4"))
    named = {"Bucket": bucket, "Key": "a"}
    url = signed.generate_presigned_url("put_object", named)
    assert urllib.request.urlopen(urllib.request.Request(url, b"x", method="PUT")).status == 200
    more = {"x-amz-meta-a": "b"}
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(url, b"y", more, method="PUT"))
    assert b"<HeadersNotSigned>x-amz-meta-a<" in caught.value.read()
    caught.value.close()
    assert s3.get_object(**named)["Body"].read() == b"x"


SUMS = {  # what an upload is begun with, what its completion says of the whole → the refusal
    "not of each part": ({"ChecksumAlgorithm": "SHA256"}, {}, "InvalidRequest"),
    "of another type": (
        {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"},
        {"ChecksumType": "COMPOSITE"},
        "InvalidRequest",
    ),
    "another": (
        {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"},
        {"ChecksumCRC32": "AAAAAA=="},
        "BadDigest",
    ),
}


@pytest.mark.parametrize(("begun", "said", "code"), SUMS.values(), ids=SUMS)
def test_the_checksum_of_a_whole(s3, bucket, begun, said, code):
    named = {"Bucket": bucket, "Key": "m"}
    whole = named | {"UploadId": s3.create_multipart_upload(**named, **begun)["UploadId"]}
    sent = {"PartNumber": 1, "Body": b"x", "ChecksumAlgorithm": begun["ChecksumAlgorithm"]}
    listed = [{"PartNumber": 1, "ETag": s3.upload_part(**whole, **sent)["ETag"]}]
    completed = whole | said | {"MultipartUpload": {"Parts": listed}}
    assert refused(s3.complete_multipart_upload, **completed) == code
    assert refused(s3.head_object, **named) == "404"


ENCODINGS = {"gzip": "gzip", "deflate, gzip": "deflate, gzip", "aws-chunked, gzip": "gzip"}


@pytest.mark.parametrize(("said", "told"), ENCODINGS.items(), ids=ENCODINGS)
def test_an_objects_encoding_is_told_as_it_was_said(s3, bucket, said, told):
    s3.put_object(Bucket=bucket, Key="a", ContentEncoding=said)
    assert s3.head_object(Bucket=bucket, Key="a")["ContentEncoding"] == told
