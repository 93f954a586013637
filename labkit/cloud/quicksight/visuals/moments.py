"""How the dates of a column are written that has no format and no granularity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from labkit.cloud.quicksight.visuals.formats import DATES
from labkit.cloud.quicksight.visuals.model import Field


def timed(field: Field, values: Iterable[Any]) -> Field:
    """A column of dates of which some have a time, so that each is written with its own."""
    if field.kind != "date" or field.format or field.granularity:
        return field
    times = {each.time() for each in values if isinstance(each, datetime)} - {time()}
    if not times:
        return field
    short = all(each == each.replace(second=0, microsecond=0) for each in times)
    return replace(field, format={"DateTimeFormat": DATES["MINUTE" if short else "SECOND"]})
