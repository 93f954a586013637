"""Iceberg tables: made and changed by statements, read by pyiceberg, and the other way round."""

import io
import json
import math
import threading
import time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.manifest import (
    DataFileContent,
)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import (
    IntegerType,
    ListType,
    LongType,
    MapType,
    NestedField,
    StringType,
    StructType,
    TimestamptzType,
    UUIDType,
)

from tests.athena.conftest import Lake
from tests.athena.iceberg import Ice, add_deletes, delete_equal, delete_positions, numbered
from tests.conftest import Running


@pytest.fixture
def ice(lake: Lake, cloud: Running) -> Ice:
    return Ice(lake, cloud)


TYPES_OF_T = (
    "SELECT column_name, data_type FROM information_schema.columns"
    " WHERE table_schema = current_schema AND table_name = 't' ORDER BY ordinal_position"
)

# Creating and filling -----------------------------------------------------------------------------

TYPES = {
    "boolean": "true",
    "int": "7",
    "bigint": "BIGINT '7'",
    "float": "REAL '1.5'",
    "double": "1.5E0",
    "decimal(10,2)": "DECIMAL '1.50'",
    "string": "'ü'",
    "binary": "X'00ff'",
    "date": "DATE '2024-02-29'",
    "timestamp": "TIMESTAMP '1969-12-31 23:59:59.123456'",
    "array<int>": "ARRAY[1, NULL]",
    "map<string,int>": "MAP(ARRAY['k'], ARRAY[1])",
    "struct<a:int,b:array<string>>": "CAST(ROW(1, ARRAY['x']) AS ROW(a integer, b array(varchar)))",
}


@pytest.mark.parametrize(("kind", "value"), TYPES.items(), ids=TYPES)
def test_a_value_of_each_type_comes_back(ice: Ice, kind: str, value: str) -> None:
    ice.made("t", f"id int, v {kind}", f"(1, {value}), (2, NULL)")
    cast = f"CAST({value} AS timestamp(6))" if kind == "timestamp" else value
    assert ice.rows("SELECT id, v FROM t ORDER BY id") == [
        ["1", ice.rows(f"SELECT {cast}")[0][0]],
        ["2", None],
    ]
    assert ice.load("t").scan().to_arrow().num_rows == 2


TRANSFORMS = {
    "data": ("data=a", "data=b"),
    "year(ts)": ("ts_year=1969", "ts_year=2024"),
    "month(ts)": ("ts_month=1969-12", "ts_month=2024-03"),
    "day(ts)": ("ts_day=1969-12-31", "ts_day=2024-03-01"),
    "hour(ts)": ("ts_hour=1969-12-31-23", "ts_hour=2024-03-01-10"),
    "day(d)": ("d_day=1969-12-31", "d_day=2024-03-01"),
    "bucket(16, id)": ("id_bucket=4", "id_bucket=6"),
    "bucket(8, data)": ("data_bucket=0", "data_bucket=2"),
    "truncate(10, id)": ("id_trunc=-10", "id_trunc=30"),
    "truncate(1, data)": ("data_trunc=a", "data_trunc=b"),
    "truncate(10, p)": ("p_trunc=-0.10", "p_trunc=1.50"),
}


def test_columns_may_be_called_anything(ice: Ice) -> None:
    """The names that a writer gives its own columns must not meet the table's."""
    names = ["n", "partition", "k0", "part", "written", "groups", "changes", "filename", "x"]
    ice.made(
        "t",
        ", ".join(f"`{name}` int" for name in names),
        ", ".join(f"({', '.join(str(at + row) for at in range(9))})" for row in (0, 1)),
        "PARTITIONED BY (partition, bucket(3, n))",
    )
    ice.do("UPDATE t SET x = 0 WHERE partition = 1")
    assert ice.rows("SELECT * FROM t ORDER BY n") == [
        [*map(str, range(8)), "0"],
        [*map(str, range(1, 10))],
    ]


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_rows_are_partitioned(ice: Ice, transform: str) -> None:
    ice.made(
        "t",
        "id bigint, data string, ts timestamp, d date, p decimal(5,2)",
        "(-1, 'a', TIMESTAMP '1969-12-31 23:30:00', DATE '1969-12-31', DECIMAL '-0.01'), "
        "(34, 'b', TIMESTAMP '2024-03-01 10:00:00', DATE '2024-03-01', DECIMAL '1.55')",
        f"PARTITIONED BY ({transform})",
    )
    files = [task.file for task in ice.load("t").scan().plan_files()]
    assert len(files) == 2
    column = transform.partition("(")[2].rpartition(" ")[2].rstrip(")") or transform
    for (value,) in ice.rows(f"SELECT CAST({column} AS varchar) FROM t"):
        assert ice.rows(f"SELECT count(*) FROM t WHERE CAST({column} AS varchar) = '{value}'") == [
            ["1"]
        ]
    if not transform.startswith("bucket"):
        folders = sorted(file.file_path.split("/")[-2] for file in files)
        assert folders == sorted(TRANSFORMS[transform])


def test_buckets_are_those_of_the_specification(ice: Ice) -> None:
    """Murmur3 of 34 is 2017239379: https://iceberg.apache.org/spec/#appendix-b-32-bit-hash-requirements"""
    ice.made("t", "id bigint", "(34), (NULL)", "PARTITIONED BY (bucket(16, id))")
    found = {row[0] for row in ice.rows('SELECT partition.id_bucket FROM "t$partitions"')}
    assert found == {str((2017239379 & 0x7FFFFFFF) % 16), None}


def test_days_before_the_year_1_and_after_9999(ice: Ice) -> None:
    ice.made("t", "d date", "(DATE '-0001-01-01'), (DATE '10000-01-01')")
    assert ice.rows("SELECT d FROM t WHERE d > DATE '9999-12-31'") == [["10000-01-01"]]
    assert ice.rows("SELECT min(d) FROM t") == [["-0001-01-01"]]
    ice.made("m", "d date", "(DATE '9999-12-31')", "PARTITIONED BY (month(d))")
    none = "d > DATE '9999-12-31' OR d < DATE '0001-01-01'"
    assert ice.rows(f"SELECT count(*), count_if({none}) FROM m WHERE NOT ({none})") == [["1", "0"]]
    assert ice.rows(f"SELECT d FROM m WHERE {none}") == []


def test_a_query_becomes_a_table_in_one_commit(ice: Ice) -> None:
    ice.do(
        f"CREATE TABLE t WITH (table_type = 'ICEBERG', location = '{ice.location('t')}', "
        "is_external = false, partitioning = ARRAY['truncate(name, 1)', 'bucket(id, 4)'], "
        "format = 'PARQUET', write_compression = 'snappy', vacuum_min_snapshots_to_keep = 2) AS "
        "SELECT 1 AS id, 'ann' AS name, CAST(now() AS timestamp(6) with time zone) AS z"
    )
    assert ice.rows("SELECT id, name FROM t") == [["1", "ann"]]
    table = ice.load("t")
    (task,) = table.scan().plan_files()
    body = ice.lake.get(task.file.file_path)
    assert all(field.nullable for field in pq.read_schema(io.BytesIO(body)))
    assert len(table.metadata.metadata_log) == 0
    assert table.properties["write.parquet.compression-codec"] == "snappy"
    assert [field.name for field in table.spec().fields] == ["name_trunc", "id_bucket"]


def test_a_query_without_data(ice: Ice) -> None:
    ice.do(
        f"CREATE TABLE t WITH (table_type = 'ICEBERG', location = '{ice.location('t')}', "
        "is_external = false) AS SELECT 1 AS id WITH NO DATA"
    )
    assert ice.rows("SELECT * FROM t") == []


CREATE_REFUSALS = {
    "smallint": ("id smallint", "", {}, "Type not supported for Iceberg: smallint"),
    "tinyint": ("id array<tinyint>", "", {}, "Type not supported for Iceberg: tinyint"),
    "char": ("id char(3)", "", {}, "Type not supported for Iceberg: char(3)"),
    "property": ("id int", "", {"x": "1"}, "Unsupported table property key: x"),
    "orc": ("id int", "", {"format": "orc"}, "NOT_SUPPORTED"),
    "transform": ("id int", "PARTITIONED BY (day(id))", {}, "Invalid source type int"),
    "column": ("id int", "PARTITIONED BY (nope)", {}, "Column not found: nope"),
    "typed key": ("id int", "PARTITIONED BY (dt string)", {}, "SYNTAX_ERROR"),
}


@pytest.mark.parametrize(
    ("columns", "more", "properties", "why"), CREATE_REFUSALS.values(), ids=CREATE_REFUSALS
)
def test_create_refuses(
    ice: Ice, columns: str, more: str, properties: dict[str, str], why: str
) -> None:
    shown = "".join(f", '{key}'='{value}'" for key, value in properties.items())
    reason = ice.fail(
        f"CREATE TABLE t ({columns}) {more} LOCATION '{ice.location('t')}' "
        f"TBLPROPERTIES ('table_type'='ICEBERG'{shown})"
    )
    assert why in reason
    assert ice.rows("SHOW TABLES") == []


AS_REFUSALS = {
    "timestamp(3)": ("is_external = false", "now() AS a", "Timestamp precision (3) not supported"),
    "external": ("format = 'PARQUET'", "1 AS a", "is_external"),
    "keys": ("is_external = false, partitioned_by = ARRAY['a']", "1 AS a", "use partitioning"),
    "char": ("is_external = false", "CAST('x' AS char(3)) AS a", "Type not supported for Iceberg"),
}  # fmt: skip


@pytest.mark.parametrize(("properties", "column", "why"), AS_REFUSALS.values(), ids=AS_REFUSALS)
def test_create_as_refuses(ice: Ice, properties: str, column: str, why: str) -> None:
    reason = ice.fail(
        f"CREATE TABLE t WITH (table_type = 'ICEBERG', location = '{ice.location('t')}', "
        f"{properties}) AS SELECT {column}"
    )
    assert why in reason
    assert ice.rows("SHOW TABLES") == []
    assert ice.lake.keys("t/") == []


def test_external_is_no_word_for_iceberg(ice: Ice) -> None:
    said = ice.lake.refuse(
        f"CREATE EXTERNAL TABLE t (id int) LOCATION '{ice.location('t')}' "
        "TBLPROPERTIES ('table_type'='ICEBERG')"
    )
    assert "External keyword not supported for table type ICEBERG" in said
    ice.do(
        f"CREATE EXTERNAL TABLE h (id int, at timestamp) LOCATION '{ice.location('h')}' "
        "TBLPROPERTIES ('table_type'='hive')"
    )
    ice.do("INSERT INTO h VALUES (1, TIMESTAMP '2024-01-01 13:00:00 +13:00')")
    assert ice.rows("SELECT * FROM h") == [["1", "2024-01-01 00:00:00.000"]]


def test_a_column_called_x_is_not_taken_for_an_element(ice: Ice) -> None:
    """A renamed field within a list, beside a column whose name a lambda might have."""
    ice.create("t", "x struct<a:int,key:int>, l array<struct<a:int>>, m map<string,struct<a:int>>")
    ice.do("INSERT INTO t VALUES (ROW(8, 9), ARRAY[ROW(1)], MAP(ARRAY['k'], ARRAY[ROW(2)]))")
    with ice.catalog.load_table((ice.lake.database, "t")).update_schema() as update:
        update.rename_column("l.element.a", "b")
        update.rename_column("m.value.a", "b")
    assert ice.rows("SELECT l, m FROM t") == [["[{b=1}]", "{k={b=2}}"]]


def test_glue_makes_and_changes_tables_with_their_metadata(ice: Ice) -> None:
    glue, where = ice.lake.glue, {"DatabaseName": ice.lake.database}
    made = {"IcebergInput": {"MetadataOperation": "CREATE", "Version": "2"}}
    columns = [{"Name": "id", "Type": "bigint"}, {"Name": "tags", "Type": "array<string>"}]
    storage = {"Columns": columns, "Location": ice.location("plain")}
    table = {"Name": "plain", "StorageDescriptor": storage, "Parameters": {"k": "v"}}
    glue.create_table(**where, TableInput=table, OpenTableFormatInput=made)
    ice.do("INSERT INTO plain VALUES (1, ARRAY['a'])")
    assert ice.rows("SELECT * FROM plain") == [["1", "[a]"]]
    kept = glue.get_table(**where, Name="plain")["Table"]["Parameters"]
    assert (kept["table_type"], kept["k"]) == ("ICEBERG", "v")
    keys = {"Name": "other", "PartitionKeys": [{"Name": "p", "Type": "string"}]}
    with pytest.raises(glue.exceptions.InvalidInputException, match="Cannot create partitions"):
        glue.create_table(**where, TableInput=table | keys, OpenTableFormatInput=made)

    def schema(*more: dict[str, Any]) -> dict[str, Any]:
        first = {"Id": 1, "Name": "id", "Type": "long", "Required": True}
        return {"SchemaId": len(more), "Fields": [first, *more]}

    told = {
        "Location": ice.location("told"),
        "Schema": schema(),
        "PartitionSpec": {"Fields": [{"SourceId": 1, "Transform": "bucket[4]", "Name": "b"}]},
    }
    made["IcebergInput"]["CreateIcebergTableInput"] = told
    glue.create_table(**where, Name="told", OpenTableFormatInput=made)
    ice.do("INSERT INTO told VALUES (1), (2)")
    new = schema({"Id": 2, "Name": "note", "Type": "string", "Required": False})
    change = {"Schema": new, "Location": told["Location"]}
    actions = [change | {"Action": name} for name in ("add-schema", "set-current-schema")]
    given = {"UpdateIcebergInput": {"UpdateIcebergTableInput": {"Updates": actions}}}
    glue.update_table(**where, Name="told", UpdateOpenTableFormatInput=given)
    ice.do("INSERT INTO told VALUES (3, 'n')")
    assert ice.rows("SELECT * FROM told ORDER BY 1") == [["1", None], ["2", None], ["3", "n"]]
    assert len(ice.rows('SELECT partition FROM "told$partitions"')) > 1
    assert "NOT NULL column" in ice.fail("INSERT INTO told (note) VALUES ('x')")
    actions[0]["Action"] = "add-encryption-key"
    with pytest.raises(glue.exceptions.InvalidInputException, match="not supported"):
        glue.update_table(**where, Name="told", UpdateOpenTableFormatInput=given)


def test_too_many_partitions_unless_the_rows_are_sorted(ice: Ice) -> None:
    ice.create("t", "id bigint", "PARTITIONED BY (id)")
    many = "SELECT n FROM UNNEST(sequence(1, 101)) AS s(n)"
    assert "ICEBERG_TOO_MANY_OPEN_PARTITIONS" in ice.fail(f"INSERT INTO t {many}")
    assert ice.count("t") == 0
    ice.do(f"INSERT INTO t {many} ORDER BY n")
    assert ice.count("t") == 101


def test_an_insert_of_nothing_is_no_snapshot(ice: Ice) -> None:
    ice.made("t", "id bigint", "(1)")
    at = ice.load("t").metadata_location
    done = ice.do("INSERT INTO t SELECT * FROM t WHERE id > 1")
    assert ice.lake.results(done["QueryExecutionId"])["UpdateCount"] == 0
    assert ice.load("t").metadata_location == at


def test_insert_by_name(ice: Ice) -> None:
    ice.create("t", "id bigint, data string")
    done = ice.do("INSERT INTO t (data) VALUES ('x'), ('y')")
    assert ice.lake.results(done["QueryExecutionId"])["UpdateCount"] == 2
    assert ice.rows("SELECT id, data FROM t ORDER BY data") == [[None, "x"], [None, "y"]]
    assert "TYPE_MISMATCH" in ice.fail("INSERT INTO t VALUES ('x', 'y')")


# Reading ------------------------------------------------------------------------------------------

PRUNED = {
    "partition": "day = DATE '2024-01-02'",
    "bounds": "id = 3",
    "range": "id > 2 AND id < 4",
    "between": "id BETWEEN 3 AND 3",
    "in": "id IN (3)",
    "or": "id = 3 OR id = 30",
    "text": "name = 'c'",
    "time": "ts >= TIMESTAMP '2024-01-02 00:00:00'",
    "decimal": "price > DECIMAL '2.5'",
    "double": "amount > 2.5E0",
    "null": "other IS NOT NULL",
    "boolean": "ok",
    "not boolean": "NOT nok",
    "view": "id = 3",
}


@pytest.mark.parametrize("condition", PRUNED.values(), ids=PRUNED)
def test_files_that_cannot_match_are_not_scanned(ice: Ice, condition: str) -> None:
    columns = (
        "id int, name string, day date, ts timestamp, price decimal(5,2), amount double, "
        "other string, ok boolean, nok boolean"
    )
    ice.made(
        "t",
        columns,
        "(1, 'a', DATE '2024-01-01', TIMESTAMP '2024-01-01 00:00:00', DECIMAL '1.00', 1E0, NULL, "
        "false, true), (2, 'b', DATE '2024-01-01', TIMESTAMP '2024-01-01 00:00:00', "
        "DECIMAL '2.00', 2E0, NULL, false, true)",
        "PARTITIONED BY (day)",
    )
    ice.do(
        "INSERT INTO t VALUES (3, 'c', DATE '2024-01-02', TIMESTAMP '2024-01-02 00:00:00', "
        "DECIMAL '3.00', 3E0, 'x', true, false)"
    )
    assert ice.rows(f"SELECT id FROM t WHERE {condition}") == [["3"]]
    everything = ice.scanned(f"SELECT count_if({condition}) FROM t")
    assert 0 < ice.scanned(f"SELECT count(*) FROM t WHERE {condition}") <= everything * 0.6


DENIED = ["NOT (b = true AND s IS NULL)", "id > 1 AND NOT (b IN (true) AND s IS NULL)"]


@pytest.mark.parametrize("condition", DENIED)
def test_files_that_meet_the_other_half_of_what_is_denied_are_read(
    ice: Ice, condition: str
) -> None:
    ice.made("t", "id int, b boolean, s string", "(1, true, NULL)")
    ice.do("INSERT INTO t VALUES (2, false, NULL)")
    assert ice.rows(f"SELECT id FROM t WHERE {condition}") == [["2"]]
    ice.do(f"DELETE FROM t WHERE {condition}")
    assert ice.rows("SELECT id FROM t") == [["1"]]


def test_time_travel(ice: Ice) -> None:
    ice.made("t", "id int, gone string", "(1, 'x')")
    first = ice.rows('SELECT snapshot_id, made_current_at FROM "t$history"')[0]
    time.sleep(0.01)
    ice.do("ALTER TABLE t DROP COLUMN gone")
    told = {c["Name"]: c["Parameters"] for c in ice.definition("t")["StorageDescriptor"]["Columns"]}
    assert [p["iceberg.field.current"] for p in (told["id"], told["gone"])] == ["true", "false"]
    ice.do("INSERT INTO t VALUES (2)")
    assert ice.rows("SELECT * FROM t ORDER BY id") == [["1"], ["2"]]
    assert ice.rows(f"SELECT * FROM t FOR VERSION AS OF {first[0]}") == [["1", "x"]]
    assert ice.rows(f"SELECT * FROM t FOR TIMESTAMP AS OF TIMESTAMP '{first[1]}'") == [["1", "x"]]
    assert ice.rows("SELECT count(*) FROM t FOR VERSION AS OF 'main'") == [["2"]]
    assert ice.rows("SELECT count(*) FROM t FOR TIMESTAMP AS OF current_timestamp") == [["2"]]


TRAVEL_REFUSALS = {
    "VERSION AS OF 42": "Iceberg snapshot ID does not exists: 42",
    "VERSION AS OF 'nope'": "Cannot find snapshot with reference name: nope",
    "TIMESTAMP AS OF TIMESTAMP '2001-01-01 00:00:00 UTC'": "No version history table",
}


@pytest.mark.parametrize(("version", "why"), TRAVEL_REFUSALS.items(), ids=TRAVEL_REFUSALS)
def test_time_travel_to_where_nothing_is(ice: Ice, version: str, why: str) -> None:
    ice.made("t", "id int", "(1)")
    assert f"INVALID_ARGUMENTS: {why}" in ice.fail(f"SELECT * FROM t FOR {version}")


METADATA = {
    "history": "made_current_at, snapshot_id, parent_id, is_current_ancestor",
    "snapshots": "committed_at, snapshot_id, parent_id, operation, manifest_list, summary",
    "refs": "name, type, snapshot_id, max_reference_age_in_ms, min_snapshots_to_keep, "
    "max_snapshot_age_in_ms",
    "manifests": "path, length, partition_spec_id, added_snapshot_id, added_data_files_count, "
    "added_rows_count, existing_data_files_count, existing_rows_count, deleted_data_files_count, "
    "deleted_rows_count, partition_summaries",
    "files": "content, file_path, file_format, record_count, file_size_in_bytes, column_sizes, "
    "value_counts, null_value_counts, nan_value_counts, lower_bounds, upper_bounds, key_metadata, "
    "split_offsets, equality_ids",
    "partitions": "partition, record_count, file_count, total_size, data",
}


@pytest.mark.parametrize(("part", "columns"), METADATA.items(), ids=METADATA)
def test_metadata_tables(ice: Ice, part: str, columns: str) -> None:
    ice.made("t", "id int, data string", "(1, 'a'), (2, 'b'), (3, 'b')", "PARTITIONED BY (data)")
    done = ice.do(f'SELECT * FROM "t${part}"')
    shown = ice.lake.results(done["QueryExecutionId"])["ResultSet"]
    names = [info["Name"] for info in shown["ResultSetMetadata"]["ColumnInfo"]]
    assert ", ".join(names) == columns
    assert len(shown["Rows"]) == {"files": 3, "partitions": 3}.get(part, 2)


def test_metadata_of_rows(ice: Ice) -> None:
    ice.made("t", "id int, data string", "(1, 'a'), (3, 'b'), (2, 'b')", "PARTITIONED BY (data)")
    sql = 'SELECT partition.data, record_count, data.id.max FROM "t$partitions" ORDER BY 1'
    assert ice.rows(sql) == [["a", "1", "1"], ["b", "2", "3"]]
    assert ice.rows("SELECT operation, summary['added-records'] FROM \"t$snapshots\"") == [
        ["append", "3"]
    ]
    assert "TABLE_NOT_FOUND" in ice.fail('SELECT * FROM "t$nope"')


def test_partitions_of_every_spec_and_columns_without_counts(ice: Ice) -> None:
    ice.made("t", "id int, p string, r float", "(1, 'x', NULL)", "PARTITIONED BY (p)")
    with ice.load("t").update_spec() as update:
        update.add_field("id", IdentityTransform(), "kind")
    ice.do("ALTER TABLE t ADD COLUMNS (extra int)")
    ice.do("INSERT INTO t VALUES (2, 'x', REAL '1.2', 5), (2, 'x', REAL '1.5', 6)")
    told = "partition, record_count, data.r, data.extra.max, data.extra IS NULL"
    assert ice.rows(f'SELECT {told} FROM "t$partitions" ORDER BY partition.kind') == [
        ["{p=x, kind=2}", "2", "{min=1.2, max=1.5, null_count=0, nan_count=null}", "6", "false"],
        [
            "{p=x, kind=null}",
            "1",
            "{min=null, max=null, null_count=1, nan_count=null}",
            None,
            "true",
        ],
    ]
    assert "COLUMN_NOT_FOUND" in ice.fail('SELECT data.p FROM "t$partitions"')
    assert ice.rows('SELECT lower_bounds[3] FROM "t$files" WHERE record_count = 2') == [["1.2"]]


def test_partitions_of_doubles(ice: Ice) -> None:
    ice.made("t", "n int, d double", "(1, 0.1e0), (2, 1e300), (3, nan())", "PARTITIONED BY (d)")
    assert ice.rows("SELECT n FROM t WHERE d = 0.1e0") == [["1"]]
    assert ice.rows("SELECT n FROM t WHERE d >= 1e300") == [["2"]]
    ice.do("DELETE FROM t WHERE d = 0.1e0")
    found = ice.rows('SELECT partition.d FROM "t$partitions" ORDER BY 1')
    assert found == [["1.0E300"], ["NaN"]]
    ice.do("UPDATE t SET n = 7 WHERE is_nan(d)")
    ice.do("DELETE FROM t WHERE d = 1e300")
    assert ice.rows("SELECT n, d FROM t") == [["7", "NaN"]]


def test_bounds_over_files_of_nulls(ice: Ice) -> None:
    ice.made("t", "n int, b boolean, y binary", "(NULL, true, X'1234')")
    ice.do("INSERT INTO t VALUES (7, false, X'12')")
    assert ice.rows('SELECT data.n FROM "t$partitions"') == [
        ["{min=7, max=7, null_count=1, nan_count=null}"]
    ]
    bounds = 'SELECT lower_bounds[2], lower_bounds[3] FROM "t$files" ORDER BY 1'
    assert ice.rows(bounds) == [["false", "Eg=="], ["true", "EjQ="]]


def test_bounds_and_partitions_of_uuids(ice: Ice) -> None:
    schema = Schema(NestedField(1, "u", UUIDType()), NestedField(2, "p", UUIDType()))
    spec = PartitionSpec(PartitionField(2, 1000, IdentityTransform(), "p"))
    at = ice.location("t")
    ice.catalog.create_table((ice.lake.database, "t"), schema, location=at, partition_spec=spec)
    ids = ["12151fd2-7586-11e9-8f9e-2a86e4085a59", "89afd000-0000-4000-8000-000000000001"]
    ice.do(f"INSERT INTO t VALUES (UUID '{ids[0]}', UUID '{ids[1]}')")
    assert ice.rows('SELECT partition.p, data.u.max FROM "t$partitions"') == [[ids[1], ids[0]]]
    assert ice.rows('SELECT lower_bounds[1] FROM "t$files"') == [[ids[0]]]
    assert ice.rows(f"SELECT u FROM t WHERE p = UUID '{ids[1]}'") == [[ids[0]]]


def test_tables_without_rows_and_hidden_columns(ice: Ice) -> None:
    ice.create("t", "id int, data string")
    assert ice.rows("SELECT * FROM t") == []
    assert ice.rows('SELECT * FROM "t$files"') == []
    ice.do("INSERT INTO t VALUES (1, 'a')")
    (path,) = ice.rows('SELECT "$path" FROM t')[0]
    assert str(path).startswith(ice.location("t") + "data/")
    moment = '"$file_modified_time"'
    told = f"typeof({moment}), {moment} BETWEEN now() - INTERVAL '1' HOUR AND now(), \"$path\""
    kind = "timestamp(3) with time zone"
    assert ice.rows(f"SELECT {told} FROM t WHERE {moment} IS NOT NULL") == [[kind, "true", path]]
    ice.do(f"UPDATE t SET id = 2 WHERE {moment} > now() - INTERVAL '1' HOUR")
    assert ice.rows("SELECT * FROM t") == [["2", "a"]]
    ice.do(f"DELETE FROM t WHERE {moment} <= now()")
    assert ice.rows("SELECT * FROM t") == []


def test_views_unload_and_hive_tables_from_iceberg(ice: Ice) -> None:
    ice.made("t", "id int, ts timestamp", "(1, TIMESTAMP '2024-01-01 00:00:00.123456')")
    ice.do("CREATE VIEW v AS SELECT id FROM t")
    unload = f"UNLOAD (SELECT {{}} FROM t) TO '{ice.location('out')}' WITH (format = 'PARQUET')"
    assert "Incorrect timestamp precision for timestamp(6)" in ice.fail(unload.format("*"))
    ice.do(unload.format("id, CAST(ts AS timestamp(3)) AS ts"))
    ice.do("CREATE TABLE h AS SELECT id FROM t")
    assert ice.rows("SELECT v.id, h.id FROM v JOIN h ON v.id = h.id") == [["1", "1"]]
    assert len(ice.lake.keys("out/")) == 1


# Changing rows ------------------------------------------------------------------------------------

ROWS = [["1", "a", "10"], ["2", "b", "20"], ["3", None, None]]
CHANGES = {
    "delete": ("DELETE FROM t WHERE id = 1", 1, ROWS[1:]),
    "delete nothing": ("DELETE FROM t WHERE id = 9", 0, ROWS),
    "delete null is not true": ("DELETE FROM t WHERE n > 5", 2, ROWS[2:]),
    "delete all": ("DELETE FROM t", 3, []),
    "delete by itself": ("DELETE FROM t WHERE id = (SELECT max(id) FROM t)", 1, ROWS[:2]),
    "update": (
        "UPDATE t SET n = n + 1, data = upper(data) WHERE id < 3",
        2,
        [["1", "A", "11"], ["2", "B", "21"], ["3", None, None]],
    ),
    "update swaps": (
        "UPDATE t SET id = n, n = id WHERE id = 1",
        1,
        [["2", "b", "20"], ["3", None, None], ["10", "a", "1"]],
    ),
    "update all": (
        "UPDATE t SET data = NULL",
        3,
        [["1", None, "10"], ["2", None, "20"], ["3", None, None]],
    ),
    "update to the partition of others": (
        "UPDATE t SET data = 'a'",
        3,
        [["1", "a", "10"], ["2", "a", "20"], ["3", "a", None]],
    ),
    "merge": (
        """MERGE INTO t USING (VALUES (1, 'x'), (2, 'y'), (7, 'z')) AS s(id, data) ON t.id = s.id
        WHEN MATCHED AND s.data = 'x' THEN DELETE
        WHEN MATCHED THEN UPDATE SET data = s.data, n = t.n * 2
        WHEN NOT MATCHED THEN INSERT (id, data) VALUES (s.id, s.data)""",
        3,
        [["2", "y", "40"], ["3", None, None], ["7", "z", None]],
    ),
    "merge narrows": (
        """MERGE INTO t USING (SELECT BIGINT '3' AS id, count(*) AS n FROM t) s ON t.id = s.id
        WHEN MATCHED THEN UPDATE SET id = s.id, n = s.n""",
        1,
        [*ROWS[:2], ["3", None, "3"]],
    ),
    "merge first clause wins": (
        """MERGE INTO t AS x USING t AS y ON x.id = y.id
        WHEN MATCHED AND x.id = 1 THEN UPDATE SET n = 0 WHEN MATCHED THEN DELETE""",
        3,
        [["1", "a", "0"]],
    ),
    "merge inserts with a condition": (
        """MERGE INTO t USING (VALUES 8, 9) AS s(id) ON t.id = s.id
        WHEN NOT MATCHED AND s.id = 8 THEN INSERT VALUES (s.id, 'n', 0)""",
        1,
        [*ROWS, ["8", "n", "0"]],
    ),
    "merge evaluates only what applies": (
        """MERGE INTO t USING (VALUES (1, 0), (2, 2)) AS s(id, d) ON t.id = s.id
        WHEN MATCHED AND s.d = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET n = t.n / s.d""",
        2,
        [["2", "b", "10"], ["3", None, None]],
    ),
    "merge of nothing": (
        """MERGE INTO t USING (SELECT 1 AS id WHERE false) s ON t.id = s.id
        WHEN MATCHED THEN DELETE""",
        0,
        ROWS,
    ),
}


QUALIFIED = [
    "UPDATE {db}.t SET n = {db}.t.n + 1 WHERE {db}.t.id = 1",
    "DELETE FROM {db}.t WHERE {db}.t.id = 2 AND t.n = (SELECT max({db}.t.n) FROM {db}.t)",
    "MERGE INTO {db}.t USING (VALUES 3) s(i) ON {db}.t.id = i WHEN MATCHED THEN UPDATE SET n = 0",
]


def test_columns_may_be_named_with_their_database(ice: Ice) -> None:
    ice.made("t", "id int, data string, n int", "(1, 'a', 10), (2, 'b', 20), (3, NULL, NULL)")
    for sql in QUALIFIED:
        ice.do(sql.format(db=ice.lake.database))
    assert ice.rows("SELECT * FROM t ORDER BY id") == [["1", "a", "11"], ["3", None, "0"]]


@pytest.mark.parametrize("keys", ["", "PARTITIONED BY (data)"], ids=["plain", "partitioned"])
@pytest.mark.parametrize(("sql", "count", "rows"), CHANGES.values(), ids=CHANGES)
def test_rows_change(ice: Ice, sql: str, count: int, rows: list[Any], keys: str) -> None:
    ice.made("t", "id int, data string, n int", "(1, 'a', 10), (2, 'b', 20), (3, NULL, NULL)", keys)
    done = ice.do(sql)
    assert ice.lake.results(done["QueryExecutionId"])["UpdateCount"] == count
    assert ice.rows("SELECT id, data, n FROM t ORDER BY id") == rows
    shown = [[str(r["id"]), r["data"], r["n"]] for r in ice.load("t").scan().to_arrow().to_pylist()]
    assert sorted(shown) == sorted([r[0], r[1], r[2] and int(r[2])] for r in rows)


ONE = "MERGE INTO t USING (VALUES 1) AS s(id) ON t.id = s.id + 1 WHEN NOT MATCHED THEN INSERT"
CHANGE_REFUSALS = {
    "twice": (
        "MERGE INTO t USING (VALUES 1, 1) AS s(id) ON t.id = s.id WHEN MATCHED THEN DELETE",
        "MERGE_TARGET_ROW_MULTIPLE_MATCHES: One MERGE target table row matched more than one",
    ),
    "twice without a clause": (
        """MERGE INTO t USING (VALUES (1, 5), (1, 6), (2, 7)) AS s(id, n) ON t.id = s.id
        WHEN MATCHED AND n > 6 THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'x')""",
        "MERGE_TARGET_ROW_MULTIPLE_MATCHES",
    ),
    "set type": ("UPDATE t SET id = 'x'", "TYPE_MISMATCH"),
    "set column": ("UPDATE t SET nope = 1", "COLUMN_NOT_FOUND"),
    "set number": ("UPDATE t SET id = 3000000000", "Out of range for integer: 3000000000"),
    "where column": (
        "DELETE FROM t WHERE nope = 1",
        "COLUMN_NOT_FOUND: line 1:21: Column 'nope' cannot be resolved",
    ),
    "place": ("""DELETE FROM t WHERE "$pos" = 0""", "Column '$pos' cannot be resolved"),
    "merge type": (f"{ONE} (id) VALUES ('x')", "TYPE_MISMATCH"),
    "merge count": (f"{ONE} VALUES (1)", "TYPE_MISMATCH"),
    "merge column": (f"{ONE} (nope) VALUES (1)", "COLUMN_NOT_FOUND"),
    "division": ("UPDATE t SET id = id / 0", "DIVISION_BY_ZERO"),
    "no table": ("DELETE FROM nope", "TABLE_NOT_FOUND"),
}


@pytest.mark.parametrize(("sql", "why"), CHANGE_REFUSALS.values(), ids=CHANGE_REFUSALS)
def test_changes_that_fail_change_nothing(ice: Ice, sql: str, why: str) -> None:
    ice.made("t", "id int, data string", "(1, 'a')")
    before = ice.lake.keys("t/")
    assert why in ice.fail(sql)
    assert ice.rows("SELECT * FROM t") == [["1", "a"]]
    assert ice.lake.keys("t/") == before


SYNTAX = [
    "DELETE t",
    "UPDATE t SET",
    "MERGE INTO t USING t ON true",
    "MERGE INTO t USING s ON true WHEN MATCHED THEN INSERT",
    "OPTIMIZE t",
    "VACUUM t WHERE id = 1",
]


@pytest.mark.parametrize("sql", SYNTAX)
def test_syntax_is_refused_before_it_runs(ice: Ice, sql: str) -> None:
    assert "mismatched input" in ice.lake.refuse(sql)


# Evolving -----------------------------------------------------------------------------------------

EVOLUTIONS = {
    "add": ("ALTER TABLE t ADD COLUMNS (x struct<a:int>, y date)",
            [["1", "a", "1.5", None, None]]),
    "drop": ("ALTER TABLE t DROP COLUMN data", [["1", "1.5"]]),
    "rename": ("ALTER TABLE t CHANGE COLUMN data renamed string", [["1", "a", "1.5"]]),
    "widen": ("ALTER TABLE t CHANGE id id bigint", [["1", "a", "1.5"]]),
    "float to double": ("ALTER TABLE t CHANGE n n double", [["1", "a", "1.5"]]),
    "move first": ("ALTER TABLE t CHANGE n n float FIRST", [["1.5", "1", "a"]]),
    "move after": ("ALTER TABLE t CHANGE id id int AFTER data", [["a", "1", "1.5"]]),
    "replace": ("ALTER TABLE t REPLACE COLUMNS (data string, added int)", [["a", None]]),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "rows"), EVOLUTIONS.values(), ids=EVOLUTIONS)
def test_columns_keep_their_data(ice: Ice, sql: str, rows: list[Any]) -> None:
    ice.made("t", "id int, data string, n float", "(1, 'a', REAL '1.5')")
    ice.do(sql)
    assert ice.rows("SELECT * FROM t") == rows
    told = ice.definition("t")["StorageDescriptor"]["Columns"]
    names = [c["Name"] for c in told if c["Parameters"]["iceberg.field.current"] == "true"]
    assert names == [field.name for field in ice.load("t").schema().fields]
    assert len(names) == len(rows[0])


def test_a_name_that_comes_back_is_another_column(ice: Ice) -> None:
    ice.made("t", "id int, data string", "(1, 'a')")
    ice.do("ALTER TABLE t DROP COLUMN data")
    ice.do("ALTER TABLE t ADD COLUMNS (data string)")
    ice.do("INSERT INTO t VALUES (2, 'b')")
    assert ice.rows("SELECT * FROM t ORDER BY id") == [["1", None], ["2", "b"]]
    assert ice.rows("SELECT id FROM t WHERE data IS NULL") == [["1"]]
    ice.do("UPDATE t SET data = 'c' WHERE data IS NULL")
    assert ice.rows("SELECT * FROM t ORDER BY id") == [["1", "c"], ["2", "b"]]


def test_a_column_with_fields_is_renamed_and_moved(ice: Ice) -> None:
    ice.made("t", "id int, data struct<x:int>, tags array<string>", "(1, ROW(2), ARRAY['a'])")
    ice.do("ALTER TABLE t CHANGE COLUMN data renamed struct<x:int> COMMENT 'told'")
    ice.do("ALTER TABLE t CHANGE COLUMN tags tags array<string> FIRST")
    assert ice.rows("SELECT * FROM t") == [["[a]", "1", "{x=2}"]]
    assert ice.load("t").schema().find_field("renamed").doc == "told"
    assert "Cannot change" in ice.fail("ALTER TABLE t CHANGE renamed renamed struct<x:bigint>")


ALTER_REFUSALS = {
    "narrow": ("ALTER TABLE t CHANGE id id int", "Cannot change column type"),
    "other type": ("ALTER TABLE t CHANGE data data int", "Cannot change column type"),
    "partition": ("ALTER TABLE t DROP COLUMN part", "Cannot drop partition field: part"),
    "missing": ("ALTER TABLE t DROP COLUMN nope", "Invalid column reference nope"),
    "twice": ("ALTER TABLE t ADD COLUMNS (data int)", "Duplicate column name: data"),
    "property": ("ALTER TABLE t SET TBLPROPERTIES ('x'='1')", "Unsupported table property key: x"),
    "type": ("ALTER TABLE t ADD COLUMNS (x tinyint)", "Type not supported for Iceberg: tinyint"),
    "hive": ("ALTER TABLE t ADD PARTITION (part = 'x')", "not supported by Athena Iceberg"),
    "location": ("ALTER TABLE t SET LOCATION 's3://b/x/'", "not supported by Athena Iceberg"),
}


@pytest.mark.parametrize(("sql", "why"), ALTER_REFUSALS.values(), ids=ALTER_REFUSALS)
def test_alter_refuses(ice: Ice, sql: str, why: str) -> None:
    ice.made("t", "id bigint, data string, part string", "(1, 'a', 'p')", "PARTITIONED BY (part)")
    assert why in ice.fail(sql)
    assert ice.rows("SELECT * FROM t") == [["1", "a", "p"]]


def test_show_and_describe(ice: Ice) -> None:
    ice.create(
        "t",
        "id bigint COMMENT 'the key', ts timestamp",
        "PARTITIONED BY (bucket(4, id), day(ts))",
        vacuum_max_snapshot_age_seconds="60",
    )
    lines = [row[0] for row in ice.rows("SHOW CREATE TABLE t")]
    text = "\n".join(map(str, lines))
    assert lines[0] == "CREATE TABLE t ("
    assert "PARTITIONED BY (bucket(4, `id`), day(`ts`))" in text
    assert "'table_type'='iceberg'" in text
    assert "'vacuum_max_snapshot_age_seconds'='60'" in text
    described = [row[0] for row in ice.rows("DESCRIBE t")]
    assert "id\tbigint\tthe key" in described
    assert "id_bucket\tbucket[4]\tid" in described
    ice.do("ALTER TABLE t UNSET TBLPROPERTIES ('vacuum_max_snapshot_age_seconds')")
    assert ice.rows("SHOW TBLPROPERTIES t") == [["table_type\ticeberg"]]


def test_what_show_says_makes_the_table_again(ice: Ice) -> None:
    ice.create("t", "id bigint, ts timestamp", "PARTITIONED BY (bucket(4, id), day(ts))")
    said = "\n".join(str(row[0]) for row in ice.rows("SHOW CREATE TABLE t"))
    ice.do("DROP TABLE t")
    ice.do(said)
    assert ice.rows("DESCRIBE t")[-1][0] == "ts_day\tday\tts"


def test_rename_and_drop(ice: Ice) -> None:
    ice.made("t", "id int", "(1)")
    ice.do("ALTER TABLE t RENAME TO u")
    assert ice.rows("SHOW TABLES") == [["u"]]
    ice.do("INSERT INTO u VALUES (2)")
    assert ice.count("u") == 2
    ice.do("DROP TABLE u")
    assert ice.rows("SHOW TABLES") == []
    assert ice.lake.keys("t/") == []


def test_what_another_may_own_is_not_deleted(ice: Ice) -> None:
    """The folder is the metadata's, whatever the catalog says; without GC files are not deleted."""
    schema = Schema(NestedField(1, "id", LongType()))
    shared = {"gc.enabled": "false", "vacuum_max_snapshot_age_seconds": "0"}
    name = (ice.lake.database, "u")
    ice.catalog.create_table(name, schema, location=ice.location("lake/u"), properties=shared)
    ice.made("t", "id int", "(1)")
    ice.do("INSERT INTO u VALUES 1, 2")
    ice.do("DELETE FROM u WHERE id = 1")
    kept = ice.lake.keys("lake/u/")
    assert "GC is disabled" in ice.fail("VACUUM u")
    table = ice.definition("t")
    table["StorageDescriptor"]["Location"] = ice.location("lake/")
    wanted = ("Name", "StorageDescriptor", "Parameters", "TableType")
    ice.lake.glue.update_table(
        DatabaseName=ice.lake.database, TableInput={key: table[key] for key in wanted}
    )
    ice.do("DROP TABLE t")
    ice.do("DROP TABLE u")
    assert ice.rows("SHOW TABLES") == []
    assert (ice.lake.keys("lake/"), ice.lake.keys("t/")) == (kept, [])


# Maintenance --------------------------------------------------------------------------------------


def test_optimize_packs_the_files_of_a_partition(ice: Ice) -> None:
    ice.create("t", "id int, p string", "PARTITIONED BY (p)")
    for at in range(5):
        ice.do(f"INSERT INTO t VALUES ({at}, 'x'), ({at}, 'y')")
    ice.do("OPTIMIZE t REWRITE DATA USING BIN_PACK WHERE p = 'x'")
    sql = 'SELECT partition.p, file_count FROM "t$partitions" ORDER BY 1'
    assert ice.rows(sql) == [["x", "1"], ["y", "5"]]
    ice.do("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    assert ice.rows(sql) == [["x", "1"], ["y", "1"]]
    assert ice.count("t") == 10
    assert "NOT_SUPPORTED" in ice.fail("OPTIMIZE t REWRITE DATA USING BIN_PACK WHERE id = 1")


def test_optimize_leaves_few_files_alone(ice: Ice) -> None:
    ice.made("t", "id int", "(1)")
    ice.do("INSERT INTO t VALUES (2)")
    before = ice.load("t").metadata_location
    ice.do("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    assert ice.load("t").metadata_location == before


def test_vacuum_forgets_and_deletes(ice: Ice) -> None:
    ice.made("t", "id int", "(1), (2)", vacuum_max_snapshot_age_seconds="0")
    ice.do("DELETE FROM t WHERE id = 1")
    ice.lake.put("t/data/orphan.parquet", b"x")
    time.sleep(0.01)
    ice.do("VACUUM t")
    assert len(ice.rows('SELECT * FROM "t$snapshots"')) == 1
    assert ice.rows("SELECT * FROM t") == [["2"]]
    (path,) = ice.rows('SELECT "$path" FROM t')[0]
    assert [f"s3://{ice.lake.bucket}/{key}" for key in ice.lake.keys("t/data/")] == [path]


def test_vacuum_keeps_what_is_called_s3a(ice: Ice) -> None:
    at = ice.location("t").replace("s3:", "s3a:")
    age = {"vacuum_max_snapshot_age_seconds": "0"}
    schema = Schema(NestedField(1, "id", LongType()))
    ice.catalog.create_table((ice.lake.database, "t"), schema, location=at, properties=age)
    ice.do("INSERT INTO t VALUES 1, 2")
    ice.do("DELETE FROM t WHERE id = 1")
    time.sleep(0.01)
    ice.do("VACUUM t")
    assert ice.rows("SELECT * FROM t") == [["2"]]
    assert len(ice.lake.keys("t/data/")) == 1


def test_vacuum_keeps_what_is_young(ice: Ice) -> None:
    ice.made("t", "id int", "(1), (2)")
    ice.do("DELETE FROM t WHERE id = 1")
    before = ice.lake.keys("t/data/")
    ice.do("VACUUM t")
    assert len(ice.rows('SELECT * FROM "t$snapshots"')) == 2
    assert ice.lake.keys("t/data/") == before


@pytest.mark.parametrize("action", ["OPTIMIZE h REWRITE DATA USING BIN_PACK", "VACUUM h"])
def test_hive_tables_have_no_maintenance(ice: Ice, action: str) -> None:
    ice.lake.csv_table("h", "id int", {"a.csv": "1\n"})
    assert "NOT_SUPPORTED" in ice.fail(action)


# Other writers ------------------------------------------------------------------------------------


def test_pyiceberg_writes_what_athena_reads(ice: Ice) -> None:
    schema = Schema(
        NestedField(1, "Id", LongType(), required=True),
        NestedField(2, "at", TimestamptzType()),
        NestedField(3, "s", StructType(NestedField(5, "Deep", StringType())), required=False),
        NestedField(4, "l", ListType(6, IntegerType())),
    )
    table = ice.catalog.create_table(
        (ice.lake.database, "t"),
        schema,
        location=ice.location("t"),
        partition_spec=PartitionSpec(PartitionField(1, 1000, IdentityTransform(), "Id")),
    )
    moment = pa.scalar(1_700_000_000_000_000, pa.timestamp("us", "UTC"))
    table.append(
        pa.table(
            {
                "Id": pa.array([1], pa.int64()),
                "at": pa.array([moment]),
                "s": pa.array([{"Deep": "x"}], pa.struct([("Deep", pa.string())])),
                "l": pa.array([[1, 2]], pa.list_(pa.int32())),
            },
            schema=table.schema().as_arrow(),
        )
    )
    assert ice.rows("SELECT id, at, s.deep, l FROM t WHERE id = 1") == [
        ["1", "2023-11-14 22:13:20.000000 UTC", "x", "[1, 2]"]
    ]
    assert ice.rows(TYPES_OF_T) == [
        ["id", "bigint"],
        ["at", "timestamp(6) with time zone"],
        ["s", "row(deep varchar)"],
        ["l", "array(integer)"],
    ]
    ice.do("INSERT INTO t SELECT 2, at, s, NULL FROM t")
    ice.do("DELETE FROM t WHERE id = 1")
    assert ice.load("t").scan().to_arrow().to_pylist() == [
        {"Id": 2, "at": moment.as_py(), "s": {"Deep": "x"}, "l": None}
    ]
    assert "NULL value not allowed for NOT NULL column: Id" in ice.fail(
        "INSERT INTO t (l) VALUES (ARRAY[1])"
    )


def test_columns_that_differ_in_capitals_are_refused(ice: Ice) -> None:
    schema = Schema(NestedField(1, "a", LongType()), NestedField(2, "A", StringType()))
    at = ice.location("t")
    ice.catalog.create_table((ice.lake.database, "t"), schema, location=at)
    assert "Multiple entries with same key: a" in ice.fail("SELECT * FROM t")
    ice.rows(TYPES_OF_T)


def test_files_without_field_ids_are_read_by_name(ice: Ice) -> None:
    inner = StructType(NestedField(5, "Deep", StringType()))
    number = StructType(NestedField(6, "x", IntegerType()))
    held = StructType(NestedField(10, "k", inner))
    schema = Schema(
        NestedField(1, "id", LongType()),
        NestedField(2, "s", inner),
        NestedField(3, "l", ListType(4, number, element_required=False)),
        NestedField(7, "m", MapType(8, StringType(), 9, held, value_required=False)),
    )
    at = ice.location("t")
    table = ice.catalog.create_table((ice.lake.database, "t"), schema, location=at)
    row = {"id": 1, "s": {"Deep": "d"}, "l": [{"x": 5}], "m": [("k", {"k": {"Deep": "e"}})]}
    deep, listed = pa.struct([("Deep", pa.string())]), pa.struct([("x", pa.int32())])
    kinds = [pa.int64(), deep, pa.list_(listed), pa.map_(pa.string(), pa.struct([("k", deep)]))]
    stored = pa.Table.from_pylist([row], pa.schema(list(zip(row, kinds, strict=True))))
    with table.io.new_output(f"{at}old.parquet").create() as stream:
        pq.write_table(stored, stream)
    table.add_files([f"{at}old.parquet"])
    with table.update_schema() as update:
        update.rename_column("l.element.x", "y")
    ice.do("UPDATE t SET id = 2 WHERE s.deep = 'd'")
    told = "SELECT id, s.deep, l[1].y, m['k'].k.deep FROM t"
    assert ice.rows(told) == [["2", "d", "5", "e"]]


def test_files_with_nanoseconds(ice: Ice) -> None:
    schema = Schema(NestedField(1, "z", TimestamptzType()))
    at = ice.location("t")
    table = ice.catalog.create_table((ice.lake.database, "t"), schema, location=at)
    ice.do("INSERT INTO t VALUES TIMESTAMP '2023-11-14 22:13:20.123457 UTC'")
    (task,) = ice.load("t").scan().plan_files()
    kinds = pa.schema([numbered("z", pa.timestamp("ns", "UTC"), 1)])
    with table.io.new_output(task.file.file_path).create(overwrite=True) as stream:
        pq.write_table(pa.table([[1_700_000_000_123_456_789]], schema=kinds), stream)
    shown = "2023-11-14 22:13:20.123457 UTC"
    assert ice.rows(f"SELECT z FROM t WHERE z = TIMESTAMP '{shown}'") == [[shown]]


def test_files_that_are_partitioned_by_a_column_that_is_gone(ice: Ice) -> None:
    ice.made("t", "id bigint, p string", "(1, 'x'), (2, 'x'), (3, 'y')", "PARTITIONED BY (p)")
    with ice.load("t").update_spec() as update:
        update.remove_field("p")
    with ice.load("t").update_schema() as columns:
        columns.delete_column("p")
    ice.do("DELETE FROM t WHERE id = 1")
    ice.do("UPDATE t SET id = 4 WHERE id = 3")
    assert ice.rows("SELECT * FROM t ORDER BY id") == [["2"], ["4"]]
    assert sorted(ice.load("t").scan().to_arrow()["id"].to_pylist()) == [2, 4]


NEWER = {"plain": [], "its types": [{"id": 9, "name": "v", "type": "variant", "required": False}]}


@pytest.mark.parametrize("fields", NEWER.values(), ids=NEWER)
def test_a_newer_version_is_refused_and_its_files_stay(ice: Ice, fields: list[Any]) -> None:
    ice.made("t", "id bigint", "(1)")
    told = ice.definition("t")
    at = told["Parameters"]["metadata_location"]
    metadata = json.loads(ice.lake.get(at)) | {"format-version": 3, "next-row-id": 0}
    metadata["schemas"][0]["fields"] += fields
    metadata["snapshots"][0] |= {"first-row-id": 0, "added-rows": 0}
    ice.lake.put(at.removeprefix(f"s3://{ice.lake.bucket}/"), json.dumps(metadata))
    before = ice.lake.keys("t/")
    for sql in ("SELECT * FROM t", "INSERT INTO t VALUES 2", "VACUUM t", "DROP TABLE t"):
        assert "Iceberg table version 3 is not supported" in ice.fail(sql)
    assert ice.lake.keys("t/") == before


def test_deleted_positions_are_not_read(ice: Ice) -> None:
    ice.made("t", "id bigint, data string", "(1, 'a'), (2, 'b'), (3, 'c')")
    delete_positions(ice.load("t"), [0, 2])
    assert ice.rows("SELECT id, data FROM t") == [["2", "b"]]
    assert ice.rows("SELECT count(*) FROM t WHERE id = 1") == [["0"]]
    ice.do("UPDATE t SET data = 'x'")
    assert ice.rows("SELECT id, data FROM t") == [["2", "x"]]


def test_deleted_values_are_not_read(ice: Ice) -> None:
    ice.made("t", "id bigint, data string", "(1, 'a'), (2, 'b'), (NULL, 'c')")
    delete_equal(ice.load("t"), [2, None])
    assert ice.rows("SELECT data FROM t") == [["a"]]
    ice.do("INSERT INTO t VALUES (2, 'later')")
    assert ice.rows("SELECT data FROM t ORDER BY data") == [["a"], ["later"]]
    ice.do("ALTER TABLE t CHANGE id ident bigint")
    assert ice.rows("SELECT ident FROM t ORDER BY ident") == [["1"], ["2"]]


@pytest.mark.parametrize("key", ["nan()", "1.5E0", "NULL"])
def test_deleted_rows_of_a_partition(ice: Ice, key: str) -> None:
    """NaN is a partition, too, though it equals nothing."""
    place = {"nan()": math.nan, "1.5E0": 1.5, "NULL": None}[key]
    ice.made("t", "id bigint, d double", f"(1, {key}), (2, {key})", "PARTITIONED BY (d)")
    delete_positions(ice.load("t"), [0], place)
    ice.do("INSERT INTO t VALUES (3, 2.5E0)")
    delete_equal(ice.load("t"), [3], place)
    assert ice.rows("SELECT id FROM t ORDER BY id") == [["2"], ["3"]]
    delete_equal(ice.load("t"), [2], place)
    assert ice.rows("SELECT id FROM t") == [["3"]]


def test_rows_are_deleted_by_dropped_columns_and_fields_of_rows(ice: Ice) -> None:
    rows = "(1, 1, ROW(10)), (2, 2, ROW(20)), (3, 3, ROW(30)), (4, 4, NULL)"
    ice.made("t", "id bigint, k int, s struct<a:bigint>", rows)
    table = ice.load("t")
    inner = table.schema().find_field("s.a").field_id
    kind = pa.struct([numbered("a", pa.int64(), inner)])
    stored = pa.table([pa.array([{"a": 20}], kind)], schema=pa.schema([numbered("s", kind, 3)]))
    add_deletes(table, stored, DataFileContent.EQUALITY_DELETES, [inner])
    stored = pa.table([[3]], schema=pa.schema([numbered("k", pa.int32(), 2)]))
    add_deletes(ice.load("t"), stored, DataFileContent.EQUALITY_DELETES, [2])
    assert ice.rows("SELECT id FROM t ORDER BY id") == [["1"], ["4"]]
    ice.do("ALTER TABLE t DROP COLUMN k")
    assert ice.rows("SELECT id, s.a FROM t ORDER BY id") == [["1", "10"], ["4", None]]


def test_columns_called_as_what_stands_in_the_engines_queries(ice: Ice) -> None:
    ice.made("t", "id bigint, f struct<a:int>, c struct<a:int>, d int", "(1, ROW(1), ROW(2), 3)")
    ice.do("INSERT INTO t VALUES (2, NULL, NULL, 2), (3, NULL, NULL, 4)")
    ice.do("UPDATE t SET f = ROW(7), d = d + 1 WHERE id < 3")
    delete_equal(ice.load("t"), [3])
    assert ice.rows("SELECT id, f.a, c.a, d FROM t ORDER BY id") == [
        ["1", "7", "2", "4"],
        ["2", "7", None, "3"],
    ]


def test_optimize_merges_delete_files(ice: Ice) -> None:
    ice.made("t", "id bigint", "(1), (2), (3)")
    delete_positions(ice.load("t"), [0])
    delete_equal(ice.load("t"), [2])
    ice.do("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    assert ice.rows("SELECT id FROM t") == [["3"]]
    assert ice.rows('SELECT content, record_count FROM "t$files"') == [["0", "1"]]
    told = [
        f"element_at(summary, 'removed-{what}')" for what in ("delete-files", "equality-deletes")
    ]
    assert ["2", "1"] in ice.rows(f'SELECT {", ".join(told)} FROM "t$snapshots"')
    assert ice.load("t").scan().to_arrow().to_pylist() == [{"id": 3}]


# Faults -------------------------------------------------------------------------------------------


def test_writers_at_once_lose_no_rows(ice: Ice) -> None:
    ice.create("t", "id int")
    started = [ice.lake.start(f"INSERT INTO t VALUES ({at})") for at in range(6)]
    done = [ice.lake.follow(number)["Status"] for number in started]
    lost = [s["StateChangeReason"] for s in done if s["State"] != "SUCCEEDED"]
    assert all("ICEBERG_COMMIT_ERROR" in reason for reason in lost)
    assert ice.count("t") == 6 - len(lost) > 0
    assert ice.load("t").scan().to_arrow().num_rows == 6 - len(lost)


def test_changes_of_the_same_rows_at_once(ice: Ice) -> None:
    ice.made("t", "id int, n int", "(1, 0)")
    found: list[dict[str, Any]] = []

    def add() -> None:
        found.append(ice.lake.run("UPDATE t SET n = n + 1"))

    threads = [threading.Thread(target=add) for _ in range(3)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    won = [done for done in found if done["Status"]["State"] == "SUCCEEDED"]
    assert ice.rows("SELECT n FROM t") == [[str(len(won))]]
    for done in found:
        assert done in won or "ICEBERG_COMMIT_ERROR" in done["Status"]["StateChangeReason"]


def test_metadata_that_are_gone(ice: Ice) -> None:
    ice.made("t", "id int", "(1)")
    location = ice.definition("t")["Parameters"]["metadata_location"]
    bucket, _, key = location.removeprefix("s3://").partition("/")
    ice.lake.s3.delete_object(Bucket=bucket, Key=key)
    assert "ICEBERG_INVALID_METADATA" in ice.fail("SELECT * FROM t")
    assert ice.rows(TYPES_OF_T) == []
    ice.lake.put(key, "no JSON")
    assert "ICEBERG_INVALID_METADATA" in ice.fail("SELECT * FROM t")
    ice.do("DROP TABLE t")
    assert ice.lake.keys("t/") == []
    ice.lake.csv_table("h", "n int", {"a.csv": "1\n"})
    ice.do("ALTER TABLE h SET TBLPROPERTIES ('table_type'='ICEBERG')")
    assert "ICEBERG_MISSING_METADATA" in ice.fail("SELECT * FROM h")
    ice.do("DROP TABLE h")
    assert ice.lake.keys("h/") == ["h/a.csv"]


def test_a_data_file_that_is_gone_is_named(ice: Ice) -> None:
    ice.made("t", "id int", "(1)")
    (path,) = ice.rows('SELECT "$path" FROM t')[0]
    bucket, _, key = str(path).removeprefix("s3://").partition("/")
    ice.lake.s3.delete_object(Bucket=bucket, Key=key)
    reason = ice.fail("SELECT * FROM t")
    assert "ICEBERG_CANNOT_OPEN_SPLIT" in reason
    assert str(path) in reason
