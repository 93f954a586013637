"""How a bundle's assets come into an account: what others need first, undone where one fails.

ARNs in a bundle are those of the account that it was exported from; here they become this
account's. A prefix is put before the ids of all assets of the bundle. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_StartAssetBundleImportJob.html
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.cloud.operations import Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.bundles import jobs, undoing
from labkit.cloud.quicksight.bundles.assets import ASSETS, Asset, arns_in, ask, asset_of, replaced
from labkit.cloud.quicksight.bundles.changing import apply
from labkit.cloud.quicksight.kinds import ANALYSIS, DASHBOARD
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.words import invalid

Found = list[tuple[Asset, Record]]


def import_all(context: Context, job: str, found: Found, asked: Record) -> Record:
    """Make or change a bundle's assets.

    Args:
        job: the import's id.

    Returns:
        How the job ended: its status, its errors and those of the rollback, its warnings.
    """
    undone = asked["FailureAction"] == "ROLLBACK"
    warnings: list[Record] = []
    for asset, members in _ordered([*_own(context, found, asked)]):
        id = members[asset.kind.id]
        arn = asset.kind.arn(context, id)
        try:
            if undone:
                undoing.keep(context, job, asset, id)
            warnings += _left_out(context, members, arn)
            apply(context, asset, members)
            _check(context, asset, id)
        except Exception as reason:  # whatever it is, what was made before it is undone
            errors = [jobs.error(reason, arn)]
            if undone:
                return undoing.roll_back(context, job, errors)
            return {"JobStatus": jobs.FAILED, "Errors": errors}
    return {"JobStatus": jobs.DONE, **({"Warnings": warnings} if warnings else {})}


def _left_out(context: Context, members: Record, arn: str) -> list[Record]:
    """Take away a dashboard's links to analyses that there are not, and say so."""
    links = members.get("LinkEntities") or []
    known = {each["Arn"] for each in records.listed(context, ANALYSIS)}
    if links:
        members["LinkEntities"] = [each for each in links if each in known]
    return [
        {"Arn": arn, "Message": f"Its link to {each} is left out: there is no such analysis."}
        for each in links
        if each not in known
    ]


def _own(context: Context, found: Found, asked: Record) -> Iterator[tuple[Asset, Record]]:
    """The assets as this account gets them: with overrides, a prefix and ARNs of its own."""
    wanted = asked.get("OverrideParameters") or {}
    prefix = (wanted.get("ResourceIdOverrideConfiguration") or {}).get("PrefixForAllResources", "")
    within = {(asset.kind.name, members[asset.kind.id]) for asset, members in found}

    def own(arn: str) -> str:
        asset, id = asset_of(arn) or (None, "")
        assert asset is not None
        new = prefix + id if (asset.kind.name, id) in within else id
        return asset.kind.arn(context, new)

    _check_named(wanted, within)
    for asset, members in found:
        id = members[asset.kind.id]
        changed = {**members, **_given(asset, id, wanted), **_labels(asset, id, asked)}
        if asset.kind in (ANALYSIS, DASHBOARD):
            changed |= _strictness(changed, asked)
        yield asset, replaced(changed, own) | {asset.kind.id: prefix + id}


def _check_named(wanted: Record, within: set[tuple[str, str]]) -> None:
    for asset in ASSETS:
        for each in wanted.get(asset.plural) or ():
            if (asset.kind.name, each[asset.kind.id]) not in within:
                raise invalid(f"The asset bundle has no {asset.kind.noun} {each[asset.kind.id]} "
                              "to override.")  # fmt: skip
    for plural in ("VPCConnections", "RefreshSchedules"):
        if wanted.get(plural):
            raise invalid(f"The asset bundle has no {plural} to override.")


def _given(asset: Asset, id: str, wanted: Record) -> Record:
    """What the job's parameters change of an asset."""
    chosen = (each for each in wanted.get(asset.plural) or () if each[asset.kind.id] == id)
    return {name: value for each in chosen for name, value in each.items()}


def _labels(asset: Asset, id: str, asked: Record) -> Record:
    """The permissions and tags that a job gives an asset; ``*`` stands for all of its kind."""
    found: Record = {}
    ids = f"{asset.kind.id}s"
    for each in (asked.get("OverridePermissions") or {}).get(asset.plural) or ():
        if {"*", id} & set(each[ids]) and each.get("Permissions"):
            given = each["Permissions"]
            found["Permissions"] = [
                {"Principal": one, "Actions": given["Actions"]} for one in given["Principals"]
            ]
        if {"*", id} & set(each[ids]) and each.get("LinkSharingConfiguration"):
            linked = each["LinkSharingConfiguration"]["Permissions"]
            found["LinkSharingConfiguration"] = {
                "Permissions": [
                    {"Principal": one, "Actions": linked["Actions"]} for one in linked["Principals"]
                ]
            }
    for each in (asked.get("OverrideTags") or {}).get(asset.plural) or ():
        if {"*", id} & set(each[ids]):
            found["Tags"] = each["Tags"]
    return found


def _strictness(members: Record, asked: Record) -> Record:
    strict = (asked.get("OverrideValidationStrategy") or {}).get("StrictModeForAllResources")
    if strict is None:
        return {"ValidationStrategy": members.get("ValidationStrategy") or {"Mode": "LENIENT"}}
    return {"ValidationStrategy": {"Mode": "STRICT" if strict else "LENIENT"}}


def _ordered(found: Found) -> Iterator[tuple[Asset, Record]]:
    """Each after those of the bundle that it needs, kind by kind."""
    waiting = sorted(found, key=lambda each: ASSETS.index(each[0]))
    while waiting:
        names = {(asset.kind.name, members[asset.kind.id]) for asset, members in waiting}
        ready = [each for each in waiting if not _needs(*each) & names] or waiting
        yield from ready
        waiting = [each for each in waiting if each not in ready]


def _needs(asset: Asset, members: Record) -> set[tuple[str, str]]:
    own = (asset.kind.name, members[asset.kind.id])
    found = (asset_of(arn) for arn in arns_in(members))
    return {(each[0].kind.name, each[1]) for each in found if each} - {own}


def _check(context: Context, asset: Asset, id: str) -> None:
    """That what was made is sound.

    Raises:
        AwsError: a definition has errors, or a data source cannot be reached.
    """
    if asset.kind in (ANALYSIS, DASHBOARD):
        call, whole = asset.told
        told = whole(ask(context, call, {asset.kind.id: id}))
        wrong = [each["Message"] for each in told.get("Errors") or ()]
        failed = str(told.get("ResourceStatus", "")).endswith("FAILED")
    else:
        record = records.find(context, asset.kind, id)
        wrong = [(record.get("ErrorInfo") or {}).get("Message", "")]
        failed = str(record.get("Status", "")).endswith("FAILED")
    if failed:
        raise invalid(f"{asset.kind.noun} {id} could not be made: {' '.join(wrong)}".rstrip(": "))
