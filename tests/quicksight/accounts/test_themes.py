"""Themes, their versions and aliases, and the starter themes."""

import pytest

from tests.quicksight.conftest import refused

STARTERS = ["CLASSIC", "MIDNIGHT", "SEASIDE", "RAINIER"]
RED = {"DataColorPalette": {"Colors": ["#AA0000", "#BB0000"]}}
BLUE = {"UIColorPalette": {"Accent": "#0000AA"}}


@pytest.fixture
def theme(quicksight, fresh):
    """The id of a theme with one version."""
    name = fresh("school")
    quicksight.create_theme(ThemeId=name, Name="School", BaseThemeId="CLASSIC", Configuration=RED)
    return name


def test_a_theme_is_told_as_made(quicksight, theme):
    told = quicksight.describe_theme(ThemeId=theme)["Theme"]
    assert (told["Name"], told["Type"]) == ("School", "CUSTOM")
    version = told["Version"]
    assert version["Configuration"] == RED
    assert (version["VersionNumber"], version["BaseThemeId"]) == (1, "CLASSIC")
    assert version["Arn"] == f"{told['Arn']}/version/1"


def test_an_update_adds_a_version(quicksight, theme):
    quicksight.update_theme(ThemeId=theme, BaseThemeId="MIDNIGHT", Configuration=BLUE)
    told = [
        quicksight.describe_theme(ThemeId=theme, **which)["Theme"]["Version"]["Configuration"]
        for which in ({}, {"VersionNumber": 1}, {"AliasName": "$LATEST"})
    ]
    assert told == [BLUE, RED, BLUE]
    versions = quicksight.list_theme_versions(ThemeId=theme)["ThemeVersionSummaryList"]
    assert [each["VersionNumber"] for each in versions] == [1, 2]


def test_an_alias_names_a_version(quicksight, theme):
    alias = {"ThemeId": theme, "AliasName": "term"}
    quicksight.create_theme_alias(**alias, ThemeVersionNumber=1)
    quicksight.update_theme(ThemeId=theme, BaseThemeId="CLASSIC", Configuration=BLUE)
    assert quicksight.describe_theme(**alias)["Theme"]["Version"]["Configuration"] == RED
    quicksight.update_theme_alias(**alias, ThemeVersionNumber=2)
    assert quicksight.describe_theme(**alias)["Theme"]["Version"]["Configuration"] == BLUE
    [told] = quicksight.list_theme_aliases(ThemeId=theme)["ThemeAliasList"]
    assert told == quicksight.describe_theme_alias(**alias)["ThemeAlias"]
    quicksight.delete_theme_alias(**alias)
    assert refused(quicksight.describe_theme_alias, **alias)[0] == "ResourceNotFoundException"


def test_a_version_and_a_theme_go(quicksight, theme):
    quicksight.update_theme(ThemeId=theme, BaseThemeId="CLASSIC", Configuration=BLUE)
    quicksight.delete_theme(ThemeId=theme, VersionNumber=2)
    assert quicksight.describe_theme(ThemeId=theme)["Theme"]["Version"]["VersionNumber"] == 1
    quicksight.delete_theme(ThemeId=theme)
    assert refused(quicksight.describe_theme, ThemeId=theme)[0] == "ResourceNotFoundException"


@pytest.mark.parametrize("name", ["$LATEST", "$PUBLISHED"])
def test_an_alias_of_quicksights_own_is_not_made_and_does_not_go(quicksight, theme, name):
    alias = {"ThemeId": theme, "AliasName": name}
    code, _ = refused(quicksight.create_theme_alias, **alias, ThemeVersionNumber=1)
    assert code == "InvalidParameterValueException"
    assert refused(quicksight.delete_theme_alias, **alias)[0] == code


def test_the_accounts_default_theme_stays(quicksight, theme):
    arn = quicksight.describe_theme(ThemeId=theme)["Theme"]["Arn"]
    quicksight.create_account_customization(AccountCustomization={"DefaultTheme": arn})
    refusal = refused(quicksight.delete_theme, ThemeId=theme)
    quicksight.delete_account_customization()
    assert refusal[0] == "ConflictException"
    quicksight.delete_theme(ThemeId=theme)


@pytest.mark.parametrize("name", STARTERS)
def test_a_starter_theme_is_quicksights_own(quicksight, name):
    told = quicksight.describe_theme(ThemeId=name)["Theme"]
    assert (told["Type"], told["Arn"]) == ("QUICKSIGHT", f"arn:aws:quicksight::aws:theme/{name}")
    assert len(told["Version"]["Configuration"]["DataColorPalette"]["Colors"]) >= 8
    assert refused(quicksight.delete_theme, ThemeId=name)[0] == "AccessDeniedException"


def test_themes_are_listed_by_type(quicksight, theme):
    def names(**which):
        return [each["ThemeId"] for each in quicksight.list_themes(**which)["ThemeSummaryList"]]

    assert names(Type="QUICKSIGHT") == STARTERS
    assert theme in names(Type="CUSTOM")
    assert {theme, *STARTERS} <= set(names())


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"BaseThemeId": "NOON"}, "InvalidParameterValueException"),
        ({"ThemeId": "MIDNIGHT"}, "AccessDeniedException"),
        ({"Configuration": {"UIColorPalette": {"Accent": "blue"}}}, "ValidationException"),
        ({"ThemeId": "a b"}, "ValidationException"),
    ],
    ids=["base", "starter", "color", "id"],
)
def test_a_theme_is_refused(quicksight, members, code):
    given = {"ThemeId": "x", "Name": "X", "BaseThemeId": "CLASSIC", "Configuration": {}}
    assert refused(quicksight.create_theme, **given | members)[0] == code


def test_permissions_of_a_theme(quicksight, theme, author):
    view = ["DescribeTheme", "DescribeThemeAlias", "ListThemeAliases", "ListThemeVersions"]
    given = [{"Principal": author, "Actions": [f"quicksight:{action}" for action in view]}]
    quicksight.update_theme_permissions(ThemeId=theme, GrantPermissions=given)
    assert quicksight.describe_theme_permissions(ThemeId=theme)["Permissions"] == given


def test_tags_come_and_go(quicksight, theme):
    arn = quicksight.describe_theme(ThemeId=theme)["Theme"]["Arn"]
    quicksight.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    quicksight.tag_resource(
        ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}]
    )
    quicksight.untag_resource(ResourceArn=arn, TagKeys=["b", "none"])
    assert quicksight.list_tags_for_resource(ResourceArn=arn)["Tags"] == [
        {"Key": "a", "Value": "2"}
    ]
    other = arn.replace(quicksight.account, "999999999999")
    for call in (quicksight.list_tags_for_resource, quicksight.untag_resource):
        more = {"TagKeys": ["a"]} if call == quicksight.untag_resource else {}
        for nowhere in (f"{arn}-nowhere", other, "none"):
            code, _ = refused(call, ResourceArn=nowhere, **more)
            assert code == "ResourceNotFoundException"


def test_a_resource_has_fifty_tags(quicksight, theme):
    tags = [{"Key": f"k{at}", "Value": "x"} for at in range(51)]
    arn = quicksight.describe_theme(ThemeId=theme)["Theme"]["Arn"]
    code, _ = refused(quicksight.tag_resource, ResourceArn=arn, Tags=tags)
    assert code == "LimitExceededException"
    assert quicksight.list_tags_for_resource(ResourceArn=arn)["Tags"] == []
    made = {"FolderId": "tagged", "Name": "tagged", "Tags": tags}
    assert refused(quicksight.create_folder, **made)[0] == "LimitExceededException"
    assert refused(quicksight.describe_folder, FolderId="tagged")[0] == "ResourceNotFoundException"


def test_the_tagging_api_knows_tagged_resources(quicksight, client, theme):
    arn = quicksight.describe_theme(ThemeId=theme)["Theme"]["Arn"]
    tagging = client("resourcegroupstaggingapi")
    tagging.tag_resources(ResourceARNList=[arn], Tags={"course": theme})
    found = tagging.get_resources(
        ResourceTypeFilters=["quicksight:theme"], TagFilters=[{"Key": "course", "Values": [theme]}]
    )["ResourceTagMappingList"]
    assert found == [{"ResourceARN": arn, "Tags": [{"Key": "course", "Value": theme}]}]
    assert quicksight.list_tags_for_resource(ResourceArn=arn)["Tags"] == found[0]["Tags"]
