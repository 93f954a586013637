"""The types of resources that stacks make by their services' own calls: one line each.

Beside these are DataBrew's, those around the lake, those that moto makes, and custom ones. What no
list has is refused: a stack without it would be another one. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/introduction.html
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from labkit.cloud.stacks.around import AROUND
from labkit.cloud.stacks.attached import ATTACHED
from labkit.cloud.stacks.buckets import BUCKET
from labkit.cloud.stacks.calls import ask
from labkit.cloud.stacks.catalog import CATALOG
from labkit.cloud.stacks.flows import FLOWS
from labkit.cloud.stacks.functions import FUNCTION, MAPPING
from labkit.cloud.stacks.global_tables import GLOBAL_TABLE
from labkit.cloud.stacks.item_tables import TABLE
from labkit.cloud.stacks.kinds import Kind, Members, Part, Reading, kind, renaming
from labkit.cloud.stacks.machines import MACHINES
from labkit.cloud.stacks.messages import MESSAGES, SUBSCRIBED
from labkit.cloud.stacks.roles import IDENTITIES
from labkit.cloud.stacks.sights import SIGHTS


def _scheduled(members: Members) -> Members:
    """A crawler's schedule is a text in the API."""
    schedule = members.get("Schedule")
    if isinstance(schedule, dict):
        return members | {"Schedule": schedule.get("ScheduleExpression", "")}
    return members


def _connected(members: Members) -> Members:
    """A connection of a network alone has no properties, which the API wants all the same."""
    said = {"ConnectionProperties": {}} | (members.get("ConnectionInput") or {})
    return members | {"ConnectionInput": said}


def _work_group_changes(members: Members) -> Members:
    """The call is told what is taken back: what it is not told stays."""
    told = copy.deepcopy(members)
    configuration = {"RequesterPaysEnabled": False} | told.pop("Configuration", {})
    results = configuration.pop("ResultConfiguration", {})
    gone = {f"Remove{name}": True for name in _RESULTS if name not in results}
    configuration["ResultConfigurationUpdates"] = results | gone
    if "BytesScannedCutoffPerQuery" not in configuration:
        configuration["RemoveBytesScannedCutoffPerQuery"] = True
    return told | {"ConfigurationUpdates": configuration}


_RESULTS = ("AclConfiguration", "EncryptionConfiguration", "ExpectedBucketOwner", "OutputLocation")


def _state(members: Members, state: str) -> tuple[str, Members]:
    """A work group is made enabled."""
    return "UpdateWorkGroup", {"WorkGroup": members["Name"], "State": state}


def _parameters(members: Members, told: list[Members]) -> tuple[str, Members]:
    """A parameter group is made with its family's values."""
    name = members["ParameterGroupName"]
    return "ModifyClusterParameterGroup", {"ParameterGroupName": name, "Parameters": told}


def _logged(members: Members, told: Members) -> tuple[str, Members]:
    return "EnableLogging", {"ClusterIdentifier": members["ClusterIdentifier"]} | told


def _unlogged(members: Members, _: Members) -> tuple[str, Members]:
    return "DisableLogging", {"ClusterIdentifier": members["ClusterIdentifier"]}


def _subscribed(members: Members) -> Members:
    told = {name: members.pop(name) for name in _SUBSCRIPTION if name in members}
    return members | {"Attributes": told, "ReturnSubscriptionArn": True}


_SUBSCRIPTION = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
)


def _generated(members: Members, said: Members) -> tuple[str, Members]:
    """A password as a template asks for it, once: another change leaves it."""
    asked = dict(said)  # which may say nothing
    around, key = asked.pop("SecretStringTemplate", None), asked.pop("GenerateStringKey", None)
    password = ask("secretsmanager", "GetRandomPassword", asked)["RandomPassword"]
    text = json.dumps(json.loads(around) | {key: password}) if around and key else password
    return "PutSecretValue", {"SecretId": members["Name"], "SecretString": text}


def _network(noun: str, key: str) -> Kind:
    """One of EC2's, which names it itself; moto's stacks would leave it when they go."""

    def shaped(members: Members) -> Members:
        tags, what = members.pop("Tags", []), re.sub("(?<!^)(?=[A-Z])", "-", noun).lower()
        told = {"TagSpecifications": [{"ResourceType": what, "Tags": tags}]} if tags else {}
        return members | told

    path = f"{noun}.{key}"
    told: Any = {"name": "", "id": path, "by": {key: path}, "attributes": {key: path}}
    return kind("ec2", noun, change="", shaped=shaped, **told)


def _glue(noun: str, **more: Any) -> Kind:
    return kind("glue", noun, passed=("CatalogId",), **more)


_CLUSTER = Reading("DescribeClusters", "Clusters.ClusterStatus", "available")
_OF_CLUSTERS = (
    "ClusterNamespaceArn",
    "Endpoint.Address",
    "Endpoint.Port",
    "MasterPasswordSecretArn",
)
_GROUP = "ClusterSubnetGroupName"
_SERVERLESS = "redshift-serverless"

TYPES: dict[str, Kind] = {
    **AROUND,
    **ATTACHED,
    **CATALOG,
    **FLOWS,
    **MACHINES,
    **MESSAGES,
    **IDENTITIES,
    **SIGHTS,
    "AWS::Athena::DataCatalog": kind("athena", "DataCatalog"),
    "AWS::Athena::NamedQuery": kind(
        "athena",
        "NamedQuery",
        change="",
        id="NamedQueryId",
        by={"NamedQueryId": "NamedQueryId"},
        shared=True,
    ),
    "AWS::Athena::PreparedStatement": kind(
        "athena",
        "PreparedStatement",
        name="StatementName",
        by={"StatementName": "StatementName", "WorkGroup": "WorkGroup"},
    ),
    "AWS::Athena::WorkGroup": kind(
        "athena",
        "WorkGroup",
        by={"WorkGroup": "Name"},
        passed=("RecursiveDeleteOption",),
        shaped=renaming({"WorkGroupConfiguration": "Configuration"}),
        changes=("Configuration",),
        changed=_work_group_changes,
        parts=(Part("State", _state),),
    ),
    "AWS::DynamoDB::GlobalTable": GLOBAL_TABLE,
    "AWS::DynamoDB::Table": TABLE,
    "AWS::EC2::InternetGateway": _network("InternetGateway", "InternetGatewayId"),
    "AWS::EC2::RouteTable": _network("RouteTable", "RouteTableId"),
    "AWS::EC2::VPCGatewayAttachment": Kind(
        "ec2",
        "AttachInternetGateway",
        drop="DetachInternetGateway",
        name="",
        id="VpcId",
        by={"VpcId": "VpcId", "InternetGatewayId": "InternetGatewayId"},
    ),
    "AWS::Glue::Classifier": _glue("Classifier", name="*.Name", by={"Name": "*.Name"}),
    "AWS::Glue::Connection": _glue(
        "Connection",
        name="ConnectionInput.Name",
        by={"Name": "ConnectionInput.Name", "ConnectionName": "ConnectionInput.Name"},
        shaped=_connected,
    ),
    "AWS::Glue::Crawler": _glue("Crawler", shaped=_scheduled),
    "AWS::Glue::Database": _glue(
        "Database", name="DatabaseInput.Name", low=True, by={"Name": "DatabaseInput.Name"}
    ),
    "AWS::Glue::Job": _glue("Job", by={"JobName": "Name"}, nest="JobUpdate"),
    "AWS::Glue::Table": _glue(
        "Table",
        name="TableInput.Name",
        low=True,
        by={"DatabaseName": "DatabaseName", "Name": "TableInput.Name"},
    ),
    "AWS::Glue::Trigger": _glue("Trigger", nest="TriggerUpdate"),
    "AWS::Glue::Workflow": _glue("Workflow"),
    "AWS::Lambda::EventSourceMapping": MAPPING,
    "AWS::Lambda::Function": FUNCTION,
    "AWS::Redshift::Cluster": kind(
        "redshift",
        "Cluster",
        change="ModifyCluster",
        name="ClusterIdentifier",
        low=True,
        dropped={"SkipFinalClusterSnapshot": True},
        last={"FinalClusterSnapshotIdentifier": "{}"},
        parts=(Part("LoggingProperties", _logged, _unlogged),),
        read=_CLUSTER,
        attributes={name: f"Clusters.{name}" for name in _OF_CLUSTERS},
    ),
    "AWS::Redshift::ClusterParameterGroup": kind(
        "redshift",
        "ClusterParameterGroup",
        change="",
        name="ParameterGroupName",
        low=True,
        parts=(Part("Parameters", _parameters),),
    ),
    "AWS::Redshift::ClusterSubnetGroup": kind(
        "redshift", "ClusterSubnetGroup", change="ModifyClusterSubnetGroup", name=_GROUP, low=True
    ),
    "AWS::Redshift::EventSubscription": kind(
        "redshift",
        "EventSubscription",
        change="ModifyEventSubscription",
        name="SubscriptionName",
        attributes={"CustSubscriptionId": "CustSubscriptionId", "Status": "Status"},
    ),
    "AWS::Redshift::Integration": kind(
        "redshift",
        "Integration",
        change="ModifyIntegration",
        name="IntegrationName",
        id="IntegrationArn",
        by={"IntegrationArn": "IntegrationArn"},
        shaped=renaming({"Tags": "TagList"}),
        attributes={"IntegrationArn": "IntegrationArn", "CreateTime": "CreateTime"},
    ),
    "AWS::Redshift::ScheduledAction": kind(
        "redshift",
        "ScheduledAction",
        change="ModifyScheduledAction",
        name="ScheduledActionName",
        attributes={"State": "State"},
    ),
    "AWS::Redshift::SnapshotCopyGrant": kind(
        "redshift", "SnapshotCopyGrant", change="", name="SnapshotCopyGrantName"
    ),
    "AWS::Redshift::SnapshotSchedule": kind(
        "redshift", "SnapshotSchedule", change="ModifySnapshotSchedule", name="ScheduleIdentifier"
    ),
    "AWS::Redshift::UsageLimit": kind(
        "redshift",
        "UsageLimit",
        change="ModifyUsageLimit",
        name="",
        id="UsageLimitId",
        by={"UsageLimitId": "UsageLimitId"},
    ),
    "AWS::RedshiftServerless::Namespace": kind(
        _SERVERLESS,
        "Namespace",
        name="NamespaceName",
        low=True,
        passed=("FinalSnapshotName", "FinalSnapshotRetentionPeriod"),
        read=Reading("GetNamespace", "namespace.status", "AVAILABLE"),
    ),
    "AWS::RedshiftServerless::Snapshot": kind(
        _SERVERLESS,
        "Snapshot",
        name="SnapshotName",
        low=True,
        read=Reading("GetSnapshot", "snapshot.status", "AVAILABLE"),
    ),
    "AWS::RedshiftServerless::Workgroup": kind(
        _SERVERLESS,
        "Workgroup",
        name="WorkgroupName",
        low=True,
        read=Reading("GetWorkgroup", "workgroup.status", "AVAILABLE"),
    ),
    "AWS::S3::Bucket": BUCKET,
    "AWS::S3::BucketPolicy": Kind(
        "s3",
        "PutBucketPolicy",
        "PutBucketPolicy",
        "DeleteBucketPolicy",
        name="Bucket",
        shaped=renaming({"PolicyDocument": "Policy"}),
    ),
    "AWS::Scheduler::Schedule": kind("scheduler", "Schedule", attributes={"Arn": "ScheduleArn"}),
    "AWS::Scheduler::ScheduleGroup": kind(
        "scheduler", "ScheduleGroup", change="", attributes={"Arn": "ScheduleGroupArn"}
    ),
    "AWS::SecretsManager::Secret": kind(
        "secretsmanager",
        "Secret",
        id="ARN",
        by={"SecretId": "ARN"},
        parts=(Part("GenerateSecretString", _generated),),
        dropped={"ForceDeleteWithoutRecovery": True},
        attributes={"Id": "ARN"},
    ),
    "AWS::SNS::Subscription": Kind(
        "sns",
        "Subscribe",
        drop="Unsubscribe",
        name="",
        id="SubscriptionArn",
        by={each: each for each in ("SubscriptionArn", "TopicArn", "Protocol", "Endpoint")},
        passed=("Region",),
        shaped=_subscribed,
        parts=(SUBSCRIBED,),
        attributes={"Arn": "SubscriptionArn"},
    ),
}
