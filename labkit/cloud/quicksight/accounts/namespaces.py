"""Namespaces keep the people of an account's tenants apart; ``default`` is there from the first.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateNamespace.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import gate, records
from labkit.cloud.quicksight.kinds import NAMESPACE, Kind
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.words import exists, not_found

DEFAULT = "default"


@answers("CreateNamespace")
def create_namespace(
    context: Context, *, Namespace: str, IdentityStore: str, Tags: list[Record] | None = None
) -> Answer:
    """Make a namespace."""
    gate.check_enterprise(context, "Namespaces are")
    if Namespace == DEFAULT:
        raise exists(f"Namespace {Namespace} already exists.", "NAMESPACE")
    members = _described(context, Namespace) | {"IdentityStore": IdentityStore}
    made = records.create(context, NAMESPACE, Namespace, members, tags=Tags)
    return records.shown(made) | {"CreationStatus": "CREATING"}


@answers("DescribeNamespace")
def describe_namespace(context: Context, *, Namespace: str) -> Answer:
    check(context, Namespace)
    return {"Namespace": _described(context, Namespace)}


@lists("ListNamespaces", "Namespaces")
def list_namespaces(context: Context) -> list[Record]:
    names = [DEFAULT, *(each["Name"] for each in records.listed(context, NAMESPACE))]
    return [_described(context, name) for name in names]


def check(context: Context, name: str) -> None:
    """Raise when there is no namespace of this name."""
    known = records.look_up(context.cloud, context.region, NAMESPACE, name)
    if name != DEFAULT and known is None:
        raise not_found(f"Namespace {name} is not found.", "NAMESPACE")


def find(context: Context, kind: Kind, namespace: str, name: str, *, type: str = "") -> Record:
    """A user, a group or an assignment of a namespace.

    Args:
        type: what the API's errors call the kind, where it is not the kind's own.

    Raises:
        AwsError: ``ResourceNotFoundException``, for the namespace too.
    """
    check(context, namespace)
    found = records.look_up(context.cloud, context.region, kind, f"{namespace}/{name}")
    if found is None:
        told = f"{kind.noun} {name} is not found in namespace {namespace}."
        raise not_found(told, type or kind.type)
    return found


def listed(context: Context, kind: Kind, namespace: str) -> list[Record]:
    """All that a namespace has of a kind.

    Raises:
        AwsError: ``ResourceNotFoundException``, for the namespace.
    """
    check(context, namespace)
    return [r for r in records.listed(context, kind) if r["_"]["namespace"] == namespace]


def _described(context: Context, name: str) -> dict[str, Any]:
    return {
        "Name": name,
        "Arn": NAMESPACE.arn(context, name),
        "CapacityRegion": context.region,
        "CreationStatus": "CREATED",
        "IdentityStore": "QUICKSIGHT",
    }
