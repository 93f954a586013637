"""A session with a question bar: answers as pictures, and what could have been meant."""

from typing import Any

import pytest

from labkit.charts.pages import Session
from tests.quicksight.embedding.boards import ROWS, SCHEMA
from tests.quicksight.embedding.test_sessions import PNG, refused

TOPIC = {"Name": "Orders", "UserExperienceVersion": "NEW_READER_EXPERIENCE"}
COLUMNS = [
    {"ColumnName": name, "ColumnFriendlyName": name, "IsIncludedInTopic": True,
     "ColumnDataRole": "MEASURE" if name == "amount" else "DIMENSION"}
    for name in SCHEMA
]  # fmt: skip


@pytest.fixture(scope="module")
def topic(boards: Any, quicksight: Any) -> str:
    """The id of a topic about orders, of which each reader sees some."""
    rules = boards.data_set(
        "asked-rules",
        {"UserName": "STRING", "region": "STRING"},
        [("asker", "North"), ("learner", "")],
    )
    security = {"Arn": rules, "PermissionPolicy": "GRANT_ACCESS", "FormatVersion": "VERSION_1"}
    arn = boards.data_set("asked-orders", SCHEMA, ROWS, RowLevelPermissionDataSet=security)
    about = {"DatasetArn": arn, "DatasetName": "Orders", "Columns": COLUMNS}
    quicksight.create_topic(TopicId="orders", Topic={**TOPIC, "DataSets": [about]})
    return "orders"


@pytest.fixture(scope="module")
def asker(boards: Any, quicksight: Any, topic: str) -> Session:
    """The question bar of a reader who sees the North."""
    user = boards.reader("asker")
    shared = {"Principal": user, "Actions": ["quicksight:DescribeTopic"]}
    quicksight.update_topic_permissions(TopicId=topic, GrantPermissions=[shared])
    return Session.open(boards.url(user, {"QSearchBar": {"InitialTopicId": topic}}))


def test_a_question_is_answered(asker: Session) -> None:
    told = asker.json("ask", question="total amount by product")
    assert (told["near"], "amount" in told["reading"].lower()) == ([], True)
    found = asker.json(f"answers/{told['answer']}.json")
    assert {row[0]: row[1] for row in found["rows"]} == {"Apples": 10, "Pears": 20}
    assert asker.read(f"answers/{told['answer']}.png", width=400, height=300).startswith(PNG)
    assert b"<svg" in asker.read(f"answers/{told['answer']}.svg")


def test_what_is_not_understood(asker: Session) -> None:
    told = asker.json("ask", question="how happy is everybody")
    assert (told["answer"], told["reading"]) == (None, "")
    assert asker.json("near", question="how happy is everybody") == told["near"]


def test_the_api_answers_and_the_bar_draws(
    asker: Session, boards: Any, quicksight: Any, topic: str, cloud: Any
) -> None:
    """The id of an answer that one user got shows another the other's own rows."""
    me = _myself(quicksight)
    result = quicksight.predict_qa_results(QueryText="total amount by product")["PrimaryResult"]
    id = result["GeneratedAnswer"]["AnswerId"]
    own = Session.open(boards.url(me, {"QSearchBar": {}}))
    assert {row[0]: row[1] for row in own.json(f"answers/{id}.json")["rows"]} == {
        "Apples": 90,
        "Pears": 60,
    }
    found = asker.json(f"answers/{id}.json")["rows"]
    assert {row[0]: row[1] for row in found} == {"Apples": 10, "Pears": 20}


def test_answers_that_were_not_given(asker: Session, session: Session) -> None:
    assert refused(asker, "answers/0000.json") == (404, "Answer 0000 is not found.")
    assert refused(asker, "ask")[0] == 400
    assert refused(session, "ask", question="total amount")[0] == 401


def test_the_bar_is_a_page(asker: Session) -> None:
    page = asker.read("").decode()
    assert "About: Orders" in page
    assert "https://" not in page


def _myself(quicksight: Any) -> str:
    """The ARN of the caller as a user of QuickSight who sees all topics."""
    found = quicksight.list_users(Namespace="default")["UserList"]
    known = [each for each in found if each["UserName"] == "learner"]
    return str(known[0]["Arn"])


def test_questions_of_a_tag(boards: Any, quicksight: Any) -> None:
    """Who has no user sees the rows of the session's tags."""
    rules = {"Status": "ENABLED", "TagRules": [{"TagKey": "tenant", "ColumnName": "region"}]}
    arn = boards.data_set("asked-tags", SCHEMA, ROWS, RowLevelPermissionTagConfiguration=rules)
    about = {"DatasetArn": arn, "DatasetName": "Orders", "Columns": COLUMNS}
    topic = quicksight.create_topic(TopicId="tenants", Topic={**TOPIC, "DataSets": [about]})
    tenant = quicksight.generate_embed_url_for_anonymous_user(
        Namespace="default",
        AuthorizedResourceArns=[topic["Arn"]],
        SessionTags=[{"Key": "tenant", "Value": "South"}],
        ExperienceConfiguration={"QSearchBar": {"InitialTopicId": "tenants"}},
    )
    bar = Session.open(tenant["EmbedUrl"])
    told = bar.json("ask", question="total amount by product")
    found = bar.json(f"answers/{told['answer']}.json")["rows"]
    assert {row[0]: row[1] for row in found} == {"Apples": 30, "Pears": 40}
