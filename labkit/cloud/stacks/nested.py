"""Stacks within stacks: changed in place, and asked for their outputs.

moto drops a nested stack and makes it anew at each change, with all that is in its buckets and
tables, and knows no ``Outputs.Name``. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from moto.cloudformation import models
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError

from labkit.cloud import stacks
from labkit.cloud.stacks.tags import as_map
from labkit.cloud.stacks.updates import Said
from labkit.cloud.stacks.validation import LACKING, lacking_within

# The stack that makes another one within it.
WITHIN: ContextVar[Any] = ContextVar("within", default=None)


def teach() -> None:
    """Put it in moto's place."""
    stack: Any = models.Stack
    stack.parent_id = stack.root_id = None
    stack._create_resource_map = _knowing(stack._create_resource_map)
    stack.create_from_cloudformation_json = classmethod(_make)
    stack.update_from_cloudformation_json = classmethod(_change)
    stack.physical_resource_id = property(lambda self: self.stack_id)
    stack.get_cfn_attribute = _output


def _knowing(make: Any) -> Any:
    """A stack knows within which one it is, and which of these is within no other."""

    def known(self: Any) -> Any:
        if parent := WITHIN.get():
            self.parent_id, self.root_id = parent.stack_id, parent.root_id or parent.stack_id
        return make(self)

    return known


def _make(
    cls: Any,
    /,
    resource_name: str,
    cloudformation_json: Said,
    account_id: str,
    region_name: str,
    **told: Any,
) -> Any:
    backend = models.cloudformation_backends[account_id][region_name]
    template, parameters = _said(cloudformation_json)
    _check_known(backend, template, parameters)
    tags = as_map(cloudformation_json["Properties"].get("Tags"))
    within = WITHIN.set(backend.stacks.get(told["StackId"]))
    try:
        made = backend.create_stack(
            name=resource_name, template=template, parameters=parameters, tags=tags
        )
    finally:
        WITHIN.reset(within)
    if why := _why_not(made, "created"):
        backend.delete_stack(made.stack_id)
        raise ValidationError(message=why)
    return made


def _change(
    cls: Any,
    /,
    original_resource: Any,
    cloudformation_json: Said,
    account_id: str,
    region_name: str,
    **_: Any,
) -> Any:
    tags = as_map(cloudformation_json["Properties"].get("Tags"))
    if stacks.UNDOING.get():  # the address may have another template since
        template, parameters = original_resource.former
    else:
        template, parameters = _said(cloudformation_json)
        original_resource.former = original_resource.template, original_resource.parameters
    same = original_resource.has_template(template)
    same &= original_resource.has_parameters(parameters) and original_resource.tags == tags
    if not same:
        backend = models.cloudformation_backends[account_id][region_name]
        _check_known(backend, template, parameters)
        original_resource.update(template, parameters=parameters, tags=tags)
        if why := _why_not(original_resource, "updated"):
            raise ValidationError(message=why)
    return original_resource


def _check_known(backend: Any, template: str, parameters: Said) -> None:
    """Raise for what who asked should have said that he knows; what is undone is as it was."""
    asked = stacks.asked()
    named, of = asked.get("ChangeSetName"), asked.get("StackName")
    for each in backend.change_sets.values() if named else ():
        by_name = named == each.change_set_name and of in (each.stack_name, each.stack_id)
        if by_name or named == each.change_set_id:
            asked = {"Capabilities": each.capabilities}
    said = asked.get("Capabilities") or ()
    if not stacks.UNDOING.get() and (lacks := lacking_within(template, parameters, said)):
        raise ValidationError(message=LACKING.format(lacks))


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
