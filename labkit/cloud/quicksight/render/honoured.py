"""What of a definition each type of visual draws: a table by the API's names.

An empty text stands for all that is below a member, a text for members without any of their own.
`left_out` tells what of a definition is not here.
"""

from __future__ import annotations

from typing import Any

FONT = "FontSize FontColor FontWeight FontStyle"
_TICKS: dict[str, Any] = {"LabelOptions": {"Visibility": "", "FontConfiguration": FONT}}
NUMBERS: dict[str, Any] = {"DataOptions": {"NumericAxisOptions": ""}}
VALUES: dict[str, Any] = {
    "AxisOffset": "",
    "AxisLineVisibility": "",
    "GridLineVisibility": "",
    "TickLabelOptions": _TICKS | {"RotationAngle": ""},
    **NUMBERS,
}
CATEGORIES: dict[str, Any] = {
    "AxisOffset": "",
    "AxisLineVisibility": "",
    "GridLineVisibility": "",
    "TickLabelOptions": _TICKS | {"RotationAngle": ""},
}
SECOND = {name: each for name, each in VALUES.items() if name != "GridLineVisibility"}
CELL_AXIS: dict[str, Any] = {"TickLabelOptions": _TICKS}
TITLE: dict[str, Any] = {
    "Visibility": "",
    "AxisLabelOptions": {"CustomLabel": "", "ApplyTo": "", "FontConfiguration": FONT},
}
NAME: dict[str, Any] = {"Visibility": "", "AxisLabelOptions": "CustomLabel ApplyTo"}
LEGEND: dict[str, Any] = {
    "Visibility": "",
    "Position": "",
    "Width": "",
    "Title": {"Visibility": "", "CustomLabel": "", "FontConfiguration": FONT},
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
    "PanelConfiguration": {
        "Title": {"Visibility": "", "FontConfiguration": FONT, "HorizontalTextAlignment": ""},
        "BorderVisibility": "",
        "BorderThickness": "",
        "BorderStyle": "",
        "BorderColor": "",
        "GutterVisibility": "",
        "GutterSpacing": "",
        "BackgroundVisibility": "",
        "BackgroundColor": "",
    },
}
CELLS: dict[str, Any] = {
    "Visibility": "",
    "FontConfiguration": FONT,
    "TextWrap": "",
    "HorizontalTextAlignment": "",
    "VerticalTextAlignment": "",
    "BackgroundColor": "",
}
ROWS_OF_CELLS = CELLS | {"Height": "", "Border": ""}
_TOTAL: dict[str, Any] = {
    "TotalsVisibility": "",
    "Placement": "",
    "CustomLabel": "",
    "TotalCellStyle": CELLS,
    "TotalAggregationOptions": "",
}
_SUMS: dict[str, Any] = {
    "TotalsVisibility": "",
    "CustomLabel": "",
    "TotalCellStyle": CELLS,
    "ValueCellStyle": CELLS,
}
_SUBTOTALS = _SUMS | {"FieldLevel": "", "FieldLevelOptions": "FieldId"}
_TOTALS = _SUMS | {"Placement": "", "TotalAggregationOptions": ""}
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
        "ColorLabelOptions": NAME,
        "Legend": LEGEND,
        "DataLabels": LABELS | {"Position": "", "Overlap": "", "TotalsVisibility": ""},
        "ReferenceLines": REFERENCE,
    },
    "LineChartVisual": {
        "Type": "",
        "SmallMultiplesOptions": MULTIPLES,
        "XAxisDisplayOptions": CATEGORIES | {"DataOptions": "DateAxisOptions"},
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
        "DataLabels": LABELS | {"Position": "", "Overlap": "", "DataLabelTypes": ""},
        "ReferenceLines": REFERENCE,
        "VisualPalette": PALETTE,
        "ForecastConfigurations": "",
    },
    "ComboChartVisual": {
        "BarsArrangement": "",
        "CategoryAxis": CATEGORIES,
        "CategoryLabelOptions": TITLE,
        "ColorLabelOptions": NAME,
        "PrimaryYAxisDisplayOptions": VALUES,
        "PrimaryYAxisLabelOptions": TITLE,
        "SecondaryYAxisDisplayOptions": SECOND,
        "SecondaryYAxisLabelOptions": TITLE,
        "SingleAxisOptions": "",
        "DefaultSeriesSettings": LINE_STYLE,
        "Series": {
            "FieldComboSeriesItem": {"FieldId": "", "Settings": LINE_STYLE},
        },
        "Legend": LEGEND,
        "BarDataLabels": LABELS | {"Position": "", "Overlap": "", "TotalsVisibility": ""},
        "LineDataLabels": LABELS | {"Overlap": ""},
        "ReferenceLines": REFERENCE,
        "VisualPalette": PALETTE,
    },
    "PieChartVisual": {
        "DonutOptions": "ArcOptions DonutCenterOptions",
        "SmallMultiplesOptions": PANELS,
        "CategoryLabelOptions": NAME,
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
        "XAxisDisplayOptions": VALUES,
        "YAxisLabelOptions": TITLE,
        "YAxisDisplayOptions": VALUES,
        "Legend": LEGEND,
        "DataLabels": NAMED_LABELS,
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
        "ColorLabelOptions": NAME,
        "ColorScale": COLORS,
        "Legend": COLOR_BAR,
        "DataLabels": NAMED_LABELS,
    },
    "SankeyDiagramVisual": {"DataLabels": NAMED_LABELS},
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
        "CategoryAxis": CELL_AXIS | {"AxisLineVisibility": "", "GridLineVisibility": ""},
        "ColorAxis": CELL_AXIS | NUMBERS | {"GridLineVisibility": ""},
        "ColorLabelOptions": NAME,
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
        "DataLabels": LABELS,
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
            "VisualLayoutOptions": {"StandardLayout": {}},  # drawn as VERTICAL has it
        },
        "ConditionalFormattingOptions": {
            "PrimaryValue": "",
            "ProgressBar": "",
            "ActualValue": "",
            "ComparisonValue": "",
        },
    },
    "TableVisual": {
        "TableOptions": {
            "Orientation": "",
            "HeaderStyle": ROWS_OF_CELLS,
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
            "RowFieldNamesStyle": CELLS | {"Height": ""},
            "RowAlternateColorOptions": "",
            "RowsLabelOptions": "Visibility CustomLabel",
            "DefaultCellWidth": "",
            "RowsLayout": "",
            "CollapsedRowDimensionsVisibility": "",
        },
        "TotalOptions": {
            "RowSubtotalOptions": _SUBTOTALS,
            "ColumnSubtotalOptions": _SUBTOTALS,
            "RowTotalOptions": _TOTALS,
            "ColumnTotalOptions": _TOTALS,
        },
        "FieldOptions": {
            "SelectedFieldOptions": "FieldId CustomLabel Visibility",
            "DataPathOptions": "",
            "CollapseStateOptions": "",
        },
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
