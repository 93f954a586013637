"""Subnet groups and, from the time before VPCs, security groups of clusters.

Clusters of the local AWS listen on this machine alone; the groups are kept and told. A subnet group
is checked against EC2's records once, when it is made. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-cluster-subnet-groups.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters.kinds import CLUSTER, SECURITY_GROUP, SUBNET_GROUP
from labkit.cloud.redshift.clusters.listing import listing
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.words import fault, invalid_combination

DEFAULT = "Default"


@answers("CreateClusterSubnetGroup")
def create_cluster_subnet_group(
    context: Context,
    *,
    ClusterSubnetGroupName: str,
    Description: str,
    SubnetIds: list[str],
    Tags: list[Record] | None = None,
) -> Answer:
    told = {
        "ClusterSubnetGroupName": ClusterSubnetGroupName.lower(),
        "Description": Description,
        "SubnetGroupStatus": "Complete",
        "Tags": Tags or [],
        "SupportedClusterIpAddressTypes": ["ipv4"],
    }
    told |= _subnets(context, SubnetIds)
    made = records.create(context, SUBNET_GROUP, ClusterSubnetGroupName, told)
    return {"ClusterSubnetGroup": records.shown(made)}


@answers("DescribeClusterSubnetGroups")
def describe_cluster_subnet_groups(
    context: Context, *, ClusterSubnetGroupName: str | None = None, **page: Any
) -> Answer:
    name = ClusterSubnetGroupName
    return listing(context, SUBNET_GROUP, "ClusterSubnetGroups", name=name, **page)


@answers("ModifyClusterSubnetGroup")
def modify_cluster_subnet_group(
    context: Context,
    *,
    ClusterSubnetGroupName: str,
    SubnetIds: list[str],
    Description: str | None = None,
) -> Answer:
    found = records.find(context, SUBNET_GROUP, ClusterSubnetGroupName)
    changed = found | records.given({"Description": Description}) | _subnets(context, SubnetIds)
    records.put(context.cloud, SUBNET_GROUP, changed)
    return {"ClusterSubnetGroup": records.shown(changed)}


@answers("DeleteClusterSubnetGroup")
def delete_cluster_subnet_group(context: Context, *, ClusterSubnetGroupName: str) -> Answer:
    found = records.find(context, SUBNET_GROUP, ClusterSubnetGroupName)
    name = found["ClusterSubnetGroupName"]
    if records.listed(context, CLUSTER, lambda each: each["ClusterSubnetGroupName"] == name):
        raise fault("InvalidClusterSubnetGroupStateFault", f"The subnet group {name} is in use.")
    records.remove(context.cloud, SUBNET_GROUP, found)
    return {}


@answers("CreateClusterSecurityGroup")
def create_cluster_security_group(
    context: Context,
    *,
    ClusterSecurityGroupName: str,
    Description: str,
    Tags: list[Record] | None = None,
) -> Answer:
    told = _security_group(ClusterSecurityGroupName, Description, Tags or [])
    made = records.create(context, SECURITY_GROUP, ClusterSecurityGroupName, told)
    return {"ClusterSecurityGroup": records.shown(made)}


@answers("DescribeClusterSecurityGroups")
def describe_cluster_security_groups(
    context: Context, *, ClusterSecurityGroupName: str | None = None, **page: Any
) -> Answer:
    _ensure_default(context)
    name = ClusterSecurityGroupName
    return listing(context, SECURITY_GROUP, "ClusterSecurityGroups", name=name, **page)


@answers("DeleteClusterSecurityGroup")
def delete_cluster_security_group(context: Context, *, ClusterSecurityGroupName: str) -> Answer:
    found = records.find(context, SECURITY_GROUP, ClusterSecurityGroupName)
    if ClusterSecurityGroupName.lower() == DEFAULT.lower():
        raise fault("InvalidClusterSecurityGroupStateFault", "The default group stays.")
    records.remove(context.cloud, SECURITY_GROUP, found)
    return {}


@answers("AuthorizeClusterSecurityGroupIngress")
def authorize_cluster_security_group_ingress(
    context: Context, *, ClusterSecurityGroupName: str, **members: Any
) -> Answer:
    group, member, rule = _rule(context, ClusterSecurityGroupName, members)
    if any(_same(each, rule) for each in group[member]):
        raise fault("AuthorizationAlreadyExistsFault", "The authorization already exists.")
    changed = group | {member: [*group[member], {"Status": "authorized", **rule}]}
    records.put(context.cloud, SECURITY_GROUP, changed)
    return {"ClusterSecurityGroup": records.shown(changed)}


@answers("RevokeClusterSecurityGroupIngress")
def revoke_cluster_security_group_ingress(
    context: Context, *, ClusterSecurityGroupName: str, **members: Any
) -> Answer:
    group, member, rule = _rule(context, ClusterSecurityGroupName, members)
    kept = [each for each in group[member] if not _same(each, rule)]
    if len(kept) == len(group[member]):
        raise fault("AuthorizationNotFoundFault", "The authorization does not exist.")
    records.put(context.cloud, SECURITY_GROUP, group | {member: kept})
    return {"ClusterSecurityGroup": records.shown(group | {member: kept})}


def _subnets(context: Context, ids: list[str]) -> Record:
    """The subnets as a group tells them, by EC2's records, which are costly to open."""
    with context.cloud.lock("ec2"):
        backend = context.backend("ec2")
        found = {each.id: each for each in backend.describe_subnets() if each.id in ids}
        if not found or set(found) != set(ids):
            raise fault("InvalidSubnet", f"Subnet {ids} not found.")
        subnets = [
            {
                "SubnetIdentifier": name,
                "SubnetAvailabilityZone": {"Name": found[name].availability_zone},
                "SubnetStatus": "Active",
            }
            for name in ids
        ]
        return {"VpcId": found[ids[0]].vpc_id, "Subnets": subnets}


def _security_group(name: str, description: str, tags: list[Record]) -> Record:
    return {
        "ClusterSecurityGroupName": name,
        "Description": description,
        "EC2SecurityGroups": [],
        "IPRanges": [],
        "Tags": tags,
    }


def _ensure_default(context: Context) -> None:
    if records.look_up(context.cloud, context.region, SECURITY_GROUP, DEFAULT) is None:
        told = _security_group(DEFAULT, "Default Redshift Security Group", [])
        records.create(context, SECURITY_GROUP, DEFAULT, told)


def _rule(context: Context, name: str, members: Record) -> tuple[Record, str, Record]:
    """A group, the member that has its rules of this kind, and the rule."""
    group = records.look_up(context.cloud, context.region, SECURITY_GROUP, name)
    if group is None:
        raise AwsError(
            "ClusterSecurityGroupNotFound",
            "The cluster security group name does not refer to an existing cluster security group.",
            404,
        )
    if members.get("CIDRIP"):
        return group, "IPRanges", {"CIDRIP": members["CIDRIP"]}
    if not members.get("EC2SecurityGroupName"):
        raise invalid_combination("Give the CIDRIP or the EC2SecurityGroupName.")
    rule = {name: members.get(name, context.account)
            for name in ("EC2SecurityGroupName", "EC2SecurityGroupOwnerId")}  # fmt: skip
    return group, "EC2SecurityGroups", rule


def _same(known: Record, rule: Record) -> bool:
    return all(known.get(name) == value for name, value in rule.items())
