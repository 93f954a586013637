"""Edits of an analysis: each gives a definition of the API's model, and changes no other."""

import copy

import botocore.session
import pytest
from botocore.validate import ParamValidator

from labkit.charts import controls as chart_controls
from labkit.charts import insights as chart_insights
from labkit.charts import merges as chart_merges
from labkit.charts import parts as chart_parts
from labkit.charts import sorts as chart_sorts
from labkit.charts.auto import auto_kind
from labkit.charts.edits import EDITS, Analysis, empty_sheet, scopes_of
from labkit.charts.filter_values import value_of
from labkit.charts.shapes import shapes
from labkit.errors import NoChart, UnknownName
from labkit.widgets import dashboard_facts

MODEL = botocore.session.get_session().get_service_model("quicksight")
SCHEMA = {
    "school": "STRING",
    "status": "STRING",
    "gpa": "DECIMAL",
    "credits": "INTEGER",
    "day": "DATETIME",
    "rate": "AGGREGATED",
}
VISUAL, SHEET = "visual-1", "sheet-1"


def analysis():
    """One sheet with one visual that has no fields yet."""
    declared = [{"Identifier": "s", "DataSetArn": "arn:aws:quicksight:x"}]
    definition = {
        "DataSetIdentifierDeclarations": declared,
        "Sheets": [empty_sheet(SHEET, "Sheet 1")],
    }
    return edited(Analysis(definition, {"s": SCHEMA}), ("add_visual", {"data_set": "s"}))


def edited(made, *steps):
    """The analysis after these edits; sheet and visual are the first ones if not named."""
    for name, given in steps:
        before = copy.deepcopy(made.definition)
        names = EDITS[name].__wrapped__.__kwdefaults__ or {}
        wanted = EDITS[name].__wrapped__.__annotations__
        known = {"sheet": SHEET, "visual": VISUAL}
        first = {k: v for k, v in known.items() if k in wanted and k not in names}
        after = EDITS[name](made, **{**first, **given})
        assert made.definition == before
        report = ParamValidator().validate(
            after.definition, MODEL.shape_for("DashboardVersionDefinition")
        )
        assert not report.has_errors(), report.generate_report()
        made = after
    return made


def fields(*columns):
    return [("place", {"data_set": "s", "column": each}) for each in columns]


def shown(made, visual=VISUAL):
    """A visual's type and the columns in its wells."""
    place = chart_parts.visual(made.definition, visual)
    wells = {
        name: [chart_parts.column_of(each)["ColumnName"] for each in well]
        for name, well in place.wells.items()
        if well
    }
    return place.member.removesuffix("Visual"), wells


AUTO = [
    (["gpa"], "KPI", {"Values": ["gpa"]}),
    (["school"], "BarChart", {"Category": ["school"]}),
    (["school", "gpa"], "BarChart", {"Category": ["school"], "Values": ["gpa"]}),
    (
        ["school", "status", "gpa"],
        "BarChart",
        {"Category": ["school"], "Values": ["gpa"], "Colors": ["status"]},
    ),
    (["day", "gpa"], "LineChart", {"Category": ["day"], "Values": ["gpa"]}),
    (["gpa", "credits"], "ScatterPlot", {"XAxis": ["gpa"], "YAxis": ["credits"]}),
    (
        ["school", "status", "day", "gpa"],
        "PivotTable",
        {"Rows": ["school", "status", "day"], "Values": ["gpa"]},
    ),
    (["school", "rate"], "BarChart", {"Category": ["school"], "Values": ["rate"]}),
]


@pytest.mark.parametrize(("columns", "kind", "wells"), AUTO, ids=[" ".join(r[0]) for r in AUTO])
def test_the_type_follows_the_fields(columns, kind, wells):
    assert shown(edited(analysis(), *fields(*columns))) == (kind, wells)


@pytest.mark.parametrize("kind", shapes())
def test_every_type_takes_fields_over(kind):
    start = edited(analysis(), *fields("school", "status", "gpa", "credits"))
    made = edited(start, ("change_kind", {"kind": kind}))
    name, wells = shown(made)
    assert name == kind
    takes = shapes()[kind].wells
    for well, columns in wells.items():
        wanted = {"gpa", "credits"} if takes[well].takes == "measure" else {"school", "status"}
        assert set(columns) <= wanted
    again = edited(made, ("change_kind", {"kind": "BarChart"}))
    assert shown(again)[0] == "BarChart"
    table = edited(again, ("change_kind", {"kind": "Table"}))
    assert shown(table) == (
        "Table", {"GroupBy": ["school", "status"], "Values": ["gpa", "credits"]}
    )  # fmt: skip


BAR = [*fields("school", "gpa"), ("change_kind", {"kind": "BarChart"})]
GPA, SCHOOL = f"{VISUAL}.gpa-1", f"{VISUAL}.school-1"


def test_what_a_type_has_no_well_for_is_kept_aside():
    def asides(made):
        return [
            each["column"] for each in dashboard_facts.sheet_facts(made)[0]["visuals"][0]["aside"]
        ]

    pie = edited(
        analysis(),
        *fields("school", "status", "gpa", "rate"),
        ("change_kind", {"kind": "PieChart"}),
    )
    assert (shown(pie)[1], asides(pie)) == (
        {"Category": ["school"], "Values": ["gpa"]}, ["status", "rate"]
    )  # fmt: skip
    swapped = edited(pie, ("move_field", {"field": f"{VISUAL}.status-1"}))
    assert (shown(swapped)[1]["Category"], asides(swapped)) == (["status"], ["rate", "school"])
    fewer = edited(swapped, ("take_field", {"field": f"{VISUAL}.rate-1"}))
    bars = edited(fewer, ("change_kind", {"kind": "BarChart"}))
    assert shown(bars)[1] == {"Category": ["status"], "Values": ["gpa"], "Colors": ["school"]}
    assert asides(bars) == []
    with pytest.raises(NoChart, match="rate"):
        EDITS["remove_calculated"](pie, data_set="s", name="rate")


def test_a_full_well_takes_the_new_field():
    made = edited(analysis(), *BAR, ("place", {**fields("status")[0][1], "well": "Category"}))
    assert shown(made)[1] == {"Category": ["status"], "Values": ["gpa"]}


def test_a_dimension_becomes_a_measure_in_a_well_of_measures():
    made = edited(analysis(), *BAR, ("move_field", {"field": SCHOOL, "well": "Values"}))
    [_, counted] = chart_parts.visual(made.definition, VISUAL).wells["Values"]
    assert counted["CategoricalMeasureField"]["AggregationFunction"] == "COUNT"


def test_fields_change_places_in_their_well():
    steps = [*BAR, *fields("credits"), ("move_field", {"field": GPA, "at": 1})]
    assert shown(edited(analysis(), *steps))[1]["Values"] == ["credits", "gpa"]


OPTIONS = [
    ("aggregation", GPA, {"aggregation": "AVERAGE"}, "SimpleNumericalAggregation"),
    ("number", GPA, {"format": {"kind": "number", "places": 2}}, "DecimalPlaces"),
    ("percent", GPA, {"format": {"kind": "percent", "places": None}}, "PercentageDisplay"),
    ("currency", GPA, {"format": {"kind": "currency", "places": 0}}, "USD"),
]


@pytest.mark.parametrize(
    ("field", "options", "says"), [row[1:] for row in OPTIONS], ids=[row[0] for row in OPTIONS]
)
def test_options_of_a_field(field, options, says):
    made = edited(analysis(), *BAR, ("change_field", {"field": field, **options}))
    assert says in str(chart_parts.visual(made.definition, VISUAL).wells["Values"])


def test_a_date_is_cut_and_written():
    options = {"granularity": "MONTH", "format": {"kind": "date", "pattern": "MMM yyyy"}}
    change = ("change_field", {"field": f"{VISUAL}.day-1", **options})
    made = edited(analysis(), *fields("day", "gpa"), change)
    [field] = chart_parts.visual(made.definition, VISUAL).wells["Category"]
    assert field["DateDimensionField"]["DateGranularity"] == "MONTH"


def test_sort_and_limit_stay_with_another_type():
    steps = [("sort", {"by": GPA}), ("limit", {"number": 3, "others": False})]
    made = edited(analysis(), *BAR, *steps, ("change_kind", {"kind": "PieChart"}))
    place = chart_parts.visual(made.definition, VISUAL)
    assert chart_sorts.sort_of(place) == {"by": GPA, "direction": "DESC"}
    assert chart_sorts.limit_of(place) == {"number": 3, "others": False}


def test_a_sort_goes_with_its_field():
    made = edited(analysis(), *BAR, ("sort", {"by": GPA}), ("take_field", {"field": GPA}))
    assert chart_sorts.sort_of(chart_parts.visual(made.definition, VISUAL)) == {}


def test_a_pivot_is_sorted_by_a_measure():
    pivot = [*fields("school", "gpa"), ("change_kind", {"kind": "PivotTable"})]
    made = edited(analysis(), *pivot, ("sort", {"by": GPA}))
    assert chart_sorts.sort_of(chart_parts.visual(made.definition, VISUAL))["by"] == GPA


# Sheets and places --------------------------------------------------------------------------------


def places(made):
    [layout] = made.definition["Sheets"][0]["Layouts"]
    return [
        (e["ElementId"], e["ColumnIndex"], e["RowIndex"])
        for e in layout["Configuration"]["GridLayout"]["Elements"]
    ]


def test_visuals_flow_in_the_grid():
    two = edited(analysis(), *BAR, ("duplicate", {}), ("add_visual", {"data_set": "s"}))
    assert places(two) == [("visual-1", 0, 0), ("visual-2", 18, 0), ("visual-3", 0, 12)]
    wide = edited(two, ("resize", {"columns": 36}))
    assert places(wide) == [("visual-1", 0, 0), ("visual-2", 0, 12), ("visual-3", 18, 12)]
    moved = edited(wide, ("move", {"by": 1}))
    assert places(moved) == [("visual-2", 0, 0), ("visual-1", 0, 12), ("visual-3", 0, 24)]
    less = edited(moved, ("delete", {}))
    assert places(less) == [("visual-2", 0, 0), ("visual-3", 18, 0)]


def test_sheets_come_get_names_and_go():
    made = edited(analysis(), ("add_sheet", {}), ("rename_sheet", {"name": "First"}))
    assert [each["Name"] for each in made.definition["Sheets"]] == ["First", "Sheet 2"]
    on_first = ("add_filter", {"data_set": "s", "column": "school"})
    left = edited(made, on_first, ("remove_sheet", {}))
    assert [each["Name"] for each in left.definition["Sheets"]] == ["Sheet 2"]
    assert left.definition["FilterGroups"] == []


# Filters ------------------------------------------------------------------------------------------

FILTERS = [
    ("school", {"kind": "list", "values": ["Arts", None], "exclude": False}),
    ("school", {"kind": "list", "values": ["Arts"], "exclude": True}),
    ("school", {"kind": "text", "text": "eng", "match": "STARTS_WITH"}),
    ("gpa", {"kind": "range", "low": 2.0, "high": None, "parameter": ""}),
    ("day", {"kind": "time", "low": "2020-01-01", "high": "2020-06-30", "parameter": ""}),
    ("day", {"kind": "relative", "type": "LAST", "granularity": "WEEK", "number": 4}),
    (
        "school",
        {"kind": "top", "number": 3, "by": "gpa", "direction": "ASC", "aggregation": "AVERAGE"},
    ),
    (
        "school",
        {"kind": "top", "number": 2, "by": "status", "direction": "DESC", "aggregation": "COUNT"},
    ),
]


@pytest.mark.parametrize(("column", "value"), FILTERS, ids=[f"{c} {v['kind']}" for c, v in FILTERS])
def test_a_filter_says_what_it_was_told(column, value):
    add = ("add_filter", {"data_set": "s", "column": column})
    made = edited(analysis(), add, ("change_filter", {"filter": "filter-1", **value}))
    [group] = made.definition["FilterGroups"]
    assert value_of(group["Filters"][0]) == value


@pytest.mark.parametrize("column", ["school", "gpa", "day"])
def test_a_new_filter_lets_all_through_and_takes_a_control(column):
    add = ("add_filter", {"data_set": "s", "column": column})
    made = edited(analysis(), add, ("add_control", {"filter": "filter-1"}))
    [control] = made.definition["Sheets"][0]["FilterControls"]
    assert next(iter(control.values()))["SourceFilterId"] == "filter-1"
    gone = edited(made, ("remove_filter", {"filter": "filter-1"}))
    assert gone.definition["FilterGroups"] == []
    assert gone.definition["Sheets"][0]["FilterControls"] == []


def test_the_scope_of_a_filter():
    add = ("add_filter", {"data_set": "s", "column": "school", "visual": VISUAL})
    one = edited(analysis(), *BAR, add)
    assert scopes_of(one.definition["FilterGroups"][0])[0]["VisualIds"] == [VISUAL]
    two = edited(one, ("duplicate", {}))
    assert scopes_of(two.definition["FilterGroups"][0])[0]["VisualIds"] == [VISUAL, "visual-2"]
    every = edited(two, ("scope_filter", {"filter": "filter-1", "scope": "all"}))
    assert scopes_of(every.definition["FilterGroups"][0]) == []
    assert edited(one, ("delete", {})).definition["FilterGroups"] == []


@pytest.mark.parametrize(
    ("type", "column", "value"),
    [("String", "school", "Arts"), ("Decimal", "gpa", 2.5), ("DateTime", "day", "2020-01-01")],
)
def test_a_parameter_filters(type, column, value):
    kind = {"school": "list", "gpa": "range", "day": "time"}[column]
    made = edited(
        analysis(),
        ("add_parameter", {"name": "Wanted", "type": type, "value": value}),
        ("add_filter", {"data_set": "s", "column": column}),
        ("change_filter", {"filter": "filter-1", "kind": kind, "parameter": "Wanted"}),
    )
    assert chart_controls.parameters(made.definition)[0]["value"] == value
    [group] = made.definition["FilterGroups"]
    assert value_of(group["Filters"][0])["parameter"] == "Wanted"
    with pytest.raises(NoChart, match="A filter uses Wanted"):
        edited(made, ("remove_parameter", {"name": "Wanted"}))
    less = [("remove_filter", {"filter": "filter-1"}), ("remove_parameter", {"name": "Wanted"})]
    assert chart_controls.parameters(edited(made, *less).definition) == []


@pytest.mark.parametrize("kind", chart_insights.INSIGHTS)
def test_every_insight_is_a_visual(kind):
    given = {"time": "day", "category": "school", "value": "gpa", "aggregation": "AVERAGE"}
    add = ("add_insight", {"data_set": "s", "kind": kind, **given})
    place = chart_parts.visual(edited(analysis(), add).definition, "insight-1")
    told = place.body["InsightConfiguration"]["Computations"]
    assert {name for each in told for name in each} == {chart_insights.INSIGHTS[kind].computation}
    assert len(told) == (2 if kind == "Outliers" else 1)


def test_an_answer_is_taken_over_with_its_filters_and_fields():
    other = edited(
        analysis(),
        *BAR,
        ("add_filter", {"data_set": "s", "column": "status", "visual": VISUAL}),
        ("calculate", {"data_set": "s", "name": "twice", "expression": "{gpa} * 2"}),
    )
    mine = edited(analysis(), ("add_data_set", {"identifier": "t", "arn": "arn:aws:quicksight:y"}))
    made = chart_merges.take_over(mine, sheet=SHEET, definition=other.definition)
    assert shown(made, "visual-2") == ("BarChart", {"Category": ["school"], "Values": ["gpa"]})
    [group] = made.definition["FilterGroups"]
    assert scopes_of(group)[0]["VisualIds"] == ["visual-2"]
    assert [each["Name"] for each in made.definition["CalculatedFields"]] == ["twice"]


REFUSED = [
    (
        "a second data set in a visual",
        [*BAR, ("place", {"data_set": "t", "column": "x"})],
        "is about s",
    ),
    ("no such type", [("change_kind", {"kind": "Pyramid"})], "Pyramid"),
    ("no such visual", [("delete", {"visual": "v"})], "No visual named 'v'"),
    (
        "rows by an aggregate",
        [*BAR, ("place", {**fields("rate")[0][1], "well": "Category"})],
        "rate",
    ),
    (
        "an aggregation of texts",
        [*BAR, ("change_field", {"field": GPA, "aggregation": "MODE"})],
        "mode",
    ),
    ("the last sheet", [("remove_sheet", {})], "at least one sheet"),
    ("a sort of nothing", [*fields("gpa"), ("sort", {"by": GPA})], "nothing to sort"),
    (
        "a taken name",
        [("calculate", {"data_set": "s", "name": "gpa", "expression": "1"})],
        "already",
    ),
    (
        "an insight without its date",
        [("add_insight", {"data_set": "s", "kind": "Forecast", "value": "gpa"})],
        "time",
    ),
    (
        "a control of a top filter",
        [
            ("add_filter", {"data_set": "s", "column": "school", "kind": "top"}),
            ("add_control", {"filter": "filter-1"}),
        ],
        "no such control",
    ),
    (
        "a parameter that is no number",
        [("add_parameter", {"name": "N", "type": "Integer", "value": "x"})],
        "no integer",
    ),
]


@pytest.mark.parametrize(
    ("steps", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_cannot_be_is_told(steps, says):
    with pytest.raises((NoChart, UnknownName)) as refused:
        edited(analysis(), *steps)
    assert says in str(refused.value)


def test_a_used_calculated_field_stays():
    make = ("calculate", {"data_set": "s", "name": "double", "expression": "{gpa} * 2"})
    made = edited(analysis(), make)
    made.schemas = {"s": {**SCHEMA, "double": "DECIMAL"}}
    used = edited(made, *fields("double"))
    with pytest.raises(NoChart, match="shows double"):
        edited(used, ("remove_calculated", {"data_set": "s", "name": "double"}))
    new = {"data_set": "s", "name": "twice", "expression": "{gpa} * 2", "old": "double"}
    renamed = edited(used, ("calculate", new))
    assert shown(renamed)[1]["Values"] == ["twice"]


def test_auto_graph_has_a_type_for_no_fields_too():
    assert auto_kind([]) == "Table"
