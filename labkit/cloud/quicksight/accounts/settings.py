"""The account's settings: name, default namespace, mail address, sharing, protection.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DescribeAccountSettings.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import gate
from labkit.cloud.quicksight.accounts import namespaces
from labkit.cloud.quicksight.records import answers
from labkit.cloud.quicksight.words import refusal
from labkit.cloud.state import Records

_FIRST = {
    "DefaultNamespace": namespaces.DEFAULT,
    "PublicSharingEnabled": False,
    "TerminationProtectionEnabled": True,
}
# What there is where nobody need sign up.
_UNSIGNED = {
    "AccountName": "default",
    "Edition": "STANDARD",
    "NotificationEmail": "",
    "TerminationProtectionEnabled": False,
}


@answers("DescribeAccountSettings")
def describe_account_settings(context: Context) -> Answer:
    """The settings."""
    return {"AccountSettings": found(context)}


@answers("UpdateAccountSettings")
def update_account_settings(context: Context, *, DefaultNamespace: str, **members: Any) -> Answer:
    """Change settings; what is not named stays."""
    namespaces.check(context, DefaultNamespace)
    _change(context, DefaultNamespace=DefaultNamespace, **members)
    return {}


@answers("UpdatePublicSharingSettings")
def update_public_sharing_settings(
    context: Context, *, PublicSharingEnabled: bool = False
) -> Answer:
    """Allow or forbid dashboards that anybody may see, which capacity pricing alone can have."""
    if PublicSharingEnabled and gate.subscription(context.cloud):
        raise refusal(
            "UnsupportedPricingPlanException",
            "Public sharing needs session capacity pricing, which this account does not have.",
        )
    _change(context, PublicSharingEnabled=PublicSharingEnabled)
    return {}


def found(context: Context) -> dict[str, Any]:
    """The settings, with what the subscription says."""
    signed = gate.subscription(context.cloud)
    told = ("AccountName", "Edition", "NotificationEmail")
    first = {name: signed[name] for name in told} if signed else _UNSIGNED
    return _FIRST | first | _all(context).get(context.account, {})


def reset(context: Context) -> None:
    """Start with the settings of a new account."""
    _all(context).pop(context.account, None)


def _change(context: Context, **members: Any) -> None:
    _all(context)[context.account] = _all(context).get(context.account, {}) | members


def _all(context: Context) -> Records:
    return context.cloud.records("quicksight.settings")
