"""What an import takes back where it fails: kept on record, so that it is taken back after a kill.

Before an asset is made or changed, what it was is put on record. The rollback begins with what
came last. One that the end of the local AWS broke off, or kept from beginning, goes on when
QuickSight is asked for again. Source, for the states of a job whose FailureAction is ROLLBACK:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DescribeAssetBundleImportJob.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.jobs import Job
from labkit.cloud.operations import Context, Principal
from labkit.cloud.quicksight import records, tagging
from labkit.cloud.quicksight.accounts import members as folders
from labkit.cloud.quicksight.bundles import jobs
from labkit.cloud.quicksight.bundles.assets import BY_NAME, Asset, ask
from labkit.cloud.quicksight.bundles.changing import change
from labkit.cloud.quicksight.bundles.jobs import IMPORT, ROLLING_BACK, STEP
from labkit.cloud.quicksight.kinds import ANALYSIS
from labkit.cloud.quicksight.records import Record

START = "StartAssetBundleImportJob"


def keep(context: Context, job: str, asset: Asset, id: str) -> None:
    """Put on record what an asset is before an import makes or changes it."""
    number = len(jobs.steps(context, job))
    records.records(context.cloud, STEP)[f"{context.region}/{job}/{number}"] = {
        "import": [context.region, job],
        "asset": [asset.kind.name, id],
        "arn": asset.kind.arn(context, id),
        "was": _was(context, asset, id),
    }


def roll_back(context: Context, job: str, errors: list[Record]) -> Record:
    """Take back what an import did.

    Args:
        errors: why.

    Returns:
        The members of the job that tell how that ended.
    """
    jobs.change(context, IMPORT, job, JobStatus=ROLLING_BACK, Errors=errors)
    left = []
    for step in reversed(jobs.steps(context, job).values()):
        try:
            _undo(context, step)
        except Exception as reason:  # the others are undone all the same
            left.append(jobs.error(reason, step["arn"]))
    status = "FAILED_ROLLBACK_ERROR" if left else "FAILED_ROLLBACK_COMPLETED"
    return {"JobStatus": status, "Errors": errors, **({"RollbackErrors": left} if left else {})}


@on_start
def go_on(cloud: Cloud) -> None:
    """Take back in the background what imports did that the end of the local AWS broke off."""
    for each in records.records(cloud, IMPORT).values():
        if each["JobStatus"] == ROLLING_BACK:
            principal = Principal(*each["_"].get("principal", ("", "")))
            context = Context(cloud, "quicksight", START, each["_"]["region"], principal)
            cloud.jobs.start(f"quicksight/{each['Arn']}/rollback", _going_on(context, each))


def _going_on(context: Context, record: Record) -> Callable[[Job], None]:
    id = record["_"]["id"]
    return lambda job: jobs.end(context, IMPORT, id, roll_back(context, id, record["Errors"]), job)


def _was(context: Context, asset: Asset, id: str) -> Record | None:
    former = records.look_up(context.cloud, context.region, asset.kind, id)
    if former is None:
        return None
    return {
        "record": former,
        "members": {"LinkEntities": [], **asset.members(context, id), asset.kind.id: id},
        "folders": folders.holding(context, former["Arn"]),
        "tags": tagging.tags(context.cloud, former["Arn"]),
    }


def _undo(context: Context, step: Record) -> None:
    """Take back all that an import did to an asset."""
    asset, id, was = BY_NAME[step["asset"][0]], step["asset"][1], step["was"]
    if was is None:
        _drop(context, asset, id)
        return
    former = was["record"]
    shared = {name: former["_"][name] for name in ("permissions", "link") if name in former["_"]}
    if records.find(context, asset.kind, id) != former:
        change(context, asset, was["members"])
        records.keep(context, asset.kind, id, **shared)
    with context.cloud.lock("quicksight"), context.cloud.state.together():
        records.leave_folders(context, former["Arn"])
        folders.join(context, was["folders"], former["Arn"])
        tagging.put(context.cloud, former["Arn"], was["tags"])


def _drop(context: Context, asset: Asset, id: str) -> None:
    """Delete an asset, if its import came so far that there is one."""
    if records.look_up(context.cloud, context.region, asset.kind, id) is not None:
        forced = {"ForceDeleteWithoutRecovery": True} if asset.kind is ANALYSIS else {}
        ask(context, f"Delete{asset.kind.noun}", {asset.kind.id: id} | forced)
