"""Imports into SPICE: rows counted and skipped, incremental ones, queues, schedules, and deaths."""

import contextlib
import csv
import datetime as dt
import io
import time

import pytest

from tests.conftest import connect, kill_cloud, start_cloud, stop_cloud
from tests.quicksight.conftest import SUBSCRIPTION, QuickSight, refused
from tests.quicksight.data_sets.conftest import ORDERS, Lake

LONG = "é" * 2048
DAY, AT = dt.datetime(2016, 12, 31), dt.datetime(2016, 12, 31, 15, 30)
AT_123 = AT.replace(microsecond=123_000)


def imported(lake, body, columns, **members):
    """A data set of a file, and the last of its imports."""
    id = lake.create({"p": lake.s3_table(lake.source(body), columns)}, **members)
    [found] = lake.quicksight.list_ingestions(DataSetId=id)["Ingestions"]
    return id, found


#: A file of columns a and b, the type of b, and what comes of it: its values, and rows skipped.
VALUES = {
    "integers": ("INTEGER", ["1", "-2", " 3 ", "007", "4.9", "1e2"], [1, -2, 3, 7], 2),
    "no integers": ("INTEGER", ["one", "1_000", "0x1F", "7"], [7], 3),
    "too large": ("INTEGER", ["9223372036854775807", "9223372036854775808"], [2**63 - 1], 1),
    "decimals": (
        "DECIMAL",
        ["1.5", "-.25", "1e3", "x", "inf", "nan", ""],
        [1.5, -0.25, 1e3, None],
        3,
    ),
    "dates": (
        "DATETIME",
        ["2024-02-29", "2024-02-30", "2/3/2024", "2024-01-01T03:00:00-08:00", "epoch"],
        [dt.datetime(2024, 2, 29), dt.datetime(2024, 2, 3), dt.datetime(2024, 1, 1, 11)],
        2,
    ),
    "dates of the list": (
        "DATETIME",
        [
            "31/Dec/2016",
            "Dec/31/2016 15:30:00",
            "Dec-31-2016",
            "2016/Dec/31",
            "2016-Dec-31",
            "20161231T153000",
            "20161231T153000.123",
            "12/31/2016 15:30:00.123",
        ],
        [DAY, AT, DAY, DAY, DAY, AT, AT_123, AT_123],
        0,
    ),
    "years": ("DATETIME", ["0001-01-01", "10000-01-01"], [dt.datetime(1, 1, 1)], 1),
    "truth": ("BOOLEAN", ["true", "False", "1", "yes", ""], [1, 0, 1, None], 1),
    "texts": ("STRING", ["", "a", LONG], [None, "a", LONG[:2047]], 0),
}


@pytest.mark.parametrize(("kind", "values", "kept", "dropped"), VALUES.values(), ids=VALUES)
def test_values(lake, kind, values, kept, dropped):
    body = "a,b\n" + "".join(f'{at},"{value}"\n' for at, value in enumerate(values))
    id, found = imported(lake, body, {"a": "INTEGER", "b": kind})
    assert [b for _, b in lake.rows(id)] == kept
    rows = {"RowsIngested": len(kept), "RowsDropped": dropped, "TotalRowsInDataset": len(kept)}
    assert found["RowInfo"] == rows


@pytest.mark.parametrize("expression", ["decimalToInt({price} * 1e300)", "{price} * 1e308 * 1e3"])
def test_a_calculated_number_that_does_not_fit_fails_the_import(lake, expression):
    column = {"ColumnName": "n", "ColumnId": "n", "Expression": expression}
    steps = [{"CreateColumnsOperation": {"Columns": [column]}}]
    logical = {"t": {"Alias": "t", "Source": {"PhysicalTableId": "p"}, "DataTransforms": steps}}
    name, tables = lake.name("dataset"), {"p": lake.orders()}
    answer = lake.quicksight.create_data_set(
        DataSetId=name, Name=name, PhysicalTableMap=tables, LogicalTableMap=logical,
        ImportMode="SPICE",
    )  # fmt: skip
    found = lake.ended(name, answer["IngestionId"])
    assert (found["IngestionStatus"], found["ErrorInfo"]["Type"]) == (
        "FAILED",
        "SQL_NUMERIC_OVERFLOW",
    )


def test_a_row_of_too_many_fields_is_skipped(lake):
    id, found = imported(lake, "a,b\n1,2\n3,4,5\n6\n", {"a": "INTEGER", "b": "INTEGER"})
    assert lake.rows(id) == [(1, 2), (6, None)]
    assert found["RowInfo"]["RowsDropped"] == 1


def test_why_rows_were_skipped(lake):
    """A report beside SPICE's file has each skipped row, the reason and the column."""
    id, _ = imported(lake, f"a,b\n1,x\ny,2\n3,4\n{10**20},5\n", {"a": "INTEGER", "b": "INTEGER"})
    [report] = [p for p in lake.cloud.home.glob("spice/*.errors.csv") if lake.version(id) in p.name]
    found = list(csv.DictReader(io.StringIO(report.read_text())))
    told = [(row["ERROR_TYPE"], row["COLUMN_NAME"]) for row in found]
    large = ("NUMBER_BITWIDTH_TOO_LARGE", "a")
    assert told == [("NUMBER_PARSE_FAILURE", "b"), ("NUMBER_PARSE_FAILURE", "a"), large]


def test_a_skipped_row_is_counted_whatever_the_filters(lake):
    steps = [{"CastColumnTypeOperation": {"ColumnName": "city", "NewColumnType": "INTEGER"}},
             {"FilterOperation": {"ConditionExpression": "city > 0"}}]  # fmt: skip
    id = lake.transformed(steps)
    [found] = lake.quicksight.list_ingestions(DataSetId=id)["Ingestions"]
    assert found["RowInfo"] == {"RowsIngested": 0, "RowsDropped": 3, "TotalRowsInDataset": 0}


def test_a_pattern_of_dates(lake):
    form = {"ColumnName": "a", "NewColumnType": "DATETIME", "Format": "dd.MM.yyyy HH:mm"}
    logical = {"t": {"Alias": "t", "Source": {"PhysicalTableId": "p"},
                     "DataTransforms": [{"CastColumnTypeOperation": form}]}}  # fmt: skip
    table = lake.s3_table(lake.source("a\n05.02.2024 13:30\n2024-02-05\n"), {"a": "STRING"})
    id = lake.create({"p": table}, LogicalTableMap=logical)
    assert lake.rows(id) == [(dt.datetime(2024, 2, 5, 13, 30),)]


# Requests -----------------------------------------------------------------------------------------


def test_what_an_import_tells(lake, quicksight):
    id, found = imported(lake, ORDERS, {"region": "STRING", "quantity": "INTEGER"})
    told = ("IngestionStatus", "RequestSource", "RequestType", "IngestionSizeInBytes")
    size = 2 * 8 * 4 + len("NorthSouthNorthEast")
    assert [found[name] for name in told] == ["COMPLETED", "MANUAL", "INITIAL_INGESTION", size]
    whole = quicksight.describe_data_set(DataSetId=id)["DataSet"]
    assert whole["ConsumedSpiceCapacityInBytes"] == size
    assert found["Arn"] == f"{whole['Arn']}/ingestion/{found['IngestionId']}"
    assert lake.refresh(id)["RequestType"] == "FULL_REFRESH"
    kinds = [i["RequestType"] for i in quicksight.list_ingestions(DataSetId=id)["Ingestions"]]
    assert kinds == ["FULL_REFRESH", "INITIAL_INGESTION"]


def test_an_edit_imports_anew_and_a_bad_one_leaves_what_there_was(lake, quicksight):
    id = lake.create({"p": lake.orders()})
    before = lake.rows(id)
    table = lake.s3_table(lake.source("x\n1\n"), {"city": "STRING", "day": "STRING"})
    answer = quicksight.update_data_set(
        DataSetId=id, Name=id, ImportMode="SPICE", PhysicalTableMap={"p": table}
    )
    found = lake.ended(id, answer["IngestionId"])
    assert (found["RequestType"], found["IngestionStatus"]) == ("EDIT", "FAILED")
    assert found["ErrorInfo"]["Type"] == "SQL_SCHEMA_MISMATCH_ERROR"
    assert lake.rows(id) == before


def incremental(column="day", size=7, unit="DAY"):
    window = {"ColumnName": column, "Size": size, "SizeUnit": unit}
    return {"RefreshConfiguration": {"IncrementalRefresh": {"LookbackWindow": window}}}


def test_an_incremental_refresh_reads_the_window(lake, quicksight):
    today, ago = dt.datetime.now(dt.UTC), dt.timedelta
    old, new = f"{today - ago(days=30):%Y-%m-%d}", f"{today - ago(days=7):%Y-%m-%d}"
    name = lake.name("window")
    uri = lake.put(f"{name}/a.csv", f"day,n\n{old},1\n{new},2\n,3\n")
    source = lake.manifest(name, [{"URIs": [uri]}], {})
    id = lake.create({"p": lake.s3_table(source, {"day": "DATETIME", "n": "INTEGER"})})
    lake.put(f"{name}/a.csv", f"day,n\n{old},100\n{new},20\n{new},21\n,300\n")
    code, _ = refused(quicksight.create_ingestion, DataSetId=id, IngestionId="i",
                      IngestionType="INCREMENTAL_REFRESH")  # fmt: skip
    assert code == "InvalidParameterValueException"
    quicksight.put_data_set_refresh_properties(DataSetId=id, DataSetRefreshProperties=incremental())
    found = lake.refresh(id, "INCREMENTAL_REFRESH")
    assert found["RowInfo"] == {"RowsIngested": 2, "RowsDropped": 0, "TotalRowsInDataset": 4}
    assert lake.rows(id, "SELECT n FROM data") == [(1,), (20,), (21,), (3,)]


def test_a_data_set_is_refreshed_32_times_a_day(lake, quicksight):
    """Its first import is none of them."""
    id = lake.create({"p": lake.orders()})
    call = {"DataSetId": id, "IngestionType": "FULL_REFRESH"}
    for number in range(32):
        quicksight.create_ingestion(**call, IngestionId=f"refresh-{number}")
    code, _ = refused(quicksight.create_ingestion, **call, IngestionId="one-more")
    assert code == "LimitExceededException"
    lake.imported(id, "refresh-31")


def test_a_window_needs_a_date(lake, quicksight):
    id = lake.create({"p": lake.orders()})
    code, message = refused(
        quicksight.put_data_set_refresh_properties, DataSetId=id,
        DataSetRefreshProperties=incremental("city"),
    )  # fmt: skip
    assert (code, "'city'" in message) == ("InvalidParameterValueException", True)


def test_schedules(lake, quicksight):
    id = lake.create({"p": lake.orders()})
    daily = {"ScheduleId": "daily", "RefreshType": "FULL_REFRESH",
             "ScheduleFrequency": {"Interval": "DAILY", "TimeOfTheDay": "06:30",
                                   "Timezone": "Europe/Paris"}}  # fmt: skip
    quicksight.create_refresh_schedule(DataSetId=id, Schedule=daily)
    assert refused(quicksight.create_refresh_schedule, DataSetId=id, Schedule=daily)[0] == (
        "ResourceExistsException"
    )
    partly = daily | {"ScheduleId": "partly", "RefreshType": "INCREMENTAL_REFRESH"}
    assert refused(quicksight.create_refresh_schedule, DataSetId=id, Schedule=partly)[0] == (
        "PreconditionNotMetException"
    )
    weekly = {"Interval": "WEEKLY", "RefreshOnDay": {"DayOfWeek": "MONDAY"}}
    quicksight.update_refresh_schedule(DataSetId=id, Schedule=daily | {"ScheduleFrequency": weekly})
    found = quicksight.describe_refresh_schedule(DataSetId=id, ScheduleId="daily")
    assert found["RefreshSchedule"]["ScheduleFrequency"] == weekly
    listed = quicksight.list_refresh_schedules(DataSetId=id)["RefreshSchedules"]
    assert [each["ScheduleId"] for each in listed] == ["daily"]
    put = quicksight.put_data_set_refresh_properties
    put(DataSetId=id, DataSetRefreshProperties=incremental())
    quicksight.create_refresh_schedule(DataSetId=id, Schedule=partly)
    for call, more in (
        (quicksight.delete_data_set_refresh_properties, {}),
        (put, {"DataSetRefreshProperties": {}}),
    ):
        assert refused(call, DataSetId=id, **more)[0] == "ConflictException"
    for name in ("daily", "partly"):
        quicksight.delete_refresh_schedule(DataSetId=id, ScheduleId=name)
    assert quicksight.list_refresh_schedules(DataSetId=id)["RefreshSchedules"] == []


def test_a_deleted_data_set_leaves_no_rows(lake, quicksight):
    id = lake.create({"p": lake.orders()})
    file = lake.cloud.home / "spice" / f"{lake.version(id)}.parquet"
    assert file.exists()
    quicksight.delete_data_set(DataSetId=id)
    assert not file.exists()
    assert refused(quicksight.list_ingestions, DataSetId=id)[0] == "ResourceNotFoundException"


# What takes long ----------------------------------------------------------------------------------

BIG = "SELECT a.n AS n FROM UNNEST(sequence(1, 9000)) a(n), UNNEST(sequence(1, 9000)) b(n)"


def big(lake, small="SELECT 1 AS n"):
    """A data set of one row whose refresh takes long."""
    name = lake.name("athena")
    source = lake.quicksight.create_data_source(DataSourceId=name, Name=name, Type="ATHENA")["Arn"]

    def tables(sql):
        columns = [{"Name": "n", "Type": "INTEGER"}]
        query = {"DataSourceArn": source, "Name": "q", "SqlQuery": sql, "Columns": columns}
        return {"p": {"CustomSql": query}}

    id = lake.create(tables(small))
    answer = lake.quicksight.update_data_set(
        DataSetId=id, Name=id, ImportMode="SPICE", PhysicalTableMap=tables(BIG)
    )
    return id, answer["IngestionId"]


def running(lake, id, ingestion):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = lake.quicksight.describe_ingestion(DataSetId=id, IngestionId=ingestion)
        if found["Ingestion"]["IngestionStatus"] == "RUNNING":
            return
        time.sleep(0.01)
    raise AssertionError(found)


def test_a_running_import_is_canceled_and_others_wait(lake, quicksight):
    id, first = big(lake)
    running(lake, id, first)
    for name in ("second", "third"):
        quicksight.create_ingestion(DataSetId=id, IngestionId=name)
    found = quicksight.describe_ingestion(DataSetId=id, IngestionId="third")["Ingestion"]
    assert found["IngestionStatus"] == "QUEUED"
    assert found["QueueInfo"] == {"WaitingOnIngestion": first, "QueuedIngestion": "third"}
    passed = quicksight.describe_ingestion(DataSetId=id, IngestionId="second")["Ingestion"]
    assert passed["ErrorInfo"]["Type"] == "INGESTION_SUPERSEDED"
    quicksight.cancel_ingestion(DataSetId=id, IngestionId="third")
    quicksight.cancel_ingestion(DataSetId=id, IngestionId=first)
    found = lake.ended(id, first)
    assert (found["IngestionStatus"], found["ErrorInfo"]["Type"]) == (
        "CANCELLED", "INGESTION_CANCELED",
    )  # fmt: skip
    quicksight.cancel_ingestion(DataSetId=id, IngestionId=first)
    assert lake.ended(id, first) == found
    assert lake.rows(id) == [(1,)]


def test_a_death_in_an_import_leaves_the_last_rows(tmp_path):
    home = tmp_path / "home"
    server = start_cloud(home)
    lake = of(connect(home, server))
    id, ingestion = big(lake)
    running(lake, id, ingestion)
    kill_cloud(server)
    (home / "spice" / "left-over.parquet").write_bytes(b"half")
    server = start_cloud(home)
    try:
        lake = of(connect(home, server))
        found = lake.quicksight.describe_ingestion(DataSetId=id, IngestionId=ingestion)["Ingestion"]
        assert found["IngestionStatus"] == "FAILED"
        assert "interrupted" in found["ErrorInfo"]["Message"]
        assert lake.rows(id) == [(1,)]
        assert [p.stem for p in (home / "spice").iterdir()] == [lake.version(id)]
    finally:
        stop_cloud(server)


def of(cloud):
    """A cloud that has signed up, as the session's has."""
    quicksight = QuickSight(cloud.client("quicksight"), cloud.account)
    with contextlib.suppress(quicksight.client.exceptions.ResourceExistsException):
        quicksight.create_account_subscription(**SUBSCRIPTION)
    return Lake(cloud, quicksight, cloud.client)
