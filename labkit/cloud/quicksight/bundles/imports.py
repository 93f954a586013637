"""The operations on import jobs: a bundle's assets made, or changed where they are there already.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_StartAssetBundleImportJob.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.bundles import files, jobs
from labkit.cloud.quicksight.bundles.importing import import_all
from labkit.cloud.quicksight.bundles.jobs import IMPORT
from labkit.cloud.quicksight.records import Record, answers, lists, shown
from labkit.cloud.quicksight.reports.downloads import url_of
from labkit.cloud.quicksight.words import invalid
from labkit.cloud.s3.store import Store

SUMMARY = ("JobStatus", "Arn", "CreatedTime", "AssetBundleImportJobId", "FailureAction")
MOST_BYTES = 20 * 2**20


@answers("StartAssetBundleImportJob")
def start(
    context: Context,
    *,
    AssetBundleImportJobId: str,
    AssetBundleImportSource: Record,
    **members: Any,
) -> Answer:
    """Begin an import; a bundle that does not read fails the job."""
    body, uri = AssetBundleImportSource.get("Body"), AssetBundleImportSource.get("S3Uri")
    if (body is None) == (uri is None):
        raise invalid("AssetBundleImportSource has either a Body or an S3Uri.")
    if body is not None and len(body) > MOST_BYTES:
        raise invalid("The Body of an asset bundle can't exceed 20 MB.")
    id, asked = AssetBundleImportJobId, {"FailureAction": "DO_NOTHING", **members}
    source = {"S3Uri": uri} if uri else {}
    made = jobs.begin(context, IMPORT, id, {**asked, "AssetBundleImportSource": source},
                      lambda: _import(context, id, body, uri, asked))  # fmt: skip
    return {**shown(made, "Arn", "AssetBundleImportJobId"), "Status": 202}


@answers("DescribeAssetBundleImportJob")
def describe(context: Context, *, AssetBundleImportJobId: str) -> Answer:
    """A job; a bundle that came in the call can be fetched again for five minutes."""
    found = records.find(context, IMPORT, AssetBundleImportJobId)
    if "file" not in found["_"]:
        return shown(found)
    url = url_of(context.cloud, found["_"]["file"], f"assetbundle-{AssetBundleImportJobId}.qs")
    return {**shown(found), "AssetBundleImportSource": {"Body": url}}


@lists("ListAssetBundleImportJobs", "AssetBundleImportJobSummaryList")
def list_all(context: Context) -> list[Record]:
    return [shown(each, *SUMMARY) for each in records.listed(context, IMPORT)]


def _import(
    context: Context, id: str, body: bytes | None, uri: str | None, asked: Record
) -> Record:
    if body is not None:
        path = jobs.file_of(context.cloud, IMPORT, context, id, ".qs")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        kept = records.find(context, IMPORT, id)["_"]
        place = str(path.relative_to(context.cloud.home))
        jobs.change(context, IMPORT, id, _=kept | {"file": place})
    content = body if body is not None else _bundle_at(context, str(uri))
    found, left = files.unzipped(content)
    ended = import_all(context, id, found, asked)
    warnings = [{"Message": f"{name} is not imported here."} for name in left]
    warnings += ended.get("Warnings", [])
    return ended | ({"Warnings": warnings} if warnings else {})


def _bundle_at(context: Context, uri: str) -> bytes:
    """The bytes of an object that is at most 1 GB, read as its caller may read it."""
    store = Store(context.cloud, context.principal)
    found = store.find(uri)
    if found is None:
        raise invalid(f"There is no asset bundle at {uri}.")
    path = store.read(found)
    if path.stat().st_size > files.MOST_BYTES:
        raise invalid(f"The asset bundle at {uri} is larger than 1 GB.")
    return path.read_bytes()
