"""KMS keys of stacks: of the kind and with the policy that a template says.

moto keeps a policy as an object, which no call of KMS reads afterwards, fails where there is none,
makes each key a symmetric one, and takes it away with its stack at once. Here KMS itself is asked,
which keeps the key for the days of its waiting period.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.kms import models

from labkit.cloud.stacks.calls import ask
from labkit.cloud.stacks.failures import NotHere
from labkit.cloud.stacks.kinds import Members

_WAITING_DAYS = 30
_FIXED: Members = {
    "KeyUsage": "ENCRYPT_DECRYPT",
    "KeySpec": "SYMMETRIC_DEFAULT",
    "Origin": "AWS_KMS",
    "MultiRegion": False,
}
_UNCHANGED = (
    "Updating {} of AWS::KMS::Key is not available in the local AWS: make another resource."
)
_ASKED = ("Description", "KeyUsage", "KeySpec", "Origin", "MultiRegion")


def teach() -> None:
    """Let moto's stacks make their keys by KMS's own calls, and tell their ids."""
    key: Any = models.Key
    key.create_from_cloudformation_json = staticmethod(_make)
    key.update_from_cloudformation_json = staticmethod(_change)
    key.delete = _schedule
    key.has_cfn_attr = staticmethod(lambda attr: attr in ("Arn", "KeyId"))
    key.get_cfn_attribute = _with_id(key.get_cfn_attribute)


def _with_id(told: Any) -> Any:
    return lambda key, name: key.id if name == "KeyId" else told(key, name)


def _make(
    resource_name: str, cloudformation_json: Members, account_id: str, region_name: str, **_: Any
) -> Any:
    said = cloudformation_json.get("Properties") or {}
    key = {"KeyId": ask("kms", "CreateKey", _asked(said))["KeyMetadata"]["KeyId"]}
    if said.get("EnableKeyRotation"):
        days = {name: said[name] for name in ("RotationPeriodInDays",) if name in said}
        ask("kms", "EnableKeyRotation", key | days)
    if not said.get("Enabled", True):
        ask("kms", "DisableKey", key)
    made: Any = models.kms_backends[account_id][region_name].keys[key["KeyId"]]
    made.waiting_days = said.get("PendingWindowInDays", _WAITING_DAYS)
    made.said_tags = [each["Key"] for each in said.get("Tags") or ()]
    return made


def _change(
    original_resource: Any,
    cloudformation_json: Members,
    account_id: str,
    region_name: str,
    **_: Any,
) -> Any:
    """Change a key in place: its policy, description, rotation, and whether it may be used.

    Raises:
        NotHere: its kind changes, for which AWS makes another key.
    """
    said, key = cloudformation_json.get("Properties") or {}, {"KeyId": original_resource.id}
    there = ask("kms", "DescribeKey", key)["KeyMetadata"]
    if other := [name for name in _FIXED if said.get(name, _FIXED[name]) != there[name]]:
        raise NotHere(message=_UNCHANGED.format(", ".join(other)))
    policy = _asked(said).get("Policy") or json.dumps(_default(account_id))
    ask("kms", "PutKeyPolicy", key | {"PolicyName": "default", "Policy": policy})
    ask("kms", "UpdateKeyDescription", key | {"Description": said.get("Description", "")})
    if (enabled := _is_on(said, "Enabled", True)) and not there["Enabled"]:
        ask("kms", "EnableKey", key)
    if there["KeySpec"] == _FIXED["KeySpec"] and there["Origin"] == _FIXED["Origin"]:
        _rotate(said, key)
    if not enabled and there["Enabled"]:
        ask("kms", "DisableKey", key)
    made: Any = models.kms_backends[account_id][region_name].keys[original_resource.id]
    made.waiting_days = said.get("PendingWindowInDays", _WAITING_DAYS)
    _tag(said, made)
    return original_resource


def _tag(said: Members, made: Any) -> None:
    """Give a key its stack's tags and its own, in the place of those that it had from there."""
    key = {"KeyId": made.id}
    there = {each["TagKey"] for each in ask("kms", "ListResourceTags", key)["Tags"]}
    tags = _asked(said).get("Tags", [])
    now = {each["TagKey"] for each in tags}
    if gone := sorted(there & set(getattr(made, "said_tags", there)) - now):
        ask("kms", "UntagResource", key | {"TagKeys": gone})
    if tags:
        ask("kms", "TagResource", key | {"Tags": tags})
    made.said_tags = sorted(now)


def _rotate(said: Members, key: Members) -> None:
    """Have a key rotate as its template says; one that does so already may be switched off."""
    there = ask("kms", "GetKeyRotationStatus", key)
    days = {name: said[name] for name in ("RotationPeriodInDays",) if name in said}
    is_on, same = there["KeyRotationEnabled"], days.items() <= there.items()
    if _is_on(said, "EnableKeyRotation", False):
        if not (is_on and same):
            ask("kms", "EnableKeyRotation", key | days)
    elif is_on:
        ask("kms", "DisableKeyRotation", key)


def _default(account: str) -> Members:
    """The policy of a key that is made without one."""
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    lets = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    statement = {"Sid": "Enable IAM User Permissions"} | lets
    return {"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]}


def _is_on(said: Members, name: str, default: bool) -> bool:
    return str(said.get(name, default)).lower() == "true"


def _schedule(key: Any, account_id: str, region_name: str) -> None:
    known = models.kms_backends[account_id][region_name].keys.get(key.id)
    if known and known.key_state != "PendingDeletion":
        days = getattr(known, "waiting_days", _WAITING_DAYS)
        ask("kms", "ScheduleKeyDeletion", {"KeyId": key.id, "PendingWindowInDays": days})


def _asked(said: Members) -> Members:
    """A template's properties as CreateKey has them."""
    asked = {name: said[name] for name in _ASKED if name in said}
    if policy := said.get("KeyPolicy"):
        asked["Policy"] = policy if isinstance(policy, str) else json.dumps(policy)
    tags = [{"TagKey": each["Key"], "TagValue": each["Value"]} for each in said.get("Tags") or ()]
    return asked | ({"Tags": tags} if tags else {})
