"""What the cell before a check says of an answer that is not there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

#: What an exercise's own cell and the checks' have: comments, what is still to be set, verdicts.
_UNTOUCHED = re.compile(r"#.*|^\s*\w+\s*=\s*\.\.\.|^\w+\.(check|hint|solution)\(\)", re.MULTILINE)


def failed_to_set(reads: Sequence[Any]) -> str:
    """The variable that the cell before was to set, when that cell failed; else nothing."""
    cell, failed = _before()
    if not failed:
        return ""
    set_there = re.findall(r"^\s*(\w+)\s*=(?!=)", cell, re.MULTILINE)
    set_there += re.findall(r"^%%.*--into[ =](\w+)", cell)
    return next((one for one in reads if one in set_there), "")


def passed_by(reads: Sequence[Any]) -> str:
    """A variable that is read, when the cell before did something else; else nothing."""
    cell, failed = _before()
    names = [one for one in reads if isinstance(one, str)]
    return names[0] if names and not failed and _UNTOUCHED.sub("", cell).strip() else ""


def _before() -> tuple[str, bool]:
    """The text of the cell before, and whether it has failed."""
    from IPython import get_ipython

    shell: Any = get_ipython()
    done = shell and shell.last_execution_result
    return (str(done.info.raw_cell), not done.success) if done and done.info else ("", False)
