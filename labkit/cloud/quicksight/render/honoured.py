"""What of a definition each type of visual draws.

A definition's members that are not in this table are told as left out. Members that a still picture
has no place for (tooltips, menus, scroll bars, actions) are in `STILL` and are not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from re import sub
from typing import Any

STILL = frozenset(
    """FieldWells SortConfiguration Tooltip TooltipOptions Interactions ContributionAnalysisDefaults
    ScrollbarOptions SortIconVisibility DashboardCustomizationVisualOptions PaginatedReportOptions
    CollapseStateOptions PinnedFieldOptions ScrollStatus ToggleButtonsVisibility TooltipVisibility
    SmallMultiplesLimitConfiguration DataSetIdentifier TopicIdentifier Actions MapZoomMode
    MapNavigation""".split()
)
# What is as it is drawn anyway: nothing there, QuickSight's choice, or its default
AS_DRAWN = ("HIDDEN", "DISABLED", "NONE", "AUTO", "TABULAR", "DISABLE_OVERLAP")
FONT = "FontSize FontColor FontWeight FontStyle"
_TICKS: dict[str, Any] = {"LabelOptions": {"Visibility": "", "FontConfiguration": FONT}}
NUMBERS: dict[str, Any] = {"DataOptions": {"NumericAxisOptions": ""}}
VALUES: dict[str, Any] = {
    "AxisLineVisibility": "",
    "GridLineVisibility": "",
    "TickLabelOptions": _TICKS,
    **NUMBERS,
}
CATEGORIES: dict[str, Any] = {
    "AxisLineVisibility": "",
    "TickLabelOptions": _TICKS | {"RotationAngle": ""},
}
SECOND = {name: each for name, each in VALUES.items() if name != "GridLineVisibility"}
ACROSS = {name: each for name, each in VALUES.items() if name != "AxisLineVisibility"}
CELL_AXIS: dict[str, Any] = {"TickLabelOptions": _TICKS}
TITLE: dict[str, Any] = {"Visibility": "", "AxisLabelOptions": {"CustomLabel": "", "ApplyTo": ""}}
LEGEND: dict[str, Any] = {
    "Visibility": "",
    "Position": "",
    "Width": "",
    "Title": "Visibility CustomLabel",
    "ValueFontConfiguration": FONT,
}
LABELS: dict[str, Any] = {
    "Visibility": "",
    "LabelFontConfiguration": FONT,
    "LabelColor": "",
    "MeasureLabelVisibility": "",
}
NAMED_LABELS = LABELS | {"CategoryLabelVisibility": ""}
COLOR_BAR: dict[str, Any] = {
    name: LEGEND[name] for name in ("Visibility", "Title", "ValueFontConfiguration")
}
COLORS: dict[str, Any] = {
    "Colors": "",
    "ColorFillType": "",
    "NullValueColor": "Color",
}
PALETTE: dict[str, Any] = {
    "ChartColor": "",
    "ColorMap": {"Element": "FieldId FieldValue", "Color": "", "TimeGranularity": ""},
}
REFERENCE: dict[str, Any] = {
    "Status": "",
    "DataConfiguration": "",
    "StyleConfiguration": "Pattern Color",
    "LabelConfiguration": {
        "ValueLabelConfiguration": "",
        "CustomLabelConfiguration": "",
        "FontColor": "",
        "HorizontalPosition": "",
        "VerticalPosition": "",
        "FontConfiguration": FONT,
    },
}
LINE_STYLE: dict[str, Any] = {
    "LineStyleSettings": "LineVisibility LineInterpolation LineStyle LineWidth",
    "MarkerStyleSettings": "MarkerVisibility MarkerShape MarkerSize MarkerColor",
}
MULTIPLES: dict[str, Any] = {
    "MaxVisibleRows": "",
    "MaxVisibleColumns": "",
    "XAxis": "Scale",
    "YAxis": "Scale",
    "PanelConfiguration": {"Title": "Visibility"},
}
CELLS: dict[str, Any] = {
    "FontConfiguration": FONT,
    "HorizontalTextAlignment": "",
    "BackgroundColor": "",
}
ROWS_OF_CELLS = CELLS | {"Height": ""}
_TOTAL: dict[str, Any] = {
    "TotalsVisibility": "",
    "Placement": "",
    "CustomLabel": "",
    "TotalCellStyle": CELLS,
    "TotalAggregationOptions": "",
}
PANELS = {name: each for name, each in MULTIPLES.items() if not name.endswith("Axis")}
_TEXT_FORMAT = "BackgroundColor TextColor Icon"

HONOURED: dict[str, dict[str, Any]] = {
    "BarChartVisual": {
        "Orientation": "",
        "BarsArrangement": "",
        "VisualPalette": PALETTE,
        "SmallMultiplesOptions": MULTIPLES,
        "CategoryAxis": CATEGORIES,
        "CategoryLabelOptions": TITLE,
        "ValueAxis": VALUES,
        "ValueLabelOptions": TITLE,
        "ColorLabelOptions": TITLE,
        "Legend": LEGEND,
        "DataLabels": LABELS,
        "ReferenceLines": REFERENCE,
    },
    "LineChartVisual": {
        "Type": "",
        "SmallMultiplesOptions": MULTIPLES,
        "XAxisDisplayOptions": CATEGORIES,
        "XAxisLabelOptions": TITLE,
        "PrimaryYAxisDisplayOptions": {"AxisOptions": VALUES, "MissingDataConfigurations": ""},
        "PrimaryYAxisLabelOptions": TITLE,
        "SecondaryYAxisDisplayOptions": {"AxisOptions": SECOND},
        "SecondaryYAxisLabelOptions": TITLE,
        "SingleAxisOptions": "",
        "DefaultSeriesSettings": LINE_STYLE | {"AxisBinding": ""},
        "Series": {
            "FieldSeriesItem": {"FieldId": "", "AxisBinding": "", "Settings": LINE_STYLE},
            "DataFieldSeriesItem": {
                "FieldId": "",
                "FieldValue": "",
                "AxisBinding": "",
                "Settings": LINE_STYLE,
            },
        },
        "Legend": LEGEND,
        "DataLabels": LABELS,
        "ReferenceLines": REFERENCE,
        "VisualPalette": PALETTE,
        "ForecastConfigurations": "",
    },
    "ComboChartVisual": {
        "BarsArrangement": "",
        "CategoryAxis": CATEGORIES,
        "CategoryLabelOptions": TITLE,
        "PrimaryYAxisDisplayOptions": VALUES,
        "PrimaryYAxisLabelOptions": TITLE,
        "SecondaryYAxisDisplayOptions": SECOND,
        "SecondaryYAxisLabelOptions": TITLE,
        "SingleAxisOptions": "",
        "DefaultSeriesSettings": LINE_STYLE,
        "Series": {
            "FieldComboSeriesItem": {"FieldId": "", "Settings": LINE_STYLE},
            "DataFieldComboSeriesItem": {"FieldId": "", "FieldValue": "", "Settings": LINE_STYLE},
        },
        "Legend": LEGEND,
        "BarDataLabels": LABELS,
        "LineDataLabels": LABELS,
        "ReferenceLines": REFERENCE,
        "VisualPalette": PALETTE,
    },
    "PieChartVisual": {
        "DonutOptions": "ArcOptions DonutCenterOptions",
        "SmallMultiplesOptions": PANELS,
        "Legend": LEGEND,
        "DataLabels": NAMED_LABELS | {"LabelContent": "", "Position": ""},
        "VisualPalette": PALETTE,
    },
    "HistogramVisual": {
        "XAxisDisplayOptions": CATEGORIES,
        "XAxisLabelOptions": TITLE,
        "YAxisDisplayOptions": VALUES,
        "BinOptions": "",
        "DataLabels": LABELS,
        "VisualPalette": PALETTE,
    },
    "BoxPlotVisual": {
        "BoxPlotOptions": {
            "StyleOptions": "",
            "OutlierVisibility": "",
        },
        "CategoryAxis": CATEGORIES,
        "CategoryLabelOptions": TITLE,
        "PrimaryYAxisDisplayOptions": VALUES,
        "PrimaryYAxisLabelOptions": TITLE,
        "ReferenceLines": REFERENCE,
        "VisualPalette": PALETTE,
    },
    "WaterfallVisual": {
        "WaterfallChartOptions": "",
        "CategoryAxisLabelOptions": TITLE,
        "CategoryAxisDisplayOptions": CATEGORIES,
        "PrimaryYAxisLabelOptions": TITLE,
        "PrimaryYAxisDisplayOptions": VALUES,
        "Legend": LEGEND,
        "DataLabels": LABELS,
        "ColorConfiguration": "",
    },
    "ScatterPlotVisual": {
        "XAxisLabelOptions": TITLE,
        "XAxisDisplayOptions": ACROSS,
        "YAxisLabelOptions": TITLE,
        "YAxisDisplayOptions": VALUES,
        "Legend": LEGEND,
        "DataLabels": LABELS,
        "VisualPalette": PALETTE,
    },
    "FunnelChartVisual": {
        "CategoryLabelOptions": TITLE,
        "DataLabelOptions": NAMED_LABELS | {"MeasureDataLabelStyle": ""},
        "VisualPalette": PALETTE,
    },
    "HeatMapVisual": {
        "RowAxisDisplayOptions": CELL_AXIS,
        "RowLabelOptions": TITLE,
        "ColumnAxisDisplayOptions": CELL_AXIS,
        "ColumnLabelOptions": TITLE,
        "ColorScale": COLORS,
        "Legend": COLOR_BAR,
        "DataLabels": LABELS,
    },
    "TreeMapVisual": {
        "ColorScale": COLORS,
        "Legend": COLOR_BAR,
        "DataLabels": LABELS,
    },
    "SankeyDiagramVisual": {"DataLabels": LABELS},
    "WordCloudVisual": {
        "WordCloudOptions": "WordCasing WordOrientation WordScaling WordPadding "
        "MaximumStringLength",
    },
    "RadarChartVisual": {
        "Shape": "",
        "BaseSeriesSettings": "",
        "StartAngle": "",
        "VisualPalette": PALETTE,
        "AlternateBandColorsVisibility": "",
        "AlternateBandEvenColor": "",
        "AlternateBandOddColor": "",
        "CategoryAxis": {"TickLabelOptions": {"LabelOptions": "Visibility"}},
        "ColorAxis": NUMBERS,
        "Legend": LEGEND,
        "AxesRangeScale": "",
    },
    "GaugeChartVisual": {
        "GaugeChartOptions": {
            "PrimaryValueDisplayType": "",
            "Comparison": "",
            "ArcAxis": "Range",
            "Arc": "ArcAngle ArcThickness",
            "PrimaryValueFontConfiguration": FONT,
        },
        "DataLabels": "Visibility",
        "VisualPalette": "ChartColor",
        "ColorConfiguration": "",
        "ConditionalFormattingOptions": "PrimaryValue Arc",
    },
    "KPIVisual": {
        "KPIOptions": {
            "ProgressBar": "",
            "TrendArrows": "",
            "SecondaryValue": "",
            "Comparison": "",
            "PrimaryValueDisplayType": "",
            "PrimaryValueFontConfiguration": FONT,
            "SecondaryValueFontConfiguration": FONT,
            "Sparkline": "Visibility Type Color",
        },
        "ConditionalFormattingOptions": {
            "PrimaryValue": "",
            "ProgressBar": "",
            "ActualValue": "",
            "ComparisonValue": "TextColor",
        },
    },
    "TableVisual": {
        "TableOptions": {
            "Orientation": "",
            "HeaderStyle": ROWS_OF_CELLS | {"Visibility": ""},
            "CellStyle": ROWS_OF_CELLS,
            "RowAlternateColorOptions": "",
        },
        "TotalOptions": _TOTAL,
        "FieldOptions": {
            "SelectedFieldOptions": "FieldId Width CustomLabel Visibility",
            "Order": "",
        },
        "TableInlineVisualizations": "DataBars",
        "ConditionalFormattingOptions": {
            "Cell": {"FieldId": "", "TextFormat": _TEXT_FORMAT},
            "Row": "BackgroundColor TextColor",
        },
    },
    "PivotTableVisual": {
        "TableOptions": {
            "MetricPlacement": "",
            "SingleMetricVisibility": "",
            "ColumnNamesVisibility": "",
            "ColumnHeaderStyle": ROWS_OF_CELLS,
            "RowHeaderStyle": CELLS,
            "CellStyle": ROWS_OF_CELLS,
            "RowFieldNamesStyle": CELLS,
            "RowAlternateColorOptions": "",
            "RowsLabelOptions": "CustomLabel",
            "DefaultCellWidth": "",
        },
        "TotalOptions": {
            "RowSubtotalOptions": "TotalsVisibility CustomLabel FieldLevel",
            "ColumnSubtotalOptions": "TotalsVisibility CustomLabel FieldLevel",
            "RowTotalOptions": "TotalsVisibility CustomLabel Placement TotalAggregationOptions",
            "ColumnTotalOptions": "TotalsVisibility CustomLabel Placement TotalAggregationOptions",
        },
        "FieldOptions": {"SelectedFieldOptions": "FieldId CustomLabel"},
        "ConditionalFormattingOptions": {
            "Cell": {"FieldId": "", "TextFormat": _TEXT_FORMAT, "Scope": "", "Scopes": ""},
        },
    },
    "GeospatialMapVisual": {
        "Legend": LEGEND,
        "WindowOptions": "",
        "PointStyleOptions": "SelectedPointStyle",
        "VisualPalette": PALETTE,
    },
    "FilledMapVisual": {
        "Legend": COLOR_BAR,
        "WindowOptions": "",
        "ConditionalFormattingOptions": "Shape",
    },
    "LayerMapVisual": {
        "Legend": COLOR_BAR,
        "MapState": "",
        "MapLayers": "LayerId LayerType Visibility JoinDefinition DataSource",
    },
    "InsightVisual": {"Computations": "", "CustomNarrative": ""},
    "CustomContentVisual": {},
    "EmptyVisual": {},
    "PluginVisual": {},
}


def unhonoured(kind: str, visual: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The sentence that says what of a visual's definition is not drawn, and in brief."""
    wanted = dict(visual.get("ChartConfiguration") or visual.get("InsightConfiguration") or {})
    wanted |= visual.get("ConditionalFormatting") or {}
    if kind in ("CustomContentVisual", "PluginVisual"):
        return
    left_out = list(dict.fromkeys(_left_out(wanted, HONOURED.get(kind, {}), "")))
    if left_out:
        whole, brief = ", ".join(left_out), _brief(left_out)
        yield f"Not drawn: {whole}.", f"Not drawn: {brief}."


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
            if name in STILL or value in (None, {}, []) or _is_off(name, value):
                continue
            if name in honoured:
                yield from _left_out(value, honoured[name], below)
            else:
                yield below


def _is_off(name: str, value: Any) -> bool:
    """Whether a member only says that something is not there."""
    if isinstance(value, Mapping):
        return value.get("Visibility") == "HIDDEN" or value.get("Status") == "DISABLED"
    return value in AS_DRAWN or name == "FieldId"
