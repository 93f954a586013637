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


def test_a_picture_is_not_published(lab, data):
    picture = data.draw("bar chart", "Bars", category="x", values="sum(n)")
    with pytest.raises(NoChart, match=r"data_set\.visual\(\.\.\.\)"):
        lab.chart.publish("Drawn", [picture], [data])
