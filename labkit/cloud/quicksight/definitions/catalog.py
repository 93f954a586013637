"""The columns of data sets, as definitions need to know them.

A data set's output columns have one of four types; a column's geographic role is a tag that the
data set's preparation puts on it.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_OutputColumn.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.definitions.judgement import Column, Columns
from labkit.cloud.quicksight.kinds import DATA_SET


def columns_of(cloud: Cloud, arn: str) -> Columns | None:
    """A data set's columns by name; ``None`` where the account has no such data set."""
    region, id = place_of(arn)
    record = records.look_up(cloud, region, DATA_SET, id)
    if record is None or record["Arn"] != arn:
        return None
    roles = _roles(record)
    shown = record.get("OutputColumns", ())
    return {each["Name"]: Column(each["Type"], roles.get(each["Name"], "")) for each in shown}


def place_of(arn: str) -> tuple[str, str]:
    """The region and the id that an ARN names.

    >>> place_of("arn:aws:quicksight:us-east-1:123456789012:dataset/students")
    ('us-east-1', 'students')
    """
    parts = [*arn.split(":", 5), "", "", "", "", ""]
    return parts[3], parts[5].partition("/")[2]


def _roles(record: dict[str, Any]) -> dict[str, str]:
    """The geographic roles of columns, of the last tag that each has."""
    tables = record.get("LogicalTableMap", {}).values()
    steps = [step for table in tables for step in table.get("DataTransforms", ())]
    tagged = [step["TagColumnOperation"] for step in steps if "TagColumnOperation" in step]
    return {
        each["ColumnName"]: tag["ColumnGeographicRole"]
        for each in tagged
        for tag in each["Tags"]
        if "ColumnGeographicRole" in tag
    }
