"""Column statistics tasks: what is computed over a table's data, by whom, and when."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.glue.lake import Lake, make_role

JSON = "org.openx.data.jsonserde.JsonSerDe"
ROWS = (
    '{"n": 3, "x": 1.5, "s": "ab", "d": "2024-01-01", "b": true, "m": -1.25, "l": [1]}\n'
    '{"n": 5, "x": null, "s": "abcd", "d": "2024-03-01", "b": false, "m": 2.50, "l": []}\n'
    '{"n": 3, "x": 0.5, "s": null, "d": null, "b": true, "m": null, "l": null}\n'
)
TYPES = {
    "n": "bigint",
    "x": "double",
    "s": "string",
    "d": "date",
    "b": "boolean",
    "m": "decimal(10,2)",
    "l": "array<int>",
}


def moment(year: int, month: int, day: int) -> datetime.datetime:
    return datetime.datetime(year, month, day, tzinfo=datetime.UTC)


TOLD: dict[str, tuple[str, dict[str, Any]]] = {
    "n": ("LONG", {"MinimumValue": 3, "MaximumValue": 5, "NumberOfNulls": 0, "Distinct": 2}),
    "x": ("DOUBLE", {"MinimumValue": 0.5, "MaximumValue": 1.5, "NumberOfNulls": 1, "Distinct": 2}),
    "s": ("STRING", {"MaximumLength": 4, "AverageLength": 3.0, "NumberOfNulls": 1, "Distinct": 2}),
    "d": (
        "DATE",
        {
            "MinimumValue": moment(2024, 1, 1),
            "MaximumValue": moment(2024, 3, 1),
            "NumberOfNulls": 1,
            "Distinct": 2,
        },
    ),
    "b": ("BOOLEAN", {"NumberOfTrues": 2, "NumberOfFalses": 1, "NumberOfNulls": 0}),
    "m": (
        "DECIMAL",
        {
            "MinimumValue": {"UnscaledValue": b"\x83", "Scale": 2},
            "MaximumValue": {"UnscaledValue": b"\x00\xfa", "Scale": 2},
            "NumberOfNulls": 1,
            "Distinct": 2,
        },
    ),
}


@pytest.fixture
def where(lake: Lake) -> dict[str, str]:
    """A table of three rows."""
    lake.put("data/a.json", ROWS)
    lake.glue.create_database(DatabaseInput={"Name": lake.database})
    columns = [{"Name": name, "Type": kind} for name, kind in TYPES.items()]
    storage = {
        "Columns": columns,
        "Location": lake.uri("data/"),
        "SerdeInfo": {"SerializationLibrary": JSON},
    }
    lake.glue.create_table(
        DatabaseName=lake.database, TableInput={"Name": "t", "StorageDescriptor": storage}
    )
    return {"DatabaseName": lake.database, "TableName": "t"}


def run(lake: Lake, where: dict[str, str], **asked: Any) -> dict[str, Any]:
    member, asked = "ColumnStatisticsTaskRunId", {"Role": lake.role} | asked
    number = lake.glue.start_column_statistics_task_run(**where, **asked)[member]

    def look() -> Any:
        found = lake.glue.get_column_statistics_task_run(**{member: number})
        found = found["ColumnStatisticsTaskRun"]
        return found if found["Status"] != "RUNNING" else None

    return dict(wait_for(look))


def test_each_type_has_its_statistics(lake: Lake, where: dict[str, str]) -> None:
    ended = run(lake, where)
    assert ended["Status"] == "SUCCEEDED", ended
    got = lake.glue.get_column_statistics_for_table(**where, ColumnNames=[*TYPES])
    assert [each["ColumnName"] for each in got["Errors"]] == ["l"]
    for each in got["ColumnStatisticsList"]:
        kind, told = TOLD[each["ColumnName"]]
        data = each["StatisticsData"]
        found = data[f"{kind.capitalize()}ColumnStatisticsData"]
        found = {m.replace("NumberOfDistinctValues", "Distinct"): v for m, v in found.items()}
        assert (data["Type"], found) == (kind, told)
    assert len(got["ColumnStatisticsList"]) == len(TOLD)
    (listed,) = lake.glue.get_column_statistics_task_runs(**where)["ColumnStatisticsTaskRuns"]
    assert listed == ended


def test_only_the_columns_that_are_named(lake: Lake, where: dict[str, str]) -> None:
    run(lake, where, ColumnNameList=["n"])
    got = lake.glue.get_column_statistics_for_table(**where, ColumnNames=["n", "s"])
    assert [each["ColumnName"] for each in got["ColumnStatisticsList"]] == ["n"]
    for name, why in (("nowhere", "does not exist"), ("l", "has no statistics")):
        with pytest.raises(ClientError, match=why):
            run(lake, where, ColumnNameList=[name])
    with pytest.raises(ClientError, match="ColumnStatisticsTaskNotRunningException"):
        lake.glue.stop_column_statistics_task_run(**where)


def test_a_role_that_may_not_read(
    lake: Lake, where: dict[str, str], client: Callable[[str], Any]
) -> None:
    role = make_role(client("iam"), f"none-{uuid.uuid4().hex[:8]}", "glue")
    ended = run(lake, where, Role=role)
    assert ended["Status"] == "FAILED"
    assert "AccessDenied" in ended["ErrorMessage"]


def test_settings(lake: Lake, where: dict[str, str]) -> None:
    glue = lake.glue
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_column_statistics_task_settings(**where)
    nightly = "cron(0 2 * * ? *)"
    glue.create_column_statistics_task_settings(**where, Role=lake.role, Schedule=nightly)
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_column_statistics_task_settings(**where, Role=lake.role)
    glue.stop_column_statistics_task_run_schedule(**where)
    glue.update_column_statistics_task_settings(**where, ColumnNameList=["n"])
    told = glue.get_column_statistics_task_settings(**where)["ColumnStatisticsTaskSettings"]
    assert told["Schedule"] == {"ScheduleExpression": nightly, "State": "NOT_SCHEDULED"}
    assert (told["Role"], told["ColumnNameList"]) == (lake.role, ["n"])
    with pytest.raises(ClientError, match="is not valid"):
        glue.update_column_statistics_task_settings(**where, Schedule="daily")
    glue.delete_column_statistics_task_settings(**where)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.start_column_statistics_task_run_schedule(**where)
