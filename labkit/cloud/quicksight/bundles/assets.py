"""The assets that a bundle may hold: which calls tell, make, change and drop each.

An asset in a bundle is what its ``Create`` call takes: whatever can be made can be exported.
Sources: https://docs.aws.amazon.com/quicksight/latest/developerguide/asset-bundle-ops.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_StartAssetBundleExportJob.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, Context, handler_of
from labkit.cloud.quicksight import kinds, permissions, records, tagging
from labkit.cloud.quicksight.accounts import members as folders
from labkit.cloud.quicksight.definitions import versions
from labkit.cloud.quicksight.kinds import ANALYSIS, DASHBOARD, Kind

Record = dict[str, Any]
_ARN = re.compile(r"arn:aws:quicksight:[\w-]*:\d*:([a-z-]+)/([\w.-]+)")
#: What goes by options of its own, or is of one account alone.
_APART = {"AwsAccountId", "Permissions", "Tags", "FolderArns", "SourceEntity"}


@dataclass(frozen=True)
class Asset:
    """A kind of asset in bundles.

    Args:
        kind: of the resource.
        plural: the member of overrides that is of this kind: ``DataSets``.
        told: the call that tells it whole, and its members in the answer.
        can_be_in_folders: whether its ``Create`` call takes folders.
    """

    kind: Kind
    plural: str
    told: tuple[str, Callable[[Answer], Record]]
    can_be_in_folders: bool = True

    @property
    def create(self) -> str:
        return f"Create{self.kind.noun}"

    @property
    def update(self) -> str:
        return f"Update{self.kind.noun}"

    @property
    def type(self) -> str:
        """As CloudFormation names it."""
        return f"AWS::QuickSight::{self.kind.noun}"

    def members(self, context: Context, id: str) -> Record:
        """What its ``Create`` call would take to make it.

        Raises:
            AwsError: ``ResourceNotFoundException``.
        """
        call, whole = self.told
        told = whole(ask(context, call, {self.kind.id: id})) | _beside(context, self.kind, id)
        return {name: told[name] for name in taken(self.create) - _APART if name in told}


def _beside(context: Context, kind: Kind, id: str) -> Record:
    """What no call tells beside a definition, though its asset was made with it."""
    if kind not in (ANALYSIS, DASHBOARD):
        return {}
    record = records.find(context, kind, id)
    version = versions.find(context, kind, id) if kind is DASHBOARD else record
    return given(
        {
            "LinkEntities": record.get("LinkEntities") or None,
            "Parameters": version["_"].get("parameters"),
            "VersionDescription": version.get("Description"),
        }
    )


def _theme(answer: Answer) -> Record:
    theme, version = answer["Theme"], answer["Theme"]["Version"]
    return given(theme | version | {"VersionDescription": version.get("Description")})


def _folder(answer: Answer) -> Record:
    found = answer["Folder"]
    above = found.get("FolderPath") or []
    return {**found, **({"ParentFolderArn": above[-1]} if above else {})}


#: In the order in which they can be made.
ASSETS: tuple[Asset, ...] = (
    Asset(kinds.FOLDER, "Folders", ("DescribeFolder", _folder), can_be_in_folders=False),
    Asset(kinds.DATA_SOURCE, "DataSources", ("DescribeDataSource", lambda a: a["DataSource"])),
    Asset(kinds.THEME, "Themes", ("DescribeTheme", _theme), can_be_in_folders=False),
    Asset(kinds.DATA_SET, "DataSets", ("DescribeDataSet", lambda a: a["DataSet"])),
    Asset(kinds.ANALYSIS, "Analyses", ("DescribeAnalysisDefinition", lambda a: a)),
    Asset(kinds.DASHBOARD, "Dashboards", ("DescribeDashboardDefinition", lambda a: a)),
)
BY_NAME = {each.kind.name: each for each in ASSETS}


def ask(context: Context, call: str, members: Record) -> Answer:
    """The answer of one of QuickSight's calls, made for whom a job works."""
    handler = handler_of("quicksight", call)
    assert handler is not None
    return handler(context, AwsAccountId=context.account, **members) or {}


def taken(call: str) -> set[str]:
    """The members that a call takes."""
    model = protocol.service_model("quicksight")
    shape: Any = model.operation_model(call).input_shape if model else None
    return set(shape.members) if shape else set()


def asset_of(arn: str) -> tuple[Asset, str] | None:
    """The kind and the id of an asset by its ARN; ``None`` of what a bundle cannot hold."""
    found = _ARN.fullmatch(arn)
    return (BY_NAME[found[1]], found[2]) if found and found[1] in BY_NAME else None


def arns_in(value: Any) -> Iterator[str]:
    """The ARNs of assets that stand anywhere in a value, each as often as it does."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from arns_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from arns_in(each)
    elif isinstance(value, str) and asset_of(value):
        yield value


def needed(members: Record) -> list[str]:
    """The ARNs of the assets that one cannot do without; a dashboard can without its links."""
    return list(arns_in({k: v for k, v in members.items() if k != "LinkEntities"}))


def replaced(value: Any, change: Callable[[str], Any]) -> Any:
    """A value with the ARNs of assets in it changed."""
    if isinstance(value, Mapping):
        return {name: replaced(each, change) for name, each in value.items()}
    if isinstance(value, list):
        return [replaced(each, change) for each in value]
    return change(value) if isinstance(value, str) and asset_of(value) else value


def extras(context: Context, asset: Asset, id: str, asked: Record) -> Record:
    """The permissions, tags and folders of an asset that an export asks for."""
    record = records.find(context, asset.kind, id)
    found: Record = {}
    if asked.get("IncludePermissions"):
        found["Permissions"] = permissions.held(record)
        if linked := record["_"].get("link"):
            found["LinkSharingConfiguration"] = {"Permissions": linked}
    if asked.get("IncludeTags"):
        found["Tags"] = tagging.tags(context.cloud, record["Arn"])
    if asked.get("IncludeFolderMemberships") and asset.can_be_in_folders:
        found["FolderArns"] = folders.holding(context, record["Arn"])
    return {name: value for name, value in found.items() if value}
