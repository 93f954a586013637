"""Work groups: who pays, where results go, how much a query may scan.

Settings of a work group that enforces them win over the client's. Source:
https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
moto keeps the records.
"""

from __future__ import annotations

import re
import time
from typing import Any

from labkit.cloud.athena import managed
from labkit.cloud.athena.errors import checked_tags, invalid
from labkit.cloud.athena.paging import lists
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, Context, operation

ENGINE = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
_ENGINES = ("AUTO", "Athena engine version 3")
#: The settings of a work group that is made without any; where some are told, metrics are off.
_UNSAID = {"EnforceWorkGroupConfiguration": True, "PublishCloudWatchMetricsEnabled": True}
_MINIMUM_CUTOFF = 10_000_000
#: ``UpdateWorkGroup``'s removals: the flag and the setting that it removes.
_REMOVALS = {
    "RemoveBytesScannedCutoffPerQuery": "BytesScannedCutoffPerQuery",
    "RemoveCustomerContentEncryptionConfiguration": "CustomerContentEncryptionConfiguration",
}
#: Settings that have some of their own, and ``UpdateWorkGroup``'s changes of these.
_PARTS = {
    "ResultConfiguration": "ResultConfigurationUpdates",
    "ManagedQueryResultsConfiguration": "ManagedQueryResultsConfigurationUpdates",
}
_PART_REMOVALS = {
    "RemoveOutputLocation": "OutputLocation",
    "RemoveEncryptionConfiguration": "EncryptionConfiguration",
    "RemoveExpectedBucketOwner": "ExpectedBucketOwner",
    "RemoveAclConfiguration": "AclConfiguration",
}


def work_groups(cloud: Cloud, region: str) -> dict[str, Any]:
    """moto's records of the work groups, by name."""
    found: dict[str, Any] = cloud.backend("athena", region).work_groups
    return found


def find_workgroup(context: Context, name: str) -> Any:
    """moto's record of a work group.

    Raises:
        AwsError: there is none of this name.
    """
    found = work_groups(context.cloud, context.region).get(name)
    if found is None:
        raise invalid("WorkGroup is not found.")
    return found


def decides(workgroup: Any) -> bool:
    """Whether a work group's settings go before those of a query."""
    return bool(workgroup.configuration.get("EnforceWorkGroupConfiguration"))


def result_configuration(workgroup: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Where a query's result goes and how, as the work group allows; nothing when Athena keeps it.

    Raises:
        AwsError: nobody says where, or somebody does and Athena keeps it.
    """
    if managed.settings_of(workgroup.configuration):
        managed.refuse_both(asked)
        return {}
    own = workgroup.configuration.get("ResultConfiguration") or {}
    own = {k: v for k, v in own.items() if v}
    chosen = own if decides(workgroup) else own | asked
    if not chosen.get("OutputLocation"):
        raise invalid(
            "No output location provided. An output location is required either through the "
            "Workgroup result configuration setting or as an API input."
        )
    if not re.match("s3://[^/]", chosen["OutputLocation"]):
        raise invalid("outputLocation is not a valid S3 path.")
    return dict(chosen)


@operation("athena", "CreateWorkGroup")
def create_work_group(
    context: Context,
    *,
    Name: str,
    Configuration: dict[str, Any] | None = None,
    Description: str = "",
    Tags: list[dict[str, str]] | None = None,
) -> Answer:
    settings, tags = _checked(Configuration or _UNSAID), checked_tags(Tags)
    with context.cloud.lock("athena"):
        backend = context.backend("athena")
        if Name in backend.work_groups:
            raise invalid("WorkGroup is already created")
        backend.create_work_group(Name, {"ResultConfiguration": {}, **settings}, Description, tags)
        backend.work_groups[Name].created = time.time()
    return {}


@operation("athena", "UpdateWorkGroup")
def update_work_group(
    context: Context,
    *,
    WorkGroup: str,
    Description: str | None = None,
    ConfigurationUpdates: dict[str, Any] | None = None,
    State: str | None = None,
) -> Answer:
    with context.cloud.lock("athena"):
        found = find_workgroup(context, WorkGroup)
        settings = _updated(found.configuration, ConfigurationUpdates or {})
        found.configuration = settings
        found.description = found.description if Description is None else Description
        found.state = State or found.state
    return {}


@operation("athena", "GetWorkGroup")
def get_work_group(context: Context, *, WorkGroup: str) -> Answer:
    found = find_workgroup(context, WorkGroup)
    shown = {name: each for name, each in _summary(found).items() if each != ""}
    return {"WorkGroup": shown | {"Configuration": _described(found)}}


@lists("ListWorkGroups", "WorkGroups")
def list_work_groups(context: Context) -> list[Answer]:
    groups = context.backend("athena").work_groups.values()
    shown = [_summary(g) | {"EngineVersion": _engine(g)} for g in groups]
    return sorted(shown, key=_name)


@operation("athena", "DeleteWorkGroup")
def delete_work_group(
    context: Context, *, WorkGroup: str, RecursiveDeleteOption: bool = False
) -> Answer:
    if WorkGroup == "primary":
        raise invalid("WorkGroup primary cannot be deleted")
    with context.cloud.lock("athena"):
        find_workgroup(context, WorkGroup)
        backend = context.backend("athena")
        held = _contents(context, WorkGroup)
        if any(keys for _, keys in held) and not RecursiveDeleteOption:
            raise invalid(f"WorkGroup {WorkGroup} is not empty")
        for records, keys in held:
            for key in keys:
                del records[key]
        del backend.work_groups[WorkGroup]
        backend.tagger.delete_all_tags_for_resource(context.arn(f"workgroup/{WorkGroup}"))
    return {}


def _contents(context: Context, name: str) -> list[tuple[Any, list[str]]]:
    """The records that belong to a work group, and their keys."""
    named = context.backend("athena").named_queries
    prepared, executions = map(context.cloud.records, ("athena.prepared", "athena.execution"))
    return [
        (named, [k for k, q in named.items() if q.workgroup.name == name]),
        (prepared, [k for k, p in prepared.items() if p["WorkGroupName"] == name]),
        (executions, [k for k, e in executions.items() if e["WorkGroup"] == name]),
    ]


@lists("ListEngineVersions", "EngineVersions")
def list_engine_versions(context: Context) -> list[Answer]:
    return [ENGINE, ENGINE | {"SelectedEngineVersion": _ENGINES[1]}]


def _summary(found: Any) -> dict[str, Any]:
    return {
        "Name": found.name,
        "State": found.state,
        "Description": found.description,
        "CreationTime": getattr(found, "created", 0.0)
        or found.athena_backend.__dict__.setdefault("labkit_created", time.time()),
    }


def _name(summary: dict[str, Any]) -> str:
    return str(summary["Name"])


def _engine(found: Any) -> dict[str, str]:
    selected = (found.configuration.get("EngineVersion") or {}).get("SelectedEngineVersion", "AUTO")
    return ENGINE | {"SelectedEngineVersion": selected}


def _described(found: Any) -> dict[str, Any]:
    return {**found.configuration, "EngineVersion": _engine(found)}


def _updated(settings: dict[str, Any], updates: dict[str, Any]) -> dict[str, Any]:
    changes = {k: v for k, v in updates.items() if k not in (*_PARTS.values(), *_REMOVALS)}
    merged = {**settings, **changes}
    for flag, name in _REMOVALS.items():
        if updates.get(flag):
            merged.pop(name, None)
    for part, changed in _PARTS.items():
        if changed in updates:
            merged[part] = _part(settings.get(part) or {}, updates[changed])
    return _checked(merged)


def _part(own: dict[str, Any], updates: dict[str, Any]) -> dict[str, Any]:
    gone = [name for flag, name in _PART_REMOVALS.items() if updates.get(flag)]
    changed = own | {k: v for k, v in updates.items() if k not in _PART_REMOVALS}
    return {name: value for name, value in changed.items() if name not in gone}


def _checked(settings: dict[str, Any]) -> dict[str, Any]:
    cutoff = settings.get("BytesScannedCutoffPerQuery")
    if cutoff is not None and cutoff < _MINIMUM_CUTOFF:
        raise invalid(
            f"BytesScannedCutoffPerQuery must be greater than or equal to {_MINIMUM_CUTOFF}"
        )
    engine = (settings.get("EngineVersion") or {}).get("SelectedEngineVersion", "AUTO")
    if engine not in _ENGINES:
        raise invalid(f"Engine version {engine} is not available in the local AWS")
    managed.settings_of(settings)
    return settings
