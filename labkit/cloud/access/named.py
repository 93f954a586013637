"""Which resources a call names, as the ARNs that policies speak of.

A line tells operations of a service, and the resources that their callers need, with members of
the call in braces; of several such lines the first counts whose members the call has. Of other
calls it is not known which resources they name. A star stands for what the call does not tell,
such as a stack's id, and is like a policy's star.

Source: the "Resource types" and "Actions" tables of each service's page below
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from labkit.cloud.operations import Context

_LINES = {
    "athena": """
        .*DataCatalog: datacatalog/{Name}
        .*(Database|TableMetadata)s?: datacatalog/{CatalogName}
        (Create|Get|Update|Delete)WorkGroup: workgroup/{Name}
        .*: workgroup/{WorkGroup}
        StartQueryExecution|CreateNamedQuery|List(QueryExecutions|NamedQueries): workgroup/primary
    """,
    "cloudformation": "(?!List).*: stack/{StackName}/*",
    "databrew": """
        .*Dataset: dataset/{Name}
        .*JobRun|.*Job: job/{Name}
        .*Project.*: project/{Name}
        .*Recipe.*: recipe/{Name}
        .*Ruleset: ruleset/{Name}
        .*Schedule: schedule/{Name}
    """,
    "dynamodb": """
        Query|Scan|PartiQLSelect: table/{TableName}/index/{IndexName}
        .*: table/{TableName}
    """,
    "events": """
        .*(Rule|Targets|TargetsByRule): rule/{EventBusName}{Name}
        .*(Rule|Targets|TargetsByRule): rule/{EventBusName}{Rule}
        .*(Rule|Targets|TargetsByRule): rule/{Name}
        .*(Rule|Targets|TargetsByRule): rule/{Rule}
        .*EventBus: event-bus/{Name}
    """,
    "firehose": ".*: deliverystream/{DeliveryStreamName}",
    "glue": """
        CreateDatabase: catalog database/{DatabaseInput.Name}
        (Get|Update|Delete)Database: catalog database/{Name}
        GetDatabases: catalog
        GetTables: catalog database/{DatabaseName} table/{DatabaseName}/*
        (Create|Update)Table: catalog database/{DatabaseName} table/{DatabaseName}/{TableInput.Name}
        (Get|Delete)Table: catalog database/{DatabaseName} table/{DatabaseName}/{Name}
        .*Table.*|.*Partition.*: catalog database/{DatabaseName} table/{DatabaseName}/{TableName}
        .*Crawler: crawler/{Name}
        .*CrawlerSchedule: crawler/{CrawlerName}
        .*Job: job/{Name}
        .*Job.*: job/{JobName}
        .*Trigger: trigger/{Name}
        .*Workflow.*: workflow/{Name}
        .*Connection: catalog connection/{Name}
    """,
    "iam": """
        .*User.*|.*AccessKey|.*LoginProfile: user/{UserName}
        .*Role.*: role/{RoleName}
        .*Group.*: group/{GroupName}
        .*Policy.*: {PolicyArn}
        CreatePolicy: policy/{PolicyName}
    """,
    "kinesis": """
        .*: {StreamARN}
        .*: stream/{StreamName}
    """,
    "lambda": """
        .*LayerVersion.*: layer:{LayerName}:{VersionNumber}
        .*LayerVersion.*: layer:{LayerName}
        (?!.*EventSource).*: function:{FunctionName}
    """,
    "quicksight": """
        .*Ingestion: dataset/{DataSetId}/ingestion/{IngestionId}
        .*RefreshSchedule: dataset/{DataSetId}/refresh-schedule/{ScheduleId}
        .*DataSet.*: dataset/{DataSetId}
        .*DataSource.*: datasource/{DataSourceId}
        .*Dashboard.*: dashboard/{DashboardId}
        .*Analysis.*: analysis/{AnalysisId}
        .*Template.*: template/{TemplateId}
        .*Theme.*: theme/{ThemeId}
        .*Topic.*: topic/{TopicId}
        .*Folder.*: folder/{FolderId}
        .*Group(Memberships?)?: group/{Namespace}/{GroupName}
        .*User.*: user/{Namespace}/{UserName}
        (Tag|Untag)Resource|ListTagsForResource: {ResourceArn}
    """,
    "redshift": """
        Get.*Credentials: dbuser:{ClusterIdentifier}/{DbUser} dbname:{ClusterIdentifier}/{DbName}
        Get.*Credentials: dbuser:{ClusterIdentifier}/{DbUser}
        GetClusterCredentialsWithIAM: dbname:{ClusterIdentifier}/{DbName}
        CreateClusterSnapshot: snapshot:{ClusterIdentifier}/{SnapshotIdentifier}
        .*: cluster:{ClusterIdentifier}
    """,
    "scheduler": """
        .*Schedule: schedule/{GroupName}/{Name}
        .*Schedule: schedule/default/{Name}
        .*ScheduleGroup: schedule-group/{Name}
    """,
    "secretsmanager": ".*: secret:{SecretId}",
    "sns": """
        CreateTopic: {Name}
        .*: {TopicArn}
        .*: {TargetArn}
        .*: {SubscriptionArn}
    """,
    "sqs": """
        .*: {QueueUrl}
        .*: {QueueName}
    """,
    "ssm": """
        .*Parameters?: parameter/{Name}
        .*Path: parameter/{Path}
    """,
    "stepfunctions": """
        CreateStateMachine: stateMachine:{name}
        CreateActivity: activity:{name}
        .*: {stateMachineArn}
        .*: {executionArn}
        .*: {activityArn}
        .*: {resourceArn}
    """,
}
_MEMBER = re.compile(r"\{([\w.]+)\}")
_WITHOUT_REGION = {"iam"}
# How a member's value stands in an ARN, where it does not stand as it is.
_SPELLINGS: dict[tuple[str, str], Callable[[str], str]] = {
    ("events", "EventBusName"): lambda bus: "" if bus == "default" else f"{bus}/",
    ("secretsmanager", "SecretId"): lambda name: f"{name}-??????",  # AWS adds six letters
    ("sqs", "QueueUrl"): lambda url: url.rpartition("/")[2],
    ("ssm", "Name"): lambda name: name.lstrip("/"),
    ("ssm", "Path"): lambda path: path.lstrip("/"),
}


def resources(context: Context, prefix: str, asked: Mapping[str, Any]) -> list[str]:
    """The ARNs of what a call names; none where that is not known.

    Args:
        prefix: how policies call the service, such as ``states``.
        asked: the call's parameters.
    """
    region = "" if context.service in _WITHOUT_REGION else context.region
    stem = f"arn:aws:{prefix}:{region}:{context.account}:"
    for templates in _templates(context.service, context.operation):
        found = [_arn(stem, each, context.service, asked) for each in templates]
        if all(found):
            return found
    return []


@functools.cache
def _templates(service: str, operation: str) -> tuple[list[str], ...]:
    lines = (line.strip().partition(": ") for line in _LINES.get(service, "").splitlines())
    return tuple(named.split() for names, _, named in lines if re.fullmatch(names, operation))


def _arn(stem: str, template: str, service: str, asked: Mapping[str, Any]) -> str:
    """A template with the call's members in it; nothing where one lacks."""
    for member in _MEMBER.findall(template):
        value: Any = asked
        for name in member.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if not value or str(value).startswith("arn:"):
            return str(value or "")
        spelled = _SPELLINGS.get((service, member), str)(str(value))
        template = template.replace("{" + member + "}", spelled)
    return stem + template
