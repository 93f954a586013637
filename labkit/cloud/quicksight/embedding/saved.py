"""A dashboard as one HTML file that needs nothing else, and whose filters work from disk.

Each visual is drawn beforehand for each choice of one value, or of all, in the lists and drop-downs
in whose scope it is. What that would make too many is refused: some control has to be left out,
which then shows its value as it was saved. The rows are those of the session's reader.
"""

from __future__ import annotations

import base64
import itertools
import json
import math
import urllib.parse
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.protocol import Reply
from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.embedding import control_values, pictures, replies, skeleton
from labkit.cloud.quicksight.embedding.board import board_of
from labkit.cloud.quicksight.embedding.choosing import Choices, Chosen, choose
from labkit.cloud.quicksight.embedding.controls import FILTER, Control, controls_of
from labkit.cloud.quicksight.embedding.page_model import Json, model_of, shown_places
from labkit.cloud.quicksight.embedding.routes import Visit, page
from labkit.cloud.quicksight.embedding.showing import choices_of, chosen_of
from labkit.cloud.quicksight.embedding.tiles import theme_of
from labkit.cloud.quicksight.words import invalid, limit_exceeded

MOST_PICTURES = 300
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
_LIVE_ONLY = "This can be changed in the live dashboard."


@dataclass(frozen=True)
class Dial:
    """A control that a file turns: what it can be set to, ``None`` for as it was saved."""

    control: Control
    settings: Mapping[str, list[Any] | None]


@page("page.html")
def saved(visit: Visit) -> Reply:
    """The file."""
    board = board_of(visit.cloud, visit.embedding)
    with chosen_of(visit, board) as chosen:
        model = model_of(chosen, live=False)
        dials = _dials(chosen, model, visit.query.get("controls"))
        packs = _packs(chosen, choices_of(visit), dials, plain="plain" in visit.query)
    policy = f"{POLICY}; script-src {skeleton.source(skeleton.DASHBOARD)}"
    text = skeleton.document(
        board.name,
        board.theme,
        skeleton.dashboard(board.name),
        skeleton.DASHBOARD,
        {"model": model, "pictures": packs},
        policy,
    )
    made = replies.page(200, text, visit.embedding.domains, skeleton.source(skeleton.DASHBOARD))
    named = urllib.parse.quote(f"{board.name}.html", safe="")
    disposition = {"Content-Disposition": f"attachment; filename*=UTF-8''{named}"}
    return replace(made, headers={**made.headers, **disposition})


def _dials(chosen: Chosen, model: Json, wanted: str | None) -> list[Dial]:
    """The controls that the file turns; in the model, the others are told as fixed."""
    every = {
        control.key: control
        for sheet in chosen.open.board.sheets
        for control in controls_of(chosen.definition, sheet)
    }
    named = _named(list(every.values()), wanted)
    dials = {}
    for shown in (control for sheet in model["sheets"] for control in sheet["controls"]):
        control = every[shown["key"]]
        if control.kind in control_values.LISTS and shown["options"] and control.key in named:
            dials[control.key] = _dial(control, shown["options"], model["state"][control.key])
        else:
            shown["fixed"] = _LIVE_ONLY
    return list(dials.values())


def _named(controls: Sequence[Control], wanted: str | None) -> set[str]:
    """The keys of the controls that a query names, by title, id or column; all without one."""
    if wanted is None:
        return {each.key for each in controls}
    found = set()
    for name in filter(None, (part.strip() for part in wanted.split(","))):
        fits = [each.key for each in controls if name in _names(each)]
        if not fits:
            known = ", ".join(each.label for each in controls) or "none"
            raise invalid(f"There is no control {name}. Known: {known}.")
        found |= set(fits)
    return found


def _names(control: Control) -> set[str]:
    column = str(control.column.get("ColumnName", ""))
    return {control.id, control.key, control.title, control.label, control.name, column} - {""}


def _dial(control: Control, options: Sequence[Any], value: Sequence[Any]) -> Dial:
    settings: dict[str, list[Any] | None] = {"0": []}
    settings |= {str(at + 1): [option] for at, option in enumerate(options)}
    if len(value) > 1 or (value and value[0] not in options):
        settings["s"] = None
    return Dial(control, settings)


def _packs(chosen: Chosen, choices: Choices, dials: Sequence[Dial], *, plain: bool) -> Json:
    """The pictures of each visual, with the choices that each is of."""
    tiles = {
        place.id: place
        for sheet in chosen.open.board.sheets
        for place in shown_places(chosen, sheet)
        if place.type == "VISUAL"
    }
    visuals = {each.id: each for each in chosen.open.board.visuals if each.id in tiles}
    reached = {id: [d for d in dials if _reaches(d, each, chosen)] for id, each in visuals.items()}
    _check_number(dials, reached)
    drawer = _Drawer(chosen, choices)
    packs = {}
    for at, (id, visual) in enumerate(visuals.items()):
        place = tiles[id].drawn
        size = (place.width, place.height)
        packs[id] = drawer.pack(visual, reached[id], size, f"p{at}", plain)
    return packs


def _check_number(dials: Sequence[Dial], reached: Mapping[str, Sequence[Dial]]) -> None:
    """Raise for more pictures than a file can hold, with the controls to leave out."""
    count, kept, left = _count(dials, reached), list(dials), []
    while _count(kept, reached) > MOST_PICTURES:
        largest = max(kept, key=lambda each: len(each.settings))
        kept.remove(largest)
        left.append(f"{largest.control.label} ({len(largest.settings) - 1} values)")
    if left:
        names = ",".join(each.control.id for each in kept)
        raise limit_exceeded(
            f"A file of all choices would hold {count:,} pictures; {MOST_PICTURES} are the most. "
            f"Leave out the control {', '.join(left)}: page.html?controls={names}"
        )


def _count(dials: Sequence[Dial], reached: Mapping[str, Sequence[Dial]]) -> int:
    return sum(
        math.prod(len(each.settings) for each in reaching if each in dials)
        for reaching in reached.values()
    )


def _reaches(dial: Dial, visual: walk.Placed, chosen: Chosen) -> bool:
    """Whether a control changes what a visual shows."""
    identifier = walk.data_set_of(visual)
    if dial.control.kind_of_source != FILTER:
        return _mentions(visual, dial.control.name, chosen, identifier)
    for group in chosen.definition.get("FilterGroups") or ():
        bodies = [body for each in group["Filters"] for body in each.values()]
        if any(body["FilterId"] == dial.control.name for body in bodies):
            column = dial.control.column
            own = column.get("DataSetIdentifier") == identifier
            across = group.get("CrossDataset") == "ALL_DATASETS"
            known = identifier in chosen.open.data_sets and (
                column.get("ColumnName") in chosen.open.columns(identifier)
            )
            return walk.in_scope(group, visual) and (own or (across and known))
    return False


def _mentions(visual: walk.Placed, name: str, chosen: Chosen, identifier: str) -> bool:
    """Whether a visual, its filters or the calculated fields of its data set name a parameter."""
    fields = walk.calculated_fields(chosen.definition, identifier)
    parts = [visual.body, walk.filters_of(chosen.definition, visual.id), fields]
    return name in json.dumps(parts, default=str)


class _Drawer:
    """Draws visuals for choices; equal rows are drawn once."""

    def __init__(self, chosen: Chosen, choices: Choices) -> None:
        self.saved, self.choices = chosen, choices
        self.known: dict[tuple[str, ...], Chosen] = {}

    def pack(
        self,
        visual: walk.Placed,
        dials: Sequence[Dial],
        size: tuple[float, float],
        prefix: str,
        plain: bool,
    ) -> Json:
        """A visual's pictures: ``index`` says which one is of which settings."""
        drawn: dict[str, int] = {}
        index: dict[str, int] = {}
        texts: list[str] = []
        for setting in itertools.product(*(each.settings for each in dials)):
            chosen = self._chosen(dials, setting)
            data = chosen.data(visual)
            key = repr((data, _titled(visual, chosen)))
            if key not in drawn:
                drawn[key] = len(texts)
                theme = theme_of(chosen.open.board.theme, visual)
                picture = pictures.drawn(chosen, visual, data, *size, theme)
                told = chosen.open.board.allows.tooltips
                texts.append(pictures.svg(picture, visual, prefix, told=told))
            index[",".join(setting)] = drawn[key]
        first = index[",".join(_initial(self.saved, dials))]
        return {
            "keys": [each.control.key for each in dials],
            "index": index,
            "first": first,
            "svg": texts[first],
            "pictures": texts if plain else _packed(texts),
        }

    def _chosen(self, dials: Sequence[Dial], setting: Sequence[str]) -> Chosen:
        """The board with these settings; those of controls that are left alone are as saved."""
        values = [
            (dial.control.key, dial.settings[name])
            for dial, name in zip(dials, setting, strict=True)
        ]
        given = {key: value for key, value in values if value is not None}
        known = tuple(f"{key}={value}" for key, value in sorted(given.items()))
        if known not in self.known:
            controls = {**self.choices.controls, **given}
            self.known[known] = choose(self.saved.open, _with(self.choices, controls))
        return self.known[known]


def _with(choices: Choices, controls: Mapping[str, Any]) -> Choices:
    return Choices(controls, choices.columns, choices.filters, choices.parameters, choices.picked)


def _initial(chosen: Chosen, dials: Sequence[Dial]) -> Iterator[str]:
    """The settings that the file begins with."""
    for dial in dials:
        value = control_values.value_of(dial.control, chosen)
        yield next((name for name, each in dial.settings.items() if each == value), "s")


def _titled(visual: walk.Placed, chosen: Chosen) -> Any:
    """The parameters' values, for a visual whose words may name them."""
    named = "<<$" in json.dumps(visual.body, default=str)
    return walk.parameters(chosen.definition, chosen.parameters) if named else None


def _packed(texts: Sequence[str]) -> str:
    packed = zlib.compress(json.dumps(texts).encode(), 9)
    return base64.b64encode(packed).decode()
