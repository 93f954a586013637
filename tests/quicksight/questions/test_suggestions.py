"""A topic made from a data set, AutoGraph's choices, and what an author may forbid."""

import datetime as dt

import pytest

from labkit.cloud.quicksight.questions.answering import answer
from labkit.cloud.quicksight.questions.autograph import auto_graph
from labkit.cloud.quicksight.questions.topic import read_topic
from labkit.cloud.quicksight.visuals.model import Field
from tests.quicksight.questions.suggest import suggest_topic

NOW = dt.datetime(2021, 5, 5)
COLUMNS = {
    "student_id": ("INTEGER", "Student ID", "DIMENSION", "DISTINCT_COUNT"),
    "order id": ("INTEGER", "Order ID", "DIMENSION", "DISTINCT_COUNT"),
    "zip_code": ("INTEGER", "Zip Code", "DIMENSION", "DISTINCT_COUNT"),
    "amount_paid": ("DECIMAL", "Amount Paid", "MEASURE", "SUM"),
    "cumulative_gpa": ("DECIMAL", "Cumulative GPA", "MEASURE", "AVERAGE"),
    "first_year_gpa": ("DECIMAL", "First Year GPA", "MEASURE", "AVERAGE"),
    "page_count": ("INTEGER", "Page Count", "MEASURE", "SUM"),
    "timestamp_year": ("INTEGER", "Timestamp Year", "DIMENSION", "COUNT"),
    "is_major_ind": ("INTEGER", "Is Major Ind", "DIMENSION", "COUNT"),
    "homeState": ("STRING", "Home State", "DIMENSION", "COUNT"),
    "birth_date": ("DATETIME", "Birth Date", "DIMENSION", "COUNT"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_is_named_and_used_as_people_would(name):
    type_, *wanted = COLUMNS[name]
    [column] = suggest_topic("t", "", [{"Name": name, "Type": type_}])["Columns"]
    found = [column[k] for k in ("ColumnFriendlyName", "ColumnDataRole", "Aggregation")]
    assert found == wanted


def dim(kind):
    return Field("d", "", "", kind, "c")


MEASURE = Field("m", "", "", "number", "c", aggregation="SUM")
GRAPHS = {
    "a number": ([MEASURE], "KPIVisual"),
    "two numbers": ([MEASURE, MEASURE], "ScatterPlotVisual"),
    "by a text": ([dim("text"), MEASURE], "BarChartVisual"),
    "by two texts": ([dim("text"), dim("text"), MEASURE], "BarChartVisual"),
    "by a date": ([dim("date"), MEASURE], "LineChartVisual"),
    "by a date and a text": ([dim("date"), dim("text"), MEASURE], "LineChartVisual"),
    "by three texts": ([dim("text")] * 3 + [MEASURE], "PivotTableVisual"),
    "texts alone": ([dim("text"), dim("text")], "TableVisual"),
}


@pytest.mark.parametrize("row", GRAPHS.values(), ids=GRAPHS)
def test_autograph_chooses_by_the_fields(row):
    fields, wanted = row
    assert auto_graph(fields) == wanted


def topic(**column):
    columns = [
        {"ColumnName": "gpa", "ColumnDataRole": "MEASURE", "Aggregation": "AVERAGE", **column},
        {"ColumnName": "school", "ColumnDataRole": "DIMENSION"},
    ]
    return read_topic({"Name": "t", "DataSets": [{"DatasetArn": "", "Columns": columns}]})[0]


FORBIDDEN = {
    "not allowed": ({"NotAllowedAggregations": ["SUM"]}, "sum of gpa by school", False),
    "not among the allowed": ({"AllowedAggregations": ["AVERAGE"]}, "sum of gpa by school", False),
    "allowed": ({"AllowedAggregations": ["AVERAGE"]}, "average gpa by school", True),
    "left out": ({"IsIncludedInTopic": False}, "average gpa by school", False),
}


@pytest.mark.parametrize("row", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_author_says_what_may_be_asked(row):
    column, question, answered = row
    found = answer(topic(**column), question, clock=NOW)
    assert (found.ir is not None) == answered


def test_values_that_are_not_indexed_are_no_words():
    columns = [{"ColumnName": "school", "DisableIndexing": True}, {"ColumnName": "student_id"}]
    made = read_topic({"Name": "student", "DataSets": [{"DatasetArn": "", "Columns": columns}]})[0]
    found = answer(made, "students of Hogwarts", values={"school": ["Hogwarts"]}, clock=NOW)
    assert found.ir is None
    assert "Hogwarts" in found.restatement
