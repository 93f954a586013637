"""What a data set holds: the types of its columns, their values and ends.

The API has no call for a column's values, so a table of them is asked for as a reader would: a
visual of its own, in a draft without filters.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from labkit.charts import options as chart_options
from labkit.charts.edits import Analysis
from labkit.charts.fields import Definition
from labkit.widgets.dashboard_draft import Draft

if TYPE_CHECKING:
    from labkit.lab import Lab

MOST = 500
_TYPES = {"number": "DECIMAL", "date": "DATETIME"}


class Values:
    """Columns and values of data sets.

    Args:
        lab: the lab whose clients to use.
        name: what is being built.
    """

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab, self.draft = lab, Draft(lab, f"values of {name}")
        self._turn = threading.Lock()
        self._columns: dict[str, dict[str, str]] = {}
        self._calculated: dict[str, str] = {}
        self._found: dict[str, dict[str, Any]] = {}

    def schemas(self, definition: Definition) -> dict[str, dict[str, str]]:
        """The type of each column and calculated field, by data set identifier."""
        found = {
            each["Identifier"]: dict(self._of_data_set(each["DataSetArn"]))
            for each in definition.get("DataSetIdentifierDeclarations", ())
        }
        for each in definition.get("CalculatedFields", ()):
            if each["DataSetIdentifier"] in found:
                kind = self._kind(definition, each)
                found[each["DataSetIdentifier"]][each["Name"]] = kind
        return found

    def of(self, analysis: Analysis, data_set: str, column: str) -> dict[str, Any]:
        """A column's ``values`` with how often each is there, or its ``low`` and ``high`` end."""
        kind = analysis.type_of(data_set, column)
        if self.lab.endpoint is None or kind == chart_options.AGGREGATED:
            return {"values": [], "low": None, "high": None, "more": False}
        named = {"DataSetIdentifier": data_set, "ColumnName": column}
        if chart_options.shape_of(kind) == "Categorical":
            return self._listed(analysis.definition, kind, named)
        return self._ends(analysis.definition, kind, named)

    def _of_data_set(self, arn: str) -> Mapping[str, str]:
        if arn not in self._columns:
            found = self.lab.chart.calls.data_set(arn.rpartition("/")[2])
            self._columns[arn] = {each["Name"]: each["Type"] for each in found["OutputColumns"]}
        return self._columns[arn]

    def _kind(self, definition: Definition, field: Mapping[str, str]) -> str:
        """The type of a calculated field, which only its values tell."""
        key = json.dumps([field, definition.get("CalculatedFields")], sort_keys=True)
        if key not in self._calculated:
            self._calculated[key] = self._asked_kind(definition, field)
        return self._calculated[key]

    def _asked_kind(self, definition: Definition, field: Mapping[str, str]) -> str:
        if self.lab.endpoint is None:
            return "STRING"
        named = {"DataSetIdentifier": field["DataSetIdentifier"], "ColumnName": field["Name"]}
        by = chart_options.new_field("dimension", "STRING", "by", named)
        shown = self._shown(definition, {"TableAggregatedFieldWells": {"GroupBy": [by]}})
        if not shown["fields"]:
            return chart_options.AGGREGATED
        return _TYPES.get(shown["fields"][0]["kind"], "STRING")

    def _listed(
        self, definition: Definition, kind: str, named: Mapping[str, str]
    ) -> dict[str, Any]:
        by = chart_options.new_field("dimension", kind, "by", named)
        count = chart_options.new_field("measure", kind, "count", named)
        wells = {"TableAggregatedFieldWells": {"GroupBy": [by], "Values": [count]}}
        rows = self._shown(definition, wells)["rows"]
        return {"values": rows[:MOST], "more": len(rows) > MOST, "low": None, "high": None}

    def _ends(self, definition: Definition, kind: str, named: Mapping[str, str]) -> dict[str, Any]:
        fields = [chart_options.new_field("measure", kind, name, named) for name in ("MIN", "MAX")]
        for field, name in zip(fields, ("MIN", "MAX"), strict=True):
            chart_options.change(field, {"aggregation": name})
        rows = self._shown(definition, {"TableAggregatedFieldWells": {"Values": fields}})["rows"]
        low, high = rows[0] if rows else (None, None)
        return {"values": [], "more": False, "low": low, "high": high}

    def _shown(self, definition: Definition, wells: Definition) -> dict[str, Any]:
        """The fields and rows of a table, over all rows of its data set."""
        kept = ("DataSetIdentifierDeclarations", "CalculatedFields", "ParameterDeclarations")
        table = {"VisualId": "values", "ChartConfiguration": {"FieldWells": wells}}
        sheet = {"SheetId": "values", "Name": "Values", "Visuals": [{"TableVisual": table}]}
        made = {name: definition[name] for name in kept if definition.get(name)}
        with self._turn:
            self.draft.put({**made, "Sheets": [sheet]})
            found: dict[str, Any] = self.draft.pages.json("visuals/values.json", rows=1)
        return found
