"""What a question says to a learner: verdicts, hints, solutions."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labkit.exercises.question import Question

NOT_TRIED, NOT_YET, YES = "not tried yet", "not yet", "yes"
# Sign, colour of the edge. The colours are told apart by the colour-blind, and by the sign.
LOOKS = {NOT_TRIED: ("○", "#8a8f98"), NOT_YET: ("△", "#d55e00"), YES: ("✓", "#009e73")}
HINT = ("?", "#0072b2")
HINTED: dict[str, int] = {}


@dataclass(frozen=True)
class Note:
    """A few words in a box: a sign, a heading, Markdown's plain text, and code."""

    sign: str
    colour: str
    heading: str
    text: str = ""
    code: str = ""

    def __repr__(self) -> str:
        lines = [f"{self.sign} {self.heading}", self.text, self.code]
        return "\n".join(filter(None, lines))

    def _repr_html_(self) -> str:
        style = "margin:6px 0 0;white-space:pre;word-break:normal;overflow-x:auto"
        code = f'<pre style="{style}">{html.escape(self.code)}</pre>' if self.code else ""
        text = f'<div style="max-width:46em">{_inline(self.text)}</div>' if self.text else ""
        width = "64em" if self.code else "46em"
        return (
            f'<div style="border-left:4px solid {self.colour};padding:4px 12px;'
            f'font:14px system-ui;max-width:{width}"><b>{self.sign} {html.escape(self.heading)}</b>'
            f"{text}{code}</div>"
        )


@dataclass(frozen=True)
class Verdict:
    """What `check` says of an answer.

    Args:
        question: its id.
        status: ``not tried yet``, ``not yet`` or ``yes``.
        message: why; empty where the status says it all.
        mistake: the id of the message, where a known mistake was met.
    """

    question: str
    status: str
    message: str = ""
    mistake: str = ""

    def __bool__(self) -> bool:
        return self.status == YES

    @property
    def note(self) -> Note:
        """The verdict as a box."""
        name = self.question.split("-")[-1]
        return Note(*LOOKS[self.status], f"{name}: {self.status}", self.message)

    def __repr__(self) -> str:
        return repr(self.note)

    def _repr_html_(self) -> str:
        return self.note._repr_html_()


def next_hint(question: Question) -> Note:
    """The hint after the one that was shown last."""
    count = len(question.hints)
    shown = HINTED[question.id] = min(HINTED.get(question.id, 0) + 1, count)
    return Note(*HINT, f"{question.name}: hint {shown} of {count}", question.hints[shown - 1])


def solution(question: Question) -> Note:
    """The answer and its explanation."""
    heading = f"{question.name}: one good answer"
    return Note(*HINT, heading, question.explanation, question.answer)


def _inline(text: str) -> str:
    """The little Markdown of our own messages: `code` and *emphasis*."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
    return re.sub(r"\*([^*\n]+)\*", r"<em>\1</em>", text).replace("\n\n", "<br><br>")
