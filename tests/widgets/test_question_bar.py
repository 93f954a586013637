"""The question bar: what it suggests, what it answers, where an answer goes."""

import pytest

from labkit.widgets import DashboardBuilder, QuestionBar

SQL = """
SELECT element_at(ARRAY['Arts', 'Law', 'Science'], 1 + n % 3) AS school_name,
       CAST(n % 5 AS double) AS gpa, n AS pageviews
FROM UNNEST(sequence(1, 60)) AS t(n)
"""


@pytest.fixture(scope="module")
def topic(lab):
    """The name of a topic on a data set of sixty rows."""
    lab.chart.sign_up()
    data = lab.chart.add_data_set("Marks", sql=SQL)
    lab.chart.add_topic("Marks", data, synonyms={"school_name": ["faculty"]})
    return "Marks"


@pytest.fixture
def bar(lab, topic):
    return QuestionBar(lab, topic)


def test_it_suggests_questions_that_it_understands(bar, click):
    assert bar.notice == {}
    assert "school name" in bar.words
    assert "average gpa by school name" in bar.suggestions
    for question in bar.suggestions:
        click(bar, "ask", question=question)
        assert bar.answer["reading"], question


def test_an_answer_has_its_reading_and_its_picture(bar, click):
    click(bar, "ask", question="average gpa by faculty")
    assert bar.answer["reading"] == "Average gpa by school name"
    assert "Science" in bar.answer["svg"]


def test_a_dark_page_has_a_dark_picture(bar, click):
    click(bar, "ask", question="total pageviews", dark=False)
    light = bar.answer["svg"]
    click(bar, "ask", question="total pageviews", dark=True)
    assert bar.answer["svg"] != light


def test_what_is_not_understood_has_near_misses(bar, click):
    click(bar, "ask", question="what is the weather")
    assert (bar.answer["answer"], bar.answer["svg"]) == (None, "")
    assert bar.answer["near"]


def test_an_answer_goes_onto_dashboards(lab, bar, click, fresh):
    name = fresh("answers")
    for question, version in [("average gpa by school name", 1), ("total pageviews", 2)]:
        click(bar, "ask", question=question)
        click(bar, "add", dashboard=name)
        assert bar.notice["text"] == f"Added to {name}, published as version {version}."
    assert name in bar.dashboards
    builder = DashboardBuilder(lab, name)
    assert [each["kind"] for each in builder.sheets[0]["visuals"]] == ["BarChart", "KPI"]
    builder.close()


def test_an_unknown_topic_is_a_notice(lab, topic):
    assert "Did you mean 'Marks'" in QuestionBar(lab, "Mark").notice["text"]


def test_without_a_name_it_is_the_only_topic(lab, topic, fresh):
    assert QuestionBar(lab).topic == topic
    id = lab.chart.add_topic(other := fresh("other"), "Marks")
    assert f"{topic}, {other}" in QuestionBar(lab).notice["text"]
    lab.chart.calls.call("delete_topic", TopicId=id)


def test_the_static_picture(bar, click):
    assert "average gpa by school name" in bar.snapshot()
    click(bar, "ask", question="average gpa by school name")
    picture = bar.snapshot()
    assert 'src="data:image/svg+xml;base64,' in picture
    assert "<script" not in picture
