"""The files of a snapshot job.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SnapshotFile.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.jobs import Job
from labkit.cloud.operations import Principal
from labkit.cloud.quicksight.definitions import versions, walk
from labkit.cloud.quicksight.kinds import DASHBOARD
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.reports import csv_files, excel_files
from labkit.cloud.quicksight.reports.checks import selected
from labkit.cloud.quicksight.reports.paper.typesetting import pdf_file
from labkit.cloud.quicksight.reports.reading import Reader, Reading, opened
from labkit.cloud.quicksight.reports.tables import Table, table_of
from labkit.cloud.quicksight.visuals.model import VisualData
from labkit.cloud.quicksight.words import not_found

Json = Mapping[str, Any]
TYPES = {
    "PDF": ("pdf", "application/pdf"),
    "CSV": ("csv", "text/csv"),
    "EXCEL": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True)
class Made:
    """A file group's file.

    Args:
        group: the file group, as the job asked for it.
        failures: what could not be computed for it, in a sentence each.
        left_out: what its visuals ask for and its cells do not show, in a sentence each.
    """

    group: Json
    name: str
    type: str
    content: bytes
    failures: tuple[str, ...]
    left_out: tuple[str, ...]


def make(cloud: Cloud, record: Record, job: Job) -> list[Made]:
    """All files of a job.

    Raises:
        AwsError: the dashboard or one of its data sets is no longer there.
        Stopped: the server stops.
    """
    private, configuration = record["_"], record["SnapshotConfiguration"]
    which = f"version/{private['version']}"
    version = versions.by_path(cloud, private["region"], DASHBOARD, record["DashboardId"], which)
    if version is None:
        raise not_found(f"Dashboard {record['DashboardId']} is not found.")
    given = walk.given_values(configuration.get("Parameters"))
    made = []
    with opened(
        cloud, _reader(record), private["region"], private["name"], version, given
    ) as reading:
        for group in configuration["FileGroups"]:
            job.check()
            made.append(_file(reading, group))
    return made


def _reader(record: Record) -> Reader:
    private, user = record["_"], record["_"]["user"]
    principal = Principal(private["maker"], private["account"])
    return Reader(principal, user.get("arn", ""), user.get("tags") or {})


def _file(reading: Reading, group: Json) -> Made:
    [file] = group["Files"]
    reading.failures.clear()
    reading.left_out.clear()
    title, content = _CONTENTS[file["FormatType"]](reading, file)
    ending, type = TYPES[file["FormatType"]]
    name = re.sub(r"[^\w.-]+", "_", title).strip("_") or "report"
    told = (tuple(dict.fromkeys(each)) for each in (reading.failures, reading.left_out))
    return Made(group, f"{name}.{ending}", type, content, *told)


def _pdf(reading: Reading, file: Json) -> tuple[str, bytes]:
    wanted = file["SheetSelections"][0]["SheetId"]
    sheet = next(each for each in reading.definition["Sheets"] if each["SheetId"] == wanted)
    return reading.name, pdf_file(reading, sheet).content


def _excel(reading: Reading, file: Json) -> tuple[str, bytes]:
    most = excel_files.MOST_ROWS
    return reading.name, excel_files.excel_file(_tables(reading, file, most))


def _csv(reading: Reading, file: Json) -> tuple[str, bytes]:
    [table] = _tables(reading, file, csv_files.MOST_ROWS)
    return table.title or reading.name, csv_files.csv_file(table)


def _tables(reading: Reading, file: Json, most: int) -> list[Table]:
    return [_table(reading, each.visual, most) for each in selected(reading.definition, file)]


def _table(reading: Reading, visual: Json, most: int) -> Table:
    data = reading.data(visual, max_rows=most)
    if data.fields:  # a visual that has none has failed, which is told
        _, body = walk.body_of(visual)
        notes = [*data.not_drawn, *_beyond(data, most)]
        reading.left_out.extend(f"{body['VisualId']}: {each}" for each in notes)
    return table_of(visual, data, reading.theme, reading.parameters)


def _beyond(data: VisualData, most: int) -> Iterator[str]:
    if data.cut and len(data.rows) >= most:
        yield f"The file has the first {most:,} rows."


_CONTENTS = {"PDF": _pdf, "EXCEL": _excel, "CSV": _csv}
