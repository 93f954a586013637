"""Uploads in parts that come out of order, twice, of odd sizes or damaged: the whole is right."""

import hashlib
import http.client
import os
import urllib.parse

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

MB = 1 << 20


@pytest.fixture
def upload(s3, bucket):
    begun = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    return {"Bucket": bucket, "Key": "m", "UploadId": begun}


@pytest.fixture
def lying(cloud):
    """``lying("parts")``: the names of the files in a folder of bodies."""
    return lambda part: {p.name for p in (cloud.home / "s3" / part).rglob("*") if p.is_file()}


def content(number, size):
    """Bytes that no other number has, nor any other place in a part."""
    words = (f"{number}:{at:08}".encode().ljust(16, b".") for at in range(size // 16 + 1))
    return b"".join(words)[:size]


# What is sent in which order, as number and size, and the numbers that the upload is completed of.
SENT = {
    "in order": ([(1, 5 * MB), (2, 5 * MB), (3, 7)], [1, 2, 3]),
    "the last first": ([(3, 7), (2, 5 * MB), (1, 5 * MB)], [1, 2, 3]),
    "the middle first": ([(2, 5 * MB), (3, 7), (1, 5 * MB)], [1, 2, 3]),
    "a large last first": ([(2, 5 * MB), (1, 6 * MB)], [1, 2]),
    "the first small": ([(1, 7)], [1]),
    "growing": ([(1, 5 * MB), (2, 6 * MB), (3, 7 * MB)], [1, 2, 3]),
    "shrinking": ([(1, 7 * MB), (2, 6 * MB), (3, 5 * MB)], [1, 2, 3]),
    "a part sent twice": ([(1, 5 * MB), (2, 9), (1, 5 * MB), (2, 3)], [1, 2]),
    "numbers with gaps": ([(4, 5 * MB), (9, 5 * MB), (10_000, 1)], [4, 9, 10_000]),
    "the last left out": ([(1, 5 * MB), (2, 5 * MB), (3, 7)], [1, 2]),
    "the first left out": ([(1, 5 * MB), (2, 5 * MB), (3, 7)], [2, 3]),
    "an empty last": ([(1, 5 * MB), (2, 0)], [1, 2]),
    "only the tenth": ([(10, 5 * MB)], [10]),
}


@pytest.mark.parametrize(("sent", "named"), SENT.values(), ids=SENT)
def test_the_whole_is_what_was_named(s3, bucket, upload, lying, sent, named):
    before, tags, bodies = lying("parts"), {}, {}
    for turn, (number, size) in enumerate(sent):
        body = content(f"{turn}/{number}", size)
        tags[number] = s3.upload_part(**upload, PartNumber=number, Body=body)["ETag"]
        bodies[number] = body
    listed = {p["PartNumber"]: p["Size"] for p in s3.list_parts(**upload)["Parts"]}
    assert listed == {n: len(b) for n, b in bodies.items()}
    parts = [{"PartNumber": n, "ETag": tags[n]} for n in named]
    size = sum(len(bodies[number]) for number in named)
    asked = upload | {"MultipartUpload": {"Parts": parts}}
    with pytest.raises(ClientError, match="InvalidRequest"):
        s3.complete_multipart_upload(**asked, MpuObjectSize=size + 1)
    done = s3.complete_multipart_upload(**asked, MpuObjectSize=size)
    digests = b"".join(hashlib.md5(bodies[n]).digest() for n in named)
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-{len(named)}"'
    assert s3.get_object(Bucket=bucket, Key="m")["Body"].read() == b"".join(
        bodies[n] for n in named
    )
    for at, number in enumerate(named, 1):
        one = s3.get_object(Bucket=bucket, Key="m", PartNumber=at)["Body"].read()
        assert one == bodies[number]
    assert lying("parts") == before


@pytest.mark.parametrize("number", [-1, 0, 10_001])
def test_what_is_no_number_of_a_part(s3, bucket, upload, number):
    with pytest.raises(ClientError, match="must be an integer between 1 and 10000, inclusive"):
        s3.upload_part(**upload, PartNumber=number, Body=b"x")
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")  # and all else goes on


def test_a_damaged_part_is_sent_again(s3, bucket, upload):
    first, second = content(1, 5 * MB), content(2, 100)
    wrong = {"ContentMD5": "AAAAAAAAAAAAAAAAAAAAAA=="}
    with pytest.raises(ClientError, match="BadDigest"):
        s3.upload_part(**upload, PartNumber=1, Body=content(0, 5 * MB), **wrong)
    tags = [
        s3.upload_part(**upload, PartNumber=n, Body=b)["ETag"] for n, b in ((1, first), (2, second))
    ]
    with pytest.raises(ClientError, match="BadDigest"):
        s3.upload_part(**upload, PartNumber=1, Body=content(9, 5 * MB), **wrong)
    parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=bucket, Key="m")["Body"].read() == first + second


def test_an_upload_that_is_given_up_leaves_nothing(s3, upload, lying):
    before = lying("parts")
    for number in (2, 1, 2):
        s3.upload_part(**upload, PartNumber=number, Body=content(number, 5 * MB))
    assert lying("parts") > before
    s3.abort_multipart_upload(**upload)
    assert lying("parts") == before


def test_many_parts_at_once(s3, bucket, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(os.urandom(61 * MB + 5))
    config = TransferConfig(multipart_threshold=MB, multipart_chunksize=5 * MB, max_concurrency=8)
    s3.upload_file(str(source), bucket, "many", Config=config)
    s3.download_file(bucket, "many", str(tmp_path / "target"), Config=config)
    assert (tmp_path / "target").read_bytes() == source.read_bytes()


def test_a_part_on_its_way_does_not_reach_what_is_complete(cloud, s3, bucket, upload):
    """Half of a second part has arrived when the first alone is made the object."""
    first, second = content(1, 5 * MB), content(2, 5 * MB)
    tag = s3.upload_part(**upload, PartNumber=1, Body=first)["ETag"]
    late = _begin(cloud, s3, upload, len(second))
    late.send(second[: 3 * MB])
    parts = {"Parts": [{"PartNumber": 1, "ETag": tag}]}
    s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    late.send(second[3 * MB :])
    answer = late.getresponse()
    assert answer.status == 404
    assert b"<Code>NoSuchUpload</Code>" in answer.read()
    late.close()
    assert s3.get_object(Bucket=bucket, Key="m")["Body"].read() == first


def _begin(cloud, s3, upload, length):
    """A connection on which the head of an UploadPart has been sent, and nothing of its body."""
    url = s3.generate_presigned_url("upload_part", {**upload, "PartNumber": 2})
    address = urllib.parse.urlsplit(url)
    client = http.client.HTTPConnection(address.hostname, address.port)
    client.putrequest("PUT", f"{address.path}?{address.query}", skip_accept_encoding=True)
    client.putheader("Content-Length", str(length))
    client.endheaders()
    return client


@pytest.mark.parametrize("told", [4, 6, 5_000_000], ids=["longer", "shorter", "far shorter"])
def test_a_stream_of_another_length_than_was_told(cloud, s3, bucket, told):
    """The content is five bytes; ``x-amz-decoded-content-length`` says something else."""
    s3.put_object(Bucket=bucket, Key="a", Body=b"before")
    status, code, body = _stream(cloud, f"/{bucket}/a", told)
    assert (status, code) == (400, b"IncompleteBody")
    numbers = {"Expected": told, "Provided": 5}
    assert all(f"<NumberBytes{name}>{n}<".encode() in body for name, n in numbers.items())
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"before"
    assert _stream(cloud, f"/{bucket}/a", 5)[0] == 200
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"abcde"


def _stream(cloud, path, told):
    """Status, error and answer of a PUT in ``aws-chunked`` encoding."""
    headers = {"x-amz-decoded-content-length": str(told), "Content-Encoding": "aws-chunked"}
    body = b"5\r\nabcde\r\n0\r\n\r\n"
    request = AWSRequest("PUT", cloud.endpoint + path, headers=headers, data=body)
    request.context["checksum"] = {"request_algorithm": {"in": "trailer"}}
    signer = S3SigV4Auth(Credentials(cloud.access_key, cloud.secret_key), "s3", cloud.region)
    signer.add_auth(request)
    client = http.client.HTTPConnection(urllib.parse.urlsplit(cloud.endpoint).netloc)
    client.request("PUT", path, body, dict(request.headers))
    answer = client.getresponse()
    found = answer.read()
    client.close()
    code = found.partition(b"<Code>")[2].partition(b"</Code>")[0]
    return answer.status, code, found
