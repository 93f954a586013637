"""Text boxes on paper: QuickSight's markup as paragraphs of runs, its placeholders filled in.

The console inserts ``<parameter>${School}</parameter>`` for a parameter, and
``<expression>PageNumber</expression>`` for what only paper has. Page numbers are known when all
pages are set; until then they stay marks. Source:
https://docs.aws.amazon.com/quicksight/latest/user/textbox.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from labkit.cloud.quicksight.render.markup import Line, Run, lines_of
from labkit.cloud.quicksight.render.text import broken, pieces, width
from labkit.cloud.quicksight.reports.paper.sizes import PX

Paragraph = dict[str, Any]
SIZE, LEADING = 14 * PX, 1.4
#: Letters of Unicode's private use, which stand for a page's number and the count of pages.
PAGE, PAGES = "\ue000", "\ue001"
MAY_END = "\u200b"  # a space without width, where a line may end
_MARKS = {
    "pagenumber": PAGE,
    "currentpage": PAGE,
    "currentpagenumber": PAGE,
    "totalpages": PAGES,
    "totalpagecount": PAGES,
    "pagecount": PAGES,
}
_KINDS = {PAGE: "page", PAGES: "pages"}
_PLACEHOLDER = re.compile(
    r"<expression>([^<]*)</expression>|<parameter>\s*\$\{([^<}]*)\}\s*</parameter>"
    r"|<<\$([^<>]+)>>|&lt;&lt;\$([^<>&]+)&gt;&gt;|\$\{([^{}]+)\}"
)


def paragraphs(
    content: str, room: float, known: Mapping[str, str], unknown: list[str]
) -> list[Paragraph]:
    """The paragraphs of a text box.

    Args:
        content: its markup.
        room: the width of its lines, at which words that are longer may end.
        known: the words for placeholders, by their names in small letters.
        unknown: the names of the placeholders that are not known; grows.
    """

    def words(found: re.Match[str]) -> str:
        name = name_of(next(each for each in found.groups() if each is not None))
        value = _MARKS.get(name) or known.get(name)
        if value is None:
            unknown.append(name)
            return escape(f"[{name}]")
        return escape(value)

    return [_paragraph(line, room) for line in lines_of(_PLACEHOLDER.sub(words, content), {})]


def name_of(text: str) -> str:
    """A placeholder's bare name.

    >>> name_of("$aws:pageNumber"), name_of("${School}")
    ('pagenumber', 'school')
    """
    return text.strip().strip("${}").removeprefix("aws:").strip().lower()


def named_in(content: str) -> set[str]:
    """The names of a text box's placeholders."""
    found = _PLACEHOLDER.finditer(content)
    return {name_of(next(g for g in each.groups() if g is not None)) for each in found}


def height(found: list[Paragraph], room: float) -> float:
    """About how many points the paragraphs need in a width."""
    return sum(_lines(each, room) * _size(each) * LEADING for each in found)


def plain_run(text: str, size: float, *, color: str = "", bold: bool = False) -> Paragraph:
    """Words of one look, at a size in points."""
    return {"kind": "text", "text": text, "size": size, "color": color, "bold": bold}


def _paragraph(line: Line, room: float) -> Paragraph:
    runs = [part for run in line.runs for part in _parts(run, room)]
    return {"align": line.align, "runs": runs}


def _parts(run: Run, room: float) -> Iterator[Paragraph]:
    words = (broken(each, room, run.size * PX, bold=run.bold) for each in pieces(run.text))
    for text in re.split(f"([{PAGE}{PAGES}])", "".join(map(MAY_END.join, words))):
        if text:
            look = plain_run(text, run.size * PX, color=_hex(run.color), bold=run.bold)
            more = {"italic": run.italic, "under": run.underline}
            yield look | more | {"kind": _KINDS.get(text, "text")}


def _hex(color: str) -> str:
    return color if re.fullmatch(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", color) else ""


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
        for part in run["text"].split(MAY_END):
            yield from ((word, run["size"], bool(run.get("bold"))) for word in pieces(part))
