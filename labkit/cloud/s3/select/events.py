"""The events of S3 Select's answer, as AWS's clients read a stream of them.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html and
https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_TEXT = 7  # the type of a header's value


@dataclass
class Counts:
    """Bytes so far: read of the object, read once unpacked, and given back."""

    scanned: int = 0
    processed: int = 0
    returned: int = 0

    def document(self, name: str) -> bytes:
        """The payload that tells them."""
        told = (("Scanned", self.scanned), ("Processed", self.processed))
        inner = "".join(
            f"<Bytes{part}>{count}</Bytes{part}>"
            for part, count in (*told, ("Returned", self.returned))
        )
        return f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="">{inner}</{name}>'.encode()


def records(payload: bytes) -> bytes:
    """The event that carries rows."""
    return _event("Records", payload, "application/octet-stream")


def progress(counts: Counts) -> bytes:
    """The event that tells how far it is."""
    return _event("Progress", counts.document("Progress"), "text/xml")


def stats(counts: Counts) -> bytes:
    """The event that tells what it took."""
    return _event("Stats", counts.document("Stats"), "text/xml")


def end() -> bytes:
    """The event without which a client takes the answer for cut off."""
    return _event("End", b"", None)


def _event(kind: str, payload: bytes, content_type: str | None) -> bytes:
    told = {":message-type": "event", ":event-type": kind}
    if content_type:
        told[":content-type"] = content_type
    headers = b"".join(_header(name, value) for name, value in told.items())
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", zlib.crc32(message))


def _header(name: str, value: str) -> bytes:
    return (
        bytes([len(name)]) + name.encode() + struct.pack(">BH", _TEXT, len(value)) + value.encode()
    )
