"""Calls on what another account holds, or another region: nothing there is to be had by them.

Across accounts the resource's own policy must allow a call, and no other account is here. moto
passes over the account and region that an ARN tells, and would take what has that name here. Nor
may a role of another account be passed to a service.

Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
and https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labkit.cloud.access import calls, identities
from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.operations import AwsError, Context

# What a service calls what it does not find, and the members that may tell the ARN of what a call
# is on.
_NAMING = {
    "cloudformation": "ValidationError StackName",
    "cloudwatch": "ResourceNotFoundException ResourceARN",
    "dynamodb": "ResourceNotFoundException ResourceArn",
    "dynamodbstreams": "ResourceNotFoundException StreamArn TableName",
    "events": "ResourceNotFoundException EventBusName Name ResourceARN EventSourceArn",
    "glue": "EntityNotFoundException ResourceArn RegistryId.RegistryArn SchemaId.SchemaArn",
    "kms": "NotFoundException KeyId TargetKeyId SourceKeyId DestinationKeyId",
    "logs": "ResourceNotFoundException resourceArn logGroupIdentifier logGroupIdentifiers",
    "redshift": "ResourceNotFoundFault ResourceName",
    "sns": "NotFound TopicArn TargetArn SubscriptionArn ResourceArn",
    "stepfunctions": "InvalidArn stateMachineArn activityArn",
}
_WHYS = {
    "kms": "because the resource does not exist in this Region, no resource-based policies allow "
    "access, or a resource-based policy explicitly denies access"
}
# The services that would act in this account's role of that name.
_ACT_IN_ROLES = {
    "databrew", "firehose", "glue", "lambda", "quicksight", "redshift", "redshift-serverless"
}  # fmt: skip
_LOOK_AT_REGIONS = {"kms"}  # with words of their own


def concerns(service: str) -> bool:
    """Whether the service's calls may name what is another account's."""
    return service in _NAMING or service in _ACT_IN_ROLES


def check(context: Context, asked: Mapping[str, Any]) -> None:
    """Raise for a call on another account's resource, or another region's.

    Raises:
        AwsError: ``AccessDeniedException``, or as the service calls it; what is not found.
    """
    if context.service in _ACT_IN_ROLES:
        given = [_place(role)[1] for role in calls.roles_given(context, asked)]
        if set(given) - {"", context.account}:
            words = "Cross-account pass role is not allowed."
            raise calls.denied(context.service, words)
    missing, *paths = _NAMING.get(context.service, "-").split()
    for told in (each for path in paths for each in _told(asked, path.split("."))):
        region, account = _place(told)
        if region in ("", context.region):
            if account not in ("", context.account):
                raise calls.denied(context.service, _refusal(context, told))
        elif context.service not in _LOOK_AT_REGIONS:
            raise AwsError(missing, f"{told} is not found in {context.region}")


def _refusal(context: Context, arn: str) -> str:
    action = f"{calls.prefix_of(context.service)}:{context.operation}"
    why = f"because no resource-based policy allows the {action} action"
    question = Question(context.principal, action, arn)
    return identities.sentence(question, _WHYS.get(context.service, why))


def _told(value: Any, path: list[str]) -> Iterator[str]:
    """The texts at a path of members, those of each item where it goes through a list."""
    if isinstance(value, list):
        for each in value:
            yield from _told(each, path)
    elif not path:
        yield str(value or "")
    elif isinstance(value, Mapping):
        yield from _told(value.get(path[0]), path[1:])


def _place(told: str) -> tuple[str, str]:
    """The region and account of an ARN; nothing of a name.

    >>> _place("arn:aws:kms:us-east-1:111122223333:alias/a"), _place("alias/a")
    (('us-east-1', '111122223333'), ('', ''))
    """
    told = told if told.startswith("arn:") and told.count(":") >= 5 else ":" * 5
    region, account = told.split(":")[3:5]
    return region, account
