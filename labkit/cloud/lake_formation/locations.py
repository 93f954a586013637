"""Folders that are registered with Lake Formation: who may make tables of them.

Who has rights on a table reads it with the folder's role, and who makes a table has all rights on
it. So a table of a registered folder is made by whom the folder was granted, or in a database whose
own folder it lies in; such a database, too, by whom the folder was granted.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html
"""

from __future__ import annotations

from labkit.cloud.cloud import Cloud
from labkit.cloud.lake.refusals import insufficient
from labkit.cloud.lake_formation import access
from labkit.cloud.operations import Principal


def check_location(
    cloud: Cloud, who: Principal, region: str, location: str | None, *within: str | None
) -> None:
    """Raise where a principal may not let a table or database lie in a folder.

    Args:
        within: the folders that it, and for a table its database, has already.

    Raises:
        AwsError: ``AccessDeniedException``.
    """
    if not location or access.place_of(cloud, region, location) is None:
        return
    if (
        access.is_admin(cloud, who, region)
        or any(folder and _lies_in(location, folder) for folder in within)
        or any(_lies_in(_arn(location), each) for each in access.places(cloud, who, region))
    ):
        return
    raise insufficient(f" on {location}")


def _lies_in(location: str, folder: str) -> bool:
    return f"{_path(location)}/".startswith(f"{_path(folder)}/")


def _path(location: str) -> str:
    return (location.partition("://")[2] or location).rstrip("/*")


def _arn(location: str) -> str:
    return f"arn:aws:s3:::{_path(location)}"
