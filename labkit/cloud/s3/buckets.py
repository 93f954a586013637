"""The account's buckets: their listing, in pages, and the regions where they may be.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html
"""

from __future__ import annotations

import functools
import itertools
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import botocore.session

from labkit.cloud import protocol
from labkit.cloud.access.signature import read_claim
from labkit.cloud.operations import AwsError
from labkit.cloud.s3 import tags
from labkit.cloud.s3.documents import malformed
from labkit.cloud.s3.listing import OWNER, as_token, from_token

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_MOST = 10_000
_NAMESPACE = "x-amz-bucket-namespace"
_FIRST = "us-east-1"
_LEGACY = "EU"  # Ireland, by its first name


def is_listing(request: Request) -> bool:
    """Whether a request asks for the account's buckets."""
    return request.method == "GET" and not request.bucket and not request.key


def answer(request: Request, buckets: dict[str, Any]) -> protocol.Reply:
    """The buckets that a request asks for, by their names.

    Raises:
        AwsError: ``InvalidArgument``: a page of no size, or a token of another listing.
    """
    query = request.query
    prefix, region = query.get("prefix", ""), query.get("bucket-region")
    if region is not None and region not in _regions():
        words = f"Argument value {region} is not a valid AWS Region"
        raise AwsError("InvalidArgument", words, 400, ArgumentName="bucket-region")
    token = query.get("continuation-token")
    after = from_token(token, query) if token else ""
    found = (
        bucket
        for name, bucket in sorted(buckets.items())
        if name.startswith(prefix) and name > after and region in (None, bucket.region_name)
    )
    most = _most(query.get("max-buckets"))
    listed = list(itertools.islice(found, most + 1))
    told: dict[str, Any] = {"Owner": OWNER, "Buckets": [_told(each) for each in listed[:most]]}
    told |= {"Prefix": prefix} if prefix else {}
    told |= {"ContinuationToken": as_token(listed[most - 1].name)} if len(listed) > most else {}
    body = protocol.xml_document("ListBuckets", "ListAllMyBucketsResult", told)
    return protocol.Reply(200, {"Content-Type": "application/xml"}, body)


def check_namespace(request: Request) -> None:
    """Raise for a name that is of an account's own namespace where that is not said.

    moto judges the names of those who say it.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
    """
    said, own = request.header(_NAMESPACE), request.bucket.endswith("-an")
    is_one = "The requested bucket is an account-regional namespace bucket, but"
    if said is None and own:
        words = f"{is_one} your request is missing the required {_NAMESPACE} header."
        raise AwsError("MissingNamespaceHeader", words, 400, Header=_NAMESPACE)
    words = ""
    if said not in (None, "account-regional", "global"):
        words = (
            f"The {_NAMESPACE} header value {said} is not valid. Only account-regional or global "
            "is supported."
        )
    elif said == "global" and own:
        words = (
            f"{is_one} the provided {_NAMESPACE} header value is global. If you want to create an "
            f"account-regional namespace bucket, set your {_NAMESPACE} header to account-regional."
        )
    if words:
        told = {"Header": _NAMESPACE, "HeaderValue": said}
        raise AwsError("InvalidNamespaceHeader", words, 400, **told)


def check_location(request: Request, body: bytes) -> None:
    """Raise unless a new bucket's document names a region that there is, or none.

    Who is asked in another region than the first knows that region alone: moto says so of others.
    """
    claim = read_claim(request.environ)
    if claim and claim.region in _regions() - {_FIRST}:
        return
    try:
        root = ET.fromstring(body)
    except ET.ParseError:
        return  # what it is instead is judged by who reads it
    found = next((e for e in root.iter() if e.tag.endswith("LocationConstraint")), None)
    if found is None:
        return
    if not (named := found.text):
        raise malformed()
    if named == _FIRST or (named != _LEGACY and named not in _regions()):
        words = "The specified location-constraint is not valid"
        raise AwsError("InvalidLocationConstraint", words, LocationConstraint=named)


def tags_of(request: Request, body: bytes, bucket: Any) -> list[tuple[str, str]]:
    """The tags that a new bucket's document gives it.

    Args:
        bucket: moto's record of a bucket of that name, which is not made again with tags.

    Raises:
        AwsError: ``InvalidTag``, ``MalformedXML``, ``BucketAlreadyOwnedByYou``.
    """
    named = tags.of_document(body) if body.strip() else []
    tags.check(named, of_object=False)
    if named and bucket is not None:
        words = "Your previous request to create the named bucket succeeded and you already own it."
        raise AwsError("BucketAlreadyOwnedByYou", words, 409, BucketName=request.bucket)
    return named


@functools.cache
def _regions() -> frozenset[str]:
    return frozenset(botocore.session.get_session().get_available_regions("s3"))


def _most(text: str | None) -> int:
    if text is None:
        return _MOST
    if not text.isdigit() or not 1 <= int(text) <= _MOST:
        words = f"Argument max-buckets must be an integer between 1 and {_MOST}"
        raise AwsError("InvalidArgument", words)
    return int(text)


def _told(bucket: Any) -> dict[str, Any]:
    return {
        "Name": bucket.name,
        "CreationDate": bucket.creation_date,
        "BucketRegion": bucket.region_name,
        "BucketArn": f"arn:aws:s3:::{bucket.name}",
    }
