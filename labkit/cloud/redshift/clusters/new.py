"""The record of a cluster in creation, from the members of a call.

Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from labkit.cloud.operations import Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters.kinds import CLUSTER
from labkit.cloud.redshift.clusters.node_types import node_type, number_of_nodes
from labkit.cloud.redshift.endpoints import PORT
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.words import fault, invalid_value

_IDENTIFIER = re.compile(r"[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)")
_PASSWORD = re.compile(r"(?:(?![ /@\"'\\])[!-~]){8,64}")
_MOMENT = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun):(?:[01][0-9]|2[0-3]):[0-5][0-9]")
PARAMETERS = "default.redshift-1.0"
# The key of a cluster that was given none.
OWNED_KEY = "AWS_OWNED_KMS_KEY"
# Members that are told as they were given, and what stands there when they were not.
_TOLD = {
    "DBName": "dev",
    "AutomatedSnapshotRetentionPeriod": 1,
    "ManualSnapshotRetentionPeriod": -1,
    "ClusterSubnetGroupName": "default",
    "PreferredMaintenanceWindow": "sat:05:00-sat:05:30",
    "ClusterVersion": "1.0",
    "AllowVersionUpgrade": True,
    "PubliclyAccessible": False,
    "Encrypted": True,
    "KmsKeyId": None,
    "EnhancedVpcRouting": False,
    "Tags": [],
    "DeferredMaintenanceWindows": [],
    "DefaultIamRoleArn": None,
    "MaintenanceTrackName": "current",
    "SnapshotScheduleIdentifier": None,
    "IpAddressType": "ipv4",
    "MasterPasswordSecretKmsKeyId": None,
}


# What no cluster here has, and how Redshift says that there is none.
_ABSENT = {
    "HsmClientCertificateIdentifier": ("HsmClientCertificateNotFoundFault", "HSM certificate"),
    "HsmConfigurationIdentifier": ("HsmConfigurationNotFoundFault", "HSM configuration"),
    "RedshiftIdcApplicationArn": (
        "RedshiftIdcApplicationNotExistsFault",
        "Redshift IAM Identity Center application",
    ),
}


def new_cluster(
    context: Context, identifier: str, members: Record, *, secret: str | None, **hidden: Any
) -> Record:
    """The record.

    Args:
        secret: the ARN of a managed password's secret.
        **hidden: what nobody is told.

    Raises:
        AwsError: what is asked for is no cluster, or its identifier is taken.
    """
    records.check_free(context, CLUSTER, identifier)
    check_around(context, members)
    kind = node_type(members["NodeType"])
    namespace, name = str(uuid.uuid4()), identifier_of(identifier)
    asked = {
        "ClusterIdentifier": name,
        "ClusterStatus": "creating",
        "NodeType": kind.name,
        "NumberOfNodes": number_of_nodes(
            kind, members.get("ClusterType"), members.get("NumberOfNodes")
        ),
        "MasterUsername": members["MasterUsername"],
        "ClusterCreateTime": records.now(),
        "AvailabilityZone": members.get("AvailabilityZone") or f"{context.region}a",
        "PendingModifiedValues": {},
        "ClusterNamespaceArn": context.arn(f"namespace:{namespace}"),
        "MasterPasswordSecretArn": secret,
    }
    told = _told(members) | groups_of(members) | address_of(members) | asked
    private = {"region": context.region, "name": name, "port": members.get("Port") or PORT}
    return records.given(told) | {"_": private | {"namespace": namespace, "ready": False} | hidden}


def check_around(context: Context, members: Record) -> None:
    """Raise for modules and applications, of which there are none, and for an unknown address."""
    for member, (shape, kind) in _ABSENT.items():
        if name := members.get(member):
            raise fault(shape, f"{kind} {name} not found.")
    address = members.get("ElasticIp")
    known = {each.public_ip for each in context.backend("ec2").addresses} if address else ()
    if address and address not in known:
        raise fault("InvalidElasticIpFault", f"The Elastic IP {address} could not be found.")


def address_of(members: Record) -> Record:
    """The elastic address that a cluster is given."""
    address = members.get("ElasticIp")
    return {"ElasticIpStatus": {"ElasticIp": address, "Status": "active"}} if address else {}


def check_password(password: str) -> str:
    """A password that Redshift takes.

    Raises:
        AwsError: it has too few characters, or one that may not be.
    """
    if not _PASSWORD.fullmatch(password):
        raise invalid_value(
            "The parameter MasterUserPassword is not a valid password. It must be 8 to 64 "
            "printable ASCII characters except /, @, \", ', \\ and space."
        )
    return password


def iam_roles(arns: list[str]) -> list[Record]:
    """Roles as a cluster tells them."""
    return [{"IamRoleArn": arn, "ApplyStatus": "in-sync"} for arn in arns]


def _told(members: Record) -> Record:
    told = {name: members.get(name, default) for name, default in _TOLD.items()}
    told["DBName"] = told["DBName"].lower()
    told["PreferredMaintenanceWindow"] = maintenance_window(told["PreferredMaintenanceWindow"])
    told["MultiAZ"] = "Enabled" if members.get("MultiAZ") else "Disabled"
    told["KmsKeyId"] = encryption_key(told)
    relocates = members.get("AvailabilityZoneRelocation")
    told["AvailabilityZoneRelocationStatus"] = "enabled" if relocates else "disabled"
    return told


def encryption_key(told: Record) -> str | None:
    """The key that a cluster's data are encrypted by; ``None`` where they are not.

    Source: https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html
    """
    return (told.get("KmsKeyId") or OWNED_KEY) if told["Encrypted"] else None


def maintenance_window(given: str) -> str:
    """A weekly time of maintenance as it is told, in small letters: ``sun:23:15-mon:03:15``.

    Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html
    """
    begin, _, end = given.lower().partition("-")
    if not (_MOMENT.fullmatch(begin) and _MOMENT.fullmatch(end)):
        raise invalid_value(f"Invalid maintenance window: {given}. Use ddd:hh24:mi-ddd:hh24:mi.")
    return given.lower()


def groups_of(members: Record) -> Record:
    """The groups and roles that a cluster is in."""
    parameters = members.get("ClusterParameterGroupName") or PARAMETERS
    return {
        "ClusterSecurityGroups": [
            {"ClusterSecurityGroupName": name, "Status": "active"}
            for name in members.get("ClusterSecurityGroups") or ()
        ],
        "VpcSecurityGroups": [
            {"VpcSecurityGroupId": name, "Status": "active"}
            for name in members.get("VpcSecurityGroupIds") or ()
        ],
        "ClusterParameterGroups": [
            {"ParameterGroupName": parameters, "ParameterApplyStatus": "in-sync"}
        ],
        "IamRoles": iam_roles(members.get("IamRoles") or []),
    }


def identifier_of(identifier: str) -> str:
    name = identifier.lower()
    if not _IDENTIFIER.fullmatch(name):
        raise invalid_value(
            "Invalid cluster identifier: it begins with a letter, has letters, digits and hyphens, "
            f"no two in a row and none at its end: {identifier}"
        )
    return name
