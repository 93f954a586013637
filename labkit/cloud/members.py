"""The members of records and answers: what is said of them, what is told, and when.

A record keeps what nobody is told under ``_``.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any


def given(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are not ``None``."""
    return {name: value for name, value in members.items() if value is not None}


def shown(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a caller is told of a record."""
    return {name: value for name, value in record.items() if name != "_"}


def now() -> float:
    """The time in seconds since 1970, to the millisecond that AWS tells."""
    return round(time.time(), 3)
