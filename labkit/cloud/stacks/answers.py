"""What calls keep with a stack beside its template, and tell of it, that moto drops.

Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackTrigger.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.cloudformation import models, responses
from moto.cloudformation.exceptions import ValidationError
from moto.core.responses import ActionResult

from labkit.cloud import stacks
from labkit.cloud.access.trust import trusted_role
from labkit.cloud.operations import AwsError, Context

_SERVICE = "cloudformation.amazonaws.com"
_ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
_ALARM = re.compile(r"arn:[^:]+:cloudwatch:[^:]+:\d{12}:alarm:.+")
# Members of calls that a stack keeps until another call says otherwise, and where it has them.
_KEPT = {"NotificationARNs": "notification_arns", "RollbackConfiguration": "rollback_configuration"}


def teach() -> None:
    """Put it in moto's place."""
    stack: Any = models.Stack
    change: Any = models.ChangeSet
    backend: Any = models.CloudFormationBackend
    told: Any = responses.CloudFormationResponse
    stack.rollback_configuration = change.rollback_configuration = {}
    stack.drift_information = {"StackDriftStatus": "NOT_CHECKED"}
    resource: Any = responses.StackResourceDTO
    resource.drift_information = {"StackResourceDriftStatus": "NOT_CHECKED"}
    stack.change_set_id = stack.deletion_time = None
    change.include_nested_stacks = False
    backend.describe_stack_resources = _by_physical_id(backend.describe_stack_resources)
    told.get_template = _get_template


def check_call(
    context: Context,
    *,
    RoleARN: str = "",
    RollbackConfiguration: dict[str, Any] | None = None,
    **_: Any,
) -> None:
    """Raise for a role that CloudFormation may not assume, and for triggers that are no alarms.

    Raises:
        AwsError: ``ValidationError``.
    """
    if RoleARN and trusted_role(context.cloud, RoleARN, _SERVICE) is None:
        raise _invalid(f"Role {RoleARN} is invalid or cannot be assumed")
    for trigger in (RollbackConfiguration or {}).get("RollbackTriggers") or ():
        if trigger.get("Type") not in _ALARMS:
            raise _invalid("Rollback Trigger Type not supported")
        if not _ALARM.fullmatch(str(trigger.get("Arn"))):
            raise _invalid("RelativeId of a Rollback Trigger's ARN is incorrect")


def check_there(
    context: Context, *, StackName: str, ChangeSetType: str = "UPDATE", **_: Any
) -> None:
    """Raise for an update of a stack that there is not."""
    known = context.backend("cloudformation").stacks.values()
    if ChangeSetType == "UPDATE" and all(StackName not in (s.name, s.stack_id) for s in known):
        raise _invalid(f"Stack [{StackName}] does not exist")


def keep(told: Any) -> None:
    """Note with a stack, or with a change set of it, what its caller said beside the template."""
    asked = stacks.asked()
    name = told.stack_name if hasattr(told, "stack_name") else told.name
    if asked.get("StackName") in (name, told.stack_id):  # not a stack within it
        for member in _KEPT.keys() & asked.keys():
            setattr(told, _KEPT[member], asked[member])


def take_over(stack: Any, change: Any) -> None:
    """Give a stack what its change set was told."""
    stack.change_set_id = change.change_set_id
    for name in (*_KEPT.values(), "tags"):
        if told := getattr(change, name, None):
            setattr(stack, name, told)


def _by_physical_id(describe: Any) -> Any:
    """Resources of a stack, or of the one that has a resource of this name."""

    def described(self: Any, stack_name: str | None, logical_resource_id: str | None) -> Any:
        wanted = stacks.asked().get("PhysicalResourceId")
        if stack_name is not None:
            return describe(self, stack_name, logical_resource_id)
        if wanted is None:
            raise ValidationError(message="Either StackName or PhysicalResourceId is needed.")
        for stack in self.stacks.values():
            if any(wanted == r.physical_resource_id for r in stack.stack_resources):
                return describe(self, stack.stack_id, logical_resource_id)
        raise ValidationError(message=f"Stack for {wanted} does not exist")

    return described


def _get_template(self: Any) -> Any:
    """A stack's template, or that of a change set of it: as it was given, or as it is made of."""
    from labkit.cloud.stacks import transforms

    backend, change = self.cloudformation_backend, self._get_param("ChangeSetName")
    if change:
        told = backend.describe_change_set(change_set_name=change)
    else:
        told = backend.get_stack(self._get_param("StackName"))
    found = transforms.stages(told)
    body = found[self._get_param("TemplateStage") or "Processed"]
    return ActionResult({"TemplateBody": body, "StagesAvailable": [*found]})


def _invalid(words: str) -> AwsError:
    return AwsError("ValidationError", words)
