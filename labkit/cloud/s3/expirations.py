"""When an object expires by its bucket's lifecycle: told with the object, which stays here.

Where several rules end it, the first to do so counts. An end is at midnight.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
"""

from __future__ import annotations

import datetime
import email.utils
import urllib.parse
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from labkit.cloud.access.s3_requests import find_version
from labkit.cloud.cloud import Cloud
from labkit.cloud.members import in_utc, moment
from labkit.cloud.s3.documents import Document

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_DAY = datetime.timedelta(days=1)


def headers(cloud: Cloud, request: Request, bucket: Any, status: int) -> dict[str, str]:
    """What the answer about a key's latest version says of its end.

    Args:
        bucket: moto's record of the bucket.
        status: the answer's.
    """
    of_latest = request.reads_object or (request.replaces_object and request.method != "DELETE")
    if status >= 300 or not of_latest or "versionId" in request.query:
        return {}
    told = bucket.documents.get(("lifecycle", "")) if bucket and bucket.rules else None
    version = find_version(bucket, request.key) if told else None
    if told is None or version is None:
        return {}
    tags = cloud.backend("s3").tagger.list_tags_for_resource(version.arn)["Tags"]
    known = {(each["Key"], each["Value"]) for each in tags}
    rules = [rule for rule in Document(told.body).root.iter("Rule") if _is_of(rule, version, known)]
    ends = [(end, rule.findtext("ID") or "") for rule in rules if (end := _end(rule, version))]
    if not ends:
        return {}
    end, name = min(ends, key=lambda each: each[0])
    date = email.utils.format_datetime(end, usegmt=True)
    rule_id = urllib.parse.quote(name)
    return {"x-amz-expiration": f'expiry-date="{date}", rule-id="{rule_id}"'}


def _is_of(rule: ET.Element, version: Any, tags: set[tuple[str, str]]) -> bool:
    """Whether a rule holds for an object with these tags."""
    prefix = next((each.text or "" for each in rule.iter("Prefix")), "")
    least, most = (next(rule.iter(f"ObjectSize{n}Than"), None) for n in ("Greater", "Less"))
    wanted = {(t.findtext("Key") or "", t.findtext("Value") or "") for t in rule.iter("Tag")}
    size = version.contentsize
    return (
        rule.findtext("Status") == "Enabled"
        and version.name.startswith(prefix)
        and (least is None or size > int(least.text or 0))
        and (most is None or size < int(most.text or 0))
        and wanted <= tags
    )


def _end(rule: ET.Element, version: Any) -> datetime.datetime | None:
    """When a rule ends an object, if it does."""
    if date := rule.findtext("Expiration/Date"):
        return moment(date).astimezone(datetime.UTC)
    if not (days := rule.findtext("Expiration/Days")):
        return None
    ends = in_utc(version.last_modified) + int(days) * _DAY
    midnight = ends.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == ends else midnight + _DAY
