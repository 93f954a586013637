"""Folders that an account shares: a tree, in which data sets, analyses and dashboards lie.

Who may do something with a folder may do it with those below it. Up to ten levels deep; a folder
goes when it is empty.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateFolder.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import gate, permissions, records, search, sharing
from labkit.cloud.quicksight.kinds import FOLDER
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.words import invalid, limit_exceeded, not_found, page, precondition

DEPTH = 10


@answers("CreateFolder")
def create_folder(
    context: Context,
    *,
    FolderId: str,
    Name: str | None = None,
    FolderType: str = "SHARED",
    ParentFolderArn: str | None = None,
    SharingModel: str = "ACCOUNT",
    Permissions: list[Record] | None = None,
    Tags: list[Record] | None = None,
) -> Answer:
    """Make a folder, at the top or in another one."""
    gate.check_enterprise(context, "Shared folders are")
    above = _way_to(context, ParentFolderArn) if ParentFolderArn else []
    if len(above) >= DEPTH:
        raise limit_exceeded(f"Folders are at most {DEPTH} levels deep.")
    given = {
        "Name": Name or FolderId,
        "FolderType": FolderType,
        "FolderPath": [folder["Arn"] for folder in above] or None,
        "SharingModel": SharingModel,
    }
    private: Record = {"parent": ParentFolderArn or None, "members": []}
    made = records.create(
        context, FOLDER, FolderId, given, permissions=Permissions, tags=Tags, private=private
    )
    return _named(made)


@answers("UpdateFolder")
def update_folder(context: Context, *, FolderId: str, Name: str) -> Answer:
    return _named(records.update(context, FOLDER, FolderId, {"Name": Name}))


@answers("DescribeFolder")
def describe_folder(context: Context, *, FolderId: str) -> Answer:
    return {"Folder": records.find(context, FOLDER, FolderId)}


@answers("DeleteFolder")
def delete_folder(context: Context, *, FolderId: str) -> Answer:
    """Delete an empty folder."""
    record = records.find(context, FOLDER, FolderId)
    below = [f for f in records.listed(context, FOLDER) if f["_"]["parent"] == record["Arn"]]
    if below or record["_"]["members"]:
        raise precondition(f"Folder {FolderId} is not empty.")
    return _named(records.remove(context, FOLDER, FolderId))


@lists("ListFolders", "FolderSummaryList")
def list_folders(context: Context) -> list[Record]:
    return records.listed(context, FOLDER)


@lists("SearchFolders", "FolderSummaryList")
def search_folders(context: Context, *, Filters: list[Record]) -> list[Record]:
    return search.matching(context, FOLDER, Filters)


@answers("DescribeFolderPermissions")
def describe_folder_permissions(context: Context, *, FolderId: str, **options: Any) -> Answer:
    record = records.find(context, FOLDER, FolderId)
    return _permissions(record, permissions.held(record), options)


@answers("DescribeFolderResolvedPermissions")
def describe_folder_resolved_permissions(
    context: Context, *, FolderId: str, **options: Any
) -> Answer:
    """What principals may do, with what they may do above."""
    record = records.find(context, FOLDER, FolderId)
    above = _way_to(context, record["Arn"])[:-1]
    held = permissions.held(record)
    for folder in above:
        held = permissions.grant(FOLDER, held, permissions.held(folder))
    return _permissions(record, held, options)


@answers("UpdateFolderPermissions")
def update_folder_permissions(
    context: Context,
    *,
    FolderId: str,
    GrantPermissions: list[Record] | None = None,
    RevokePermissions: list[Record] | None = None,
) -> Answer:
    changed = sharing.change(context, FOLDER, FolderId, GrantPermissions, RevokePermissions)
    return sharing.told(FOLDER, changed)


def _permissions(record: Record, held: Sequence[Record], options: Record) -> Answer:
    name = options.get("Namespace")
    inside = [p for p in held if name in (None, p["Principal"].split("/")[1])]
    found = page("Permissions", inside, options.get("MaxResults"), options.get("NextToken"))
    return _named(record) | found


def _way_to(context: Context, arn: str) -> list[Record]:
    """The folders from the top down to one."""
    known = {folder["Arn"]: folder for folder in records.listed(context, FOLDER)}
    if ":folder/" not in arn:
        raise invalid(f"{arn} is not the ARN of a folder.")
    if arn not in known:
        raise not_found(f"Folder {arn} is not found.")
    way = [known[arn]]
    while (parent := way[0]["_"]["parent"]) in known:
        way.insert(0, known[parent])
    return way


def _named(record: Record) -> Answer:
    return records.shown(record, "Arn", "FolderId")
