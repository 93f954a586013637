"""Questions over the API: whose rows, whose words, whose topics; reviewed answers, dashboards."""

import boto3
import pytest

from tests.conftest import ONE_TRY
from tests.quicksight.conftest import QuickSight, refused
from tests.quicksight.data_sets.conftest import ORDERS_COLUMNS, lake  # noqa: F401
from tests.quicksight.questions.suggest import suggest_topic

RULES = "UserName,GroupName,region\nq-north,,North\nq-all,,\n"
TOPIC = "q-orders"
USERS = "arn:aws:quicksight:{0.region}:{0.account}:user/default/"


@pytest.fixture(scope="module")
def asker(cloud, quicksight, client):
    """``asker("q-north")``: QuickSight as an IAM user sees it who is a reader there."""
    made = {}

    def asker(name, role="READER"):
        if name not in made:
            made[name] = _signed_in(cloud, quicksight, client("iam"), name, role)
        return made[name]

    return asker


def _signed_in(cloud, quicksight, iam, name, role):
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    quicksight.register_user(
        Namespace="default", IdentityType="IAM", IamArn=arn,
        Email=f"{name}@example.edu", UserRole=role,
    )  # fmt: skip
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=cloud.region)
    client = session.client("quicksight", endpoint_url=cloud.endpoint, config=ONE_TRY)
    return QuickSight(client, cloud.account)


@pytest.fixture(scope="module")
def topic(lake, quicksight, asker, cloud):  # noqa: F811
    """A topic on orders whose rows are the readers' own, shared with two readers."""
    asker("q-north"), asker("q-all")
    columns = dict.fromkeys(("UserName", "GroupName", "region"), "STRING")
    rules = lake.create({"p": lake.s3_table(lake.source(RULES), columns)}, UseAs="RLS_RULES")
    arn = quicksight.describe_data_set(DataSetId=rules)["DataSet"]["Arn"]
    id = lake.create(
        {"p": lake.orders()},
        RowLevelPermissionDataSet={"Arn": arn, "PermissionPolicy": "GRANT_ACCESS"},
    )
    orders = quicksight.describe_data_set(DataSetId=id)["DataSet"]["Arn"]
    listed = [{"Name": name, "Type": type_} for name, type_ in ORDERS_COLUMNS.items()]
    data_set = suggest_topic("orders", orders, listed)
    city = next(each for each in data_set["Columns"] if each["ColumnName"] == "city")
    city["CellValueSynonyms"] = [{"CellValue": "Rome", "Synonyms": ["the eternal city"]}]
    quicksight.create_topic(TopicId=TOPIC, Topic={"Name": "Orders", "DataSets": [data_set]})
    users = USERS.format(cloud)
    quicksight.update_topic_permissions(
        TopicId=TOPIC,
        GrantPermissions=[
            {"Principal": users + name, "Actions": ["quicksight:DescribeTopic"]}
            for name in ("q-north", "q-all")
        ],
    )
    return orders


def primary(quicksight, question, **options):
    return quicksight.predict_qa_results(QueryText=question, **options)["PrimaryResult"]


def test_an_answer_says_how_the_question_was_read(topic, asker):
    found = primary(asker("q-all"), "average price by city")
    assert found["ResultType"] == "GENERATED_ANSWER"
    answer = found["GeneratedAnswer"]
    assert answer["Restatement"] == "Average Price by City"
    assert (answer["AnswerStatus"], answer["TopicName"]) == ("ANSWER_GENERATED", "Orders")
    assert answer["QuestionUrl"].endswith(f"/{TOPIC}/questions/{answer['QuestionId']}")


SEEN = {
    "own value": ("q-north", "quantity in Oslo", "City is Oslo"),
    "another's value": ("q-north", "quantity in Rome", None),
    "another's synonym": ("q-north", "quantity in the eternal city", None),
    "everybody's value": ("q-all", "quantity in Rome", "City is Rome"),
    "everybody's synonym": ("q-all", "quantity in the eternal city", "City is Rome"),
}


@pytest.mark.parametrize("row", SEEN.values(), ids=SEEN)
def test_values_of_other_peoples_rows_are_no_words(row, topic, asker):
    who, question, filtered = row
    found = primary(asker(who), question)
    if filtered is None:
        assert found == {"ResultType": "NO_ANSWER"}
    else:
        assert filtered in found["GeneratedAnswer"]["Restatement"]


def test_a_topic_that_is_not_shared_answers_nothing(topic, asker):
    assert primary(asker("q-none"), "average price by city") == {"ResultType": "NO_ANSWER"}


def test_a_topic_whose_source_is_gone_leaves_the_others_their_answers(
    topic, asker, quicksight, lake, fresh  # noqa: F811
):  # fmt: skip
    id = fresh("gone")
    source = quicksight.create_data_source(DataSourceId=id, Name=id, Type="ATHENA")["Arn"]
    columns = [{"Name": "city", "Type": "STRING"}]
    table = {"DataSourceArn": source, "Catalog": "AwsDataCatalog", "Schema": "s", "Name": "t"}
    made = lake.create(
        {"p": {"RelationalTable": {**table, "InputColumns": columns}}}, ImportMode="DIRECT_QUERY"
    )
    arn = quicksight.describe_data_set(DataSetId=made)["DataSet"]["Arn"]
    quicksight.delete_data_source(DataSourceId=id)
    data_set = {"DatasetArn": arn, "Columns": [{"ColumnName": "city"}]}
    quicksight.create_topic(TopicId=id, Topic={"Name": id, "DataSets": [data_set]})
    owner = quicksight.describe_topic_permissions(TopicId=TOPIC)["Permissions"][0]
    quicksight.update_topic_permissions(TopicId=id, GrantPermissions=[owner])
    found = primary(asker("q-north"), "average price by city")
    quicksight.delete_topic(TopicId=id)
    assert found["GeneratedAnswer"]["TopicId"] == TOPIC


@pytest.mark.parametrize("role", [{}, {"ColumnDataRole": "MEASURE"}], ids=["no role", "a role"])
def test_a_number_may_be_called_as_the_topic(role, topic, asker, quicksight, cloud):
    """Its sum is asked for, not how many rows there are."""
    columns = [{"ColumnName": "price", "ColumnFriendlyName": "Price", **role},
               {"ColumnName": "city"}]  # fmt: skip
    sets = [{"DatasetArn": topic, "DatasetName": "Prices", "Columns": columns}]
    quicksight.create_topic(TopicId="q-prices", Topic={"Name": "Prices", "DataSets": sets})
    user = [
        {"Principal": USERS.format(cloud) + "q-prices", "Actions": ["quicksight:DescribeTopic"]}
    ]
    reader = asker("q-prices", "READER")
    quicksight.update_topic_permissions(TopicId="q-prices", GrantPermissions=user)
    answer = primary(reader, "price by city").get("GeneratedAnswer", {})
    quicksight.delete_topic(TopicId="q-prices")
    assert answer["Restatement"] == "Total Price by city"


def test_near_misses_stand_beside_no_answer(topic, asker):
    found = asker("q-all").predict_qa_results(QueryText="revenue by city")
    assert found["PrimaryResult"] == {"ResultType": "NO_ANSWER"}
    offered = [each["GeneratedAnswer"]["QuestionText"] for each in found["AdditionalResults"]]
    assert "Quantity by Region" in offered


def test_a_reviewed_answer_stands_before_a_generated_one(topic, asker, quicksight):
    metric = {
        "MetricId": {"Identity": "m"},
        "Function": {"Aggregation": "MAX"},
        "Operands": [{"Identity": "price"}],
    }
    reviewed = {
        "AnswerId": "dearest",
        "DatasetArn": topic,
        "Question": "What is the dearest price?",
        "Mir": {"Metrics": [metric], "Visual": {"type": "KPIVisual"}},
    }
    quicksight.batch_create_topic_reviewed_answer(TopicId=TOPIC, Answers=[reviewed])
    found = primary(asker("q-all"), "what is the dearest price")["GeneratedAnswer"]
    assert (found["AnswerStatus"], found["AnswerId"]) == ("ANSWER_RETRIEVED", "dearest")
    assert found["Restatement"] == "Maximum Price"


def test_generated_answers_can_be_left_out(topic, asker):
    options = {"IncludeGeneratedAnswer": "EXCLUDE"}
    found = primary(asker("q-all"), "average price by city", **options)
    assert found == {"ResultType": "NO_ANSWER"}


def test_a_visual_of_a_dashboard_comes_first(topic, asker, quicksight, cloud):
    column = {"DataSetIdentifier": "orders", "ColumnName": "price"}
    average = {"SimpleNumericalAggregation": "AVERAGE"}
    value = {"FieldId": "f", "Column": column, "AggregationFunction": average}
    kpi = {
        "VisualId": "kpi",
        "Title": {"FormatText": {"PlainText": "Average price of orders"}},
        "ChartConfiguration": {"FieldWells": {"Values": [{"NumericalMeasureField": value}]}},
    }
    quicksight.create_dashboard(
        DashboardId="q-prices",
        Name="Prices",
        Definition={
            "DataSetIdentifierDeclarations": [{"Identifier": "orders", "DataSetArn": topic}],
            "Sheets": [{"SheetId": "s", "Name": "Sheet", "Visuals": [{"KPIVisual": kpi}]}],
        },
        Permissions=[
            {
                "Principal": USERS.format(cloud) + "q-all",
                "Actions": [
                    "quicksight:DescribeDashboard",
                    "quicksight:ListDashboardVersions",
                    "quicksight:QueryDashboard",
                ],
            }
        ],
    )
    question = "what is the average price of orders?"
    found = primary(asker("q-all"), question)
    assert found["ResultType"] == "DASHBOARD_VISUAL"
    assert found["DashboardVisual"]["VisualId"] == "kpi"
    assert primary(asker("q-north"), question)["ResultType"] == "GENERATED_ANSWER"
    excluded = primary(asker("q-all"), question, IncludeQuickSightQIndex="EXCLUDE")
    assert excluded["ResultType"] == "GENERATED_ANSWER"


def test_who_is_no_user_of_quicksight_may_not_ask(cloud, client, quicksight):
    iam = client("iam")
    iam.create_user(UserName="q-stranger")
    key = iam.create_access_key(UserName="q-stranger")["AccessKey"]
    iam.attach_user_policy(
        UserName="q-stranger", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=cloud.region)
    stranger = session.client("quicksight", endpoint_url=cloud.endpoint, config=ONE_TRY)
    code, _ = refused(
        stranger.predict_qa_results, AwsAccountId=cloud.account, QueryText="average price"
    )
    assert code == "AccessDeniedException"
