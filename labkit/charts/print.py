"""Paginated reports as definitions: a title, a table in groups, page numbers.

What QuickSight calls a pixel-perfect report is a sheet whose layout has sections: one that stands
at the head of each page, one at its foot, and the body between, in which a table may go on over as
many pages as it needs. A table in groups is a pivot table with subtotals. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SectionBasedLayoutConfiguration.html
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from labkit import charts
from labkit.charts.fields import Columns, Definition

SHEET, TITLE, NUMBERS = "report", "report-title", "report-numbers"
WIDE_IN, MARGIN_IN = 7.27, 0.5  # A4 between its margins
PRINTED = {"VerticalOverflowVisibility": "VISIBLE", "OverflowColumnHeaderVisibility": "VISIBLE"}
_NUMBERS = (
    "<expression>PrintDate</expression> · Page <expression>PageNumber</expression> of "
    "<expression>TotalPages</expression>"
)


def table(
    schema: Columns,
    data_set: str,
    *,
    columns: charts.Fields,
    group_by: str = "",
    values: charts.Fields = (),
) -> Definition:
    """A table of columns and values; in groups, each with its total, where a column says so.

    >>> made = table({"a": "STRING", "n": "INTEGER"}, "s", columns=["a"], values=["sum(n)"])
    >>> list(made)
    ['TableVisual']
    """
    options: dict[str, Any] = {"PaginatedReportOptions": PRINTED}
    common: dict[str, Any] = {"schema": schema, "data_set": data_set}
    if not group_by:
        options["TotalOptions"] = {"TotalsVisibility": "VISIBLE", "Placement": "END"}
        common |= {"group_by": columns, "values": values}
        return charts.visual("table", options=options, **common)
    named = [columns] if isinstance(columns, str) else columns
    common |= {"rows": [group_by, *named], "values": values}
    made = charts.visual("pivot table", options=options, **common)
    chart = made["PivotTableVisual"]["ChartConfiguration"]
    chart["TotalOptions"] = _totals(_field_of(chart))
    chart["TableOptions"] = {"MetricPlacement": "COLUMN", "ToggleButtonsVisibility": "HIDDEN"}
    return made


def definition(title: str, visual: Mapping[str, Any], data_sets: Mapping[str, str]) -> Definition:
    """The definition of a report of one table on upright A4 pages."""
    [(kind, body)] = visual.items()
    plain = {kind: {**body, "Title": {"Visibility": "HIDDEN"}}}
    sheet: Definition = {
        "SheetId": SHEET,
        "Name": title,
        "Title": title,
        "ContentType": "PAGINATED",
        "Visuals": [plain],
        "TextBoxes": [
            _text(TITLE, f'<inline font-size="20px"><b>{escape(title)}</b></inline>'),
            _text(NUMBERS, f'<block align="right">{_NUMBERS}</block>'),
        ],
        "Layouts": [{"Configuration": {"SectionBasedLayout": _layout(str(body["VisualId"]))}}],
    }
    declared = [{"Identifier": name, "DataSetArn": arn} for name, arn in data_sets.items()]
    return {"DataSetIdentifierDeclarations": declared, "Sheets": [sheet]}


def _field_of(chart: Definition) -> str:
    """The id of a pivot's first row field."""
    first = chart["FieldWells"]["PivotTableAggregatedFieldWells"]["Rows"][0]
    [body] = first.values()
    return str(body["FieldId"])


def _totals(field: str) -> Definition:
    shown = {"TotalsVisibility": "VISIBLE"}
    in_all = shown | {"CustomLabel": "In all"}
    of_groups = shown | {"FieldLevel": "CUSTOM", "FieldLevelOptions": [{"FieldId": field}]}
    of_groups["CustomLabel"] = "Total of <<$aws:subtotalDimension>>"
    return {
        "RowTotalOptions": in_all,
        "ColumnTotalOptions": in_all,
        "RowSubtotalOptions": of_groups,
    }


def _layout(visual: str) -> Definition:
    spacing = dict.fromkeys(("Top", "Bottom", "Left", "Right"), f"{MARGIN_IN}in")
    paper = {"PaperSize": "A4", "PaperOrientation": "PORTRAIT", "PaperMargin": spacing}
    body = {"SectionId": "body", "Content": {"Layout": _elements(visual, "VISUAL", 9)}}
    return {
        "HeaderSections": [_margin("head", TITLE, 0.5)],
        "BodySections": [body],
        "FooterSections": [_margin("foot", NUMBERS, 0.4)],
        "CanvasSizeOptions": {"PaperCanvasSizeOptions": paper},
    }


def _margin(section: str, text: str, high: float) -> Definition:
    layout = _elements(text, "TEXT_BOX", high - 0.1)
    return {"SectionId": section, "Layout": layout, "Style": {"Height": f"{high}in"}}


def _elements(id: str, kind: str, high: float) -> Definition:
    element = {
        "ElementId": id,
        "ElementType": kind,
        "XAxisLocation": "0in",
        "YAxisLocation": "0in",
        "Width": f"{WIDE_IN}in",
        "Height": f"{high}in",
    }
    return {"FreeFormLayout": {"Elements": [element]}}


def _text(id: str, content: str) -> Definition:
    return {"SheetTextBoxId": id, "Content": f"<text-box>{content}</text-box>"}
