"""The properties of types that moto makes, which passes over those that it does not know.

A template's misspelt policy or key would be left out, unsaid. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/introduction.html
"""

from __future__ import annotations

from moto.cloudformation.exceptions import ValidationError

from labkit.cloud.stacks.kinds import Members

PROPERTIES = {
    "AWS::IAM::AccessKey": {"Serial", "Status", "UserName"},
    "AWS::IAM::InstanceProfile": {"InstanceProfileName", "Path", "Roles"},
    "AWS::IAM::Policy": {"Groups", "PolicyDocument", "PolicyName", "Roles", "Users"},
    "AWS::KMS::Alias": {"AliasName", "TargetKeyId"},
    "AWS::KMS::Key": {
        *("BypassPolicyLockoutSafetyCheck", "Description", "EnableKeyRotation", "Enabled"),
        *("KeyPolicy", "KeySpec", "KeyUsage", "MultiRegion", "Origin", "PendingWindowInDays"),
        *("RotationPeriodInDays", "Tags"),
    },
}


def check_properties(definition: Members) -> None:
    """Raise for a property that its type does not have.

    Raises:
        ValidationError: it has one.
    """
    known = PROPERTIES.get(str(definition["Type"]))
    said = definition.get("Properties") or {}
    if known and (strange := sorted(set(said) - known)):
        raise ValidationError(message=f"Encountered unsupported property {strange[0]}")
