"""What a definition asks for and a picture leaves out, as sentences.

What is not in the table of `honoured` is told. Members that a still picture has no place for
(menus, scroll bars, actions) are in `STILL` and are not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from re import sub
from typing import Any

from labkit.cloud.quicksight.render.honoured import HONOURED

STILL = frozenset(
    """FieldWells SortConfiguration Tooltip TooltipOptions Interactions ContributionAnalysisDefaults
    ScrollbarOptions SortIconVisibility DashboardCustomizationVisualOptions PaginatedReportOptions
    PinnedFieldOptions ScrollStatus ToggleButtonsVisibility TooltipVisibility
    SmallMultiplesLimitConfiguration DataSetIdentifier TopicIdentifier Actions MapZoomMode
    MapNavigation""".split()
)
# What is as it is drawn anyway: nothing there, QuickSight's choice, or its default
AS_DRAWN = ("DISABLED", "NONE", "AUTO", "TABULAR", "DISABLE_OVERLAP", "VERTICAL", "NEW_TAB")
# What is in no picture of a type that does not honour the member, so that hiding it is nothing
NEVER_THERE = frozenset(
    """GridLineVisibility AxisLineVisibility CategoryLabelVisibility TotalsVisibility
    AllDataPointsVisibility CollapsedRowDimensionsVisibility""".split()
)


def unhonoured(kind: str, visual: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The sentence that says what of a visual's definition is not drawn, and in brief."""
    wanted = dict(visual.get("ChartConfiguration") or visual.get("InsightConfiguration") or {})
    wanted |= visual.get("ConditionalFormatting") or {}
    if visual.get("GeocodingPreferences"):
        wanted["GeocodingPreferences"] = visual["GeocodingPreferences"]
    if kind in ("CustomContentVisual", "PluginVisual"):
        return
    yield from _tooltips(wanted.get("Tooltip") or wanted.get("TooltipOptions") or {})
    left_out = sorted(set(_left_out(wanted, HONOURED.get(kind, {}), "")))
    if left_out:
        whole, brief = ", ".join(left_out), _brief(left_out)
        yield f"Not drawn: {whole}.", f"Not drawn: {brief}."


def _tooltips(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A mark bears its own value; columns that only a tooltip has are not queried.

    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TooltipOptions.html
    """
    shown, kind = options.get("TooltipVisibility"), options.get("SelectedTooltipType")
    if shown == "HIDDEN" or kind == "BASIC":
        return
    if kind == "SHEET":
        yield ("Tooltips show a mark's value in place of their sheet.",) * 2
        return
    items = (options.get("FieldBasedTooltip") or {}).get("TooltipFields") or ()
    columns = [each["ColumnTooltipItem"] for each in items if "ColumnTooltipItem" in each]
    names = [c["Column"]["ColumnName"] for c in columns if c.get("Visibility") != "HIDDEN"]
    if names:
        yield (f"Not in the tooltips: {', '.join(dict.fromkeys(names))}.",) * 2


def _brief(paths: list[str]) -> str:
    """The members as words: ``Legend.Width`` is the legend's width."""
    words = list(dict.fromkeys(_spoken(each.split(".")) for each in paths))
    return ", ".join(words[:4]) + (f" and {len(words) - 4} more settings" if words[4:] else "")


def _spoken(path: list[str]) -> str:
    names = [
        sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", each).lower() for each in path
    ]
    own = names[-1].removesuffix(" options").removesuffix(" configuration")
    return (
        f"{own} of {names[0].removesuffix(' options').removesuffix(' display')}"
        if len(names) > 1
        else own
    )


def _left_out(wanted: Any, honoured: Any, path: str) -> Iterator[str]:
    if isinstance(honoured, str):
        honoured = dict.fromkeys(honoured.split(), "")
        if not honoured and path:
            return
    if isinstance(wanted, (list, tuple)):
        for each in wanted:
            yield from _left_out(each, honoured, path)
    elif isinstance(wanted, Mapping):
        for name, value in wanted.items():
            below = f"{path}.{name}" if path else name
            if name in STILL or value in (None, {}, []):
                continue
            if name in honoured:
                yield from _below(value, honoured[name], below)
            elif not _is_off(name, value):
                yield below


def _below(value: Any, honoured: Any, path: str) -> Iterator[str]:
    """What is left out of a member that is drawn: nothing of what is not to be seen at all."""
    hides = "Visibility" if "Visibility" in honoured else "Status" if "Status" in honoured else ""
    if not (hides and isinstance(value, Mapping) and value.get(hides) in ("HIDDEN", "DISABLED")):
        yield from _left_out(value, honoured, path)


def _is_off(name: str, value: Any) -> bool:
    """Whether a member only says what is so anyway, as that nothing is there."""
    if name in _WHOLE:
        return _WHOLE[name](value)
    if isinstance(value, Mapping):
        return value.get("Visibility") == "HIDDEN" or value.get("Status") == "DISABLED"
    return value in AS_DRAWN or name == "FieldId" or (value == "HIDDEN" and name in NEVER_THERE)


# Lists that hold all there is, as an export has them
_CELLS = {"VALUE", "TOTAL", "METRIC_HEADER"}
_WHOLE: dict[str, Callable[[Any], bool]] = {
    "StyleTargets": lambda cells: {each.get("CellType") for each in cells} == _CELLS,
    "DataLabelTypes": lambda types: types == [{"DataPathLabelType": {"Visibility": "VISIBLE"}}],
}
