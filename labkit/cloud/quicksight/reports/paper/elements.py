"""What stands on a page: visuals as vector pictures, tables as tables, text boxes, images.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_FreeFormLayoutElement.html
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.render.drawing import draw, to_svg
from labkit.cloud.quicksight.reports.paper import printed_tables, text_boxes
from labkit.cloud.quicksight.reports.paper.sizes import PX
from labkit.cloud.quicksight.reports.reading import Reading
from labkit.cloud.quicksight.reports.tables import table_of
from labkit.cloud.quicksight.static_files import Image, fitted, image_of, size_of
from labkit.cloud.quicksight.visuals.formats import parameter_text
from labkit.cloud.quicksight.visuals.model import TABLES

Json = Mapping[str, Any]
Element = dict[str, Any]
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Place:
    """Where an element stands, in points from the top left of what it is in."""

    x: float
    y: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass
class Press:
    """Prints the elements of one sheet.

    Args:
        reading: the dashboard.
        sheet: the sheet.
        high: the height of a page's body in points.
        on_screen: whether it is a picture of a screen, where a table ends with its frame.
        files: pictures by the names under which the pages use them; grows.
        notes: what cannot be printed, in a sentence each; grows.
    """

    reading: Reading
    sheet: Json
    high: float
    on_screen: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def element(
        self, id: str, kind: str, place: Place, filters: Sequence[Json], values: Json
    ) -> Element:
        """An element of a layout at its place.

        Args:
            filters: those of a repeated section.
            values: of a repeated section, by its columns' names.
        """
        make = {"VISUAL": self._visual, "TEXT_BOX": self._text, "IMAGE": self._image}.get(kind)
        at: Element = {"x": place.x, "y": place.y, "w": place.width, "h": place.height}
        if make is None:
            self.notes.append(f"Controls are not printed ({id}).")
            return {"kind": "none", **at}
        return at | make(id, place, filters, values)

    def table(self, id: str, room: float, filters: Sequence[Json]) -> Json:
        """A table or pivot with all its rows."""
        visual = self._visuals[id].visual
        data = self.reading.data(visual, filters, max_rows=MOST_ROWS)
        found = table_of(visual, data, self.reading.theme, self.reading.parameters)
        options = self.report_options(id)
        made: Json = printed_tables.printed(
            found, options, self.reading.theme, room=room, high=self.high
        )
        return {**made, "empty": "No data" if not data.rows else ""}

    def flows(self, id: str) -> bool:
        """Whether an element is a table that goes on over the pages."""
        placed = self._visuals.get(id)
        if self.on_screen or placed is None or placed.type not in TABLES:
            return False
        return self.report_options(id).get("VerticalOverflowVisibility") == "VISIBLE"

    def report_options(self, id: str) -> Json:
        """A table's ``PaginatedReportOptions``."""
        chart = self._visuals[id].body.get("ChartConfiguration") or {}
        found: Json = chart.get("PaginatedReportOptions") or {}
        return found

    def text_height(self, id: str, room: float, values: Json) -> float:
        """About how high a text box must be for all its words."""
        return text_boxes.height(self._paragraphs(id, room, values), room)

    @property
    def _visuals(self) -> dict[str, walk.Placed]:
        return walk.visuals(self.reading.definition)

    def _visual(self, id: str, place: Place, filters: Sequence[Json], values: Json) -> Element:
        placed = self._visuals.get(id)
        if placed is None:
            self.notes.append(f"There is no visual {id}.")
            return {"kind": "none"}
        data = self.reading.data(placed.visual, filters)
        picture = draw(
            placed.visual, data, theme=self.reading.theme, width_px=place.width / PX,
            height_px=place.height / PX, parameters=self.reading.parameters,
        )  # fmt: skip
        return {"kind": "picture", "file": self._file("svg", to_svg(picture).encode())}

    def _text(self, id: str, place: Place, filters: Sequence[Json], values: Json) -> Element:
        return {"kind": "text", "paragraphs": self._paragraphs(id, place.width, values)}

    def _paragraphs(self, id: str, room: float, values: Json) -> list[text_boxes.Paragraph]:
        boxes = {each["SheetTextBoxId"]: each for each in self.sheet.get("TextBoxes") or ()}
        parameters = self.reading.parameters
        known = {
            **{name.lower(): parameter_text(value) for name, value in parameters.items()},
            **{name.lower(): parameter_text(value) for name, value in values.items()},
            "printdate": f"{self.reading.now:%B} {self.reading.now.day}, {self.reading.now.year}",
            "dashboardname": self.reading.name,
            "sheetname": str(self.sheet.get("Name", "")),
        }
        content = (boxes.get(id) or {}).get("Content") or ""
        unknown: list[str] = []
        found = text_boxes.paragraphs(content, room, known, unknown)
        self.notes += [f"Nothing is known of the placeholder {name}." for name in unknown]
        return found

    def _image(self, id: str, place: Place, filters: Sequence[Json], values: Json) -> Element:
        images: dict[str, Json] = {e["SheetImageId"]: e for e in self.sheet.get("Images") or ()}
        image = images.get(id, {})
        read, asked = self.reading, self.reading.reader.principal
        found = image_of(read.cloud, read.region, read.definition, image, asked, None)
        size = size_of(found)
        if size is None:
            words = image.get("ImageContentAltText") or id
            self.notes += [found.why] if found.why else []
            self.notes.append(f"The image {words} cannot be printed: its file is not to be had.")
            return {"kind": "none"}
        svg = _in_room(found, size, (place.width / PX, place.height / PX))
        return {"kind": "picture", "file": self._file("svg", svg.encode())}

    def _file(self, ending: str, content: bytes) -> str:
        name = f"picture-{len(self.files) + 1}.{ending}"
        self.files[name] = content
        return name


def _in_room(image: Image, size: tuple[int, int], room: tuple[float, float]) -> str:
    """An image in an SVG document as large as its place: typst takes only what is text."""
    left, top, wide, high = fitted(image, size, room)
    within = f'width="{room[0]:g}" height="{room[1]:g}"'
    body = b64encode(image.content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {within}>'
        f'<clipPath id="room"><rect {within}/></clipPath>'
        f'<g clip-path="url(#room)"><image x="{left:g}" y="{top:g}" width="{wide:g}" '
        f'height="{high:g}" preserveAspectRatio="none" '
        f'href="data:image/{image.kind};base64,{body}"/></g></svg>'
    )
