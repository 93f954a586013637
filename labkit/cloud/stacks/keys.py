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
from labkit.cloud.stacks.kinds import Members

_WAITING_DAYS = 30
_ASKED = ("Description", "KeyUsage", "KeySpec", "Origin", "MultiRegion")


def teach() -> None:
    """Let moto's stacks make their keys by KMS's own calls, and tell their ids."""
    key: Any = models.Key
    key.create_from_cloudformation_json = staticmethod(_make)
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
    return made


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
