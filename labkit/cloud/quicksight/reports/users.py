"""Who a snapshot is for: an anonymous user with tags, or a user of QuickSight.

Sources: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SnapshotUserConfiguration.html
https://docs.aws.amazon.com/quicksight/latest/user/create-custom-permisions-profile.html
"""

from __future__ import annotations

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Context
from labkit.cloud.quicksight import principals, records
from labkit.cloud.quicksight.accounts.custom_permissions import PROFILE
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.reports.checks import files_of
from labkit.cloud.quicksight.words import denied, invalid

_EXPORTS = {"CSV": "ExportToCsv", "EXCEL": "ExportToExcel", "PDF": "ExportToPdf"}


def anonymous(configuration: Record | None) -> Record:
    """An anonymous user's tags, by key; nothing where the configuration names none."""
    users = (configuration or {}).get("AnonymousUsers") or []
    tags = {t["Key"]: t["Value"] for u in users for t in u.get("RowLevelPermissionTags") or ()}
    return {"tags": tags} if users else {}


def redacted(user: Record) -> Record | None:
    """What ``Describe`` tells of a job's user: the keys of the tags, not their values."""
    if user.get("arn"):
        return None
    keys = list(user["tags"])
    return {"AnonymousUsers": [{"RowLevelPermissionTagKeys": keys} if keys else {}]}


def own_user(context: Context, configuration: Record) -> Record:
    """The caller as a user of QuickSight.

    Raises:
        AwsError: the caller is none, or may not export in one of the formats.
    """
    found = principals.find(context.cloud, principals.caller_arn(context))
    if found is None:
        raise invalid(
            "UserConfiguration is required: the caller is not a registered user of QuickSight."
        )
    for kind in sorted({each["FormatType"] for each in files_of(configuration)}):
        if _is_denied(context.cloud, context.region, found, _EXPORTS[kind]):
            raise denied(f"User {found['Arn']} is restricted from exporting data as {kind}.")
    return {"arn": found["Arn"]}


def _is_denied(cloud: Cloud, region: str, user: Record, capability: str) -> bool:
    name = user.get("CustomPermissionsName")
    profile = records.look_up(cloud, region, PROFILE, name) if name else None
    return ((profile or {}).get("Capabilities") or {}).get(capability) == "DENY"
