"""Pages by typst: no font of this machine, no request, no clock; the same bytes each time.

All words go to the typesetter as data, never as its language. Source: https://typst.app/docs/
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

import matplotlib

from labkit.cloud.quicksight.reports.paper.screens import screen_pages
from labkit.cloud.quicksight.reports.paper.sections import section_pages
from labkit.cloud.quicksight.reports.reading import Reading

Json = Mapping[str, Any]
_TEMPLATE = Path(__file__).with_name("report.typ")
_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
# One family: a line of a picture is set in whichever font has all of its letters, and matplotlib's
# last resort, which is boxes, has them all.
_FACES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique")


@dataclass(frozen=True)
class Printed:
    """A PDF file, and what is not in it, in a sentence each."""

    content: bytes
    notes: tuple[str, ...]


def pdf_file(reading: Reading, sheet: Json) -> Printed:
    """A sheet as a PDF file."""
    layout: Json = next((each["Configuration"] for each in sheet.get("Layouts") or ()), {})
    if sections := layout.get("SectionBasedLayout"):
        page, press = section_pages(reading, sheet, sections)
    else:
        page, press = screen_pages(reading, sheet)
    notes = tuple(dict.fromkeys(press.notes))
    theme = reading.theme
    document = {
        "title": str(sheet.get("Title") or sheet.get("Name") or reading.name),
        "ink": theme.foreground,
        "paper": theme.background,
        "quiet": theme.quiet,
        "notes": list(notes),
        **page,
    }
    return Printed(typeset(document, press.files), notes)


def typeset(document: Json, files: Mapping[str, bytes], **options: Any) -> bytes:
    """The bytes of the PDF, or of another format that typst knows."""
    import typst

    inputs = {
        "main": _TEMPLATE.read_bytes(),
        "report.json": json.dumps(document, sort_keys=True).encode(),
        **files,
    }
    options = {"format": "pdf", "timestamp": 0, **options}
    made: bytes = typst.compile(inputs, font_paths=_fonts(), **options)
    return made


@functools.cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[_faces().name]
    )


@functools.cache
def _faces() -> TemporaryDirectory[str]:
    """A directory of the faces alone, as long as the process lives: typst takes no single files."""
    found: TemporaryDirectory[str] = TemporaryDirectory(prefix="labkit-fonts-")
    for each in _FACES:
        copyfile(_FONTS / f"{each}.ttf", Path(found.name) / f"{each}.ttf")
    return found
