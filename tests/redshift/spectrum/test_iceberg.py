"""Iceberg tables that Redshift writes, read by itself, by Athena and by pyiceberg."""

import pytest

from tests.redshift.spectrum.conftest import BUCKET, DATABASE

TYPES = (
    "id int, big bigint, price decimal(8,2), name varchar(10), day date, at timestamp,"
    " zoned timestamptz, ok boolean, ratio double precision, raw varbyte(8)"
)


@pytest.fixture
def table(fresh):
    return fresh("ice", "_")


@pytest.fixture
def athena(aws):
    """``athena(sql)``: the rows of a query, as texts."""
    client = aws("athena")

    def run(sql):
        place = {"OutputLocation": f"s3://{BUCKET}/out/"}
        number = client.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": DATABASE},
            ResultConfiguration=place,
        )["QueryExecutionId"]
        while True:
            told = client.get_query_execution(QueryExecutionId=number)["QueryExecution"]
            if told["Status"]["State"] not in ("QUEUED", "RUNNING"):
                break
        assert told["Status"]["State"] == "SUCCEEDED", told["Status"]
        rows = client.get_query_results(QueryExecutionId=number)["ResultSet"]["Rows"]
        return [[value.get("VarCharValue") for value in row["Data"]] for row in rows[1:]]

    return run


def using(table, more=""):
    return f"USING ICEBERG LOCATION 's3://{BUCKET}/iceberg/{table}/' {more}"


def test_rows_of_each_type_are_written(lake, athena, table):
    lake.done(f"CREATE TABLE raw.{table} ({TYPES}) {using(table)}")
    assert lake.rows(f"SELECT * FROM raw.{table}") == []
    lake.done(
        f"INSERT INTO raw.{table} VALUES (1, 9876543210, 12.345, 'Ä', '2021-03-04',"
        " '2021-03-04 05:06:07.123456', '2021-03-04 05:06:07+02', true, 0.5, 'ab'::varbyte),"
        " (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
    )
    lake.done(f"INSERT INTO raw.{table} (name, id) SELECT 'x' || 1, 2 + 1")
    told = f"SELECT id, price, name, day, at, zoned, ok, raw FROM raw.{table} ORDER BY id"
    assert lake.rows(told)[0] == [
        1, "12.35", "Ä", "2021-03-04", "2021-03-04 05:06:07.123456", "2021-03-04 03:06:07+00",
        True, "6162",
    ]  # fmt: skip
    assert athena(f"SELECT id, big, price, name, zoned FROM {table} ORDER BY id") == [
        ["1", "9876543210", "12.35", "Ä", "2021-03-04 03:06:07.000000 UTC"],
        ["2", None, None, None, None],
        ["3", None, None, "x1", None],
    ]
    assert athena(f'SELECT count(*) FROM "{table}$snapshots"') == [["2"]]


def test_a_query_makes_a_partitioned_table(lake, athena, table):
    by = "PARTITIONED BY (bucket(4, id), month(day)) TABLE PROPERTIES ('compression_type'='snappy')"
    rows = "SELECT 1 AS id, '2021-03-04'::date AS day UNION ALL SELECT 2, '2021-04-05' ORDER BY 1"
    lake.done(f"CREATE TABLE raw.{table} {using(table, by)} AS {rows}")
    lake.done(f"INSERT INTO raw.{table} SELECT id + 2, day FROM raw.{table}")
    assert lake.rows(f"SELECT * FROM raw.{table} WHERE day > '2021-04-01' ORDER BY id") == [
        [2, "2021-04-05"],
        [4, "2021-04-05"],
    ]
    assert athena(f"SELECT count(*), count(DISTINCT id) FROM {table}") == [["4", "4"]]
    assert len(athena(f'SELECT * FROM "{table}$partitions"')) >= 2


def test_rows_are_updated_and_deleted(lake, athena, table):
    lake.done(f"CREATE TABLE raw.{table} (id int, name varchar, n decimal(5,1)) {using(table)}")
    lake.done(f"INSERT INTO raw.{table} VALUES (1, 'a', 1), (2, 'b', NULL), (3, NULL, 3)")
    lake.done(f"INSERT INTO raw.{table} VALUES (4, 'd', 4), (5, 'e', 5)")
    lake.done(f"UPDATE raw.{table} t SET n = t.n * 1.25, name = 'x' || id WHERE t.n > 2 OR id = 2")
    rows = [["1", "a", "1.0"], ["2", "x2", None], ["3", "x3", "3.8"], ["4", "x4", "5.0"],
            ["5", "x5", "6.3"]]  # fmt: skip
    assert athena(f"SELECT * FROM {table} ORDER BY id") == rows
    lake.done(f"DELETE FROM raw.{table} WHERE n < 5 AND id IN (SELECT id FROM raw.{table})")
    assert athena(f"SELECT id FROM {table} ORDER BY id") == [["2"], ["4"], ["5"]]
    lake.done(f"DELETE FROM raw.{table} WHERE n > 100")
    assert athena(f'SELECT count(*) FROM "{table}$snapshots"') == [["4"]]
    lake.done(f"DELETE raw.{table} WHERE id = 4")
    lake.done(f"UPDATE raw.{table} SET id = 9")
    assert lake.rows(f"SELECT id, n FROM raw.{table} ORDER BY n") == [[9, "6.3"], [9, None]]
    for statement, words in {
        f"UPDATE raw.{table} SET no = 1": 'column "no"',
        f"UPDATE raw.{table} SET id = 'x'": "invalid input syntax",
        f"UPDATE raw.{table} SET id = 1 FROM raw.{table} b": "not supported",
        f"DELETE FROM raw.{table} USING raw.{table} b WHERE true": "not supported",
        "DELETE FROM raw.student WHERE true": "does not exist",
    }.items():
        assert words in lake.refusal(statement), statement
    lake.done(f"DELETE FROM raw.{table}")
    assert lake.rows(f"SELECT count(*) FROM raw.{table}") == [[0]]


def test_a_tables_definition_is_altered(lake, athena, table):
    lake.done(f"CREATE TABLE raw.{table} (id int, name varchar(9), day date) {using(table)}")
    lake.done(f"INSERT INTO raw.{table} VALUES (1, 'a', '2021-03-04')")
    for change in (
        "ADD COLUMN note varchar",
        "RENAME COLUMN name TO title",
        "ALTER COLUMN id TYPE bigint",
        "ADD PARTITION FIELD day",
        "SET TABLE PROPERTIES ('compression_type'='gzip')",
    ):
        lake.done(f"ALTER TABLE raw.{table} {change}")
    lake.done(f"INSERT INTO raw.{table} VALUES (9876543210, 'b', '2021-04-05', 'new')")
    lake.done(f"ALTER TABLE raw.{table} REPLACE PARTITION FIELD day WITH bucket(4, id)")
    lake.done(f"INSERT INTO raw.{table} (id) VALUES (2)")
    lake.done(f"ALTER TABLE raw.{table} DROP PARTITION FIELD bucket(4, id)")
    rows = [["1", "a", None], ["2", None, None], ["9876543210", "b", "new"]]
    assert athena(f"SELECT id, title, note FROM {table} ORDER BY id") == rows
    assert lake.rows(f"SELECT count(*) FROM raw.{table} WHERE day = '2021-04-05'") == [[1]]
    lake.done(f"ALTER TABLE raw.{table} DROP COLUMN note")
    for change, words in {
        "ADD COLUMN id int": "already exists",
        "DROP COLUMN no": 'column "no"',
        "DROP COLUMN day": "Cannot drop partition field",
        "ALTER COLUMN id TYPE int": "Cannot",
        "DROP PARTITION FIELD day": "Cannot find partition field",
        "RENAME TO other": "syntax error",
    }.items():
        assert words in lake.refusal(f"ALTER TABLE raw.{table} {change}"), change


def test_a_required_column_takes_no_null(lake, aws, table):
    fields = [
        {"Id": 1, "Name": "id", "Type": "int", "Required": True},
        {"Id": 2, "Name": "name", "Type": "string", "Required": False},
    ]
    told = {
        "Location": f"s3://{BUCKET}/iceberg/{table}/",
        "Schema": {"SchemaId": 0, "Fields": fields},
    }
    made = {"MetadataOperation": "CREATE", "Version": "2", "CreateIcebergTableInput": told}
    where = {"DatabaseName": DATABASE, "Name": table}
    aws("glue").create_table(**where, OpenTableFormatInput={"IcebergInput": made})
    lake.done(f"INSERT INTO raw.{table} VALUES (1, 'a')")
    refused = lake.refusal(f"INSERT INTO raw.{table} VALUES (NULL, 'b')")
    assert "NULL value not allowed for NOT NULL column: id" in refused
    assert lake.rows(f"SELECT * FROM raw.{table}") == [[1, "a"]]


def test_what_fails_leaves_nothing(lake, aws, table):
    lake.done(f"CREATE TABLE raw.{table} (id int, name varchar(3)) {using(table)}")
    lake.done(f"CREATE TABLE IF NOT EXISTS raw.{table} (id int) {using(table)}")
    keys = aws("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"iceberg/{table}/")["KeyCount"]
    refused = {
        f"CREATE TABLE raw.{table} (id int) {using(table)}": "already exists",
        f"CREATE TABLE raw.{table}x (id int) {using(table)}": "is not empty",
        f"CREATE TABLE raw.{table}x (id int)": "Operations on local objects",
        f"CREATE TABLE raw.{table}x (id super) {using(table + 'x')}": "Unsupported data type",
        f"CREATE TABLE raw.{table}x (id int) {using(table + 'x', 'PARTITIONED BY (no)')}": (
            "Spectrum Scan Error"
        ),
        f"INSERT INTO raw.{table} SELECT 1": "INSERT has 2 target columns and 1 expressions",
        f"INSERT INTO raw.{table} (id, no) VALUES (1, 2)": 'column "no" of relation',
        f"INSERT INTO raw.{table} SELECT 1/0, 'a'": "division by zero",
        f"INSERT INTO raw.{table} SELECT 'x', 'a'": "invalid input syntax for integer",
    }
    for statement, words in refused.items():
        assert words.lower() in lake.refusal(statement).lower(), statement
    assert lake.rows(f"SELECT count(*) FROM raw.{table}") == [[0]]
    after = aws("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"iceberg/{table}/")["KeyCount"]
    assert after == keys


ROWS = "(1, 'a', 1.5), (2, 'b', NULL), (3, NULL, 3), (NULL, 'n', 4), (5, 'e', 5)"
NEW = "(2, 'B', 20), (5, 'E', NULL), (6, 'f', 6), (NULL, 'N', 7), (7, NULL, NULL)"
UPSERT = (
    "WHEN MATCHED THEN UPDATE SET name = {s}.name, n = coalesce({t}.n, 0) + {s}.n "
    "WHEN NOT MATCHED THEN INSERT VALUES ({s}.id, {s}.name, {s}.n)"
)
MERGED = {
    "with aliases": "{target} t USING {source} s ON t.id = s.id " + UPSERT.format(t="t", s="s"),
    "without": "{target} USING {source} ON {target}.id = {source}.id "
    + UPSERT.format(t="{target}", s="{source}"),
    "deletes": "{target} USING {source} s ON {target}.id = s.id WHEN MATCHED THEN DELETE "
    "WHEN NOT MATCHED THEN INSERT (n, id) VALUES (n / 4, id + 100)",
    "a query": "{target} t USING (SELECT id AS k, upper(name) AS name FROM {source} "
    "WHERE id > 2) q ON id = k WHEN MATCHED THEN UPDATE SET name = q.name "
    "WHEN NOT MATCHED THEN INSERT (id) VALUES (q.k)",
    "no equality": "{target} t USING {source} s ON s.id = 6 AND t.id BETWEEN s.id - 1 AND s.id "
    + UPSERT.format(t="t", s="s"),
    "nothing matches": "{target} t USING {source} s ON t.id = s.id + 50 "
    + UPSERT.format(t="t", s="s"),
    "nothing new": "{target} t USING (SELECT * FROM {source} WHERE id IN (2, 5)) s ON t.id = s.id "
    + UPSERT.format(t="t", s="s"),
    "nothing at all": "{target} t USING (SELECT * FROM {source} WHERE id > 99) s ON t.id = s.id "
    + UPSERT.format(t="t", s="s"),
}


@pytest.fixture
def twins(lake, table):
    """A source, and a table in the warehouse and one of Iceberg with the same rows."""
    lake.done(
        f"CREATE TABLE {table}_s (id int, name varchar(9), n decimal(6,2))",
        f"INSERT INTO {table}_s VALUES {NEW}",
    )
    for name, more in ((table, ""), (f"raw.{table}", using(table, "PARTITIONED BY (id)"))):
        lake.done(f"CREATE TABLE {name} (id int, name varchar(9), n decimal(6,2)) {more}")
        lake.done(f"INSERT INTO {name} VALUES {ROWS}")
    return table


@pytest.mark.parametrize("case", MERGED)
def test_rows_are_merged_as_into_a_table_of_the_warehouse(lake, athena, twins, case):
    found = []
    for target in (twins, f"raw.{twins}"):
        told = lake.run(f"MERGE INTO {MERGED[case].format(target=target, source=f'{twins}_s')}")
        assert told["Status"] == "FINISHED", told.get("Error")
        rows = lake.rows(f"SELECT * FROM {target} ORDER BY id, name, n")
        found.append((rows, told["ResultRows"]))
    assert found[0] == found[1]
    commits = 1 if case == "nothing at all" else 2
    assert athena(f'SELECT count(*) FROM "{twins}$snapshots"') == [[str(commits)]]


def test_merges_that_are_refused_leave_all_as_it_is(lake, twins):
    start = f"MERGE INTO raw.{twins} t USING"
    end = "WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id) VALUES"
    for statement, words in {
        f"{start} {twins}_s s ON t.id <> s.id {end} (s.id)": "multiple matches",
        f"{start} raw.{twins} s ON t.id = s.id {end} (s.id)": "cannot reference target table",
        f"{start} {twins}_s s ON t.id = s.id {end} (s.id, s.n)": "expressions",
        f"{start} {twins}_s s ON t.id = s.id {end} (s.name)": "integer",
        f"{start} {twins}_s s ON t.id = s.id REMOVE DUPLICATES": "not supported",
        f"{start} {twins}_s s ON t.id = s.id WHEN MATCHED AND s.n > 1 THEN DELETE "
        "WHEN NOT MATCHED THEN INSERT (id) VALUES (1)": "not supported",
    }.items():
        assert words in lake.refusal(statement), statement
    rows = [lake.rows(f"SELECT * FROM {each} ORDER BY id") for each in (twins, f"raw.{twins}")]
    assert rows[0] == rows[1]
