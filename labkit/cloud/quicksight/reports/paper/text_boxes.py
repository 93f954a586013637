"""Text boxes: QuickSight's markup as paragraphs of runs, its placeholders filled in.

A text box holds a small XML: ``<b> <i> <u> <s>``, ``<inline font-size="16px" color="#545b64">``,
``<block align="center">``, ``<br/>``, lists and links, and what the console inserts for values:
``<parameter>${School}</parameter>`` and ``<expression>PageNumber</expression>``. Page numbers are
known only when all pages are set; they stay marks until then. Source:
https://docs.aws.amazon.com/quicksight/latest/user/textbox.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from labkit.cloud.quicksight.render.text import width
from labkit.cloud.quicksight.reports.paper.sizes import points

Run = dict[str, Any]
Paragraph = dict[str, Any]
SIZE, LEADING = 10.5, 1.35
_PLACEHOLDER = re.compile(r"<<\$([^<>]+)>>|\$\{([^{}]+)\}")
_PAGE = {"pagenumber": "page", "currentpage": "page", "reportcurrentpagenumber": "page"}
_PAGES = {"totalpages": "pages", "pagecount": "pages", "reporttotalpages": "pages"}
MARKS = _PAGE | _PAGES
_STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "under",
    "s": "struck",
}
_BLOCKS = ("block", "div", "p", "li")


def paragraphs(content: str, value_of: Callable[[str], str | None]) -> list[Paragraph]:
    """The paragraphs of a text box.

    Args:
        content: its markup.
        value_of: the words for a placeholder's name; ``None`` where it is unknown.
    """
    reader = _Reader(value_of)
    reader.feed(content)
    reader.close()
    reader.end()
    return reader.paragraphs


def height(found: list[Paragraph], room: float) -> float:
    """About how many points the paragraphs need in a width."""
    return sum(_lines(each, room) * _size(each) * LEADING for each in found)


def name_of(text: str) -> str:
    """A placeholder's bare name.

    >>> name_of("$aws:pageNumber"), name_of("${School}")
    ('pageNumber', 'School')
    """
    return text.strip().strip("<>").strip("${}").removeprefix("aws:").strip()


@dataclass
class _Style:
    size: float = SIZE
    color: str = ""
    back: str = ""
    align: str = "left"
    marks: dict[str, bool] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Reads the markup; a tag that it does not know changes nothing."""

    def __init__(self, value_of: Callable[[str], str | None]) -> None:
        super().__init__(convert_charrefs=True)
        self._value_of = value_of
        self._styles: list[tuple[str, _Style]] = [("", _Style())]
        self._runs: list[Run] = []
        self.paragraphs: list[Paragraph] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.end(always=True)
            return
        if tag in _BLOCKS:
            self.end()
        self._styles.append((tag, _styled(self._style, tag, dict(attrs))))
        if tag == "li":
            self._add("•  ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.end(always=True)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end()
        at = next((n for n in range(len(self._styles) - 1, 0, -1) if self._styles[n][0] == tag), 0)
        if at:
            del self._styles[at:]

    def handle_data(self, data: str) -> None:
        inside = self._styles[-1][0]
        if inside in ("parameter", "expression"):
            self._place(name_of(data), data)
            return
        words = re.sub(r"\s*\n\s*", "" if not data.strip() else " ", data)
        at = 0
        for found in _PLACEHOLDER.finditer(words):
            self._add(words[at : found.start()])
            self._place(name_of(found[1] or found[2]), found[0])
            at = found.end()
        self._add(words[at:])

    def end(self, *, always: bool = False) -> None:
        """Close a paragraph; an empty one only where a line break asks for it."""
        if self._runs or always:
            self.paragraphs.append({"align": self._style.align, "runs": self._runs})
            self._runs = []

    @property
    def _style(self) -> _Style:
        return self._styles[-1][1]

    def _place(self, name: str, raw: str) -> None:
        if kind := MARKS.get(name.lower()):
            self._add("000", kind)
        else:
            known = self._value_of(name)
            self._add(raw if known is None else known)

    def _add(self, text: str, kind: str = "text") -> None:
        if text and (text.strip() or self._runs):
            style = self._style
            run = {"kind": kind, "text": text, "size": style.size, "color": style.color}
            self._runs.append(run | {"back": style.back, **style.marks})


def _styled(style: _Style, tag: str, attrs: Mapping[str, str | None]) -> _Style:
    marks = style.marks | ({_STYLES[tag]: True} if tag in _STYLES else {})
    size = points(attrs.get("font-size") or "") or style.size
    color = _hex(attrs.get("color")) or style.color
    back = _hex(attrs.get("background-color")) or style.back
    align = attrs.get("align") if attrs.get("align") in ("left", "center", "right") else style.align
    return _Style(size, color, back, align or "left", marks)


def _hex(text: str | None) -> str:
    return text if text and re.fullmatch(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", text) else ""


def _size(paragraph: Paragraph) -> float:
    return max((run["size"] for run in paragraph["runs"]), default=SIZE)


def _lines(paragraph: Paragraph, room: float) -> int:
    lines, used = 1, 0.0
    for word, size, bold in _words(paragraph):
        wide = width(word, size, bold=bold)
        if used and used + wide > room:
            lines, used = lines + 1, 0.0
        used += wide
    return lines


def _words(paragraph: Paragraph) -> Iterator[tuple[str, float, bool]]:
    for run in paragraph["runs"]:
        for word in re.findall(r"\S+\s*|\s+", run["text"]):
            yield word, run["size"], bool(run.get("bold"))
