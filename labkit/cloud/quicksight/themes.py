"""A theme's versions, and what it looks like in full.

An account's theme starts from one of QuickSight's starter themes and says what differs.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ThemeVersion.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Context
from labkit.cloud.quicksight import records, starter_themes
from labkit.cloud.quicksight.kinds import THEME
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.words import denied, invalid, not_found
from labkit.cloud.state import Records

LATEST = "$LATEST"
DONE = "CREATION_SUCCESSFUL"


def configuration(cloud: Cloud, region: str, arn: str | None) -> Record:
    """What a theme looks like in full: what its starter theme says, and what it says itself.

    Args:
        arn: a theme's ARN; without one it is the account's default, or CLASSIC.
    """
    default = customization(cloud, region, None).get("DefaultTheme", starter_themes.CLASSIC)
    id = (arn or default).rpartition("/")[2]
    if id in starter_themes.NAMES:
        return starter_themes.configuration(id)
    record = records.look_up(cloud, region, THEME, id)
    if record is None:
        raise not_found(f"Theme {arn} is not found.")
    version = by_number(record, None)
    base = starter_themes.configuration(version["BaseThemeId"])
    full: Record = _over(base, version["Configuration"])
    return full


def drawn(cloud: Cloud, region: str, arn: str | None) -> Record:
    """What an asset looks like: as its theme says, as the account's default where that is gone."""
    name = (arn or "").rpartition("/")[2]
    known = name in starter_themes.NAMES or records.look_up(cloud, region, THEME, name)
    return configuration(cloud, region, arn if known else None)


def customization(cloud: Cloud, region: str, namespace: str | None) -> Record:
    """What the account, or a namespace, sets for all its people; empty when nothing."""
    return _customizations(cloud).get(f"{region}/{namespace or ''}", {})


def customize(cloud: Cloud, region: str, namespace: str | None, wanted: Record) -> None:
    """Set it."""
    _customizations(cloud)[f"{region}/{namespace or ''}"] = wanted


def is_default(cloud: Cloud, region: str, arn: str) -> bool:
    """Whether the account, or one of its namespaces, starts with a theme."""
    every = _customizations(cloud)
    return any(
        set_.get("DefaultTheme") == arn
        for key, set_ in every.items()
        if key.startswith(f"{region}/")
    )


def _customizations(cloud: Cloud) -> Records:
    return cloud.records("quicksight.customization")


def _over(base: Any, own: Any) -> Any:
    """Nested members, those of the second over those of the first."""
    if not (isinstance(base, dict) and isinstance(own, dict)):
        return own
    return base | {name: _over(base.get(name), value) for name, value in own.items()}


def new_version(
    arn: str, number: int, base: str, configuration: Record, description: str | None
) -> Record:
    """A theme's next version.

    Raises:
        AwsError: the base is no starter theme.
    """
    if base not in starter_themes.NAMES:
        raise invalid(f"BaseThemeId {base} is none of {', '.join(starter_themes.NAMES)}.")
    made = {
        "VersionNumber": number,
        "Arn": f"{arn}/version/{number}",
        "BaseThemeId": base,
        "CreatedTime": records.now(),
        "Configuration": configuration,
        "Status": DONE,
    }
    return made | ({"Description": description} if description else {})


def check_own(id: str) -> None:
    """Raise for a theme that is QuickSight's own."""
    if id in starter_themes.NAMES:
        raise denied(f"Theme {id} belongs to QuickSight.")


def own(context: Context, id: str) -> Record:
    """The record of an account's theme."""
    check_own(id)
    return records.find(context, THEME, id)


def by_number(record: Record, number: int | None) -> Record:
    """A theme's version of a number, the latest without one."""
    versions: list[Record] = record["_"]["versions"]
    found = versions if number is None else [v for v in versions if v["VersionNumber"] == number]
    if not found:
        raise not_found(f"Theme {record['ThemeId']} has no version {number}.")
    return found[-1]


def number_of(record: Record, alias: str) -> int:
    """The number of the version that an alias names."""
    named = record["_"]["aliases"]
    if alias == LATEST:
        return int(by_number(record, None)["VersionNumber"])
    if alias not in named:
        raise not_found(f"Theme {record['ThemeId']} has no alias {alias}.")
    return int(named[alias])
