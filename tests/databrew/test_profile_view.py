"""The profile's page: all that the job told, nothing that runs, in any width and light."""

from __future__ import annotations

import json
import re

import pytest

from labkit.cloud.databrew.profile.defaults import NUMBER, STATISTICS
from labkit.cloud.databrew.profile.entities import ENTITIES
from labkit.widgets.profile import ProfileView
from labkit.widgets.profile_masks import suggestion
from tests.databrew.profiling import DETECTED, STUDENTS, profiled


def shown(session, columns=STUDENTS, configuration=DETECTED) -> str:
    return ProfileView(profiled(session, columns, configuration))._repr_html_()


def text(html: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.S))


def test_it_runs_nothing_and_fetches_nothing(session):
    assert not re.search(r"<script|\son\w+=|https?:|src=|url\(|@import", shown(session))


def test_it_is_the_same_each_time_and_from_json(session):
    document = profiled(session, STUDENTS, DETECTED)
    views = ProfileView(document), ProfileView(json.dumps(document))
    assert views[0]._repr_html_() == views[1]._repr_html_()
    assert repr(views[0]) == "<Data profile of 40 rows and 8 columns>"


def test_values_and_names_are_no_markup(session):
    columns = {"<i>x</i>": ("string", ["<b>Bob</b>", '"', "&"] * 2)}
    html = shown(session, columns)
    assert "<b>Bob</b>" not in html
    assert "<i>x</i>" not in html
    assert "&lt;b&gt;Bob&lt;/b&gt;" in html


@pytest.mark.parametrize(
    "says",
    [
        "Rows 40",
        "Missing cells 13.1%",
        "Duplicate rows 0",
        "Personal data 1 column: PERSON_NAME",
        "first_name holds PERSON_NAME; SHUFFLE_ROWS hides it.",
        "empty has no values at all.",
        "same has one and the same value.",
        "clicks has no value in 1 row (2.5%).",
        "gpa has 1 outlier, such as 35.2.",
        "id and hard go opposite ways (r = -1.00).",
    ],
)
def test_the_overview_says_what_stands_out(session, says):
    assert says in text(shown(session))


def test_every_statistic_of_a_numeric_column_is_shown(session):
    only = {"gpa": STUDENTS["gpa"]}
    for name in set(STATISTICS[NUMBER]) - {"Z_SCORE_DISTRIBUTION"}:
        chosen = [{"Statistics": {"IncludedStatistics": [name]}}]
        html = shown(session, only, {"ColumnStatisticsConfigurations": chosen})
        assert "evaluated no statistics" not in html, name


@pytest.mark.parametrize("count", [0, 1])
def test_no_rows_or_one(session, count):
    columns = {name: (kind, values[:count]) for name, (kind, values) in STUDENTS.items()}
    assert f"Rows {count} " in text(shown(session, columns))


def test_what_was_not_evaluated_is_not_shown(session):
    nothing = {"IncludedStatistics": ["NONE"]}
    configuration = {
        "DatasetStatisticsConfiguration": nothing,
        "ColumnStatisticsConfigurations": [{"Statistics": nothing}],
    }
    said = text(shown(session, STUDENTS, configuration))
    assert "Duplicate" not in said
    assert "Correlations" not in said
    assert said.count("evaluated no statistics") == len(STUDENTS)


def test_columns_of_classes_have_no_box_plot(session):
    assert "lkp-box" not in shown(session, {"flag": ("int", [0, 1, 1])}).split("</style>")[1]
    assert "lkp-box" in shown(session, {"gpa": STUDENTS["gpa"]}).split("</style>")[1]


@pytest.mark.parametrize("name", ENTITIES)
def test_every_entity_type_has_a_step_that_hides_it(name):
    step, why = suggestion(name)
    assert re.fullmatch(r"[A-Z_]+", step)
    assert why.endswith(".")
