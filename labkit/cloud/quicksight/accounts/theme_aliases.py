"""Names of a theme's versions.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateThemeAlias.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records, themes
from labkit.cloud.quicksight.kinds import THEME
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.words import exists, invalid


@answers("CreateThemeAlias")
def create_theme_alias(
    context: Context, *, ThemeId: str, AliasName: str, ThemeVersionNumber: int
) -> Answer:
    """Give a version a name."""
    return _name_version(context, ThemeId, AliasName, ThemeVersionNumber, new=True)


@answers("UpdateThemeAlias")
def update_theme_alias(
    context: Context, *, ThemeId: str, AliasName: str, ThemeVersionNumber: int
) -> Answer:
    """Give a name to another version."""
    return _name_version(context, ThemeId, AliasName, ThemeVersionNumber, new=False)


@answers("DescribeThemeAlias")
def describe_theme_alias(context: Context, *, ThemeId: str, AliasName: str) -> Answer:
    record = themes.own(context, ThemeId)
    return {"ThemeAlias": _alias(record, AliasName, themes.number_of(record, AliasName))}


@lists("ListThemeAliases", "ThemeAliasList")
def list_theme_aliases(context: Context, *, ThemeId: str) -> list[Record]:
    record = themes.own(context, ThemeId)
    return [_alias(record, name, n) for name, n in record["_"]["aliases"].items()]


@answers("DeleteThemeAlias")
def delete_theme_alias(context: Context, *, ThemeId: str, AliasName: str) -> Answer:
    _check(AliasName)
    record = themes.own(context, ThemeId)
    gone = _alias(record, AliasName, themes.number_of(record, AliasName))
    left = {name: n for name, n in record["_"]["aliases"].items() if name != AliasName}
    records.keep(context, THEME, ThemeId, aliases=left)
    return {"ThemeId": ThemeId} | gone


def _name_version(context: Context, id: str, alias: str, number: int, *, new: bool) -> Answer:
    _check(alias)
    record = themes.own(context, id)
    themes.by_number(record, number)
    aliases = record["_"]["aliases"]
    if not new:
        themes.number_of(record, alias)
    elif alias in aliases:
        raise exists(f"Alias {alias} already exists.")
    records.keep(context, THEME, id, aliases=aliases | {alias: number})
    return {"ThemeAlias": _alias(record, alias, number)}


def _check(name: str) -> None:
    if name.startswith("$"):
        raise invalid("Alias names that start with $ are reserved.")


def _alias(record: Record, name: str, number: int) -> Record:
    arn = f"{record['Arn']}/alias/{name}"
    return {"Arn": arn, "AliasName": name, "ThemeVersionNumber": number}
