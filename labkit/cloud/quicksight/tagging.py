"""Tags of QuickSight's resources, by ARN.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.quicksight.words import limit_exceeded
from labkit.cloud.state import Records

Record = dict[str, Any]
MOST = 50


def tag(cloud: Cloud, arn: str, more: Sequence[Record]) -> None:
    """Give a resource tags, beside those that it has."""
    known = {each["Key"]: each["Value"] for each in (*tags(cloud, arn), *more)}
    if len(known) > MOST:
        raise limit_exceeded(f"A resource has at most {MOST} tags.")
    put(cloud, arn, [{"Key": key, "Value": value} for key, value in known.items()])


def tags(cloud: Cloud, arn: str) -> list[Record]:
    """A resource's tags, as the API lists them."""
    return list(_all(cloud).get(arn, {}).get("Tags", []))


def put(cloud: Cloud, arn: str, tags: list[Record]) -> None:
    """Give a resource these tags and no others."""
    if tags:
        _all(cloud)[arn] = {"Tags": tags}
    else:
        _all(cloud).pop(arn, None)


def forget(cloud: Cloud, arn: str) -> None:
    """Drop the tags of a resource that is gone."""
    put(cloud, arn, [])


def _all(cloud: Cloud) -> Records:
    return cloud.records("quicksight.tags")
