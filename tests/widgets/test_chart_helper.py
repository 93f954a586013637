"""``lab.chart``: what learners give it, and what it tells them."""

import pytest

from labkit.errors import NoChart


@pytest.fixture(scope="module")
def data(lab):
    lab.chart.sign_up()
    return lab.chart.add_data_set("Two rows", sql="SELECT * FROM (VALUES (1, 'a')) AS t(n, x)")


def test_one_visual_needs_no_list(lab, data):
    bars = data.visual("bar chart", "Bars", category="x", values="sum(n)")
    board = lab.chart.publish("Alone", bars, data, filters=data.choice("x"))
    assert board.picture("Bars").df.values.tolist() == [["a", 1]]


def test_a_dashboard_wants_its_data_sets(lab, data):
    with pytest.raises(NoChart, match=r"publish\('Alone', visuals, \[data_set\]\)"):
        lab.chart.publish("Alone", data.visual("KPI", "n", values="sum(n)"), [])


def test_a_dashboard_whose_data_are_gone(lab, data):
    gone = lab.chart.add_data_set("Gone", sql="SELECT 1 AS n")
    board = lab.chart.publish("Gone", gone.visual("KPI", "n", values="sum(n)"), gone)
    lab.client("quicksight").delete_data_set(AwsAccountId=lab.account, DataSetId=gone.id)
    with pytest.raises(NoChart, match="DataSet gone is not found"):
        board.show()


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
