"""The account signs up for QuickSight, in an edition, and may leave it again.

Termination protection, which is on at first, keeps the subscription from being deleted.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateAccountSubscription.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import gate
from labkit.cloud.quicksight.records import answers
from labkit.cloud.quicksight.words import exists, not_found


@answers("CreateAccountSubscription", anyone=True)
def create_account_subscription(
    context: Context,
    *,
    AuthenticationMethod: str,
    AccountName: str,
    NotificationEmail: str,
    Edition: str = "ENTERPRISE",
    **options: Any,
) -> Answer:
    """Sign the account up."""
    if gate.subscription(context.cloud) is not None:
        raise exists(f"Account {context.account} has already signed up for QuickSight.")
    context.cloud.records("quicksight.subscription")[context.account] = {
        "AccountName": AccountName,
        "Edition": Edition,
        "NotificationEmail": NotificationEmail,
        "AuthenticationType": AuthenticationMethod,
        "AccountSubscriptionStatus": gate.READY,
    }
    return {"SignupResponse": {"accountName": AccountName}}


@answers("DescribeAccountSubscription", anyone=True)
def describe_account_subscription(context: Context) -> Answer:
    found = gate.subscription(context.cloud)
    if found is None:
        raise not_found(f"Account information for account {context.account} is not found.")
    return {"AccountInfo": found}
