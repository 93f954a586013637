"""Pictures for whom a screen is read aloud: alternative texts, of matplotlib's figures too."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from matplotlib.figure import Figure

from labkit import magics
from labkit.charts.heard import figure_alt
from labkit.charts.pages import Picture

mpl.use("agg")


def heat_map(axes):
    drawn = axes.imshow(np.arange(6).reshape(2, 3))
    axes.set_yticks(range(2), ["Mon", "Tue"])
    axes.set(xlabel="hour", title="Requests")
    axes.figure.colorbar(drawn, label="requests")


def grouped(axes):
    pd.DataFrame({"n": [1, 2], "m": [3, 4.5]}, index=["x", "y"]).plot.bar(ax=axes)


FIGURES = {
    "heat map": (
        heat_map,
        (
            "Requests. A heat map of requests, 2 rows by 3 columns; largest at Tue, 2: 5; "
            "smallest at Mon, 0: 0. across: hour"
        ),
    ),
    "bars": (lambda axes: axes.bar(["a", "b"], [1, 2.5]), "Bars: a, 1; b, 2.5"),
    "bars that lie": (lambda axes: axes.barh(["a", "b"], [1, 2.5]), "Bars: a, 1; b, 2.5"),
    "groups of bars": (grouped, "Bars of n: x, 1; y, 2. Bars of m: x, 3; y, 4.5"),
    "many bars": (lambda axes: axes.bar(range(20), range(20)), "20 bars, the tallest 19, 19"),
    "a line": (
        lambda axes: axes.plot([3, 5, 4], label="x"),
        "A line of x from 3 to 4, the least 3, the largest 5",
    ),
    "points": (lambda axes: axes.scatter([1, 2], [3, 4]), "2 points"),
    "a photograph": (lambda axes: axes.imshow(np.zeros((2, 2, 3))), "A picture"),
    "nothing": (lambda axes: None, "A figure"),
}


@pytest.mark.parametrize(("draw", "told"), FIGURES.values(), ids=FIGURES)
def test_a_figure_in_words(draw, told):
    axes = Figure().subplots()
    draw(axes)
    assert figure_alt(axes.figure) == told


def test_a_figure_is_shown_with_its_words():
    shell = InteractiveShell()
    magics.load_ipython_extension(shell)
    select_figure_formats(shell, {"png"})  # as the first figure does
    figure = Figure()
    figure.subplots().set(title="5 < 6")
    shown, _ = shell.display_formatter.format(figure)
    assert shown["text/html"].startswith('<img src="data:image/png;base64,')
    assert 'alt="5 &lt; 6"' in shown["text/html"]


def test_a_picture_has_its_words_where_jupyterlab_reads_them():
    fields = {"fields": [{"label": "day"}], "rows": [["Sun"]]}
    shown, _ = Picture("Views", b"png", "", fields)._repr_mimebundle_()
    assert shown["image/png"] == b"png"
    assert 'width="720" alt="Views: 1 row of day. Sun."' in shown["text/html"]
