"""The chart helpers on AWS, which has pages and no pictures: here AWS is the local one."""

import pandas as pd
import pytest

from labkit import process
from labkit.errors import NoChart
from labkit.lab import Lab

SQL = """
SELECT element_at(ARRAY['Arts', 'Law, 1'], 1 + n % 2) AS school, n % 3 AS term,
       CAST(n % 5 AS double) / 3 AS gpa, 1000 * n AS views,
       date_add('day', 40 * n, DATE '2020-01-01') AS day
FROM UNNEST(sequence(1, 12)) AS t(n)
"""
CHARTS = [
    ("heat map", {"rows": "school", "columns": "term", "values": "sum(views)"}),
    ("bar chart", {"category": "school", "values": ["average(gpa) as percent", "max(views)"]}),
    ("line chart", {"category": "year(day)", "values": "distinct_count(day)", "colors": "school"}),
    ("table", {"group_by": "school", "values": "avg(avg({gpa}, [{term}]))"}),
]


@pytest.fixture(scope="module")
def data(lab):
    lab.chart.sign_up()
    return lab.chart.add_data_set("Terms", sql=SQL)


@pytest.fixture
def on_aws(lab, monkeypatch):
    """The same learner's lab, as it is where no endpoint is given."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", process.find().endpoint)
    return Lab(3, lab.session, None)


@pytest.mark.parametrize(("kind", "wells"), CHARTS, ids=[kind for kind, _ in CHARTS])
def test_a_pictures_rows_are_the_same(lab, on_aws, data, kind, wells):
    choice = data.choice("term")
    listed = choice["group"]["Filters"][0]["CategoryFilter"]["Configuration"]
    listed["FilterListConfiguration"] |= {"CategoryValues": ["0", "1"]}
    listed["FilterListConfiguration"].pop("SelectAllOptions")
    board = lab.chart.publish("Terms", [data.visual(kind, **wells)], [data], filters=[choice])
    here, there = board.picture().df, on_aws.chart.dashboard("Terms").picture().df
    groups = [name for name in here.columns if " of " not in name and "(" not in name]
    here, there = (each.sort_values(groups, ignore_index=True) for each in (here, there))
    pd.testing.assert_frame_equal(here, there, check_dtype=False, rtol=1e-12)
    listed = lab.chart.calls.call("list_dashboards")["DashboardSummaryList"]
    assert not [each["Name"] for each in listed if each["Name"].startswith("rows-")]


def test_what_has_no_rows_there_says_so(on_aws, data):
    board = on_aws.chart.publish("Sheet", [data.visual("table", group_by="school")], [data])
    shown = board.show()
    assert "<iframe" in shown._repr_mimebundle_()[0]["text/html"]
    with pytest.raises(NoChart, match="on the page alone"):
        shown.df  # noqa: B018
