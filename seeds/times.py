"""Times as the LMS writes them: ISO 8601 in UTC, from milliseconds since 1970."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from seeds import terms
from seeds.draws import Ints
from seeds.files import fixed_text

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS


def stamps(time_ms: Ints, *, millis: bool = False) -> pa.Array:
    """ISO 8601 in UTC, such as 2020-08-17T09:30:00Z, from milliseconds since 1970.

    >>> stamps(np.array([1_597_656_600_120]), millis=True).to_pylist()
    ['2020-08-17T09:30:00.120Z']
    """
    day, rest = time_ms // DAY_MS, time_ms % DAY_MS
    text = np.empty((len(time_ms), 24 if millis else 20), np.uint8)
    text[:, :] = np.frombuffer(
        b"YYYY-MM-DDTHH:MM:SS.mmmZ" if millis else b"YYYY-MM-DDTHH:MM:SSZ", "u1"
    )
    text[:, :10] = _dates(day)
    text[:, 11:13] = _digits(2)[rest // HOUR_MS]
    text[:, 14:16] = _digits(2)[rest // 60_000 % 60]
    text[:, 17:19] = _digits(2)[rest // 1000 % 60]
    if millis:
        text[:, 20:23] = _digits(3)[rest % 1000]
    return fixed_text(text)


def monday_ms(week: int) -> int:
    """When a week begins."""
    return int(np.datetime64(terms.week_date(week), "ms").astype(np.int64))


def term_ms(term: int) -> int:
    """When a term begins."""
    return int(np.datetime64(terms.TERM_STARTS[term], "ms").astype(np.int64))


def span(day: Ints) -> tuple[NDArray[np.datetime64], Ints]:
    """The days from the first to the last, and each one's place among them.

    Args:
        day: Days since 1970.
    """
    low, high = (int(day.min()), int(day.max())) if len(day) else (0, 0)
    return np.arange(low, high + 1).astype("M8[D]"), day - low


def _dates(day: Ints) -> NDArray[np.uint8]:
    first, which = span(day)
    text = "".join(np.datetime_as_string(first)).encode()
    return np.frombuffer(text, np.uint8).reshape(-1, 10)[which]


@cache
def _digits(width: int) -> NDArray[np.uint8]:
    text = "".join(f"{number:0{width}}" for number in range(10**width)).encode()
    return np.frombuffer(text, np.uint8).reshape(-1, width)
