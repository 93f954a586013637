"""What of a part that several types of visuals have is drawn: of axes, legends, labels, cells.

They are written as in `honoured`.
"""

from __future__ import annotations

from typing import Any

FONT = "FontSize FontColor FontWeight FontStyle"
_TICKS: dict[str, Any] = {"LabelOptions": {"Visibility": "", "FontConfiguration": FONT}}
NUMBERS: dict[str, Any] = {"DataOptions": {"NumericAxisOptions": ""}}
CATEGORIES: dict[str, Any] = {
    "AxisOffset": "",
    "AxisLineVisibility": "",
    "GridLineVisibility": "",
    "TickLabelOptions": _TICKS | {"RotationAngle": ""},
}
VALUES = CATEGORIES | NUMBERS
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
COLORS: dict[str, Any] = {"Colors": "", "ColorFillType": "", "NullValueColor": "Color"}
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
LINKS: dict[str, Any] = {
    "LinkConfiguration": {
        "Content": {
            "CustomTextContent": {"Value": "", "FontConfiguration": FONT},
            "CustomIconContent": "Icon",
        }
    }
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
TOTAL: dict[str, Any] = {
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
SUBTOTALS = _SUMS | {"FieldLevel": "", "FieldLevelOptions": "FieldId"}
TOTALS = _SUMS | {"Placement": "", "TotalAggregationOptions": ""}
PANELS = {name: each for name, each in MULTIPLES.items() if not name.endswith("Axis")}
TEXT_FORMAT = "BackgroundColor TextColor Icon"
