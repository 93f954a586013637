"""The versions of dashboards and templates, numbered from 1; a number is never given twice.

Sources: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardVersion.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TemplateAlias.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.kinds import Kind
from labkit.cloud.quicksight.words import not_found
from labkit.cloud.state import Records

Record = dict[str, Any]
LATEST, PUBLISHED = "$LATEST", "$PUBLISHED"


def add(context: Context, kind: Kind, id: str, members: Record, private: Record) -> Record:
    """Put the next version of an asset on record.

    Args:
        private: the definition and what else ``Describe`` does not tell.
    """
    record = records.find(context, kind, id)
    number = record["_"].get("last_version", 0) + 1
    made = {
        "VersionNumber": number,
        "CreatedTime": records.now(),
        "Arn": f"{record['Arn']}/version/{number}",
        **members,
        "_": private,
    }
    _all(context.cloud, kind)[_key(context.region, id, number)] = made
    records.keep(context, kind, id, last_version=number)
    return made


def every(cloud: Cloud, region: str, kind: Kind, id: str) -> list[Record]:
    """An asset's versions, the oldest first."""
    last = (records.look_up(cloud, region, kind, id) or {"_": {}})["_"].get("last_version", 0)
    known = _all(cloud, kind)
    keys = (_key(region, id, number) for number in range(1, last + 1))
    return [known[key] for key in keys if key in known]


def find(
    context: Context, kind: Kind, id: str, number: int | None = None, alias: str | None = None
) -> Record:
    """A version by its number or alias; else what a caller sees who names neither.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    records.find(context, kind, id)
    which = f"version/{number}" if number else f"alias/{alias}" if alias else ""
    found = by_path(context.cloud, context.region, kind, id, which)
    if found is None:
        words = f"version {number}" if number else f"alias {alias}" if alias else "its version"
        raise not_found(f"{kind.noun} {id} {words} is not found.")
    return found


def by_path(cloud: Cloud, region: str, kind: Kind, id: str, which: str) -> Record | None:
    """A version by the end of its ARN: ``version/2``, ``alias/live`` or nothing."""
    record = records.look_up(cloud, region, kind, id)
    if record is None:
        return None
    what, _, name = which.partition("/")
    number = name if what == "version" else _aliased(record, name)
    if number == LATEST:
        return next(iter(every(cloud, region, kind, id)[::-1]), None)
    return _all(cloud, kind).get(_key(region, id, number))


def remove(context: Context, kind: Kind, id: str, number: int) -> None:
    """Drop one version."""
    del _all(context.cloud, kind)[_key(context.region, id, number)]


def forget(context: Context, kind: Kind, id: str) -> None:
    """Drop all versions of an asset that goes."""
    for each in every(context.cloud, context.region, kind, id):
        remove(context, kind, id, each["VersionNumber"])


def _aliased(record: Record, name: str) -> str | int:
    """What a name stands for; no name is the published version, or the latest of a template."""
    published = record["_"].get("published")
    known = {**record["_"].get("aliases", {}), LATEST: LATEST, PUBLISHED: published}
    return known.get(name) or (0 if name else published or LATEST)


def _all(cloud: Cloud, kind: Kind) -> Records:
    return cloud.records(f"quicksight.{kind.name}.version")


def _key(region: str, id: str, number: int | str) -> str:
    return f"{region}/{id}/{number}"
