"""Aggregations, dates, sorts, limits and totals over ten visits."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from labkit.cloud.engine.types import BIGINT, TIMESTAMP, VARCHAR, Type
from labkit.cloud.quicksight.render import THEMES
from labkit.cloud.quicksight.reports.tables import table_of
from labkit.cloud.quicksight.spice.model import Column, DataSet
from labkit.cloud.quicksight.visuals.model import OTHER, TOTAL, VisualData, VisualError
from tests.quicksight.visuals.building import (
    bar,
    calculated,
    column,
    counted,
    date,
    dim,
    filter_group,
    filtered,
    limit,
    measure,
    percentile,
    plain_field,
    sort,
    sort_by_column,
    visual,
)

Show = Callable[..., VisualData]

# Of the views 1, 2, 3, 10, 20, 4, 6, 6, 5 and one missing.
AGGREGATIONS: dict[str, tuple[Any, Any]] = {
    "SUM": (measure(), 57),
    "AVERAGE": (measure("views", "AVERAGE"), 57 / 9),
    "MIN": (measure("views", "MIN"), 1),
    "MAX": (measure("views", "MAX"), 20),
    "COUNT": (measure("views", "COUNT"), 9),
    "DISTINCT_COUNT": (measure("views", "DISTINCT_COUNT"), 8),
    "VAR": (measure("views", "VAR"), 33.25),
    "VARP": (measure("views", "VARP"), 266 / 9),
    "STDEV": (measure("views", "STDEV"), 33.25**0.5),
    "STDEVP": (measure("views", "STDEVP"), (266 / 9) ** 0.5),
    "MEDIAN": (measure("views", "MEDIAN"), 5),
    "percentile": (percentile(75), 6),
    "count of text": (counted("course"), 9),
    "unique count of text": (counted("course", "DISTINCT_COUNT"), 4),
    "count of dates": (counted("at", "COUNT", "Date"), 9),
    "unique count of dates": (counted("at", "DISTINCT_COUNT", "Date"), 9),
    "first date": (counted("at", "MIN", "Date"), datetime(2024, 1, 6, 9)),
    "last date": (counted("at", "MAX", "Date"), datetime(2024, 3, 25, 1)),
    "an expression": (calculated("sum({views}) / count({id})"), 5.7),
}


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_aggregations(name: str, show: Show) -> None:
    one, value = AGGREGATIONS[name]
    [(found,)] = show(visual("KPI", {"Values": [one]})).rows
    assert found == (pytest.approx(value) if isinstance(value, float) else value)
    assert isinstance(found, int) or "COUNT" not in name


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_a_total_is_the_aggregate_of_all_rows(name: str, show: Show) -> None:
    one, value = AGGREGATIONS[name]
    asked = visual("PieChart", {"PieChartAggregated": {"Category": [dim("city")], "Values": [one]}})
    [found] = show(asked).totals.values()
    assert found == (pytest.approx(value) if isinstance(value, float) else value)


def test_decimals_are_exact(show: Show) -> None:
    money = Type("decimal", (10, 2))
    rows = DataSet("SELECT CAST(0.1 AS DECIMAL(10,2)) AS fee FROM range(3)",
                   (Column("fee", money),))  # fmt: skip
    one = measure("fee")
    one["NumericalMeasureField"]["Column"]["DataSetIdentifier"] = "other"
    assert list(show(visual("KPI", {"Values": [one]}), other=rows).rows) == [(Decimal("0.30"),)]


@pytest.mark.parametrize(
    "one",
    [measure("fee", "MEDIAN"), percentile(50, "fee"), calculated("median({fee})"),
     calculated("percentileCont({fee}, 50)")],
)  # fmt: skip
def test_between_two_decimals_lies_one_of_more_digits(one: Any, show: Show) -> None:
    rows = DataSet("SELECT CAST(i / 100 AS DECIMAL(10,2)) AS fee FROM range(1, 3) AS t(i)",
                   (Column("fee", Type("decimal", (10, 2))),))  # fmt: skip
    for body in one.values():
        body["Column"] = {"DataSetIdentifier": "other", "ColumnName": "fee"}
    assert list(show(visual("KPI", {"Values": [one]}), other=rows).rows) == [(0.015,)]


GRANULARITIES = {
    "YEAR": "2023-01-01", "QUARTER": "2023-10-01", "MONTH": "2023-12-01", "WEEK": "2023-12-31",
    "DAY": "2023-12-31", "HOUR": "2023-12-31 23:00", "MINUTE": "2023-12-31 23:59",
    "SECOND": "2023-12-31 23:59:58", "MILLISECOND": "2023-12-31 23:59:58.123",
}  # fmt: skip


@pytest.mark.parametrize("grain", GRANULARITIES)
def test_dates_are_cut(grain: str, show: Show) -> None:
    at = "TIMESTAMP '2023-12-31 23:59:58.123456'"
    rows = DataSet(f"SELECT {at} AS at", (Column("at", TIMESTAMP),))
    field = date(grain)
    field["DateDimensionField"]["Column"]["DataSetIdentifier"] = "other"
    data = show(bar([field], []), other=rows)
    assert list(data.rows) == [(datetime.fromisoformat(GRANULARITIES[grain]),)]


@pytest.mark.parametrize(
    ("start", "week"), [("SUNDAY", 17), ("MONDAY", 18), ("WEDNESDAY", 20), ("SATURDAY", 16)]
)
def test_a_week_begins_where_the_definition_says(start: str, week: int, show: Show) -> None:
    on_the_20th = [filtered("TimeEqualityFilter", "at", Value=datetime(2024, 3, 20),
                            TimeGranularity="DAY")]  # fmt: skip
    data = show(
        bar([date("WEEK")], [measure()]), Options={"WeekStart": start}, extra_filters=on_the_20th
    )
    assert list(data.rows) == [(datetime(2024, 3, week), 6)]


def category_sort(sorts: Any, **more: Any) -> Any:
    return {"SortConfiguration": {"CategorySort": sorts, **more}}


SORTS: dict[str, tuple[Any, list[Any]]] = {
    "by the measure, as none is said": ({}, ["bio", "dance", "art", None, "chem"]),
    "by the measure upwards": (
        category_sort(sort("sum_views", "ASC")), ["chem", None, "art", "dance", "bio"]),
    "by itself": (category_sort(sort("course", "ASC")), ["art", "bio", "chem", "dance", None]),
    "by itself downwards": (
        category_sort(sort("course", "DESC")), ["dance", "chem", "bio", "art", None]),
    "by another column": (
        category_sort(sort_by_column("price", "MAX")), ["art", "dance", None, "chem", "bio"]),
    "by another column's count, ties by name": (
        category_sort(sort_by_column("id", "COUNT")), ["art", "bio", "dance", "chem", None]),
}  # fmt: skip


@pytest.mark.parametrize("name", SORTS)
def test_sorts(name: str, show: Show) -> None:
    more, order = SORTS[name]
    assert [row[0] for row in show(bar([dim("course")], [measure()], **more)).rows] == order


def test_a_sort_by_a_field_that_is_not_there_is_told(show: Show) -> None:
    asked = bar([dim("course")], [measure()], **category_sort(sort("price")))
    [note] = show(asked).not_drawn
    assert note == "The sort by the field 'price', which is not on the sorted axis."
    rows = visual("Table", {"TableUnaggregated": {"Values": [plain_field("id")]}},
                  SortConfiguration={"RowSort": sort("price")})  # fmt: skip
    assert show(rows).not_drawn == (
        "The sort by the field 'price', which the visual does not have.",
    )


@pytest.mark.parametrize(("kind", "months"), [("BarChart", (3, 2, 1)), ("LineChart", (1, 2, 3))])
def test_dates_stand_by_the_measure_in_bars_and_else_by_their_own(
    kind: str, months: tuple[int, ...], show: Show
) -> None:
    wells = {"Category": [date()], "Values": [measure()]}
    shown = show(visual(kind, {f"{kind}Aggregated": wells}))
    dates = [row[0] for row in shown.rows]
    assert dates == [*(datetime(2024, month, 1) for month in months), None]


@pytest.mark.parametrize(
    ("more", "courses"),
    [
        ({}, ["art", "bio", "chem", "dance", None]),
        ({"SortConfiguration": {"ColorItemsLimit": limit(2)}}, ["bio", "dance"]),
        ({"SortConfiguration": {"ColorSort": sort("sum_views")}},
         ["bio", "dance", "art", None, "chem"]),
    ],
    ids=["by name", "the greatest, by name", "sorted"],
)  # fmt: skip
def test_colours_of_bars_go_by_their_names(more: Any, courses: list[Any], show: Show) -> None:
    shown = show(bar([dim("city")], [measure()], Colors=[dim("course")], **more))
    [color] = shown.well("Colors")
    assert list(shown.places[color.id]) == courses


@pytest.mark.parametrize("function", ["SUM", "AVERAGE", "MIN", "MAX", "COUNT", "MEDIAN"])
def test_the_rest_is_computed_over_its_rows(function: str, show: Show) -> None:
    more = category_sort(sort("course", "ASC"), CategoryItemsLimit=limit(1))
    data = show(bar([dim("course")], [measure("views", function)], **more))
    rest = {"SUM": 51, "AVERAGE": 8.5, "MIN": 4, "MAX": 20, "COUNT": 6, "MEDIAN": 6}[function]
    assert data.others == (None, pytest.approx(rest))
    assert (len(data.rows), data.cut) == (1, 4)


def test_the_rest_can_be_left_out(show: Show) -> None:
    more = category_sort(sort("sum_views"), CategoryItemsLimit=limit(2, "EXCLUDE"))
    data = show(bar([dim("course")], [measure()], **more))
    assert (list(data.rows), data.others, data.cut) == ([("bio", 30), ("dance", 12)], None, 3)
    assert data.totals == {"sum_views": 57}


@pytest.mark.parametrize("function", ["SUM", "MEDIAN"])
def test_the_rest_of_two_axes(function: str, show: Show) -> None:
    more = category_sort(sort("city", "ASC"), CategoryItemsLimit=limit(1),
                         ColorSort=sort("device", "ASC"), ColorItemsLimit=limit(1))  # fmt: skip
    data = show(bar([dim("city")], [measure("views", function)], Colors=[dim("device")], **more))
    found = {(row[0], row[2]): row[1] for row in data.rows}
    sums = {("LA", "app"): 24, ("LA", OTHER): 10, (OTHER, "app"): 8, (OTHER, OTHER): 15}
    medians = {("LA", "app"): 12, ("LA", OTHER): 10, (OTHER, "app"): 4, (OTHER, OTHER): 4}
    assert found == (sums if function == "SUM" else medians)


def test_the_rest_where_no_group_is_within_both_limits(show: Show) -> None:
    """The greatest city has no row without a course, which goes first among the courses."""
    two = "(VALUES ('NY', 'art', 9), ('LA', 'bio', 1)) t(city, course, views)"
    rows = DataSet(f"SELECT * FROM {two}",
                   tuple(Column(*of) for of in (("city", VARCHAR), ("course", VARCHAR),
                                                ("views", BIGINT))))  # fmt: skip
    more = category_sort(sort("city"), CategoryItemsLimit=limit(1, "EXCLUDE"),
                         ColorSort=sort("course"), ColorItemsLimit=limit(1))  # fmt: skip
    asked = bar([dim("city")], [measure("views", "MEDIAN")], Colors=[dim("course")], **more)
    assert list(show(elsewhere(asked), other=rows).rows) == [("NY", 9, OTHER)]


@pytest.mark.parametrize("name", ["n", "r", "d0", "x", "top"])
def test_a_column_may_have_any_name(name: str, show: Show) -> None:
    """As those have that stand beside it in a statement."""
    columns = (Column("course", VARCHAR), Column(name, BIGINT))
    rows = DataSet(
        f"SELECT * FROM (VALUES ('a', 9), ('b', 1), ('c', 2)) t(course, {name})", columns
    )
    more = category_sort(sort("course", "ASC"), CategoryItemsLimit=limit(1))
    asked = elsewhere(bar([dim("course")], [measure(name, "MEDIAN")], **more))
    assert show(asked, other=rows).others == (None, 1.5)
    best = filtered("TopBottomFilter", name, Limit=1, AggregationSortConfigurations=[
        {"Column": column(name), "SortDirection": "DESC",
         "AggregationFunction": {"NumericalAggregationFunction": {
             "SimpleNumericalAggregation": "SUM"}}}])  # fmt: skip
    asked = elsewhere(bar([dim("course")], [measure(name)]))
    found = show(asked, other=rows, FilterGroups=[elsewhere(filter_group(best))])
    assert list(found.rows) == [("a", 9)]


def test_a_default_limit_depends_on_the_type(show: Show) -> None:
    wells = {"Category": [plain_dim("id")], "Values": [measure()]}
    many = DataSet("SELECT x AS id, 1 AS views FROM range(60) AS r(x)",
                   (Column("id", Type("bigint")), Column("views", Type("bigint"))))  # fmt: skip
    for kind, most in (("PieChart", 20), ("FunnelChart", 50), ("BarChart", 60)):
        data = show(elsewhere(visual(kind, {f"{kind}Aggregated": wells})), other=many)
        assert len(data.rows) == most, kind
    wells = {"Rows": [plain_dim("id")], "Columns": [plain_dim("views")], "Values": [measure()]}
    data = show(elsewhere(visual("HeatMap", {"HeatMapAggregated": wells})), other=many)
    assert data.not_drawn == ("Shows the first 50 of 60 values of id.",)


def plain_dim(name: str) -> Any:
    return {"NumericalDimensionField": {"FieldId": name, "Column": column(name)}}


def elsewhere(asked: Any) -> Any:
    """The same of the other data set."""
    if isinstance(asked, dict):
        return {
            key: "other" if key == "DataSetIdentifier" else elsewhere(value)
            for key, value in asked.items()
        }
    return [elsewhere(each) for each in asked] if isinstance(asked, list) else asked


def test_a_page_of_a_table(show: Show) -> None:
    page = {"PaginationConfiguration": {"PageSize": 2, "PageNumber": 2},
            "RowSort": sort("course", "ASC")}  # fmt: skip
    wells = {"GroupBy": [dim("course")], "Values": [measure()]}
    data = show(visual("Table", {"TableAggregated": wells}, SortConfiguration=page))
    assert (list(data.rows), data.cut) == ([("chem", 4), ("dance", 12)], 1)
    rows = {"Values": [plain_field("id")]}
    data = show(visual("Table", {"TableUnaggregated": rows}, SortConfiguration={
        "PaginationConfiguration": {"PageSize": 4, "PageNumber": 2}}))  # fmt: skip
    assert (list(data.rows), data.cut) == ([(5,), (6,), (7,), (8,)], 2)


def test_rows_beyond_the_most_are_counted(show: Show) -> None:
    rows = visual("Table", {"TableUnaggregated": {"Values": [plain_field("id")]}})
    data = show(rows, max_rows=3)
    assert (list(data.rows), data.cut) == ([(1,), (2,), (3,)], 7)


AVERAGES = [34 / 3, 2, 17 / 3]
TOTALS = {
    "DEFAULT": 57 / 9,
    "SUM": sum(AVERAGES),
    "MIN": 2,
    "MAX": 34 / 3,
    "AVERAGE": sum(AVERAGES) / 3,
}


@pytest.mark.parametrize("function", [*TOTALS, "NONE"])
def test_totals_of_a_table(function: str, show: Show) -> None:
    how = {"SimpleTotalAggregationFunction": function}
    options = {"TotalsVisibility": "VISIBLE", "TotalAggregationOptions": [
        {"FieldId": "average_views", "TotalAggregationFunction": how}]}  # fmt: skip
    wells = {"GroupBy": [dim("city")], "Values": [measure("views", "AVERAGE")]}
    totals = show(visual("Table", {"TableAggregated": wells}, TotalOptions=options)).totals
    expected = {} if function == "NONE" else {"average_views": pytest.approx(TOTALS[function])}
    assert totals == expected


def test_dates_have_no_sum(show: Show) -> None:
    how = {"FieldId": "max_at", "TotalAggregationFunction": {
        "SimpleTotalAggregationFunction": "SUM"}}  # fmt: skip
    wells = {"GroupBy": [dim("city")], "Values": [counted("at", "MAX", "Date")]}
    options = {"TotalsVisibility": "VISIBLE", "TotalAggregationOptions": [how]}
    with pytest.raises(VisualError, match=r"^The SUM of 'Max of at' needs numbers\.$"):
        show(visual("Table", {"TableAggregated": wells}, TotalOptions=options))


def pivot(**more: Any) -> Any:
    wells = {"Rows": [dim("city")], "Columns": [dim("device")],
             "Values": [measure("views", "AVERAGE")]}  # fmt: skip
    return visual("PivotTable", {"PivotTableAggregated": wells}, **more)


def by(**sort_by: Any) -> Any:
    return {"FieldSortOptions": [{"FieldId": "city", "SortBy": sort_by}]}


PIVOTS: dict[str, tuple[Any, list[str]]] = {
    "as it is": ({}, ["LA", "NY", "SF"]),
    "by itself": (by(Field={"FieldId": "city", "Direction": "DESC"}), ["SF", "NY", "LA"]),
    "by the value": (
        by(Field={"FieldId": "average_views", "Direction": "ASC"}), ["NY", "SF", "LA"]),
    "by a column": (
        by(Column={"SortBy": column("price"), "Direction": "DESC", "AggregationFunction": {
            "NumericalAggregationFunction": {"SimpleNumericalAggregation": "MAX"}}}),
        ["NY", "SF", "LA"]),
    "by the value of one column": (
        by(DataPath={"Direction": "ASC", "SortPaths": [
            {"FieldId": "device", "FieldValue": "web"}]}), ["NY", "SF", "LA"]),
}  # fmt: skip


@pytest.mark.parametrize("name", PIVOTS)
def test_pivots_are_sorted(name: str, show: Show) -> None:
    sorting, order = PIVOTS[name]
    rows = show(pivot(SortConfiguration=sorting)).rows
    assert list(dict.fromkeys(row[0] for row in rows)) == order


def test_totals_of_a_pivot_are_of_rows(show: Show) -> None:
    visible = {"TotalsVisibility": "VISIBLE"}
    options = {"RowTotalOptions": visible, "ColumnTotalOptions": visible}
    rows = {row[:2]: row[2] for row in show(pivot(TotalOptions=options)).rows}
    assert rows[TOTAL, TOTAL] == pytest.approx(57 / 9)
    assert rows["LA", TOTAL] == pytest.approx(34 / 3)
    assert rows[TOTAL, "web"] == pytest.approx(25 / 5)


def test_a_collapsed_group_has_its_own_values(show: Show) -> None:
    wells = {"Rows": [dim("city"), dim("device")], "Values": [measure("views", "AVERAGE")]}
    states = [{"State": "COLLAPSED", "Target": {"FieldId": "city"}}]
    options = {"FieldOptions": {"CollapseStateOptions": states}}
    found = show(visual("PivotTable", {"PivotTableAggregated": wells}, **options)).rows
    assert [row for row in found if TOTAL in row] == [
        (city, TOTAL, pytest.approx(mean))
        for city, mean in (("LA", 34 / 3), ("NY", 2), ("SF", 17 / 3))
    ]


def test_a_table_calculation_has_no_totals_and_that_is_told(show: Show) -> None:
    share = calculated("percentOfTotal(sum({views}))")
    wells = {"Rows": [dim("city")], "Values": [share]}
    asked = visual("PivotTable", {"PivotTableAggregated": wells},
                   TotalOptions={"RowTotalOptions": {"TotalsVisibility": "VISIBLE"}})  # fmt: skip
    data = show(asked)
    assert data.rows[-1] == (TOTAL, None)
    assert data.not_drawn == ("A table calculation's values of totals and collapsed groups.",)


def test_different_values_are_counted_anew_in_each_total(show: Show) -> None:
    wells = {"Rows": [dim("city"), dim("device")], "Values": [measure("views", "DISTINCT_COUNT")]}
    options = {"RowTotalOptions": {"TotalsVisibility": "VISIBLE"}}
    one = visual("PivotTable", {"PivotTableAggregated": wells}, TotalOptions=options)
    rows = {row[:2]: row[2] for row in show(one).rows}
    assert rows.pop((TOTAL, TOTAL)) == 8
    assert sum(rows.values()) == 9


def test_a_table_calculation_ranks_the_groups(show: Show) -> None:
    wells = {"GroupBy": [dim("city")],
             "Values": [measure(), calculated("rank([sum({views}) DESC])")]}  # fmt: skip
    rows = show(visual("Table", {"TableAggregated": wells})).rows
    assert list(rows) == [("LA", 34, 1), ("NY", 6, 3), ("SF", 17, 2)]


LEVELS = {"of city": "sum({views}, [{city}])",
          "window": "sumOver({views}, [{city}], PRE_AGG)"}  # fmt: skip
LEVEL_FIELDS = [{"DataSetIdentifier": "visits", "Name": name, "Expression": text}
                for name, text in LEVELS.items()]  # fmt: skip


def test_a_level_aware_aggregate_has_no_totals(show: Show) -> None:
    total = {"TotalsVisibility": "VISIBLE"}
    values = [measure(), measure("of city", "MAX")]
    table = visual("Table", {"TableAggregated": {"GroupBy": [dim("city")], "Values": values}},
                   TotalOptions=total)  # fmt: skip
    found = show(table, CalculatedFields=LEVEL_FIELDS).totals
    assert found == {"sum_views": 57, "max_of city": None}
    both = visual("PivotTable", {"PivotTableAggregated": {"Rows": [dim("city")], "Values": values}},
                  TotalOptions={"RowTotalOptions": total})  # fmt: skip
    rows = {row[0]: row[1:] for row in show(both, CalculatedFields=LEVEL_FIELDS).rows}
    assert rows == {"LA": (34, 34), "NY": (6, 6), "SF": (17, 17), TOTAL: (57, None)}


def test_a_level_aware_window_without_a_function_is_the_least_of_its_values(show: Show) -> None:
    one = measure("window")
    del one["NumericalMeasureField"]["AggregationFunction"]
    rows = show(bar([dim("device")], [one]), CalculatedFields=LEVEL_FIELDS).rows
    assert list(rows) == [("app", 6), ("web", 6)]


def test_a_table_calculation_has_no_rest(show: Show) -> None:
    one = calculated("percentOfTotal(sum({views}))")
    more = category_sort(sort("city", "ASC"), CategoryItemsLimit=limit(1))
    data = show(bar([dim("city")], [one], **more))
    assert list(data.rows) == [("LA", pytest.approx(34 / 57))]
    assert data.others == (None, None)
    assert data.not_drawn == ("A table calculation's value of what is beyond the limit.",)


def test_groups_are_filtered_by_a_table_calculation(show: Show) -> None:
    fields = [{"DataSetIdentifier": "visits", "Name": "place",
               "Expression": "rank([sum({views}) DESC])"}]  # fmt: skip
    one = filtered("NumericRangeFilter", "place", RangeMaximum={"StaticValue": 2.0},
                   IncludeMaximum=True, NullOption="NON_NULLS_ONLY")  # fmt: skip
    data = show(bar([dim("city")], [measure()]), CalculatedFields=fields, extra_filters=[one])
    assert list(data.rows) == [("LA", 34), ("SF", 17)]


def test_a_level_aware_calculation_comes_before_filters(show: Show) -> None:
    fields = [{"DataSetIdentifier": "visits", "Name": "of all",
               "Expression": "sumOver({views}, [{city}], PRE_FILTER)"}]  # fmt: skip
    web = {"MatchOperator": "CONTAINS", "CategoryValues": ["web"]}
    one = filtered("CategoryFilter", "device", Configuration={"FilterListConfiguration": web})
    wells = {"GroupBy": [dim("city")], "Values": [measure(), measure("of all", "MAX")]}
    data = show(
        visual("Table", {"TableAggregated": wells}), CalculatedFields=fields, extra_filters=[one]
    )
    assert list(data.rows) == [("LA", 10, 34), ("NY", 4, 6), ("SF", 11, 17)]


def test_fields_of_two_data_sets_do_not_go_together(show: Show) -> None:
    other = elsewhere(measure())
    with pytest.raises(VisualError, match="names visits, other"):
        show(bar([dim("city")], [other]))


@pytest.mark.parametrize("most", [1, 9])
def test_a_combos_lines_are_of_all_colours(most: int, show: Show) -> None:
    wells = {"Category": [dim("city")], "Colors": [dim("course")],
             "BarValues": [measure()], "LineValues": [measure("price", "MEDIAN")]}  # fmt: skip
    sorting = {"ColorItemsLimit": limit(most), "CategorySort": sort("city", "ASC")}
    data = show(visual("ComboChart", {"ComboChartAggregated": wells}, SortConfiguration=sorting))
    city, line = (next(at for at, each in enumerate(data.fields) if each.well == well)
                  for well in ("Category", "LineValues"))  # fmt: skip
    assert {(row[city], row[line]) for row in data.rows} == {("LA", 2.5), ("NY", 0.2), ("SF", 6.5)}
    assert data.places["city"] == ("LA", "NY", "SF")


def test_a_combos_line_of_folded_categories_is_told(show: Show) -> None:
    wells = {"Category": [dim("city")], "Colors": [dim("course")],
             "BarValues": [measure()], "LineValues": [measure("price", "MAX")]}  # fmt: skip
    sorting = {"CategoryItemsLimit": limit(1)}
    data = show(visual("ComboChart", {"ComboChartAggregated": wells}, SortConfiguration=sorting))
    assert "The lines' values of what is beyond the limit." in data.not_drawn


def test_an_axis_keeps_its_order_where_the_first_rows_lack_values(show: Show) -> None:
    """The months of a heat map, of which the first course has not all."""
    wells = {"Rows": [dim("course")], "Columns": [date()], "Values": [measure()]}
    data = show(visual("HeatMap", {"HeatMapAggregated": wells}))
    months = data.in_order(data.well("Columns")[0], data.values(data.well("Columns")[0]))
    assert [each and each.month for each in months] == [1, 2, 3, None]


@pytest.mark.parametrize(
    ("function", "value"), [("SUM", 6), ("AVERAGE", 6 / 9), ("STDEV", 0.5), ("MEDIAN", 1)]
)
def test_what_is_so_or_not_counts_as_one_or_nothing(
    show: Show, function: str, value: float
) -> None:
    fields = [{"DataSetIdentifier": "visits", "Name": "busy", "Expression": "{views} > 3"}]
    data = show(visual("KPI", {"Values": [measure("busy", function)]}), CalculatedFields=fields)
    assert data.rows == [(pytest.approx(value),)]


def test_a_field_may_divide_itself(show: Show) -> None:
    """The same field on both axes, by a measure that does not add up."""
    again = dim("city", FieldId="again")
    colored = bar([dim("city")], [measure("views", "MEDIAN")], Colors=[again])
    assert [row[::2] for row in show(colored).rows] == [("LA", "LA"), ("SF", "SF"), ("NY", "NY")]
    rest = bar([dim("city")], [measure("views", "MEDIAN")], Colors=[again],
               SortConfiguration={"CategoryItemsLimit": limit(1)})  # fmt: skip
    assert [row[::2] for row in show(rest).rows] == [("LA", "LA"), (OTHER, "SF"), (OTHER, "NY")]


def test_nothing_is_counted_as_zero(show: Show) -> None:
    nowhere = [filtered("NumericRangeFilter", "id", RangeMinimum={"StaticValue": 99})]
    data = show(bar([dim("city")], [counted("course"), measure()]), extra_filters=nowhere)
    assert data.totals == {"count_course": 0, "sum_views": None}


@pytest.mark.parametrize(("kind", "well"), [("Table", "GroupBy"), ("PivotTable", "Rows")])
def test_a_condition_may_be_of_what_a_table_does_not_show(kind: str, well: str, show: Show) -> None:
    """As the dashboard of row-level security in Cloud Intelligence Dashboards has it."""
    icon = {"Expression": "SUM({views}) > 17", "IconOptions": {"UnicodeIcon": "★"}}
    cell = {"FieldId": "max_views", "TextFormat": {"Icon": {"CustomCondition": icon}}}
    told = {"Expression": "SUM({course}) > 0", "IconOptions": {"UnicodeIcon": "☆"}}
    other = {"FieldId": "max_views", "TextFormat": {"Icon": {"CustomCondition": told}}}
    body = {"ConditionalFormatting": {
        "ConditionalFormattingOptions": [{"Cell": cell}, {"Cell": other}]}}  # fmt: skip
    wells = {f"{kind}Aggregated": {well: [dim("city")], "Values": [measure("views", "MAX")]}}
    asked = visual(kind, wells, body=body)
    found = table_of(asked, show(asked), THEMES["CLASSIC"], {})
    icons = {row[0].text: bool(row[1].icon) for row in found.rows if row[0].text in ("NY", "LA")}
    assert icons == {"NY": False, "LA": True}
    assert {len(row) for row in found.rows} == {2}
    assert found.notes == ("Not drawn: the condition SUM({course}) > 0.",)
