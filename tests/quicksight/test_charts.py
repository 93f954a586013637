"""Charts written from names of columns: the definitions that the API's own model takes."""

import botocore.session
import pytest
from botocore.validate import ParamValidator

from labkit import charts
from labkit.charts.pages import Picture
from labkit.charts.shapes import shapes, snake
from labkit.errors import NoChart, UnknownName

MODEL = botocore.session.get_session().get_service_model("quicksight")
SCHEMA = {"school": "STRING", "gpa": "DECIMAL", "credits": "INTEGER", "day": "DATETIME"}
FIELDS = {"dimension": "school", "measure": "sum(credits)", "unaggregated": "gpa"}


def made(kind="bar chart", **options):
    return charts.visual(kind, schema=SCHEMA, data_set="students", **options)


@pytest.mark.parametrize("kind", shapes())
def test_the_model_takes_each_visual_type(kind):
    wells = shapes()[kind].wells
    filled = {snake(name): FIELDS[well.takes] for name, well in wells.items()}
    definition = charts.definition([made(kind, **filled)], data_sets={"students": "arn:aws:x"})
    found = ParamValidator().validate(definition, MODEL.shape_for("AnalysisDefinition"))
    assert not found.has_errors(), found.generate_report()


MEASURES = [
    ("sum(gpa)", "NumericalMeasureField"),
    ("average({gpa})", "NumericalMeasureField"),
    ("distinct_count(school)", "CategoricalMeasureField"),
    ("max(day)", "DateMeasureField"),
    ("sum(gpa) / count(school)", "CalculatedMeasureField"),
    ("stdevp({gpa})", "CalculatedMeasureField"),
    ("percentOfTotal(gpa)", "CalculatedMeasureField"),
]


@pytest.mark.parametrize(("text", "member"), MEASURES, ids=[text for text, _ in MEASURES])
def test_a_text_is_a_measure(text, member):
    wells = made(category="school", values=text)["BarChartVisual"]["ChartConfiguration"]
    [field] = wells["FieldWells"]["BarChartAggregatedFieldWells"]["Values"]
    assert list(field) == [member]


def test_a_format_is_the_measures_own_and_sorts_find_it():
    visual = made(category="school", values="average(gpa) as percent", sort="average(gpa) desc")
    chart = visual["BarChartVisual"]["ChartConfiguration"]
    [field] = chart["FieldWells"]["BarChartAggregatedFieldWells"]["Values"]
    written = field["NumericalMeasureField"]["FormatConfiguration"]["FormatConfiguration"]
    assert list(written) == ["PercentageDisplayFormatConfiguration"]
    assert "FieldSort" in chart["SortConfiguration"]["CategorySort"][0]


def test_a_date_is_cut_to_its_month():
    wells = made("line chart", category="month(day)", values="sum(gpa)")["LineChartVisual"]
    fields = wells["ChartConfiguration"]["FieldWells"]["LineChartAggregatedFieldWells"]
    assert fields["Category"][0]["DateDimensionField"]["DateGranularity"] == "MONTH"


REFUSED = [
    ("no such type", {"kind": "pyramid", "values": "sum(gpa)"}, UnknownName, "visual type"),
    ("a slip in a type", {"kind": "bar chrat", "values": "sum(gpa)"}, UnknownName, "'bar chart'"),
    (
        "a sort without a direction",
        {"category": "school", "values": "sum(gpa)", "sort": "sum(gpa) down"},
        NoChart,
        "asc or desc",
    ),
    ("a sort of nothing", {"sort": "sum(gpa) desc"}, NoChart, "nothing to sort"),
    ("no such well", {"rows": "school"}, UnknownName, "category"),
    ("no such column", {"category": "scool"}, UnknownName, "Did you mean 'school'"),
    ("no such column in a measure", {"values": "sum(gap)"}, UnknownName, "gpa"),
    ("a measure as a dimension", {"category": "sum(gpa)"}, NoChart, "is a measure"),
    ("a dimension as a measure", {"values": "gpa"}, NoChart, "sum(gpa)"),
    ("a text as a measure", {"values": "school"}, NoChart, "such as count(school)"),
    ("a sum of texts", {"values": "sum(school)"}, NoChart, "count"),
    (
        "a format of a formula",
        {"values": "sum(views) / count(id) as percent"},
        NoChart,
        "no format",
    ),
    ("no such aggregation", {"values": "distinctCount(gpa)"}, UnknownName, "'distinct_count'"),
    ("another's aggregation", {"values": "uniq({gpa})"}, UnknownName, "distinct_count"),
    ("no such format", {"values": "sum(gpa) as roman"}, UnknownName, "percent"),
    ("the month of a text", {"category": "month(school)"}, NoChart, "date"),
]


@pytest.mark.parametrize(
    ("given", "error", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_cannot_be_is_told(given, error, says):
    with pytest.raises(error) as refused:
        made(**given)
    assert says in str(refused.value)


SORTS = [
    ("by a field of the chart", "sum(gpa) desc", "FieldSort", "DESC"),
    ("by another column", "max(day)", "ColumnSort", "ASC"),
]


@pytest.mark.parametrize(
    ("sort", "kind", "direction"), [row[1:] for row in SORTS], ids=[row[0] for row in SORTS]
)
def test_a_sort(sort, kind, direction):
    visual = made(category="school", values="sum(gpa)", sort=sort, limit=5)["BarChartVisual"]
    sorting = visual["ChartConfiguration"]["SortConfiguration"]
    assert sorting["CategorySort"][0][kind]["Direction"] == direction
    assert sorting["CategoryItemsLimit"] == {"ItemsLimit": 5, "OtherCategories": "INCLUDE"}


def told(*rows):
    shown = {"fields": [{"label": "day"}, {"label": "views"}], "rows": list(rows)}
    return Picture("Views", b"", "", shown).description


def test_a_picture_is_told_in_words():
    few, many = [["Sun", 12345], ["Mon", None]], [[f"day {k}", k / 7] for k in range(13)]
    assert told(*few) == "Views: 2 rows of day, views. Sun, 12,345; Mon, none."
    assert told(*many).endswith("Largest: day 12, 1.714. Smallest: day 0, 0.")
    assert told() == "Views: 0 rows of day, views"
