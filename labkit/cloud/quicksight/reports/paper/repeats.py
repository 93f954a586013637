"""The instances of a repeated section: one a value of its columns, the inner within the outer.

A parameter by which a repeated column is filtered stands for the instance's own value in the
section's text boxes; so does the column's name as a placeholder. Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_BodySectionRepeatDimensionConfiguration.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.reports.paper.elements import Press
from labkit.cloud.quicksight.reports.paper.flows import ONCE, Instance
from labkit.cloud.quicksight.reports.paper.text_boxes import named_in
from labkit.cloud.quicksight.visuals.formats import format_value

Json = Mapping[str, Any]
Dimension = tuple[str, Json]
MOST = 1000


def instances(press: Press, elements: Sequence[Json], repeat: Json) -> Iterator[Instance]:
    """The filters of each instance, and its columns' values in words."""
    dimensions = [_one(each) for each in repeat.get("DimensionConfigurations") or ()]
    visuals = walk.visuals(press.reading.definition)
    ids = [each["ElementId"] for each in elements if each["ElementId"] in visuals]
    if not dimensions or not ids:
        yield ONCE
        return
    still = frozenset(repeat.get("NonRepeatingVisuals") or ())
    bound = _bound(press.reading.definition)
    for filters, words in _nested(press, ids[0], dimensions, [], {}):
        own = {name: words[column] for name, column in bound.items() if column in words}
        yield Instance(filters, words, own, still)


def _bound(definition: Json) -> dict[str, str]:
    """The columns that parameters choose values of, by the parameters' names."""
    found = {}
    for group in definition.get("FilterGroups") or ():
        for node in walk.nodes(group):
            if "ParameterName" in node.value:
                columns = [
                    n.value["Column"]["ColumnName"]
                    for n in walk.nodes(group)
                    if "Column" in n.value
                ]
                found[node.value["ParameterName"]] = columns[0]
    return found


def _one(configuration: Json) -> Dimension:
    """Whether a dimension is a number, and what it says."""
    [(kind, body)] = configuration.items()
    return ("number" if "Numeric" in kind else "text"), body


def _nested(
    press: Press, visual_id: str, dimensions: Sequence[Dimension],
    filters: list[Json], words: dict[str, str],
) -> Iterator[tuple[list[Json], dict[str, str]]]:  # fmt: skip
    if not dimensions:
        yield filters, words
        return
    (kind, body), *inner = dimensions
    for value in _values(press, visual_id, kind, body, filters):
        more = [*filters, _filter(kind, body["Column"], value)]
        text = format_value(value) if kind == "text" else format_value(value).replace(",", "")
        known = words | {body["Column"]["ColumnName"]: text}
        yield from _nested(press, visual_id, inner, more, known)


def _values(
    press: Press, visual_id: str, kind: str, body: Json, filters: Sequence[Json]
) -> list[Any]:
    """A column's values under the filters that a visual of the section has."""
    field = "NumericalDimensionField" if kind == "number" else "CategoricalDimensionField"
    wells = {"GroupBy": [{field: {"FieldId": "repeat", "Column": body["Column"]}}], "Values": []}
    sorts = [{"ColumnSort": each} for each in body.get("SortByMetrics") or ()]
    own = {"FieldSort": {"FieldId": "repeat", "Direction": "ASC"}}
    table = {
        "VisualId": visual_id,
        "ChartConfiguration": {
            "FieldWells": {"TableAggregatedFieldWells": wells},
            "SortConfiguration": {"RowSort": sorts or [own]},
        },
    }
    data = press.reading.data({"TableVisual": table}, filters, max_rows=MOST)
    press.notes.extend(data.not_drawn)
    return [row[0] for row in data.rows][: int(body.get("Limit") or MOST)]


def _filter(kind: str, column: Json, value: Any) -> Json:
    base = {"FilterId": f"repeat-{column['ColumnName']}", "Column": column}
    null = "NULLS_ONLY" if value is None else "NON_NULLS_ONLY"
    if kind == "number":
        equal = {"MatchOperator": "EQUALS", "NullOption": null, "Value": value or 0}
        return {"NumericEqualityFilter": base | equal}
    chosen = {
        "MatchOperator": "EQUALS",
        "NullOption": null,
        "CategoryValue": "" if value is None else str(value),
    }
    return {"CategoryFilter": base | {"Configuration": {"CustomFilterConfiguration": chosen}}}


def label(press: Press, elements: Sequence[Json], instance: Instance) -> str:
    """What an instance is of, as far as no text box of its section says so."""
    boxes = {each["SheetTextBoxId"]: each for each in press.sheet.get("TextBoxes") or ()}
    contents = (str(boxes.get(each["ElementId"], {}).get("Content") or "") for each in elements)
    named = named_in(" ".join(contents))
    told = {value for name, value in instance.words.items() if name.lower() in named}
    return " · ".join(
        f"{name}: {value}" for name, value in instance.values.items() if value not in told
    )
