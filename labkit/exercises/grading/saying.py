"""What the inside says to the judge: lines of JSON, plain values in them, nothing else."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from typing import Any

from labkit.exercises.grading.keeper import SAYING
from labkit.exercises.values import Unreadable, plain, untouched

MOST_MESSAGE = 300
# What differs from run to run, and says nothing.
FLEETING = (
    (re.compile(r"0x[0-9a-fA-F]{6,}"), "0x…"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "…"),
    (re.compile(r"(127\.0\.0\.1|localhost):\d+"), r"\1"),
    (re.compile(r"\S*/labkit-\w+/"), ""),
)


def say(**line: Any) -> None:
    """Write one line, whole."""
    data = json.dumps(line).encode() + b"\n"
    while data:
        data = data[os.write(SAYING, data) :]


def value(read: Callable[[], Any]) -> dict[str, Any]:
    """A value as it is said: plain, untouched, or why it cannot be read."""
    try:
        found = read()
        return {"untouched": True} if untouched(found) else {"plain": plain(found)}
    except Unreadable as error:
        return {"unreadable": str(error)}
    except Exception as error:  # whatever a learner's object does
        return {"unreadable": f"It cannot be read: {described(error)}"}


def described(error: BaseException) -> str:
    """An error in one line, the same on every run."""
    text = f"{type(error).__name__}: {error}".strip(": ").partition("\n")[0]
    for pattern, replacement in FLEETING:
        text = pattern.sub(replacement, text)
    return text if len(text) <= MOST_MESSAGE else text[:MOST_MESSAGE] + "…"
