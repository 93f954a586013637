"""A request's body in ``Transfer-Encoding: chunked``, whose length nobody tells before.

werkzeug's own reader says that it has read what a client that hangs up never sent, and Python then
copies from behind its buffer: memory of others, or none, which ends the process.
Source: https://www.rfc-editor.org/rfc/rfc9112#name-chunked-transfer-coding
"""

from __future__ import annotations

import io
from typing import Any

from labkit.cloud.operations import AwsError

_LONGEST_LINE = 1000


class Chunked(io.RawIOBase):
    """The content of the chunks.

    Args:
        source: the connection, from the first chunk's length on.

    Raises:
        AwsError: when it is read, it does not hold what it says.
    """

    def __init__(self, source: Any) -> None:
        self._source, self._left, self._ended = source, 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        filled = 0
        while filled < len(buffer) and self._more():
            piece = self._source.read(min(len(buffer) - filled, self._left))
            if not piece:
                raise self._broken()
            buffer[filled : filled + len(piece)] = piece
            filled, self._left = filled + len(piece), self._left - len(piece)
            if not self._left:
                self._end_line()
        return filled

    def _more(self) -> bool:
        """Whether something is left to read, in this chunk or in the next."""
        if self._left or self._ended:
            return not self._ended
        line = self._source.readline(_LONGEST_LINE).partition(b";")[0].strip()
        if not line or line.strip(b"0123456789abcdefABCDEF"):
            raise self._broken()
        self._left = int(line, 16)
        if not self._left:
            self._ended = True
            self._end_line()
        return not self._ended

    def _end_line(self) -> None:
        if self._source.readline(2) not in (b"\r\n", b"\n", b"\r"):
            raise self._broken()

    def _broken(self) -> AwsError:
        self._left, self._ended = 0, True
        return AwsError("IncompleteBody", "The request's chunks are not what they say")
