"""The words of a text box or a title: its markup as lines of runs.

Their content is a small markup of its own: ``<text-box>`` or ``<visual-title>`` with ``inline``,
``block``, ``b``, ``br``, lists, and ``<parameter>${Name}</parameter>`` or
``<expression>${Name}</expression>`` for a parameter.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SheetTextBox.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any

from labkit.cloud.quicksight.visuals.formats import parameter_text

SIZE = 14.0
_PARAMETER = re.compile(r"\$\{([^}]+)\}")
_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}|[a-z]+")
_NUMBER = re.compile(r"([\d.]+)(px|pt)?")
_ALIGNS = ("left", "center", "right")
_BULLET = "• "
_BREAKS = ("block", "li", "ul", "ol", "p", "div")


@dataclass(frozen=True)
class Run:
    """Words of one look; ``color`` is empty where the theme says it."""

    text: str = ""
    size: float = SIZE
    color: str = ""
    bold: bool = False
    italic: bool = False
    underline: bool = False


@dataclass
class Line:
    """A line of runs."""

    align: str = "left"
    runs: list[Run] = field(default_factory=list)


def lines_of(content: str, parameters: Mapping[str, Any], look: Run | None = None) -> list[Line]:
    """A text's lines, with the parameters' values in their places.

    Args:
        look: of words of which the markup says nothing.
    """
    parser = _Parser(parameters, look or Run())
    parser.feed(content)
    parser.close()
    return parser.finished()


def plain(text: Mapping[str, Any]) -> str:
    """A format text's words, its markup left out."""
    rich = re.sub(r"<br\s*/?>", " ", text.get("RichText") or "")
    return str(text.get("PlainText") or unescape(re.sub(r"<[^>]*>", "", rich))).strip()


def as_html(lines: list[Line]) -> str:
    """Lines for a page: nothing of their markup gets through but what is known."""
    return "".join(
        f'<p style="text-align:{line.align}">{"".join(map(_span, line.runs)) or "&nbsp;"}</p>'
        for line in lines
    )


def _span(run: Run) -> str:
    style = f"font-size:{run.size:g}px"
    style += f";color:{run.color}" if run.color else ""
    style += ";font-weight:700" if run.bold else ""
    style += ";font-style:italic" if run.italic else ""
    style += ";text-decoration:underline" if run.underline else ""
    return f'<span style="{style}">{escape(run.text)}</span>'


class _Parser(HTMLParser):
    def __init__(self, parameters: Mapping[str, Any], look: Run) -> None:
        super().__init__(convert_charrefs=True)
        self.parameters = parameters
        self.looks, self.aligns, self.open = [look], ["left"], list[str]()
        self.lines = [Line()]
        self.filled = self.ended = False  # a block has words; they have ended, and the line too

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attributes}
        if tag == "br":
            if not self.ended:
                self.lines.append(Line(self.aligns[-1]))
            self.ended = False
            return
        self.ended = False
        self.filled &= tag != "block"
        align = told.get("align", self.aligns[-1])
        self.aligns.append(align if align in _ALIGNS else "left")
        self.looks.append(_look(self.looks[-1], tag, told))
        self.open.append(tag)
        if tag in _BREAKS:
            self._break()
        if tag == "li":
            self.lines[-1].runs.append(replace(self.looks[-1], text=_BULLET))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.open:
            return
        while self.open:
            closed = self.open.pop()
            self.looks.pop()
            self.aligns.pop()
            if closed == tag:
                break
        if tag in _BREAKS:
            self._break()
        self.ended = tag == "block" and self.filled

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        text = self._filled(data, inside)
        if not text.strip() and "\n" in text:  # between tags
            return
        self.ended, self.filled = False, True
        text = re.sub(r"[ \t\r\n]+", " ", text)
        runs = self.lines[-1].runs
        runs.append(replace(self.looks[-1], text=text if runs else text.lstrip(" ")))

    def finished(self) -> list[Line]:
        while len(self.lines) > 1 and not self.lines[-1].runs:
            self.lines.pop()
        return self.lines if self.lines[-1].runs else []

    def _break(self) -> None:
        """A block begins and ends a line; in an item of a list it goes on behind the bullet."""
        if [run.text for run in self.lines[-1].runs] not in ([], [_BULLET]):
            self.lines.append(Line())
        self.lines[-1].align = self.aligns[-1]

    def _filled(self, text: str, inside: str) -> str:
        if inside == "expression" and (found := _EXPRESSIONS.get(text.strip())):
            return found()
        return _PARAMETER.sub(lambda found: parameter_text(self.parameters.get(found[1])), text)


#: What an expression of a text box stands for on a screen, where all is one page.
_EXPRESSIONS: dict[str, Callable[[], str]] = {
    "PageNumber": lambda: "1",
    "TotalPages": lambda: "1",
    "PrintDate": lambda: f"{datetime.now(UTC):%b %d, %Y}".replace(" 0", " "),
}


def _look(look: Run, tag: str, told: Mapping[str, str]) -> Run:
    changes: dict[str, Any] = {}
    if size := _NUMBER.match(told.get("font-size", "")):
        changes["size"] = float(size[1]) * (4 / 3 if size[2] == "pt" else 1)
    if _COLOR.fullmatch(told.get("color", "")):
        changes["color"] = told["color"]
    if tag in ("b", "strong"):
        changes["bold"] = True
    if tag in ("i", "em"):
        changes["italic"] = True
    if tag == "u":
        changes["underline"] = True
    return replace(look, **changes)
