"""Themes: colours and layout of analyses and dashboards, in versions that aliases name.

Four starter themes are QuickSight's own; an account's theme starts from one of them and says what
differs.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateTheme.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records, sharing, starter_themes, themes
from labkit.cloud.quicksight.kinds import THEME
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.words import conflict

sharing.register(THEME)


@answers("CreateTheme")
def create_theme(
    context: Context,
    *,
    ThemeId: str,
    Name: str,
    BaseThemeId: str,
    Configuration: Record,
    VersionDescription: str | None = None,
    Permissions: list[Record] | None = None,
    Tags: list[Record] | None = None,
) -> Answer:
    """Make a theme from a starter theme."""
    themes.check_own(ThemeId)
    arn = THEME.arn(context, ThemeId)
    first = themes.new_version(arn, 1, BaseThemeId, Configuration, VersionDescription)
    made = records.create(
        context,
        THEME,
        ThemeId,
        {"Name": Name, "Type": "CUSTOM"},
        permissions=Permissions,
        tags=Tags,
        private={"versions": [first], "aliases": {}, "last": 1},
    )
    return _saved(made, first)


@answers("UpdateTheme")
def update_theme(
    context: Context,
    *,
    ThemeId: str,
    BaseThemeId: str,
    Name: str | None = None,
    Configuration: Record | None = None,
    VersionDescription: str | None = None,
) -> Answer:
    """Add a version; what is not given stays."""
    record = themes.own(context, ThemeId)
    last = record["_"]["last"] + 1
    config = Configuration or themes.by_number(record, None)["Configuration"]
    added = themes.new_version(record["Arn"], last, BaseThemeId, config, VersionDescription)
    versions = [*record["_"]["versions"], added]
    with context.cloud.state.together():
        records.keep(context, THEME, ThemeId, versions=versions, last=last)
        records.update(context, THEME, ThemeId, {"Name": Name or record["Name"]})
    return _saved(record, added)


@answers("DescribeTheme")
def describe_theme(
    context: Context,
    *,
    ThemeId: str,
    VersionNumber: int | None = None,
    AliasName: str | None = None,
) -> Answer:
    """A theme in one version, the latest if none is named."""
    if ThemeId in starter_themes.NAMES:
        return {"Theme": starter_themes.described(ThemeId)}
    record = records.find(context, THEME, ThemeId)
    number = themes.number_of(record, AliasName) if AliasName else VersionNumber
    return {"Theme": record | {"Version": themes.by_number(record, number)}}


@lists("ListThemes", "ThemeSummaryList")
def list_themes(context: Context, *, Type: str = "ALL") -> list[Record]:
    """The account's themes and QuickSight's own."""
    own = [] if Type == "QUICKSIGHT" else [_summary(r) for r in records.listed(context, THEME)]
    given = [] if Type == "CUSTOM" else [starter_themes.summary(n) for n in starter_themes.NAMES]
    return given + own


@lists("ListThemeVersions", "ThemeVersionSummaryList")
def list_theme_versions(context: Context, *, ThemeId: str) -> list[Record]:
    found: list[Record] = themes.own(context, ThemeId)["_"]["versions"]
    return found


@answers("DeleteTheme")
def delete_theme(context: Context, *, ThemeId: str, VersionNumber: int | None = None) -> Answer:
    """Delete a theme, or one of its versions."""
    record = themes.own(context, ThemeId)
    if (
        VersionNumber is None
        or [themes.by_number(record, VersionNumber)] == record["_"]["versions"]
    ):
        if themes.is_default(context.cloud, context.region, record["Arn"]):
            raise conflict(f"Theme {ThemeId} is the account's default theme.")
        records.remove(context, THEME, ThemeId)
    else:
        left = [v for v in record["_"]["versions"] if v["VersionNumber"] != VersionNumber]
        aliases = {a: n for a, n in record["_"]["aliases"].items() if n != VersionNumber}
        records.keep(context, THEME, ThemeId, versions=left, aliases=aliases)
    return records.shown(record, "Arn", "ThemeId")


def _saved(record: Record, version: Record) -> Answer:
    told = {"Arn": record["Arn"], "ThemeId": record["ThemeId"], "VersionArn": version["Arn"]}
    return told | {"CreationStatus": themes.DONE}


def _summary(record: Record) -> Record:
    return record | {"LatestVersionNumber": themes.by_number(record, None)["VersionNumber"]}
