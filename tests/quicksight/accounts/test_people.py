"""Users, groups and namespaces."""

import re

import pytest
from botocore.exceptions import ClientError

from tests.quicksight.conftest import refused

HERE = {"Namespace": "default"}


@pytest.fixture
def register(quicksight, fresh):
    """``register(UserRole="READER")``: a new user of QuickSight's own."""

    def make(**members):
        given = {"IdentityType": "QUICKSIGHT", "Email": "a@b.edu", "UserRole": "READER"}
        name = {"UserName": fresh("user")}
        return quicksight.register_user(**HERE | given | name | members)["User"]

    return make


@pytest.fixture
def group(quicksight, fresh):
    return quicksight.create_group(**HERE, GroupName=fresh("deans"), Description="Deans")["Group"]


def test_a_user_is_told_as_registered(quicksight, register, cloud):
    user = register(Tags=[{"Key": "school", "Value": "law"}])
    arn = f"arn:aws:quicksight:us-east-1:{cloud.account}:user/default/{user['UserName']}"
    assert user["Arn"] == arn
    assert quicksight.describe_user(**HERE, UserName=user["UserName"])["User"] == user
    assert (user["Role"], user["Active"], user["Email"]) == ("READER", False, "a@b.edu")
    assert quicksight.list_tags_for_resource(ResourceArn=arn)["Tags"] == [
        {"Key": "school", "Value": "law"}
    ]


@pytest.mark.parametrize(
    ("arn", "session", "name"),
    [
        ("arn:aws:iam::123456789012:user/dean", None, "dean"),
        ("arn:aws:iam::123456789012:role/staff/teacher", "mary@example.edu", "teacher/mary@e"),
    ],
    ids=["user", "role"],
)
def test_a_user_whom_iam_knows_is_named_by_iam(quicksight, arn, session, name):
    more = {"SessionName": session} if session else {}
    answer = quicksight.register_user(
        **HERE, IdentityType="IAM", Email="a@b.edu", UserRole="AUTHOR", IamArn=arn, **more
    )
    assert answer["User"]["UserName"].startswith(name)
    assert answer["User"]["Active"]
    kind = "AROA" if session else "AIDA"
    of_session = f":{session}" if session else ""
    told = answer["User"]["PrincipalId"]
    assert re.fullmatch(f"federated/iam/{kind}[A-Z0-9]{{17}}{of_session}", told)
    assert "UserInvitationUrl" not in answer
    quicksight.delete_user(**HERE, UserName=answer["User"]["UserName"])


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"IdentityType": "QUICKSIGHT"}, "InvalidParameterValueException"),
        ({"IdentityType": "IAM"}, "InvalidParameterValueException"),
        ({"IdentityType": "IAM", "IamArn": "arn:aws:iam::123456789012:role/a"}, "InvalidParam"),
        ({"IdentityType": "QUICKSIGHT", "UserName": "x", "Namespace": "no"}, "ResourceNotFound"),
        ({"IdentityType": "IAM_IDENTITY_CENTER", "UserName": "x"}, "NotImplementedException"),
        ({"IdentityType": "QUICKSIGHT", "UserName": "learner"}, "ResourceExistsException"),
        ({"IdentityType": "EMAIL", "UserName": "x"}, "ValidationException"),
        (
            {"IdentityType": "QUICKSIGHT", "UserName": "x", "CustomPermissionsName": "none"},
            "ResourceNotFoundException",
        ),
    ],
    ids=[
        "no name", "no arn", "no session", "no namespace", "identity center", "taken",
        "no such type", "no profile",
    ],
)  # fmt: skip
def test_a_user_is_refused(quicksight, members, code):
    given = HERE | {"Email": "a@b.edu", "UserRole": "READER"} | members
    assert refused(quicksight.register_user, **given)[0].startswith(code)


def test_a_user_changes(quicksight, register, fresh):
    name, profile = register()["UserName"], fresh("no-export")
    quicksight.create_custom_permissions(
        CustomPermissionsName=profile, Capabilities={"ExportToCsv": "DENY"}
    )
    changed = quicksight.update_user(
        **HERE, UserName=name, Email="c@d.edu", Role="AUTHOR", CustomPermissionsName=profile
    )["User"]
    assert (changed["Email"], changed["Role"]) == ("c@d.edu", "AUTHOR")
    assert changed["CustomPermissionsName"] == profile
    deleting = {"CustomPermissionsName": profile}
    assert refused(quicksight.delete_custom_permissions, **deleting)[0] == "ConflictException"
    freed = quicksight.update_user(
        **HERE, UserName=name, Email="c@d.edu", Role="AUTHOR", UnapplyCustomPermissions=True
    )["User"]
    assert "CustomPermissionsName" not in freed


def test_users_are_listed_in_pages(quicksight, register):
    names = {register()["UserName"] for _ in range(3)}
    paginator = quicksight.client.get_paginator("list_users")
    pages = paginator.paginate(
        AwsAccountId=quicksight.account, **HERE, PaginationConfig={"PageSize": 2}
    )
    assert names <= {user["UserName"] for page in pages for user in page["UserList"]}
    code, message = refused(quicksight.list_users, **HERE, MaxResults=101)
    assert (code, "less than or equal to 100" in message) == ("ValidationException", True)


def test_principal_ids_are_of_one_directory(register, group, quicksight, client, fresh):
    user = register()["PrincipalId"].split("/")
    assert group["PrincipalId"].split("/")[:2] == ["group", user[1]]
    assert user[0] == "user"
    known = client("iam").create_user(UserName=fresh("dean"))["User"]
    told = quicksight.register_user(
        **HERE, IdentityType="IAM", Email="a@b.edu", UserRole="AUTHOR", IamArn=known["Arn"]
    )["User"]
    assert told["PrincipalId"] == f"federated/iam/{known['UserId']}"


@pytest.mark.parametrize("how", ["by name", "by principal"])
def test_a_user_leaves_its_groups_too(quicksight, register, group, how):
    user = register()
    place = {"GroupName": group["GroupName"], "MemberName": user["UserName"]}
    quicksight.create_group_membership(**HERE, **place)
    if how == "by name":
        quicksight.delete_user(**HERE, UserName=user["UserName"])
    else:
        quicksight.delete_user_by_principal_id(**HERE, PrincipalId=user["PrincipalId"])
    code, _ = refused(quicksight.describe_user, **HERE, UserName=user["UserName"])
    assert code == "ResourceNotFoundException"
    found = quicksight.list_group_memberships(**HERE, GroupName=group["GroupName"])
    assert found["GroupMemberList"] == []


def test_another_of_a_name_is_given_nothing(quicksight, register, group, fresh):
    """What a user and a group were given goes with them."""
    user, theme = register(), fresh("theme")
    view = ["DescribeTheme", "DescribeThemeAlias", "ListThemeAliases", "ListThemeVersions"]
    given = [{"Principal": each["Arn"], "Actions": [f"quicksight:{action}" for action in view]}
             for each in (user, group)]  # fmt: skip
    quicksight.create_theme(
        ThemeId=theme, Name=theme, BaseThemeId="CLASSIC", Configuration={}, Permissions=given
    )
    quicksight.delete_user(**HERE, UserName=user["UserName"])
    register(UserName=user["UserName"])
    assert quicksight.describe_theme_permissions(ThemeId=theme)["Permissions"] == given[1:]
    quicksight.delete_group(**HERE, GroupName=group["GroupName"])
    assert quicksight.describe_theme_permissions(ThemeId=theme)["Permissions"] == []


def test_a_refusal_names_the_type_of_what_is_missing(quicksight):
    with pytest.raises(ClientError) as error:
        quicksight.describe_user(**HERE, UserName="nobody")
    told = error.value.response
    assert told["ResourceType"] == "USER"
    assert told["RequestId"] == told["ResponseMetadata"]["RequestId"]
    with pytest.raises(ClientError) as error:
        quicksight.describe_data_set(DataSetId="none")
    assert error.value.response["ResourceType"] == "DATA_SET"
    with pytest.raises(ClientError) as error:
        quicksight.describe_dashboard(DashboardId="none")
    assert "ResourceType" not in error.value.response


def test_members_of_a_group(quicksight, register, group):
    name, member = group["GroupName"], register()
    user = member["UserName"]
    made = quicksight.create_group_membership(**HERE, GroupName=name, MemberName=user)
    assert made["GroupMember"] == {"Arn": member["Arn"], "MemberName": user}
    told = quicksight.describe_group_membership(**HERE, GroupName=name, MemberName=user)
    assert told["GroupMember"] == made["GroupMember"]
    groups = quicksight.list_user_groups(**HERE, UserName=user)["GroupList"]
    assert [each["GroupName"] for each in groups] == [name]
    quicksight.delete_group_membership(**HERE, GroupName=name, MemberName=user)
    assert quicksight.list_user_groups(**HERE, UserName=user)["GroupList"] == []
    gone = refused(quicksight.delete_group_membership, **HERE, GroupName=name, MemberName=user)
    assert gone[0] == "ResourceNotFoundException"


def test_who_does_not_exist_joins_no_group(quicksight, group):
    joining = {"GroupName": group["GroupName"], "MemberName": "nobody"}
    code, _ = refused(quicksight.create_group_membership, **HERE, **joining)
    assert code == "ResourceNotFoundException"


def test_groups_are_searched_by_their_beginning(quicksight, fresh):
    stem = fresh("search")
    for name in (f"{stem}-one", f"{stem.upper()}-two", f"x{stem}"):
        quicksight.create_group(**HERE, GroupName=name)
    wanted = [{"Operator": "StartsWith", "Name": "GROUP_NAME", "Value": stem}]
    found = quicksight.search_groups(**HERE, Filters=wanted)["GroupList"]
    assert [each["GroupName"] for each in found] == [f"{stem}-one", f"{stem.upper()}-two"]


def test_a_group_changes_and_goes(quicksight, group):
    name = group["GroupName"]
    changed = quicksight.update_group(**HERE, GroupName=name, Description="All deans")["Group"]
    assert changed == group | {"Description": "All deans"}
    quicksight.delete_group(**HERE, GroupName=name)
    assert refused(quicksight.describe_group, **HERE, GroupName=name)[0] == (
        "ResourceNotFoundException"
    )


def test_a_namespace_keeps_its_people_apart(quicksight, fresh):
    school = {"Namespace": fresh("school")}
    quicksight.create_namespace(**school, IdentityStore="QUICKSIGHT")
    quicksight.create_group(**school, GroupName="deans")
    told = quicksight.describe_namespace(**school)["Namespace"]
    assert (told["Name"], told["CreationStatus"]) == (school["Namespace"], "CREATED")
    assert quicksight.list_groups(**school)["GroupList"][0]["Arn"].endswith(
        f":group/{school['Namespace']}/deans"
    )
    reader, draft = {"Role": "READER"}, {"AssignmentName": fresh("draft")}
    quiet, theme = {"CustomPermissionsName": fresh("quiet")}, "arn:aws:quicksight::aws:theme/"
    quicksight.create_custom_permissions(**quiet)
    quicksight.update_role_custom_permission(**school, **reader, **quiet)
    quicksight.create_iam_policy_assignment(**school, **draft, AssignmentStatus="DRAFT")
    quicksight.create_account_customization(
        **school, AccountCustomization={"DefaultTheme": f"{theme}RAINIER"}
    )
    quicksight.delete_namespace(**school)
    names = {each["Name"] for each in quicksight.list_namespaces()["Namespaces"]}
    assert "default" in names
    assert school["Namespace"] not in names
    assert refused(quicksight.list_groups, **school)[0] == "ResourceNotFoundException"
    quicksight.create_namespace(**school, IdentityStore="QUICKSIGHT")
    for call, which in (
        (quicksight.describe_role_custom_permission, reader),
        (quicksight.describe_iam_policy_assignment, draft),
        (quicksight.describe_account_customization, {}),
        (quicksight.describe_group, {"GroupName": "deans"}),
    ):
        assert refused(call, **school, **which)[0] == "ResourceNotFoundException"


def test_custom_permissions_apply_to_a_role_and_the_account(quicksight, fresh):
    profile = {"CustomPermissionsName": fresh("quiet")}
    quicksight.create_custom_permissions(**profile, Capabilities={"CreateSpaces": "DENY"})
    quicksight.update_role_custom_permission(**HERE, Role="READER", **profile)
    told = quicksight.describe_role_custom_permission(**HERE, Role="READER")
    assert told["CustomPermissionsName"] == profile["CustomPermissionsName"]
    assert refused(quicksight.delete_custom_permissions, **profile)[0] == "ConflictException"
    quicksight.delete_role_custom_permission(**HERE, Role="READER")
    assert refused(quicksight.describe_role_custom_permission, **HERE, Role="READER")[0] == (
        "ResourceNotFoundException"
    )
    found = quicksight.describe_custom_permissions(**profile)["CustomPermissions"]
    assert found["Capabilities"] == {"CreateSpaces": "DENY"}
    assert found["Arn"].endswith(f":custompermissions/{profile['CustomPermissionsName']}")
    quicksight.delete_custom_permissions(**profile)
