"""The operations on export jobs: assets, with all that they depend on, as one file.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_StartAssetBundleExportJob.html
"""

from __future__ import annotations

import json
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.bundles import cloudformation, files, jobs
from labkit.cloud.quicksight.bundles.assets import Asset, asset_of, extras, needed
from labkit.cloud.quicksight.bundles.jobs import EXPORT
from labkit.cloud.quicksight.ingestions import timetable
from labkit.cloud.quicksight.kinds import ANALYSIS, DASHBOARD, DATA_SET, FOLDER
from labkit.cloud.quicksight.records import Record, answers, lists, shown
from labkit.cloud.quicksight.reports.downloads import url_of
from labkit.cloud.quicksight.words import invalid

SUMMARY = ("JobStatus", "Arn", "CreatedTime", "AssetBundleExportJobId", "IncludeAllDependencies",
           "ExportFormat", "IncludePermissions", "IncludeTags")  # fmt: skip


@answers("StartAssetBundleExportJob")
def start(
    context: Context,
    *,
    AssetBundleExportJobId: str,
    ResourceArns: list[str],
    ExportFormat: str,
    **members: Any,
) -> Answer:
    """Begin an export; an ARN of what there is not fails the job, one that is none is refused."""
    unknown = next((arn for arn in ResourceArns if asset_of(arn) is None), None)
    if unknown:
        raise invalid(f"{unknown} is not the ARN of an asset that can be exported.")
    if members.get("CloudFormationOverridePropertyConfiguration") and (
        ExportFormat != "CLOUDFORMATION_JSON"
    ):
        raise invalid("CloudFormationOverridePropertyConfiguration is for CLOUDFORMATION_JSON.")
    usual = {"IncludeAllDependencies": False, "IncludePermissions": False, "IncludeTags": False}
    asked = {**usual, **members, "ResourceArns": ResourceArns, "ExportFormat": ExportFormat}
    id = AssetBundleExportJobId
    made = jobs.begin(context, EXPORT, id, asked, lambda: _export(context, id, asked))
    return {**shown(made, "Arn", "AssetBundleExportJobId"), "Status": 202}


@answers("DescribeAssetBundleExportJob")
def describe(context: Context, *, AssetBundleExportJobId: str) -> Answer:
    """A job; of one that has succeeded, with a new URL of its file, good for five minutes."""
    found = records.find(context, EXPORT, AssetBundleExportJobId)
    if found["JobStatus"] != jobs.DONE:
        return shown(found)
    url = url_of(context.cloud, found["_"]["file"], found["_"]["name"])
    return {**shown(found), "DownloadUrl": url}


@lists("ListAssetBundleExportJobs", "AssetBundleExportJobSummaryList")
def list_all(context: Context) -> list[Record]:
    return [shown(each, *SUMMARY) for each in records.listed(context, EXPORT)]


def _export(context: Context, id: str, asked: Record) -> Record:
    found, errors = _gathered(context, asked)
    if errors:
        return {"JobStatus": jobs.FAILED, "Errors": errors}
    warnings = [each for asset, members in found for each in _left_out(context, asset, members)]
    if asked["ExportFormat"] == "CLOUDFORMATION_JSON":
        wanted = asked.get("CloudFormationOverridePropertyConfiguration") or {}
        made, missing = cloudformation.template(found, wanted)
        content, suffix = json.dumps(made, indent=2, ensure_ascii=False).encode(), ".json"
        warnings += [_warning(context, asset, id, f"It has no property {name} to override.")
                     for asset, id, name in missing]  # fmt: skip
    else:
        content, suffix = files.zipped(found), ".qs"
    path = jobs.file_of(context.cloud, EXPORT, context, id, suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    kept = records.look_up(context.cloud, context.region, EXPORT, id) or {"_": {}}
    place = {"file": str(path.relative_to(context.cloud.home)), "name": f"assetbundle-{id}{suffix}"}
    told = {"Warnings": warnings} if warnings else {}
    return {"JobStatus": jobs.DONE, **told, "_": kept["_"] | place}


def _gathered(context: Context, asked: Record) -> tuple[list[tuple[Asset, Record]], list[Record]]:
    """The assets, those that others depend on among them, and what cannot be found."""
    waiting, errors = list(asked["ResourceArns"]), []
    found: dict[tuple[str, str], tuple[Asset, Record]] = {}
    while waiting:
        arn = waiting.pop(0)
        known = asset_of(arn)
        if known is None or (key := (known[0].kind.name, known[1])) in found:
            continue
        asset, id = known
        try:
            members = asset.members(context, id)
            more = extras(context, asset, id, asked)
        except AwsError as reason:
            errors.append(jobs.error(reason, arn))
            continue
        found[key] = asset, {asset.kind.id: id, **members, **more, **_strictness(asset, asked)}
        if asked["IncludeAllDependencies"]:
            waiting += needed(members)
        if asset.kind is FOLDER:
            waiting += _inside(context, id, asked.get("IncludeFolderMembers", "NONE"))
    return list(found.values()), errors


def _inside(context: Context, id: str, how: str) -> list[str]:
    """What lies in a folder, and with ``RECURSE`` the folders below it."""
    if how == "NONE":
        return []
    folder = records.find(context, FOLDER, id)
    below = [each["Arn"] for each in records.listed(context, FOLDER)
             if each["_"]["parent"] == folder["Arn"]]  # fmt: skip
    return [*folder["_"]["members"], *(below if how == "RECURSE" else [])]


def _strictness(asset: Asset, asked: Record) -> Record:
    if asset.kind not in (ANALYSIS, DASHBOARD):
        return {}
    strict = (asked.get("ValidationStrategy") or {}).get("StrictModeForAllResources")
    return {"ValidationStrategy": {"Mode": "STRICT" if strict else "LENIENT"}}


def _left_out(context: Context, asset: Asset, members: Record) -> list[Record]:
    """What a bundle does not carry of an asset."""
    id = members[asset.kind.id]
    if asset.kind is not DATA_SET or not timetable.schedules(records.find(context, DATA_SET, id)):
        return []
    return [_warning(context, asset, id, "Its refresh schedules are not exported here.")]


def _warning(context: Context, asset: Asset, id: str, message: str) -> Record:
    return {"Arn": asset.kind.arn(context, id), "Message": message}
