"""Topics: what is kept of them, who may ask, their refreshes and reviewed answers."""

from typing import Any

import pytest

from tests.conftest import everything
from tests.quicksight.conftest import refused
from tests.quicksight.orders import data_set

MIR = {"Metrics": [{"MetricId": {"Identity": "m"}, "Operands": [{"Identity": "quantity"}]}]}


@pytest.fixture(scope="module")
def orders(quicksight: Any, client: Any, allow_bucket: Any) -> str:
    return data_set(quicksight, client, allow_bucket, "topic-orders")


@pytest.fixture
def topic(quicksight: Any, orders: str, fresh: Any) -> str:
    """The id of a new topic."""
    id = fresh("topic")
    quicksight.create_topic(TopicId=id, Topic=_details(orders))
    return str(id)


def test_a_topic_is_kept_whole(quicksight: Any, orders: str, topic: str) -> None:
    found = quicksight.describe_topic(TopicId=topic)
    assert found["Topic"] == _details(orders)
    changed = {**_details(orders), "Name": "Sales"}
    quicksight.update_topic(TopicId=topic, Topic=changed)
    assert quicksight.describe_topic(TopicId=topic)["Topic"] == changed
    listed = everything(quicksight.list_topics, "TopicsSummaries")
    assert ("Sales", topic) in [(each["Name"], each["TopicId"]) for each in listed]
    quicksight.delete_topic(TopicId=topic)
    assert refused(quicksight.describe_topic, TopicId=topic)[0] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("part", "value", "code"),
    [
        pytest.param("DatasetArn", "arn:aws:quicksight:x:1:dataset/y", "Resource", id="data set"),
        pytest.param("Columns", [{"ColumnName": "size"}], "InvalidParameterValue", id="column"),
        pytest.param(
            "CalculatedFields",
            [{"CalculatedFieldName": "n", "Expression": "sum({size})"}],
            "InvalidParameterValue",
            id="calculated field",
        ),
    ],
)
def test_what_is_not_there(quicksight: Any, orders: str, part: str, value: Any, code: str) -> None:
    details = _details(orders)
    details["DataSets"][0][part] = value
    assert refused(quicksight.create_topic, TopicId="t", Topic=details)[0].startswith(code)


def test_search_and_permissions(quicksight: Any, topic: str, author: str) -> None:
    names = ["DescribeTopic", "DescribeTopicRefresh", "ListTopicRefreshSchedules"]
    actions = [f"quicksight:{name}" for name in names]
    given = [{"Principal": author, "Actions": actions}]
    quicksight.update_topic_permissions(TopicId=topic, GrantPermissions=given)
    held = quicksight.describe_topic_permissions(TopicId=topic)
    assert (held["Permissions"], held["TopicArn"].endswith(topic)) == (given, True)
    filters = [{"Operator": "StringEquals", "Name": "QUICKSIGHT_USER", "Value": author}]
    found = quicksight.search_topics(Filters=filters)["TopicSummaryList"]
    assert topic in [each["TopicId"] for each in found]


def test_refreshes_and_schedules(quicksight: Any, orders: str, topic: str) -> None:
    answer = quicksight.update_topic(TopicId=topic, Topic=_details(orders))
    refresh = answer["RefreshArn"].rpartition("/")[2]
    found = quicksight.describe_topic_refresh(TopicId=topic, RefreshId=refresh)
    assert found["RefreshDetails"]["RefreshStatus"] == "COMPLETED"
    schedule = {"IsEnabled": True, "BasedOnSpiceSchedule": False, "TopicScheduleType": "DAILY"}
    new = {"TopicId": topic, "DatasetArn": orders, "RefreshSchedule": schedule}
    quicksight.create_topic_refresh_schedule(**new)
    code, _ = refused(quicksight.create_topic_refresh_schedule, **new)
    assert code == "ResourceExistsException"
    which = {"TopicId": topic, "DatasetId": "topic-orders"}
    quicksight.update_topic_refresh_schedule(
        **which, RefreshSchedule={**schedule, "TopicScheduleType": "WEEKLY"}
    )
    found = quicksight.describe_topic_refresh_schedule(**which)["RefreshSchedule"]
    assert found["TopicScheduleType"] == "WEEKLY"
    quicksight.delete_topic_refresh_schedule(**which)
    assert quicksight.list_topic_refresh_schedules(TopicId=topic)["RefreshSchedules"] == []


def test_reviewed_answers(quicksight: Any, orders: str, topic: str) -> None:
    good = {"AnswerId": "a", "DatasetArn": orders, "Question": "how many", "Mir": MIR}
    answers = [
        good,
        good,
        {**good, "AnswerId": "b", "DatasetArn": "arn:aws:s3:::b"},
        {**good, "AnswerId": "c", "DatasetArn": orders + "x"},
        {"AnswerId": "d", "DatasetArn": orders, "Question": "what"},
    ]
    made = quicksight.batch_create_topic_reviewed_answer(TopicId=topic, Answers=answers)
    assert {each["AnswerId"]: each["Error"] for each in made["InvalidAnswers"]} == {
        "a": "DUPLICATED_ANSWER",
        "b": "INVALID_DATASET_ARN",
        "c": "DATASET_DOES_NOT_EXIST",
        "d": "MISSING_REQUIRED_FIELDS",
    }
    kept = quicksight.list_topic_reviewed_answers(TopicId=topic)["Answers"]
    assert [(each["AnswerId"], each["Mir"]) for each in kept] == [("a", MIR)]
    gone = quicksight.batch_delete_topic_reviewed_answer(TopicId=topic, AnswerIds=["a", "z"])
    assert gone["SucceededAnswers"] == [{"AnswerId": "a"}]
    assert gone["InvalidAnswers"] == [{"AnswerId": "z", "Error": "MISSING_ANSWER"}]


def _details(orders: str) -> dict[str, Any]:
    columns = [
        {"ColumnName": "quantity", "ColumnSynonyms": ["pieces"], "ColumnDataRole": "MEASURE"},
        {"ColumnName": "region", "ColumnFriendlyName": "Region", "ColumnDataRole": "DIMENSION"},
    ]
    fields = [{"CalculatedFieldName": "average", "Expression": "avg({quantity})"}]
    data_sets = [{"DatasetArn": orders, "Columns": columns, "CalculatedFields": fields}]
    return {"Name": "Orders", "UserExperienceVersion": "LEGACY", "DataSets": data_sets}
