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
from labkit.cloud.operations import Answer, AwsError, Context, operation, rewrites

_IAM, _ALL = "AWS::IAM::", "CAPABILITY_NAMED_IAM"
_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*")
_NAMES = ("RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName")
_WHY = "The following resource(s) require capabilities: [{}]"


@operation("cloudformation", "ValidateTemplate")
def validate_template(
    context: Context, *, TemplateBody: str = "", TemplateURL: str = "", **_: Any
) -> Answer:
    """Its parameters, its description, and what its making needs."""
    template = _read(TemplateBody, TemplateURL)
    return {
        "Parameters": [_parameter(*each) for each in (template.get("Parameters") or {}).items()],
        "Description": template.get("Description"),
        **_capabilities(template["Resources"]),
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
    template = _read(body, TemplateURL)
    parameters, metadata = template.get("Parameters") or {}, template.get("Metadata")
    return {
        "Parameters": [
            _parameter(name, said)
            | {"ParameterType": said.get("Type"), "ParameterConstraints": _constraints(said)}
            for name, said in parameters.items()
        ],
        "Description": template.get("Description"),
        **_capabilities(template["Resources"]),
        "ResourceTypes": [each["Type"] for each in template["Resources"].values()],
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
    *,
    StackName: str,
    TemplateBody: str = "",
    TemplateURL: str = "",
    Capabilities: Collection[str] = (),
    ResourceTypes: Collection[str] = (),
    UsePreviousTemplate: bool = False,
    ChangeSetType: str = "",
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
    if UsePreviousTemplate and not TemplateBody and not TemplateURL:
        return
    resources = _read(TemplateBody, TemplateURL)["Resources"]
    _check_allowed([each["Type"] for each in resources.values()], ResourceTypes)
    needed = _capabilities(resources).get("Capabilities", ())
    if needed and not {*needed, _ALL} & {*Capabilities}:
        words = f"Requires capabilities : [{', '.join(needed)}]"
        raise AwsError("InsufficientCapabilitiesException", words)


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


def _read(body: str, url: str) -> Any:
    from moto.cloudformation.exceptions import CloudFormationError

    from labkit.cloud.stacks import judging, reading, templates

    if not body and not url:
        raise _invalid("Either Template URL or Template Body must be specified.")
    try:
        template = reading.load(body or templates.from_s3(url))
        judging.check_template(template)
        templates.check_types(template)
    except CloudFormationError as error:
        raise _invalid(error.message) from error
    return template


def _parameter(name: str, said: dict[str, Any]) -> Answer:
    default = said.get("Default")
    return {
        "ParameterKey": name,
        "DefaultValue": None if default is None else str(default),
        "NoEcho": str(said.get("NoEcho", False)).lower() == "true",
        "Description": said.get("Description"),
    }


def _constraints(said: dict[str, Any]) -> Answer:
    return {"AllowedValues": [*map(str, said["AllowedValues"])]} if "AllowedValues" in said else {}


def _capabilities(resources: dict[str, Any]) -> Answer:
    """What a caller must say that he knows, where a template makes identities."""
    iam = [each for each in resources.values() if str(each.get("Type")).startswith(_IAM)]
    if not iam:
        return {}
    named = any(name in (each.get("Properties") or {}) for each in iam for name in _NAMES)
    kinds = sorted({each["Type"] for each in iam})
    need = _ALL if named else "CAPABILITY_IAM"
    return {"Capabilities": [need], "CapabilitiesReason": _WHY.format(", ".join(kinds))}


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)
