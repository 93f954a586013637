"""The account signs up for QuickSight, in an edition, and may leave it again.

Who signs up becomes its first administrator. Termination protection, which is on at first, keeps
the subscription from being deleted; with it goes all that was made.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateAccountSubscription.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labkit.cloud.operations import Answer, Context, handler_of
from labkit.cloud.quicksight import gate, keys, kinds, records, service_role, tagging
from labkit.cloud.quicksight.accounts import namespaces, principal_ids, settings, users
from labkit.cloud.quicksight.kinds import KINDS, Kind
from labkit.cloud.quicksight.records import Record, answers
from labkit.cloud.quicksight.words import exists, not_here, precondition

_TOLD = (
    "AccountName",
    "Edition",
    "NotificationEmail",
    "AuthenticationType",
    "AccountSubscriptionStatus",
)
# What people made, in the order in which it may go, and how its deletion is made final.
_MADE: dict[Kind, Record] = {
    kinds.TOPIC: {},
    kinds.DASHBOARD: {},
    kinds.ANALYSIS: {"ForceDeleteWithoutRecovery": True},
    kinds.TEMPLATE: {},
    kinds.DATA_SET: {},
    kinds.DATA_SOURCE: {},
}
_SETTINGS = ("customization", "ip_restriction", "restrictions", "settings")
_BY_IAM = ("IAM_AND_QUICKSIGHT", "IAM_ONLY")


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
    if AuthenticationMethod not in _BY_IAM:
        raise not_here("CreateAccountSubscription", f"there is no {AuthenticationMethod}")
    _put(
        context,
        AccountName=AccountName,
        Edition=Edition,
        NotificationEmail=NotificationEmail,
        AuthenticationType=AuthenticationMethod,
        AccountSubscriptionStatus=gate.READY,
        IdentityRegion=context.region,
    )
    settings.reset(context)
    service_role.make(context.cloud)
    login = _register_first(context, NotificationEmail)
    told = {"IAMUser": True, "userLoginName": login, "accountName": AccountName}
    return {"SignupResponse": told | {"directoryType": AuthenticationMethod}}


@answers("DescribeAccountSubscription", anyone=True)
def describe_account_subscription(context: Context) -> Answer:
    """The account's subscription, also one that has ended."""
    found = context.cloud.records("quicksight.subscription").get(context.account)
    if found is None:
        raise gate.no_account(context.account)
    return {"AccountInfo": records.shown(found, *_TOLD)}


@answers("DeleteAccountSubscription", anyone=True)
def delete_account_subscription(context: Context) -> Answer:
    """Leave QuickSight; all its resources go."""
    found = gate.subscription(context.cloud)
    if found is None:
        raise gate.no_account(context.account)
    if settings.found(context)["TerminationProtectionEnabled"]:
        raise precondition("Termination protection is enabled. Disable it to delete the account.")
    keys.forget(context.cloud)
    _forget_all(context)
    _put(context, **found | {"AccountSubscriptionStatus": gate.GONE})
    return {}


def _put(context: Context, **members: Any) -> None:
    context.cloud.records("quicksight.subscription")[context.account] = members


def _register_first(context: Context, email: str) -> str:
    """Make who signs up an administrator; gives the name."""
    arn = context.principal.role_arn or context.principal.arn
    session = context.principal.arn.rpartition("/")[2]
    name = "root" if arn.endswith(":root") else users.iam_name(arn, session)
    id = principal_ids.of_iam(context, arn, session)
    more: Record = {"IdentityType": "IAM", "Active": True, "PrincipalId": id}
    users.register(context, namespaces.DEFAULT, name, email, "ADMIN", more)
    return name


def _forget_all(context: Context) -> None:
    """Delete what people made, each by its own operation, then the people and their settings."""
    for kind, more in _MADE.items():
        for record in list(records.records(context.cloud, kind).values()):
            _delete(context, kind, record, more)
    for kind in KINDS:
        for record in list(records.records(context.cloud, kind).values()):
            tagging.forget(context.cloud, record.get("Arn", ""))
        records.records(context.cloud, kind).clear()
    for name in _SETTINGS:
        context.cloud.records(f"quicksight.{name}").clear()


def _delete(context: Context, kind: Kind, record: Record, more: Record) -> None:
    name, private = f"Delete{kind.noun}", record["_"]
    there = replace(context, operation=name, region=private["region"])
    if handler := handler_of("quicksight", name):
        handler(there, AwsAccountId=context.account, **{kind.id: private["id"]}, **more)
