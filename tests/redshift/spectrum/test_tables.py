"""External tables made, altered, filled and dropped, seen by Redshift and by Glue."""

import json

import pytest

from tests.conftest import everything, wait_for
from tests.redshift.spectrum.conftest import BUCKET, DATABASE


@pytest.fixture
def table(fresh):
    """A name, which is its folder's too."""
    return fresh("ext", "_")


def place(table: str) -> str:
    return f"LOCATION 's3://{BUCKET}/made/{table}/'"


@pytest.mark.parametrize(
    ("format", "serde"),
    [
        ("STORED AS PARQUET", "ParquetHiveSerDe"),
        ("STORED AS ORC", "OrcSerde"),
        ("ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' STORED AS TEXTFILE", "LazySimpleSerDe"),
        ("ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' STORED AS TEXTFILE", "JsonSerDe"),
    ],
)
def test_a_table_is_in_the_catalog(lake, aws, table, format, serde):
    columns = "id int, who varchar(20), c struct<a:int,b:array<string>>, price decimal(8,2)"
    lake.done(
        f"CREATE EXTERNAL TABLE raw.{table} ({columns}) PARTITIONED BY (d date) {format} "
        f"{place(table)} TABLE PROPERTIES ('numRows'='7')"
    )
    found = aws("glue").get_table(DatabaseName=DATABASE, Name=table)["Table"]
    kinds = {c["Name"]: c["Type"] for c in found["StorageDescriptor"]["Columns"]}
    assert kinds == {
        "id": "int", "who": "varchar(20)", "c": "struct<a:int,b:array<string>>",
        "price": "decimal(8,2)",
    }  # fmt: skip
    assert found["PartitionKeys"][0]["Type"] == "date"
    assert found["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith(serde)
    assert found["Parameters"]["numRows"] == "7"
    assert lake.rows(f"SELECT id FROM raw.{table}") == []


FINE = "2024-01-01 10:00:00.123456"


def test_moments_of_keys_and_texts_are_told_to_the_microsecond(lake, aws, table):
    """https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_TABLE.html#timestamp"""
    root = f"s3://{BUCKET}/made/{table}"
    lake.done(
        f"CREATE EXTERNAL TABLE raw.{table} (id int, said timestamp) PARTITIONED BY (at timestamp) "
        f"ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' STORED AS TEXTFILE LOCATION '{root}/'"
    )
    for number, moment in enumerate([FINE, FINE[:-3]]):
        lake.done(f"ALTER TABLE raw.{table} ADD PARTITION (at='{moment}') "
                  f"LOCATION '{root}/{number}/'")  # fmt: skip
        key = f"made/{table}/{number}/a.csv"
        aws("s3").put_object(Bucket=BUCKET, Key=key, Body=f"{number},{moment}\n")
    lake.done(f"INSERT INTO raw.{table} SELECT 2, '{FINE}'::timestamp, '{FINE[:-1]}5'::timestamp")
    told = f"SELECT id, said, at FROM raw.{table}"
    assert lake.rows(f"{told} ORDER BY at DESC") == [
        [0, FINE, FINE],
        [2, FINE, f"{FINE[:-1]}5"],
        [1, FINE[:-3], FINE[:-3]],
    ]
    assert lake.rows(f"{told} WHERE at = '{FINE}' AND said = at") == [[0, FINE, FINE]]


def test_moments_of_json_are_told_to_the_microsecond(lake, aws, table):
    serde = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' STORED AS TEXTFILE"
    lake.done(f"CREATE EXTERNAL TABLE raw.{table} (at timestamp) {serde} {place(table)}")
    aws("s3").put_object(Bucket=BUCKET, Key=f"made/{table}/a", Body=f'{{"at": "{FINE}"}}')
    assert lake.rows(f"SELECT at FROM raw.{table}") == [[FINE]]


def test_an_iceberg_table_is_read(lake, aws, table):
    athena = aws("athena")
    query = athena.start_query_execution(
        QueryString=f"CREATE TABLE {DATABASE}.{table} (a int, b string) {place(table)} "
        "TBLPROPERTIES ('table_type' = 'ICEBERG')",
        ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/out/"},
    )["QueryExecutionId"]

    def state() -> str:
        told = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
        return told["Status"]["State"]

    wait_for(lambda: state() == "SUCCEEDED")
    assert lake.rows(f"SELECT b, a FROM raw.{table}") == []
    told = lake.refusal(f"ALTER TABLE raw.{table} SET LOCATION 's3://{BUCKET}/made/'")
    assert "syntax error" in told


def test_a_location_may_be_a_manifest(lake, aws, table):
    s3, root = aws("s3"), f"s3://{BUCKET}/made/{table}"
    for key in ("a", "b", "c"):
        s3.put_object(Bucket=BUCKET, Key=f"made/{table}/{key}", Body=f"{ord(key)}|{key}\n")

    def listing(name: str, *entries: dict[str, object]) -> str:
        body = json.dumps({"entries": entries}) if entries else "1|x\n"
        s3.put_object(Bucket=BUCKET, Key=f"made/{table}.{name}", Body=body)
        return f"LOCATION '{root}.{name}'"

    meta = {"meta": {"content_length": 5}}
    two = listing(
        "two", {"url": f"{root}/a"} | meta, {"url": f"{root}/b", "mandatory": True} | meta
    )
    gone = {"url": f"{root}/gone"} | meta
    lake.done(
        f"CREATE EXTERNAL TABLE raw.{table} (n int, t varchar(9)) ROW FORMAT DELIMITED "
        f"FIELDS TERMINATED BY '|' STORED AS TEXTFILE {two}"
    )
    rows = f"SELECT n, t FROM raw.{table} ORDER BY n"
    assert lake.rows(rows) == [[97, "a"], [98, "b"]]
    assert "which is no folder" in lake.refusal(f"INSERT INTO raw.{table} SELECT 1, 'x'")
    listing("two", gone, {"url": f"{root}/c"} | meta)
    assert lake.rows(rows) == [[99, "c"]]
    listing("two", gone | {"mandatory": True})
    assert f"The mandatory file {root}/gone of the manifest" in lake.refusal(rows)
    listing("two")
    assert "neither a folder nor a manifest" in lake.refusal(rows)


def test_drivers_list_the_columns_and_keys_of_external_tables(lake, table):
    lake.done(f"CREATE EXTERNAL TABLE raw.{table} (id int, who varchar(20)) "
              f"STORED AS PARQUET {place(table)}")  # fmt: skip
    name = f"{lake.database}.raw.{table}"
    columns = lake.rows(f"SHOW COLUMNS FROM TABLE {name}")
    assert [row[3] for row in columns] == ["id", "who"]
    for keys in ("PRIMARY", "FOREIGN"):
        assert lake.rows(f"SHOW CONSTRAINTS {keys} KEYS FROM TABLE {name}") == []


@pytest.mark.parametrize(
    "format",
    [
        "STORED AS PARQUET",
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' STORED AS TEXTFILE",
        (
            r"ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES "
            r"('escapeChar'='\\', 'quoteChar'='''') STORED AS TEXTFILE"
        ),
    ],
)
def test_what_is_shown_of_a_table_makes_it_again(lake, aws, table, format):
    """Its names are in quotes where they must be."""
    lake.done(
        f'CREATE EXTERNAL TABLE raw.{table} (id int, c float8, "order" varchar(20)) '
        f"PARTITIONED BY (\"end\" date) {format} {place(table)} TABLE PROPERTIES ('numRows'='7')",
        f"ALTER TABLE raw.{table} ADD PARTITION (\"end\"='2024-01-02')",
    )
    glue = aws("glue")
    members = ("StorageDescriptor", "PartitionKeys", "Parameters")

    def kept():
        found = glue.get_table(DatabaseName=DATABASE, Name=table)["Table"]
        del found["Parameters"]["transient_lastDdlTime"]  # a second may have passed
        parts = glue.get_partitions(DatabaseName=DATABASE, TableName=table)["Partitions"]
        return [found[each] for each in members], [
            (each["Values"], each["StorageDescriptor"]["Location"]) for each in parts
        ]

    before = kept()
    [[shown]] = lake.rows(f"SHOW EXTERNAL TABLE raw.{table} PARTITION")
    lake.done(f"DROP TABLE raw.{table}", *filter(str.strip, shown.split(";")))
    assert kept() == before
    assert shown.startswith(f'CREATE EXTERNAL TABLE "raw".{table} (\n    id int,\n    c float8,\n')


@pytest.mark.parametrize(
    "format",
    ["STORED AS PARQUET", "ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' STORED AS TEXTFILE"],
)
def test_inserted_rows_are_in_their_partitions(lake, aws, table, format):
    lake.done(
        f"CREATE EXTERNAL TABLE raw.{table} (id int, name varchar(10), price decimal(6,2)) "
        f"PARTITIONED BY (d date) {format} {place(table)}",
        f"INSERT INTO raw.{table} SELECT 1, 'a', 2.5, '2024-01-01'::date "
        "UNION ALL SELECT 2, NULL, 3.25, '2024-01-02'::date",
        f"INSERT INTO raw.{table} SELECT id, name, 1, '2024-01-02'::date FROM names WHERE id = 9",
    )
    assert lake.rows(f"SELECT * FROM raw.{table} ORDER BY id") == [
        [1, "a", "2.50", "2024-01-01"],
        [2, None, "3.25", "2024-01-02"],
        [9, "nine", "1.00", "2024-01-02"],
    ]
    found = aws("glue").get_partitions(DatabaseName=DATABASE, TableName=table)["Partitions"]
    assert sorted(p["Values"] for p in found) == [["2024-01-01"], ["2024-01-02"]]
    keys = [
        each["Key"]
        for each in aws("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"made/{table}/")["Contents"]
    ]
    assert [key.split("/")[2] for key in keys] == ["d=2024-01-01", "d=2024-01-02", "d=2024-01-02"]


def test_inserted_rows_go_to_where_their_partition_is(lake, table):
    far = f"s3://{BUCKET}/made/{table}_far"
    insert = f"INSERT INTO raw.{table} SELECT 1, 'x' UNION ALL SELECT 2, 'y'"
    lake.done(
        f"CREATE EXTERNAL TABLE raw.{table} (id int) PARTITIONED BY (p varchar(99)) "
        f"STORED AS PARQUET {place(table)}",
        f"ALTER TABLE raw.{table} ADD PARTITION (p='x') LOCATION '{far}/'",
        insert,
        f"ALTER TABLE raw.{table} PARTITION (p='y') SET LOCATION '{far}/'",
        insert,
    )
    found = f'SELECT id, "$path" FROM raw.{table} WHERE p = '
    assert [path.startswith(f"{far}/") for _, path in lake.rows(f"{found}'x'")] == [True] * 3
    assert lake.rows(f"SELECT count(*) FROM raw.{table}") == [[6]]  # of both partitions alike
    nulls = "SELECT 7, NULL UNION SELECT 8, '' UNION SELECT 9, '__HIVE_DEFAULT_PARTITION__'"
    lake.done(f"INSERT INTO raw.{table} {nulls}")
    assert lake.rows(f"SELECT id, p FROM raw.{table} WHERE id > 6 ORDER BY id") == [
        [7, None], [8, None], [9, None]
    ]  # fmt: skip
    projected = "TABLE PROPERTIES ('projection.enabled'='true', 'projection.p.type'='enum', "
    projected += f"'projection.p.values'='x', 'storage.location.template'='{far}/${{p}}/')"
    refused = lake.refusal(
        f"CREATE EXTERNAL TABLE raw.{table}_2 PARTITIONED BY (p) STORED AS PARQUET "
        f"LOCATION '{far}/2/' {projected} AS SELECT 1 AS id, 'x'::varchar(9) AS p"
    )
    assert "whose projection does not read" in refused


def test_partitions_are_those_of_the_catalog(lake, aws, table):
    """https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html: Athena's alone."""
    projected = "('projection.enabled'='true', 'projection.p.type'='enum', "
    lake.done(
        f"CREATE EXTERNAL TABLE raw.{table} (id int) PARTITIONED BY (p varchar(9)) "
        f"STORED AS TEXTFILE {place(table)} TABLE PROPERTIES {projected}"
        "'projection.p.values'='x')"
    )
    for value in ("x", "y"):
        aws("s3").put_object(Bucket=BUCKET, Key=f"made/{table}/p={value}/a", Body=b"1")
    rows = f"SELECT id, p FROM raw.{table}"
    assert lake.rows(rows) == []
    folder = f"LOCATION 's3://{BUCKET}/made/{table}/p=y/'"
    lake.done(f"ALTER TABLE raw.{table} ADD PARTITION (p='y') {folder}")
    assert lake.rows(rows) == [[1, "y"]]


def test_a_table_from_a_query(lake, table):
    lake.done(
        f"CREATE EXTERNAL TABLE raw.{table} PARTITIONED BY (name) STORED AS PARQUET "
        f"{place(table)} AS SELECT id, name, amount FROM raw.sales WHERE month = '2008-01'"
    )
    expected = [[1, "1.50", "a"], [2, "2.50", "b"], [3, "3.50", "c"]]
    assert lake.rows(f"SELECT * FROM raw.{table} ORDER BY 1") == expected
    again = f"CREATE EXTERNAL TABLE raw.{table}_2 STORED AS PARQUET {place(table)} AS SELECT 1 AS a"
    assert "is not empty" in lake.refusal(again)


def test_altered(lake, aws, table):
    lake.done(
        f"CREATE EXTERNAL TABLE raw.{table} (id int, amount decimal(8,2), name varchar(9)) "
        f"PARTITIONED BY (month varchar(7)) STORED AS PARQUET {place(table)}"
    )
    source = f"s3://{BUCKET}/sales/month=2008-0"

    def months() -> list[list[object]]:
        return lake.rows(f"SELECT month, count(*) FROM raw.{table} GROUP BY 1 ORDER BY 1")

    lake.done(
        f"ALTER TABLE raw.{table} ADD IF NOT EXISTS "
        f"PARTITION (month='2008-01') LOCATION '{source}1/' "
        f"PARTITION (month='2008-02') LOCATION '{source}2/'",
        f"ALTER TABLE raw.{table} ADD IF NOT EXISTS PARTITION (month='2008-01') LOCATION 's3://x/'",
    )
    assert months() == [["2008-01", 3], ["2008-02", 3]]
    lake.done(f"ALTER TABLE raw.{table} DROP PARTITION (month='2008-01')")
    assert months() == [["2008-02", 3]]
    lake.done(
        f"ALTER TABLE raw.{table} PARTITION (month='2008-02') SET LOCATION 's3://{BUCKET}/empty/'",
        f"ALTER TABLE raw.{table} SET TABLE PROPERTIES ('numRows'='12')",
        f"ALTER TABLE raw.{table} SET LOCATION 's3://{BUCKET}/moved/'",
        f"ALTER TABLE raw.{table} ADD COLUMN more bigint",
    )
    assert months() == []
    found = aws("glue").get_table(DatabaseName=DATABASE, Name=table)["Table"]
    assert found["StorageDescriptor"]["Location"] == f"s3://{BUCKET}/moved/"
    assert found["Parameters"]["numRows"] == "12"
    assert found["StorageDescriptor"]["Columns"][-1] == {"Name": "more", "Type": "bigint"}
    lake.done(f"DROP TABLE raw.{table}", f"DROP TABLE IF EXISTS raw.{table}")
    assert "does not exist" in lake.refusal(f"DROP TABLE raw.{table}")
    names = [t["Name"] for t in aws("glue").get_tables(DatabaseName=DATABASE)["TableList"]]
    assert table not in names


def test_a_table_of_glue_that_wants_data_handled_is_not_read(lake, aws, table):
    lake.done(
        f"CREATE EXTERNAL TABLE raw.{table} (id int) STORED AS TEXTFILE {place(table)} TABLE "
        "PROPERTIES ('data_cleansing_enabled'='true', 'surplus_char_handling'='TRUNCATE')"
    )
    assert lake.rows(f"SELECT * FROM raw.{table}") == []
    glue = aws("glue")
    found = glue.get_table(DatabaseName=DATABASE, Name=table)["Table"]
    known = ("Name", "StorageDescriptor", "TableType", "Parameters")
    told = {name: found[name] for name in known}
    told["Parameters"] |= {"surplus_char_handling": "DROP_ROW"}
    glue.update_table(DatabaseName=DATABASE, TableInput=told)
    words = "surplus_char_handling = 'DROP_ROW' is not supported"
    assert words in lake.refusal(f"SELECT * FROM raw.{table}")


HANDLING = "('data_cleansing_enabled'='true', 'surplus_char_handling'='fail')"
REFUSED = {
    "INSERT of values": ("INSERT INTO raw.lines VALUES (1, 'a')", "anything but a query"),
    "another number of columns": ("INSERT INTO raw.lines SELECT 1", "has 2 columns"),
    "no place": ("CREATE EXTERNAL TABLE raw.x (a int) STORED AS PARQUET", "LOCATION"),
    "a type that files cannot have": (
        "CREATE EXTERNAL TABLE raw.x (a timetz) STORED AS PARQUET LOCATION 's3://b/x/'",
        "Unsupported data type",
    ),
    "a local schema": (
        "CREATE EXTERNAL TABLE public.x (a int) STORED AS PARQUET LOCATION 's3://b/x/'",
        "is not an external schema",
    ),
    "dropped in a transaction block": (
        "BEGIN; DROP TABLE raw.lines",
        "DROP EXTERNAL TABLE cannot run inside a transaction block",
    ),
    "altered in a transaction block": (
        "BEGIN; ALTER TABLE raw.lines SET TABLE PROPERTIES ('numRows'='12')",
        "ALTER EXTERNAL TABLE cannot run inside a transaction block",
    ),
    "texts that are too long for their columns": (
        f"ALTER TABLE raw.lines SET TABLE PROPERTIES {HANDLING}",
        "surplus_char_handling = 'FAIL' is not supported",
    ),
    "a partition of other keys": (
        "ALTER TABLE raw.sales ADD PARTITION (nosuch='1') LOCATION 's3://b/x/'",
        "partition columns of the table",
    ),
    "a catalog of another account": (
        "CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'd' IAM_ROLE 'r' CATALOG_ID '1'",
        "Catalogs of other accounts are not read",
    ),
}


@pytest.mark.parametrize(("sql", "words"), REFUSED.values(), ids=REFUSED)
def test_refused(lake, sql, words):
    assert words in lake.refusal(sql)


def test_a_schema_with_a_database_of_its_own(lake, aws, role, fresh):
    name = fresh("own", "_")
    lake.done(
        f"CREATE EXTERNAL SCHEMA {name} FROM DATA CATALOG DATABASE '{name}' IAM_ROLE '{role}' "
        "CREATE EXTERNAL DATABASE IF NOT EXISTS"
    )
    assert aws("glue").get_database(Name=name)["Database"]["Name"] == name
    lake.done(f"CREATE EXTERNAL TABLE {name}.kept STORED AS PARQUET {place(name)} AS SELECT 1 AS a")
    assert "not empty" in lake.refusal(f"DROP SCHEMA {name} DROP EXTERNAL DATABASE")
    lake.done(f"DROP SCHEMA {name} DROP EXTERNAL DATABASE CASCADE")
    assert aws("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"made/{name}/")["KeyCount"] == 1
    left = everything(aws("glue").get_databases, "DatabaseList")
    assert name not in [each["Name"] for each in left]
