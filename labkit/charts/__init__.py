"""Charts as QuickSight's own definitions, written from the names of columns.

QuickSight has one model of a chart, the ``Visual`` in a definition: what the console builds, the
API keeps, the service draws. A visual has *field wells*, a well takes fields, and a field is a
column with an aggregation or a granularity. Here a field is one short text::

    school_name                  a dimension
    month(day), hour(seen_at)    a date, cut to its month or hour
    sum(pageview_count)          a measure; also average, min, max, count, distinct_count, median
    sum(late) / count(late)      a measure that is calculated
    average(late) as percent     a measure and how its numbers are written: percent, number
                                 (with 2 decimals), currency

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AnalysisDefinition.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any
from zlib import crc32

from labkit.charts import fields as chart_fields
from labkit.charts.fields import Columns, Definition
from labkit.charts.shapes import Shape, snake
from labkit.errors import NoChart

Fields = str | Sequence[str]
SHEET = "sheet-1"


def visual(
    kind: str,
    title: str = "",
    *,
    schema: Columns,
    data_set: str,
    sort: str | Mapping[str, str] = "",
    limit: int | Mapping[str, int] = 0,
    options: Mapping[str, Any] | None = None,
    **wells: Fields,
) -> Definition:
    """One visual of a definition.

    >>> schema = {"school": "STRING", "gpa": "DECIMAL"}
    >>> made = visual("bar chart", schema=schema, data_set="s", category="school", values="gpa")
    Traceback (most recent call last):
    labkit.errors.NoChart: 'gpa' needs an aggregation, such as sum(gpa).

    Args:
        kind: a visual type as the API or a person names it: ``HeatMap``, ``heat map``.
        title: what stands above it.
        schema: type of each column of the data set: STRING, INTEGER, DECIMAL, DATETIME.
        data_set: the data set's identifier in the definition.
        sort: what orders the first well, such as ``sum(pageviews) desc``; or one text for each
            well: ``{"rows": "min(weekday_number)"}``.
        limit: how many groups of the first well to show, the rest folded into *Other*; or one
            number for each well.
        options: further members of the visual's ``ChartConfiguration``.
        **wells: the field wells (``rows``, ``group_by``, ``values``), each one field or several.

    Raises:
        NoChart: no such visual type or well, or a field that cannot stand there.
        UnknownName: no such column.
    """
    shape = Shape.of(kind)
    visual_id = identifier(title or " ".join([kind, *map(str, wells.values())]))
    made = _Maker(shape, schema, data_set, visual_id)
    for well, given in wells.items():
        made.fill(well, [given] if isinstance(given, str) else given)
    configuration: Definition = {"FieldWells": shape.nested(made.wells)}
    sorting = made.in_time() | made.sorts(sort) | made.limits(limit)
    if sorting:
        configuration["SortConfiguration"] = sorting
    heading = {"Visibility": "VISIBLE", "FormatText": {"PlainText": title}}
    inner = {"VisualId": visual_id, **({"Title": heading} if title else {})}
    return {shape.member: {**inner, "ChartConfiguration": configuration | dict(options or {})}}


def definition(
    visuals: Sequence[Mapping[str, Any]],
    *,
    data_sets: Mapping[str, str],
    filters: Sequence[Mapping[str, Any]] = (),
    calculated: Mapping[str, str] | None = None,
) -> Definition:
    """The definition of an analysis or dashboard: one sheet, its visuals two in a row.

    Args:
        visuals: each as `visual` makes it.
        data_sets: the ARN of each data set by the identifier that the visuals use.
        filters: each as `choice` makes it; their controls stand on top of the sheet.
        calculated: expressions of calculated fields by name, on the first data set.
    """
    page: Definition = {
        "SheetId": SHEET,
        "Name": "Sheet 1",
        "ContentType": "INTERACTIVE",
        "Visuals": list(visuals),
        "Layouts": [{"Configuration": {"GridLayout": {"Elements": _grid(visuals)}}}],
    }
    if filters:
        page["FilterControls"] = [each["control"] for each in filters]
    first = next(iter(data_sets))
    return {
        "DataSetIdentifierDeclarations": [
            {"Identifier": name, "DataSetArn": arn} for name, arn in data_sets.items()
        ],
        "Sheets": [page],
        "CalculatedFields": [
            {"DataSetIdentifier": first, "Name": name, "Expression": text}
            for name, text in (calculated or {}).items()
        ],
        "FilterGroups": [each["group"] for each in filters],
    }


def choice(column: str, title: str = "", *, data_set: str) -> Definition:
    """A drop-down by which readers choose values of a column, for all visuals of the sheet."""
    name = identifier(column)
    listed = {
        "MatchOperator": "CONTAINS",
        "SelectAllOptions": "FILTER_ALL_VALUES",
        "NullOption": "ALL_VALUES",
    }
    values = {
        "FilterId": f"filter-{name}",
        "Column": {"DataSetIdentifier": data_set, "ColumnName": column},
        "Configuration": {"FilterListConfiguration": listed},
    }
    scope = {"SheetVisualScopingConfigurations": [{"SheetId": SHEET, "Scope": "ALL_VISUALS"}]}
    group = {
        "FilterGroupId": f"group-{name}",
        "Filters": [{"CategoryFilter": values}],
        "ScopeConfiguration": {"SelectedSheets": scope},
        "CrossDataset": "ALL_DATASETS",
        "Status": "ENABLED",
    }
    control = {
        "FilterControlId": f"control-{name}",
        "SourceFilterId": f"filter-{name}",
        "Title": title or column,
        "Type": "MULTI_SELECT",
    }
    return {"group": group, "control": {"Dropdown": control}}


def identifier(text: str) -> str:
    """A text as an id of the API: letters, digits and hyphens; a number where it has none of these.

    >>> identifier("When students work")
    'when-students-work'
    >>> identifier("学生")
    'named-cecc3182'
    """
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:200]
    return words or (f"named-{crc32(text.encode()):08x}" if text else "")


def _grid(visuals: Sequence[Mapping[str, Any]]) -> list[Definition]:
    """Two visuals in a row of 36 columns; a last one without a neighbour takes the whole row."""
    ids = [next(iter(each.values()))["VisualId"] for each in visuals]
    alone = len(ids) - 1 if len(ids) % 2 else None
    return [
        {
            "ElementId": each,
            "ElementType": "VISUAL",
            "ColumnIndex": 18 * (at % 2),
            "ColumnSpan": 36 if at == alone else 18,
            "RowIndex": 12 * (at // 2),
            "RowSpan": 12,
        }
        for at, each in enumerate(ids)
    ]


class _Maker:
    """The parts of one visual."""

    def __init__(self, shape: Shape, schema: Columns, data_set: str, visual_id: str) -> None:
        self.shape, self.schema, self.data_set = shape, schema, data_set
        self.visual_id = visual_id
        self.wells: dict[str, list[Definition]] = {}
        self.ids: dict[str, str] = {}  # of fields, by their texts; of the first where it is twice
        self.numbers = count()

    def fill(self, given: str, texts: Sequence[str]) -> None:
        """Put fields into a well."""
        well = self.shape.well(given)
        make = getattr(chart_fields, self.shape.wells[well].takes)
        self.wells[well] = [
            make(field, self._id(well, field.text), *self._place)
            for field in (chart_fields.read(text, self.schema) for text in texts)
        ]

    def sorts(self, given: str | Mapping[str, str]) -> Definition:
        """The sorts of a sort configuration."""
        made: Definition = {}
        for well, text in self._by_well(given).items():
            column, _, direction = text.strip().rpartition(" ")
            falls = direction.lower() == "desc"
            by = column if falls or direction.lower() == "asc" else text.strip()
            self.shape.add_sort(made, well, self._sort(by, "DESC" if falls else "ASC"), self.wells)
        return made

    def in_time(self) -> Definition:
        """The sort of bars over dates, which QuickSight has by their height else."""
        first = next(iter(self.wells.get("Category", ())), {})
        if self.shape.member != "BarChartVisual" or "DateDimensionField" not in first:
            return {}
        by = {"FieldId": first["DateDimensionField"]["FieldId"], "Direction": "ASC"}
        return {"CategorySort": [{"FieldSort": by}]}

    def limits(self, given: int | Mapping[str, int]) -> Definition:
        """The limits of a sort configuration."""
        return {
            self.shape.limit_of(well): {"ItemsLimit": number, "OtherCategories": "INCLUDE"}
            for well, number in self._by_well(given).items()
        }

    def _by_well(self, given: Any) -> dict[str, Any]:
        if isinstance(given, Mapping):
            return {self.shape.well(name): value for name, value in given.items()}
        if given and not self.wells:
            raise NoChart("There is nothing to sort or to limit: no well has a field.")
        return {next(iter(self.wells)): given} if given else {}

    def _sort(self, text: str, direction: str) -> Definition:
        if text in self.ids:
            return {"FieldSort": {"FieldId": self.ids[text], "Direction": direction}}
        field = chart_fields.read(text, self.schema)
        if not field.column:
            raise NoChart(
                f"{text!r} sorts nothing here: sort by a field of the visual, or by a column or "
                "its aggregate, followed by asc or desc, as in 'sum(pageviews) desc'."
            )
        column = {"DataSetIdentifier": self.data_set, "ColumnName": field.column}
        by = {"SortBy": column, "Direction": direction}
        if field.function:
            by["AggregationFunction"] = chart_fields.aggregation(field, self.schema)
        return {"ColumnSort": by}

    @property
    def _place(self) -> tuple[Columns, str]:
        return self.schema, self.data_set

    def _id(self, well: str, text: str) -> str:
        made = f"{self.visual_id}.{snake(well)}.{next(self.numbers)}"
        self.ids.setdefault(text, made)
        return made
