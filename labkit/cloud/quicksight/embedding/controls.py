"""The controls of a sheet: what a reader may choose, of which filter or parameter.

A control of a filter that stands on several sheets is a ``CrossSheet`` one; what it looks like is
said by the filter itself. Controls stand in a bar on top of their sheet, in the order of its
``SheetControlLayouts``. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_FilterControl.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ParameterControl.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labkit.cloud.quicksight.definitions import walk

Json = Mapping[str, Any]
FILTER, PARAMETER = "filter", "parameter"
SPAN = 2


@dataclass(frozen=True)
class Control:
    """A control.

    Args:
        id: its ``FilterControlId`` or ``ParameterControlId``.
        kind: the member of the API's union (``Dropdown``); never ``CrossSheet``.
        body: that member's value.
        kind_of_source: `FILTER` or `PARAMETER`.
        source: the filter or the parameter declaration, with its kind.
        span: how many of the bar's twelve columns it takes.
    """

    id: str
    kind: str
    body: Json
    kind_of_source: str
    source: tuple[str, Json]
    span: int = SPAN

    @property
    def name(self) -> str:
        """The filter's id or the parameter's name."""
        member = "FilterId" if self.kind_of_source == FILTER else "Name"
        return str(self.source[1][member])

    @property
    def key(self) -> str:
        """What it stands for; the same on every sheet."""
        return f"{self.kind_of_source}:{self.name}"

    @property
    def title(self) -> str:
        """What is written above it; nothing where that is hidden."""
        options = (self.body.get("DisplayOptions") or {}).get("TitleOptions") or {}
        if options.get("Visibility") == "HIDDEN":
            return ""
        return str(options.get("CustomLabel") or self.label)

    @property
    def info(self) -> str:
        """What its info icon tells; nothing without one.

        https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SheetControlInfoIconLabelOptions.html
        """
        icon = (self.body.get("DisplayOptions") or {}).get("InfoIconLabelOptions") or {}
        return str(icon.get("InfoIconText") or "") if icon.get("Visibility") != "HIDDEN" else ""

    @property
    def has_placeholder(self) -> bool:
        """Whether an empty field of words says what goes there."""
        options = (self.body.get("DisplayOptions") or {}).get("PlaceholderOptions") or {}
        return options.get("Visibility") != "HIDDEN"

    @property
    def label(self) -> str:
        """Its name for those who cannot see it."""
        return str(self.body.get("Title") or self.column.get("ColumnName") or self.name)

    @property
    def is_many(self) -> bool:
        """Whether several values can be chosen."""
        if self.kind_of_source == PARAMETER:
            return self.source[1].get("ParameterValueType") == "MULTI_VALUED"
        default = "MULTI_SELECT" if self.source[0] == "CategoryFilter" else "SINGLE_SELECT"
        return bool(self.body.get("Type", default) == "MULTI_SELECT")

    @property
    def column(self) -> Json:
        """The column whose values it offers; nothing where it names none."""
        if self.kind_of_source == FILTER:
            own: Json = self.source[1].get("Column") or {}
            return own
        found: Json = (self.body.get("SelectableValues") or {}).get("LinkToDataSetColumn") or {}
        return found


def controls_of(definition: Json, sheet: Json) -> list[Control]:
    """The controls of a sheet, in the order of its bar."""
    found = {each.id: each for each in _controls(definition, sheet)}
    spans = dict(_spans(sheet))
    ordered = [each for each in spans if each in found] + [e for e in found if e not in spans]
    return [_spanned(found[each], spans.get(each, SPAN)) for each in ordered]


def _spanned(control: Control, span: int) -> Control:
    return Control(**{**vars(control), "span": span})


def _controls(definition: Json, sheet: Json) -> Iterator[Control]:
    filters = dict(_filters(definition))
    for each in sheet.get("FilterControls") or ():
        for kind, body in each.items():
            source = filters.get(body["SourceFilterId"])
            if source:
                yield _of_filter(kind, body, source)
    declared = {body["Name"].lower(): (kind, body) for kind, body in walk.declarations(definition)}
    for each in sheet.get("ParameterControls") or ():
        for kind, body in each.items():
            found = declared.get(body["SourceParameterName"].lower())
            if found:
                yield Control(body["ParameterControlId"], kind, body, PARAMETER, found)


def _of_filter(kind: str, body: Json, source: tuple[str, Json]) -> Control:
    id = str(body["FilterControlId"])
    if kind != "CrossSheet":
        return Control(id, kind, body, FILTER, source)
    default = source[1].get("DefaultFilterControlConfiguration") or {}
    options = default.get("ControlOptions") or {"DefaultDropdownOptions": {}}
    [(name, said)] = options.items()
    shown = {**said, "Title": default.get("Title", "")}
    return Control(id, name.removeprefix("Default").removesuffix("Options"), shown, FILTER, source)


def _filters(definition: Json) -> Iterator[tuple[str, tuple[str, Json]]]:
    for group in definition.get("FilterGroups") or ():
        for each in group["Filters"]:
            for kind, body in each.items():
                yield body["FilterId"], (kind, body)


def _spans(sheet: Json) -> Iterator[tuple[str, int]]:
    for layout in sheet.get("SheetControlLayouts") or ():
        for each in layout["Configuration"]["GridLayout"]["Elements"]:
            yield each["ElementId"], int(each.get("ColumnSpan", SPAN))
