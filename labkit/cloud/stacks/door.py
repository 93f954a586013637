"""Whoever looks at stacks while one of them waits for the function of a custom resource.

A stack's call holds the records of all stacks. The function that it waits for may ask about its
stack, as AWS's does: it is told how far the stack has come, and nothing is made of what it is not
told. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextvars import ContextVar

#: Whether this call looks at stacks that another one holds.
LOOKING: ContextVar[bool] = ContextVar("looking", default=False)


class Door:
    """Open for as long as the stack that is held stands still."""

    def __init__(self) -> None:
        self._lock, self._waiting = threading.Lock(), 0

    @property
    def is_open(self) -> bool:
        """Whether a stack waits for a function."""
        return self._waiting > 0

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Let others look meanwhile; who looks at the end is waited for."""
        with self._lock:
            self._waiting += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1

    @contextlib.contextmanager
    def look(self) -> Iterator[bool]:
        """Whether stacks may be looked at though they are held; if so it stays so inside."""
        with contextlib.ExitStack() as held:
            held.enter_context(self._lock)
            if not self.is_open:
                held.close()
                yield False
                return
            token = LOOKING.set(True)
            try:
                yield True
            finally:
                LOOKING.reset(token)


DOOR = Door()
