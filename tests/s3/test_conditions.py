"""Requests that depend on an object's state, and what a bucket's owner, place and pages are."""

import datetime
import socket
import urllib.parse

import pytest
from botocore.exceptions import ClientError

from tests.s3.conftest import code_of, refused

OTHER = '"0123456789abcdef0123456789abcdef"'
DAY = datetime.timedelta(days=1)
READS = {  # conditions, from the object's ETag and time → the status, else the object
    "its-etag": (lambda etag, at: {"IfMatch": etag}, None),
    "without-quotes": (lambda etag, at: {"IfMatch": etag.strip('"')}, None),
    "one-of-a-list": (lambda etag, at: {"IfMatch": f"{OTHER}, {etag}"}, None),
    "any": (lambda etag, at: {"IfMatch": "*"}, None),
    "another": (lambda etag, at: {"IfMatch": OTHER}, 412),
    "etag-over-time": (lambda etag, at: {"IfMatch": etag, "IfUnmodifiedSince": at - DAY}, None),
    "later": (lambda etag, at: {"IfUnmodifiedSince": at - DAY}, 412),
    "unmodified": (lambda etag, at: {"IfUnmodifiedSince": at}, None),
    "known": (lambda etag, at: {"IfNoneMatch": etag}, 304),
    "known-over-time": (lambda etag, at: {"IfNoneMatch": etag, "IfModifiedSince": at - DAY}, 304),
    "unknown": (lambda etag, at: {"IfNoneMatch": OTHER, "IfModifiedSince": at}, None),
    "same-second": (lambda etag, at: {"IfModifiedSince": at}, 304),
    "newer": (lambda etag, at: {"IfModifiedSince": at - DAY}, None),
    "to-come": (lambda etag, at: {"IfModifiedSince": at + DAY}, None),
}


def status_of(call, **asked):
    try:
        call(**asked)
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]
    return None


@pytest.fixture
def there(s3, bucket):
    """The address of an object, its ETag and its time."""
    named = {"Bucket": bucket, "Key": "a"}
    etag = s3.put_object(**named, Body=b"one")["ETag"]
    return named, etag, s3.head_object(**named)["LastModified"]


def test_reads_and_copies_that_depend_on_a_state(s3, there):
    named, etag, at = there
    source = {"Bucket": named["Bucket"], "Key": "c", "CopySource": named}
    reads, found = (s3.get_object, s3.head_object), {}
    for name, (conditions, _) in READS.items():
        asked = conditions(etag, at)
        copied = {f"CopySource{k}": v for k, v in asked.items()}
        found[name] = [status_of(read, **named, **asked) for read in reads]
        found[name].append(status_of(s3.copy_object, **source, **copied))
    assert found == {name: [s, s, s and 412] for name, (_, s) in READS.items()}


MISSING = ("NoSuchKey", 404)
FAILED = ("PreconditionFailed", 412)
WRITES = {  # the key, what is asked → the refusal
    "there": ("a", {"IfNoneMatch": "*"}, FAILED),
    "another": ("a", {"IfMatch": OTHER}, FAILED),
    "not-there": ("none", {"IfMatch": OTHER}, MISSING),
    "deleted": ("deleted", {"IfMatch": OTHER}, MISSING),
    "not-another": ("a", {"IfNoneMatch": OTHER}, ("NotImplemented", 501)),
    "any": ("a", {"IfMatch": "*"}, ("NotImplemented", 501)),
}


def whole(s3, bucket, key):
    """An upload in one part that is to be completed."""
    named = {"Bucket": bucket, "Key": key}
    upload = s3.create_multipart_upload(**named)["UploadId"]
    part = s3.upload_part(**named, UploadId=upload, PartNumber=1, Body=b"two")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
    return {**named, "UploadId": upload, "MultipartUpload": parts}


@pytest.mark.parametrize(("key", "asked", "code"), WRITES.values(), ids=WRITES)
def test_writes_that_depend_on_what_they_replace(s3, there, key, asked, code):
    bucket = there[0]["Bucket"]
    versioned = {"Bucket": bucket, "VersioningConfiguration": {"Status": "Enabled"}}
    s3.put_bucket_versioning(**versioned)
    s3.delete_object(Bucket=bucket, Key="deleted")
    target = {"Bucket": bucket, "Key": key} | asked
    assert code_of(s3.put_object, **target, Body=b"two") == code
    source = {"Bucket": bucket, "Key": "a"}
    if asked.get("IfNoneMatch") != OTHER:
        assert code_of(s3.complete_multipart_upload, **whole(s3, bucket, key) | asked) == code
        replaced = {"MetadataDirective": "REPLACE"}
        assert code_of(s3.copy_object, **target, CopySource=source, **replaced) == code
    assert s3.get_object(**source)["Body"].read() == b"one"
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_writes_and_deletions_in_their_turn(s3, there):
    named, etag, _ = there
    bucket = named["Bucket"]
    second = s3.put_object(**named, Body=b"two", IfMatch=etag)["ETag"]
    assert code_of(s3.delete_object, **named, IfMatch=etag) == FAILED
    several = [{"Key": "a", "ETag": etag}, {"Key": "none", "ETag": etag}, {"Key": "other"}]
    done = s3.delete_objects(Bucket=bucket, Delete={"Objects": several, "Quiet": True})
    errors = [(each["Key"], each["Code"]) for each in done["Errors"]]
    assert (errors, "Deleted" in done) == ([("a", FAILED[0]), ("none", MISSING[0])], False)
    s3.delete_object(**named, IfMatch=second)
    assert code_of(s3.delete_object, **named, IfMatch="*") == MISSING
    ended = whole(s3, bucket, "a")
    for _ in range(2):  # made again, it finds its own object
        s3.complete_multipart_upload(**ended, IfNoneMatch="*")
    again = [{"Key": "a", "ETag": s3.head_object(**named)["ETag"]}]
    assert "Errors" not in s3.delete_objects(Bucket=bucket, Delete={"Objects": again})
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_completion_after_another_change(s3, there):
    """A change since the upload was begun is a conflict, even one that left what is asked for."""
    named, etag, _ = there
    begun = whole(s3, **{k.lower(): v for k, v in named.items()})
    s3.put_object(**named, Body=b"one")
    conflict = ("ConditionalRequestConflict", 409)
    assert code_of(s3.complete_multipart_upload, **begun, IfMatch=OTHER) == FAILED
    assert code_of(s3.complete_multipart_upload, **begun, IfMatch=etag) == conflict
    s3.delete_object(**named)
    assert code_of(s3.complete_multipart_upload, **begun, IfMatch=etag) == MISSING
    assert code_of(s3.complete_multipart_upload, **begun, IfNoneMatch="*") == conflict
    s3.complete_multipart_upload(**begun)


def test_a_part_of_another_key_is_none_of_the_upload(s3, bucket):
    begun = whole(s3, bucket, "a")
    other = {"Bucket": bucket, "Key": "b", "UploadId": begun["UploadId"]}
    assert refused(s3.upload_part, **other, PartNumber=1, Body=b"z") == "NoSuchUpload"
    assert refused(s3.abort_multipart_upload, **other) == "NoSuchUpload"
    assert "VersionId" not in s3.complete_multipart_upload(**begun)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"two"


OWNERS = {"1": "InvalidBucketOwnerAWSAccountID", "111122223333": "AccessDenied"}


@pytest.mark.parametrize(("owner", "code"), OWNERS.items(), ids=OWNERS.values())
def test_another_owner_than_expected(s3, there, owner, code):
    named = there[0]
    expected = {"Bucket": named["Bucket"], "ExpectedBucketOwner": owner}
    assert refused(s3.list_objects_v2, **expected) == code
    assert refused(s3.put_object, **expected, Key="a", Body=b"two") == code
    copied = {"CopySource": named, "ExpectedSourceBucketOwner": owner}
    assert refused(s3.copy_object, Bucket=named["Bucket"], Key="b", **copied) == code
    assert refused(s3.head_bucket, **expected) == ("400" if owner == "1" else "403")


def test_the_accounts_buckets_in_pages(s3, aws, fresh):
    stem = fresh("page")
    names = [f"{stem}-{each}" for each in "abc"]
    for name in names:
        s3.create_bucket(Bucket=name)
    away = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=f"{stem}-d", CreateBucketConfiguration=away)
    pages = s3.get_paginator("list_buckets").paginate(
        Prefix=stem, BucketRegion="us-east-1", PaginationConfig={"PageSize": 2}
    )
    assert [[each["Name"] for each in page["Buckets"]] for page in pages] == [names[:2], names[2:]]
    assert refused(s3.list_buckets, MaxBuckets=20_000) == "InvalidArgument"
    assert refused(s3.list_buckets, BucketRegion="nowhere-1") == "InvalidArgument"
    nowhere = {"LocationConstraint": "nowhere-1"}
    made = {"Bucket": f"{stem}-e", "CreateBucketConfiguration": nowhere}
    assert refused(s3.create_bucket, **made) == "InvalidLocationConstraint"
    s3.create_bucket(**made | {"CreateBucketConfiguration": {}})
    regional = aws("s3", region_name="eu-west-1")
    assert refused(regional.create_bucket, **made) == "IllegalLocationConstraintException"


def test_a_delete_marker_is_not_read(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    marked = {"Bucket": bucket, "Key": "a"}
    marked["VersionId"] = s3.delete_object(**marked)["VersionId"]
    assert code_of(s3.get_object, **marked) == ("MethodNotAllowed", 405)
    for asked, allowed in ({"Bucket": bucket, "Key": "a"}, None), (marked, "DELETE"):
        for call in (s3.get_object, s3.head_object):
            with pytest.raises(ClientError) as found:
                call(**asked)
            headers = found.value.response["ResponseMetadata"]["HTTPHeaders"]
            told = [headers.get(f"x-amz-{name}") for name in ("delete-marker", "version-id")]
            assert (told, headers.get("allow")) == (["true", marked["VersionId"]], allowed)
    assert s3.delete_object(**marked)["DeleteMarker"]


KEPT = {  # what a deletion asks for → the refusal
    "time": ({"IfMatchLastModifiedTime": "2030-01-01"}, ("NotImplemented", 501)),
    "size": ({"IfMatchSize": 3}, ("NotImplemented", 501)),
    "bypass": ({"BypassGovernanceRetention": True}, ("InvalidArgument", 400)),
}


@pytest.mark.parametrize(("asked", "code"), KEPT.values(), ids=KEPT)
def test_a_deletion_that_is_refused_deletes_nothing(s3, there, asked, code):
    named = there[0]
    assert code_of(s3.delete_object, **named, **asked) == code
    assert s3.get_object(**named)["Body"].read() == b"one"


def test_a_list_to_delete_with_what_no_bucket_takes(s3, there):
    named = there[0]
    listed = {"Objects": [{"Key": "a", "Size": 3}]}
    (error,) = s3.delete_objects(Bucket=named["Bucket"], Delete=listed)["Errors"]
    assert (error["Key"], error["Code"]) == ("a", "NotImplemented")
    assert s3.get_object(**named)["Body"].read() == b"one"


def test_an_upload_is_not_aborted_by_when_it_began(s3, bucket):
    """Which only directory buckets know."""
    named = {"Bucket": bucket, "Key": "begun"}
    upload = named | {"UploadId": s3.create_multipart_upload(**named)["UploadId"]}
    asked = {"IfMatchInitiatedTime": "2020-01-01"}
    assert code_of(s3.abort_multipart_upload, **upload, **asked) == ("NotImplemented", 501)
    s3.abort_multipart_upload(**upload)


def test_what_is_told_of_versions(s3, bucket):
    versioned = {"Bucket": bucket, "VersioningConfiguration": {"Status": "Enabled"}}
    s3.put_bucket_versioning(**versioned)
    named = {"Bucket": bucket, "Key": "a"}
    first = s3.put_object(**named)["VersionId"]
    for call, more in (
        (s3.put_object_tagging, {"Tagging": {"TagSet": []}}),
        (s3.delete_object_tagging, {}),
    ):
        assert call(**named, **more)["VersionId"] == first
    marker = s3.delete_object(**named)["VersionId"]
    for version in ({}, {"VersionId": marker}):
        assert code_of(s3.get_object_tagging, **named, **version) == ("MethodNotAllowed", 405)
    copied = {"Bucket": bucket, "Key": "b", "CopySource": named | {"VersionId": marker}}
    assert code_of(s3.copy_object, **copied) == ("InvalidRequest", 400)
    s3.delete_object(**named, VersionId=first)
    with pytest.raises(ClientError) as found:
        s3.get_object(**named, VersionId=first)
    error = found.value.response["Error"]
    assert (error["Code"], error["Key"], error["VersionId"]) == ("NoSuchVersion", "a", first)
    listed = {"Objects": [{"Key": "a", "VersionId": marker}]}
    (deleted,) = s3.delete_objects(Bucket=bucket, Delete=listed)["Deleted"]
    assert deleted.pop("DeleteMarkerVersionId") == marker
    assert deleted == {"Key": "a", "VersionId": marker, "DeleteMarker": True}


def test_a_version_that_cannot_be_is_no_version(s3, bucket):
    named = {"Key": "a", "VersionId": "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD"}
    for call in (s3.get_object, s3.head_object, s3.delete_object):
        assert code_of(call, Bucket=bucket, **named)[1] == 400
    [told] = s3.delete_objects(Bucket=bucket, Delete={"Objects": [named]})["Errors"]
    assert told == {**named, "Code": "NoSuchVersion", "Message": told["Message"]}
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert s3.get_object(Bucket=bucket, Key="a", VersionId="null")["Body"].read() == b"x"
    assert s3.head_object(Bucket=bucket, Key="a", VersionId="null")["ContentLength"] == 1


def test_an_empty_object_is_its_headers_alone(s3, bucket):
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    asked = {"Bucket": bucket, "Key": "empty", "ResponseContentType": "text/x"}
    assert s3.head_object(**asked)["ContentType"] == "text/x"
    url = urllib.parse.urlsplit(s3.generate_presigned_url("get_object", asked))
    with socket.create_connection((url.hostname, url.port)) as connection:
        line = f"GET {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n"
        connection.sendall(line.encode())
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.partition(b"\r\n\r\n")[::2] == (answer.removesuffix(b"\r\n\r\n"), b"")


CHUNKS = {  # what a client sends before it hangs up → the object that it has made
    "whole": (b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", b"abcde"),
    "a-little-of-a-huge-one": (b"10000000\r\n" + b"a" * 2_000_000, None),
    "cut-short": (b"5\r\nab", None),
    "longer-than-told": (b"2\r\nabcde", None),
    "negative": (b"-5\r\nabcde", None),
    "no-number": (b"zz\r\n", None),
    "nothing": (b"", None),
}


@pytest.mark.parametrize(("sent", "made"), CHUNKS.values(), ids=CHUNKS)
def test_chunks_are_what_they_say_or_no_object(s3, bucket, sent, made):
    url = urllib.parse.urlsplit(
        s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "a"})
    )
    with socket.create_connection((url.hostname, url.port)) as connection:
        line = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\n"
        connection.sendall(f"{line}Transfer-Encoding: chunked\r\n\r\n".encode() + sent)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert (b"<Code>IncompleteBody</Code>" in answer) == (made is None)
    assert answer.startswith(b"HTTP/1.1 400" if made is None else b"HTTP/1.1 200")
    if made is None:
        assert code_of(s3.head_object, Bucket=bucket, Key="a")[1] == 404
    else:
        assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == made
