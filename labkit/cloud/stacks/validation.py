"""What a template holds and asks for, if it can be read, and what a stack's making needs.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Collection
from typing import Any

from labkit.cloud.constraints import refusal
from labkit.cloud.json_text import as_text
from labkit.cloud.operations import Answer, AwsError, Context, operation, rewrites

#: Said to who does not say that he knows.
LACKING = "Requires capabilities : [{}]"
_IAM, _ALL, _EXPAND = "AWS::IAM::", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"
_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*")
_NAMES = ("RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName")
_WHY = "The following resource(s) require capabilities: [{}]"


@operation("cloudformation", "ValidateTemplate")
def validate_template(
    context: Context, *, TemplateBody: str = "", TemplateURL: str = "", **_: Any
) -> Answer:
    """Its parameters, its description, and what its making needs."""
    template = _read(_body(TemplateBody, TemplateURL))
    return {
        "Parameters": [_parameter(*each) for each in (template.get("Parameters") or {}).items()],
        "Description": template.get("Description"),
        **_asked(template),
    }


@operation("cloudformation", "GetTemplateSummary")
def get_template_summary(
    context: Context,
    *,
    StackName: str = "",
    TemplateBody: str = "",
    TemplateURL: str = "",
    **_: Any,
) -> Answer:
    """A stack's template or another one: its parameters, what its making needs and makes.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html
    """
    body = TemplateBody or (StackName and _of_stack(context, StackName))
    template = _read(_body(body, TemplateURL))
    parameters, metadata = template.get("Parameters") or {}, template.get("Metadata")
    return {
        "Parameters": [
            _parameter(name, said)
            | {"ParameterType": said.get("Type"), "ParameterConstraints": _constraints(said)}
            for name, said in parameters.items()
        ],
        "Description": template.get("Description"),
        **_asked(template),
        "ResourceTypes": [each["Type"] for each in _resources(template)],
        "Version": template.get("AWSTemplateFormatVersion"),
        "Metadata": None if metadata is None else json.dumps(metadata),
    }


def _of_stack(context: Context, name: str) -> str:
    from moto.cloudformation.exceptions import CloudFormationError

    try:
        stack = context.backend("cloudformation").get_stack(name)
    except CloudFormationError as error:
        raise _invalid(error.message) from error
    if stack.status == "REVIEW_IN_PROGRESS":
        raise _invalid("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
    return str(stack.template)


def check_call(
    context: Context,
    *,
    StackName: str,
    TemplateBody: str = "",
    TemplateURL: str = "",
    Capabilities: Collection[str] = (),
    ResourceTypes: Collection[str] = (),
    UsePreviousTemplate: bool = False,
    ChangeSetType: str = "",
    Parameters: Collection[dict[str, Any]] = (),
    DeploymentMode: str = "",
    **_: Any,
) -> None:
    """Raise for a template that makes no stack, or identities that the caller does not know of.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html

    Raises:
        AwsError: ``ValidationError``, ``InsufficientCapabilitiesException``.
    """
    if not _NAME.fullmatch(StackName):
        must = f"satisfy regular expression pattern: {_NAME.pattern}"
        raise refusal(StackName, "stackName", must, "ValidationError")
    if ChangeSetType == "IMPORT":
        raise _invalid("Importing resources into a stack is not available in the local AWS.")
    if DeploymentMode:
        raise _invalid("Change sets that revert drift are not available in the local AWS.")
    stack = _stack(context, StackName)
    is_previous = UsePreviousTemplate and not TemplateBody and not TemplateURL
    if is_previous and not stack:
        return
    text = str(stack.template) if is_previous else _body(TemplateBody, TemplateURL)
    template, told_later = _read(text), False
    if names := _declared(template):
        told_later = context.operation == "CreateChangeSet"  # it fails, where calls are refused
        if not told_later and _EXPAND not in Capabilities:
            raise _insufficient(_EXPAND)
        template = _made(text, stack, [*Parameters], told_later)
    if is_previous and not names:
        return
    _check_allowed([each["Type"] for each in _resources(template)], ResourceTypes)
    if (needed := lacking(template, Capabilities)) and not told_later:
        raise _insufficient(needed)


def lacking(template: dict[str, Any], said: Collection[str]) -> str:
    """What a caller should say that he knows of a template, and does not."""
    needed = _capabilities(template).get("Capabilities", [])
    return needed[0] if needed and not {*needed, _ALL} & {*said} else ""


def lacking_within(text: str, parameters: dict[str, Any], said: Collection[str]) -> str:
    """The same of the text of a template of a stack within another one, and its transforms.

    Raises:
        CloudFormationError: it cannot be read.
    """
    from labkit.cloud.stacks import reading, transforms

    if _declared(reading.load(text)) and _EXPAND not in said:
        return _EXPAND
    return lacking(transforms.read(text, parameters), said)


def _insufficient(capability: str) -> AwsError:
    return AwsError("InsufficientCapabilitiesException", LACKING.format(capability))


def _made(text: str, stack: Any, parameters: list[dict[str, Any]], told_later: bool) -> Any:
    """What a template's transforms make of it; nothing where it will be told that they refuse."""
    from moto.cloudformation.exceptions import CloudFormationError

    from labkit.cloud.stacks import templates, transforms, updates
    from labkit.cloud.stacks.failures import Refused

    try:
        values = updates.resolved(None, stack, parameters) if stack else updates.texts(parameters)
        template = transforms.read(text, values)
        templates.check_types(template)
    except Refused as error:
        if told_later:
            return {"Resources": {}}
        raise _invalid(error.message) from error
    except CloudFormationError as error:
        raise _invalid(error.message) from error
    return template


def _stack(context: Context, name: str) -> Any:
    known = context.backend("cloudformation").stacks.values()
    return next((each for each in known if name in (each.name, each.stack_id)), None)


def _check_allowed(types: Collection[str], patterns: Collection[str]) -> None:
    for kind in types if patterns else ():
        if not any(fnmatch.fnmatchcase(kind, pattern) for pattern in patterns):
            words = f"is not allowed by parameter ResourceTypes [{', '.join(patterns)}]"
            raise _invalid(f"Resource type {kind} {words}")


@rewrites("cloudformation")
def of_a_stack_that_is_there(name: str, body: bytes) -> bytes:
    """A change set is an update unless it says otherwise; moto takes it for a new stack.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    """
    if name == "CreateChangeSet" and b"ChangeSetType=" not in body:
        return body + b"&ChangeSetType=UPDATE"
    return body


def _body(body: str, url: str) -> str:
    from moto.cloudformation.exceptions import CloudFormationError

    from labkit.cloud.stacks import templates

    if not body and not url:
        raise _invalid("Either Template URL or Template Body must be specified.")
    try:
        return body or templates.from_s3(url)
    except CloudFormationError as error:
        raise _invalid(error.message) from error


def _read(text: str) -> Any:
    from moto.cloudformation.exceptions import CloudFormationError

    from labkit.cloud.stacks import judging, reading, templates

    try:
        template = reading.load(text)
        judging.check_template(template)
        templates.check_types(template)
    except CloudFormationError as error:
        raise _invalid(error.message) from error
    return template


def _parameter(name: str, said: dict[str, Any]) -> Answer:
    default = said.get("Default")
    return {
        "ParameterKey": name,
        "DefaultValue": None if default is None else as_text(default),
        "NoEcho": str(said.get("NoEcho", False)).lower() == "true",
        "Description": said.get("Description"),
    }


def _constraints(said: dict[str, Any]) -> Answer:
    return (
        {"AllowedValues": [*map(as_text, said["AllowedValues"])]} if "AllowedValues" in said else {}
    )


def _declared(template: Any) -> list[str]:
    from labkit.cloud.stacks import judging

    return judging.declared(template)


def _resources(template: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that are told; others are repeated, or lie in S3."""
    told = template["Resources"].values()
    return [each for each in told if isinstance(each, dict) and "Type" in each]


def _asked(template: dict[str, Any]) -> Answer:
    """What a template's reading and its making ask for."""
    told, names = _capabilities(template), _declared(template)
    if names:
        told["Capabilities"] = [*told.get("Capabilities", ()), _EXPAND]
        told["DeclaredTransforms"] = names
    return told


def _capabilities(template: dict[str, Any]) -> Answer:
    """What a caller must say that he knows, where a template makes identities."""
    iam = [each for each in _resources(template) if each["Type"].startswith(_IAM)]
    if not iam:
        return {}
    named = any(name in (each.get("Properties") or {}) for each in iam for name in _NAMES)
    kinds = sorted({each["Type"] for each in iam})
    need = _ALL if named else "CAPABILITY_IAM"
    return {"Capabilities": [need], "CapabilitiesReason": _WHY.format(", ".join(kinds))}


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)
