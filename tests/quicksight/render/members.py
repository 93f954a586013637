"""The members of each visual's definition, by botocore's model, with values to try.

A member is drawn if some value of it changes the picture of one of the gallery's cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.model import ListShape, ServiceModel, Shape, StructureShape
from botocore.session import Session
from matplotlib.artist import Artist
from matplotlib.collections import Collection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from labkit.cloud.quicksight.render.sketch import Picture
from labkit.cloud.quicksight.visuals.model import VisualData

PARTS = ("ChartConfiguration", "InsightConfiguration", "ConditionalFormatting", "Title", "Subtitle")
# What the query reads, by tests of its own
QUERIED = frozenset(
    """FieldWells SortConfiguration Computations ForecastConfigurations BinOptions CustomNarrative
    TotalAggregationOptions JoinDefinition MissingDateVisibility""".split()
)
SUBTOTALS = ("TotalsVisibility", "FieldLevel")
# What says which field or place another member is about
ADDRESSES = frozenset(
    """FieldId FieldValue Column HierarchyId DataPathList DataPathType TimeGranularity LayerId
    LayerType DataSource""".split()
)
# Structures that are one value: what they say is tested with what reads them
WHOLE: dict[str, Any] = {
    "NumericFormatConfiguration": {
        "NumberDisplayFormatConfiguration": {"Prefix": "~", "NumberScale": "NONE"}
    },
    "ComparisonFormatConfiguration": {
        "NumberDisplayFormatConfiguration": {"Prefix": "~", "NumberScale": "NONE"}
    },
    "ConditionalFormattingColor": {"Solid": {"Expression": "{f} > 0", "Color": "#12AB34"}},
    "ConditionalFormattingIcon": {
        "CustomCondition": {
            "Expression": "{f} > 0",
            "IconOptions": {"Icon": "FLAG"},
            "Color": "#12AB34",
        }
    },
    "GeospatialCoordinateBounds": {"North": 40, "South": 10, "West": 5, "East": 50},
    "ReferenceLineDataConfiguration": {"StaticConfiguration": {"Value": 9}},
    "YAxisOptions": {"YAxis": "PRIMARY_YAXIS"},
}


@dataclass(frozen=True)
class Member:
    """A member without members of its own, and the values to try."""

    path: tuple[str, ...]
    values: tuple[Any, ...]
    is_choice: bool

    def __str__(self) -> str:
        return ".".join(self.path)


@cache
def _model() -> ServiceModel:
    return Session().get_service_model("quicksight")


def shape_of(kind: str) -> StructureShape:
    """The model's structure of a type of visual."""
    found = _model().shape_for("Visual").members[kind]
    assert isinstance(found, StructureShape)
    return found


def members(kind: str, still: frozenset[str]) -> Iterator[Member]:
    """All members that say how a visual looks; those of `still` are passed over."""
    for part, shape in shape_of(kind).members.items():
        if part in PARTS:
            yield from _below(shape, (part,), still)


def _is_queried(path: tuple[str, ...], name: str) -> bool:
    """Whether the query of a pivot table makes the level of totals."""
    return name in SUBTOTALS and path[-1].startswith(("Row", "Column"))


def _below(shape: Shape, path: tuple[str, ...], still: frozenset[str]) -> Iterator[Member]:
    if isinstance(shape, ListShape):
        yield from _below(shape.member, path, still)
    elif shape.name in WHOLE:
        yield Member(path, (WHOLE[shape.name],), False)
    elif isinstance(shape, StructureShape) and shape.members:
        for name, each in shape.members.items():
            if (
                name not in still | ADDRESSES
                and not _is_queried(path, name)
                and path.count(name) == 0
            ):
                yield from _below(each, (*path, name), still)
    elif isinstance(shape, StructureShape):
        yield Member(path, ({},), False)
    else:
        yield Member(path, _values(shape, path), bool(getattr(shape, "enum", ())))


def _values(shape: Shape, path: tuple[str, ...]) -> tuple[Any, ...]:
    if enum := getattr(shape, "enum", ()):
        return tuple(enum)
    if shape.type_name == "boolean":
        return (True, False)
    if shape.type_name in ("integer", "long", "double", "float"):
        return (3, 1, 0.5) if shape.type_name in ("double", "float") else (3, 1)
    return (TEXTS.get(path[-1]) or ("#12AB34" if path[-1].endswith("Color") else "Other words"),)


TEXTS = {
    "RowAlternateColors": "#12AB34",
    "Order": "{last}",
    "ContentUrl": "https://example.edu/another.png",
    "Absolute": "23px",
    "Width": "190px",
    "LineWidth": "7px",
    "MarkerSize": "13px",
    "DefaultCellWidth": "77px",
    "GutterSpacing": "31px",
    "AxisOffset": "140px",
    "BorderThickness": "5px",
    "FieldId": "{id}",
    "FieldValue": "{key}",
    "Expression": "{f} > 0",
    "RichText": "<visual-title>Rich <b>words</b></visual-title>",
}


def named(member: Member, warnings: list[str]) -> bool:
    """Whether a warning names the member, or a structure that holds it."""
    start = 1 if member.path[0] in PARTS[:3] else 0
    paths = [".".join(member.path[start:end]) for end in range(start + 1, len(member.path) + 1)]
    return any(path in warning for path in paths for warning in warnings)


def placed(
    kind: str, path: tuple[str, ...], value: Any, data: VisualData, beside: Mapping[str, Any]
) -> dict[str, Any]:
    """A visual's members with a value at a path, and what must stand beside it.

    Where the value is `...` all but the value itself stands there.
    """
    return _placed(shape_of(kind), path, value, data, beside)  # type: ignore[no-any-return]


def _placed(
    shape: Shape, path: tuple[str, ...], value: Any, data: VisualData, others: Mapping[str, Any]
) -> Any:
    if isinstance(shape, ListShape):
        below = _placed(shape.member, path, value, data, others)
        return [] if below is ... else [below]
    if not path:
        return filled(value, data)
    assert isinstance(shape, StructureShape)
    beside = filled(deepcopy(others.get(shape.name, {})), data)
    below = _placed(shape.members[path[0]], path[1:], value, data, others)
    return beside if below is ... else merged(beside, {path[0]: below})


def filled(value: Any, data: VisualData) -> Any:
    """A value with the data's own field, column and key in it."""
    if isinstance(value, Mapping):
        return {name: filled(each, data) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, data) for each in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    measure = next((each for each in data.fields if each.is_measure), data.fields[0])
    split = next(
        (each for each in reversed(data.fields) if not each.is_measure and each.kind == "text"),
        measure,
    )
    if value == "{split}":
        return split.id
    if value == "{last}":
        return data.fields[-1].id
    if value == "{key}":
        return next((str(each) for each in data.values(split)), "")
    said = {"AVERAGE": "AVG"}.get(measure.aggregation, measure.aggregation)
    return value.replace("{id}", measure.id).replace("{f}", f"{said}({{{measure.column}}})")


LONG = "Words that go on and on until no cell of a table holds them any more"
_WORDS = {"FormatText": {"PlainText": "Words"}}
_SHOWN = {"Visibility": "VISIBLE"}
# What must stand beside a member for it to matter, by the structure that holds both
BESIDE: dict[str, Any] = {
    "ReferenceLine": {"DataConfiguration": {"StaticConfiguration": {"Value": 7}}},
    "ReferenceLineLabelConfiguration": {
        "CustomLabelConfiguration": {"CustomLabel": "Target"},
        "ValueLabelConfiguration": {},
    },
    "DataLabelOptions": _SHOWN,
    "VisualTitleLabelOptions": _WORDS,
    "VisualSubtitleLabelOptions": _WORDS,
    "LegendOptions": {"Position": "RIGHT"},
    "DataColor": {"Color": "#AA0000"},
    "TableTotalOptions": {"TotalsVisibility": "VISIBLE", "CustomLabel": LONG},
    "RadarChartConfiguration": {"AlternateBandColorsVisibility": "VISIBLE"},
    "FieldSeriesItem": {"FieldId": "{id}"},
    "DataFieldSeriesItem": {"FieldId": "{split}", "FieldValue": "{key}"},
    "FieldComboSeriesItem": {"FieldId": "{id}"},
    "DataFieldComboSeriesItem": {"FieldId": "{split}", "FieldValue": "{key}"},
    "DataPathColor": {"Element": {"FieldId": "{split}", "FieldValue": "{key}"}, "Color": "#AA55AA"},
    "TableFieldOption": {"FieldId": "{id}"},
    "PivotTableDataPathOption": {"DataPathList": [{"FieldId": "{split}", "FieldValue": "{key}"}]},
    "PivotTableFieldOption": {"FieldId": "{id}"},
    "DataBarsOptions": {"FieldId": "{id}"},
    "TableCellConditionalFormatting": {"FieldId": "{id}"},
    "PivotTableCellConditionalFormatting": {
        "FieldId": "{id}",
        "TextFormat": {"BackgroundColor": {"Solid": {"Expression": "{f} > 0", "Color": "#AA0000"}}},
    },
    "TableBorderOptions": {"Color": "#AA0000", "Style": "SOLID"},
    "TotalOptions": {"TotalsVisibility": "VISIBLE", "CustomLabel": LONG},
    "PivotTotalOptions": {"TotalsVisibility": "VISIBLE", "CustomLabel": LONG},
    "SubtotalOptions": {"TotalsVisibility": "VISIBLE", "CustomLabel": LONG},
    "RowAlternateColorOptions": {"Status": "ENABLED"},
    "MarkerStyleSettings": {},
    "LineChartMarkerStyleSettings": {"MarkerVisibility": "VISIBLE"},
    "AxisLabelOptions": {"CustomLabel": "A head"},
}


# A second try: lines of a combo, a colour of a whole field, other settings around
ELSE: dict[str, Any] = BESIDE | {
    "VisualTitleLabelOptions": {},
    "VisualSubtitleLabelOptions": {},
    "LegendOptions": {},
    "DataPathColor": {"Element": {"FieldId": "{id}"}, "Color": "#AA55AA"},
    "FieldComboSeriesItem": {"FieldId": "{last}"},
    "LineChartConfiguration": {"DefaultSeriesSettings": {"AxisBinding": "SECONDARY_YAXIS"}},
    "GaugeChartOptions": {"PrimaryValueDisplayType": "COMPARISON"},
    "PivotTableOptions": {"SingleMetricVisibility": "VISIBLE"},
    "PivotTableConfiguration": {"TableOptions": {"SingleMetricVisibility": "VISIBLE"}},
}


def merged(a: Any, b: Any) -> Any:
    """Two trees as one; `b`'s leaves win."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return {
            key: merged(a[key], b[key]) if key in a and key in b else {**a, **b}[key]
            for key in {**a, **b}
        }
    if isinstance(a, list) and isinstance(b, list) and a and b:
        return [merged(a[0], b[0])]
    return b


def looks(picture: Picture) -> list[Any]:
    """All that a picture shows, as values that can be compared."""
    return [_look(each) for each in picture.findobj(include_self=True) if _is_seen(each)]


def _is_seen(artist: Artist) -> bool:
    return isinstance(artist, (Text, Line2D, Patch, Collection))


def _look(artist: Any) -> Any:
    if isinstance(artist, Text):
        font = artist.get_fontproperties()
        return (
            artist.get_text(),
            artist.get_position(),
            artist.get_color(),
            artist.get_rotation(),
            font.get_size(),
            font.get_weight(),
            font.get_style(),
            artist.get_ha(),
            artist.get_va(),
        )
    if isinstance(artist, Line2D):
        return (
            repr(artist.get_xydata()),
            artist.get_color(),
            artist.get_linewidth(),
            artist.get_linestyle(),
            repr(artist._dash_pattern),
            artist.get_marker(),
            artist.get_markersize(),  # type: ignore[attr-defined]
            artist.get_markerfacecolor(),
            artist.get_drawstyle(),
            artist.get_transform().frozen().to_values(),
        )
    if isinstance(artist, Patch):
        path = artist.get_transform().transform_path(artist.get_path())
        return (
            repr(path.vertices),
            artist.get_facecolor(),
            artist.get_edgecolor(),
            artist.get_linewidth(),
            artist.get_hatch(),
            artist.get_linestyle(),
        )
    return (
        repr(artist.get_facecolor()),
        repr(artist.get_edgecolor()),
        repr(artist.get_offsets()),
        repr(artist.get_sizes()) if hasattr(artist, "get_sizes") else "",
        repr(
            artist.get_transform().frozen().to_values()
            if hasattr(artist.get_transform().frozen(), "to_values")
            else artist.axes.get_position().bounds
        ),
        artist.axes.get_xlim(),
        artist.axes.get_ylim(),
    )
