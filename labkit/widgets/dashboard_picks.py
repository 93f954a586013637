"""What a click on a mark filters by, in the API's shapes.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Filter.html
"""

from __future__ import annotations

from typing import Any

from labkit.charts import parts as chart_parts

Facts = dict[str, Any]


def filters_of(definition: Facts, visual: Facts, picks: list[Facts]) -> list[Facts]:
    """The filters that marks of other visuals of the same data set mean for a visual.

    Args:
        picks: what was clicked: ``visual``, and its ``keys`` as a picture's marks have them.
    """
    made: list[Facts] = []
    for pick in picks:
        data_set = chart_parts.visual(definition, pick["visual"]).data_set
        if data_set != visual["set"]:
            continue
        for key in pick["keys"]:
            column = {"DataSetIdentifier": data_set, "ColumnName": key["column"]}
            named = {"FilterId": f"picked-{len(made) + 1}", "Column": column}
            made.append(_filter(named, key))
    return made


def _filter(named: Facts, key: Facts) -> Facts:
    value, kind = key["value"], key["kind"]
    if value is None:
        listed = {"MatchOperator": "CONTAINS", "NullOption": "NULLS_ONLY", "CategoryValues": []}
        return {"CategoryFilter": {**named, "Configuration": {"FilterListConfiguration": listed}}}
    if kind == "date":
        moment = {"Value": str(value), "TimeGranularity": key.get("grain") or "DAY"}
        return {"TimeEqualityFilter": {**named, **moment}}
    if kind == "number":
        same = {"Value": value, "MatchOperator": "EQUALS", "NullOption": "NON_NULLS_ONLY"}
        return {"NumericEqualityFilter": {**named, **same}}
    listed = {
        "MatchOperator": "CONTAINS",
        "NullOption": "NON_NULLS_ONLY",
        "CategoryValues": [str(value)],
    }
    return {"CategoryFilter": {**named, "Configuration": {"FilterListConfiguration": listed}}}
