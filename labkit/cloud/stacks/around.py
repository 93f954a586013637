"""The types of the services around the lake that stacks make by calls: policies, logs, alarms.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/introduction.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud import stacks
from labkit.cloud.stacks.kinds import Kind, Members, Part, kind, renamed, renaming

_GRANTED = {
    "DataLocationResource": "DataLocation",
    "DatabaseResource": "Database",
    "S3Resource": "ResourceArn",
    "TableResource": "Table",
    "TableWithColumnsResource": "TableWithColumns",
}
_SECURED = {"S3Encryptions": "S3Encryption"}
_TOPIC_ACTIONS = "GetTopicAttributes SetTopicAttributes AddPermission RemovePermission"
_TOPIC_ACTIONS += " DeleteTopic Subscribe ListSubscriptionsByTopic Publish"


def _put(service: str, noun: str, name: str, *beside: str, **more: Any) -> Kind:
    """A type that one call makes and changes."""
    by = {each: each for each in (*beside, name)}
    told: dict[str, Any] = {"drop": f"Delete{noun}", "by": by} | more
    return Kind(service, f"Put{noun}", f"Put{noun}", name=name, **told)


def _settings(members: Members) -> Members:
    return {"DataLakeSettings": renaming({"Admins": "DataLakeAdmins"})(members)}


def _grant(members: Members) -> Members:
    shorter = {name.removeprefix("DataLake"): value for name, value in members.items()}
    told = renaming({"Catalog": "CatalogId"})(shorter)
    return told | {"Resource": renamed(told.get("Resource"), _GRANTED)}


def _secured(members: Members) -> Members:
    return members | {
        "EncryptionConfiguration": renamed(members["EncryptionConfiguration"], _SECURED)
    }


def _granted(call: str) -> Any:
    def told(members: Members, permission: str) -> tuple[str, Members]:
        about = {name: members[name] for name in ("Principal", "Resource")}
        return call, about | {"Permissions": [permission]}

    return told


def _topics(members: Members) -> Members:
    about = {"AttributeName": "Policy", "AttributeValue": members["PolicyDocument"]}
    return {"Policies": [{"TopicArn": arn} | about for arn in members["Topics"]]}


def _topic(members: Members) -> Members:
    return _topics(members | {"Topics": [members["TopicArn"]]})


def _open_topic(_: Members, policy: Members) -> tuple[str, Members]:
    """A topic without a policy of its own has the one that it was made with."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in _TOPIC_ACTIONS.split()],
        "Resource": policy["TopicArn"],
        "Condition": {"StringEquals": {"AWS:SourceOwner": stacks.caller().account}},
    }
    document = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
    return "SetTopicAttributes", policy | {"AttributeValue": document}


def _queues(members: Members) -> Members:
    about = {"Attributes": {"Policy": members["PolicyDocument"]}}
    return {"Policies": [{"QueueUrl": url} | about for url in members["Queues"]]}


def _queue(members: Members) -> Members:
    return _queues(members | {"Queues": [members["Queue"]]})


def _open_queue(_: Members, policy: Members) -> tuple[str, Members]:
    return "SetQueueAttributes", policy | {"Attributes": {"Policy": ""}}


def _policies(service: str, call: str, shaped: Any, reopen: Any, of: str = "") -> Kind:
    """A policy of several topics or queues, or of the one whose member is told."""
    part = Part("Policies", lambda _, policy: (call, policy), reopen)
    named = f"Policies.{of}" if of else ""
    return Kind(service, "", name="", id=named, shaped=shaped, parts=(part,))


def _budget(members: Members) -> Members:
    return {"AccountId": stacks.caller().account} | members


def _logging(members: Members, on: Any) -> tuple[str, Members]:
    return f"{'Stop' if on in (False, 'false') else 'Start'}Logging", {"Name": members["Name"]}


def _selected(name: str) -> Any:
    def put(members: Members, told: Any) -> tuple[str, Members]:
        return "PutEventSelectors", {"TrailName": members["Name"], name: told}

    return put


def _retained(members: Members, days: Any) -> tuple[str, Members]:
    return "PutRetentionPolicy", {
        "LogGroupName": members["LogGroupName"],
        "RetentionInDays": int(days),
    }


def _kept_forever(members: Members, _: Any) -> tuple[str, Members]:
    return "DeleteRetentionPolicy", {"LogGroupName": members["LogGroupName"]}


_GRANT = Part(
    "Permissions", _granted("GrantPermissions"), _granted("RevokePermissions"), first=False
)
_GRANTS = Kind(
    "lakeformation",
    "GrantPermissions",
    drop="RevokePermissions",
    name="",
    by={name: name for name in ("Principal", "Resource", "Permissions")},
    shaped=_grant,
    parts=(_GRANT,),
)


def _alarm(put: str) -> Kind:
    return Kind(
        "cloudwatch",
        put,
        put,
        "DeleteAlarms",
        name="AlarmName",
        by={"AlarmName": "AlarmName", "AlarmNames": "AlarmName"},
        attributes={"Arn": "arn:aws:cloudwatch:{Region}:{Account}:alarm:{AlarmName}"},
    )


AROUND: dict[str, Kind] = {
    "AWS::Budgets::Budget": kind(
        "budgets",
        "Budget",
        change="",
        name="Budget.BudgetName",
        by={"AccountId": "AccountId", "BudgetName": "Budget.BudgetName"},
        shaped=_budget,
    ),
    "AWS::CloudTrail::Trail": kind(
        "cloudtrail",
        "Trail",
        name="TrailName",
        id="Name",
        by={"Name": "Name"},
        shaped=renaming({"TrailName": "Name"}),
        parts=(
            Part("IsLogging", _logging),
            Part("EventSelectors", _selected("EventSelectors")),
            Part("AdvancedEventSelectors", _selected("AdvancedEventSelectors")),
        ),
        attributes={"Arn": "TrailARN"},
    ),
    "AWS::CloudWatch::Alarm": _alarm("PutMetricAlarm"),
    "AWS::CloudWatch::CompositeAlarm": _alarm("PutCompositeAlarm"),
    "AWS::CloudWatch::Dashboard": Kind(
        "cloudwatch",
        "PutDashboard",
        "PutDashboard",
        "DeleteDashboards",
        name="DashboardName",
        by={"DashboardName": "DashboardName", "DashboardNames": "DashboardName"},
    ),
    "AWS::Glue::SecurityConfiguration": kind(
        "glue", "SecurityConfiguration", change="", shaped=_secured
    ),
    "AWS::LakeFormation::DataLakeSettings": Kind(
        "lakeformation", "PutDataLakeSettings", "PutDataLakeSettings", name="", shaped=_settings
    ),
    "AWS::LakeFormation::Permissions": _GRANTS,
    "AWS::LakeFormation::PrincipalPermissions": _GRANTS,
    "AWS::LakeFormation::Resource": Kind(
        "lakeformation",
        "RegisterResource",
        "UpdateResource",
        "DeregisterResource",
        name="ResourceArn",
    ),
    "AWS::Lambda::Alias": kind(
        "lambda",
        "Alias",
        id="AliasArn",
        by={"FunctionName": "FunctionName", "Name": "Name"},
        attributes={"AliasArn": "AliasArn"},
    ),
    "AWS::Lambda::Version": Kind(
        "lambda",
        "PublishVersion",
        drop="DeleteFunction",
        name="",
        id="FunctionArn",
        by={"FunctionName": "FunctionName", "Qualifier": "Version"},
        attributes={"Version": "Version"},
    ),
    "AWS::Logs::LogGroup": kind(
        "logs",
        "LogGroup",
        change="",
        name="LogGroupName",
        by={"LogGroupName": "LogGroupName"},
        parts=(Part("RetentionInDays", _retained, _kept_forever),),
        attributes={"Arn": "arn:aws:logs:{Region}:{Account}:log-group:{LogGroupName}:*"},
    ),
    "AWS::Logs::LogStream": kind(
        "logs",
        "LogStream",
        change="",
        name="LogStreamName",
        by={"LogGroupName": "LogGroupName", "LogStreamName": "LogStreamName"},
    ),
    "AWS::Logs::MetricFilter": _put("logs", "MetricFilter", "FilterName", "LogGroupName"),
    "AWS::Logs::QueryDefinition": Kind(
        "logs",
        "PutQueryDefinition",
        "PutQueryDefinition",
        "DeleteQueryDefinition",
        id="queryDefinitionId",
        by={"queryDefinitionId": "queryDefinitionId"},
    ),
    "AWS::Logs::ResourcePolicy": _put("logs", "ResourcePolicy", "PolicyName"),
    "AWS::Logs::SubscriptionFilter": _put(
        "logs", "SubscriptionFilter", "FilterName", "LogGroupName"
    ),
    "AWS::S3Tables::Namespace": kind(
        "s3tables",
        "Namespace",
        change="",
        name="",
        id="TableBucketARN|Namespace",
        by={"tableBucketARN": "TableBucketARN", "namespace": "Namespace"},
    ),
    "AWS::S3Tables::TableBucket": kind(
        "s3tables",
        "TableBucket",
        change="",
        name="TableBucketName",
        low=True,
        id="arn",
        by={"tableBucketARN": "arn"},
        shaped=renaming({"TableBucketName": "Name"}),
        attributes={"TableBucketARN": "arn"},
    ),
    "AWS::SecretsManager::ResourcePolicy": _put("secretsmanager", "ResourcePolicy", "SecretId"),
    "AWS::SecretsManager::RotationSchedule": Kind(
        "secretsmanager",
        "RotateSecret",
        "RotateSecret",
        "CancelRotateSecret",
        name="",
        id="ARN",
        by={"SecretId": "SecretId"},
        shaped=renaming({"RotateImmediatelyOnUpdate": "RotateImmediately"}),
    ),
    "AWS::SNS::TopicInlinePolicy": _policies(
        "sns", "SetTopicAttributes", _topic, _open_topic, of="TopicArn"
    ),
    "AWS::SNS::TopicPolicy": _policies("sns", "SetTopicAttributes", _topics, _open_topic),
    "AWS::SQS::QueueInlinePolicy": _policies(
        "sqs", "SetQueueAttributes", _queue, _open_queue, of="QueueUrl"
    ),
    "AWS::SQS::QueuePolicy": _policies("sqs", "SetQueueAttributes", _queues, _open_queue),
}
