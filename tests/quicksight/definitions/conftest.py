"""Data sets of the course's shape, and a small definition upon orders."""

import copy
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

BUCKET = "quicksight-definitions"
EXPORTS = Path(__file__).parent / "exports"
PAGE_VIEWS = (
    "user_id,course_id,timestamp_year,timestamp_month,timestamp_day,timestamp_hour,pageview_count\n"
    "1,1001,2020,9,1,10,3\n"
)
NUMBERS = ("_id", "admitted", "enrolled", "_alum", "_ed", "_student", "_ind", "_indicator")
DECIMALS = ("_gpa",)
DATES = ("_date",)


@pytest.fixture(scope="session")
def data_sets(quicksight: Any, client: Any, allow_bucket: Any) -> dict[str, str]:
    """The ARNs of the data sets that the exports declare, by the ids in their ARNs."""
    client("s3").create_bucket(Bucket=BUCKET)
    allow_bucket(BUCKET)
    header = (Path(__file__).parent / "student_ext.csv").read_text().splitlines()[0]
    students = {name: _type(name) for name in header.split(",")}
    views = dict.fromkeys(PAGE_VIEWS.splitlines()[0].split(","), "INTEGER")
    rows = (Path(__file__).parent / "student_ext.csv").read_text()
    return {
        "student-ext": _data_set(quicksight, client, "exports-students", students, rows),
        "page-views": _data_set(quicksight, client, "exports-page-views", views, PAGE_VIEWS),
    }


@pytest.fixture
def small(data_sets: dict[str, str]) -> dict[str, Any]:
    """A definition with one of most things, valid as it stands."""
    text = (Path(__file__).parent / "small.json").read_text()
    definition: dict[str, Any] = json.loads(text)
    definition["DataSetIdentifierDeclarations"][0]["DataSetArn"] = data_sets["student-ext"]
    return definition


@pytest.fixture(scope="session")
def exports(data_sets: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The console's exports by name, on the data sets of this account."""
    return {path.stem: _own(json.loads(path.read_text()), data_sets) for path in _exports()}


@pytest.fixture(scope="session")
def number() -> Any:
    """Numbers for ids that no other test has."""
    return itertools.count(1)


def _exports() -> list[Path]:
    return sorted(EXPORTS.glob("*.json"))


def _own(export: dict[str, Any], data_sets: dict[str, str]) -> dict[str, Any]:
    own = copy.deepcopy(export)
    for each in own["Definition"]["DataSetIdentifierDeclarations"]:
        each["DataSetArn"] = data_sets[each["DataSetArn"].partition("/")[2]]
    return own


def _data_set(quicksight: Any, client: Any, id: str, columns: dict[str, str], rows: str) -> str:
    """The ARN of a data set of one file."""
    s3 = client("s3")
    s3.put_object(Bucket=BUCKET, Key=f"{id}/data.csv", Body=rows.encode())
    uris = {"fileLocations": [{"URIs": [f"s3://{BUCKET}/{id}/data.csv"]}]}
    s3.put_object(Bucket=BUCKET, Key=f"{id}.manifest", Body=json.dumps(uris).encode())
    source = quicksight.create_data_source(
        DataSourceId=id,
        Name=id,
        Type="S3",
        DataSourceParameters={
            "S3Parameters": {"ManifestFileLocation": {"Bucket": BUCKET, "Key": f"{id}.manifest"}}
        },
    )
    listed = [{"Name": name, "Type": kind} for name, kind in columns.items()]
    table = {"S3Source": {"DataSourceArn": source["Arn"], "InputColumns": listed}}
    answer = quicksight.create_data_set(
        DataSetId=id, Name=id, PhysicalTableMap={"p": table}, ImportMode="SPICE"
    )
    return str(answer["Arn"])


def _type(name: str) -> str:
    if name.endswith(DATES):
        return "DATETIME"
    if name.endswith(DECIMALS):
        return "DECIMAL"
    is_number = name.endswith((*NUMBERS, "_year", "_percentile"))
    return "INTEGER" if is_number else "STRING"
