"""A bucket's site: where it sends its visitors, and which sites there may be.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from labkit.cloud.operations import AwsError
from labkit.cloud.s3.documents import Document, invalid, malformed

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_MOST_ROUTES, _LARGEST = 50, 128 << 10  # the latter in bytes
# The member of a route → the codes that it may have, and what S3 says of each other one.
_CODES = {
    "HttpRedirectCode": (
        {*range(301, 306), 307, 308},
        "The provided HTTP redirect code ({}) is not valid. Valid codes are 3XX except 300.",
    ),
    "HttpErrorCodeReturnedEquals": (
        {*range(400, 418), *range(500, 506)},
        "The provided HTTP error code ({}) is not valid. Valid codes are 4XX or 5XX.",
    ),
}


def check(request: Request, document: Document, bucket: Any, version: Any) -> None:
    """Raise unless a bucket may be such a site."""
    root = document.root
    if int(request.environ.get("CONTENT_LENGTH") or 0) > _LARGEST:
        told = {"MaxMessageLengthBytes": str(_LARGEST)}
        raise AwsError("MaxMessageLengthExceeded", "Your request was too big.", 400, **told)
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
    if root.find("ErrorDocument") is not None and not root.findtext("ErrorDocument/Key"):
        raise invalid("The ErrorDocument Key is not well formed", "ErrorDocument", "")
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
    if len(rules) > _MOST_ROUTES:
        words = f"{len(rules)} routing rules provided, the number of routing rules in a website"
        raise AwsError("InvalidRequest", f"{words} configuration is limited to {_MOST_ROUTES}.")
    if not len(rules) or any(rule.find("Redirect/*") is None for rule in rules):
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
        for name, (known, refusal) in _CODES.items():
            for said in (each.text or "" for each in rule.iter(name)):
                if not re.fullmatch(r"\d+", said, re.ASCII):
                    raise malformed()
                if int(said) not in known:
                    raise AwsError("InvalidRequest", refusal.format(int(said)))
