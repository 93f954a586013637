"""What lies in folders: data sources, data sets, analyses, dashboards and topics.

A resource lies in one folder or in several. One that is deleted lies nowhere any more.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateFolderMembership.html
"""

from __future__ import annotations

from collections.abc import Iterable

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import kinds, records
from labkit.cloud.quicksight.kinds import FOLDER
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.words import limit_exceeded, not_found

MOST = 100
KINDS = {
    "ANALYSIS": kinds.ANALYSIS,
    "DASHBOARD": kinds.DASHBOARD,
    "DATASET": kinds.DATA_SET,
    "DATASOURCE": kinds.DATA_SOURCE,
    "TOPIC": kinds.TOPIC,
}


@answers("CreateFolderMembership")
def create_folder_membership(
    context: Context, *, FolderId: str, MemberId: str, MemberType: str
) -> Answer:
    """Put a resource into a folder."""
    folder = records.find(context, FOLDER, FolderId)
    member = records.find(context, KINDS[MemberType], MemberId)
    _put(context, folder, member["Arn"])
    return {"FolderMember": {"MemberId": MemberId, "MemberType": MemberType}}


@answers("DeleteFolderMembership")
def delete_folder_membership(
    context: Context, *, FolderId: str, MemberId: str, MemberType: str
) -> Answer:
    """Take a resource out of a folder."""
    folder = records.find(context, FOLDER, FolderId)
    arn = KINDS[MemberType].arn(context, MemberId)
    if arn not in folder["_"]["members"]:
        raise not_found(f"{MemberType} {MemberId} is not in the folder {FolderId}.")
    left = [each for each in folder["_"]["members"] if each != arn]
    records.keep(context, FOLDER, FolderId, members=left)
    return {}


@lists("ListFolderMembers", "FolderMemberList")
def list_folder_members(context: Context, *, FolderId: str) -> list[Record]:
    arns = records.find(context, FOLDER, FolderId)["_"]["members"]
    return [{"MemberId": arn.partition("/")[2], "MemberArn": arn} for arn in arns]


@lists("ListFoldersForResource", "Folders")
def list_folders_for_resource(context: Context, *, ResourceArn: str) -> list[str]:
    every = (each for kind in KINDS.values() for each in records.listed(context, kind))
    if all(each["Arn"] != ResourceArn for each in every):
        raise not_found(f"Resource {ResourceArn} is not found.")
    return holding(context, ResourceArn)


def holding(context: Context, arn: str) -> list[str]:
    """The ARNs of the folders that a resource lies in."""
    folders = records.listed(context, FOLDER)
    return [folder["Arn"] for folder in folders if arn in folder["_"]["members"]]


def check(context: Context, folder_arns: Iterable[str] | None) -> None:
    """Raise unless the folders are there that a new resource shall lie in."""
    for arn in folder_arns or ():
        records.find(context, FOLDER, arn.rpartition("/")[2])


def join(context: Context, folder_arns: Iterable[str] | None, member_arn: str) -> None:
    """Put a new resource into the folders that its ``Create`` names."""
    known = {folder["Arn"]: folder for folder in records.listed(context, FOLDER)}
    for arn in folder_arns or ():
        if arn not in known:
            raise not_found(f"Folder {arn} is not found.")
        _put(context, known[arn], member_arn)


def _put(context: Context, folder: Record, arn: str) -> None:
    others = [each for each in folder["_"]["members"] if each != arn]
    if len(others) >= MOST:
        raise limit_exceeded(f"A folder holds at most {MOST} resources.")
    records.keep(context, FOLDER, folder["FolderId"], members=[*others, arn])
