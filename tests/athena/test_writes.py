"""What statements write: CTAS, INSERT, UNLOAD, their files, manifests and refusals."""

import csv
import gzip
import io
from typing import Any

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tests.athena.conftest import Lake

FORMATS = ("PARQUET", "ORC", "AVRO", "JSON", "TEXTFILE")
COMPRESSIONS = [
    ("PARQUET", "SNAPPY"),
    ("PARQUET", "ZSTD"),
    ("PARQUET", "NONE"),
    ("ORC", "SNAPPY"),
    ("AVRO", "SNAPPY"),
    ("JSON", "GZIP"),
    ("TEXTFILE", "BZIP2"),
    ("TEXTFILE", "NONE"),
]
ROWS = (
    "SELECT 1 AS n, 'a\"b' AS s, DECIMAL '1.50' AS d, TIMESTAMP '2024-01-02 03:04:05' AS t, "
    "ARRAY[1, 2] AS xs, DATE '2024-01-02' AS day "
    "UNION ALL SELECT 2, NULL, NULL, NULL, NULL, NULL"
)
ANSWER = [
    ["1", 'a"b', "1.50", "2024-01-02 03:04:05.000", "[1, 2]", "2024-01-02"],
    ["2", None, None, None, None, None],
]


def manifest(lake: Lake, done: dict[str, Any]) -> list[str]:
    """The objects that an execution's manifest lists."""
    text = lake.get(done["Statistics"]["DataManifestLocation"]).decode()
    return [row[0] for row in csv.reader(io.StringIO(text))]


@pytest.mark.parametrize("kept", FORMATS)
def test_ctas(lake: Lake, kept: str) -> None:
    done = lake.do(f"CREATE TABLE made WITH (format = '{kept}') AS {ROWS}")
    assert (done["StatementType"], done["SubstatementType"]) == ("DDL", "CREATE_TABLE_AS_SELECT")
    assert lake.rows("SELECT * FROM made ORDER BY n") == ANSWER
    assert lake.results(done["QueryExecutionId"])["UpdateCount"] == 2
    where = f"s3://{lake.bucket}/results/tables/{done['QueryExecutionId']}"
    assert done["ResultConfiguration"]["OutputLocation"] == where
    assert done["Statistics"]["DataManifestLocation"] == f"{where}-manifest.csv"
    assert {uri.startswith(where + "/") for uri in manifest(lake, done)} == {True}
    lake.do(f"INSERT INTO made {ROWS}")
    assert lake.rows("SELECT count(*), count(s) FROM made") == [["4", "2"]]


def test_timestamps_in_parquet_are_int96(lake: Lake) -> None:
    """As PyAthena's tests of UNLOAD know them, and with days that 64 bits of nanoseconds lack."""
    query = "SELECT TIMESTAMP '9999-12-31 23:59:59.999' AS t, ARRAY[TIMESTAMP '0001-01-01'] AS ts"
    done = lake.do(f"CREATE TABLE made WITH (format = 'PARQUET') AS {query}")
    (uri,) = manifest(lake, done)
    schema = pq.read_metadata(io.BytesIO(lake.get(uri))).schema
    assert [schema.column(at).physical_type for at in (0, 1)] == ["INT96", "INT96"]
    found = ["9999-12-31 23:59:59.999", "[0001-01-01 00:00:00.000]"]
    assert lake.rows("SELECT * FROM made") == [found]


def test_numbers_in_text_are_java_s(lake: Lake) -> None:
    query = "SELECT REAL '131385.625', ARRAY[1E-5, 2E7], MAP(ARRAY['k'], ARRAY[REAL '0.1'])"
    place = f"s3://{lake.bucket}/made/"
    done = lake.do(
        f"UNLOAD ({query}) TO '{place}' WITH (format = 'TEXTFILE', compression = 'NONE')"
    )
    assert [lake.get(uri) for uri in manifest(lake, done)] == [
        b"131385.62\x011.0E-5\x022.0E7\x01k\x030.1\n"
    ]


@pytest.mark.parametrize(("kept", "compression"), COMPRESSIONS)
def test_compression(lake: Lake, kept: str, compression: str) -> None:
    how = f"format = '{kept}', write_compression = '{compression}'"
    lake.do(f"CREATE TABLE made WITH ({how}) AS {ROWS}")
    assert lake.rows("SELECT * FROM made ORDER BY n") == ANSWER


def test_ctas_to_a_place(people: Lake) -> None:
    place = f"s3://{people.bucket}/made/"
    how = f"external_location = '{place}', format = 'TEXTFILE', field_delimiter = '|'"
    done = people.do(
        f"CREATE TABLE made WITH ({how}, write_compression='NONE') AS SELECT * FROM people"
    )
    text = b"".join(people.get(uri) for uri in manifest(people, done))
    assert text == b"1|ann\n2|bob\n3|\\N\n"
    people.do("DROP TABLE made")
    assert people.keys("made/")
    again = people.fail(f"CREATE TABLE made WITH (external_location = '{place}') AS SELECT 1 AS a")
    assert again.startswith("HIVE_PATH_ALREADY_EXISTS")


def test_ctas_by_partition(lake: Lake) -> None:
    values = (
        "(1, 'it', DATE '2024-01-01'), (2, 'it', DATE '2024-01-02'), (3, NULL, DATE '2024-01-01')"
    )
    done = lake.do(
        "CREATE TABLE made WITH (partitioned_by = ARRAY['country', 'day']) AS "
        f"SELECT * FROM (VALUES {values}) t(n, country, day)"
    )
    assert lake.rows("SHOW PARTITIONS made") == [
        ["country=__HIVE_DEFAULT_PARTITION__/day=2024-01-01"],
        ["country=it/day=2024-01-01"],
        ["country=it/day=2024-01-02"],
    ]
    assert any("/country=it/day=2024-01-02/" in uri for uri in manifest(lake, done))
    assert lake.rows("SELECT n FROM made WHERE country IS NULL") == [["3"]]
    lake.do("INSERT INTO made VALUES (4, 'se', DATE '2024-01-01'), (5, 'it', DATE '2024-01-01')")
    assert lake.rows("SELECT count(*) FROM made WHERE country = 'it'") == [["3"]]
    assert ["country=se/day=2024-01-01"] in lake.rows("SHOW PARTITIONS made")


def test_rows_too_deep_within_one_another_are_not_shown(lake: Lake) -> None:
    """The time to print them grows with the fourth power: 150 took more than ten minutes."""
    deep = 65
    lake.do(f"CREATE EXTERNAL TABLE t (n int) LOCATION 's3://{lake.bucket}/t/'")
    where = {"DatabaseName": lake.database}
    table = lake.glue.get_table(**where, Name="t")["Table"]
    kept = {each: table[each] for each in ("Name", "StorageDescriptor", "TableType")}
    kind = "struct<a:" * deep + "int" + ">" * deep
    kept["StorageDescriptor"]["Columns"][0]["Type"] = kind
    lake.glue.update_table(**where, TableInput=kept)
    assert "more than 64 nested rows are not shown" in lake.fail("SELECT n FROM t")
    assert lake.rows("SELECT count(n) FROM t") == [["0"]]


def test_a_partition_of_other_keys_or_of_no_format_is_refused(lake: Lake) -> None:
    root = f"s3://{lake.bucket}/t/"
    lake.do(f"CREATE EXTERNAL TABLE t (n int) PARTITIONED BY (p string) LOCATION '{root}'")
    where = {"DatabaseName": lake.database}
    placed = {"Values": ["a"], "StorageDescriptor": {"Location": root}}
    lake.glue.create_partition(**where, TableName="t", PartitionInput=placed)
    table = lake.glue.get_table(**where, Name="t")["Table"]
    lake.put("t/a", "1\n")
    assert "Unable to create input format" in lake.fail("SELECT * FROM t")
    kept = {each: table[each] for each in ("Name", "StorageDescriptor", "TableType")}
    keys = [{"Name": each, "Type": "string"} for each in ("p", "q")]
    lake.glue.update_table(**where, TableInput=kept | {"PartitionKeys": keys})
    assert "Expected 2 partition key values, but got 1" in lake.fail("SELECT * FROM t")


@pytest.mark.parametrize("storage", [{}, {"StorageDescriptor": {"Columns": []}}])
def test_a_partition_without_a_location_takes_no_rows(lake: Lake, storage: dict[str, Any]) -> None:
    root = f"s3://{lake.bucket}/t/"
    lake.do(f"CREATE EXTERNAL TABLE t (n int) PARTITIONED BY (p string) LOCATION '{root}'")
    where = {"DatabaseName": lake.database, "TableName": "t"}
    lake.glue.create_partition(**where, PartitionInput={"Values": ["a"], **storage})
    lake.do("INSERT INTO t VALUES (2, 'b')")
    before = lake.keys("t/")
    missing = "HIVE_INVALID_METADATA: Partition location is missing: p=a"
    assert lake.fail("INSERT INTO t VALUES (1, 'a')").startswith(missing)
    assert missing in lake.fail("SELECT * FROM t")
    assert lake.rows("SELECT n FROM t WHERE p = 'b'") == [["2"]]
    assert lake.keys("t/") == before


def test_rows_go_to_where_their_partition_is(lake: Lake) -> None:
    root = f"s3://{lake.bucket}"
    lake.do(
        "CREATE EXTERNAL TABLE made (n int) PARTITIONED BY (p string, d date) STORED AS PARQUET "
        f"LOCATION '{root}/made/'"
    )
    lake.do(f"ALTER TABLE made ADD PARTITION (p = 'a', d = '2024-01-01') LOCATION '{root}/far'")
    lake.do("INSERT INTO made VALUES (1, 'a', DATE '2024-01-01'), (2, 'b', DATE '2024-01-01')")
    assert lake.rows("SELECT n, p FROM made ORDER BY n") == [["1", "a"], ["2", "b"]]
    assert len(lake.keys("far/")) == len(lake.keys("made/p=b/d=2024-01-01/")) == 1
    lake.do(f"ALTER TABLE made PARTITION (p = 'b', d = '2024-01-01') SET LOCATION '{root}/moved/'")
    lake.do("INSERT INTO made VALUES (3, 'b', DATE '2024-01-01')")
    assert lake.rows("SELECT n FROM made ORDER BY n") == [["1"], ["3"]]
    lake.do("ALTER TABLE made CHANGE n n bigint")
    mismatch = "partition 'p=a/d=2024-01-01' declared column 'n' as type 'int'."
    assert mismatch in lake.fail("INSERT INTO made VALUES (1, 'a', DATE '2024-01-01')")
    lake.do("INSERT INTO made VALUES (9999999999, 'c', DATE '2024-01-01')")
    assert len(lake.keys("far/")) == 1


def test_what_is_written_is_kept_as_its_bucket_says(lake: Lake, fresh: Any) -> None:
    locked = fresh("locked")
    lake.s3.create_bucket(Bucket=locked, ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    lake.s3.put_object_lock_configuration(
        Bucket=locked, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    lake.do(f"CREATE TABLE made WITH (external_location = 's3://{locked}/t/') AS SELECT 1 AS n")
    [[uri]] = lake.rows('SELECT "$path" FROM made')
    at = {"Bucket": locked, "Key": (uri or "").removeprefix(f"s3://{locked}/")}
    version = lake.s3.head_object(**at)["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        lake.s3.delete_object(**at, VersionId=version)
    lake.s3.delete_object(**at, VersionId=version, BypassGovernanceRetention=True)
    assert lake.rows("SELECT n FROM made") == []


def test_ctas_by_bucket(lake: Lake) -> None:
    numbers = "SELECT x AS n FROM UNNEST(sequence(1, 100)) t(x)"
    how = "bucketed_by = ARRAY['n'], bucket_count = 3"
    done = lake.do(f"CREATE TABLE made WITH ({how}) AS {numbers}")
    assert len(manifest(lake, done)) == 3
    assert lake.rows("SELECT count(DISTINCT n), sum(n) FROM made") == [["100", "5050"]]
    assert lake.fail("INSERT INTO made VALUES (1)").startswith("NOT_SUPPORTED")


def test_rows_are_in_the_buckets_of_their_hash(lake: Lake) -> None:
    """What a query scans for a row is one of the files, and the row is in it."""
    lake.do(
        "CREATE TABLE made WITH (bucketed_by = ARRAY['n', 's', 'b'], bucket_count = 4) AS "
        "SELECT x AS n, chr(97 + x) AS s, x % 2 = 0 AS b, 'é' AS e FROM UNNEST(ARRAY[0,1,2,3]) t(x)"
    )
    whole = lake.do("SELECT * FROM made")["Statistics"]["DataScannedInBytes"]
    for n, s, b in ((0, "a", "true"), (1, "b", "false"), (2, "c", "true"), (3, "d", "false")):
        one = f"SELECT * FROM made WHERE n = {n} AND s = '{s}' AND b = {b}"
        assert lake.rows(one) == [[str(n), s, b, "é"]]
        assert lake.do(one)["Statistics"]["DataScannedInBytes"] < whole


# https://docs.aws.amazon.com/athena/latest/ug/ctas-partitioning-and-bucketing-what-is-bucketing.html
BUCKETED = {
    "text": ("string", ("b", "a"), "c = 'a'", "a", 2),
    "a list": ("int", ("4", "7"), "c IN (7, 9)", "7", 2),
    "beyond int": ("bigint", ("4294967297", "1"), "c = 1", "1", 2),
    "truth": ("boolean", ("false", "true"), "true = c", "true", 5),
    "below zero, which writers hash differently": ("int", ("-1", "-2"), "c = -1", "-1", 6),
    "an expression": ("int", ("0", "1"), "c + 1 = 2", "1", 4),
    "by Spark's hash": ("int", ("1", "0"), "c = 1", "1", 4),
}


@pytest.mark.parametrize("name", BUCKETED)
def test_a_condition_on_buckets_scans_some(lake: Lake, name: str) -> None:
    kind, values, where, found, scanned = BUCKETED[name]
    files = {f"x_bucket-{at:05}.csv": f"{value}\n" for at, value in enumerate(values)}
    lake.csv_table("t", f"c {kind}", files, "CLUSTERED BY (c) INTO 2 BUCKETS")
    if "Spark" in name:
        lake.do("ALTER TABLE t SET TBLPROPERTIES ('bucketing_format'='spark')")
    done = lake.do(f"SELECT * FROM t WHERE {where}")
    assert lake.results(done["QueryExecutionId"])["ResultSet"]["Rows"][1:] == [
        {"Data": [{"VarCharValue": found}]}
    ]
    assert done["Statistics"]["DataScannedInBytes"] == scanned


ORDER_MISMATCH = (
    "HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table and in the "
    "same order as the table properties: [k]"
)
CTAS_REFUSED = {
    "no name": ("SELECT 1", "MISSING_COLUMN_NAME"),
    "same names": ("SELECT 1 AS a, 2 AS a", "DUPLICATE_COLUMN_NAME"),
    "no type": ("SELECT NULL AS a", "COLUMN_TYPE_UNKNOWN"),
    "time zone": ("SELECT now() AS a", "NOT_SUPPORTED: Unsupported Hive type"),
    "too many": (
        "SELECT x AS n, x AS k FROM UNNEST(sequence(1, 101)) t(x)",
        "HIVE_TOO_MANY_OPEN_PARTITIONS",
        "partitioned_by = ARRAY['k']",
    ),
    "keys of bytes": (
        "SELECT 1 AS n, X'61' AS k",
        "NOT_SUPPORTED: Unsupported Hive type binary found in partition keys",
        "partitioned_by = ARRAY['k']",
    ),
    "nested keys": (
        "SELECT 1 AS n, ARRAY[1] AS k",
        "NOT_SUPPORTED: Unsupported Hive type array<int>",
        "partitioned_by = ARRAY['k']",
    ),
    "long": (
        "SELECT CAST('a' AS char(300)) AS c",
        "NOT_SUPPORTED: Unsupported Hive type: char(300). Supported CHAR types: CHAR(<=255).",
    ),
    "not last": (
        "SELECT 1 AS k, 2 AS n",
        ORDER_MISMATCH,
        "partitioned_by = ARRAY['k']",
    ),
    "no such key": (
        "SELECT 1 AS k, 2 AS n",
        "INVALID_TABLE_PROPERTY: Partition columns [z] not present in schema",
        "partitioned_by = ARRAY['n', 'z']",
    ),
    "a text of keys": (
        "SELECT 1 AS n, 2 AS k",
        "INVALID_TABLE_PROPERTY: line 1:1: Invalid value for table property 'partitioned_by'",
        "partitioned_by = 'k'",
    ),
    "a number of buckets": (
        "SELECT 1 AS n",
        "INVALID_TABLE_PROPERTY: line 1:1: Invalid value for table property 'bucketed_by'",
        "bucketed_by = 4, bucket_count = 4",
    ),
    "property": ("SELECT 1 AS n", "INVALID_TABLE_PROPERTY", "colour = 'red'"),
    "format": ("SELECT 1 AS n", "INVALID_TABLE_PROPERTY", "format = 'XML'"),
    "avro keys": (
        "SELECT MAP(ARRAY[1], ARRAY['a']) AS m",
        "NOT_SUPPORTED: Column 'm' has a non-varchar map key, which is not supported by Avro",
        "format = 'AVRO'",
    ),
    "avro's integers": (
        "SELECT ARRAY[SMALLINT '1'] AS z",
        "NOT_SUPPORTED: Column 'z' is smallint, which is not supported by Avro",
        "format = 'AVRO'",
    ),
    "comma": (
        'SELECT 1 AS "a,b"',
        "NOT_SUPPORTED: Hive column names must not contain commas: 'a,b'",
    ),
    "space": (
        'SELECT 1 AS "a "',
        "NOT_SUPPORTED: Hive column names must not end with a space: 'a '",
    ),
    "runtime": ("SELECT 1/x AS n FROM UNNEST(sequence(0, 3)) t(x)", "DIVISION_BY_ZERO"),
}


@pytest.mark.parametrize("case", CTAS_REFUSED.values(), ids=CTAS_REFUSED)
def test_ctas_refused(lake: Lake, case: tuple[str, ...]) -> None:
    query, reason, *how = case
    with_clause = f"WITH ({how[0]})" if how else ""
    assert lake.fail(f"CREATE TABLE made {with_clause} AS {query}").startswith(reason)
    assert lake.rows("SHOW TABLES") == []
    assert lake.keys("results/tables/") == []


def test_keys_that_are_not_numbers(lake: Lake) -> None:
    how = f"external_location = 's3://{lake.bucket}/made/', partitioned_by = ARRAY['k']"
    values = "(1, nan()), (2, -infinity()), (3, 1E20), (4, NULL)"
    lake.do(f"CREATE TABLE made WITH ({how}) AS SELECT * FROM (VALUES {values}) t(n, k)")
    folders = {key.split("/")[1] for key in lake.keys("made/")}
    assert folders == {"k=NaN", "k=-Infinity", "k=1.0E20", "k=__HIVE_DEFAULT_PARTITION__"}
    assert lake.rows("SELECT n FROM made WHERE is_nan(k) OR k > 1E19 ORDER BY n") == [["1"], ["3"]]


@pytest.mark.parametrize(
    ("count", "reason"),
    [
        ("'skip.header.line.count'='2'", "skip.header.line.count property greater than 1"),
        ("'skip.footer.line.count'='1'", "skip.footer.line.count property"),
    ],
)
def test_insert_beside_lines_that_are_skipped(lake: Lake, count: str, reason: str) -> None:
    made = "CREATE EXTERNAL TABLE {} (a int, b string) PARTITIONED BY (p int) ROW FORMAT DELIMITED "
    made += f"FIELDS TERMINATED BY ',' LOCATION 's3://{lake.bucket}/{{}}/' TBLPROPERTIES ({{}})"
    lake.do(made.format("one", "one", "'skip.header.line.count'='1'"))
    lake.do("INSERT INTO one VALUES (1, 'x', 7), (2, 'y', 8)")
    texts = [gzip.decompress(lake.get(f"s3://{lake.bucket}/{key}")) for key in lake.keys("one/")]
    assert texts == [b"a,b\n1,x\n", b"a,b\n2,y\n"]
    assert lake.rows("SELECT * FROM one ORDER BY a") == [["1", "x", "7"], ["2", "y", "8"]]
    lake.do(made.format("two", "two", count))
    assert reason in lake.fail("INSERT INTO two VALUES (1, 'x', 7)")


def test_insert_names_columns(people: Lake) -> None:
    people.do("INSERT INTO people (name) VALUES ('dan')")
    people.do("INSERT INTO people SELECT 5, 'eva'")
    assert people.rows("SELECT * FROM people WHERE name > 'c' ORDER BY name") == [
        [None, "dan"],
        ["5", "eva"],
    ]


def test_insert_takes_what_dbt_writes(lake: Lake) -> None:
    """https://github.com/dbt-labs/dbt-adapters/tree/main/dbt-athena/tests/functional/adapter"""
    properties = "TBLPROPERTIES ('table_type' = 'ICEBERG')"
    for name, kind, more in (("hive", "EXTERNAL", ""), ("ice", "", properties)):
        place = f"LOCATION 's3://{lake.bucket}/{name}/'"
        lake.do(f"CREATE {kind} TABLE {name} (at timestamp, n int) {place} {more}")
        lake.do(f"INSERT INTO {name} VALUES (TIMESTAMP '2020-01-04 00:00:00-0', DECIMAL '10')")
        assert lake.rows(f"SELECT CAST(at AS date), n FROM {name}") == [["2020-01-04", "10"]]
        assert lake.fail(f"INSERT INTO {name} VALUES (now(), '1.5')").startswith("TYPE_MISMATCH")


INSERT_REFUSED = {
    "types": (
        "SELECT 'a', 'b'",
        "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types",
    ),
    "count": ("SELECT 1", "TYPE_MISMATCH"),
    "overflow": ("SELECT 3000000000, 'b'", "NUMERIC_VALUE_OUT_OF_RANGE"),
}


@pytest.mark.parametrize(("query", "reason"), INSERT_REFUSED.values(), ids=INSERT_REFUSED)
def test_insert_refused(people: Lake, query: str, reason: str) -> None:
    before = people.keys("people/")
    assert people.fail(f"INSERT INTO people {query}").startswith(reason)
    assert people.keys("people/") == before


def test_insert_into_json_is_hcatalogs(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/insert-into.html (supported SerDes)"""
    for name, serde in (
        ("hcat", "org.apache.hive.hcatalog.data.JsonSerDe"),
        ("openx", "org.openx.data.jsonserde.JsonSerDe"),
    ):
        place = f"LOCATION 's3://{lake.bucket}/{name}/'"
        lake.do(f"CREATE EXTERNAL TABLE {name} (a int) ROW FORMAT SERDE '{serde}' {place}")
    lake.do("INSERT INTO hcat VALUES (1)")
    assert lake.rows("SELECT a FROM hcat") == [["1"]]
    assert lake.fail("INSERT INTO openx VALUES (1)") == (
        "HIVE_UNSUPPORTED_FORMAT: Output format "
        "org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat with SerDe "
        "org.openx.data.jsonserde.JsonSerDe is not supported."
    )
    assert lake.keys("openx/") == []


def test_unload(people: Lake) -> None:
    how = "format = 'PARQUET', compression = 'SNAPPY', partitioned_by = ARRAY['name']"
    place = f"s3://{people.bucket}/out/"
    done = people.do(f"UNLOAD (SELECT id, name FROM people WHERE id < 3) TO '{place}' WITH ({how})")
    assert (done["StatementType"], done["SubstatementType"]) == ("DML", "UNLOAD")
    files = sorted(manifest(people, done))
    assert [uri.split("/")[-2] for uri in files] == ["name=ann", "name=bob"]
    table = pq.read_table(io.BytesIO(people.get(files[0])))
    assert table.to_pydict() == {"id": [1]}
    assert all(field.nullable for field in table.schema)
    again = people.fail(f"UNLOAD (SELECT 1 AS a) TO '{place}' WITH (format = 'JSON')")
    assert again.startswith("HIVE_PATH_ALREADY_EXISTS")


def test_without_a_row_no_file_is_written(people: Lake) -> None:
    for at, kept in enumerate(("PARQUET", "TEXTFILE")):
        place = f"s3://{people.bucket}/none{at}/"
        rows = "SELECT id, name FROM people WHERE id < 0"
        unloaded = people.do(f"UNLOAD ({rows}) TO '{place}' WITH (format = '{kept}')")
        made = people.do(f"CREATE TABLE none{at} WITH (format = '{kept}') AS {rows}")
        added = people.do(f"INSERT INTO none{at} {rows}")
        assert [manifest(people, done) for done in (unloaded, made)] == [[], []]
        assert "DataManifestLocation" not in added["Statistics"]  # as athena-local measured it
        assert people.keys(f"none{at}/") == []
        assert people.rows(f"SELECT count(*), max(name) FROM none{at}") == [["0", None]]


def test_prepared_statements_write_too(people: Lake) -> None:
    people.do("PREPARE adding FROM INSERT INTO people VALUES (?, ?)")
    people.do("EXECUTE adding USING 7, 'gus'")
    people.do("EXECUTE adding", ExecutionParameters=["8", "'hal'"])
    assert people.rows("SELECT name FROM people WHERE id > 6 ORDER BY id") == [["gus"], ["hal"]]
    people.do("DEALLOCATE PREPARE adding")
    assert "was not found" in people.refuse("EXECUTE adding USING 1, 'x'")


def test_execute_immediate(people: Lake) -> None:
    asked = "EXECUTE IMMEDIATE 'SELECT name FROM people WHERE id = ? OR name = ''bob''' USING 1"
    assert sorted(people.rows(asked)) == [["ann"], ["bob"]]
