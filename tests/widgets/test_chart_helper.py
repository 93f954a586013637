"""``lab.chart``: what learners give it, and what it tells them."""

import pytest

from labkit.charts.pages import NotDrawn
from labkit.errors import NoChart, UnknownName


@pytest.fixture(scope="module")
def data(lab):
    lab.chart.sign_up()
    return lab.chart.add_data_set("Two rows", sql="SELECT * FROM (VALUES (1, 'a')) AS t(n, x)")


def test_one_visual_needs_no_list(lab, data):
    bars = data.visual("bar chart", "Bars", category="x", values="sum(n)")
    board = lab.chart.publish("Alone", bars, data, filters=data.choice("x"))
    assert board.picture("Bars").df.values.tolist() == [["a", 1]]


def test_a_data_set_is_named_or_given(lab, data):
    bars = data.visual("bar chart", "Bars", category="x", values="sum(n)")
    board = lab.chart.publish("Named", bars, "Two rows")
    assert board.picture("Bars").df.values.tolist() == [["a", 1]]
    assert lab.chart.draw(bars, "Two rows").df.values.tolist() == [["a", 1]]
    lab.chart.add_topic("Named", "Two rows", synonyms={"n": "amount", "x": ["letter", "sign"]})
    topic = {"AwsAccountId": lab.account, "TopicId": "named"}
    told = lab.client("quicksight").describe_topic(**topic)["Topic"]["DataSets"][0]["Columns"]
    assert [each["ColumnSynonyms"] for each in told] == [["amount"], ["letter", "sign"]]


def test_a_statement_may_end_as_in_an_editor(lab, data):
    made = lab.chart.add_data_set("Ended", sql="SELECT 1 AS n -- one;\n;\n")
    assert made.schema == {"n": "INTEGER"}


def test_a_report_of_one_column_needs_no_list(lab, data):
    report = lab.chart.publish_report("One", data, columns="x", group_by="n", values="count(x)")
    assert report.name == "One"


SLIPS = {
    "a visual without its data": (lambda lab, _: lab.chart.draw({}), r"draw\(visual, data_set\)"),
    "a name as a visual": (lambda lab, data: lab.chart.publish("A", "bars", data), "is no visual"),
    "data as a visual": (lambda lab, data: lab.chart.publish("A", data, data), "is no visual"),
    "a number as data": (lambda lab, _: lab.chart.publish("A", [], [1]), "is no data set"),
    "a column as a filter": (
        lambda lab, data: lab.chart.publish("A", [], data, filters="x"),
        r"data_set\.choice\(column\)",
    ),
    "a filter of no column": (lambda _, data: data.choice("y"), "No column named 'y'"),
    "a word for no column": (
        lambda lab, data: lab.chart.add_topic("A", data, synonyms={"letter": ["x"]}),
        "No column named 'letter'",
    ),
}


@pytest.mark.parametrize(("call", "says"), SLIPS.values(), ids=SLIPS)
def test_what_a_dashboard_cannot_be_made_of(lab, data, call, says):
    with pytest.raises((NoChart, UnknownName), match=says):
        call(lab, data)


def test_a_dashboard_wants_its_data_sets(lab, data):
    with pytest.raises(NoChart, match=r"publish\('Alone', visuals, \[data_set\]\)"):
        lab.chart.publish("Alone", data.visual("KPI", "n", values="sum(n)"), [])


def test_a_dashboard_whose_data_are_gone(lab, data):
    gone = lab.chart.add_data_set("Gone", sql="SELECT 1 AS n")
    board = lab.chart.publish("Gone", gone.visual("KPI", "n", values="sum(n)"), gone)
    lab.client("quicksight").delete_data_set(AwsAccountId=lab.account, DataSetId=gone.id)
    with pytest.warns(NotDrawn, match="cannot be shown: DataSet gone is not found"):
        board.show()


def test_a_dashboards_picture_is_told_by_its_visuals(lab, data, monkeypatch):
    monkeypatch.delenv("LABKIT_PICTURES", raising=False)
    bars = data.visual("bar chart", "Bars", category="x", values="sum(n)")
    count = data.visual("KPI", "How many", values="count(n)")
    shown = lab.chart.publish("Told", [bars, count], data).show()
    assert shown.description == "Told: Bars; How many."


def test_a_question_wants_a_topic(lab, data):
    quicksight, account = lab.client("quicksight"), {"AwsAccountId": lab.account}
    for topic in quicksight.list_topics(**account)["TopicsSummaries"]:  # another file's
        quicksight.delete_topic(**account, TopicId=topic["TopicId"])
    with pytest.raises(NoChart, match=r"lab\.chart\.add_topic"):
        lab.chart.ask("sum of n by x")


def test_a_picture_is_not_published(lab, data):
    picture = data.draw("bar chart", "Bars", category="x", values="sum(n)")
    with pytest.raises(NoChart, match=r"data_set\.visual\(\.\.\.\)"):
        lab.chart.publish("Drawn", [picture], [data])
