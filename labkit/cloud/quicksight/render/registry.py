"""The visual types: one function each."""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.quicksight.render.sketch import Sketch

Chart = Callable[[Sketch], None]
CHARTS: dict[str, Chart] = {}


def chart(kind: str) -> Callable[[Chart], Chart]:
    """The function that draws a type of visual, by the API's name of it."""

    def registered(function: Chart) -> Chart:
        CHARTS[kind] = function
        return function

    return registered
