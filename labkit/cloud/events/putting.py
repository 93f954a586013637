"""PutEvents: each entry is taken or refused for itself, and said so in its place.

Sources: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from moto.events.exceptions import ValidationException

from labkit.cloud.moto_calls import from_moto
from labkit.cloud.operations import Answer, AwsError, Context, operation

Entry = dict[str, Any]
_MOST_BYTES = 1 << 20


@operation("events", "PutEvents")
def put_events(context: Context, *, Entries: list[Entry], EndpointId: str = "") -> Answer:
    """Events for buses; those for a bus that there is not are taken, and nothing is done with them.

    Those whose source is that of an AWS service are refused, as are those whose detail is JSON but
    no object, which moto only warns of.
    """
    if sum(map(_size, Entries)) >= _MOST_BYTES:
        words = "Total size of the entries in the request is over the limit."
        raise AwsError("ValidationException", words)
    buses = context.backend("events")
    said = [_said_before(buses, each) for each in Entries]
    kept = [_timed(each) for each, answer in zip(Entries, said, strict=True) if not answer]
    with context.cloud.changing("events"):
        try:
            told = iter(buses.put_events(kept))
        except ValidationException as error:
            raise from_moto(error) from error
    entries = [answer or next(told) for answer in said]
    return {"FailedEntryCount": sum("ErrorCode" in each for each in entries), "Entries": entries}


def _size(entry: Entry) -> int:
    """An entry's bytes as EventBridge reckons them; a time is 14."""
    texts = [entry.get(name, "") for name in ("Source", "DetailType", "Detail")]
    return sum(len(each.encode()) for each in (*texts, *entry.get("Resources", []))) + (
        14 if "Time" in entry else 0
    )


_MALFORMED = {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}


def _said_before(buses: Any, entry: Entry) -> Entry | None:
    """What is answered to an event that does not get to a bus; moto says what others lack."""
    if entry.get("Source", "").startswith("aws."):
        return {
            "ErrorCode": "NotAuthorizedForSourceException",
            "ErrorMessage": "Not authorized for the source.",
        }
    try:
        detail = json.loads(entry.get("Detail") or "")
    except RecursionError:
        return _MALFORMED
    except ValueError:
        return None
    if not (entry.get("Source") and entry.get("DetailType")):
        return None
    if not isinstance(detail, dict):
        return _MALFORMED
    bus, place = entry.get("EventBusName") or "default", [buses.region_name, buses.account_id]
    is_elsewhere = bus.startswith("arn:") and bus.split(":")[3:5] != place
    is_there = not is_elsewhere and bus.rpartition("/")[2] in buses.event_buses
    return None if is_there else {"EventId": str(uuid.uuid4())}


def _timed(entry: Entry) -> Entry:
    return entry | ({"Time": entry["Time"].timestamp()} if "Time" in entry else {})
