"""Workgroups: the compute that serves one namespace, measured in RPUs.

A workgroup costs only while it works. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-capacity.html
"""

from __future__ import annotations

import uuid
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.data_api.target import NAMESPACES
from labkit.cloud.redshift.endpoints import PORT, close_endpoint, endpoint_of
from labkit.cloud.redshift.keys import namespace_key
from labkit.cloud.redshift.lifecycle import begin, passing
from labkit.cloud.redshift.records import Record, every, look_up
from labkit.cloud.redshift.serverless import namespaces, tagging
from labkit.cloud.redshift.serverless.answering import (
    answers,
    conflict,
    find_available,
    invalid,
    lists,
)
from labkit.cloud.redshift.serverless.kinds import NAMESPACE, WORKGROUP
from labkit.cloud.redshift.warehouse import RedshiftError, close_warehouse, open_warehouse
from labkit.cloud.redshift.warehouse.statements.settings import of_group

CAPACITY = 128
CAPACITIES = (4, *range(8, 513, 8), *range(544, 1025, 32))
MOST_CAPACITY = 5632
# Settings that a workgroup has from the start.
_SETTINGS = {
    "auto_mv": "true",
    "datestyle": "ISO, MDY",
    "enable_case_sensitive_identifier": "false",
    "enable_user_activity_logging": "true",
    "query_group": "",
    "require_ssl": "false",
    "search_path": "$user, public",
    "use_fips_ssl": "false",
    "max_query_execution_time": "14400",
}
_LIMITS = (
    "max_query_blocks_read", "max_query_cpu_time", "max_query_cpu_usage_percent",
    "max_query_queue_time", "max_query_temp_blocks_to_disk", "max_join_row_count",
    "max_nested_loop_join_row_count", "max_scan_row_count", "max_return_row_count",
)  # fmt: skip
_TOLD = ("enhancedVpcRouting", "publiclyAccessible", "maxCapacity", "pricePerformanceTarget",
         "securityGroupIds", "subnetIds", "ipAddressType", "trackName",
         "extraComputeForAutomaticOptimization")  # fmt: skip


@answers("CreateWorkgroup")
def create_workgroup(
    context: Context,
    *,
    workgroupName: str,
    namespaceName: str,
    tags: list[Record] | None = None,
    **members: Any,
) -> Answer:
    """A namespace has one workgroup at most."""
    records.check_free(context, WORKGROUP, workgroupName)
    namespace = records.find(context, NAMESPACE, namespaceName)
    if namespaces.workgroup_of(context.cloud, namespace):
        raise conflict(f"The namespace {namespaceName} is already associated with a workgroup.")
    record = _new(context, workgroupName, namespaceName, members)
    tagging.put(context.cloud, record["workgroupArn"], tags or [])
    return {"workgroup": shown(context.cloud, begin(context.cloud, WORKGROUP, record))}


@answers("GetWorkgroup")
def get_workgroup(context: Context, *, workgroupName: str) -> Answer:
    found = records.find(context, WORKGROUP, workgroupName)
    return {"workgroup": shown(context.cloud, found)}


@lists("ListWorkgroups", "workgroups")
def list_workgroups(context: Context, *, ownerAccount: str | None = None) -> list[Record]:
    own = ownerAccount in (None, context.account)
    found = records.listed(context, WORKGROUP) if own else []
    return [shown(context.cloud, each) for each in found]


@answers("UpdateWorkgroup")
def update_workgroup(context: Context, *, workgroupName: str, **members: Any) -> Answer:
    """Other capacity or settings; sessions go on, but where the port is another."""
    record = find_available(context, WORKGROUP, workgroupName)
    _check(record | members)
    changed = record | {name: members[name] for name in _TOLD if name in members}
    if "baseCapacity" in members:
        changed["baseCapacity"] = members["baseCapacity"]
    if members.get("maxCapacity") == -1:
        changed.pop("maxCapacity")
    changed["configParameters"] = _settings(record["configParameters"], members)
    changed |= {"status": "MODIFYING", "port": members.get("port") or record["port"]}
    if changed["port"] != record["port"]:
        close_endpoint(context.cloud, key_of(record))
    return {"workgroup": shown(context.cloud, begin(context.cloud, WORKGROUP, changed))}


@answers("DeleteWorkgroup")
def delete_workgroup(context: Context, *, workgroupName: str) -> Answer:
    """The compute goes, the namespace and its data stay."""
    record = find_available(context, WORKGROUP, workgroupName) | {"status": "DELETING"}
    return {"workgroup": shown(context.cloud, begin(context.cloud, WORKGROUP, record))}


def shown(cloud: Cloud, record: Record) -> Record:
    """A workgroup as an answer tells it."""
    told = records.shown(record)
    if record["status"] in ("AVAILABLE", "MODIFYING"):
        host, port = endpoint_of(cloud, key_of(record), record["port"])
        told["endpoint"] = {"address": host, "port": port, "vpcEndpoints": []}
    return told


def key_of(record: Record) -> str:
    """The key of the warehouse that a workgroup serves."""
    return namespace_key(record["_"]["region"], record["namespaceName"])


@passing(WORKGROUP, "CREATING")
@passing(WORKGROUP, "MODIFYING")
def come_up(cloud: Cloud, record: Record) -> Record:
    """The warehouse opens."""
    namespace = look_up(cloud, record["_"]["region"], NAMESPACE, record["namespaceName"])
    if namespace and namespace["_"]["ready"]:
        open_warehouse(cloud, key_of(record))
    return {"status": "AVAILABLE"}


@passing(WORKGROUP, "DELETING")
def end(cloud: Cloud, record: Record) -> None:
    """All sessions end."""
    close_endpoint(cloud, key_of(record))
    close_warehouse(cloud, key_of(record))
    tagging.put(cloud, record["workgroupArn"], [])


def find_key(cloud: Cloud, region: str, name: str) -> str | None:
    """The key of the warehouse behind a workgroup that answers queries.

    Args:
        name: of the workgroup, or its number, with which its ARN ends.
    """
    found = look_up(cloud, region, WORKGROUP, name) or next(
        (
            each
            for each in every(cloud, WORKGROUP)
            if each["_"]["region"] == region and each["workgroupId"] == name
        ),
        None,
    )
    return key_of(found) if found and found["status"] in ("AVAILABLE", "MODIFYING") else None


NAMESPACES.append(find_key)


def _new(context: Context, name: str, namespace: str, members: Record) -> Record:
    _check(members)
    number = str(uuid.uuid4())
    told = {
        "workgroupName": name,
        "workgroupId": number,
        "workgroupArn": context.arn(f"workgroup/{number}"),
        "namespaceName": namespace,
        "baseCapacity": members.get("baseCapacity", CAPACITY),
        "configParameters": _settings(_defaults(), members),
        "creationDate": records.now(),
        "status": "CREATING",
        "port": members.get("port") or PORT,
        "workgroupVersion": "1.0",
        "patchVersion": "local",
        "enhancedVpcRouting": False,
        "publiclyAccessible": False,
        "securityGroupIds": [],
        "subnetIds": [],
        "trackName": "current",
    }
    told |= {member: members[member] for member in _TOLD if member in members}
    return told | {"_": {"region": context.region, "name": name}}


def _check(members: Record) -> None:
    base, most = members.get("baseCapacity", CAPACITY), members.get("maxCapacity")
    if base not in CAPACITIES:
        raise invalid(
            "The base capacity must be 4, or between 8 and 512 RPUs in units of 8, or up to 1024 "
            f"in units of 32: {base}"
        )
    if most not in (None, -1) and not base <= most <= MOST_CAPACITY:
        raise invalid(f"The max capacity must be between {base} and {MOST_CAPACITY} RPUs: {most}")
    for setting in members.get("configParameters") or ():
        if setting.get("parameterKey") not in (*_SETTINGS, *_LIMITS):
            raise invalid(f"Invalid config parameter: {setting.get('parameterKey')}")
        _check_value(setting)


def _check_value(setting: Record) -> None:
    name, value = setting["parameterKey"], setting.get("parameterValue", "")
    try:
        of_group({name: value})
    except RedshiftError as error:
        told = f"Invalid value of the config parameter {name}: {value}: {error.message}"
        raise invalid(told) from None


def _defaults() -> list[Record]:
    return [{"parameterKey": k, "parameterValue": v} for k, v in _SETTINGS.items()]


def _settings(known: list[Record], members: Record) -> list[Record]:
    """The settings that were there, with those of the call."""
    found = {each["parameterKey"]: each for each in known}
    found |= {each["parameterKey"]: each for each in members.get("configParameters") or ()}
    return list(found.values())
