"""The keys that records go to: a prefix's expressions, and the name of an object.

Sources: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html and
https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
"""

from __future__ import annotations

import datetime
import re
import uuid
import zoneinfo
from typing import Any

from labkit.cloud.firehose.records import Record
from labkit.cloud.operations import AwsError, not_here

_EXPRESSION = re.compile(r"!\{([\w-]+):([^}]*)\}")
_MOMENT = re.compile(r"'([^']*)'|([A-Za-z])\2*")
_PARTS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_HOUR = "!{timestamp:yyyy/MM/dd/HH}/"


def refusal(why: str) -> AwsError:
    """The refusal of what is not done here with records."""
    return not_here("firehose", "PutRecord", why)


def now(where: dict[str, Any]) -> datetime.datetime:
    """The moment, in the destination's time zone."""
    return datetime.datetime.now(zoneinfo.ZoneInfo(where.get("CustomTimeZone") or "UTC"))


def object_name(stream: Any, moment: datetime.datetime, suffix: str) -> str:
    """What follows the prefix."""
    name, version = stream.delivery_stream_name, stream.version_id
    return f"{name}-{version}-{moment:%Y-%m-%d-%H-%M-%S}-{uuid.uuid4()}{suffix}"


def prefix_of(where: dict[str, Any], record: Record, moment: datetime.datetime, name: str) -> str:
    """Where a record goes; a prefix that tells no time of its own is followed by the hour.

    Args:
        name: for what is random, the same for all records of a delivery.
    """
    prefix = where.get("Prefix") or ""
    plain = "!{timestamp:" not in prefix and not is_partitioned(where)
    random = {("firehose", "random-string"): name}
    return _evaluated(prefix + (_HOUR if plain else ""), moment, random | record.keys)


def error_prefix_of(where: dict[str, Any], kind: str, moment: datetime.datetime) -> str:
    """Where records go that failed in some way."""
    plain = where.get("Prefix") or ""
    usual = f"{'' if _EXPRESSION.search(plain) else plain}{kind}/{_HOUR}"
    prefix = where.get("ErrorOutputPrefix") or usual
    told = {"error-output-type": kind, "random-string": random_string()}
    return _evaluated(prefix, moment, {("firehose", key): value for key, value in told.items()})


def random_string() -> str:
    """Eleven letters and digits."""
    return uuid.uuid4().hex[:11]


def is_partitioned(where: dict[str, Any]) -> bool:
    """Whether a destination's prefix has values of its records."""
    return bool((where.get("DynamicPartitioningConfiguration") or {}).get("Enabled"))


def _evaluated(prefix: str, moment: datetime.datetime, keys: dict[tuple[str, str], str]) -> str:
    def told(found: re.Match[str]) -> str:
        space, asked = found.groups()
        if space == "timestamp":
            return _MOMENT.sub(lambda part: _told(part, moment), asked)
        value = keys.get((space, asked))
        if value is None:
            raise refusal(f"no {found[0]}")
        return value

    return _EXPRESSION.sub(told, prefix)


def _told(part: re.Match[str], moment: datetime.datetime) -> str:
    if part[1] is not None:
        return part[1]
    if part[0] not in _PARTS:
        raise refusal(f"no {part[0]} in a prefix")
    return moment.strftime(_PARTS[part[0]])
