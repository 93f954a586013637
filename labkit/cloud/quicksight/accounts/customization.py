"""What an account, or a namespace in it, sets for all its people: the theme to start with.

Templates of mails are refused, since none would be sent by them.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateAccountCustomization.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import tagging, themes
from labkit.cloud.quicksight.accounts import namespaces
from labkit.cloud.quicksight.records import Record, answers
from labkit.cloud.quicksight.words import exists, not_found, not_here


@answers("CreateAccountCustomization")
def create_account_customization(
    context: Context,
    *,
    AccountCustomization: Record,
    Namespace: str | None = None,
    Tags: list[Record] | None = None,
) -> Answer:
    """Set it for the first time."""
    if themes.customization(context.cloud, context.region, Namespace):
        raise exists("An account customization already exists.")
    with context.cloud.state.together():
        tagging.tag(context.cloud, _arn(context, Namespace), Tags or [])
        return _set(context, Namespace, AccountCustomization)


@answers("UpdateAccountCustomization")
def update_account_customization(
    context: Context, *, AccountCustomization: Record, Namespace: str | None = None
) -> Answer:
    """Set it anew."""
    _find(context, Namespace)
    return _set(context, Namespace, AccountCustomization)


@answers("DescribeAccountCustomization")
def describe_account_customization(
    context: Context, *, Namespace: str | None = None, Resolved: bool = False
) -> Answer:
    """What is set for the account or a namespace; resolved, with what the account's sets."""
    own = themes.customization(context.cloud, context.region, Namespace)
    if Resolved:
        own = themes.customization(context.cloud, context.region, None) | own
        return _told(context, Namespace, own)
    return _told(context, Namespace, _find(context, Namespace))


@answers("DeleteAccountCustomization")
def delete_account_customization(context: Context, *, Namespace: str | None = None) -> Answer:
    _find(context, Namespace)
    forget(context, Namespace)
    return {}


def forget(context: Context, namespace: str | None) -> None:
    """Drop what is set, and its tags."""
    themes.customize(context.cloud, context.region, namespace, {})
    tagging.forget(context.cloud, _arn(context, namespace))


def _find(context: Context, namespace: str | None) -> Record:
    found = themes.customization(context.cloud, context.region, namespace)
    if not found:
        raise not_found("No account customization is found.")
    return found


def _set(context: Context, namespace: str | None, customization: Record) -> Answer:
    if "DefaultEmailCustomizationTemplate" in customization:
        raise not_here(context.operation, "there are no templates of mails")
    if namespace:
        namespaces.check(context, namespace)
    themes.configuration(context.cloud, context.region, customization.get("DefaultTheme"))
    themes.customize(context.cloud, context.region, namespace, customization)
    return _told(context, namespace, customization)


def _told(context: Context, namespace: str | None, customization: Record) -> Answer:
    return {
        "Arn": _arn(context, namespace),
        "AwsAccountId": context.account,
        "AccountCustomization": customization,
        **({"Namespace": namespace} if namespace else {}),
    }


def _arn(context: Context, namespace: str | None) -> str:
    place = f"/namespace/{namespace}" if namespace else ""
    return context.arn(f"customization/account/{context.account}{place}")
