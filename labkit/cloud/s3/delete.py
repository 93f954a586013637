"""S3's DeleteObjects: each key of the list is judged by itself, and refused by itself.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

from labkit.cloud import protocol
from labkit.cloud.access import policy
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Principal
from labkit.cloud.s3.configurations import malformed

MOST = 1000
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
ET.register_namespace("", NAMESPACE)


def split(cloud: Cloud, principal: Principal, bucket: str, body: bytes) -> tuple[bytes, list[str]]:
    """The request without the keys that the caller may not delete, and those keys.

    Raises:
        AwsError: ``MalformedXML``: it is no list of 1 to 1,000 keys.
    """
    root = _parse(body)
    refused = []
    for item in [each for each in root if _name(each) == "Object"]:
        fields = {_name(field): field.text or "" for field in item}
        action = "s3:DeleteObjectVersion" if "VersionId" in fields else "s3:DeleteObject"
        if not policy.may(cloud, principal, action, bucket, fields["Key"]):
            refused.append(fields["Key"])
            root.remove(item)
    return (ET.tostring(root) if refused else body), refused


def report(reply: protocol.Reply, refused: list[str]) -> protocol.Reply:
    """The answer with an error for each refused key."""
    errors = "".join(
        f"<Error><Key>{escape(key)}</Key><Code>AccessDenied</Code>"
        "<Message>Access Denied</Message></Error>"
        for key in refused
    ).encode()
    end = b"</DeleteResult>"
    return protocol.Reply(reply.status, reply.headers, reply.body.replace(end, errors + end))


def nothing_deleted() -> protocol.Reply:
    """The answer when no key was left to delete."""
    body = f'<DeleteResult xmlns="{NAMESPACE}"></DeleteResult>'.encode()
    return protocol.Reply(200, {"Content-Type": "application/xml"}, body)


def _parse(body: bytes) -> ET.Element:
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        raise malformed() from error
    keys = [each for each in root if _name(each) == "Object"]
    if not 1 <= len(keys) <= MOST or any("Key" not in {_name(f) for f in k} for k in keys):
        raise malformed()
    return root


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
