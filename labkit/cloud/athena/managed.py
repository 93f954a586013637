"""Managed query results: those of a work group that leaves them to Athena, in no bucket of ours.

A query there says no location and tells none; `GetQueryResults` reads the result for 24 hours, and
no other query uses it again. Source:
https://docs.aws.amazon.com/athena/latest/ug/managed-results.html
They are files in the workspace's folder.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path
from typing import Any

from labkit.cloud.athena.errors import invalid
from labkit.cloud.cloud import Cloud

#: Stands before a result's name where others have a location.
PLACE = "managed:"
KEPT_S = 24 * 60 * 60


def settings_of(configuration: dict[str, Any]) -> dict[str, Any] | None:
    """A work group's settings of managed results, when they are on.

    Raises:
        AwsError: it has a location for them as well.
    """
    found = configuration.get("ManagedQueryResultsConfiguration") or {}
    if not found.get("Enabled"):
        return None
    refuse_both(configuration.get("ResultConfiguration"))
    return dict(found)


def refuse_both(results: dict[str, Any] | None) -> None:
    """Refuse settings of results that are Athena's own.

    Raises:
        AwsError: there are some.
    """
    if any((results or {}).values()):
        raise invalid(
            "ManagedQueryResultsConfiguration and ResultConfiguration cannot be set together."
        )


def is_managed(place: str) -> bool:
    """Whether a result's place is here."""
    return place.startswith(PLACE)


def keep(cloud: Cloud, place: str, path: Path) -> None:
    """Make a finished file a result. Those whose time has passed go."""
    target = _path_of(cloud, place)
    target.parent.mkdir(exist_ok=True)
    for each in target.parent.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if _is_past(each):
                each.unlink()
    shutil.move(path, target)


def find(cloud: Cloud, place: str) -> Path | None:
    """The file of a result, unless its time has passed."""
    path = _path_of(cloud, place)
    try:
        return None if _is_past(path) else path
    except FileNotFoundError:
        return None


def _path_of(cloud: Cloud, place: str) -> Path:
    return cloud.home / "athena" / place.removeprefix(PLACE + "/")


def _is_past(path: Path) -> bool:
    return path.stat().st_mtime < time.time() - KEPT_S
