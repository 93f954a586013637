"""The helpers' reports: published from names of columns, sent by mail, told afterwards."""

import email
import json
import re

import botocore.session
import pytest
from botocore.validate import ParamValidator

from labkit import removal
from labkit.charts import print as chart_print
from labkit.errors import NoChart, UnknownName
from labkit.lab import Lab
from tests.conftest import everything
from tests.quicksight.reports.conftest import COUNT, SCHOOLS, bars, definition, pages

TO = "dean@example.edu"
SCHEMA = {"school": "STRING", "student": "STRING", "gpa": "DECIMAL"}


@pytest.fixture(scope="module")
def lab(cloud, client, quicksight):
    found = Lab(3, cloud.session(), cloud.endpoint)
    client("s3").create_bucket(Bucket=found.names.results_bucket)
    return found


@pytest.fixture(scope="module")
def report(lab, school_data):
    """A report of students in groups by school."""
    return lab.chart.publish_report(
        "Grades by school",
        lab.chart.data_set(school_data.rpartition("/")[2]),
        columns=["student"],
        group_by="school",
        values=["average(gpa) as number with 1 decimal"],
    )


@pytest.fixture(scope="module")
def sent(lab, report):
    return lab.chart.send_report(report, to=TO)


def test_the_report_has_groups_with_totals_and_numbered_pages(sent):
    found = pages(sent.content)
    assert len(found) == sent.pages > 1
    for number, page in enumerate(found, 1):
        assert "Grades by school" in page
        assert f"Page {number} of {sent.pages}" in page
    words = "\n".join(found)
    assert words.count("Student ") == COUNT
    assert [words.count(f"Total of {name}") for name in SCHOOLS] == [1, 1, 1]
    assert "In all" in found[-1]


def test_a_group_that_goes_on_has_its_head_again(sent):
    for page in pages(sent.content):
        lines = page.split("\n")
        at = next(n for n, line in enumerate(lines) if "Student " in line)
        number = int(re.search(r"Student (\d+)", lines[at])[1])
        assert lines[at - 1] == SCHOOLS[number % 3]


def test_the_mail_is_in_the_outbox_with_the_report(lab, sent, cloud, monkeypatch):
    monkeypatch.setenv("LABKIT_HOME", str(cloud.home))
    newest = lab.chart.outbox().iloc[0]
    assert (newest["to"], newest["subject"]) == (TO, "Grades by school")
    with open(newest["file"], "rb") as file:
        mail = email.message_from_binary_file(file)
    [attached] = [part for part in mail.walk() if part.get_filename()]
    assert attached.get_payload(decode=True) == sent.content


def test_what_was_sent_is_told(lab, sent, report):
    again = lab.chart.send_report(report, to=[TO, "x@example.edu"], format="excel")
    told = lab.chart.reports()
    assert list(told["format"]) == ["EXCEL", "PDF"]
    assert list(told["bytes"]) == [len(again.content), len(sent.content)]
    assert again.rows == COUNT + len(SCHOOLS) + 1


def test_a_schedule_runs_the_function_each_week(lab, report, client, monkeypatch):
    monkeypatch.setattr(Lab, "key_arn", "arn:aws:kms:us-east-1:123456789012:key/none")
    monkeypatch.setattr(lab.storage, "add_key_users", lambda *arns: [], raising=False)
    name = lab.chart.schedule_report(report, to=TO)
    found = client("scheduler").get_schedule(Name=name)
    assert found["ScheduleExpression"] == "cron(0 7 ? * MON *)"
    event = json.loads(found["Target"]["Input"])
    answer = client("lambda").invoke(
        FunctionName=found["Target"]["Arn"], Payload=json.dumps(event).encode()
    )
    said = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, said
    assert (said["to"], said["format"]) == ([TO], "PDF")
    assert said["message_id"]


def test_a_format_that_there_is_not(lab, report):
    with pytest.raises(UnknownName, match="word"):
        lab.chart.send_report(report, to=TO, format="word")


def test_a_dashboard_without_tables_has_no_csv(lab, snapshots, school_data):
    id = snapshots.dashboard(definition(school_data, bars()))
    with pytest.raises(NoChart, match="no table"):
        lab.chart.send_report(id, to=TO, format="CSV")


@pytest.mark.parametrize("group_by", ["", "school"])
def test_the_model_takes_the_definition(group_by):
    columns = ["student"] if group_by else ["school", "student"]
    visual = chart_print.table(
        SCHEMA, "s", columns=columns, group_by=group_by, values=["average(gpa)"]
    )
    made = chart_print.definition("Grades", visual, {"s": "arn:aws:x"})
    model = botocore.session.get_session().get_service_model("quicksight")
    found = ParamValidator().validate(made, model.shape_for("DashboardVersionDefinition"))
    assert not found.has_errors(), found.generate_report()


def test_a_clean_up_leaves_what_stands_on_no_lake(lab, quicksight, school_data):
    """Others' data sets and a dashboard of words stay; ours of data that are gone does not."""
    quicksight.create_data_set(
        DataSetId="of-another",
        Name="Of another",
        ImportMode="DIRECT_QUERY",
        PhysicalTableMap={},
        LogicalTableMap={"a": {"Alias": "a", "Source": {"DataSetArn": school_data}}},
    )
    words = {"SheetTextBoxId": "t", "Content": "<text-box>Closed on Monday</text-box>"}
    quicksight.create_dashboard(
        DashboardId="words",
        Name="Words",
        Definition={
            "DataSetIdentifierDeclarations": [],
            "Sheets": [{"SheetId": "s", "TextBoxes": [words]}],
        },
    )
    gone = lab.chart.add_data_set("Gone", sql="SELECT 1 AS n")
    counted = gone.visual("KPI", "n", values="sum(n)")
    lab.chart.publish("Gone", counted, gone)
    lab.chart.add_topic("Gone", gone)
    quicksight.delete_data_set(DataSetId="gone")
    removal.drop_charts(lab)
    dashboards = everything(quicksight.list_dashboards, "DashboardSummaryList")
    topics = everything(quicksight.list_topics, "TopicsSummaries")
    assert "gone" not in {each["DashboardId"] for each in dashboards}
    assert "gone" not in {each["TopicId"] for each in topics}
    assert quicksight.describe_data_set(DataSetId="of-another")["Status"] == 200
    assert quicksight.describe_dashboard(DashboardId="words")["Status"] == 200
    assert lab.chart.data_set(school_data.rpartition("/")[2])
