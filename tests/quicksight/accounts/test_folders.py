"""Folders: their tree, what lies in them, who may do what, and how they are searched."""

import pytest

from tests.quicksight.conftest import refused

VIEW = ["quicksight:DescribeFolder"]
OWN = [
    "quicksight:CreateFolder",
    "quicksight:DescribeFolder",
    "quicksight:UpdateFolder",
    "quicksight:DeleteFolder",
    "quicksight:CreateFolderMembership",
    "quicksight:DeleteFolderMembership",
    "quicksight:DescribeFolderPermissions",
    "quicksight:UpdateFolderPermissions",
]


@pytest.fixture
def make(quicksight, fresh):
    """``make(ParentFolderArn=...)``: a new folder's id and ARN."""

    def folder(**members):
        answer = quicksight.create_folder(**{"FolderId": fresh("f"), "Name": "Grades"} | members)
        return answer["FolderId"], answer["Arn"]

    return folder


@pytest.fixture
def group(quicksight, author, fresh):
    """The ARN of a group that the author is in."""
    name = fresh("readers")
    made = quicksight.create_group(Namespace="default", GroupName=name)
    quicksight.create_group_membership(Namespace="default", GroupName=name, MemberName="author")
    return made["Group"]["Arn"]


def holds(who, actions):
    return [{"Principal": who, "Actions": actions}]


def found(quicksight, name, value, operator="StringEquals"):
    wanted = [{"Operator": operator, "Name": name, "Value": value}]
    answer = quicksight.search_folders(Filters=wanted)
    return {each["FolderId"] for each in answer["FolderSummaryList"]}


def test_a_folder_is_told_with_the_way_to_it(quicksight, make):
    _, top = make()
    _, middle = make(ParentFolderArn=top)
    low, _ = make(ParentFolderArn=middle, Name="Spring")
    told = quicksight.describe_folder(FolderId=low)["Folder"]
    assert (told["Name"], told["FolderType"]) == ("Spring", "SHARED")
    assert told["FolderPath"] == [top, middle]
    assert "FolderPath" not in quicksight.describe_folder(FolderId=top.split("/")[1])["Folder"]


def test_folders_are_ten_deep(quicksight, make):
    arn = None
    for _ in range(10):
        _, arn = make(**{"ParentFolderArn": arn} if arn else {})
    code, _ = refused(quicksight.create_folder, FolderId="eleventh", ParentFolderArn=arn)
    assert code == "LimitExceededException"


def test_a_folder_goes_when_it_is_empty(quicksight, make):
    top, arn = make()
    below, _ = make(ParentFolderArn=arn)
    assert refused(quicksight.delete_folder, FolderId=top)[0] == "PreconditionNotMetException"
    quicksight.delete_folder(FolderId=below)
    quicksight.delete_folder(FolderId=top)
    assert refused(quicksight.describe_folder, FolderId=top)[0] == "ResourceNotFoundException"


def test_a_name_changes(quicksight, make):
    folder, _ = make()
    quicksight.update_folder(FolderId=folder, Name="Marks")
    told = quicksight.describe_folder(FolderId=folder)["Folder"]
    assert told["Name"] == "Marks"
    assert told["LastUpdatedTime"] >= told["CreatedTime"]


def test_permissions_come_down_from_above(quicksight, make, author, group):
    _, top = make(Permissions=holds(author, OWN))
    low, _ = make(ParentFolderArn=top, Permissions=holds(group, VIEW))
    own = quicksight.describe_folder_permissions(FolderId=low)["Permissions"]
    resolved = quicksight.describe_folder_resolved_permissions(FolderId=low)["Permissions"]
    assert own == holds(group, VIEW)
    elsewhere = quicksight.describe_folder_permissions(FolderId=low, Namespace="def")
    assert elsewhere["Permissions"] == []
    assert resolved == holds(group, VIEW) + holds(author, OWN)


def test_permissions_are_given_and_taken(quicksight, make, author):
    folder, _ = make(Permissions=holds(author, VIEW))
    more = quicksight.update_folder_permissions(
        FolderId=folder, GrantPermissions=holds(author, OWN)
    )
    [held] = more["Permissions"]
    assert sorted(held["Actions"]) == sorted(OWN)
    less = quicksight.update_folder_permissions(FolderId=folder, RevokePermissions=held_by(held))
    assert less.get("Permissions", []) == []


def held_by(held):
    return [{"Principal": held["Principal"], "Actions": held["Actions"]}]


@pytest.mark.parametrize(
    ("who", "actions"),
    [
        ("author", ["quicksight:PassDataSet"]),
        ("arn:aws:iam::123456789012:user/dean", VIEW),
        ("arn:aws:quicksight:us-east-1:123456789012:user/default/nobody", VIEW),
    ],
    ids=["action of another kind", "principal of IAM", "nobody"],
)
def test_permissions_are_refused(quicksight, make, author, who, actions):
    folder, _ = make()
    given = holds(author if who == "author" else who, actions)
    code, _ = refused(quicksight.update_folder_permissions, FolderId=folder, GrantPermissions=given)
    assert code == "InvalidParameterValueException"


def test_a_member_must_exist(quicksight, make):
    folder, _ = make()
    member = {"MemberId": "nothing", "MemberType": "DASHBOARD"}
    code, _ = refused(quicksight.create_folder_membership, FolderId=folder, **member)
    assert code == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("name", "who", "expected"),
    [
        ("DIRECT_QUICKSIGHT_OWNER", "author", {"own"}),
        ("DIRECT_QUICKSIGHT_SOLE_OWNER", "author", {"own"}),
        ("DIRECT_QUICKSIGHT_VIEWER_OR_OWNER", "author", {"own"}),
        ("QUICKSIGHT_OWNER", "author", {"own", "below"}),
        ("QUICKSIGHT_VIEWER_OR_OWNER", "author", {"own", "below", "see"}),
        ("DIRECT_QUICKSIGHT_VIEWER_OR_OWNER", "group", {"see"}),
        ("QUICKSIGHT_OWNER", "group", set()),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_search_by_who_may(quicksight, make, author, group, name, who, expected):
    own, arn = make(Permissions=holds(author, OWN))
    below, _ = make(ParentFolderArn=arn)
    see, _ = make(Permissions=holds(group, VIEW))
    known = {own: "own", below: "below", see: "see"}
    told = found(quicksight, name, {"author": author, "group": group}[who])
    assert {known[each] for each in told if each in known} == expected


def test_search_by_name_and_parent(quicksight, make, fresh):
    stem = fresh("Spring")
    top, arn = make(Name=f"{stem} term", ParentFolderArn="")
    low, _ = make(Name="Other", ParentFolderArn=arn)
    assert found(quicksight, "FOLDER_NAME", stem.lower(), "StringLike") == {top}
    assert found(quicksight, "FOLDER_NAME", stem) == set()
    assert found(quicksight, "FOLDER_NAME", f"{stem} term") == {top}
    assert found(quicksight, "FOLDER_NAME", f"{stem} term".lower()) == set()
    assert found(quicksight, "PARENT_FOLDER_ARN", arn) == {low}
    assert {top, low} & found(quicksight, "PARENT_FOLDER_ARN", "") == {top}


def test_a_resource_lies_in_a_folder_until_it_is_deleted(quicksight, make, fresh):
    folder, arn = make()
    name = fresh("lake")
    source = {"AthenaParameters": {"WorkGroup": "primary"}}
    made = quicksight.create_data_source(
        DataSourceId=name, Name=name, Type="ATHENA", DataSourceParameters=source
    )
    member = {"FolderId": folder, "MemberId": name, "MemberType": "DATASOURCE"}
    quicksight.create_folder_membership(**member)
    told = quicksight.list_folder_members(FolderId=folder)["FolderMemberList"]
    assert told == [{"MemberId": name, "MemberArn": made["Arn"]}]
    over = quicksight.list_folders_for_resource(ResourceArn=made["Arn"])["Folders"]
    assert over == [arn]
    quicksight.delete_folder_membership(**member)
    assert refused(quicksight.delete_folder_membership, **member)[0] == "ResourceNotFoundException"
    quicksight.create_folder_membership(**member)
    quicksight.delete_data_source(DataSourceId=name)
    gone = {"ResourceArn": made["Arn"]}
    code, _ = refused(quicksight.list_folders_for_resource, **gone)
    assert code == "ResourceNotFoundException"
    quicksight.create_data_source(
        DataSourceId=name, Name=name, Type="ATHENA", DataSourceParameters=source
    )
    assert quicksight.list_folder_members(FolderId=folder)["FolderMemberList"] == []
    quicksight.delete_folder(FolderId=folder)


def test_a_data_source_is_not_given_to_a_namespace(quicksight, author, fresh):
    namespace = author.partition(":user/")[0] + ":namespace/default"
    view = ["DescribeDataSource", "DescribeDataSourcePermissions", "PassDataSource"]
    given = holds(namespace, [f"quicksight:{action}" for action in view])
    source = {"AthenaParameters": {"WorkGroup": "primary"}}
    code, message = refused(
        quicksight.create_data_source,
        DataSourceId=fresh("lake"),
        Name="Lake",
        Type="ATHENA",
        DataSourceParameters=source,
        Permissions=given,
    )
    assert code == "InvalidParameterValueException"
    assert "not valid QuickSight users" in message
    quicksight.create_folder(
        FolderId=fresh("shared"), Name="All", Permissions=holds(namespace, VIEW)
    )
