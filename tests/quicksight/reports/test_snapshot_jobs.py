"""Snapshot jobs: what they take and refuse, where files go, whose rows are in them."""

import csv
import io
import json
import urllib.error
from datetime import date

import boto3
import pytest
from python_calamine import CalamineWorkbook

from tests.conftest import ONE_TRY
from tests.quicksight.conftest import QuickSight, refused
from tests.quicksight.reports.conftest import (
    COLUMNS,
    COUNT,
    SCHOOLS,
    bars,
    definition,
    fetched,
    field,
    pages,
    pdf,
    pivot,
    student_table,
    students,
    table,
)

BUCKET = "snapshot-reports"


@pytest.fixture(scope="module")
def dashboard(snapshots, school_data):
    return snapshots.dashboard(definition(school_data, student_table(), pivot(), bars()))


@pytest.fixture(scope="module")
def bucket(client):
    client("s3").create_bucket(Bucket=BUCKET)
    return BUCKET


def destination(bucket, region="us-east-1"):
    place = {"BucketName": bucket, "BucketPrefix": "weekly/", "BucketRegion": region}
    return {"S3Destinations": [{"BucketConfiguration": place}]}


@pytest.fixture(scope="module")
def files(snapshots, dashboard):
    """CSV, Excel and PDF of one job, and of another."""
    wanted = (table("CSV", "table"), table("EXCEL", "pivot", "table"), pdf())
    return snapshots.files(dashboard, *wanted), snapshots.files(dashboard, *wanted)


def test_csv_has_all_rows_unformatted(files):
    lines = list(csv.reader(io.StringIO(files[0][0].decode())))
    assert lines[0] == ["school", "student", "born", "Average of gpa", "Sum of credits"]
    assert len(lines) == 1 + COUNT + 1
    assert lines[2] == ["School of Science", "Student 001", "1999-02-11", "1.7", "1013"]
    assert lines[8][2] == ""  # no birthday
    assert lines[-1][0] == "Everybody"


def test_excel_has_a_sheet_a_visual_with_typed_cells(files):
    book = CalamineWorkbook.from_object(io.BytesIO(files[0][1]))
    assert book.sheet_names == ["By department", "Students"]
    rows = book.get_sheet_by_name("Students").to_python()
    assert rows[2] == ["School of Science", "Student 001", date(1999, 2, 11), 1.7, 1013.0]
    assert len(rows) == 1 + COUNT + 1
    groups = book.get_sheet_by_name("By department").to_python()
    assert [row[0] for row in groups[1:-1]] == [name for name in sorted(SCHOOLS) for _ in range(4)]
    assert groups[-1][-1] == pytest.approx(
        sum(1 + (n * 37 % 30) / 10 for n in range(COUNT)) / COUNT
    )


def test_the_same_bytes_on_each_run(files):
    assert files[0] == files[1]


def test_a_file_goes_to_a_bucket(snapshots, dashboard, bucket, client):
    [result] = snapshots.run(
        dashboard, table("CSV", "table"), DestinationConfiguration=destination(bucket)
    )
    key = result["S3Uri"].removeprefix(f"s3://{bucket}/")
    assert key.startswith("weekly/")
    assert key.endswith("/Students.csv")
    found = client("s3").get_object(Bucket=bucket, Key=key)
    assert found["ContentType"] == "text/csv"
    assert found["Body"].read().startswith(b"school,")


def test_describe_tells_the_job(snapshots, dashboard, quicksight):
    tag = {"Key": "school", "Value": "secret"}
    job = snapshots.start(
        dashboard, pdf(), user={"AnonymousUsers": [{"RowLevelPermissionTags": [tag]}]}
    )
    ids = {"DashboardId": dashboard, "SnapshotJobId": job}
    told = quicksight.describe_dashboard_snapshot_job(**ids)
    assert told["UserConfiguration"] == {
        "AnonymousUsers": [{"RowLevelPermissionTagKeys": ["school"]}]
    }
    assert told["SnapshotConfiguration"]["FileGroups"][0]["Files"][0]["FormatType"] == "PDF"
    assert told["Arn"].endswith(f":dashboard/{dashboard}/snapshot-job/{job}")
    snapshots.ended(dashboard, job)
    with pytest.raises(quicksight.client.exceptions.ResourceExistsException):
        quicksight.start_dashboard_snapshot_job(
            **ids, UserConfiguration={"AnonymousUsers": [{}]},
            SnapshotConfiguration={"FileGroups": [{"Files": [pdf()]}]},
        )  # fmt: skip


def test_what_a_file_of_cells_leaves_out_is_told(snapshots, school_data):
    zoned = definition(school_data, student_table()) | {"Options": {"Timezone": "Asia/Tokyo"}}
    [result] = snapshots.run(snapshots.dashboard(zoned), table("CSV", "table"))
    told = {"ErrorType": "VISUAL_INCOMPLETE",
            "ErrorMessage": "table: Dates are in UTC, not in Asia/Tokyo."}  # fmt: skip
    assert result["ErrorInfo"] == [told]


def test_dates_of_a_column_are_all_with_their_time(snapshots, school_data):
    by_school = "ifelse({school} = 'School of Science', 90, 0)"
    seen = {"DataSetIdentifier": "s", "Name": "seen",
            "Expression": f"addDateTime({by_school}, 'MI', parseDate('2024-03-01'))"}  # fmt: skip
    groups = {"GroupBy": [field("school"), field("seen", "Date", DateGranularity="MINUTE")]}
    wells = {"FieldWells": {"TableAggregatedFieldWells": groups}, "SortConfiguration": {}}
    made = definition(school_data, student_table(**wells)) | {"CalculatedFields": [seen]}
    [content] = snapshots.files(snapshots.dashboard(made), table("CSV", "table"))
    _, *rows = csv.reader(io.StringIO(content.decode()))
    assert {each[1] for each in rows if each[1]} == {"2024-03-01 00:00:00", "2024-03-01 01:30:00"}


def test_excel_has_whole_numbers_that_no_double_holds_as_text(snapshots, school_data):
    large = {"DataSetIdentifier": "s", "Name": "large",
             "Expression": f"{{credits}} + {2**53 - 1000}"}  # fmt: skip
    groups = {"GroupBy": [field("large", "Numerical")]}
    wells = {"FieldWells": {"TableAggregatedFieldWells": groups}, "SortConfiguration": {}}
    made = definition(school_data, student_table(**wells)) | {"CalculatedFields": [large]}
    [content] = snapshots.files(snapshots.dashboard(made), table("EXCEL", "table"))
    sheet = CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in sheet[1:4]] == [2**53, f"{2**53 + 1}", f"{2**53 + 2}"]


def test_a_url_is_secret(snapshots, dashboard):
    [result] = snapshots.run(dashboard, table("CSV", "table"))
    with pytest.raises(urllib.error.HTTPError, match="403"):
        fetched(result["S3Uri"].replace("/snapshots/", "/snapshots/x"))


REFUSED = [
    ("two PDFs", [pdf(), pdf()], "at most 1 PDF"),
    ("two workbooks", [table("EXCEL", "table")] * 2, "at most 1 EXCEL"),
    ("six CSV files", [table("CSV", "table")] * 6, "at most 5 CSV"),
    ("two visuals in one CSV", [table("CSV", "table", "pivot")], "at most 1 VisualIds"),
    ("a chart as CSV", [table("CSV", "bars")], "tables and pivot tables"),
    ("no such visual", [table("CSV", "none")], "has no visual none"),
    ("no such sheet", [pdf("none")], "no sheet none"),
    ("a PDF of chosen visuals", [table("PDF", "table")], "ALL_VISUALS"),
    ("a workbook of all visuals", [pdf() | {"FormatType": "EXCEL"}], "must be SELECTED_VISUALS"),
]


@pytest.mark.parametrize(("files", "says"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_a_job_does_not_take(quicksight, dashboard, files, says):
    code, message = refused(
        quicksight.start_dashboard_snapshot_job, DashboardId=dashboard, SnapshotJobId="refused",
        UserConfiguration={"AnonymousUsers": [{}]},
        SnapshotConfiguration={"FileGroups": [{"Files": [each]} for each in files]},
    )  # fmt: skip
    assert code == "InvalidParameterValueException"
    assert says in message


PARAMETERS = [
    ("none of the name", {"StringParameters": [{"Name": "Schol", "Values": ["x"]}]}, "not found"),
    ("another type", {"StringParameters": [{"Name": "Least", "Values": ["x"]}]}, "type Integer"),
    ("several", {"IntegerParameters": [{"Name": "Least", "Values": [1, 2]}]}, "takes one value"),
]


@pytest.mark.parametrize(
    ("parameters", "says"), [r[1:] for r in PARAMETERS], ids=[r[0] for r in PARAMETERS]
)
def test_parameters_that_the_dashboard_has_not(
    quicksight, snapshots, school_data, parameters, says
):
    least = {"ParameterValueType": "SINGLE_VALUED", "Name": "Least"}
    declared = {"ParameterDeclarations": [{"IntegerParameterDeclaration": least}]}
    id = snapshots.dashboard(definition(school_data, student_table()) | declared)
    code, message = refused(
        quicksight.start_dashboard_snapshot_job, DashboardId=id, SnapshotJobId="refused",
        UserConfiguration={"AnonymousUsers": [{}]},
        SnapshotConfiguration={"FileGroups": [{"Files": [pdf()]}], "Parameters": parameters},
    )  # fmt: skip
    assert (code, says in message) == ("InvalidParameterValueException", True), message


def test_a_bucket_of_another_region_is_refused(quicksight, dashboard, bucket):
    code, message = refused(
        quicksight.start_dashboard_snapshot_job, DashboardId=dashboard, SnapshotJobId="refused",
        UserConfiguration={"AnonymousUsers": [{}]},
        SnapshotConfiguration={
            "FileGroups": [{"Files": [pdf()]}],
            "DestinationConfiguration": destination(bucket, "eu-west-1"),
        },
    )  # fmt: skip
    assert (code, "eu-west-1" in message) == ("InvalidParameterValueException", True)


def test_what_there_is_not(quicksight, dashboard):
    ids = {"DashboardId": dashboard, "SnapshotJobId": "none"}
    for call, members in (
        (quicksight.describe_dashboard_snapshot_job, ids),
        (quicksight.describe_dashboard_snapshot_job_result, ids),
        (
            quicksight.start_dashboard_snapshot_job_schedule,
            {"DashboardId": dashboard, "ScheduleId": "w"},
        ),
    ):
        assert refused(call, **members)[0] == "ResourceNotFoundException"


def test_what_a_job_misses_is_told(quicksight, snapshots, lake, fresh):
    """Its theme is deleted first, which is no loss, its data set then."""
    id = lake.create({"p": lake.orders()})
    arn = quicksight.describe_data_set(DataSetId=id)["DataSet"]["Arn"]
    made = {"DataSetIdentifierDeclarations": [{"Identifier": "d", "DataSetArn": arn}],
            "Sheets": [{"SheetId": "sheet"}]}  # fmt: skip
    theme = fresh("theme")
    call = {"ThemeId": theme, "Name": theme, "BaseThemeId": "CLASSIC", "Configuration": {}}
    dashboard = snapshots.dashboard(made, ThemeArn=quicksight.create_theme(**call)["Arn"])

    def told():
        job = snapshots.ended(dashboard, snapshots.start(dashboard, pdf()))
        return job["JobStatus"], job.get("ErrorInfo", {}).get("ErrorType")

    quicksight.delete_theme(ThemeId=theme)
    assert told() == ("COMPLETED", None)
    quicksight.delete_data_set(DataSetId=id)
    assert told() == ("FAILED", "DATASET_DELETED")


def test_a_new_dashboard_has_no_jobs_of_a_deleted_one_of_its_id(quicksight, snapshots, school_data):
    made = definition(school_data, student_table())
    first = snapshots.dashboard(made)
    job = snapshots.start(first, table("CSV", "table"))
    snapshots.ended(first, job)
    ids = {"DashboardId": first, "SnapshotJobId": job}
    describe = quicksight.describe_dashboard_snapshot_job
    quicksight.delete_dashboard(DashboardId=first)
    assert refused(describe, **ids)[0] == "ResourceNotFoundException"
    quicksight.create_dashboard(DashboardId=first, Name="again", Definition=made)
    assert refused(describe, **ids)[0] == "ResourceNotFoundException"
    asked = {"FileGroups": [{"Files": [table("CSV", "table")]}]}
    quicksight.start_dashboard_snapshot_job(
        **ids, SnapshotConfiguration=asked, UserConfiguration={"AnonymousUsers": [{}]}
    )
    snapshots.ended(first, job)


def test_a_bucket_that_refuses_fails_the_job(snapshots, dashboard, bucket, client):
    closed = {
        "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/weekly/*",
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [closed]})
    client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
    try:
        job = snapshots.start(dashboard, pdf(), DestinationConfiguration=destination(bucket))
        result = snapshots.ended(dashboard, job)
    finally:
        client("s3").delete_bucket_policy(Bucket=bucket)
    assert result["JobStatus"] == "FAILED"
    assert result["ErrorInfo"]["ErrorType"] == "AccessDenied"
    assert "s3:PutObject" in result["ErrorInfo"]["ErrorMessage"]


@pytest.fixture(scope="module")
def tagged(lake, quicksight, snapshots):
    """A dashboard whose rows are of the school that the reader's tag names."""
    rules = {"TagKey": "school", "ColumnName": "school"}
    id = lake.create(
        {"p": lake.s3_table(lake.source(students()), COLUMNS)},
        RowLevelPermissionTagConfiguration={"Status": "ENABLED", "TagRules": [rules]},
    )
    arn = quicksight.describe_data_set(DataSetId=id)["DataSet"]["Arn"]
    return snapshots.dashboard(definition(arn, student_table()))


def test_a_reader_gets_the_rows_of_its_tags_alone(snapshots, tagged):
    tag = {"Key": "school", "Value": SCHOOLS[1]}
    user = {"AnonymousUsers": [{"RowLevelPermissionTags": [tag]}]}
    as_csv, as_excel, as_pdf = snapshots.files(
        tagged, table("CSV", "table"), table("EXCEL", "table"), pdf(), user=user
    )
    lines = list(csv.DictReader(io.StringIO(as_csv.decode())))[:-1]
    assert {line["school"] for line in lines} == {SCHOOLS[1]}
    assert len(lines) == COUNT // 3
    sheet = CalamineWorkbook.from_object(io.BytesIO(as_excel)).get_sheet_by_index(0).to_python()
    assert {row[0] for row in sheet[1:-1]} == {SCHOOLS[1]}
    words = " ".join(pages(as_pdf))
    assert SCHOOLS[0] not in words
    assert SCHOOLS[2] not in words


def test_a_reader_without_tags_gets_no_rows(snapshots, tagged):
    [content] = snapshots.files(tagged, table("CSV", "table"))
    assert not any(name in content.decode() for name in SCHOOLS)


@pytest.fixture(scope="module")
def reader(cloud, client, quicksight):
    """QuickSight as an IAM user sees it who is a reader there."""
    iam, name = client("iam"), "snapshot-reader"
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    quicksight.register_user(
        Namespace="default",
        IdentityType="IAM",
        IamArn=arn,
        UserRole="READER",
        Email="r@example.edu",
    )
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=cloud.region)
    found = session.client("quicksight", endpoint_url=cloud.endpoint, config=ONE_TRY)
    return QuickSight(found, cloud.account)


def test_a_user_needs_the_dashboard_and_its_job_is_its_own(
    snapshots, dashboard, reader, quicksight, cloud
):
    asked = {"FileGroups": [{"Files": [table("CSV", "table")]}]}
    ids = {"DashboardId": dashboard, "SnapshotJobId": "readers"}
    start = reader.start_dashboard_snapshot_job
    assert refused(start, **ids, SnapshotConfiguration=asked)[0] == "AccessDeniedException"
    arn = f"arn:aws:quicksight:{cloud.region}:{cloud.account}:user/default/snapshot-reader"
    actions = [
        f"quicksight:{each}"
        for each in ("DescribeDashboard", "ListDashboardVersions", "QueryDashboard")
    ]
    quicksight.update_dashboard_permissions(
        DashboardId=dashboard, GrantPermissions=[{"Principal": arn, "Actions": actions}]
    )
    job = snapshots.start(dashboard, table("CSV", "table"), by=reader, user=None)
    result = snapshots.ended(dashboard, job, reader)
    assert list(result["Result"]) == ["RegisteredUsers"]
    told = {"DashboardId": dashboard, "SnapshotJobId": job}
    code, _ = refused(quicksight.describe_dashboard_snapshot_job_result, **told)
    assert code == "AccessDeniedException"
