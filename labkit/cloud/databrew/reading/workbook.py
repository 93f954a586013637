"""Reads sheets of an Excel workbook, as a process of its own: ``workbook.py FILE OPTIONS``.

A workbook of a few bytes may say that its last cell is the farthest there is. The reader then asks
for half a terabyte, and ends the process that it does not get it in: this one, and not the server.
"""

from __future__ import annotations

import json
import pickle
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

Rows = list[list[Any]]
Beside = Callable[[Callable[[], None]], AbstractContextManager[None]]
MEMORY, PATIENCE_S = 4 << 30, 600


class NotRead(Exception):
    """A workbook that is none, lacks a sheet, or is too large."""


def sheets(path: str, options: dict[str, Any], beside: Beside) -> list[Rows]:
    """The rows of the sheets that ``SheetNames`` or ``SheetIndexes`` tell, or of the first.

    Args:
        path: the workbook's.
        options: those of the data set's format.
        beside: ends the process of the reader if the rows are no longer wanted.

    Raises:
        NotRead: with the reason.
    """
    command = [sys.executable, "-P", __file__, path, json.dumps(options)]
    quiet = subprocess.DEVNULL
    with (
        subprocess.Popen(command, stdin=quiet, stderr=quiet, stdout=subprocess.PIPE) as process,
        beside(process.kill),
    ):
        try:
            told, _ = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise NotRead("The workbook takes too long to be read.") from error
    if process.returncode:
        raise NotRead("The workbook's cells do not fit into memory.")
    found, why = pickle.loads(told)
    if why:
        raise NotRead(why)
    return list(found)


def main(path: str, options: str) -> None:
    """Write the sheets' rows, or why there are none."""
    from python_calamine import CalamineError, CalamineWorkbook

    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    bound = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    resource.setrlimit(resource.RLIMIT_DATA, (bound, most))
    told: tuple[list[Rows], str]
    try:
        book = CalamineWorkbook.from_path(path)
        names = _names(book.sheet_names, json.loads(options))
        found = [book.get_sheet_by_name(name).to_python(skip_empty_area=True) for name in names]
        told = found, ""
    except LookupError as error:
        told = [], str(error.args[0])
    except CalamineError as error:
        told = [], f"This is no Excel workbook: {error}"
    pickle.dump(told, sys.stdout.buffer)


def _names(known: Sequence[str], options: dict[str, Any]) -> Sequence[str]:
    """The names of the wanted sheets."""
    named, numbers = options.get("SheetNames") or [], options.get("SheetIndexes") or []
    missing = [str(name) for name in named if name not in known]
    missing += [str(number) for number in numbers if number >= len(known)]
    if missing:
        raise LookupError(f"There is no sheet {missing[0]}. There are: {', '.join(known)}.")
    return [*named, *(known[number] for number in numbers)] or known[:1]


if __name__ == "__main__":
    main(*sys.argv[1:])
