"""A dashboard as its page's script knows it: sheets, tiles at their places, controls, values."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.embedding import control_values, layout
from labkit.cloud.quicksight.embedding.actions import (
    filters_by_author,
    filters_too,
    parameters_set,
    sheet_to_open,
)
from labkit.cloud.quicksight.embedding.choosing import Chosen
from labkit.cloud.quicksight.embedding.controls import FILTER, Control, controls_of
from labkit.cloud.quicksight.embedding.layout import Place
from labkit.cloud.quicksight.embedding.tiles import content_of, tile_theme, title_of
from labkit.cloud.quicksight.render.markup import as_html, lines_of

Json = dict[str, Any]
WIDTH_PX = 1168
_VIEWS = {
    "Slider": "slider",
    "DateTimePicker": "dates",
    "TextField": "text",
    "TextArea": "area",
    "RelativeDateTime": "relative",
}
_LEAST_PX = {"relative": 280, "dates": 270}
_WITHOUT_ROWS = ("CustomContentVisual", "EmptyVisual", "PluginVisual", "InsightVisual")


def model_of(chosen: Chosen, *, live: bool) -> Json:
    """What a page shows, with the values that its parameters and controls have.

    Args:
        live: whether the session draws the pictures, or the page brings them along.
    """
    board = chosen.open.board
    sheets = [_sheet(chosen, each, at, live) for at, each in enumerate(board.sheets)]
    state = control_values.of_parameters(chosen) | {
        control.key: control_values.value_of(control, chosen)
        for each in board.sheets
        for control in controls_of(chosen.definition, each)
    }
    shows = {"open": board.allows.open_controls}
    return {"live": live, "title": board.name, "state": state, "sheets": sheets, **shows}


def _sheet(chosen: Chosen, sheet: Mapping[str, Any], at: int, live: bool) -> Json:
    places = shown_places(chosen, sheet)
    controls = controls_of(chosen.definition, sheet)
    kinds = [list(each["Configuration"]) for each in sheet.get("Layouts") or ()]
    tiles = [_tile(chosen, each, f"s{at}t{number}", live) for number, each in enumerate(places)]
    return {
        "id": sheet["SheetId"],
        "name": sheet.get("Name") or f"Sheet {at + 1}",
        "heading": {} if chosen.open.board.only else layout.heading(sheet),
        "width": WIDTH_PX,
        "height": max((each.bottom for each in places), default=0),
        "stretches": bool(kinds) and kinds[0] != ["GridLayout"],
        "tiles": tiles,
        "controls": [_control(chosen, each, live) for each in controls],
    }


def shown_places(chosen: Chosen, sheet: Mapping[str, Any]) -> list[Place]:
    """The places of a sheet that its page shows; of a single visual's page, that one alone."""
    only = chosen.open.board.only
    if only:
        return [Place("VISUAL", only, 0, 0, WIDTH_PX, WIDTH_PX * 0.55)]
    visuals = {each.id for each in chosen.open.board.visuals}
    values = walk.parameters(chosen.definition, chosen.parameters)
    found = layout.places(sheet, WIDTH_PX, values, chosen.open.board.theme.sheet)
    return [each for each in found if each.type != "VISUAL" or each.id in visuals]


def _tile(chosen: Chosen, place: Place, prefix: str, live: bool) -> Json:
    if place.type == "IMAGE":
        made = _image_tile(chosen, place, live)
    else:
        made = _TILES.get(place.type, _control_tile)(chosen, place)
    where = {
        "left": round(place.left, 2),
        "top": round(place.top, 2),
        "width": round(place.width, 2),
        "height": round(place.height, 2),
    }
    return {**made, **where, "prefix": prefix}


def _visual_tile(chosen: Chosen, place: Place) -> Json:
    found = chosen.open.board.visual(place.id)
    allows = chosen.open.board.allows
    theme = tile_theme(chosen.open.board.theme, place.style)
    return {
        "type": "visual",
        "id": place.id,
        "kind": found.type.removesuffix("Visual"),
        "title": title_of(found),
        "rows": found.type not in _WITHOUT_ROWS and allows.exports,
        "goto": sheet_to_open(chosen.definition, found.body),
        "sets": parameters_set(found.body),
        "filters": filters_too(found.body) and (allows.filtering or filters_by_author(found.body)),
        "style": dict(_style(place, theme.background)),
    }


def _style(place: Place, background: str) -> Iterator[tuple[str, str]]:
    thick, color = place.border
    if "BackgroundStyle" in place.style:
        yield "background", background
    if place.is_borderless:
        yield "border-color", "transparent"
    elif color:
        yield "border", f"{thick:g}px solid {color}"
    if radius := layout.pixels(str(place.style.get("BorderRadius") or "")):
        yield "border-radius", f"{radius:g}px"
    if any(place.padding):
        yield "padding", " ".join(f"{each:g}px" for each in place.padding)


def _text_tile(chosen: Chosen, place: Place) -> Json:
    values = walk.parameters(chosen.definition, chosen.parameters)
    lines = lines_of(content_of(chosen.definition, place.id), values)
    theme = tile_theme(chosen.open.board.theme, place.style)
    style = dict(_style(place, theme.background))
    if "BackgroundStyle" in place.style:
        style["color"] = theme.foreground
    return {"type": "text", "html": as_html(lines), "style": style}


def _image_tile(chosen: Chosen, place: Place, live: bool) -> Json:
    """An image, which a session's page fetches and a file brings along."""
    found = chosen.open.board.image(place.id)
    style = dict(_style(place, tile_theme(chosen.open.board.theme, place.style).background))
    told = {"type": "image", "title": found.title, "tip": found.tip, "style": style}
    if not found.kind:
        return told
    source = f"images/{place.id}"
    if not live:
        body = base64.b64encode(found.content).decode()
        source = f"data:image/{found.kind};base64,{body}"
    return told | {"source": source, "scaling": found.scaling}


def _control_tile(chosen: Chosen, place: Place) -> Json:
    every = (c for s in chosen.open.board.sheets for c in controls_of(chosen.definition, s))
    key = next((each.key for each in every if each.id == place.id), "")
    return {"type": "control", "key": key}


_TILES = {"VISUAL": _visual_tile, "TEXT_BOX": _text_tile}


def _control(chosen: Chosen, control: Control, live: bool) -> Json:
    body = control.body
    options = control_values.options_of(control, chosen)
    select_all = (body.get("DisplayOptions") or {}).get("SelectAllOptions") or {}
    width = (WIDTH_PX + layout.GAP_PX) * control.span / layout.BAR_COLUMNS - layout.GAP_PX
    is_list = control.kind in control_values.LISTS
    view = _VIEWS.get(control.kind) or ("several" if control.is_many and live else "single")
    return {
        "key": control.key,
        "view": view,
        "title": control.title,
        "label": control.label,
        "info": control.info,
        "hint": control.has_placeholder,
        "width": max(_LEAST_PX.get(view, layout.CONTROL_LEAST_PX), round(width)),
        "column": control.column.get("ColumnName", "") if is_list else "",
        "options": options,
        "all": select_all.get("Visibility") != "HIDDEN",
        "range": _is_range(control),
        "min": body.get("MinimumValue"),
        "max": body.get("MaximumValue"),
        "step": body.get("StepSize"),
        "delimiter": body.get("Delimiter", "\n"),
        "words": control_values.in_words(control, chosen),
    }


def _is_range(control: Control) -> bool:
    said = control.body.get("Type")
    if control.kind_of_source == FILTER and said is None:
        return control.source[0] in ("NumericRangeFilter", "TimeRangeFilter")
    return said in ("RANGE", "DATE_RANGE")
