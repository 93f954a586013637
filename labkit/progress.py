"""Waiting where a person can see it: a bar in a notebook, a line in a terminal.

A wait asks again and again whether the work has ended, the first time after a moment: what has just
begun has not ended. In between it shows how far it is; at the end one quiet line stays, the same on
every machine.
"""

from __future__ import annotations

import html
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from labkit.errors import TimedOut, shorten

T = TypeVar("T")
FIRST_POLL_S, SLOWEST_POLL_S = 0.02, 0.5
#: What is said beside the thing itself, in JupyterLab's light theme and its dark one.
QUIET = "color:var(--jp-ui-font-color2, #545b64)"


@dataclass(frozen=True)
class Progress:
    """How far a piece of work is.

    Args:
        text: what happens now.
        share: 0 to 1, or ``None`` when nobody knows.
        good: whether it goes well.
    """

    text: str
    share: float | None = None
    good: bool = True


def wait(
    what: str,
    look: Callable[[], T],
    *,
    until: Callable[[T], bool],
    tell: Callable[[T], Progress],
    timeout_s: float = 600,
    quiet: bool = False,
    cancel: Callable[[], object] | None = None,
) -> T:
    """Look at running work until it has ended, showing how far it is.

    Args:
        what: its name, for the timeout's message.
        look: fetches its state.
        until: whether a state is the end.
        tell: a state in words.
        quiet: leave nothing behind at the end.
        cancel: ends the work where the wait is interrupted; without it, the work goes on.

    Raises:
        TimedOut: it did not end in time.
    """
    try:
        return _watch(what, look, until, tell, timeout_s, quiet)
    except KeyboardInterrupt as interrupt:
        if cancel:
            cancel()
            shorten(interrupt, f"{what} was cancelled.")
        raise


def _watch(
    what: str,
    look: Callable[[], T],
    until: Callable[[T], bool],
    tell: Callable[[T], Progress],
    timeout_s: float,
    quiet: bool,
) -> T:
    bar, deadline = Bar(), time.monotonic() + timeout_s
    for pause_s in _pauses():
        time.sleep(pause_s)
        state = look()
        bar.show(tell(state))
        if until(state):
            bar.finish(tell(state), quiet=quiet)
            return state
        if time.monotonic() > deadline:
            raise TimedOut(what, timeout_s)
    raise AssertionError("unreachable")


def steps(title: str, names: Iterator[str], total: int) -> None:
    """Walk through named steps (each runs when the next name is asked for) under one bar."""
    bar = Bar()
    for done, name in enumerate(names):
        bar.show(Progress(f"{title}: {name}", done / total))
    bar.finish(Progress(f"{title}: done", 1.0))


def _pauses() -> Iterator[float]:
    pause_s = FIRST_POLL_S
    while True:
        yield pause_s
        pause_s = min(pause_s * 1.5, SLOWEST_POLL_S)


class Bar:
    """One bar, where the output goes: a notebook's cell, a terminal, or nowhere.

    Nothing is drawn where ``LABKIT_PROGRESS=off``, as when notebooks run headless.
    """

    def __init__(self) -> None:
        self._handle = None
        self._off = os.environ.get("LABKIT_PROGRESS") == "off"
        self._notebook = not self._off and _in_notebook()
        self._terminal = not self._off and sys.stderr.isatty()

    def show(self, progress: Progress) -> None:
        """Draw the bar anew."""
        if self._notebook:
            self._display(_bar_html(progress))
        elif self._terminal:
            sys.stderr.write(f"\r\x1b[K{_bar_text(progress)}")

    def finish(self, progress: Progress, *, quiet: bool = False) -> None:
        """Leave one line; none when quiet."""
        if self._notebook:
            self._display("" if quiet else _line_html(progress))
        elif self._terminal:
            sys.stderr.write("\r\x1b[K" + ("" if quiet else f"{progress.text}\n"))

    def _display(self, markup: str) -> None:
        from IPython.display import HTML, display

        if self._handle is None:
            self._handle = display(HTML(markup), display_id=True)
        else:
            self._handle.update(HTML(markup))


def _in_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def _bar_html(progress: Progress) -> str:
    share = "" if progress.share is None else f' value="{progress.share:.3f}"'
    return (
        f'<div style="font:13px system-ui,sans-serif;{QUIET}"><progress{share} '
        f'style="width:12em;vertical-align:middle"></progress> {html.escape(progress.text)}</div>'
    )


def _line_html(progress: Progress) -> str:
    return (
        f'<div style="font:13px system-ui,sans-serif;{QUIET}">'
        f"{'✓' if progress.good else '✗'} {html.escape(progress.text)}</div>"
    )


def _bar_text(progress: Progress) -> str:
    filled = round((progress.share or 0) * 24)
    return f"[{'█' * filled}{'·' * (24 - filled)}] {progress.text}"
