"""Folders that are registered with Lake Formation: who may make tables of them.

Who has rights on a table reads it with the folder's role, and who makes a table has all rights on
it. So a table of a registered folder is made by whom the folder was granted, or in a database whose
own folder it lies in.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html
"""

from __future__ import annotations

from labkit.cloud.cloud import Cloud
from labkit.cloud.lake_formation import access
from labkit.cloud.operations import AwsError, Principal


def check_location(
    cloud: Cloud, who: Principal, region: str, location: str | None, database: str, table: str
) -> None:
    """Raise where a principal may not let a table lie in a folder; the workspace's user may.

    Raises:
        AwsError: ``AccessDeniedException``.
    """
    if not location or access.place_of(cloud, region, location) is None:
        return
    held = cloud.backend("glue", region).databases.get(database.lower())
    known = held and held.tables.get(table.lower())
    storage = (known.as_dict().get("StorageDescriptor") or {}) if known else {}
    inside = (storage.get("Location"), held and held.input.get("LocationUri"))
    if (
        who == cloud.learner()[0]
        or who.arn.endswith(":root")
        or any(folder and _lies_in(location, folder) for folder in inside)
        or any(_lies_in(_arn(location), each) for each in access.places(cloud, who, region))
    ):
        return
    raise AwsError(
        "AccessDeniedException", f"Insufficient Lake Formation permission(s) on {location}"
    )


def _lies_in(location: str, folder: str) -> bool:
    return f"{_path(location)}/".startswith(f"{_path(folder)}/")


def _path(location: str) -> str:
    return (location.partition("://")[2] or location).rstrip("/*")


def _arn(location: str) -> str:
    return f"arn:aws:s3:::{_path(location)}"
