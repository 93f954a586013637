"""What a client says of a body holds, or the body is refused: digests, lengths and trailers."""

import base64
import datetime
import hashlib
import urllib.error
import urllib.request
import zlib

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest

BODY = b"abc"
SHA = hashlib.sha256(BODY).hexdigest()
OTHER_MD5 = base64.b64encode(hashlib.md5(b"other").digest()).decode()
CRC = base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode()
TRAILER = f"x-amz-checksum-crc32:{CRC}\r\n".encode()
UNSIGNED, CHUNKS = "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
LIST = b"<Delete><Object><Key>kept</Key></Object></Delete>"
LIST_CRC = base64.b64encode(zlib.crc32(LIST).to_bytes(4, "big")).decode()


def answer(s3, method, path, body, headers, auth=SigV4Auth, region="us-east-1"):
    """The status and the error code that a signed request is answered with."""
    request = AWSRequest(method, f"{s3.meta.endpoint_url}/{path}", dict(headers))
    request.data = body if auth is SigV4Auth else None
    auth(s3._request_signer._credentials, "s3", region).add_auth(request)
    sent = urllib.request.Request(request.url, body, dict(request.headers), method=method)
    try:
        with urllib.request.urlopen(sent) as told:
            return told.status, None
    except urllib.error.HTTPError as error:
        with error:
            code = error.read().partition(b"<Code>")[2].partition(b"<")[0].decode()
            return error.code, code or error.reason


def declared(name):
    return {"x-amz-sdk-checksum-algorithm": name}


PUTS = {  # its SHA-256 header, other headers, body → the refusal
    "no SHA-256": (None, {}, BODY, "InvalidRequest"),
    "none of a SHA-256": ("nonsense", {}, BODY, "InvalidArgument"),
    "its SHA-256 in capitals": (SHA.upper(), {}, BODY, None),
    "a checksum that is told and not sent": (UNSIGNED, declared("CRC32"), BODY, "InvalidRequest"),
    "a checksum of another kind than told": (
        UNSIGNED,
        declared("SHA1") | {"x-amz-checksum-crc32": CRC},
        BODY,
        "InvalidRequest",
    ),
    "a checksum with bits left over": (
        UNSIGNED,
        {"x-amz-checksum-crc32": "NSRBwh=="},
        BODY,
        "InvalidRequest",
    ),
    "whole": (CHUNKS, {"x-amz-trailer": "x-amz-checksum-crc32,"}, b"3\r\nabc\r\n0\r\n" + TRAILER,
              None),
    "no last chunk": (CHUNKS, {}, b"3\r\nabc\r\n", "IncompleteBody"),
    "no end of a line": (CHUNKS, {}, b"3\nabc\n0\n\n", "IncompleteBody"),
    "no number": (CHUNKS, {}, b"nonsense", "IncompleteBody"),
    "no trailer": (CHUNKS, {"x-amz-trailer": "x-amz-checksum-crc32"}, b"3\r\nabc\r\n0\r\n\r\n",
                   "MalformedTrailerError"),
    "another trailer": (CHUNKS, {"x-amz-trailer": "x-amz-checksum-crc32c"},
                        b"3\r\nabc\r\n0\r\n" + TRAILER, "MalformedTrailerError"),
    "a trailer of no checksum": (CHUNKS, {"x-amz-trailer": "a"}, b"3\r\nabc\r\n0\r\na:b\r\n",
                                 "InvalidRequest"),
    "a trailer of a whole body": (UNSIGNED, {"x-amz-trailer": "x-amz-checksum-crc32"}, BODY,
                                  "MalformedTrailerError"),
    "a checksum in two places": (
        UNSIGNED,
        {"x-amz-trailer": "x-amz-checksum-crc32", "x-amz-checksum-crc32": CRC},
        BODY,
        "InvalidRequest",
    ),
    "no signature of a chunk": (SIGNED, {}, b"3\r\nabc\r\n0\r\n\r\n", "IncompleteBody"),
}  # fmt: skip


@pytest.mark.parametrize(("sha", "more", "body", "code"), PUTS.values(), ids=PUTS)
def test_an_object_is_what_its_client_says_or_none(s3, bucket, sha, more, body, code):
    headers = more | ({"x-amz-content-sha256": sha} if sha else {})
    if sha in (CHUNKS, SIGNED):
        headers |= {"content-encoding": "aws-chunked", "x-amz-decoded-content-length": "3"}
    told = answer(s3, "PUT", f"{bucket}/a", body, headers)
    assert told == ((400, code) if code else (200, None))
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == (0 if code else 1)


def chained(s3, path, trailer):
    """A PUT of three chunks, each signed: the request, and each chunk's line, content and end."""
    sha = SIGNED + ("-TRAILER" if trailer else "")
    headers = {"content-encoding": "aws-chunked", "x-amz-decoded-content-length": "6"}
    headers |= {"x-amz-trailer": "x-amz-checksum-crc32"} if trailer else {}
    headers |= {"x-amz-content-sha256": sha}
    request = AWSRequest("PUT", f"{s3.meta.endpoint_url}/{path}", headers)
    auth = SigV4Auth(s3._request_signer._credentials, "s3", "us-east-1")
    auth.add_auth(request)
    last = request.headers["Authorization"].rpartition("=")[2]

    def sign(kind, *texts):
        nonlocal last
        scope = (f"AWS4-HMAC-SHA256-{kind}", request.context["timestamp"])
        digests = (hashlib.sha256(text).hexdigest() for text in texts)
        told = (*scope, auth.credential_scope(request), last, *digests)
        last = auth.signature("\n".join(told), request)
        return last.encode()

    signed = ((b"%x" % len(c), sign("PAYLOAD", b"", c), c) for c in (BODY, b"def", b""))
    lines = [b"%s;chunk-signature=%s\r\n%s" % each for each in signed]
    body = b"\r\n".join(lines)
    if trailer:
        body += trailer.replace(b"\n", b"\r\n")
        body += b"x-amz-trailer-signature:%s\r\n" % sign("TRAILER", trailer)
    return request, body + b"\r\n"


WHOLE_CRC = base64.b64encode(zlib.crc32(b"abcdef").to_bytes(4, "big"))
TRAILING = b"x-amz-checksum-crc32:%s\n" % WHOLE_CRC
CHAINS = {  # what trails the chunks, what of them is changed on the way → whether they are taken
    "whole": (b"", lambda body: body, True),
    "another chunk": (b"", lambda body: body.replace(b"abc", b"abd"), False),
    "another last chunk": (b"", lambda body: body[:-20] + b"0" * 16 + body[-4:], False),
    "with a trailer": (TRAILING, lambda body: body, True),
    "another trailer": (TRAILING, lambda body: body.replace(WHOLE_CRC, CRC.encode()), False),
    "an unsigned trailer": (TRAILING, lambda body: body.partition(b"x-amz-trailer-")[0], False),
}


@pytest.mark.parametrize(("trailer", "change", "taken"), CHAINS.values(), ids=CHAINS)
@pytest.mark.parametrize("query", ["", "?partNumber=1&uploadId="])
def test_chunks_are_those_that_were_signed(s3, bucket, trailer, change, taken, query):
    named = {"Bucket": bucket, "Key": "a"}
    upload = query and s3.create_multipart_upload(**named)["UploadId"]
    request, body = chained(s3, f"{bucket}/a{query}{upload}", trailer)
    headers = dict(request.headers)
    sent = urllib.request.Request(request.url, change(body), headers, method="PUT")
    if taken:
        urllib.request.urlopen(sent).close()
    else:
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(sent)
        with caught.value as error:
            assert (error.code, b"<Code>SignatureDoesNotMatch<" in error.read()) == (403, True)
    if query:
        there = s3.list_parts(**named, UploadId=upload).get("Parts", [])
    else:
        there = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    assert [each["Size"] for each in there] == ([6] if taken else [])


LISTS = {  # the digests that are sent with a list of what to delete → the refusal
    "none": ({}, "InvalidRequest"),
    "another MD5": ({"content-md5": OTHER_MD5}, "BadDigest"),
    "another CRC": ({"x-amz-checksum-crc32": CRC}, "BadDigest"),
    "its own": ({"x-amz-checksum-crc32": LIST_CRC}, None),
}


@pytest.mark.parametrize(("digests", "code"), LISTS.values(), ids=LISTS)
def test_a_list_that_is_not_as_it_was_sent_deletes_nothing(s3, bucket, digests, code):
    s3.put_object(Bucket=bucket, Key="kept", Body=b"")
    headers = digests | {"x-amz-content-sha256": UNSIGNED}
    told = answer(s3, "POST", f"{bucket}?delete=", LIST, headers)
    assert told == ((400, code) if code else (200, None))
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == (1 if code else 0)


def test_what_reads_has_no_body_to_be_signed(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=BODY)
    for method, path in (("HEAD", bucket), ("GET", f"{bucket}/a")):
        assert answer(s3, method, path, None, {"x-amz-content-sha256": SHA}) == (200, None)
    told = answer(s3, "HEAD", "", None, {"x-amz-content-sha256": UNSIGNED})
    assert told == (405, "Method Not Allowed")


def test_a_presigned_address_may_sign_the_body(s3, bucket):
    for body, told in ((b"abd", (400, "XAmzContentSHA256Mismatch")), (BODY, (200, None))):
        headers = {"x-amz-content-sha256": SHA}
        assert answer(s3, "PUT", f"{bucket}/a", body, headers, SigV4QueryAuth) == told
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == BODY


DATES = {"tomorrow": (403, "AccessDenied"), "no date": (400, "AuthorizationQueryParametersError")}


@pytest.mark.parametrize(("date", "told"), DATES.items(), ids=DATES)
def test_a_presigned_address_holds_from_its_date(s3, bucket, date, told):
    later = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(1)).strftime("%Y%m%dT%H%M%SZ")

    class Dated(SigV4QueryAuth):
        def _modify_request_before_signing(self, request):
            request.context["timestamp"] = later if date == "tomorrow" else later[:8]
            super()._modify_request_before_signing(request)

    headers = {"x-amz-content-sha256": UNSIGNED}
    assert answer(s3, "GET", f"{bucket}/a", None, headers, Dated) == told


def test_an_upload_is_completed_again_with_the_same_parts_alone(s3, bucket):
    named = {"Bucket": bucket, "Key": "a"}
    named["UploadId"] = s3.create_multipart_upload(**named)["UploadId"]
    parts = [
        {"PartNumber": n, "ETag": s3.upload_part(**named, PartNumber=n, Body=BODY)["ETag"]}
        for n in (1, 2)
    ]
    for listed in (parts[:1], parts[:1]):
        s3.complete_multipart_upload(**named, MultipartUpload={"Parts": listed})
    with pytest.raises(s3.exceptions.NoSuchUpload):
        s3.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == BODY


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        (SigV4Auth, "AuthorizationHeaderMalformed"),
        (SigV4QueryAuth, "AuthorizationQueryParametersError"),
    ],
)
def test_a_signature_is_of_a_region(s3, bucket, auth, code):
    """s3cmd, which signs for "US", reads there which region it is."""
    asked = ("GET", bucket, None, {"x-amz-content-sha256": UNSIGNED}, auth)
    assert answer(s3, *asked, region="US") == (400, code)
    assert answer(s3, *asked) == (200, None)
