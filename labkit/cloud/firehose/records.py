"""A record on its way, and what is kept of one that failed."""

from __future__ import annotations

import base64
import datetime
import json
from dataclasses import dataclass, field
from typing import Any

PROCESSING, CONVERSION = "processing-failed", "format-conversion-failed"


@dataclass(frozen=True)
class Record:
    """What was put, as it is by now.

    Args:
        data: its bytes.
        keys: values for prefixes, by namespace (``partitionKeyFromQuery``) and name.
    """

    data: bytes
    keys: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """A record that is not delivered where it should be.

    Args:
        record: it, as it was.
        kind: ``processing-failed`` or ``format-conversion-failed``.
        code, message: why.
        told: what else its error object says.
    """

    record: Record
    kind: str
    code: str
    message: str
    told: dict[str, Any] = field(default_factory=dict)

    def line(self, now: datetime.datetime) -> bytes:
        """As it stands in the error object.

        Sources: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
        and https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
        """
        moment = round(now.timestamp() * 1000)
        said = {
            "attemptsMade": 1,
            "arrivalTimestamp": moment,
            "errorCode": self.code,
            "errorMessage": self.message,
            "attemptEndingTimestamp": moment,
            "rawData": base64.b64encode(self.record.data).decode(),
        }
        return json.dumps(said | self.told, separators=(",", ":")).encode() + b"\n"
