"""Short ways to write parts of a definition, in the API's own shapes."""

from typing import Any

Json = dict[str, Any]


def column(name: str) -> Json:
    return {"DataSetIdentifier": "visits", "ColumnName": name}


def dim(name: str, **more: Any) -> Json:
    """A dimension of text, whose id is the column's name."""
    return {"CategoricalDimensionField": {"FieldId": name, "Column": column(name), **more}}


def number(name: str) -> Json:
    return {"NumericalDimensionField": {"FieldId": name, "Column": column(name)}}


def date(granularity: str = "MONTH", name: str = "at") -> Json:
    return {
        "DateDimensionField": {
            "FieldId": name,
            "Column": column(name),
            "DateGranularity": granularity,
        }
    }


def measure(name: str = "views", function: str = "SUM") -> Json:
    """A measure whose id is, for example, ``sum_views``."""
    return {
        "NumericalMeasureField": {
            "FieldId": f"{function.lower()}_{name}",
            "Column": column(name),
            "AggregationFunction": {"SimpleNumericalAggregation": function},
        }
    }


def percentile(percent: float, name: str = "views") -> Json:
    function = {"PercentileAggregation": {"PercentileValue": percent}}
    return {
        "NumericalMeasureField": {
            "FieldId": "p",
            "Column": column(name),
            "AggregationFunction": function,
        }
    }


def counted(name: str, function: str = "COUNT", shape: str = "Categorical") -> Json:
    return {
        f"{shape}MeasureField": {
            "FieldId": f"{function.lower()}_{name}",
            "Column": column(name),
            "AggregationFunction": function,
        }
    }


def calculated(expression: str) -> Json:
    return {"CalculatedMeasureField": {"FieldId": "calculated", "Expression": expression}}


def plain_field(name: str) -> Json:
    return {"FieldId": name, "Column": column(name)}


def visual(kind: str, wells: Json, *, body: Json | None = None, **configuration: Any) -> Json:
    """One member of a sheet's visuals.

    Args:
        kind: ``BarChart``, ``PivotTable``, ...
        wells: with the set of wells where the type has one: ``{"BarChartAggregated": {...}}``.
        body: what stands beside ``ChartConfiguration``.
        configuration: what stands in it beside the wells.
    """
    fields = {f"{k}FieldWells" if k.endswith("gated") else k: v for k, v in wells.items()}
    chart = {"FieldWells": fields, **configuration}
    return {f"{kind}Visual": {"VisualId": "v", "ChartConfiguration": chart, **(body or {})}}


def bar(category: list[Json], values: list[Json], **more: Any) -> Json:
    """A bar chart; ``Colors`` and ``SmallMultiples`` are wells, the rest is configuration."""
    wells = {"Category": category, "Values": values}
    wells |= {name: more.pop(name) for name in ("Colors", "SmallMultiples") if name in more}
    return visual("BarChart", {"BarChartAggregated": wells}, **more)


def sort(field: str, direction: str = "DESC") -> list[Json]:
    return [{"FieldSort": {"FieldId": field, "Direction": direction}}]


def sort_by_column(name: str, function: str, direction: str = "DESC") -> list[Json]:
    how = {"NumericalAggregationFunction": {"SimpleNumericalAggregation": function}}
    by = {"SortBy": column(name), "Direction": direction, "AggregationFunction": how}
    return [{"ColumnSort": by}]


def limit(items: int, others: str = "INCLUDE") -> Json:
    return {"ItemsLimit": items, "OtherCategories": others}


def filtered(kind: str, name: str, **body: Any) -> Json:
    """A filter of the API."""
    return {kind: {"FilterId": f"f-{name}", "Column": column(name), **body}}


def filter_group(*filters: Json, **more: Any) -> Json:
    everywhere: Json = {"AllSheets": {}}
    return {
        "FilterGroupId": "g",
        "Filters": list(filters),
        "ScopeConfiguration": everywhere,
        "Status": "ENABLED",
        "CrossDataset": "SINGLE_DATASET",
        **more,
    }


def insight(kind: str, **body: Any) -> Json:
    """An insight of one computation, whose id is ``c``."""
    computation = {kind: {"ComputationId": "c", **body}}
    return {
        "InsightVisual": {
            "VisualId": "v",
            "DataSetIdentifier": "visits",
            "InsightConfiguration": {"Computations": [computation]},
        }
    }
