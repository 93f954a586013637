"""ValidateTemplate: what a template asks for, if it can be read.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation

_IAM = "AWS::IAM::"
_NAMES = ("RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName")
_WHY = "The following resource(s) require capabilities: [{}]"


@operation("cloudformation", "ValidateTemplate")
def validate_template(
    context: Context, *, TemplateBody: str = "", TemplateURL: str = "", **_: Any
) -> Answer:
    """Its parameters, its description, and what its making needs."""
    from moto.cloudformation.exceptions import CloudFormationError

    from labkit.cloud.stacks import reading, templates

    if not TemplateBody and not TemplateURL:
        raise _invalid("Either Template URL or Template Body must be specified.")
    try:
        text = TemplateBody or templates.from_s3(TemplateURL)
        template = reading.load(text)
        _check(template)
        templates.check_types(template)
    except CloudFormationError as error:
        raise _invalid(error.message) from error
    return {
        "Parameters": [_parameter(*each) for each in (template.get("Parameters") or {}).items()],
        "Description": template.get("Description"),
        **_capabilities(template["Resources"]),
    }


def _check(template: Any) -> None:
    if not isinstance(template, dict):
        raise _invalid("Template format error: unsupported structure.")
    if not template.get("Resources"):
        raise _invalid("Template format error: At least one Resources member must be defined.")


def _parameter(name: str, said: dict[str, Any]) -> Answer:
    default = said.get("Default")
    return {
        "ParameterKey": name,
        "DefaultValue": None if default is None else str(default),
        "NoEcho": str(said.get("NoEcho", False)).lower() == "true",
        "Description": said.get("Description"),
    }


def _capabilities(resources: dict[str, Any]) -> Answer:
    """What a caller must say that he knows, where a template makes identities."""
    kinds = {str(each.get("Type")): each for each in resources.values()}
    iam = {kind: each for kind, each in kinds.items() if kind.startswith(_IAM)}
    if not iam:
        return {}
    named = any(name in (each.get("Properties") or {}) for each in iam.values() for name in _NAMES)
    need = "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"
    return {"Capabilities": [need], "CapabilitiesReason": _WHY.format(", ".join(sorted(iam)))}


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)
