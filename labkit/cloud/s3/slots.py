"""Where the parts of an upload lie in the whole, so that completing it copies nothing.

A client cuts an object into parts of one size, of which the last may be smaller, and sends several
at once. So a part's place in the whole is known when it begins to arrive. Parts that keep to that
are written into one file, each into its slot; completing the upload gives this file another name.
Any other part has a file of its own, and completing then copies.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
"""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from labkit.cloud.s3.bodies import BODIES, Slot

_SMALLEST = 5 << 20  # of the parts before the last
_MOST = 10_000


class Slots:
    """The slots of one upload. A slot that holds a part is never written again."""

    def __init__(self) -> None:
        self.path = str(BODIES.place(None, "slots"))
        self._lock = threading.Lock()
        self._size = 0  # of each slot; known with the first part
        self._taken: set[int] = set()
        self._writing = 0
        self._ended = False

    @contextlib.contextmanager
    def claim(self, number: int, length: int) -> Iterator[Slot | None]:
        """The slot of a part, for as long as it is written; ``None`` where it fits into none.

        Args:
            number: of the part, from 1.
            length: of the part, in bytes.
        """
        slot = self._take(number, length)
        if slot is None:
            yield None
            return
        try:
            yield slot
        except BaseException:
            self._give_back(number)
            raise
        finally:
            with self._lock:
                self._writing -= 1

    def end(self) -> bool:
        """Have no slot claimed any more; whether none is being written now."""
        with self._lock:
            self._ended = True
            return not self._writing

    def _take(self, number: int, length: int) -> Slot | None:
        with self._lock:
            if self._ended or number in self._taken or not self._fits(number, length):
                return None
            self._size = self._size or length
            self._taken.add(number)
            self._writing += 1
            return Slot(self.path, (number - 1) * self._size)

    def _fits(self, number: int, length: int) -> bool:
        """The first part tells the size, unless it is so small that it must be the last."""
        telling = number == 1 or length >= _SMALLEST
        fits = length <= self._size if self._size else telling
        return fits and length > 0 and 1 <= number <= _MOST

    def _give_back(self, number: int) -> None:
        with self._lock:
            self._taken.discard(number)


def are_whole(parts: Sequence[Any]) -> bool:
    """Whether parts, in order, are all that their one file holds."""
    starts = list(itertools.accumulate((part.contentsize for part in parts), initial=0))
    path, placed = parts[0].path, zip(parts, starts, strict=False)
    in_place = all(part.path == path and part.start == start for part, start in placed)
    return in_place and os.path.getsize(path) == starts[-1]
