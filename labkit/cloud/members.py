"""The members of records and answers: what is said of them, what is told, and when.

A record keeps what nobody is told under ``_``.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from typing import Any


def given(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are not ``None``."""
    return {name: value for name, value in members.items() if value is not None}


def shown(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a caller is told of a record."""
    return {name: value for name, value in record.items() if name != "_"}


def copied(value: Any) -> Any:
    """What a record says, to change as one likes: its mappings and lists are others'.

    >>> told = [{"Key": "a"}]
    >>> copied(told) == told, copied(told)[0] is told[0]
    (True, False)
    """
    if isinstance(value, dict):
        return {name: copied(each) for name, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value


def now() -> float:
    """The time in seconds since 1970, to the millisecond that AWS tells."""
    return round(time.time(), 3)


def moment(text: str) -> datetime.datetime:
    """The moment that a text in ISO 8601's format names; without an offset it is in UTC.

    Raises:
        ValueError: it names none.
    """
    return in_utc(datetime.datetime.fromisoformat(text))


def in_utc(moment: datetime.datetime) -> datetime.datetime:
    """A moment as it is; one without an offset is in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
