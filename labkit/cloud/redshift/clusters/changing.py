"""ModifyCluster, ModifyClusterIamRoles, ModifyClusterMaintenance.

Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_ModifyCluster.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import logins, managed, records
from labkit.cloud.redshift.clusters import resizing, shape
from labkit.cloud.redshift.clusters.kinds import CLUSTER
from labkit.cloud.redshift.clusters.new import (
    address_of,
    check_around,
    check_password,
    encryption_key,
    groups_of,
    iam_roles,
    identifier_of,
    maintenance_window,
)
from labkit.cloud.redshift.clusters.parameters import in_force
from labkit.cloud.redshift.clusters.state import find_available
from labkit.cloud.redshift.endpoints import close_endpoint
from labkit.cloud.redshift.lifecycle import answers, begin
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.words import invalid_combination, invalid_value

# Members that take the place of what the cluster tells.
_PLAIN = (
    "AutomatedSnapshotRetentionPeriod", "ManualSnapshotRetentionPeriod",
    "PreferredMaintenanceWindow", "ClusterVersion", "AllowVersionUpgrade", "PubliclyAccessible",
    "EnhancedVpcRouting", "MaintenanceTrackName", "Encrypted", "KmsKeyId", "AvailabilityZone",
    "IpAddressType", "MasterPasswordSecretKmsKeyId",
)  # fmt: skip
# Which member a list of names becomes.
_GROUPS = {
    "ClusterSecurityGroups": "ClusterSecurityGroups",
    "VpcSecurityGroupIds": "VpcSecurityGroups",
    "ClusterParameterGroupName": "ClusterParameterGroups",
}
_WAITS_FOR_REBOOT = "pending-reboot"
MOST_ROLES = 50
# As told in https://github.com/aws/aws-sdk-go/issues/4462
_DEFAULT_ROLE = (
    "The list of Amazon Resource Names (ARNs) for customer roles should contain the ARN of the "
    "default IAM role when a default is specified."
)


@answers("ModifyCluster")
def modify_cluster(context: Context, *, ClusterIdentifier: str, **members: Any) -> Answer:
    """Other settings, another password, other nodes, another name."""
    record = find_available(context, ClusterIdentifier)
    check_around(context, members)
    if any(members.get(name) for name in ("ClusterType", "NodeType", "NumberOfNodes")):
        record = resizing.resized(record, members, classic=True)
    changed = record | _changes(members) | address_of(members)
    if members.get("ClusterParameterGroupName"):
        changed |= records.hiding(record, parameters=in_force(context.cloud, record))
    changed |= _password(context, record, members)
    changed["KmsKeyId"] = encryption_key(changed)
    if (port := members.get("Port")) and port != record["_"]["port"]:
        changed["_"] = changed["_"] | {"port": port}
        close_endpoint(context.cloud, shape.key_of(record))
    if changed["ClusterStatus"] == "available":
        changed["ClusterStatus"] = "modifying"
    if new := members.get("NewClusterIdentifier"):
        changed = _renamed(context, changed, new)
    return {"Cluster": shape.cluster(context.cloud, begin(context.cloud, CLUSTER, changed))}


@answers("ModifyClusterIamRoles")
def modify_cluster_iam_roles(
    context: Context,
    *,
    ClusterIdentifier: str,
    AddIamRoles: list[str] | None = None,
    RemoveIamRoles: list[str] | None = None,
    DefaultIamRoleArn: str | None = None,
) -> Answer:
    """Which roles COPY, UNLOAD and external schemas may take."""
    record = find_available(context, ClusterIdentifier)
    held = [role["IamRoleArn"] for role in record["IamRoles"]]
    wanted = list(dict.fromkeys([*held, *(AddIamRoles or ())]))
    kept = [arn for arn in wanted if arn not in (RemoveIamRoles or ())]
    if len(kept) > MOST_ROLES:
        raise invalid_combination(f"A cluster can have at most {MOST_ROLES} IAM roles.")
    if DefaultIamRoleArn and DefaultIamRoleArn not in kept:
        raise invalid_value(_DEFAULT_ROLE)
    default = DefaultIamRoleArn or record.get("DefaultIamRoleArn")
    changed = record | {"IamRoles": iam_roles(kept), "DefaultIamRoleArn": default}
    if default not in kept:
        changed.pop("DefaultIamRoleArn")
    changed["ClusterStatus"] = "modifying"
    return {"Cluster": shape.cluster(context.cloud, begin(context.cloud, CLUSTER, changed))}


@answers("ModifyClusterMaintenance")
def modify_cluster_maintenance(
    context: Context,
    *,
    ClusterIdentifier: str,
    DeferMaintenance: bool = False,
    DeferMaintenanceIdentifier: str | None = None,
    DeferMaintenanceStartTime: Any = None,
    DeferMaintenanceEndTime: Any = None,
    DeferMaintenanceDuration: int | None = None,
) -> Answer:
    """Nothing is maintained here; the window that is put off is told as it was given."""
    record = records.find(context, CLUSTER, ClusterIdentifier)
    window: Record = {}
    if DeferMaintenance:
        start = DeferMaintenanceStartTime.timestamp() if DeferMaintenanceStartTime else None
        start = start or records.now()
        days = DeferMaintenanceDuration or 45
        end = DeferMaintenanceEndTime.timestamp() if DeferMaintenanceEndTime else None
        window = {
            "DeferMaintenanceIdentifier": DeferMaintenanceIdentifier or f"dfm-{int(start)}",
            "DeferMaintenanceStartTime": start,
            "DeferMaintenanceEndTime": end or start + days * 86400,
        }
    record = record | {"DeferredMaintenanceWindows": [window] if window else []}
    return {"Cluster": shape.cluster(context.cloud, records.put(context.cloud, CLUSTER, record))}


def _changes(members: Record) -> Record:
    """The members that change; parameters of another group wait for a reboot."""
    found: Record = {name: members[name] for name in _PLAIN if members.get(name) is not None}
    if window := found.get("PreferredMaintenanceWindow"):
        found["PreferredMaintenanceWindow"] = maintenance_window(window)
    told = groups_of(members)
    found |= {_GROUPS[name]: told[_GROUPS[name]] for name in _GROUPS if members.get(name)}
    if group := members.get("ClusterParameterGroupName"):
        waits = {"ParameterGroupName": group, "ParameterApplyStatus": _WAITS_FOR_REBOOT}
        found["ClusterParameterGroups"] = [waits]
    if members.get("AvailabilityZoneRelocation") is not None:
        on = members["AvailabilityZoneRelocation"]
        found["AvailabilityZoneRelocationStatus"] = "enabled" if on else "disabled"
    if members.get("MultiAZ") is not None:
        found["MultiAZ"] = "Enabled" if members["MultiAZ"] else "Disabled"
    return found


def _password(context: Context, record: Record, members: Record) -> Record:
    """A new password of the administrator, given or kept in a secret."""
    given, keeps = members.get("MasterUserPassword"), members.get("ManageMasterPassword")
    arn, region = record.get("MasterPasswordSecretArn"), context.region
    if given and (keeps or (arn and keeps is not False)):
        raise invalid_combination(
            "You can't specify MasterUserPassword when ManageMasterPassword is true."
        )
    if keeps and not arn:
        user, password = record["MasterUsername"], logins.new_password()
        key = members.get("MasterPasswordSecretKmsKeyId")
        arn = managed.keep_secret(
            context.cloud, region, record["ClusterIdentifier"], user, password, key
        )
        return {"MasterPasswordSecretArn": arn, "_": record["_"] | {"password": password}}
    if not given:
        return {}
    if arn:
        managed.drop_secret(context.cloud, region, arn)
    check_password(given)
    waits = {"MasterUserPassword": "****"}
    hidden = record["_"] | {"password": given}
    return {"PendingModifiedValues": waits, "MasterPasswordSecretArn": None, "_": hidden}


def _renamed(context: Context, record: Record, new: str) -> Record:
    """The same cluster under another name; its warehouse follows."""
    name = identifier_of(new)
    records.check_free(context, CLUSTER, name)
    hidden = record["_"] | {"name": name, "old_key": shape.key_of(record), "ready": False}
    with context.cloud.state.together():
        records.remove(context.cloud, CLUSTER, record)
        renamed = record | {"ClusterIdentifier": name, "ClusterStatus": "renaming", "_": hidden}
        return records.put(context.cloud, CLUSTER, renamed)
