"""Who is let in: the account that signed up for QuickSight, in the edition that it has.

Until an account has subscribed, each family of operations says so in words of its own. People and
settings live in the account's identity region, the one in which it signed up, and answer there.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DescribeAccountSubscription.html
"""

from __future__ import annotations

import os
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError, Context
from labkit.cloud.quicksight.words import denied, not_found, unsupported_edition

# Scripts and suites written for moto never sign up, so before the account has, all is answered;
# "strict" refuses as AWS does.
VARIABLE = "LABKIT_QUICKSIGHT"
READY, GONE = "ACCOUNT_CREATED", "UNSUBSCRIBED"


def is_open(cloud: Cloud) -> bool:
    """Whether the account has not signed up, and is answered where AWS would refuse."""
    return subscription(cloud) is None and os.environ.get(VARIABLE) != "strict"


def subscription(cloud: Cloud) -> dict[str, Any] | None:
    """The account's subscription, ``None`` before it has signed up or after it has left."""
    found = cloud.records("quicksight.subscription").get(cloud.account)
    return found if found and found["AccountSubscriptionStatus"] == READY else None


def check_account(context: Context, account: str) -> None:
    """Raise when a call names another account than the caller's own."""
    if account != context.account:
        raise denied(
            f"User: {context.principal.arn} is not authorized to perform: "
            f"quicksight:{context.operation} on resource: "
            f"arn:aws:quicksight:{context.region}:{account}:*"
        )


def check_subscription(context: Context) -> None:
    """Raise when the account has not signed up, or what is called answers in another region."""
    if is_open(context.cloud):
        return
    found = subscription(context.cloud)
    if found is None:
        raise _not_signed_up(context)
    if _is_about(context, (*_PEOPLE, *_ACCOUNT)) and context.region != found["IdentityRegion"]:
        raise denied(
            f"Operation is being called from endpoint {context.region}, but your identity region "
            f"is {found['IdentityRegion']}. Please use the {found['IdentityRegion']} endpoint."
        )


def check_enterprise(context: Context, what: str) -> None:
    """Raise when the account's edition is the standard one, which lacks something."""
    found = subscription(context.cloud)
    if found and found["Edition"] == "STANDARD":
        raise unsupported_edition(f"{what} not available in the Standard edition of QuickSight.")


_ACCOUNT = ("AccountSettings", "PublicSharing", "IpRestriction", "CustomPermission")
_DIRECTORY = ("DataSource", "VPCConnection")
_PEOPLE = ("User", "Group", "RoleMembership", "RoleCustomPermission", "Namespace", "IAMPolicy")


def no_account(account: str) -> AwsError:
    """The refusal to tell of an account that never signed up."""
    return not_found(f"Account information for account {account} is not found.")


def _is_about(context: Context, nouns: tuple[str, ...]) -> bool:
    embeds = context.operation.startswith("GenerateEmbedUrl")
    return not embeds and any(noun in context.operation for noun in nouns)


def _not_signed_up(context: Context) -> AwsError:
    account = context.account
    if _is_about(context, _DIRECTORY):
        return not_found(f"Directory information for account {account} is not found.")
    if _is_about(context, _PEOPLE):
        return not_found(
            f"Account {account} is not signed up with QuickSight with namespace default"
        )
    if _is_about(context, _ACCOUNT):
        return no_account(account)
    return unsupported_edition(f"Account {account} is not subscribed for QuickSight")
