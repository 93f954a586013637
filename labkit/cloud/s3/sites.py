"""A bucket's site: where it sends its visitors, and which sites there may be.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from labkit.cloud.operations import AwsError
from labkit.cloud.s3.documents import Document, invalid, malformed

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request


def check(request: Request, document: Document, bucket: Any, version: Any) -> None:
    """Raise unless a bucket may be such a site."""
    root = document.root
    everything, index = root.find("RedirectAllRequestsTo"), root.find("IndexDocument")
    if everything is not None and len(root) > 1:
        words = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules."
        raise invalid(words, "RedirectAllRequestsTo", "not null")
    if everything is None and index is None:
        words = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is"
        raise invalid(f"{words} empty", "IndexDocument", "null")
    suffix = document.text("Suffix")
    if index is not None and (not suffix or "/" in suffix):
        raise invalid("The IndexDocument Suffix is not well formed", "IndexDocument", suffix)
    if not set(document.texts("Protocol")) <= {"http", "https"}:
        words = "Invalid protocol, protocol can be http or https. If not defined the protocol will"
        raise AwsError("InvalidRequest", f"{words} be selected automatically.")
    if (rules := root.find("RoutingRules")) is not None:
        _check_routes(rules)


def check_redirection(location: str | None) -> None:
    """Raise unless an object may send its visitors there."""
    if location is not None and not location.startswith(("/", "http://", "https://")):
        words = (
            "The website redirect location must have a prefix of 'http://' or 'https://' or '/'."
        )
        raise AwsError("InvalidRedirectLocation", words)


def _check_routes(rules: ET.Element) -> None:
    if not len(rules) or any(rule.find("Redirect") is None for rule in rules):
        raise malformed()
    for rule in rules:
        condition, redirect = rule.find("Condition"), rule.find("Redirect")
        replaced = ("ReplaceKeyWith", "ReplaceKeyPrefixWith")
        if redirect is not None and all(redirect.find(each) is not None for each in replaced):
            words = "You can only define ReplaceKeyPrefix or ReplaceKey but not both."
            raise AwsError("InvalidRequest", words)
        if condition is not None and not len(condition):
            words = "Condition cannot be empty. To redirect all requests without a condition, the"
            words += " condition element shouldn't be present."
            raise AwsError("InvalidRequest", words)
