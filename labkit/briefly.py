"""What AWS refuses a cell that calls boto3 itself, shown as briefly as a helper's errors are.

A name that nothing has set, and one that an object does not have, keep their traceback, and say
what helps.

IPython gives errors of chosen classes to a handler, and they stay the cell's own: its reply, nbval
and papermill see their name and words.
https://ipython.readthedocs.io/en/stable/api/generated/IPython.core.interactiveshell.html
"""

from __future__ import annotations

import linecache
import sys
import traceback
from collections.abc import Iterable
from difflib import get_close_matches
from types import TracebackType
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from labkit.advice import what_helps
from labkit.errors import shorten

KINDS = (BotoCoreError, ClientError)
ASKED = ("check", "hint", "solution")
TAKEN = "This is no question any more: the cell that imports the questions brings it back."
RESTARTED = "Has the cell that sets it run? After a restart, run the cells above again."


def show_errors_briefly() -> None:
    """Let the notebook, if this is one, show AWS's errors so; another's handler is left alone."""
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    if shell and not shell.custom_exceptions:
        shell.set_custom_exc((*KINDS, NameError, AttributeError), _show)


def _show(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    if isinstance(error, (NameError, AttributeError)):
        _note(shell, error, trace)
    elif "_render_traceback_" not in vars(error):  # else a helper has said what helps
        shorten(error, "\n".join(filter(None, [_line(shell, trace), what_helps(error)])))
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    return []


def _note(shell: Any, error: NameError | AttributeError, trace: TracebackType | None) -> None:
    """What helps where a cell itself reads a name that nothing has set, or that an object lacks."""
    *_, (frame, _) = traceback.walk_tb(trace)
    if frame.f_globals is not shell.user_ns or isinstance(error, UnboundLocalError):
        return
    if isinstance(error, NameError):
        error.add_note(f"{RESTARTED} {_nearest(error.name, shell.user_ns)}".strip())
    elif error.name in ASKED:
        error.add_note(TAKEN)
    elif nearest := _nearest(error.name, dir(error.obj)):
        error.add_note(nearest)


def _nearest(name: str | None, there: Iterable[str]) -> str:
    """What was meant, where a name is nearly that of something else.

    >>> _nearest("add_key_user", ["add_key_users", "put"]), _nearest("dataedu", ["lab"])
    ('Did you mean add_key_users?', '')
    """
    public = [one for one in there if not one.startswith("_")]
    found = get_close_matches(name or "", public, 1, 0.75)
    return f"Did you mean {found[0]}?" if found else ""


def _line(shell: Any, trace: TracebackType | None) -> str:
    """Where in a cell of several lines it happened."""
    for frame, number in traceback.walk_tb(trace):
        lines = linecache.getlines(frame.f_code.co_filename)
        if frame.f_globals is shell.user_ns and len(lines) > 1:
            return f"Line {number} of the cell: {lines[number - 1].strip()}"
    return ""
