"""DDL: databases, tables, partitions, views, and what SHOW and DESCRIBE say of them."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pytest

from tests.athena.conftest import Lake

FORMATS = {
    "PARQUET": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    "ORC": "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    "AVRO": "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    "TEXTFILE": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
}


def get_table(lake: Lake, name: str) -> dict[str, Any]:
    return dict(lake.glue.get_table(DatabaseName=lake.database, Name=name)["Table"])


def test_an_external_table_stands_in_the_catalog(lake: Lake) -> None:
    lake.do(
        """
        CREATE EXTERNAL TABLE IF NOT EXISTS `T1` (  -- a comment
          `id` INT COMMENT 'the key',
          tags array<struct<`k`:string, n:decimal(10,2)>>,
          m map<string,int>)
        COMMENT "what it's for"
        PARTITIONED BY (dt string, hour int COMMENT 'h')
        CLUSTERED BY (id) INTO 4 BUCKETS
        ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\'
          COLLECTION ITEMS TERMINATED BY '\\002' LINES TERMINATED BY '\\n' NULL DEFINED AS ''
        STORED AS TEXTFILE
        LOCATION 's3://somewhere/t1/'
        TBLPROPERTIES ("skip.header.line.count"="1", 'classification'='csv');
        """
    )
    found = get_table(lake, "t1")
    storage = found["StorageDescriptor"]
    assert storage["Columns"] == [
        {"Name": "id", "Type": "int", "Comment": "the key"},
        {"Name": "tags", "Type": "array<struct<k:string,n:decimal(10,2)>>"},
        {"Name": "m", "Type": "map<string,int>"},
    ]
    assert found["PartitionKeys"][1] == {"Name": "hour", "Type": "int", "Comment": "h"}
    assert (storage["BucketColumns"], storage["NumberOfBuckets"]) == (["id"], 4)
    assert storage["SerdeInfo"]["Parameters"] == {
        "serialization.format": "\t",
        "field.delim": "\t",
        "escape.delim": "\\",
        "collection.delim": "\x02",
        "line.delim": "\n",
        "serialization.null.format": "",
    }
    assert found["TableType"] == "EXTERNAL_TABLE"
    parameters = found["Parameters"]
    assert (parameters["EXTERNAL"], parameters["comment"]) == ("TRUE", "what it's for")
    assert parameters["skip.header.line.count"] == "1"
    assert parameters["transient_lastDdlTime"].isdigit()


@pytest.mark.parametrize(("stored", "serde"), FORMATS.items(), ids=FORMATS)
def test_stored_as(lake: Lake, stored: str, serde: str) -> None:
    lake.do(f"CREATE EXTERNAL TABLE t (a int) STORED AS {stored} LOCATION 's3://b/t/'")
    assert get_table(lake, "t")["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] == serde


def test_show_create_table_makes_the_table_again(lake: Lake) -> None:
    lake.do(
        "CREATE EXTERNAL TABLE t (a int COMMENT 'it''s', `b c` string) PARTITIONED BY (dt date) "
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' "
        "WITH SERDEPROPERTIES ('separatorChar'='\\t', 'quoteChar'='\\'') "
        "LOCATION 's3://b/t/' TBLPROPERTIES ('x'='1')".replace("it''s", "it\\'s")
    )
    before = get_table(lake, "t")
    text = "\n".join(row[0] or "" for row in lake.rows("SHOW CREATE TABLE t"))
    lake.do("DROP TABLE t")
    lake.do(text)
    after = get_table(lake, "t")
    assert after["StorageDescriptor"] == before["StorageDescriptor"]
    assert after["PartitionKeys"] == before["PartitionKeys"]
    assert after["Parameters"]["x"] == "1"


def test_databases(lake: Lake, fresh: Any) -> None:
    name = fresh("other", "_")
    lake.do(f"CREATE DATABASE {name} COMMENT 'c' LOCATION 's3://b/d/' WITH DBPROPERTIES ('k'='v')")
    found = lake.glue.get_database(Name=name)["Database"]
    assert (found["Description"], found["LocationUri"]) == ("c", "s3://b/d/")
    assert "already exists" in lake.fail(f"CREATE DATABASE {name}")
    lake.do(f"CREATE SCHEMA IF NOT EXISTS {name}")
    lake.do(f"ALTER DATABASE {name} SET DBPROPERTIES ('k2'='v2')")
    assert lake.glue.get_database(Name=name)["Database"]["Parameters"] == {"k": "v", "k2": "v2"}
    lake.do(f"CREATE EXTERNAL TABLE {name}.t (a int) LOCATION 's3://b/t/'")
    assert "is not empty" in lake.fail(f"DROP DATABASE {name}")
    lake.do(f"DROP DATABASE `{name}` CASCADE")
    assert [name] not in lake.rows("SHOW DATABASES")
    lake.do(f"DROP DATABASE IF EXISTS {name}")


@pytest.mark.parametrize("context", [{"Database": "default"}, {}])
def test_the_default_database_is_there_when_it_is_asked_for(lake: Lake, context: Any) -> None:
    lake.do("DROP DATABASE IF EXISTS default")
    assert lake.rows("SHOW TABLES", QueryExecutionContext=context) == []
    assert ["default"] in lake.rows("SHOW DATABASES")
    assert lake.fail("SELECT * FROM t", QueryExecutionContext=context).startswith("TABLE_NOT_FOUND")


def test_a_table_of_that_name(people: Lake) -> None:
    ddl = "EXTERNAL TABLE {} people (a int) LOCATION 's3://b/t/'"
    assert "AlreadyExistsException" in people.fail("CREATE " + ddl.format(""))
    people.do("CREATE " + ddl.format("IF NOT EXISTS"))
    assert people.rows("SHOW COLUMNS IN people") == [["id".ljust(20)], ["name".ljust(20)]]


def test_names_are_without_case(people: Lake) -> None:
    assert people.rows("SELECT NAME FROM PEOPLE WHERE Id = 1") == [["ann"]]
    assert people.rows(f'SELECT "Name" FROM "{people.database}"."People" WHERE id = 1') == [["ann"]]


def test_alter_columns(people: Lake) -> None:
    people.do("ALTER TABLE people ADD COLUMNS (age int COMMENT 'years', city string)")
    assert people.rows("SELECT * FROM people WHERE id = 1") == [["1", "ann", None, None]]
    people.do("ALTER TABLE people CHANGE COLUMN name first_name string AFTER age")
    names = [row[0].strip() for row in people.rows("SHOW COLUMNS IN people") if row[0]]
    assert names == ["id", "age", "first_name", "city"]
    people.do("ALTER TABLE people REPLACE COLUMNS (id bigint)")
    found = people.results(people.do("SELECT * FROM people")["QueryExecutionId"])["ResultSet"]
    assert [c["Type"] for c in found["ResultSetMetadata"]["ColumnInfo"]] == ["bigint"]
    assert "Duplicate column name" in people.fail("ALTER TABLE people ADD COLUMNS (id int)")


def test_alter_table(people: Lake) -> None:
    people.put("elsewhere/a.csv", "9,zoe\n")
    people.do(f"ALTER TABLE people SET LOCATION 's3://{people.bucket}/elsewhere/'")
    assert people.rows("SELECT * FROM people") == [["9", "zoe"]]
    people.do("ALTER TABLE people SET TBLPROPERTIES ('a'='1', 'b'='2')")
    people.do("ALTER TABLE people UNSET TBLPROPERTIES ('a')")
    assert people.rows("SHOW TBLPROPERTIES people('b')") == [["2"]]
    assert "does not have property: a" in str(people.rows("SHOW TBLPROPERTIES people('a')"))


@pytest.fixture
def sales(lake: Lake) -> Lake:
    """A table partitioned by country and day, two files in each of four partitions."""
    for country in ("it", "no"):
        for day in ("2024-01-01", "2024-01-02"):
            lake.put(f"sales/country={country}/day={day}/a.csv", "1\n")
            lake.put(f"sales/country={country}/day={day}/b.csv", "22\n")
    lake.csv_table("sales", "n int", {}, "PARTITIONED BY (country string, day date)")
    return lake


def test_repair_finds_the_folders(sales: Lake) -> None:
    assert sales.rows("SELECT count(*) FROM sales") == [["0"]]
    lines = [row[0] or "" for row in sales.rows("MSCK REPAIR TABLE sales")]
    assert lines[0].startswith("Partitions not in metastore:\tsales:country=it/day=2024-01-01")
    assert "Repair: Added partition to metastore sales:country=no/day=2024-01-02" in lines
    assert sales.rows("MSCK REPAIR TABLE sales") == []
    assert sales.rows("SHOW PARTITIONS sales") == [
        [f"country={c}/day={d}"] for c in ("it", "no") for d in ("2024-01-01", "2024-01-02")
    ]
    assert sales.rows("SELECT sum(n) FROM sales") == [["92"]]
    for spelled in ("a%3Ab", "a:b"):
        sales.put(f"sales/country={spelled}/day=2024-01-01/a.csv", f"{len(spelled)}\n")
    sales.do("MSCK REPAIR TABLE sales")
    assert sales.rows("SELECT country, n FROM sales WHERE country LIKE 'a%'") == [["a:b", "5"]]


PRUNED = {
    "all": ("true", 20),
    "equal": ("country = 'it'", 10),
    "two keys": ("country = 'it' AND day = DATE '2024-01-02'", 5),
    "range": ("day > DATE '2024-01-01'", 10),
    "in": ("country IN ('no', 'se')", 10),
    "function": ("upper(country) = 'IT' AND month(day) = 1", 10),
    "none": ("country = 'xx'", 0),
    "or": ("country = 'it' OR n = 1", 20),
    "with data": ("country = 'it' AND n = 1", 10),
}


@pytest.mark.parametrize(("condition", "scanned"), PRUNED.values(), ids=PRUNED)
def test_partitions_are_pruned(sales: Lake, condition: str, scanned: int) -> None:
    sales.do("MSCK REPAIR TABLE sales")
    done = sales.do(f"SELECT count(n) FROM sales WHERE {condition}")
    assert done["Statistics"]["DataScannedInBytes"] == scanned


def test_alter_partitions(sales: Lake) -> None:
    where = f"s3://{sales.bucket}/sales/country=no/day=2024-01-02/"
    add = f"PARTITION (country='no', day='2024-02-02') LOCATION '{where}'"
    sales.do(f"ALTER TABLE sales ADD {add} PARTITION (country='it', day='2024-01-01')")
    assert sales.rows("SELECT country, day, sum(n) FROM sales GROUP BY 1, 2 ORDER BY 1") == [
        ["it", "2024-01-01", "23"],
        ["no", "2024-02-02", "23"],
    ]
    assert "AlreadyExistsException" in sales.fail(f"ALTER TABLE sales ADD {add}")
    sales.do(f"ALTER TABLE sales ADD IF NOT EXISTS {add}")
    renamed = "PARTITION (country='se', day='2024-02-02')"
    sales.do(f"ALTER TABLE sales PARTITION (country='no', day='2024-02-02') RENAME TO {renamed}")
    assert ["country=se/day=2024-02-02"] in sales.rows("SHOW PARTITIONS sales")
    taken = "PARTITION (country='it', day='2024-01-01')"
    reason = sales.fail(f"ALTER TABLE sales {renamed} RENAME TO {taken}")
    assert reason.endswith("Partition already exists:" + sales.database + ".sales.[it, 2024-01-01]")
    assert ["country=se/day=2024-02-02"] in sales.rows("SHOW PARTITIONS sales")
    sales.do(f"ALTER TABLE sales {renamed} SET LOCATION 's3://{sales.bucket}/nothing/'")
    assert sales.rows("SELECT count(*) FROM sales WHERE country = 'se'") == [["0"]]
    sales.do(f"ALTER TABLE sales DROP {renamed}, PARTITION (country='it', day='2024-01-01')")
    assert sales.rows("SHOW PARTITIONS sales") == []
    assert "Partition not found" in sales.fail(f"ALTER TABLE sales DROP {renamed}")
    sales.do(f"ALTER TABLE sales DROP IF EXISTS {renamed}")
    assert "partition columns" in sales.fail("ALTER TABLE sales ADD PARTITION (country='x')")


def test_repair_of_what_has_no_files(sales: Lake) -> None:
    """Source: `repair`'s."""
    assert sales.rows("MSCK REPAIR TABLE nosuch") == [["Tables not in metastore:\tnosuch"]]
    where = f"LOCATION 's3://{sales.bucket}/nothing/'"
    sales.do(f"CREATE EXTERNAL TABLE bare (n int) PARTITIONED BY (p int) {where}")
    missing = [["Tables missing on filesystem:\tbare"]]
    assert sales.rows("MSCK REPAIR TABLE bare") == missing
    sales.do("CREATE VIEW seen AS SELECT 1 AS a")
    assert sales.fail("MSCK REPAIR TABLE seen").endswith(" create a Path from an empty string")
    sales.do(
        f"CREATE TABLE ice (n int) LOCATION 's3://{sales.bucket}/ice/' "
        "TBLPROPERTIES ('table_type' = 'ICEBERG')"
    )
    told = "Query type not supported by Athena Iceberg at this time"
    assert sales.fail("MSCK REPAIR TABLE ice") == told


def test_describe(sales: Lake) -> None:
    lines = [row[0] for row in sales.rows("DESCRIBE sales")]
    assert lines[0] == "n                   \tint                 \t                    "
    at = lines.index("# Partition Information\t \t ")
    assert lines[at : at + 3] == [
        "# Partition Information\t \t ",
        "# col_name            \tdata_type           \tcomment             ",
        "\t \t ",
    ]
    assert lines[-1] == "day                 \tdate                \t                    "
    detailed = [row[0] or "" for row in sales.rows("DESCRIBE FORMATTED sales")]
    assert any(line.startswith("Location:") for line in detailed)
    assert [row[0] for row in sales.rows("DESCRIBE sales day")] == [lines[-1]]
    assert [row[0] for row in sales.rows("DESCRIBE FORMATTED sales day")] == [lines[-1]]


EVOLVED = {
    "field added": (
        "struct<a:int,b:string>",
        "ROW(1, 'x')",
        "struct<a:bigint,b:string,c:double>",
        "{a=1, b=x, c=null}",
    ),
    "field dropped": ("struct<a:int,b:string>", "ROW(1, 'x')", "struct<a:int>", "{a=1}"),
    "within": (
        "array<map<string,struct<a:int>>>",
        "ARRAY[MAP(ARRAY['k'], ARRAY[ROW(1)])]",
        "array<map<string,struct<a:string,b:date>>>",
        "[{k={a=1, b=null}}]",
    ),
    "text to integer": ("string", "'+12'", "bigint", "12"),
    "text that is none": ("string", "'1.5'", "int", None),
    "integer to text": ("int", "7", "string", "7"),
    "decimal": ("decimal(10,2)", "DECIMAL '1.25'", "decimal(12,1)", "1.3"),
    "shorter text": ("varchar(5)", "'abcde'", "varchar(2)", "ab"),
    "shorter char": ("char(5)", "'abc'", "char(2)", "ab"),
    "float": ("float", "REAL '1.5'", "double", "1.5"),
}
CLASHES = [
    ("struct<a:int,b:int>", "struct<b:int,a:int>"),
    ("bigint", "int"),
    ("date", "string"),
    ("array<int>", "int"),
]


def evolve(lake: Lake, name: str, **columns: str) -> None:
    """Give a table other columns; its partitions keep theirs."""
    found = get_table(lake, name)
    kept = ("Name", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")
    table = {key: found[key] for key in kept}
    declared = [{"Name": name, "Type": kind} for name, kind in columns.items()]
    table["StorageDescriptor"]["Columns"] = declared
    lake.glue.update_table(DatabaseName=lake.database, TableInput=table)


@pytest.mark.parametrize("kept", ["PARQUET", "TEXTFILE"])
@pytest.mark.parametrize("case", EVOLVED)
def test_partitions_of_older_types(lake: Lake, kept: str, case: str) -> None:
    old, value, new, shown = EVOLVED[case]
    lake.do(
        f"CREATE EXTERNAL TABLE t (v {old}) PARTITIONED BY (p int) STORED AS {kept} "
        f"LOCATION 's3://{lake.bucket}/t/'"
    )
    lake.do(f"INSERT INTO t VALUES ({value}, 1)")
    evolve(lake, "t", v=new)
    assert lake.rows("SELECT v, p FROM t") == [[shown, "1"]]


@pytest.mark.parametrize(("old", "new"), CLASHES)
def test_partitions_of_other_types_are_refused(lake: Lake, old: str, new: str) -> None:
    lake.do(
        f"CREATE EXTERNAL TABLE t (v {old}) PARTITIONED BY (p int) LOCATION 's3://{lake.bucket}/t/'"
    )
    lake.do(f"ALTER TABLE t ADD PARTITION (p = 1) LOCATION 's3://{lake.bucket}/t/p=1/'")
    evolve(lake, "t", v=new)
    assert lake.fail("SELECT v FROM t").startswith("HIVE_PARTITION_SCHEMA_MISMATCH")


SERDES = {
    "csv": "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','",
    "json": "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'",
    "orc": "STORED AS ORC",
    "parquet by place": "STORED AS PARQUET TBLPROPERTIES ('parquet.column.index.access'='true')",
    "parquet": "STORED AS PARQUET",
}
BETWEEN = {"a": "int", "x": "double", "v": "string"}
TURNED = {"v": "string", "a": "int"}
#: Columns of a table after those of its partition, and what v of (1, 'x') is to them.
MOVED: list[tuple[str, dict[str, str], str]] = [
    ("csv", BETWEEN, "declared column 'v' as type 'string'"),
    ("csv", {"a": "int", "v": "varchar(9)"}, "x"),
    ("csv", TURNED, "1"),
    ("json", BETWEEN, "x"),
    ("orc", BETWEEN, "column 'x' in table"),
    ("orc", TURNED, "1"),
    ("parquet by place", BETWEEN, "column 'x' in table"),
    ("parquet", BETWEEN, "x"),
]


@pytest.mark.parametrize(("kept", "columns", "told"), MOVED)
def test_partitions_whose_columns_lie_elsewhere(
    lake: Lake, kept: str, columns: dict[str, str], told: str
) -> None:
    how, _, properties = SERDES[kept].partition(" TBLPROPERTIES ")
    place = f"LOCATION 's3://{lake.bucket}/t/'"
    more = f" TBLPROPERTIES {properties}" if properties else ""
    lake.do(f"CREATE EXTERNAL TABLE t (a int, v string) PARTITIONED BY (p int) {how} {place}{more}")
    if how.startswith("STORED"):
        lake.do("INSERT INTO t VALUES (1, 'x', 1)")
    else:
        lake.put("t/p=1/f", '{"a": 1, "v": "x"}' if kept == "json" else "1,x")
        lake.do("ALTER TABLE t ADD PARTITION (p = 1)")
    evolve(lake, "t", **columns)
    if len(told) == 1:
        assert lake.rows("SELECT v FROM t") == [[told]]
        return
    for statement in ("SELECT v FROM t", "INSERT INTO t VALUES (1, 2, 'y', 1)"):
        reason = lake.fail(statement)
        assert reason.startswith("HIVE_PARTITION_SCHEMA_MISMATCH")
        assert told in reason


def test_describe_a_partition(sales: Lake) -> None:
    part, place = "PARTITION (country='fi', day='2024-03-03')", f"s3://{sales.bucket}/elsewhere"
    sales.do(f"ALTER TABLE sales ADD {part} LOCATION '{place}'")
    sales.do("ALTER TABLE sales ADD COLUMNS (later string)")
    lines = [row[0] or "" for row in sales.rows(f"DESCRIBE FORMATTED sales {part}")]
    assert not any(line.startswith("later ") for line in lines)
    assert "Partition Value:    \t[fi, 2024-03-03]    \t " in lines
    assert [line.split()[1] for line in lines if line.startswith("Location:")] == [place]
    absent = part.replace("fi", "no")
    reason = sales.fail(f"DESCRIBE sales {absent}")
    assert reason.endswith("Partition not found {country=no, day=2024-03-03}")


PROJECTIONS = {
    "enum": ("k string", "'projection.k.type'='enum','projection.k.values'='a,b'", ["k=a", "k=b"]),
    "integer": (
        "k int",
        "'projection.k.type'='integer','projection.k.range'='8,12','projection.k.interval'='2','projection.k.digits'='2'",
        ["k=08", "k=10", "k=12"],
    ),
    "date": (
        "k string",
        "'projection.k.type'='date','projection.k.format'='yyyy/MM/dd','projection.k.range'='2024/02/28,2024/03/01'",
        ["k=2024/02/28", "k=2024/02/29", "k=2024/03/01"],
    ),
    "months": (
        "k string",
        "'projection.k.type'='date','projection.k.format'='yyyy-MM','projection.k.range'='2023-11,2024-01'",
        ["k=2023-11", "k=2023-12", "k=2024-01"],
    ),
    "escaped": (
        "k string",
        "'projection.k.type'='enum','projection.k.values'='a:b,c:d,e f'",
        ["k=a:b", "k=c%3Ad", "k=e f"],
    ),
}


@pytest.mark.parametrize(("key", "settings", "folders"), PROJECTIONS.values(), ids=PROJECTIONS)
def test_projection(lake: Lake, key: str, settings: str, folders: list[str]) -> None:
    files = {f"{folder}/a.csv": "1\n" for folder in folders} | {"k=other/a.csv": "1\n"}
    lake.csv_table("t", "n int", files, f"PARTITIONED BY ({key})")
    lake.do(f"ALTER TABLE t SET TBLPROPERTIES ('projection.enabled'='true',{settings})")
    done = lake.do("SELECT k, n FROM t ORDER BY k")
    rows = lake.results(done["QueryExecutionId"])["ResultSet"]["Rows"][1:]
    values = [row["Data"][0]["VarCharValue"] for row in rows]
    assert values == [unquote(f.removeprefix("k=").lstrip("0")) for f in folders]
    first = "'" + values[0] + "'" if "string" in key else values[0]
    pruned = lake.do(f"SELECT n FROM t WHERE k = {first}")
    assert pruned["Statistics"]["DataScannedInBytes"] == 2


DAYS = {"type": "date", "format": "yyyy-MM-dd"}
VERY_MANY = {"type": "integer", "range": "0,9223372036854775807"}
TWICE = {"type": "enum", "values": "2024-01-01,2024-01-01"}
HALF_DAYS = {"range": "2024-01-01,2024-01-02", "interval": "12", "interval.unit": "HOURS"}
MONTHS = {"interval": "1", "interval.unit": "MONTHS"}
#: Settings of a key, a condition on it, and what is counted of three files.
PROJECTED: list[tuple[dict[str, str], str, str]] = [
    (TWICE, "k IS NOT NULL", "1"),
    (DAYS | HALF_DAYS, "k IS NOT NULL", "1"),
    (DAYS | {"range": "NOW-60MINUTES,NOW"}, "k IS NOT NULL", "1"),
    (DAYS | MONTHS | {"range": "2023-11-01,2024-02-01"}, "k IS NOT NULL", "1"),
    (DAYS | MONTHS | {"range": "2023-08-31,2024-02-01"}, "k < '3'", "INVALID_TABLE_PROPERTY"),
    (VERY_MANY, "k IN ('7', '2024')", "1"),
    (VERY_MANY, "k < '7'", "HIVE_EXCEEDED_PARTITION_LIMIT"),
]


@pytest.mark.parametrize(("settings", "condition", "told"), PROJECTED)
def test_projected_values(lake: Lake, settings: dict[str, str], condition: str, told: str) -> None:
    folders = ["2024-01-01", "2024", str(datetime.now(UTC).date())]
    files = {f"k={folder}/a.csv": "5\n" for folder in folders}
    lake.csv_table("t", "n int", files, "PARTITIONED BY (k string)")
    said = ", ".join(f"'projection.k.{name}'='{value}'" for name, value in settings.items())
    lake.do(f"ALTER TABLE t SET TBLPROPERTIES ('projection.enabled'='true', {said})")
    statement = f"SELECT count(*) FROM t WHERE {condition}"
    if told.isdecimal():
        assert lake.rows(statement) == [[told]]
    else:
        assert lake.fail(statement).startswith(told)


def test_projection_by_a_template_up_to_now(lake: Lake) -> None:
    lake.csv_table("t", "n int", {"2024/01/02/a.csv": "5\n"}, "PARTITIONED BY (day string)")
    lake.do(
        "ALTER TABLE t SET TBLPROPERTIES ('projection.enabled'='true', "
        "'projection.day.type'='date', "
        "'projection.day.range'='2024/01/01,NOW', 'projection.day.format'='yyyy/MM/dd', "
        f"'storage.location.template'='s3://{lake.bucket}/t/${{day}}')"
    )
    assert lake.rows("SELECT day, n FROM t") == [["2024/01/02", "5"]]


def test_rows_of_projected_keys_are_found_again(lake: Lake) -> None:
    lake.csv_table("t", "n int", {}, "PARTITIONED BY (k string)")
    settings = "'projection.enabled'='true', 'projection.k.type'='injected'"
    for more in ("", f", 'storage.location.template'='s3://{lake.bucket}/t/k=${{k}}'"):
        lake.do(f"ALTER TABLE t SET TBLPROPERTIES ({settings}{more})")
        lake.do("INSERT INTO t VALUES (1, '10:30')")
    assert lake.rows("SELECT count(*) FROM t WHERE k = '10:30'") == [["2"]]


def test_injected_keys_need_a_value(lake: Lake) -> None:
    lake.csv_table("t", "n int", {"u=x1/a.csv": "5\n"}, "PARTITIONED BY (u string)")
    settings = "'projection.enabled'='true', 'projection.u.type'='injected'"
    lake.do(f"ALTER TABLE t SET TBLPROPERTIES ({settings})")
    assert lake.rows("SELECT n FROM t WHERE u = 'x1'") == [["5"]]
    lake.put("t/u=sub/a.csv", "6\n")
    twice = "u IN ('x1', 'x1') OR 'sub' = u OR u = CAST('x1' AS varchar(9))"
    assert lake.rows(f"SELECT n FROM t WHERE {twice} ORDER BY 1") == [["5"], ["6"]]
    for other in ("", "WHERE substr(u, 1, 3) = 'sub'", "WHERE u = 'x1' OR n = 5"):
        assert lake.fail(f"SELECT n FROM t {other}").startswith("CONSTRAINT_VIOLATION")


def test_names_of_keys_are_their_own(lake: Lake) -> None:
    files = {f"v=1/n={n}/a.csv": "5\n" for n in (3, 4)}
    lake.csv_table("t", "file_index int", files, "PARTITIONED BY (v int, n int)")
    settings = "'projection.v.type'='integer', 'projection.v.range'='0,2'"
    settings += ", 'projection.n.type'='integer', 'projection.n.range'='3,4'"
    lake.do(f"ALTER TABLE t SET TBLPROPERTIES ('projection.enabled'='true', {settings})")
    assert lake.rows("SELECT * FROM t WHERE n = 4 AND v = 1") == [["5", "1", "4"]]
    assert lake.fail("SELECT * FROM t WHERE v = 1").startswith("NOT_SUPPORTED")


def test_names_of_fields_have_spaces(lake: Lake) -> None:
    lake.put("t/a.json", '{"n": {"last name": "x", "a": 1}}\n')
    declare(lake, "t", ("n", "struct<last name:string,a:int>"))
    assert lake.rows('SELECT n."last name", n.a, n FROM t') == [["x", "1", "{last name=x, a=1}"]]


def test_a_column_that_is_declared_twice_is_refused(lake: Lake) -> None:
    declare(lake, "t", ("a", "int"), ("A", "int"))
    declare(lake, "u", ("a", "int"), keys=[{"Name": "a", "Type": "int"}])
    for name in ("t", "u"):
        said = lake.fail(f"SELECT a FROM {name}")
        assert said.startswith("HIVE_INVALID_METADATA")
        assert f"table {name} is invalid" in said


def declare(
    lake: Lake, name: str, *columns: tuple[str, str], keys: Sequence[dict[str, str]] = ()
) -> None:
    """A table of JSON as the catalog alone can have it."""
    storage = {
        "Columns": [{"Name": each, "Type": kind} for each, kind in columns],
        "Location": f"s3://{lake.bucket}/{name}/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
    }
    told = {"Name": name, "StorageDescriptor": storage, "PartitionKeys": keys}
    lake.glue.create_table(DatabaseName=lake.database, TableInput=told)


def test_columnar_files_are_read_by_column(lake: Lake) -> None:
    table = pa.table({"a": list(range(10_000)), "b": [str(n) * 20 for n in range(10_000)]})
    lake.parquet_table("t", "a bigint, b string", table)
    one = lake.do("SELECT sum(a) FROM t")["Statistics"]["DataScannedInBytes"]
    both = lake.do("SELECT sum(a), max(b) FROM t")["Statistics"]["DataScannedInBytes"]
    assert 0 < one < both / 3


def test_texts_of_moments_are_read_alike_again_and_again(lake: Lake) -> None:
    """What is known of a file by its third query is of that file alone."""
    times = ["2024-03-01T05:06:07.890Z", None, "2024-03-02T23:59:59.999Z"]
    lake.parquet_table("t", "at string", pa.table({"at": pa.array(times, "string")}))
    sql = """SELECT day_of_week(from_iso8601_timestamp(at)), from_iso8601_timestamp(at), max(at),
            'trino_iso_timestamp(scan_0."at")' FROM t GROUP BY at ORDER BY at"""
    first = lake.rows(sql)
    assert [row[0] for row in first] == ["5", "6", None]
    assert first[0][1] == "2024-03-01 05:06:07.890 UTC"
    assert lake.rows(sql) == lake.rows(sql) == first
    lake.parquet_table("o", "at string", pa.table({"at": ["2024-03-03T00:30:00+01:00"]}))
    lake.put("t/b.parquet", lake.get(f"s3://{lake.bucket}/o/a.parquet"))
    for _ in range(3):
        assert lake.rows(sql)[2][:2] == ["7", "2024-03-03 00:30:00.000 +01:00"]


def test_hidden_and_empty_objects_are_no_rows(people: Lake) -> None:
    people.put("people/_SUCCESS", "x")
    people.put("people/.hidden", "x")
    people.put("people/_tmp/a.csv", "7,x\n")
    people.put("people/folder/", "")
    people.put("people/deeper/c.csv", "4,dan\n")
    assert people.rows("SELECT count(*) FROM people") == [["4"]]


def test_objects_in_glacier_are_skipped(people: Lake) -> None:
    for name, kept in (("gone", "DEEP_ARCHIVE"), ("back", "GLACIER"), ("near", "GLACIER_IR")):
        key = f"people/{name}.csv"
        people.s3.put_object(Bucket=people.bucket, Key=key, Body=f"9,{name}\n", StorageClass=kept)
    key, days = "people/back.csv", {"Days": 1}
    people.s3.restore_object(Bucket=people.bucket, Key=key, RestoreRequest=days)
    asked = "SELECT name FROM people WHERE id = 9 ORDER BY 1"
    assert people.rows(asked) == [["near"]]
    told = "'read_restored_glacier_objects' = 'true'"
    people.do(f"ALTER TABLE people SET TBLPROPERTIES ({told})")
    assert people.rows(asked) == [["back"], ["near"]]


def test_the_path_is_a_hidden_column(people: Lake) -> None:
    rows = people.rows('SELECT DISTINCT "$path" FROM people WHERE id < 3')
    assert rows == [[f"s3://{people.bucket}/people/a.csv"]]


def test_views(people: Lake) -> None:
    people.do("CREATE VIEW v AS SELECT id AS n, upper(name) AS shout FROM people")
    stored = get_table(people, "v")
    text = stored["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    content = json.loads(base64.b64decode(text))
    assert stored["TableType"] == "VIRTUAL_VIEW"
    assert content["originalSql"] == "SELECT id AS n, upper(name) AS shout FROM people"
    assert content["columns"][0] == {"name": "n", "type": "integer"}
    assert people.rows("SELECT shout FROM v WHERE n = 1") == [["ANN"]]
    assert "already exists" in people.fail("CREATE VIEW v AS SELECT 1 AS a")
    people.do("CREATE OR REPLACE VIEW v AS SELECT 5 AS five")
    assert people.rows("SELECT * FROM v") == [["5"]]
    assert people.rows("SHOW VIEWS") == [["v"]]
    assert people.rows("SHOW CREATE VIEW v")[-1] == ["SELECT 5 AS five"]
    assert people.rows("SHOW TABLES 'p*|v'") == [["people"], ["v"]]
    assert "Column name not specified" in people.fail("CREATE VIEW w AS SELECT 1")
    assert "Cannot drop" in people.fail("DROP TABLE v")
    people.do("DROP VIEW v")
    assert people.rows("SHOW VIEWS") == []


def test_a_view_sees_its_own_database(people: Lake, fresh: Any) -> None:
    other = fresh("other", "_")
    people.do(f"CREATE DATABASE {other}")
    people.do("CREATE VIEW v AS SELECT count(*) AS n FROM people")
    asked = f"SELECT n FROM {people.database}.v"
    assert people.rows(asked, QueryExecutionContext={"Database": other}) == [["3"]]
