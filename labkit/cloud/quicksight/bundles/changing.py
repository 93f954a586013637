"""One asset made, or changed where it is there already, as an import does it and undoes it."""

from __future__ import annotations

from labkit.cloud.operations import Context
from labkit.cloud.quicksight import records, tagging
from labkit.cloud.quicksight.accounts import members as folders
from labkit.cloud.quicksight.bundles.assets import Asset, ask, taken
from labkit.cloud.quicksight.definitions import versions
from labkit.cloud.quicksight.kinds import DASHBOARD
from labkit.cloud.quicksight.records import Record


def apply(context: Context, asset: Asset, members: Record) -> None:
    """Make an asset, or change it."""
    if records.look_up(context.cloud, context.region, asset.kind, members[asset.kind.id]):
        change(context, asset, members)
    else:
        known = taken(asset.create) - {"FolderArns"}
        ask(context, asset.create, {k: v for k, v in members.items() if k in known})
    with context.cloud.lock("quicksight"):  # a call takes one folder, an asset may lie in several
        arn = asset.kind.arn(context, members[asset.kind.id])
        folders.join(context, members.get("FolderArns"), arn)


def change(context: Context, asset: Asset, members: Record) -> None:
    """Change an asset; a dashboard's new version is published if it is sound."""
    id = members[asset.kind.id]
    ask(context, asset.update, {k: v for k, v in members.items() if k in taken(asset.update)})
    if asset.kind is DASHBOARD:
        if (links := members.get("LinkEntities")) is not None:
            ask(context, "UpdateDashboardLinks", {"DashboardId": id, "LinkEntities": links})
        every = versions.every(context.cloud, context.region, DASHBOARD, id)
        latest = {"DashboardId": id, "VersionNumber": every[-1]["VersionNumber"]}
        if every[-1]["Status"] == "CREATION_SUCCESSFUL":
            ask(context, "UpdateDashboardPublishedVersion", latest)
    linked = (members.get("LinkSharingConfiguration") or {}).get("Permissions")
    granted = {"GrantPermissions": members.get("Permissions"), "GrantLinkPermissions": linked}
    with context.cloud.lock("quicksight"):
        if any(granted.values()):
            given = {name: each for name, each in granted.items() if each}
            ask(context, f"{asset.update}Permissions", {asset.kind.id: id} | given)
        if members.get("Tags"):
            tagging.tag(context.cloud, asset.kind.arn(context, id), members["Tags"])
