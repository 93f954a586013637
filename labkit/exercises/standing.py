"""What a learner has solved: remembered in the workspace, shown as a bar and as a certificate."""

from __future__ import annotations

import contextlib
import datetime
import html
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from labkit import process

if TYPE_CHECKING:
    from labkit.exercises.question import Question

TITLES = {
    1: "A data lake with Glue and Athena",
    2: "Prepare data with DataBrew",
    3: "Dashboards with QuickSight",
    4: "A warehouse beside the lake",
}
DONE = ("#00794f", "#fff", "✓")
OPEN = ("var(--jp-border-color2, #d9dce1)", "var(--jp-ui-font-color1, #3d434c)", "○")
BOX = "font:14px system-ui;max-width:46em"


def solved() -> list[str]:
    """The ids of the solved questions; once solved is solved."""
    with contextlib.suppress(OSError, ValueError):
        return list(json.loads(_path().read_text(encoding="utf-8")))
    return []


def remember(question: str) -> None:
    """Keep that a question is solved. Where nothing can be written, it is not kept."""
    found = solved()
    if question in found:
        return
    path = _path()
    aside = path.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps([*found, question]), encoding="utf-8")
        aside.replace(path)


def _path() -> Path:
    return process.home() / "exercises.json"


@dataclass(frozen=True)
class Standing:
    """How far a learner is in a lab.

    Args:
        lab: its number.
        questions: its questions.
    """

    lab: int
    questions: tuple[Question, ...]

    @property
    def missing(self) -> list[Question]:
        """The questions that are open."""
        done = solved()
        return [one for one in self.questions if one.id not in done]

    @property
    def points(self) -> tuple[int, int]:
        """Points so far, and points in all."""
        total = sum(one.points for one in self.questions)
        return total - sum(one.points for one in self.missing), total

    def __repr__(self) -> str:
        count, (points, total) = len(self.questions), self.points
        done = count - len(self.missing)
        return f"Lab {self.lab}: {done} of {count} exercises, {points} of {total} points"

    def _repr_html_(self) -> str:
        missing = self.missing
        parts = "".join(_part(one, one in missing) for one in self.questions)
        bar = f'<div style="display:flex;gap:3px;margin-top:6px">{parts}</div>'
        return f'<div style="{BOX}"><b>{html.escape(repr(self))}</b>{bar}</div>'


def _part(question: Question, missing: bool) -> str:
    """A question's share of the bar, as wide as its points."""
    colour, ink, sign = OPEN if missing else DONE
    return (
        f'<span title="{html.escape(question.title)}" style="flex:{question.points};'
        f"background:{colour};color:{ink};font-size:12px;padding:1px 0;text-align:center;"
        f"white-space:nowrap;min-width:2.8em;"
        f'border-radius:3px">{sign} {question.name}</span>'
    )


@dataclass(frozen=True)
class Certificate:
    """A page that says what was solved, by whom. It is for yourself: nobody has watched.

    Args:
        standing: how far the learner is.
        learner: the name in the caller's ARN.
    """

    standing: Standing
    learner: str

    def save(self, path: str | Path = "") -> Path:
        """Write the page as one HTML file, with today's date.

        Raises:
            ValueError: exercises are open.
        """
        if self.standing.missing:
            raise ValueError(repr(self))
        target = Path(path or f"lab{self.standing.lab}-certificate.html")
        page = PAGE.format(title=self.title, body=self._page(f"{datetime.date.today()}. "))
        target.write_text(page, encoding="utf-8")
        return target

    @property
    def title(self) -> str:
        """The lab's number and name."""
        return f"Lab {self.standing.lab}: {TITLES[self.standing.lab]}"

    def __repr__(self) -> str:
        if missing := self.standing.missing:
            names = ", ".join(one.name for one in missing)
            return f"{self.standing}. The certificate comes when these are solved: {names}."
        return f"Certificate: {self.learner} has solved {self.title}"

    def _repr_html_(self) -> str:
        if self.standing.missing:
            return f'<div style="{BOX}">{html.escape(repr(self))}</div>'
        return self._page("")

    def _page(self, date: str) -> str:
        skills = "".join(f"<li>{html.escape(one.title)}</li>" for one in self.standing.questions)
        return (
            '<div style="font:16px system-ui;max-width:40em;border:2px solid #00794f;'
            'border-radius:8px;padding:28px 36px;color:#1d2129;background:#fff">'
            '<div style="letter-spacing:.12em;font-size:12px;color:#00694d">CERTIFICATE</div>'
            f'<h2 style="margin:.3em 0;color:inherit">{html.escape(self.title)}</h2>'
            f"<p><b>{html.escape(self.learner)}</b> has solved all {len(self.standing.questions)} "
            f"exercises, {self.standing.points[1]} points:</p>"
            f'<ul style="columns:2;padding-left:1.2em">{skills}</ul>'
            f'<p style="color:#545b64;font-size:13px;margin-bottom:0">{date}'
            "Checked by the learner's own notebook.</p></div>"
        )


PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<body style="display:grid;place-items:center;min-height:95vh;margin:0;background:#f2f3f5">{body}
</body></html>
"""
