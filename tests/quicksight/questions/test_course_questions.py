"""Questions on the course's data: each with the reading that it must have, and its chart's rows.

`course_questions.json` has a question a line: the topic, the reading as a sentence, and the
``TopicIR``; ``null`` where the only right answer is that there is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from labkit.cloud.constraints import check_members
from labkit.cloud.engine import DuckEngine, Session
from labkit.cloud.quicksight.questions.answering import answer
from labkit.cloud.quicksight.questions.lexicon import Lexicon
from labkit.cloud.quicksight.questions.visual import visual_of
from labkit.cloud.quicksight.visuals.data import visual_data
from tests.quicksight.questions import course

ROWS = json.loads((Path(__file__).parent / "course_questions.json").read_text())
ANSWERED = [each for each in ROWS if each["ir"]]
TOPICS = course.topics()
LEXICONS = {
    "students": Lexicon(TOPICS["students"], course.STUDENT_VALUES),
    "views": Lexicon(TOPICS["views"], {}),
}


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [each["question"] for each in rows]


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_a_question_is_read_as_it_is_meant(row: dict[str, Any]) -> None:
    lexicon = LEXICONS[row["topic"]]
    found = answer(lexicon.topic, row["question"], clock=course.NOW, lexicon=lexicon)
    assert found.ir == row["ir"]
    assert found.ir is None or found.restatement == row["restatement"]
    assert found.ir or found.alternatives


@pytest.mark.parametrize("topic", LEXICONS)
@pytest.mark.parametrize("slip", ["averag skore by scool nmae", "how many stundets by whatevr"])
def test_what_is_offered_instead_has_an_answer(topic: str, slip: str) -> None:
    lexicon = LEXICONS[topic]
    found = answer(lexicon.topic, slip, clock=course.NOW, lexicon=lexicon)
    assert found.ir is None
    offered = [answer(lexicon.topic, each, clock=course.NOW) for each in found.alternatives]
    assert offered
    assert all(each.ir for each in offered)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with closing(DuckEngine(threads=2)) as engine, engine.session() as session:
        yield session


@pytest.mark.parametrize("row", ANSWERED, ids=ids(ANSWERED))
def test_a_reading_is_a_chart_that_has_rows(row: dict[str, Any], session: Session) -> None:
    topic, data_set = TOPICS[row["topic"]], course.data_sets()[row["topic"]]
    drawn = visual_of(row["ir"], topic, identifier="data")
    definition = drawn.definition("arn:aws:quicksight:us-east-1:123456789012:dataset/data", "data")
    check_members(
        "quicksight", "CreateAnalysis",
        {"AwsAccountId": "123456789012", "AnalysisId": "a", "Name": "a", "Definition": definition},
    )  # fmt: skip
    data = visual_data(session, {"data": data_set}, definition, drawn.visual, now=course.NOW)
    assert data.rows
    assert not data.not_drawn


def test_the_reading_is_the_apis_own_shape() -> None:
    reviewed = [
        {
            "AnswerId": f"a{at}",
            "DatasetArn": "arn:aws:quicksight:us-east-1:123456789012:dataset/data",
            "Question": each["question"],
            "Mir": each["ir"],
        }
        for at, each in enumerate(ANSWERED)
    ]
    for batch in (reviewed[:100], reviewed[100:]):
        check_members(
            "quicksight", "BatchCreateTopicReviewedAnswer",
            {"AwsAccountId": "123456789012", "TopicId": "t", "Answers": batch},
        )  # fmt: skip


def test_rows_are_those_that_the_question_asks_for(session: Session) -> None:
    rows = {each["question"]: each for each in ROWS}
    for question, wanted in COUNTED.items():
        row = rows[question]
        drawn = visual_of(row["ir"], TOPICS[row["topic"]], identifier="data")
        data = visual_data(
            session, {"data": course.data_sets()[row["topic"]]}, drawn.definition("", "data"),
            drawn.visual, now=course.NOW,
        )  # fmt: skip
        [found] = session.connection.execute(wanted.format(**course.SQL)).fetchall()
        assert data.rows[0][-1] == pytest.approx(found[0]), question


#: Questions and the same in SQL; the first row's number is compared.
COUNTED = {
    "students from California": """SELECT count(*) FROM ({students})
        WHERE home_state_name = 'California'""",
    "average GPA of students whose parents have a master": """SELECT avg(cumulative_gpa)
        FROM ({students}) WHERE parent_ed_level_desc = 'Postgraduate'""",
    "pageviews on Mondays": """SELECT sum(pageview_count) FROM ({views}) WHERE dayname(
        make_date(timestamp_year, timestamp_month, timestamp_day)) = 'Monday'""",
    "pageviews last month": """SELECT sum(pageview_count) FROM ({views})
        WHERE (timestamp_year, timestamp_month) = (2021, 4)""",
    "page views this year by month as a line chart": """SELECT sum(pageview_count) FROM ({views})
        WHERE (timestamp_year, timestamp_month) = (2021, 1)""",
    "which course had the most page views last month": """SELECT sum(pageview_count)
        FROM ({views}) WHERE (timestamp_year, timestamp_month) = (2021, 4)
        GROUP BY course_id ORDER BY 1 DESC LIMIT 1""",
    "which month had the most page views": """SELECT max(n) FROM (SELECT sum(pageview_count) AS n
        FROM ({views}) GROUP BY timestamp_year, timestamp_month)""",
    "students not from California by school": """SELECT count(*) FROM ({students})
        WHERE home_state_name IS DISTINCT FROM 'California' AND school_name LIKE '%Arts%'""",
}
