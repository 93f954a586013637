"""Stacks within stacks: changed in place, and asked for their outputs.

moto drops a nested stack and makes it anew at each change, with all that is in its buckets and
tables, and knows no ``Outputs.Name``. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
"""

from __future__ import annotations

from typing import Any

from moto.cloudformation import models
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError

from labkit.cloud import stacks
from labkit.cloud.stacks.updates import Said


def teach() -> None:
    """Put it in moto's place."""
    stack: Any = models.Stack
    stack.create_from_cloudformation_json = classmethod(_make)
    stack.update_from_cloudformation_json = classmethod(_change)
    stack.physical_resource_id = property(lambda self: self.stack_id)
    stack.get_cfn_attribute = _output


def _make(
    cls: Any,
    /,
    resource_name: str,
    cloudformation_json: Said,
    account_id: str,
    region_name: str,
    **_: Any,
) -> Any:
    backend = models.cloudformation_backends[account_id][region_name]
    template, parameters = _said(cloudformation_json)
    made = backend.create_stack(name=resource_name, template=template, parameters=parameters)
    if why := _why_not(made, "created"):
        backend.delete_stack(made.stack_id)
        raise ValidationError(message=why)
    return made


def _change(cls: Any, /, original_resource: Any, cloudformation_json: Said, **_: Any) -> Any:
    if stacks.UNDOING.get():  # the address may have another template since
        template, parameters = original_resource.former
    else:
        template, parameters = _said(cloudformation_json)
        original_resource.former = original_resource.template, original_resource.parameters
    same = original_resource.has_template(template)
    if not same or not original_resource.has_parameters(parameters):
        original_resource.update(template, parameters=parameters)
        if why := _why_not(original_resource, "updated"):
            raise ValidationError(message=why)
    return original_resource


def _why_not(stack: Any, verb: str) -> str | None:
    """What a stack tells of one within it that failed."""
    if "ROLLBACK" not in stack.status and "FAILED" not in stack.status:
        return None
    why = [e.resource_status_reason for e in stack.events if e.logical_resource_id == stack.name]
    return (
        f"Embedded stack {stack.stack_id} was not successfully {verb}: {[*filter(None, why)][-1]}"
    )


def _said(definition: Said) -> tuple[str, Said]:
    """The template of a nested stack, and its parameters as texts."""
    properties = definition["Properties"]
    given = (properties.get("Parameters") or {}).items()
    parameters = {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in given
    }
    return models.get_stack_from_s3_url(properties["TemplateURL"], "", ""), parameters


def _output(self: Any, attribute_name: str) -> Any:
    told = {f"Outputs.{each['OutputKey']}": each["OutputValue"] for each in self.outputs or ()}
    if attribute_name not in told:
        raise UnformattedGetAttTemplateException
    return told[attribute_name]
