"""Work that is broken off when it takes too long, wherever its Python is.

JSONata's own watch looks between two parts of an expression: one function over ten million values
is one part. Python can raise an error in another thread, at its next instruction. Source:
https://docs.python.org/3/c-api/init.html#c.PyThreadState_SetAsyncExc
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class Overtime(BaseException):
    """The work took too long. No handler of ``Exception`` within it sees this."""


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """What work gives that ends in time.

    Raises:
        Overtime: it does not.
    """
    thread, lock, ended = threading.get_ident(), threading.Lock(), threading.Event()

    def interrupt() -> None:
        with lock:
            if not ended.is_set():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(Overtime)
                )

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        return work()
    finally:
        with lock:
            ended.set()
        timer.cancel()
