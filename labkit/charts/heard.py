"""Pictures for whom a screen is read aloud: each comes with what it shows, in words.

JupyterLab gives an ``image/png`` no alternative text, whatever its metadata say, and takes
``text/html`` before it (https://github.com/jupyter/enhancement-proposals/issues/120). So a picture
is given as both. ``%load_ext labkit.magics`` does so for matplotlib's figures too.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Iterator
from numbers import Real
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BARS_TOLD = 12


def image(png: bytes, alt: str, *, width_px: int = 0) -> str:
    """A picture as HTML.

    Args:
        png: the picture.
        alt: what it shows, in words.
        width_px: how wide it is shown; 0 leaves it as wide as it is.
    """
    wide = f' width="{width_px}"' if width_px else ""
    data = base64.b64encode(png).decode()
    return f'<img src="data:image/png;base64,{data}"{wide} alt="{html.escape(alt)}">'


def in_words(row: Iterable[Any]) -> str:
    """A row's values; numbers to three decimals.

    >>> in_words(["Sun", 12345, 0.5, None])
    'Sun, 12,345, 0.5, none'
    """
    return ", ".join(map(_in_words, row))


def _in_words(value: Any) -> str:
    if pd.isna(value):
        return "none"
    if not isinstance(value, Real):
        return str(value)
    rounded: Any = round(value, 3)
    return f"{rounded:,}".removesuffix(".0")


def tell_figures(shell: Any) -> None:
    """Give the figures of matplotlib that a notebook shows an alternative text.

    It is said of what a figure descends from: IPython forgets all that is said of figures
    themselves when the first one is drawn (`IPython.core.pylabtools.select_figure_formats`).
    """
    formatter = shell.display_formatter.formatters["text/html"]
    formatter.for_type_by_name("matplotlib.figure", "FigureBase", figure_html)


def figure_html(figure: Any) -> str | None:
    """A figure as HTML; none of a part of one."""
    from IPython.core.pylabtools import print_figure
    from matplotlib.figure import Figure

    if not isinstance(figure, Figure):
        return None
    png: Any = print_figure(figure, fmt="png")
    return image(png, figure_alt(figure)) if png else ""


def figure_alt(figure: Figure) -> str:
    """A figure in words: titles, axes, and the ends of what is drawn."""
    drawn = [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]
    parts = [figure.get_suptitle(), *(". ".join(filter(None, _axes(axes))) for axes in drawn)]
    return ". ".join(filter(None, parts)) or "A figure"


def _axes(axes: Axes) -> Iterator[str]:
    if title := axes.get_title() or axes.get_title("left"):
        yield title
    for drawn in axes.images:
        yield _heat_map(drawn)
    for bars in axes.containers:
        yield _bars(axes, bars)
    for line in axes.lines:
        yield _line(str(line.get_label()), line.get_ydata())
    for points in axes.collections:
        if type(points).__name__ == "PathCollection":  # of a scatter plot
            offsets: Any = points.get_offsets()
            yield f"{len(offsets)} points"
    named = {"across": axes.get_xlabel(), "up": axes.get_ylabel()}
    if said := [f"{way}: {name}" for way, name in named.items() if name]:
        yield ", ".join(said)


def _heat_map(drawn: Any) -> str:
    """A grid of values: how many, and where the largest and the smallest are."""
    grid: Any = drawn.get_array()
    if grid.ndim != 2 or not grid.size:
        return "A picture"
    rows, columns = grid.shape
    bar = drawn.colorbar and (drawn.colorbar.ax.get_ylabel() or drawn.colorbar.ax.get_xlabel())
    places = {"largest": grid.argmax(), "smallest": grid.argmin()}
    said = []
    for end, place in places.items():
        row, column = divmod(int(place), columns)
        at = f"{_tick(drawn.axes.yaxis, row)}, {_tick(drawn.axes.xaxis, column)}"
        said.append(f"{end} at {at}: {in_words([grid[row, column]])}")
    what = f" of {bar}" if bar else ""
    return f"A heat map{what}, {rows} rows by {columns} columns; {'; '.join(said)}"


def _tick(axis: Any, at: float, *, within: float = 0) -> str:
    """What an axis calls a place on it, or one so near."""
    named = {
        loc: each.get_text()
        for loc, each in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
    }
    nearest = min(named, key=lambda loc: abs(loc - at), default=None)
    if nearest is None or abs(nearest - at) > within or _is_number(named[nearest]):
        return in_words([at])
    return str(named[nearest])


def _is_number(text: str) -> bool:
    try:
        return float(text.replace("\N{MINUS SIGN}", "-")) is not None
    except ValueError:
        return not text


def _bars(axes: Axes, bars: Any) -> str:
    """Bars, each with its name, or of many the tallest."""
    if getattr(bars, "datavalues", None) is None:
        return ""
    upright = getattr(bars, "orientation", None) != "horizontal"
    axis = axes.xaxis if upright else axes.yaxis
    at = [_middle(bar.get_bbox(), upright=upright) for bar in bars]
    names = [_tick(axis, each, within=0.45) for each in at]
    told: list[tuple[str, Any]] = list(zip(names, bars.datavalues, strict=True))
    what = "" if bars.get_label().startswith("_") else f" of {bars.get_label()}"
    if len(told) > BARS_TOLD:
        tallest = max(told, key=itemgetter(1))
        return f"{len(told)} bars{what}, the tallest {in_words(tallest)}"
    return f"Bars{what}: {'; '.join(in_words(each) for each in told)}"


def _middle(box: Any, *, upright: bool) -> float:
    """Where a bar stands on the axis of names."""
    ends = (box.x0, box.x1) if upright else (box.y0, box.y1)
    return float(round(sum(ends) / 2, 6))


def _line(name: str, values: Any) -> str:
    numbers = pd.Series(values).dropna()
    whose = "A line" if name.startswith("_") else f"A line of {name}"
    if numbers.empty or not pd.api.types.is_numeric_dtype(numbers):
        return whose
    first, last = (in_words([end]) for end in (numbers.iloc[0], numbers.iloc[-1]))
    least, most = (in_words([end]) for end in (numbers.min(), numbers.max()))
    return f"{whose} from {first} to {last}, the least {least}, the largest {most}"
