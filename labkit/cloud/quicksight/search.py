"""The filters of ``Search...``: by name, or by who owns or may see a resource.

An owner may change a resource's permissions, a viewer may describe it. A filter that starts with
``DIRECT_`` counts what is granted to the user or group itself; without it, what comes through its
groups, its namespace and the folders of the resource counts too. A part of a name is found in any
case, ``StringEquals`` means the very name. No parent's ARN asks for the folders at the top.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DataSetSearchFilter.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Context
from labkit.cloud.quicksight import permissions, principals, records
from labkit.cloud.quicksight.kinds import FOLDER, Kind
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.words import invalid


def matching(
    context: Context, kind: Kind, filters: Sequence[Record], found: Iterable[Record] | None = None
) -> list[Record]:
    """The resources of a kind that all filters let through.

    Args:
        found: to search in these records, not in all of the kind.
    """
    among = records.listed(context, kind) if found is None else list(found)
    for each in filters:
        among = [record for record in among if _lets_through(context.cloud, kind, each, record)]
    return among


def owns(kind: Kind, record: Record, who: Sequence[str]) -> bool:
    """Whether one of these principals owns a resource."""
    return permissions.allows(record, who, f"quicksight:Update{kind.noun}Permissions")


def sees(kind: Kind, record: Record, who: Sequence[str]) -> bool:
    """Whether one of these principals may see a resource."""
    return permissions.allows(record, who, f"quicksight:Describe{kind.noun}")


def _lets_through(cloud: Cloud, kind: Kind, filter: Record, record: Record) -> bool:
    name, value = filter.get("Name", ""), filter.get("Value", "")
    if name.endswith("_NAME"):
        return _is_named(filter.get("Operator"), value, record.get("Name", ""))
    if name == "PARENT_FOLDER_ARN":
        return bool(value == (record["_"].get("parent") or ""))
    if filter.get("Operator") == "StringLike":
        raise invalid(f"The operator StringLike is not for {name}.")
    if name == "DIRECT_QUICKSIGHT_SOLE_OWNER":
        return _owners(kind, record) == {value}
    return _is_given(cloud, kind, name, value, record)


def _is_named(operator: str | None, value: str, name: str) -> bool:
    return value == name if operator == "StringEquals" else value.lower() in name.lower()


def _is_given(cloud: Cloud, kind: Kind, name: str, value: str, record: Record) -> bool:
    direct = name.startswith("DIRECT_")
    who = [value] if direct else principals.names_of(cloud, value) or [value]
    over = [] if direct else folders_of(cloud, record)
    holds = owns if name.endswith("QUICKSIGHT_OWNER") else sees
    return holds(kind, record, who) or any(holds(FOLDER, folder, who) for folder in over)


def _owners(kind: Kind, record: Record) -> set[str]:
    action = f"quicksight:Update{kind.noun}Permissions"
    return {each["Principal"] for each in permissions.held(record) if action in each["Actions"]}


def folders_of(cloud: Cloud, record: Record) -> list[Record]:
    """The folders that a resource lies in, directly or in one of theirs."""
    known = {folder["Arn"]: folder for folder in records.records(cloud, FOLDER).values()}
    holding = [f for f in known.values() if record["Arn"] in f["_"]["members"]]
    parent = record["_"].get("parent")
    waiting = holding + ([known[parent]] if parent in known else [])
    found: list[Record] = []
    while waiting:
        folder = waiting.pop()
        found.append(folder)
        if (parent := folder["_"]["parent"]) in known:
            waiting.append(known[parent])
    return found
