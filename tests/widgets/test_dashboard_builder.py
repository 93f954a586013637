"""The dashboard builder: what is clicked, what is published, what the pictures show."""

import html
import re

import pytest
from botocore.exceptions import ClientError

from labkit.charts.pages import NotDrawn
from labkit.errors import NoChart
from labkit.widgets import DashboardBuilder

SQL = """
SELECT element_at(ARRAY['Arts', 'Law', 'Science'], 1 + n % 3) AS school,
       element_at(ARRAY['late', 'on time'], 1 + n % 2) AS status,
       CAST(n % 5 AS double) AS gpa, n AS views, date_add('day', n, DATE '2020-01-01') AS day
FROM UNNEST(sequence(1, 60)) AS t(n)
"""


@pytest.fixture(scope="module")
def data(lab):
    """A data set of sixty rows in SPICE."""
    lab.chart.sign_up()
    return lab.chart.add_data_set("Homework", sql=SQL)


@pytest.fixture
def builder(lab, data, fresh):
    """A builder of a dashboard of its own; ``builder.sent`` holds its messages."""
    name = fresh("board")
    chart = data.visual("bar chart", "By school", category="school", values="sum(views)")
    lab.chart.publish(name, [chart], [data], filters=[data.choice("status")])
    made = DashboardBuilder(lab, name)
    made.sent = []
    made.send = lambda content, buffers=None: made.sent.append(content)
    yield made
    made.close()


def edit(click, builder, name, **given):
    click(builder, "edit", edit=name, **given)


def pictures(builder):
    """The words of each picture that was sent since the last look."""
    found = {each["picture"]: each["svg"] or each["error"] for each in builder.sent}
    builder.sent.clear()
    return {id: re.sub("<metadata>.*</metadata>", "", svg, flags=re.S) for id, svg in found.items()}


def words(svg):
    """What a picture says, its lines as one."""
    return " ".join(html.unescape(" ".join(re.findall(r">([^<>]*)<", svg))).split())


def visuals(builder):
    return builder.sheets[0]["visuals"]


def test_a_data_set_on_the_warehouse_is_a_statement(lab):
    with pytest.raises(ValueError, match="on the warehouse is a statement"):
        lab.chart.add_data_set("Homework", table="public.homework", warehouse=True)


def test_it_opens_on_what_is_published(builder):
    assert builder.notice == {}
    [visual] = visuals(builder)
    assert (visual["title"], visual["kind"]) == ("By school", "BarChart")
    assert [w["fields"][0]["label"] for w in visual["wells"][:2]] == ["school", "Sum of views"]
    roles = {each["name"]: each["measure"] for each in builder.fields}
    assert roles == {"school": False, "status": False, "gpa": True, "views": True, "day": False}
    assert "Science" in builder.first["by-school"]["svg"]  # before a front end has asked
    [control] = builder.sheets[0]["controls"]
    assert control["kind"] == "Dropdown"


def test_a_chart_is_built_field_by_field(builder, click):
    edit(click, builder, "add_visual", sheet="sheet-1", data_set="Homework")
    for column in ("school", "gpa"):
        edit(click, builder, "place", visual="visual-1", data_set="Homework", column=column)
    assert builder.notice == {}
    assert (visuals(builder)[1]["kind"], visuals(builder)[1]["auto"]) == ("BarChart", True)
    drawn = pictures(builder)
    assert set(drawn) == {"visual-1"}
    assert "Science" in drawn["visual-1"]
    field = visuals(builder)[1]["wells"][1]["fields"][0]
    change = {"field": field["id"], "aggregation": "AVERAGE"}
    edit(click, builder, "change_field", visual="visual-1", **change)
    assert set(pictures(builder)) == {"visual-1"}  # the other one is as it was


def test_fields_without_a_well_stay_beside(builder, click):
    edit(click, builder, "place", visual="by-school", data_set="Homework", column="status")
    pictures(builder)
    edit(click, builder, "change_kind", visual="by-school", kind="PieChart")
    assert [each["label"] for each in visuals(builder)[0]["aside"]] == ["status"]
    edit(click, builder, "change_kind", visual="by-school", kind="BarChart")
    assert visuals(builder)[0]["aside"] == []
    assert "on time" in pictures(builder)["by-school"]


def test_a_notebook_is_warned_of_what_a_picture_leaves_out(lab, data, fresh):
    options = {"DataLabels": {"LabelContent": "PERCENT"}}
    wells = {"category": "school", "values": "sum(views)"}
    chart = data.visual("bar chart", "By school", options=options, **wells)
    with pytest.warns(NotDrawn, match=r"^Not drawn: DataLabels\.LabelContent\.$") as found:
        lab.chart.draw(chart, data)
    assert [each.filename for each in found] == [__file__]
    dashboard = lab.chart.publish(fresh("board"), [chart], [data])
    with pytest.warns(NotDrawn, match=r"^By school: Not drawn: DataLabels\.LabelContent\.$"):
        dashboard.show()


def test_a_draft_that_was_deleted_is_told(builder, click, lab):
    edit(click, builder, "retitle", visual="by-school", text="Schools")
    lab.client("quicksight").delete_dashboard(
        AwsAccountId=lab.account, DashboardId=builder._draft.id
    )
    click(builder, "show", width=700)
    assert builder.notice == {}  # what was drawn can still be looked at
    click(builder, "show", again=True)
    assert "is not found" in builder.notice["text"]
    assert builder.pending == []


def test_the_first_groups_alone(builder, click):
    edit(click, builder, "limit", visual="by-school", number=2, others=False)
    assert builder.notice == {}
    assert visuals(builder)[0]["limit"] == {"number": 2, "others": False}


def test_a_filter_of_the_first_groups(builder, click):
    where = {"sheet": builder.sheets[0]["id"], "data_set": "Homework", "column": "school"}
    edit(click, builder, "add_filter", **where)
    made, top = builder.filters[-1]["id"], {"kind": "top", "number": 2, "by": "views"}
    edit(click, builder, "change_filter", filter=made, direction="DESC", aggregation="SUM", **top)
    assert builder.notice == {}
    assert builder.filters[-1]["value"]["number"] == 2


def test_a_visual_without_fields_has_no_title_yet(builder, click):
    edit(click, builder, "add_visual", sheet=builder.sheets[0]["id"], data_set="Homework")
    edit(click, builder, "retitle", visual=visuals(builder)[1]["id"], text="Grades")
    assert builder.notice["text"].endswith("choose a field or a type first.")
    assert len(visuals(builder)) == 2


def test_undo_and_redo(builder, click):
    edit(click, builder, "retitle", visual="by-school", text="Schools")
    edit(click, builder, "delete", visual="by-school")
    click(builder, "undo")
    assert visuals(builder)[0]["title"] == "Schools"
    click(builder, "undo")
    assert visuals(builder)[0]["title"] == "By school"
    assert builder.history == {"undo": False, "redo": True, "saved": False}
    click(builder, "redo")
    assert visuals(builder)[0]["title"] == "Schools"


def test_a_clicked_mark_filters_the_others(builder, click):
    edit(click, builder, "duplicate", visual="by-school")
    before = pictures(builder)
    keys = [{"column": "school", "value": "Law", "kind": "text", "grain": ""}]
    click(builder, "pick", visual="by-school", keys=keys)
    after = pictures(builder)
    assert set(after) == {"visual-1"}
    assert "Science" in before["visual-1"]
    assert "Science" not in after["visual-1"]
    click(builder, "pick", visual="by-school", keys=keys)
    assert builder.picks == []
    assert pictures(builder)["visual-1"] == before["visual-1"]


def test_a_filter_by_its_values(builder, click):
    edit(click, builder, "add_filter", sheet="sheet-1", data_set="Homework", column="school")
    click(builder, "values", data_set="Homework", column="school")
    found = builder.values["Homework/school"]["values"]
    assert found == [["Arts", 20], ["Law", 20], ["Science", 20]]
    pictures(builder)
    value = {"kind": "list", "values": ["Arts"], "exclude": True}
    edit(click, builder, "change_filter", filter="filter-1", **value)
    drawn = pictures(builder)["by-school"]
    assert "Law" in drawn
    assert "Arts" not in drawn


def test_the_ends_of_dates_and_numbers(builder, click):
    click(builder, "values", data_set="Homework", column="day")
    click(builder, "values", data_set="Homework", column="views")
    assert builder.values["Homework/day"]["low"].startswith("2020-01-02")
    assert builder.values["Homework/views"]["high"] == 60
    edit(click, builder, "add_filter", sheet="sheet-1", data_set="Homework", column="views")
    click(builder, "control", sheet="sheet-1", filter="filter-1")
    slider = builder.sheets[0]["controls"][1]
    assert (slider["kind"], slider["low"], slider["high"]) == ("Slider", 1, 60)


def test_calculated_fields_have_the_type_of_their_values(builder, click):
    given = {"data_set": "Homework"}
    for name, text in [("loud", "toUpper({school})"), ("rate", "sum({views}) / count({gpa})")]:
        click(builder, "calculate", name=name, expression=text, **given)
    types = {each["name"]: each["type"] for each in builder.fields if each["expression"]}
    assert types == {"loud": "STRING", "rate": "AGGREGATED"}
    click(builder, "calculate", name="bad", expression="toUper({school})", **given)
    assert "Did you mean toUpper?" in builder.notice["text"]
    assert "bad" not in {each["name"] for each in builder.fields}


def test_an_insight_tells_its_sentence(builder, click):
    given = {"data_set": "Homework", "kind": "Top ranked", "category": "school", "value": "views"}
    edit(click, builder, "add_insight", sheet="sheet-1", **given)
    assert builder.notice == {}
    assert "Science" in pictures(builder)["insight-1"]


def test_outliers_are_told_with_the_method_that_found_them(builder, click):
    spiky = "ifelse({views} = 30, 1000, {views} = 50, -900, {views})"
    click(builder, "calculate", data_set="Homework", name="spiky", expression=spiky)
    builder.sent.clear()
    given = {"data_set": "Homework", "kind": "Outliers", "time": "day", "granularity": "DAY"}
    edit(click, builder, "add_insight", sheet="sheet-1", value="spiky", **given)
    assert builder.notice == {}
    told = words(pictures(builder)["insight-1"])
    upper, lower = "Tukey's upper fence (Q3 + 1.5 IQR)", "Tukey's lower fence (Q1 - 1.5 IQR)"
    assert f"Top 1 by Sum of spiky above {upper}, of day: Jan 31, 2020 with 1,000." in told
    assert f"Bottom 1 by Sum of spiky below {lower}, of day: Feb 20, 2020 with -900." in told
    edit(click, builder, "add_insight", sheet="sheet-1", value="views", **given)
    assert f"No day has any Sum of views above {upper}." in words(pictures(builder)["insight-2"])


def test_what_cannot_be_is_a_notice_and_changes_nothing(builder, click):
    before = builder.sheets
    edit(click, builder, "sort", visual="by-school", by="nothing")
    assert "No field named 'nothing'" in builder.notice["text"]
    edit(click, builder, "remove_sheet", sheet="sheet-1")
    assert "at least one sheet" in builder.notice["text"]
    assert builder.sheets == before
    assert not builder.history["undo"]


def test_it_publishes_new_versions(builder, click, lab, monkeypatch):
    edit(click, builder, "retitle", visual="by-school", text="Schools")
    click(builder, "publish", name=builder.title)
    assert builder.notice["text"] == f"Published {builder.title} as version 2."
    assert DashboardBuilder(lab, builder.title).sheets[0]["visuals"][0]["title"] == "Schools"
    drawn = lab.chart.dashboard(builder.title).picture("Schools")
    assert drawn.png.startswith(b"\x89PNG")
    monkeypatch.setenv("LABKIT_PICTURES", "off")
    undrawn = lab.chart.dashboard(builder.title).picture("Schools")
    assert undrawn.png == b""
    assert undrawn.df.equals(drawn.df)


def test_it_does_not_publish_over_a_dashboard_of_another_name(builder, click, lab, data, fresh):
    before, other = builder.title, fresh("other")
    chart = data.visual("bar chart", "By school", category="school", values="sum(views)")
    lab.chart.publish(other, [chart], [data])
    click(builder, "publish", name=f"{other}!")
    assert f"has the id of {other!r}" in builder.notice["text"]
    assert builder.title == before
    with pytest.raises(NoChart, match="Choose another name"):
        lab.chart.publish(f"{other}?", [chart], [data])
    with pytest.raises(NoChart, match="has the id of 'Homework'"):
        lab.chart.add_data_set("Homework!", sql="SELECT 1 AS a")


def test_a_dashboard_that_was_published_elsewhere_is_not_replaced_unasked(builder, click, lab):
    name, other = builder.title, DashboardBuilder(lab, data_set="Homework")
    for made in (builder, other):
        given = {"sheet": "sheet-1", "name": f"By {made.title}"}
        click(made, "edit", edit="rename_sheet", **given)
    click(other, "publish", name=name)
    assert f"There is a dashboard {name!r}, published as version 1." in other.notice["text"]
    click(other, "publish", name=name)
    assert other.notice["text"] == f"Published {name} as version 2."
    click(builder, "publish", name=name)
    assert "published as version 2 since it was opened here" in builder.notice["text"]
    assert DashboardBuilder(lab, name).sheets[0]["name"].startswith("By Homework")
    click(builder, "publish", name=name)
    assert DashboardBuilder(lab, name).sheets[0]["name"] == f"By {name}"


def test_dashboards_have_names_of_any_letters(lab, data, click):
    made = DashboardBuilder(lab, data_set="Homework")
    for name in ("学生", "教授"):
        click(made, "publish", name=name)
        assert made.notice["text"] == f"Published {name} as version 1."


def test_a_new_dashboard_has_a_name_of_its_own(lab, data, click):
    one, two = (DashboardBuilder(lab, data_set="Homework") for _ in range(2))
    assert one.title == two.title
    click(one, "publish", name=one.title)
    click(two, "publish", name=two.title)
    assert "There is a dashboard" in two.notice["text"]
    assert DashboardBuilder(lab, data_set="Homework").title == f"{one.title} 2"


def test_a_new_dashboard_begins_with_a_data_set(lab, data, click, fresh):
    made = DashboardBuilder(lab, fresh("new"), data_set="Homework")
    [visual] = visuals(made)
    assert (visual["kind"], visual["auto"], made.notice) == ("", True, {})
    made.close()


@pytest.mark.parametrize(
    ("given", "says"),
    [({"dashboard": "Nowhere"}, "Nowhere"), ({"data_set": "Homewerk"}, "Did you mean 'Homework'")],
    ids=["dashboard", "data set"],
)
def test_an_unknown_name_is_a_notice(lab, data, given, says):
    assert says in DashboardBuilder(lab, **given).notice["text"]


def test_the_drafts_are_gone_when_it_is_closed(lab, builder):
    client = lab.client("quicksight")
    draft = {"AwsAccountId": lab.account, "DashboardId": builder._draft.id}
    assert client.describe_dashboard(**draft)["Dashboard"]["Name"].startswith("Draft of")
    builder.close()
    with pytest.raises(ClientError, match="not found"):
        client.describe_dashboard(**draft)


def test_the_garbage_collector_calls_nothing(lab, builder, monkeypatch):
    builder.close()
    monkeypatch.setattr(lab.chart, "calls", None)
    builder.__del__()


def test_the_static_picture(builder):
    picture = builder.snapshot()
    assert 'src="data:image/png;base64,' in picture
    assert "By school · Category: school · Values: Sum of views" in picture
    assert "<script" not in picture
    assert picture == builder.snapshot()
