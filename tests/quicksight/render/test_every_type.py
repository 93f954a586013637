"""Each type of visual with ordinary, odd and no data, by what its picture holds."""

import itertools
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from labkit.cloud.quicksight.render import THEMES
from labkit.cloud.quicksight.render.drawing import draw, to_png, to_svg
from labkit.cloud.quicksight.render.honoured import HONOURED
from labkit.cloud.quicksight.render.registry import CHARTS
from labkit.cloud.quicksight.render.sketch import Picture
from labkit.cloud.quicksight.render.text import width
from labkit.cloud.quicksight.visuals.model import VisualData
from tools.gallery.case import Case, visual
from tools.gallery.cases import cases
from tools.gallery.made import dimension, measure, rows

CASES = cases()
ONE_A_TYPE = list({next(iter(each.visual)): each for each in CASES}.values())
SIZES = [(640, 400), (320, 240)]
WITHOUT_FIELDS = ("EmptyVisual", "PluginVisual", "CustomContentVisual")
case = pytest.mark.parametrize("case", CASES, ids=lambda each: each.name)
one_a_type = pytest.mark.parametrize("case", ONE_A_TYPE, ids=lambda each: each.name)


def texts(picture: Picture) -> list[str]:
    """All words of a picture."""
    return [each.get_text() for each in picture.findobj(Text) if each.get_text()]


def boxes(picture: Picture) -> list[tuple[str, Bbox]]:
    """The rectangle of each text that stands level."""
    renderer = FigureCanvasAgg(picture).get_renderer()
    found = [each for each in picture.findobj(Text) if each.get_text()]
    return [
        (each.get_text(), each.get_window_extent(renderer))
        for each in found
        if not each.get_rotation()
    ]


def overlapping(picture: Picture) -> list[tuple[str, str]]:
    """Pairs of texts that stand over each other."""
    return [
        (a, b)
        for (a, one), (b, two) in itertools.combinations(boxes(picture), 2)
        if min(one.x1, two.x1) - max(one.x0, two.x0) > 1.5
        and min(one.y1, two.y1) - max(one.y0, two.y0) > 3
    ]


def changed(data: VisualData, change: Callable[[Any], Any]) -> VisualData:
    """The same data with each measure's values changed."""
    measures = [each.is_measure for each in data.fields]
    made = [
        tuple(
            change(value) if is_one and value is not None else value
            for value, is_one in zip(row, measures, strict=True)
        )
        for row in data.rows
    ]
    return replace(data, rows=made)


def long_names(data: VisualData) -> VisualData:
    """The same data with names that no axis has room for."""
    texts = [each.kind == "text" and each.well != "Geospatial" for each in data.fields]
    made = [
        tuple(
            f"{value} and all that belongs to it in a very long name" if is_one else value
            for value, is_one in zip(row, texts, strict=True)
        )
        for row in data.rows
    ]
    return replace(data, rows=made)


def many(data: VisualData) -> VisualData:
    """Some 400 rows, under names of their own; bins stay as they are."""
    texts = [each.kind == "text" and each.well != "SmallMultiples" for each in data.fields]
    made = [
        tuple(
            f"{value} {at}" if is_one else value for value, is_one in zip(row, texts, strict=True)
        )
        for at in range(0 if data.well("BinStart") else 400 // max(len(data.rows), 1) + 1)
        for row in data.rows
    ]
    return replace(data, rows=made or data.rows)


ODD: dict[str, Callable[[VisualData], VisualData]] = {
    "no rows": lambda data: replace(data, rows=[]),
    "one row": lambda data: replace(data, rows=list(data.rows[:1])),
    "many rows": many,
    "NULLs alone": lambda data: changed(data, lambda value: None),
    "every second NULL": lambda data: replace(
        data,
        rows=[
            row if at % 2 else changed(replace(data, rows=[row]), lambda value: None).rows[0]
            for at, row in enumerate(data.rows)
        ],
    ),
    "zeros": lambda data: changed(data, lambda value: 0),
    "negative": lambda data: changed(data, lambda value: -value),
    "huge": lambda data: changed(data, lambda value: value * 1e15),
    "long names": long_names,
    "NULL names": lambda data: replace(
        data,
        rows=[
            tuple(
                None if each.kind == "text" else value
                for value, each in zip(row, data.fields, strict=True)
            )
            for row in data.rows[:1]
        ],
    ),
}


def test_all_types_are_drawn() -> None:
    assert set(CHARTS) == set(HONOURED)
    assert {next(iter(each.visual)) for each in CASES} == set(CHARTS)
    assert len(CHARTS) == 25


@case
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_words_stand_clear_of_each_other_and_inside(case: Case, size: tuple[int, int]) -> None:
    picture = draw(case.visual, case.data, theme=case.theme, width_px=size[0], height_px=size[1])
    assert overlapping(picture) == []
    outside = [
        text
        for text, box in boxes(picture)
        if box.x0 < 0 or box.x1 > size[0] + 1 or box.y0 < -1 or box.y1 > size[1] + 1
    ]
    assert outside == []


@one_a_type
@pytest.mark.parametrize("odd", ODD)
def test_odd_data_are_drawn(case: Case, odd: str) -> None:
    picture = draw(case.visual, ODD[odd](case.data), theme=case.theme)
    if odd == "no rows" and next(iter(case.visual)) not in WITHOUT_FIELDS:
        assert "No insight" in texts(picture) or "No data" in texts(picture)
        assert picture.marks == {}


@one_a_type
def test_long_names_stand_clear_of_each_other(case: Case) -> None:
    assert overlapping(draw(case.visual, long_names(case.data))) == []


MINUTES = [datetime(2024, 3, 1, 23, 58) + timedelta(minutes=at) for at in range(12)]
NAMES = [f"category {at}" for at in range(40)]
#: A type of visual, its categories and their values.
CROWDED: dict[str, tuple[str, list[Any], list[float]]] = {
    "bars that end at the categories": ("BarChart", ["art", "bio", "chem"], [-0.5, -5, -20]),
    "midnight": ("LineChart", MINUTES, list(range(12))),
    "spokes": ("RadarChart", NAMES, list(range(40))),
}


@pytest.mark.parametrize(("kind", "names", "values"), CROWDED.values(), ids=CROWDED)
def test_words_of_many_marks_stand_clear_of_each_other(kind, names, values) -> None:
    grain = "" if isinstance(names[0], str) else "MINUTE"
    category = dimension("Category", "At", "date" if grain else "text", grain)
    of = zip(names, values, strict=True)
    data = rows(category, measure("Values", "Sum of views"), of=of)
    picture = draw(visual(kind), data, width_px=360, height_px=240)
    assert overlapping(picture) == []


@one_a_type
def test_the_same_bytes_each_time(case: Case) -> None:
    first, second = (draw(case.visual, case.data, theme=case.theme) for _ in range(2))
    assert to_svg(first) == to_svg(second)


def test_the_same_pixels_each_time() -> None:
    first, second = (draw(CASES[0].visual, CASES[0].data) for _ in range(2))
    assert to_png(first) == to_png(second)


def test_a_mark_bears_its_value_as_title() -> None:
    svg = to_svg(draw(CASES[0].visual, CASES[0].data))
    assert "<title>Engineering · Sum of submissions: 18,420</title>" in svg
    assert svg.count("<title>") == 6
    assert ">Engineering</text>" in svg


def test_png_of_a_sharp_screen_has_twice_the_pixels() -> None:
    picture = draw(CASES[0].visual, CASES[0].data, width_px=640, height_px=400)
    sizes = [
        (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big"))
        for png in (to_png(picture), to_png(picture, 2))
    ]
    assert sizes == [(640, 400), (1280, 800)]


def test_letters_that_the_font_lacks_are_told() -> None:
    data = replace(CASES[0].data, rows=[("日本", 3)])
    picture = draw(CASES[0].visual, data)
    assert picture.warnings == ["The font has no 日 本: a box stands for such a letter."]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        to_png(picture)
    [drawn] = [each for each in picture.texts if each.get_text() == "日本"]
    with pytest.warns(match="missing from font"):
        box = drawn.get_window_extent(FigureCanvasAgg(picture).get_renderer())
    assert box.width == pytest.approx(width("日本", drawn.get_fontsize()), abs=2)


def test_bubbles_stay_off_the_labels_of_their_axes() -> None:
    [case] = [each for each in CASES if each.name == "Scatter plot, bubbles"]
    picture = draw(case.visual, case.data)
    [axes] = picture.axes
    for dots in axes.collections:
        middles = dots.get_offset_transform().transform(dots.get_offsets())[:, 1]
        assert all(middles - dots.get_sizes() ** 0.5 / 2 > axes.bbox.y0)


def test_a_dollar_is_a_dollar_and_a_name_is_kept_as_it_is() -> None:
    data = replace(CASES[0].data, rows=[("$5 and 0.12345 <b>", 3)])
    picture = draw(CASES[0].visual, data)
    assert "$5 and 0.12345 <b>" in texts(picture)
    assert ">$5 and 0.12345 &lt;b&gt;</text>" in to_svg(picture)


@pytest.mark.parametrize("theme", THEMES)
def test_each_theme_colours_the_whole_picture(theme: str) -> None:
    arn = f"arn:aws:quicksight::aws:theme/{theme}"
    picture = draw(CASES[0].visual, CASES[0].data, theme=arn)
    assert to_svg(picture).count(THEMES[theme].background.lower()) >= 1
    assert to_svg(picture).count(THEMES[theme].data[0].lower()) == 6
