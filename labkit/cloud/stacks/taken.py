"""What is there already, and is not a stack's: it stays, and the stack is not made.

Some services answer a creation with what is there. A stack that took that for its own would change
it, and drop it at its end. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
"""

from __future__ import annotations

import contextlib
from typing import Any, NamedTuple

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.core.exceptions import JsonRESTError, ServiceException

from labkit.cloud import stacks
from labkit.cloud.stacks.calls import Gone, ask, refused
from labkit.cloud.stacks.kinds import Members
from labkit.cloud.stacks.known import check_properties


class Look(NamedTuple):
    """How a resource is looked for by the name that its template gives it.

    Args:
        name: the property.
        service: botocore's name of the service.
        call: what tells of one.
        member: what of the call is the name, or the ARN.
        form: the end of that ARN.
        within: the property that says where it lies, as the call says it too.
    """

    name: str
    service: str
    call: str
    member: str
    form: str = ""
    within: str = ""


LOOKS = {
    "AWS::CloudWatch::Alarm": Look("AlarmName", "cloudwatch", "DescribeAlarms", "AlarmNames"),
    "AWS::CloudWatch::Dashboard": Look(
        "DashboardName", "cloudwatch", "GetDashboard", "DashboardName"
    ),
    "AWS::Events::Rule": Look("Name", "events", "DescribeRule", "Name", within="EventBusName"),
    "AWS::KMS::Alias": Look("AliasName", "kms", "DescribeKey", "KeyId"),
    "AWS::S3::Bucket": Look("BucketName", "s3", "HeadBucket", "Bucket"),
    "AWS::S3::BucketPolicy": Look("Bucket", "s3", "GetBucketPolicy", "Bucket"),
    "AWS::SNS::Topic": Look("TopicName", "sns", "GetTopicAttributes", "TopicArn", "{}"),
    "AWS::SQS::Queue": Look("QueueName", "sqs", "GetQueueUrl", "QueueName"),
    "AWS::StepFunctions::Activity": Look(
        "Name", "stepfunctions", "DescribeActivity", "activityArn", "activity:{}"
    ),
    "AWS::StepFunctions::StateMachine": Look(
        "StateMachineName",
        "stepfunctions",
        "DescribeStateMachine",
        "stateMachineArn",
        "stateMachine:{}",
    ),
}


def checked(make: Any) -> Any:
    """moto's making of a resource, of those alone that are not there.

    Raises:
        ValidationError: it is there; or what its service says against it.
    """

    def made(logical_id: str, definition: Members, resources: Any, **told: Any) -> Any:
        check_properties(definition)
        check(definition, resources)
        try:
            return make(logical_id, definition, resources, **told)
        except ValidationError:
            raise
        except (JsonRESTError, ServiceException) as error:
            raise refused(str(error.message)) from error

    return made


def check(definition: Members, resources: Any, mine: str = "") -> None:
    """Raise for a resource whose name another one has.

    Args:
        mine: by what the stack knows the resource, if it has one already.

    Raises:
        ValidationError: it is there, and is not the stack's.
    """
    look = LOOKS.get(str(definition["Type"]))
    said = (definition.get("Properties") or {}) if look else {}
    name, lies = (
        parsing.clean_json(said[each], resources) if each in said else None
        for each in ((look.name, look.within) if look else ("", ""))
    )
    own = mine == name or mine.endswith(tuple(f"{sign}{name}" for sign in "/:|"))
    if look and name and not own and _is_there(look, name, lies):
        raise ValidationError(
            message=f"Resource of type '{definition['Type']}' with identifier '{name}' "
            "already exists."
        )


def _is_there(look: Look, name: str, lies: str | None) -> bool:
    place = "states" if look.service == "stepfunctions" else look.service
    wanted = stacks.caller().arn(look.form.format(name), place) if look.form else name
    with contextlib.suppress(Gone):
        where = {look.within: lies} if lies else {}
        found = ask(look.service, look.call, {look.member: wanted} | where)
        return found.get("MetricAlarms") != []
    return False
