"""External tables in queries: rows, types, pseudo-columns, joins with local tables, views."""

import pyarrow as pa
import pytest

from tests.redshift.spectrum.conftest import BUCKET, put_parquet

FILE = f"s3://{BUCKET}/sales/month=2008-02/day=1/a.parquet"
CASES = {
    "columns, then the partition keys": (
        "SELECT * FROM raw.sales WHERE month = '2008-01' AND id < 3 ORDER BY id",
        [[1, "1.50", "a", "2008-01", 1], [2, "2.50", "b", "2008-01", 1]],
    ),
    "pseudo-columns by name": (
        'SELECT "$path", name FROM raw.sales WHERE month = \'2008-02\' AND id = 2',
        [[FILE, "b"]],
    ),
    "text with NULL": ("SELECT id, t FROM raw.lines ORDER BY id", [[1, "x"], [2, None]]),
    "aggregates": (
        "SELECT month, sum(amount) FROM raw.sales GROUP BY 1 HAVING min(id) = 1 ORDER BY 1",
        [["2008-01", "7.50"], ["2008-02", "7.50"], ["2008-03", "7.50"]],
    ),
    "the greatest of floats, of which none is NaN": (
        "SELECT max(w), max(small), min(w), (SELECT max(w) FROM raw.weights) FROM raw.weights",
        [[2.5, 2.5, -1.5, 2.5]],
    ),
    "a join of lake and warehouse": (
        ("SELECT n.name, s.amount FROM raw.sales s JOIN names n ON s.id = n.id "
        "WHERE s.month = '2008-03' ORDER BY 1"),
        [["one", "1.50"], ["two", "2.50"]],
    ),
    "an outer join": (
        ("SELECT n.name, s.amount FROM names n LEFT JOIN raw.sales s ON s.id = n.id "
        "AND s.month = '2008-03' ORDER BY n.id"),
        [["one", "1.50"], ["two", "2.50"], ["nine", None]],
    ),
    "the same table twice": (
        "SELECT count(*) FROM raw.lines a, raw.lines b WHERE a.id <= b.id",
        [[3]],
    ),
    "in a CTE that is used twice": (
        ("WITH w AS (SELECT id, month FROM raw.sales) SELECT a.id FROM w a JOIN w b ON a.id = b.id "
        "WHERE a.month = '2008-01' AND b.month = '2008-02' ORDER BY 1"),
        [[1], [2], [3]],
    ),
    "beside a system relation": (
        ("SELECT l.id FROM raw.lines l JOIN pg_tables p ON p.tablename = 'names' "
        "WHERE l.id = 2"),
        [[2]],
    ),
    "in a subquery": ("SELECT name FROM names WHERE id IN (SELECT id FROM raw.lines) ORDER BY 1",
                      [["one"], ["two"]]),
    "EXISTS": (
        ("SELECT name FROM names n WHERE EXISTS (SELECT 1 FROM raw.lines l WHERE l.id = n.id "
        "AND l.t = 'x')"),
        [["one"]],
    ),
    "UNION of both": (
        ("SELECT name FROM names WHERE id = 9 UNION ALL SELECT t FROM raw.lines WHERE id = 1 "
        "ORDER BY 1"),
        [["nine"], ["x"]],
    ),
    "fields of structs": (
        ("SELECT p.who.given, who.age + 1, p.seen.at FROM raw.people p "
        "WHERE p.who.given IN ('Ann', 'Bob') ORDER BY p.who.age"),
        [["Ann", 31, "2018-03-01 11:59:59.5"], ["Bob", 41, None]],
    ),
    "a field alone, counted by": (
        "SELECT p.who.given, count(*) FROM raw.people p GROUP BY 1 ORDER BY 1",
        [["Ann", 1], ["Bob", 1]],
    ),
    "an array's elements as rows": (
        "SELECT p.id, o.day, o.price FROM raw.people p, p.orders o ORDER BY 3",
        [[1, "mon", 1.5], [1, "tue", 2.5]],
    ),
    "rows without elements too": (
        "SELECT p.id, o FROM raw.people p LEFT JOIN p.phones o ON true ORDER BY 1, 2",
        [[1, "1"], [1, "2"], [2, None]],
    ),
    "a map's entries": (
        "SELECT p.id, t.key, t.value FROM raw.people p, p.tags t WHERE t.key = 'work'",
        [[1, "work", "x"]],
    ),
    "a subquery over an array": (
        "SELECT p.id, (SELECT sum(o.price) FROM p.orders o) FROM raw.people p ORDER BY 1",
        [[1, 4.0], [2, None]],
    ),
    "a subquery over an array in FROM": (
        "SELECT p.id, s.n FROM raw.people p, (SELECT count(*) AS n FROM p.orders o) s ORDER BY 1",
        [[1, 2], [2, 0]],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), CASES.values(), ids=CASES)
def test_rows(lake, sql, expected):
    assert lake.rows(sql) == expected


def test_types_are_redshifts(lake):
    assert lake.types("SELECT * FROM raw.sales LIMIT 0") == [
        "int4", "numeric", "varchar", "varchar", "int4",
    ]  # fmt: skip
    sql = "SELECT p.who.age, p.seen.at, o.price, t.key FROM raw.people p, p.orders o, p.tags t"
    assert lake.types(sql) == ["int4", "timestamp", "float8", "varchar"]


NESTED = "SELECT who, phones, tags, seen FROM raw.people ORDER BY id LIMIT 1"
PLAIN = """{"home":"{\\"a\\":1}","work":"x"}"""
PARSED = """{"home":{"a":1},"work":"x"}"""


@pytest.mark.parametrize(("also", "tags"), [("off", PLAIN), ("on", PARSED)])
def test_a_session_may_have_nested_columns_as_json(lake, also, tags):
    settings = (
        "SET json_serialization_enable TO true; "
        f"SET json_serialization_parse_nested_strings TO {also}"
    )
    phones = '["1","2"]' if also == "off" else "[1,2]"
    seen = '{"at":"2018-03-01T11:59:59.500Z"}'
    assert lake.rows_where(settings, NESTED) == [['{"given":"Ann","age":30}', phones, tags, seen]]


def test_a_late_binding_view(lake):
    text = "SELECT s.month, n.name FROM raw.sales s JOIN public.names n ON n.id = s.id"
    lake.done(f"CREATE VIEW public.late AS {text} WITH NO SCHEMA BINDING")
    told = lake.run("SELECT name FROM late WHERE month = '2008-02' ORDER BY 1")
    assert lake.values(told) == [["one"], ["two"]]
    counts = "SELECT total_partitions, qualified_partitions FROM svl_s3partition WHERE query = "
    assert lake.rows(f"{counts}{told['RedshiftQueryId']}") == [[3, 1]]
    assert "External tables are not supported in views" in lake.refusal(
        f"CREATE VIEW public.bound AS {text}"
    )


def test_a_materialized_view_is_refreshed(lake):
    lake.done(
        "CREATE MATERIALIZED VIEW counted AS SELECT month, count(*) AS n FROM raw.sales GROUP BY 1",
        "REFRESH MATERIALIZED VIEW counted",
    )
    assert lake.rows("SELECT max(n) FROM counted") == [[3]]


def test_changes_of_local_tables_may_read_the_lake(lake):
    lake.done(
        "CREATE TABLE changed AS SELECT * FROM names",
        "UPDATE changed SET name = l.t FROM raw.lines l WHERE l.id = changed.id AND l.id = 1",
        "DELETE FROM changed USING raw.sales s WHERE s.id = changed.id AND s.id = 2",
        "INSERT INTO changed SELECT id + 10, t FROM raw.lines",
    )
    expected = [[1, "x"], [9, "nine"], [11, "x"], [12, None]]
    assert lake.rows("SELECT * FROM changed ORDER BY id") == expected


REFUSED = {
    "a table that is not there": ("SELECT * FROM raw.nosuch",
                                  'relation "raw.nosuch" does not exist'),
    "what Athena tells of a table": ('SELECT * FROM raw."sales$partitions"',
                                     'relation "raw.sales$partitions" does not exist'),
    "a local table in an external schema": (
        "CREATE TABLE raw.mine (a int)",
        "Operations on local objects in external schema are not enabled.",
    ),
    "a column that is not there": ("SELECT nosuch FROM raw.lines", "does not exist"),
    "the catalog itself, for a user with a password": (
        'SELECT * FROM "awsdatacatalog".spectrum_raw.lines', "did not log in by IAM",
    ),
    "all columns of a nested table": (
        "SELECT * FROM raw.people", "Nested tables do not support '*' in the SELECT clause.",
    ),
    "a struct as a value": (
        "SELECT who FROM raw.people", 'column "who" does not exist in people',
    ),
    "an array as a value": (
        "SELECT id FROM raw.people p WHERE p.phones IS NULL", 'column "phones" does not exist in p',
    ),
    "a field that a struct has not": (
        "SELECT p.who.nosuch FROM raw.people p", 'column "nosuch" does not exist in who',
    ),
    "an element by its place": (
        "SELECT phones[1] FROM raw.people", "cannot subscript type array",
    ),
    "files by their path": ("SELECT * FROM read_parquet('/etc/passwd')", "is not supported"),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "words"), REFUSED.values(), ids=REFUSED)
def test_refused(lake, sql, words):
    assert words in lake.refusal(sql)


@pytest.mark.parametrize(
    "source",
    [
        "POSTGRES DATABASE 'd' SCHEMA 'public' URI 'h' PORT 5432 IAM_ROLE default SECRET_ARN 'a'",
        "MYSQL DATABASE 'd' URI 'h' IAM_ROLE 'arn:aws:iam::123456789012:role/r' SECRET_ARN 'a'",
        "KINESIS IAM_ROLE default",
    ],
    ids=lambda source: source.split()[0],
)
def test_other_sources_are_kept_on_record_and_not_read(lake, fresh, source):
    name = fresh("ext", "_")
    lake.done(f"CREATE EXTERNAL SCHEMA {name} FROM {source}")
    assert "the local AWS does not read" in lake.refusal(f"SELECT * FROM {name}.t")


def test_numbers_and_bytes_that_json_has_not_are_texts_of_it(lake, aws, fresh):
    table = fresh("ext", "_")
    kinds = "n array<double>, s struct<r:float,b:binary>"
    place = f"LOCATION 's3://{BUCKET}/made/{table}/'"
    lake.done(f"CREATE EXTERNAL TABLE raw.{table} ({kinds}) STORED AS PARQUET {place}")
    inner = pa.struct([("r", pa.float32()), ("b", pa.binary())])
    numbers = [1.5, float("nan"), float("-inf"), None]
    rows = {"n": [numbers], "s": pa.array([{"r": 1.1, "b": b"\x00\xff"}], inner)}
    put_parquet(aws("s3"), f"made/{table}/f", pa.table(rows))
    sql = f"SELECT n, s FROM raw.{table}"
    assert lake.rows_where("SET json_serialization_enable TO true", sql) == [
        ['[1.5,"NaN","-Infinity",null]', '{"r":1.1,"b":"00ff"}']
    ]
