"""Who is let in: the account that signed up for QuickSight, in the edition that it has.

Until an account has subscribed, each family of operations says so in words of its own.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DescribeAccountSubscription.html
"""

from __future__ import annotations

import os
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Context
from labkit.cloud.quicksight.words import denied, not_found, unsupported_edition

# The edition that an account without a subscription has, for suites written for one that has it.
EDITION_VARIABLE = "LABKIT_QUICKSIGHT_EDITION"
READY = "ACCOUNT_CREATED"


def subscription(cloud: Cloud) -> dict[str, Any] | None:
    """The account's subscription, ``None`` before it has signed up."""
    return cloud.records("quicksight.subscription").get(cloud.account) or _from_environment()


def check_account(context: Context, account: str) -> None:
    """Raise when a call names another account than the caller's own."""
    if account != context.account:
        raise denied(
            f"User: {context.principal.arn} is not authorized to perform: "
            f"quicksight:{context.operation} on resource: "
            f"arn:aws:quicksight:{context.region}:{account}:*"
        )


def check_subscription(context: Context) -> None:
    """Raise when the account has not signed up for QuickSight."""
    if subscription(context.cloud) is None:
        raise _not_signed_up(context)


def check_enterprise(context: Context, what: str) -> None:
    """Raise when the account's edition is the standard one, which lacks something."""
    found = subscription(context.cloud)
    if found and found["Edition"] == "STANDARD":
        raise unsupported_edition(f"{what} is not available in the Standard edition.")


def _from_environment() -> dict[str, Any] | None:
    edition = os.environ.get(EDITION_VARIABLE)
    if edition is None:
        return None
    return {
        "AccountName": "labkit",
        "Edition": edition,
        "NotificationEmail": "",
        "AuthenticationType": "IDENTITY_POOL",
        "AccountSubscriptionStatus": READY,
    }


_DIRECTORY = ("DataSource", "VPCConnection")
_PEOPLE = ("User", "Group", "Role", "Namespace", "IAMPolicy")


def _not_signed_up(context: Context) -> Exception:
    name, account = context.operation, context.account
    if any(each in name for each in _DIRECTORY):
        return not_found(f"Directory information for account {account} is not found.")
    if any(each in name for each in _PEOPLE):
        return not_found(
            f"Account {account} is not signed up with QuickSight with namespace default"
        )
    return unsupported_edition(f"Account {account} is not subscribed for QuickSight")
