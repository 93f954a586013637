"""Where a job's files go: a bucket, as the caller may write to it; else QuickSight's own place.

What went to QuickSight's own place is fetched by a URL that is good for five minutes; each
``DescribeDashboardSnapshotJobResult`` gives a new one. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_S3BucketConfiguration.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SnapshotJobS3Result.html
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.reports.downloads import url_of
from labkit.cloud.s3.store import Store

if TYPE_CHECKING:
    from labkit.cloud.quicksight.reports.making import Made

Json = Mapping[str, Any]


def deliver(cloud: Cloud, record: Record, made: Made) -> Record:
    """Put a file where the job wants it. Returns what the job keeps of it.

    A file of cells has no place for notes: what it leaves out is told beside it.
    """
    failed = [{"ErrorType": "VISUAL_FAILED", "ErrorMessage": each} for each in made.failures]
    failed += [{"ErrorType": "VISUAL_INCOMPLETE", "ErrorMessage": each} for each in made.left_out]
    destinations = _destinations(record)
    uris: list[str] = []
    results: list[Record] = []
    for each in destinations:
        uri, error = _put(cloud, record, made, each["BucketConfiguration"])
        uris += [uri] if uri else []
        results.append({"S3DestinationConfiguration": each, "S3Uri": uri, "ErrorInfo": error})
    if not destinations:
        uris.append(_keep(cloud, record, made))
        results.append({"S3Uri": "", "ErrorInfo": []})
    for result in results:
        result["ErrorInfo"] += failed
    return {"Files": made.group["Files"], "S3Results": results, "uris": uris, "name": made.name}


def told(cloud: Cloud, group: Record) -> Json:
    """A file group's result as the API tells it."""
    results = []
    for each in group["S3Results"]:
        uri = each["S3Uri"]
        if not uri and not each.get("S3DestinationConfiguration"):
            uri = url_of(cloud, group["uris"][0], group["name"])
        found = {**each, "S3Uri": uri}
        results.append({name: value for name, value in found.items() if value})
    return {"Files": group["Files"], "S3Results": results}


def errors(group: Record) -> Sequence[Record]:
    """What went wrong with a file group."""
    return [info for each in group["S3Results"] for info in each["ErrorInfo"]]


def forget(cloud: Cloud, record: Record) -> None:
    """Delete what QuickSight's own place has of a job."""
    shutil.rmtree(_folder(cloud, record), ignore_errors=True)


def _destinations(record: Record) -> Sequence[Json]:
    destination = record["SnapshotConfiguration"].get("DestinationConfiguration") or {}
    found: Sequence[Json] = destination.get("S3Destinations") or ()
    return found


def _put(
    cloud: Cloud, record: Record, made: Made, bucket: Json
) -> tuple[str, list[dict[str, str]]]:
    """The object's address, or why there is none."""
    principal = Principal(record["_"]["maker"], record["_"]["account"])
    prefix = bucket["BucketPrefix"].strip("/")
    uri = f"s3://{bucket['BucketName']}/{prefix}/{record['SnapshotJobId']}/{made.name}"
    try:
        Store(cloud, principal).put_bytes(uri, made.content, content_type=made.type)
    except AwsError as error:
        return "", [{"ErrorType": error.code, "ErrorMessage": error.message}]
    return uri, []


def _keep(cloud: Cloud, record: Record, made: Made) -> str:
    folder = _folder(cloud, record)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{len(list(folder.iterdir()))}-{made.name}"
    (folder / name).write_bytes(made.content)
    return str((folder / name).relative_to(cloud.home))


def _folder(cloud: Cloud, record: Record) -> Path:
    return Path(cloud.home, "snapshots", record["_"]["region"], record["_"]["id"])
