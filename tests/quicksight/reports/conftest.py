"""A dashboard of the course's students, and its snapshots as bytes."""

import io
import itertools
import time
import urllib.request
from typing import Any

import pypdf
import pytest

from tests.quicksight.data_sets.conftest import Lake, lake

__all__ = ["lake"]
SCHOOLS = ("School of Engineering", "School of Science", "School of Business")
COLUMNS = {
    "school": "STRING", "department": "STRING", "student": "STRING", "born": "DATETIME",
    "gpa": "DECIMAL", "credits": "INTEGER",
}  # fmt: skip
DEPARTMENTS = ("Physics", "Economics", "Electrical and computer engineering, applied mathematics")
COUNT = 300


def students() -> str:
    """The rows: ``COUNT`` students, every school and department, one without a birthday."""
    lines = [",".join(COLUMNS)]
    for n in range(COUNT):
        born = "" if n == 7 else f"{1998 + n % 4}-0{1 + n % 9}-1{n % 10}"
        gpa = 1 + (n * 37 % 30) / 10
        place = f'{SCHOOLS[n % 3]},"{DEPARTMENTS[n // 3 % 3]}"'
        lines.append(f"{place},Student {n:03},{born},{gpa},{n * 13 % 120 + 1000}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def school_data(lake: Lake, quicksight: Any) -> str:
    """The ARN of the data set."""
    id = lake.create({"p": lake.s3_table(lake.source(students()), COLUMNS)})
    return str(quicksight.describe_data_set(DataSetId=id)["DataSet"]["Arn"])


class Snapshots:
    """Makes dashboards and runs jobs on them."""

    def __init__(self, quicksight: Any) -> None:
        self.quicksight, self._numbers = quicksight, itertools.count(1)

    def dashboard(self, definition: dict[str, Any], **members: Any) -> str:
        id = f"report-{next(self._numbers)}"
        self.quicksight.create_dashboard(
            DashboardId=id, Name="Students by school", Definition=definition, **members
        )
        version = self.quicksight.describe_dashboard(DashboardId=id)["Dashboard"]["Version"]
        assert version["Status"] == "CREATION_SUCCESSFUL", version
        return id

    def start(self, dashboard: str, *files: dict[str, Any], by: Any = None, **members: Any) -> str:
        """The id of a job of these files."""
        id = f"job-{next(self._numbers)}"
        user = members.pop("user", {"AnonymousUsers": [{}]})
        asked = {"FileGroups": [{"Files": [each]} for each in files], **members}
        given = {"UserConfiguration": user} if user else {}
        (by or self.quicksight).start_dashboard_snapshot_job(
            DashboardId=dashboard, SnapshotJobId=id, SnapshotConfiguration=asked, **given
        )
        return id

    def ended(self, dashboard: str, job: str, by: Any = None) -> dict[str, Any]:
        """A job's result, once there is one."""
        quicksight, deadline = by or self.quicksight, time.monotonic() + 120
        ids = {"DashboardId": dashboard, "SnapshotJobId": job}
        while quicksight.describe_dashboard_snapshot_job(**ids)["JobStatus"] not in (
            "COMPLETED",
            "FAILED",
        ):
            assert time.monotonic() < deadline, ids
            time.sleep(0.02)
        answer: dict[str, Any] = quicksight.describe_dashboard_snapshot_job_result(**ids)
        return answer

    def run(self, dashboard: str, *files: dict[str, Any], by: Any = None, **members: Any) -> Any:
        """The results of a job's files, in their order."""
        result = self.ended(dashboard, self.start(dashboard, *files, by=by, **members), by)
        assert result["JobStatus"] == "COMPLETED", result
        [user] = next(iter(result["Result"].values()))
        return [each["S3Results"][0] for each in user["FileGroups"]]

    def files(self, dashboard: str, *files: dict[str, Any], **members: Any) -> list[bytes]:
        """The bytes of a job's files."""
        return [fetched(each["S3Uri"]) for each in self.run(dashboard, *files, **members)]


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        content: bytes = answer.read()
    return content


@pytest.fixture(scope="session")
def snapshots(quicksight: Any) -> Snapshots:
    return Snapshots(quicksight)


def pdf(sheet: str = "sheet") -> dict[str, Any]:
    selection = {"SheetId": sheet, "SelectionScope": "ALL_VISUALS"}
    return {"FormatType": "PDF", "SheetSelections": [selection]}


def table(kind: str, *visuals: str, sheet: str = "sheet") -> dict[str, Any]:
    selection = {"SheetId": sheet, "SelectionScope": "SELECTED_VISUALS", "VisualIds": list(visuals)}
    return {"FormatType": kind, "SheetSelections": [selection]}


def pages(content: bytes) -> list[str]:
    """The words of each page of a PDF file, line by line."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def box(id: str, content: str) -> dict[str, str]:
    return {"SheetTextBoxId": id, "Content": f"<text-box>{content}</text-box>"}


def at(id: str, kind: str, y: float, high: float, wide: float = 7.5) -> dict[str, Any]:
    """An element of a section, in inches."""
    place = {"XAxisLocation": 0, "YAxisLocation": y, "Width": wide, "Height": high}
    said = {name: f"{value}in" for name, value in place.items()}
    return {"ElementId": id, "ElementType": kind, **said}


def section(id: str, *elements: dict[str, Any], **members: Any) -> dict[str, Any]:
    layout = {"FreeFormLayout": {"Elements": list(elements)}}
    if "HeightOnly" in members:
        style = {"Height": members.pop("HeightOnly")}
        return {"SectionId": id, "Layout": layout, "Style": style}
    return {"SectionId": id, "Content": {"Layout": layout}, **members}


def field(column: str, kind: str = "Categorical", **members: Any) -> dict[str, Any]:
    body = {"FieldId": f"f-{column}", "Column": {"DataSetIdentifier": "s", "ColumnName": column}}
    return {f"{kind}DimensionField": body | members}


def measure(column: str, how: str = "AVERAGE", id: str = "", **members: Any) -> dict[str, Any]:
    body = {
        "FieldId": id or f"m-{column}",
        "Column": {"DataSetIdentifier": "s", "ColumnName": column},
        "AggregationFunction": {"SimpleNumericalAggregation": how},
    }
    return {"NumericalMeasureField": body | members}


def titled(text: str) -> dict[str, Any]:
    return {"Visibility": "VISIBLE", "FormatText": {"PlainText": text}}


PRINTED = {"VerticalOverflowVisibility": "VISIBLE", "OverflowColumnHeaderVisibility": "VISIBLE"}


def student_table(**configuration: Any) -> dict[str, Any]:
    """A table of all students with an average below."""
    groups = [field("school"), field("student"), field("born", "Date", DateGranularity="DAY")]
    wells = {"GroupBy": groups, "Values": [measure("gpa"), measure("credits", "SUM")]}
    total = {"TotalsVisibility": "VISIBLE", "Placement": "END", "CustomLabel": "Everybody"}
    sort = {"FieldSort": {"FieldId": "f-student", "Direction": "ASC"}}
    chart = {
        "FieldWells": {"TableAggregatedFieldWells": wells},
        "SortConfiguration": {"RowSort": [sort]},
        "TotalOptions": total,
        "PaginatedReportOptions": PRINTED,
    }
    body = {"VisualId": "table", "Title": titled("Students"), "ChartConfiguration": chart}
    chart |= configuration
    return {"TableVisual": body}


def pivot(**configuration: Any) -> dict[str, Any]:
    """Students by school and department, with subtotals."""
    wells = {
        "Rows": [field("school"), field("department")],
        "Columns": [],
        "Values": [measure("gpa")],
    }
    shown = {"TotalsVisibility": "VISIBLE"}
    chart = {
        "FieldWells": {"PivotTableAggregatedFieldWells": wells},
        "TotalOptions": {
            "RowTotalOptions": shown,
            "RowSubtotalOptions": shown | {"FieldLevel": "ALL"},
        },
        "PaginatedReportOptions": PRINTED,
    } | configuration
    body = {"VisualId": "pivot", "Title": titled("By department"), "ChartConfiguration": chart}
    return {"PivotTableVisual": body}


def bars() -> dict[str, Any]:
    wells = {"Category": [field("school")], "Values": [measure("gpa")]}
    chart = {"FieldWells": {"BarChartAggregatedFieldWells": wells}}
    body = {"VisualId": "bars", "Title": titled("Grades"), "ChartConfiguration": chart}
    return {"BarChartVisual": body}


def definition(arn: str, *visuals: Any, **sheet: Any) -> dict[str, Any]:
    """A definition of one sheet."""
    return {
        "DataSetIdentifierDeclarations": [{"Identifier": "s", "DataSetArn": arn}],
        "Sheets": [{"SheetId": "sheet", "Name": "Report", "Visuals": list(visuals), **sheet}],
    }


def report(arn: str, *visuals: Any, body: list[Any], **members: Any) -> dict[str, Any]:
    """A definition of one section-based sheet with a title above and page numbers below."""
    boxes = [
        box("title", '<inline font-size="20px"><b>Students by school</b></inline>'),
        box(
            "numbers",
            "Page <expression>PageNumber</expression> of <expression>TotalPages</expression>",
        ),
        box("school", "<b>&lt;&lt;$school&gt;&gt;</b>"),
    ]
    layout = {
        "HeaderSections": [section("h", at("title", "TEXT_BOX", 0, 0.4), HeightOnly="0.5in")],
        "FooterSections": [section("f", at("numbers", "TEXT_BOX", 0, 0.3), HeightOnly="0.4in")],
        "BodySections": body,
        "CanvasSizeOptions": {
            "PaperCanvasSizeOptions": {"PaperSize": "A4", "PaperOrientation": "PORTRAIT"}
        },
    }
    return definition(
        arn, *visuals, TextBoxes=boxes, ContentType="PAGINATED",
        Layouts=[{"Configuration": {"SectionBasedLayout": layout}}], **members,
    )  # fmt: skip
