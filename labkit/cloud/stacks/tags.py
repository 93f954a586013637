"""A stack's tags, which its resources get beside their own, and changes of both.

A resource's own tag goes before its stack's of the same key. Tags are changed by the tagging API,
which asks each service's own calls: those that change a resource leave them as they are.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.stacks.calls import ask, refused
from labkit.cloud.stacks.kinds import Members

_HERE = "{Region}:{Account}"
# The ARNs by which the tagging API knows them, with paths of members or answers in braces.
ARNS = {
    "AWS::Athena::DataCatalog": f"arn:aws:athena:{_HERE}:datacatalog/{{Name}}",
    "AWS::Athena::WorkGroup": f"arn:aws:athena:{_HERE}:workgroup/{{Name}}",
    "AWS::CloudWatch::Alarm": f"arn:aws:cloudwatch:{_HERE}:alarm:{{AlarmName}}",
    "AWS::DynamoDB::GlobalTable": "{Table.TableArn}",
    "AWS::DynamoDB::Table": "{Table.TableArn}",
    "AWS::Events::EventBus": f"arn:aws:events:{_HERE}:event-bus/{{Name}}",
    "AWS::Events::Rule": "{RuleArn}",
    "AWS::Glue::Crawler": f"arn:aws:glue:{_HERE}:crawler/{{Name}}",
    "AWS::Glue::DataQualityRuleset": f"arn:aws:glue:{_HERE}:dataQualityRuleset/{{Name}}",
    "AWS::Glue::Job": f"arn:aws:glue:{_HERE}:job/{{Name}}",
    "AWS::Glue::Registry": "{RegistryArn}",
    "AWS::Glue::Schema": "{SchemaArn}",
    "AWS::Glue::Trigger": f"arn:aws:glue:{_HERE}:trigger/{{Name}}",
    "AWS::Glue::Workflow": f"arn:aws:glue:{_HERE}:workflow/{{Name}}",
    "AWS::Kinesis::Stream": f"arn:aws:kinesis:{_HERE}:stream/{{StreamName}}",
    "AWS::KinesisFirehose::DeliveryStream": "{DeliveryStreamARN}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{_HERE}:log-group:{{LogGroupName}}",
    "AWS::Redshift::Cluster": f"arn:aws:redshift:{_HERE}:cluster:{{ClusterIdentifier}}",
    "AWS::Redshift::ClusterParameterGroup": (
        f"arn:aws:redshift:{_HERE}:parametergroup:{{ParameterGroupName}}"
    ),
    "AWS::Redshift::ClusterSubnetGroup": (
        f"arn:aws:redshift:{_HERE}:subnetgroup:{{ClusterSubnetGroupName}}"
    ),
    "AWS::RedshiftServerless::Namespace": "{namespace.namespaceArn}",
    "AWS::RedshiftServerless::Workgroup": "{workgroup.workgroupArn}",
    "AWS::SNS::Topic": "{TopicArn}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{_HERE}:{{QueueName}}",
    "AWS::SSM::Parameter": f"arn:aws:ssm:{_HERE}:parameter/{{Name}}",
    "AWS::Scheduler::ScheduleGroup": "{ScheduleGroupArn}",
    "AWS::SecretsManager::Secret": "{ARN}",
    "AWS::StepFunctions::Activity": "{activityArn}",
}
# Whose tags a call of their own changes.
_OWN = {
    "AWS::CloudFormation::Stack",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::StepFunctions::StateMachine",
    *(
        f"AWS::DataBrew::{n}"
        for n in ("Dataset", "Job", "Project", "Recipe", "Ruleset", "Schedule")
    ),
    *(f"AWS::QuickSight::{n}" for n in ("Analysis", "Dashboard", "DataSet", "DataSource")),
    *(f"AWS::QuickSight::{n}" for n in ("Folder", "Template", "Theme")),
}
# Which moto makes, and changes nothing of.
_MOTOS = {"AWS::KMS::Key"}
# In whose templates tags are an object, not a list of pairs.
_MAPS = {
    "AWS::SSM::Parameter",
    *(f"AWS::Glue::{noun}" for noun in ("Crawler", "DataQualityRuleset", "Job")),
    *(f"AWS::Glue::{noun}" for noun in ("Trigger", "Workflow")),
}
#: What tags are called.
NAMES = ("Tags", "tags")


def changes(kind: str) -> bool:
    """Whether a change of its stack's tags changes a resource of this type."""
    return kind in ARNS or kind in _OWN or kind in _MOTOS


def with_stack_tags(definition: Members, stack_tags: dict[str, str]) -> Members:
    """A resource's definition with its stack's tags."""
    kind = str(definition["Type"])
    if not stack_tags or not changes(kind):
        return definition
    properties = definition.get("Properties") or {}
    told = stack_tags | as_map(properties.get("Tags"))
    tags = told if kind in _MAPS else [{"Key": key, "Value": told[key]} for key in told]
    return definition | {"Properties": properties | {"Tags": tags}}


def as_map(tags: Any) -> dict[str, str]:
    """Tags in either form as an object."""
    if isinstance(tags, list):
        return {each["Key"]: each["Value"] for each in tags}
    return dict(tags or {})


def alone(made: Any, old: Any) -> bool:
    """Whether a resource and its former self are told apart by nothing but tags."""
    now, was = ({n: m[n] for n in m if n not in NAMES} for m in (made.members, old.members))
    return made.type in ARNS and now == was


def retag(made: Any, members: Members, former: Members) -> set[str]:
    """Give a resource its tags in the place of its former ones.

    Returns:
        The names of the members that are settled so.
    """
    now, was = (as_map(next((m[n] for n in NAMES if n in m), {})) for m in (members, former))
    if made.type not in ARNS or now == was:
        return set()
    _change(made.filled(ARNS[made.type]).replace("parameter//", "parameter/"), now, was)
    return {*NAMES}


def _change(arn: str, now: dict[str, str], was: dict[str, str]) -> None:
    given = {key: str(value) for key, value in now.items() if was.get(key) != value}
    for call, member, told in (
        ("UntagResources", "TagKeys", [key for key in was if key not in now]),
        ("TagResources", "Tags", given),
    ):
        if told:
            answer = ask("resourcegroupstaggingapi", call, {"ResourceARNList": [arn], member: told})
            for failed in answer.get("FailedResourcesMap", {}).values():
                raise refused(failed["ErrorMessage"])
