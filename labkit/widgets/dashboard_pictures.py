"""The pictures of a sheet: each is drawn when what it depends on has changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from labkit.charts import parts as chart_parts
from labkit.charts.edits import Analysis
from labkit.charts.layouts import COLUMNS
from labkit.widgets.dashboard_picks import filters_of

Facts = dict[str, Any]
ROW_PX, GAP_PX = 16, 8


class Pictures:
    """The pictures that a front end has.

    Args:
        draw: a visual's picture: its id, and what is asked of the session.
        show: sends a picture.
        wait: told the ids of those that are still to be drawn.
    """

    def __init__(
        self,
        draw: Callable[[str, Facts], Facts],
        show: Callable[[str, Facts], None],
        wait: Callable[[list[str]], None],
    ) -> None:
        self.draw, self.show, self.wait = draw, show, wait
        self._drawing, self._count = threading.Lock(), threading.Lock()
        self._latest = 0
        self._known: dict[str, tuple[str, Facts]] = {}

    def update(self, wanted: Callable[[], Mapping[str, tuple[Facts, Any]]]) -> None:
        """Draw what has changed; a later update ends an earlier one.

        Args:
            wanted: gives, by visual, what is asked of the session and what else its picture
                depends on.
        """
        with self._count:
            self._latest += 1
            mine = self._latest
        with self._drawing:
            left = {
                id: (asked, key)
                for id, (asked, about) in wanted().items()
                if self._known.get(id, ("",))[0] != (key := json.dumps([asked, about]))
            }
            try:
                while left and mine == self._latest:
                    self.wait(list(left))
                    id = next(iter(left))
                    asked, key = left.pop(id)
                    found = self.draw(id, asked)
                    self._known[id] = key, found
                    self.show(id, found)
            finally:
                self.wait([])

    def drawn(self) -> dict[str, Facts]:
        """The pictures by their visuals, as they were drawn last."""
        return {id: found for id, (_, found) in self._known.items()}

    def repeat(self) -> None:
        """Send all pictures again, to a front end that is new."""
        for id, found in self.drawn().items():
            self.show(id, found)

    def forget(self) -> None:
        """Draw all of them anew at the next update."""
        self._known.clear()


def wanted(
    analysis: Analysis, visuals: list[Facts], picks: list[Facts], width: int, theme: str
) -> dict[str, tuple[Facts, Any]]:
    """What `Pictures.update` wants of a sheet that is so wide."""
    return {
        each["id"]: (
            _size(each["place"], width) | _filtered(analysis, each, picks),
            [theme, *_about(analysis, each["id"])],
        )
        for each in visuals
    }


def _size(place: Facts, width: int) -> Facts:
    return {
        "width": round(place["span"] * (width + GAP_PX) / COLUMNS - GAP_PX),
        "height": place["rows"] * (ROW_PX + GAP_PX) - GAP_PX,
    }


def _filtered(analysis: Analysis, visual: Facts, picks: list[Facts]) -> Facts:
    """What was clicked in other visuals."""
    others = [each for each in picks if each["visual"] != visual["id"]]
    filters = filters_of(analysis.definition, visual, others)
    return {"filters": filters} if filters else {}


def _about(analysis: Analysis, visual: str) -> list[Any]:
    """All that a visual's picture depends on."""
    place = chart_parts.visual(analysis.definition, visual)
    apart = ("Sheets", "DataSetIdentifierDeclarations")
    rest = {name: part for name, part in analysis.definition.items() if name not in apart}
    return [place.member, place.body, rest]
