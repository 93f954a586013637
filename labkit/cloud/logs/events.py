"""A log stream's events in pages, which are read on in both directions.

moto leaves an event out where a reader turns round at an end of the stream, tells those at the very
end of a range of time, and takes batches of any length.

Sources:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html and
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

from __future__ import annotations

import re
import time
from typing import Any

import moto.logs.models as models
from moto.logs.exceptions import InvalidParameterException

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.operations import AwsError

MOST = 10_000
_AHEAD_S = 2 * 3600
_LONGEST_MS = 24 * 3600 * 1000
_OLDEST_MS = 14 * _LONGEST_MS
_MOST_BYTES, _EVENT_BYTES = 1_048_576, 26  # of a batch, and what an event counts beside its text
_TOO_OLD, _TOO_NEW = "tooOldLogEventEndIndex", "tooNewLogEventStartIndex"
_TOKEN = re.compile(r"([fb])/(-?\d{55,56})")
Page = tuple[list[dict[str, Any]], str, str]


@on_start
def page_as_logs(cloud: Cloud) -> None:
    """Let moto's streams tell each event once, whichever way they are read."""
    models.LogStream.get_log_events = _page  # type: ignore[method-assign, assignment]
    backends: Any = models.LogsBackend
    backends.put_log_events = _put


_put_log_events: Any = models.LogsBackend.put_log_events


def _put(backend: Any, group: str, stream: str, events: list[dict[str, Any]]) -> Any:
    """Events kept, and which were not: those before the first that is young enough, and those from
    the first that is too new; moto tells the last ones.

    Source:
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html
    """
    token, refused = _put_log_events(backend, group, stream, events)
    if _TOO_OLD in refused:
        refused[_TOO_OLD] += 1
    if _TOO_NEW in refused:
        newest = (time.time() + _AHEAD_S) * 1000
        late = (at for at, each in enumerate(events) if each["timestamp"] > newest)
        refused[_TOO_NEW] = next(late, refused[_TOO_NEW])
    return token, refused


def check_batch(events: list[dict[str, Any]]) -> None:
    """Raise for a batch that is too large, or whose events that are kept span more than a day.

    Raises:
        AwsError: ``InvalidParameterException``.
    """
    now_ms = time.time() * 1000
    oldest, newest = now_ms - _OLDEST_MS, now_ms + _AHEAD_S * 1000
    moments = [at for each in events if oldest < (at := each["timestamp"]) < newest]
    if moments and max(moments) - min(moments) > _LONGEST_MS:
        words = "a single PutLogEvents request cannot span more than 24 hours."
        raise AwsError("InvalidParameterException", f"The batch of log events in {words}")
    held = sum(len(each["message"].encode()) + _EVENT_BYTES for each in events)
    if held > _MOST_BYTES:
        words = f"Upload too large: {held} bytes exceeds limit of {_MOST_BYTES}"
        raise AwsError("InvalidParameterException", words)


def _page(
    stream: Any,
    start_time: int | None,
    end_time: int | None,
    limit: int | None,
    next_token: str | None,
    start_from_head: bool | None,
) -> Page:
    """Events in the order of time, and the tokens of what is before and after them.

    A token is the place of the page's first event (``b``) or last one (``f``).
    """
    events = [
        each
        for each in sorted(stream.events, key=lambda each: each.timestamp)
        if (not start_time or each.timestamp >= start_time)
        and (not end_time or each.timestamp < end_time)
    ]
    way, place = _read(next_token) if next_token else ("", 0)
    most = limit or MOST
    if way == "f" or (not way and start_from_head):
        first = min(place + 1 if way else 0, len(events))
        end = min(first + most, len(events))
    else:
        end = min(place if way else len(events), len(events))
        first = max(end - most, 0)
    told = [each.to_response_dict() for each in events[first:end]]
    return told, f"b/{first:056d}", f"f/{end - 1:056d}"


def _read(token: str) -> tuple[str, int]:
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise InvalidParameterException("The specified nextToken is invalid.")
    return found[1], int(found[2])
