"""What running a submission has found, before anybody has judged it: plain JSON, one file each.

It holds values alone, so the two phases of grading can be two jobs on two machines: where it is
written are no references, and where it is read runs no learner's code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from labkit.errors import LabError

MOST_BYTES = 200_000_000


class NoRecord(LabError, ValueError):
    """A file that no run has written. Args: its path."""

    def __str__(self) -> str:
        return f"{self.args[0]} is no record of a grading."


@dataclass
class Record:
    """A submission's findings.

    Args:
        notebook: how it is called in reports.
        lab: which lab; ``None`` when that cannot be told.
        problem: why nothing of it can be graded.
        problems: what is wrong with an answer's cell, by question: status and message.
        answers: by variant, by question: ``status``, ``message``, ``values``.
        seconds: how long the answers took, by question.
        data: the mark of the hidden data that they ran on, as `variants.mark` makes it.
    """

    notebook: str
    lab: int | None
    problem: str = ""
    problems: dict[str, tuple[str, str]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    data: str = ""


def save(records: Iterable[Record], folder: Path) -> None:
    """Write one file for each record, numbered in their order, in place of an earlier run's."""
    folder.mkdir(parents=True, exist_ok=True)
    for earlier in folder.glob("[0-9][0-9][0-9][0-9].json"):
        earlier.unlink()
    for at, record in enumerate(records, start=1):
        text = json.dumps(asdict(record), indent=1)
        (folder / f"{at:04}.json").write_text(text, encoding="utf-8")


def load(folders: Iterable[str | Path]) -> list[Record]:
    """Read the records of folders, in order.

    Raises:
        NoRecord: a file is none.
    """
    paths = [path for folder in map(Path, folders) for path in sorted(folder.glob("*.json"))]
    return [_record(path) for path in paths]


def _record(path: Path) -> Record:
    if path.is_symlink() or path.stat().st_size > MOST_BYTES:
        raise NoRecord(path.as_posix())
    try:
        record = Record(**json.loads(path.read_bytes()))
    except (ValueError, TypeError, RecursionError) as error:
        raise NoRecord(path.as_posix()) from error
    return record
