"""The documents that S3 is sent and answers with: XML, whatever its namespace."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import S3_NAMESPACE

# What moto calls an answer, and S3: a client that reads it strictly looks for the name.
_ROOTS = {
    b"GetBucketAccelerateConfigurationResponse": b"AccelerateConfiguration",
    b"GetBucketNotificationResponse": b"NotificationConfiguration",
    b"GetBucketVersioningResponse": b"VersioningConfiguration",
    b"ListBucketInventoryConfigurationsResponse": b"ListInventoryConfigurationsResult",
    b"ListPartsResponse": b"ListPartsResult",
}
_ROOT = re.compile(rb"(</?)(" + b"|".join(_ROOTS) + rb")\b")


def named(body: bytes) -> bytes:
    """An answer of moto's under S3's name.

    >>> named(b"<ListPartsResponse><Part/></ListPartsResponse>")
    b'<ListPartsResult><Part/></ListPartsResult>'

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html
    """
    return _ROOT.sub(lambda found: found[1] + _ROOTS[found[2]], body)


class Document:
    """A document whose elements have no namespace while it is read.

    Raises:
        AwsError: ``MalformedXML``.
    """

    def __init__(self, body: bytes) -> None:
        try:
            self.root = ET.fromstring(body)
        except ET.ParseError as error:
            raise malformed() from error
        for each in self.root.iter():
            each.tag = each.tag.rpartition("}")[2]

    def texts(self, name: str) -> Iterator[str]:
        """The texts of all elements of a name."""
        return ((each.text or "").strip() for each in self.root.iter(name))

    def text(self, name: str) -> str:
        return next(self.texts(name), "")

    def written(self) -> bytes:
        self.root.set("xmlns", S3_NAMESPACE)
        return ET.tostring(self.root)


def malformed(code: str = "MalformedXML") -> AwsError:
    """The refusal of a document that is not what its schema says."""
    words = "The XML you provided was not well-formed or did not validate against our published"
    return AwsError(code, f"{words} schema")


def not_allowed(**told: str) -> AwsError:
    """The refusal of a method that what it is asked of does not have."""
    words = "The specified method is not allowed against this resource."
    return AwsError("MethodNotAllowed", words, 405, **told)


def invalid(message: str, name: str | None = None, value: str | None = None) -> AwsError:
    """The refusal of a value that is none of its kind, told with the argument's name and value."""
    told = {"ArgumentName": name, "ArgumentValue": value}
    known = {member: text for member, text in told.items() if text is not None}
    return AwsError("InvalidArgument", message, 400, **known)
