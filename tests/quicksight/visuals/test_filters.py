"""Filters of each kind over ten visits, by the ids of the rows that they let through."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import botocore.session
import pytest

from labkit.cloud.engine.types import VARCHAR
from labkit.cloud.quicksight.spice.model import Column, DataSet
from labkit.cloud.quicksight.visuals.model import VisualData, VisualError
from tests.quicksight.visuals.building import (
    bar,
    column,
    dim,
    filter_group,
    filtered,
    insight,
    measure,
    number,
    plain_field,
    visual,
)

Show = Callable[..., VisualData]
Json = dict[str, Any]
IDS = visual("Table", {"TableUnaggregated": {"Values": [plain_field("id")]}})
ALL = list(range(1, 11))
SUM = {"NumericalAggregationFunction": {"SimpleNumericalAggregation": "SUM"}}


def category(shape: str, operator: str, values: Any = None, **more: Any) -> Json:
    named = "CategoryValue" if shape == "CustomFilter" else "CategoryValues"
    given = {} if values is None else {named: values}
    how = {f"{shape}Configuration": {"MatchOperator": operator, **given, **more}}
    return filtered("CategoryFilter", "course", Configuration=how)


def between(low: Any, high: Any, **more: Any) -> Json:
    ends = {}
    if low is not None:
        ends["RangeMinimum"] = low if isinstance(low, dict) else {"StaticValue": low}
    if high is not None:
        ends["RangeMaximum"] = high if isinstance(high, dict) else {"StaticValue": high}
    return filtered("NumericRangeFilter", "views", NullOption="NON_NULLS_ONLY", **ends, **more)


def equal(operator: str, nulls: str = "NON_NULLS_ONLY", **more: Any) -> Json:
    return filtered(
        "NumericEqualityFilter", "views", MatchOperator=operator, NullOption=nulls, **more
    )


def times(low: Any, high: Any, **more: Any) -> Json:
    bounds = {"RangeMinimumValue": low, "RangeMaximumValue": high}
    given = {name: bound for name, bound in bounds.items() if bound}
    return filtered("TimeRangeFilter", "at", NullOption="NON_NULLS_ONLY", **given, **more)


def relative(kind: str, granularity: str, value: int | None = None, **more: Any) -> Json:
    count = {} if value is None else {"RelativeDateValue": value}
    return filtered(
        "RelativeDatesFilter",
        "at",
        AnchorDateConfiguration=more.pop("anchor", {"AnchorOption": "NOW"}),
        TimeGranularity=granularity,
        RelativeDateType=kind,
        NullOption="NON_NULLS_ONLY",
        **count,
        **more,
    )


def top(limit: int | None, direction: str = "DESC", **more: Any) -> Json:
    by = {"Column": column("views"), "SortDirection": direction, "AggregationFunction": SUM}
    sorts = [*more.pop("first", ()), *([by] if more.pop("sums", True) else [])]
    count = {} if limit is None else {"Limit": limit}
    return filtered(
        "TopBottomFilter", "course", AggregationSortConfigurations=sorts, **count, **more
    )


def nested(include: bool) -> Json:
    listed = {"MatchOperator": "CONTAINS", "CategoryValues": ["dance"]}
    inner = {"Column": column("course"), "Configuration": {"FilterListConfiguration": listed}}
    return filtered(
        "NestedFilter", "city", IncludeInnerSet=include, InnerFilter={"CategoryInnerFilter": inner}
    )


def static(text: str) -> Json:
    return {"StaticValue": datetime.fromisoformat(text)}


BOTH: Json = {"IncludeMinimum": True, "IncludeMaximum": True}
EVERY = "FILTER_ALL_VALUES"
SELECT_ALL: Json = {"SelectAllOptions": EVERY}
FIRST = {"RollingDate": {"Expression": "truncDate('MM', now())"}}
MOST = [{"Column": column("course"), "SortDirection": "DESC",
         "AggregationFunction": {"CategoricalAggregationFunction": "COUNT"}}]  # fmt: skip
TWO_DAYS = {"ExcludePeriodConfiguration": {"Amount": 2, "Granularity": "DAY", "Status": "ENABLED"}}

FILTERS: dict[str, tuple[Json, list[int]]] = {
    "list": (category("FilterList", "CONTAINS", ["art", "bio"]), [1, 2, 3, 4, 5, 10]),
    "list of equals": (category("FilterList", "EQUALS", ["chem"]), [6]),
    "list, but": (category("FilterList", "DOES_NOT_CONTAIN", ["art", "bio"]), [6, 7, 8, 9]),
    "list with nulls": (
        category("FilterList", "CONTAINS", ["chem"], NullOption="ALL_VALUES"), [6, 9]),
    "list of all": (category("FilterList", "CONTAINS", **SELECT_ALL), ALL),
    "list of all that are known": (
        category("FilterList", "CONTAINS", NullOption="NON_NULLS_ONLY", **SELECT_ALL),
        [1, 2, 3, 4, 5, 6, 7, 8, 10]),
    "list of none": (category("FilterList", "CONTAINS", []), []),
    "custom list": (
        category("CustomFilterList", "CONTAINS", ["bio"], NullOption="NON_NULLS_ONLY"), [4, 5]),
    "custom list, but": (
        category("CustomFilterList", "DOES_NOT_EQUAL", ["art", "bio"], NullOption="NON_NULLS_ONLY"),
        [6, 7, 8]),
    "text": (category("CustomFilter", "EQUALS", "bio", NullOption="NON_NULLS_ONLY"), [4, 5]),
    "not the text": (
        category("CustomFilter", "DOES_NOT_EQUAL", "art", NullOption="ALL_VALUES"),
        [4, 5, 6, 7, 8, 9]),
    "text inside": (
        category("CustomFilter", "CONTAINS", "he", NullOption="NON_NULLS_ONLY"), [6]),
    "text not inside": (
        category("CustomFilter", "DOES_NOT_CONTAIN", "a", NullOption="NON_NULLS_ONLY"), [4, 5, 6]),
    "text at the start": (
        category("CustomFilter", "STARTS_WITH", "d", NullOption="NON_NULLS_ONLY"), [7, 8]),
    "text at the end": (
        category("CustomFilter", "ENDS_WITH", "m", NullOption="NON_NULLS_ONLY"), [6]),
    "text is missing": (
        category("CustomFilter", "EQUALS", "art", NullOption="NULLS_ONLY"), [9]),
    "text of a parameter": (
        category("CustomFilter", "EQUALS", ParameterName="Course", NullOption="NON_NULLS_ONLY"),
        [6]),
    "text of a parameter of many": (
        category("CustomFilter", "EQUALS", ParameterName="Courses", NullOption="NON_NULLS_ONLY"),
        [4, 5, 6]),
    "a quote does no harm": (
        category("FilterList", "CONTAINS", ["x' OR 'a' = 'a", '"']), []),
    "range": (between(4, 6, **BOTH), [6, 7, 8, 9]),
    "open range": (between(4, 6), [9]),
    "range without an end": (between(None, 3), [1, 2]),
    "range of parameters": (between({"Parameter": "Low"}, None, IncludeMinimum=True), [4, 5]),
    "range of everything": (between(5, 6, **SELECT_ALL), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    "number": (equal("EQUALS", Value=6.0), [7, 8]),
    "not the number": (equal("DOES_NOT_EQUAL", Value=6.0), [1, 2, 3, 4, 5, 6, 9]),
    "number or nothing": (equal("EQUALS", "ALL_VALUES", Value=6.0), [7, 8, 10]),
    "range from the first of many": (
        between({"Parameter": "Lows"}, None, IncludeMinimum=True), [4, 5]),
    "number of a parameter": (equal("EQUALS", ParameterName="Low"), [4]),
    "moment": (
        filtered("TimeEqualityFilter", "at", Value=datetime(2024, 3, 1, 12)), [5]),
    "day": (
        filtered("TimeEqualityFilter", "at", Value=datetime(2024, 3, 20), TimeGranularity="DAY"),
        [8]),
    "week, from Sunday": (
        filtered("TimeEqualityFilter", "at", Value=datetime(2024, 3, 20), TimeGranularity="WEEK"),
        [6, 7, 8]),
    "month of a parameter": (
        filtered("TimeEqualityFilter", "at", ParameterName="Day", TimeGranularity="MONTH"), [3, 4]),
    "days": (
        times(static("2024-02-10"), static("2024-03-01"), TimeGranularity="DAY", **BOTH),
        [3, 4, 5]),
    "days, ends out": (
        times(static("2024-02-10"), static("2024-03-01"), TimeGranularity="DAY"), [4]),
    "days since a parameter": (
        times({"Parameter": "Day"}, None, IncludeMinimum=True), [3, 4, 5, 6, 7, 8, 9]),
    "days from a rolling date": (times(FIRST, None, IncludeMinimum=True), [5, 6, 7, 8, 9]),
    "days but the last two": (times(static("2024-03-01"), None, **TWO_DAYS), [5, 6]),
    "all days but the last two": (times(None, None, **TWO_DAYS), [1, 2, 3, 4, 5, 6]),
    "this month": (relative("THIS", "MONTH"), [5, 6, 7, 8, 9]),
    "previous month": (relative("PREVIOUS", "MONTH"), [3, 4]),
    "month to date": (relative("NOW", "MONTH"), [5, 6, 7, 8]),
    "last two months": (relative("LAST", "MONTH", 2), [3, 4, 5, 6, 7, 8, 9]),
    "next week and this": (relative("NEXT", "WEEK", 2), [6, 7, 8, 9]),
    "this week": (relative("THIS", "WEEK"), [6, 7, 8]),
    "last days of a parameter's date": (
        relative("LAST", "DAY", 2, anchor={"ParameterName": "Day"}), [3]),
    "last ten days, of a parameter": (relative("LAST", "DAY", ParameterName="Low"), [6, 7, 8]),
    "top": (top(2), [4, 5, 7, 8]),
    "bottom": (top(1, "ASC"), [6]),
    "top, with all that are even": (top(2, first=MOST, sums=False), [1, 2, 3, 4, 5, 7, 8, 10]),
    "top, even ones told apart": (top(2, first=MOST), [1, 2, 3, 4, 5, 10]),
    "top of a parameter": (top(None, ParameterName="One"), [4, 5]),
    "nested": (nested(True), [7, 8, 9, 10]),
    "not nested": (nested(False), [1, 2, 3, 4, 5, 6]),
}  # fmt: skip


def declared(kind: str, name: str, *values: Any, many: bool = False) -> Json:
    how = {} if kind == "DateTime" else {
        "ParameterValueType": "MULTI_VALUED" if many else "SINGLE_VALUED"}  # fmt: skip
    return {
        f"{kind}ParameterDeclaration": {
            "Name": name, "DefaultValues": {"StaticValues": list(values)}, **how}
    }  # fmt: skip


PARAMETERS = [
    declared("String", "Course", "chem"),
    declared("String", "Courses", "chem", "bio", many=True),
    declared("Integer", "Low", 10),
    declared("Integer", "One", 1),
    declared("Integer", "Lows", 10, 2, many=True),
    declared("DateTime", "Day", datetime(2024, 2, 10)),
]


def ids(data: VisualData) -> list[int]:
    return sorted(row[0] for row in data.rows)


@pytest.mark.parametrize("name", FILTERS)
def test_rows_that_pass(name: str, show: Show) -> None:
    one, wanted = FILTERS[name]
    given = {"ParameterDeclarations": PARAMETERS}
    assert ids(show(IDS, FilterGroups=[filter_group(one)], **given)) == wanted
    assert ids(show(IDS, extra_filters=[one], **given)) == wanted


def test_every_kind_of_the_api_has_a_row() -> None:
    model = botocore.session.get_session().get_service_model("quicksight")
    assert {kind for one, _ in FILTERS.values() for kind in one} == set(
        model.shape_for("Filter").members
    )


BIO = category("FilterList", "CONTAINS", ["bio"])
CHEM = category("FilterList", "CONTAINS", ["chem"])
LARGE = between(5, None)


def scope(sheet: str, *visuals: str) -> Json:
    one = {"SheetId": sheet, "Scope": "SELECTED_VISUALS" if visuals else "ALL_VISUALS"}
    chosen = {**one, **({"VisualIds": list(visuals)} if visuals else {})}
    return {"SelectedSheets": {"SheetVisualScopingConfigurations": [chosen]}}


GROUPS: dict[str, tuple[list[Json], list[int]]] = {
    "or in a group": ([filter_group(BIO, CHEM)], [4, 5, 6]),
    "and between groups": ([filter_group(BIO, CHEM), filter_group(LARGE)], [4, 5]),
    "a disabled one": ([filter_group(BIO, Status="DISABLED")], ALL),
    "of the visual's sheet": ([filter_group(BIO, ScopeConfiguration=scope("s"))], [4, 5]),
    "of another sheet": ([filter_group(BIO, ScopeConfiguration=scope("s2"))], ALL),
    "of this visual": ([filter_group(BIO, ScopeConfiguration=scope("s", "v"))], [4, 5]),
    "of another visual": ([filter_group(BIO, ScopeConfiguration=scope("s", "w"))], ALL),
    "top among the filtered": ([filter_group(top(1)), filter_group(CHEM)], [6]),
}


@pytest.mark.parametrize("name", GROUPS)
def test_groups_and_scopes(name: str, show: Show) -> None:
    groups, passed = GROUPS[name]
    sheets = [{"SheetId": "s", "Visuals": [IDS]}]
    assert ids(show(IDS, FilterGroups=groups, Sheets=sheets)) == passed


@pytest.mark.parametrize(("across", "passed"), [("ALL_DATASETS", [4, 5]), ("SINGLE_DATASET", ALL)])
def test_filters_across_data_sets(across: str, passed: list[int], show: Show) -> None:
    other = DataSet("SELECT 1", (Column("course", VARCHAR),))
    body = {**BIO["CategoryFilter"], "Column": {"DataSetIdentifier": "other",
                                               "ColumnName": "course"}}  # fmt: skip
    groups = [filter_group({"CategoryFilter": body}, CrossDataset=across)]
    assert ids(show(IDS, other=other, FilterGroups=groups)) == passed


PARAMETER_VALUES: dict[str, tuple[Any, list[int]]] = {
    "its default": ({}, [4, 5, 6]),
    "a list": ({"Courses": ["dance"]}, [7, 8]),
    "one value": ({"courses": "dance"}, [7, 8]),
    "all": ({"Courses": ["[ALL]"]}, ALL),
    "all, by the reserved value": ({"Courses": ["ALL_VALUES"]}, ALL),
    "null": ({"Courses": [None]}, [9]),
}


@pytest.mark.parametrize("name", PARAMETER_VALUES)
def test_parameter_values(name: str, show: Show) -> None:
    values, passed = PARAMETER_VALUES[name]
    one = category("CustomFilter", "EQUALS", ParameterName="Courses", NullOption="ALL_VALUES")
    if not name.startswith("all"):
        one["CategoryFilter"]["Configuration"]["CustomFilterConfiguration"]["NullOption"] = (
            "NON_NULLS_ONLY"
        )
    given = {"ParameterDeclarations": PARAMETERS, "parameters": values}
    assert ids(show(IDS, FilterGroups=[filter_group(one)], **given)) == passed


AGGREGATED: dict[str, tuple[Json, list[Any]]] = {
    "sum above": (between(10, None, AggregationFunction=SUM), [("bio", 30), ("dance", 12)]),
    "sum equals": (equal("EQUALS", Value=4, AggregationFunction=SUM), [("chem", 4)]),
}


@pytest.mark.parametrize("name", AGGREGATED)
def test_filters_of_groups(name: str, show: Show) -> None:
    one, rows = AGGREGATED[name]
    data = show(bar([dim("course")], [measure()]), FilterGroups=[filter_group(one)])
    assert list(data.rows) == rows
    assert data.totals == {"sum_views": sum(row[1] for row in rows)}
    wells = {"Category": [dim("course")], "Values": [measure(), measure("views", "MEDIAN")]}
    medians = show(visual("PieChart", {"PieChartAggregated": wells}), extra_filters=[one])
    assert [row[:2] for row in medians.rows] == rows
    assert medians.totals["sum_views"] == sum(row[1] for row in rows)


def test_boxes_and_computations_are_filtered_by_groups(show: Show) -> None:
    """Of the devices only one has over 30 views."""
    more = [between(30, None, AggregationFunction=SUM)]
    wells = {"GroupBy": [dim("device")], "Values": [measure()]}
    boxes = show(visual("BoxPlot", {"BoxPlotAggregated": wells}), extra_filters=more)
    assert [row[0] for row in boxes.rows] == ["app"]
    alone = visual("BoxPlot", {"BoxPlotAggregated": {"GroupBy": [], "Values": [measure()]}})
    assert [len(show(alone, extra_filters=[between(each, None, AggregationFunction=SUM)]).rows)
            for each in (50, 60)] == [1, 0]  # fmt: skip
    bottom = insight("TopBottomRanked", Category=dim("device"), Value=measure(), Type="BOTTOM")
    found = show(bottom, extra_filters=more).computations["c"]["items"]
    assert found == [{"category": "app", "value": 32}]
    total = insight("TotalAggregation", Value=measure())
    assert show(total, extra_filters=[between(60, None, AggregationFunction=SUM)]).computations[
        "c"
    ]["total"] is None  # fmt: skip


def test_bins_have_no_groups_to_filter(show: Show) -> None:
    bins = visual("Histogram", {"HistogramAggregated": {"Values": [measure()]}})
    with pytest.raises(VisualError, match="has no groups to filter by an aggregate"):
        show(bins, extra_filters=[between(30, None, AggregationFunction=SUM)])


def test_rows_and_groups_do_not_stand_in_one_group(show: Show) -> None:
    mixed = filter_group(BIO, between(1, None, AggregationFunction=SUM))
    with pytest.raises(VisualError, match="cannot stand in one filter group"):
        show(bar([dim("course")], [measure()]), FilterGroups=[mixed])


def test_an_unknown_column_is_named(show: Show) -> None:
    one = filtered("NumericEqualityFilter", "viws", MatchOperator="EQUALS", Value=1,
                   NullOption="NON_NULLS_ONLY")  # fmt: skip
    with pytest.raises(VisualError, match="no column 'viws'"):
        show(IDS, FilterGroups=[filter_group(one)])


def test_a_filter_of_a_calculated_field(show: Show) -> None:
    fields = [{"DataSetIdentifier": "visits", "Name": "double", "Expression": "{views} * 2"}]
    one = filtered("NumericEqualityFilter", "double", MatchOperator="EQUALS", Value=12,
                   NullOption="NON_NULLS_ONLY")  # fmt: skip
    assert ids(show(IDS, CalculatedFields=fields, FilterGroups=[filter_group(one)])) == [7, 8]


@pytest.mark.parametrize(("unset", "value"), [
    ({}, "ALL_VALUES"), ({"CustomValue": "any"}, "any"), ({"ValueWhenUnsetOption": "NULL"}, None),
])  # fmt: skip
def test_a_calculated_field_reads_a_reserved_value(unset: Json, value: Any, show: Show) -> None:
    given = declared("String", "Course", "chem")
    given["StringParameterDeclaration"]["ValueWhenUnset"] = unset
    fields = [{"DataSetIdentifier": "visits", "Name": "chosen", "Expression": "${Course}"}]
    data = show(bar([dim("chosen")], [measure()]), CalculatedFields=fields,
                ParameterDeclarations=[given], parameters={"Course": "[ALL]"})  # fmt: skip
    assert [row[0] for row in data.rows] == [value]


OF_CITY = [
    {"DataSetIdentifier": "visits", "Name": "of city", "Expression": "sum({views}, [{city}])"}
]


def test_a_level_aware_aggregate_is_on_all_rows_of_its_groups(show: Show) -> None:
    one = filtered("NumericRangeFilter", "of city", RangeMinimum={"StaticValue": 17},
                   IncludeMinimum=True, NullOption="NON_NULLS_ONLY")  # fmt: skip
    assert ids(show(IDS, CalculatedFields=OF_CITY, FilterGroups=[filter_group(one)])) == [
        4, 5, 6, 7, 8, 9, 10,
    ]  # fmt: skip
    by = show(bar([number("of city")], [measure()]), CalculatedFields=OF_CITY)
    assert sorted(by.rows) == [(6, 6), (17, 17), (34, 34)]


def test_a_top_filter_leaves_a_level_aware_aggregate_its_groups(show: Show) -> None:
    lowest = [filter_group(top(1, "ASC"))]
    found = show(bar([dim("city")], [measure("of city")]), CalculatedFields=OF_CITY,
                 FilterGroups=lowest)  # fmt: skip
    assert list(found.rows) == [("LA", 34)]


EVIL = "day', (SELECT 1)) = 1 OR date_trunc('day"
INJECTED = {
    "a granularity": filtered("TimeEqualityFilter", "at", Value=datetime(2024, 3, 20),
                              TimeGranularity=EVIL),
    "a period": relative("LAST", EVIL, 2),
    "a direction": top(1, "DESC; DROP TABLE x"),
}  # fmt: skip


@pytest.mark.parametrize("name", INJECTED)
def test_words_of_a_filter_are_no_sql(name: str, show: Show) -> None:
    with pytest.raises(VisualError, match="is none of"):
        show(IDS, extra_filters=[INJECTED[name]])


def test_a_parameter_without_a_value_lets_all_through(show: Show) -> None:
    """As AWS's dashboards have it; where a declaration says NULL, it is NULL."""
    group = {
        "FilterGroupId": "g",
        "CrossDataset": "SINGLE_DATASET",
        "ScopeConfiguration": {"AllSheets": {}},
        "Filters": [
            category("CustomFilter", "EQUALS", ParameterName="Open", NullOption="NON_NULLS_ONLY")
        ],
    }
    found = []
    for option in ("RECOMMENDED_VALUE", "NULL"):
        declared = {
            "Name": "Open",
            "ParameterValueType": "SINGLE_VALUED",
            "DefaultValues": {"StaticValues": []},
            "ValueWhenUnset": {"ValueWhenUnsetOption": option},
        }
        data = show(
            bar([dim("city")], [measure()]),
            ParameterDeclarations=[{"StringParameterDeclaration": declared}],
            FilterGroups=[group],
        )
        found.append(sum(row[1] for row in data.rows))
    assert found == [52, 5]


def test_whole_numbers_that_no_double_tells_apart(show: Show) -> None:
    """The rows of another id were shown."""
    equals = filtered(
        "NumericEqualityFilter", "large", ParameterName="Large", MatchOperator="EQUALS",
        NullOption="NON_NULLS_ONLY",
    )  # fmt: skip
    large = "{id} + 9007199254740990"
    declared = {"Name": "Large", "ParameterValueType": "SINGLE_VALUED",
                "DefaultValues": {"StaticValues": [9007199254740993]}}  # fmt: skip
    data = show(
        IDS,
        CalculatedFields=[{"DataSetIdentifier": "visits", "Name": "large", "Expression": large}],
        ParameterDeclarations=[{"IntegerParameterDeclaration": declared}],
        FilterGroups=[filter_group(equals)],
    )
    assert ids(data) == [3]
