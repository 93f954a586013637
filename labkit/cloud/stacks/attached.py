"""The types that belong to another resource: a secret's database, a function's settings, a bus's.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/introduction.html
"""

from __future__ import annotations

import json

from labkit.cloud import stacks
from labkit.cloud.stacks.calls import ask, refused
from labkit.cloud.stacks.kinds import Kind, Members, Part, at, kind, renaming

_CLUSTER = "AWS::Redshift::Cluster"
# What a cluster's secret tells of it, and where the cluster has it.
_TOLD = {
    "host": "Endpoint.Address",
    "port": "Endpoint.Port",
    "dbClusterIdentifier": "ClusterIdentifier",
    "dbname": "DBName",
}


def _target(members: Members, cluster: str) -> Members:
    """What a secret tells of its database.

    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
    """
    if members["TargetType"] != _CLUSTER:
        raise refused(f"Only secrets of {_CLUSTER} can be attached in the local AWS")
    found = ask("redshift", "DescribeClusters", {"ClusterIdentifier": cluster})["Clusters"][0]
    return {"engine": "redshift"} | {name: at(found, path) for name, path in _TOLD.items()}


def _rewritten(members: Members, told: Members, without: frozenset[str]) -> tuple[str, Members]:
    secret = {"SecretId": members["SecretId"]}
    try:
        said = json.loads(ask("secretsmanager", "GetSecretValue", secret)["SecretString"])
        kept = {name: value for name, value in said.items() if name not in without}
    except (ValueError, AttributeError, KeyError):
        raise refused("The secret is no JSON object.") from None
    return "PutSecretValue", secret | {"SecretString": json.dumps(kept | told)}


def _attach(members: Members, target: str) -> tuple[str, Members]:
    return _rewritten(members, _target(members, target), frozenset())


def _detach(members: Members, _: str) -> tuple[str, Members]:
    return _rewritten(members, {}, frozenset({"engine", *_TOLD}))


def _statement(members: Members) -> Members:
    """A policy's statement, also where it is told in parts."""
    who, condition = members.pop("Principal", None), members.pop("Condition", None)
    action, bus = members.pop("Action", None), members.get("EventBusName", "default")
    if "Statement" in members:
        return members
    root = f"arn:aws:iam::{who}:root"
    said = {"Effect": "Allow", "Action": action, "Principal": "*" if who == "*" else {"AWS": root}}
    where = f"{stacks.caller().region}:{stacks.caller().account}"
    said["Resource"] = f"arn:aws:events:{where}:event-bus/{bus}"
    if condition:
        said["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
    return members | {"Statement": said}


def _permit(members: Members, statement: Members) -> tuple[str, Members]:
    """The bus's policy with a statement: the call puts a whole policy in place of another."""
    bus = {"EventBusName": members.get("EventBusName", "default")}
    policy = ask("events", "DescribeEventBus", {"Name": bus["EventBusName"]}).get("Policy")
    said = json.loads(policy)["Statement"] if policy else []
    sid = members["StatementId"]
    said = [each for each in said if each.get("Sid") != sid] + [statement | {"Sid": sid}]
    return "PutPermission", bus | {"Policy": {"Version": "2012-10-17", "Statement": said}}


def _forbid(members: Members, _: Members) -> tuple[str, Members]:
    bus = {"EventBusName": members.get("EventBusName", "default")}
    return "RemovePermission", bus | {"StatementId": members["StatementId"]}


def _of_rule(members: Members) -> Members:
    bus = {"EventBusName": members.get("EventBusName")}
    return {"Rule": members["Name"]} | (bus if bus["EventBusName"] else {})


def _rule(members: Members) -> str:
    """A rule's name, after that of a bus of one's own.

    Source: https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-events
    """
    own = stacks.caller().arn("event-bus/", "events")
    bus = str(members.get("EventBusName") or "default").removeprefix(own)
    return str(members["Name"]) if bus == "default" else f"{bus}|{members['Name']}"


def _aim(members: Members, target: Members) -> tuple[str, Members]:
    return "PutTargets", _of_rule(members) | {"Targets": [target]}


def _spare(members: Members, target: Members) -> tuple[str, Members]:
    return "RemoveTargets", _of_rule(members) | {"Ids": [target["Id"]]}


def _outgoing(members: Members) -> Members:
    """A rule as EC2's call has it."""
    said: Members = {"IpProtocol": members["IpProtocol"]}
    said |= {name: members[name] for name in ("FromPort", "ToPort") if name in members}
    note = {name: members[name] for name in ("Description",) if name in members}
    for name, many, one in _TO:
        if name in members:
            said[many] = [note | {one: members[name]}]
    return {"GroupId": members["GroupId"], "IpPermissions": [said]}


_TO = (
    ("CidrIp", "IpRanges", "CidrIp"),
    ("CidrIpv6", "Ipv6Ranges", "CidrIpv6"),
    ("DestinationPrefixListId", "PrefixListIds", "PrefixListId"),
    ("DestinationSecurityGroupId", "UserIdGroupPairs", "GroupId"),
)


def _layered(members: Members) -> Members:
    """A layer's version is one text in a template."""
    layer, _, version = members["LayerVersionArn"].rpartition(":")
    return members | {"LayerName": layer, "VersionNumber": version}


def _tagged(members: Members) -> Members:
    """A parameter's tags are an object in a template."""
    tags = members.pop("Tags", None) or {}
    listed = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    return members | (listed if tags else {})


def _overwritten(members: Members) -> Members:
    """A parameter's next version, which has the tags of the first."""
    return {name: value for name, value in members.items() if name != "Tags"} | {"Overwrite": True}


ATTACHED: dict[str, Kind] = {
    "AWS::EC2::SecurityGroupEgress": Kind(
        "ec2",
        "AuthorizeSecurityGroupEgress",
        drop="RevokeSecurityGroupEgress",
        name="",
        id="SecurityGroupRules.SecurityGroupRuleId",
        by={name: name for name in ("GroupId", "IpPermissions")},
        shaped=_outgoing,
        attributes={"Id": "SecurityGroupRules.SecurityGroupRuleId"},
    ),
    "AWS::Events::ApiDestination": kind(
        "events", "ApiDestination", attributes={"Arn": "ApiDestinationArn"}
    ),
    "AWS::Events::Archive": kind(
        "events",
        "Archive",
        name="ArchiveName",
        shaped=renaming({"SourceArn": "EventSourceArn"}),
        attributes={"Arn": "ArchiveArn"},
    ),
    "AWS::Events::Connection": kind("events", "Connection", attributes={"Arn": "ConnectionArn"}),
    "AWS::Events::EventBus": kind("events", "EventBus", attributes={"Arn": "EventBusArn"}),
    "AWS::Events::EventBusPolicy": Kind(
        "events",
        "",
        name="",
        id="EventBusName|StatementId",
        shaped=_statement,
        parts=(Part("Statement", _permit, _forbid),),
    ),
    "AWS::Events::Rule": Kind(
        "events",
        "PutRule",
        "PutRule",
        "DeleteRule",
        ref=_rule,
        by={name: name for name in ("Name", "EventBusName")},
        parts=(Part("Targets", _aim, _spare),),
        attributes={"Arn": "RuleArn"},
    ),
    "AWS::Lambda::EventInvokeConfig": Kind(
        "lambda",
        "PutFunctionEventInvokeConfig",
        "PutFunctionEventInvokeConfig",
        "DeleteFunctionEventInvokeConfig",
        name="",
        id="FunctionName|Qualifier",
        by={name: name for name in ("FunctionName", "Qualifier")},
    ),
    "AWS::Lambda::LayerVersion": Kind(
        "lambda",
        "PublishLayerVersion",
        drop="DeleteLayerVersion",
        name="LayerName",
        id="LayerVersionArn",
        by={"LayerName": "LayerName", "VersionNumber": "Version"},
        attributes={"LayerVersionArn": "LayerVersionArn"},
    ),
    "AWS::Lambda::LayerVersionPermission": Kind(
        "lambda",
        "AddLayerVersionPermission",
        drop="RemoveLayerVersionPermission",
        name="StatementId",
        id="LayerVersionArn|StatementId",
        by={name: name for name in ("LayerName", "VersionNumber", "StatementId")},
        passed=("LayerVersionArn",),
        shaped=_layered,
        attributes={"Id": "{LayerVersionArn}#{StatementId}"},
    ),
    "AWS::Lambda::Permission": Kind(
        "lambda",
        "AddPermission",
        drop="RemovePermission",
        name="StatementId",
        by={name: name for name in ("FunctionName", "StatementId")},
        attributes={"Id": "StatementId"},
    ),
    "AWS::Lambda::Url": kind(
        "lambda",
        "FunctionUrlConfig",
        name="",
        id="FunctionArn",
        by={name: name for name in ("FunctionName", "Qualifier")},
        shaped=renaming({"TargetFunctionArn": "FunctionName"}),
        attributes={"FunctionUrl": "FunctionUrl", "FunctionArn": "FunctionArn"},
    ),
    "AWS::SSM::Parameter": Kind(
        "ssm",
        "PutParameter",
        "PutParameter",
        "DeleteParameter",
        by={"Name": "Name"},
        shaped=_tagged,
        changed=_overwritten,
        attributes={"Type": "Type", "Value": "Value"},
    ),
    "AWS::SecretsManager::SecretTargetAttachment": Kind(
        "secretsmanager", "", name="", id="SecretId", parts=(Part("TargetId", _attach, _detach),)
    ),
}
