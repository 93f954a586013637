"""PyAthena, unmodified: its cursors, its parameters, its SQLAlchemy dialect."""

import datetime as dt
import decimal

import pyathena
import pytest
from pyathena import async_cursor, cursor, error, model
from pyathena.arrow.cursor import ArrowCursor
from pyathena.pandas.cursor import PandasCursor

CREATE = """CREATE TABLE everything WITH (format = 'PARQUET') AS SELECT
    1 AS id, CAST(2 AS bigint) AS big, 1.5e0 AS ratio, CAST('1.10' AS decimal(10, 2)) AS price,
    true AS ok, 'say "hi", you' AS words, '' AS empty, CAST(NULL AS varchar) AS missing,
    DATE '2020-02-29' AS day, TIMESTAMP '2020-02-29 01:02:03.456' AS at,
    ARRAY[1, 2] AS items, MAP(ARRAY['a'], ARRAY[1]) AS pairs,
    CAST(ROW(1, 'x') AS row(a integer, b varchar)) AS pair, X'6869' AS bytes"""


@pytest.fixture(scope="module")
def connect(cloud, bucket):
    """``connect(cursor_class=...)``: a connection to a database with a table of every type."""

    def made(**options):
        return pyathena.connect(
            s3_staging_dir=f"s3://{bucket}/pyathena/",
            region_name="us-east-1",
            schema_name="pyathena",
            poll_interval=0.05,
            **options,
        )

    with pyathena.connect(
        s3_staging_dir=f"s3://{bucket}/pyathena/", region_name="us-east-1", poll_interval=0.05
    ) as first:
        first.cursor().execute("CREATE DATABASE pyathena")
    made().cursor().execute(CREATE)
    return made


def test_every_type(connect):
    row = connect().cursor().execute("SELECT * FROM everything").fetchone()
    assert row[:10] == (
        1,
        2,
        1.5,
        decimal.Decimal("1.10"),
        True,
        'say "hi", you',
        "",
        None,
        dt.date(2020, 2, 29),
        dt.datetime(2020, 2, 29, 1, 2, 3, 456000),
    )
    # PyAthena takes what stands in {a=1} for text.
    assert row[10:] == ([1, 2], {"a": "1"}, {"a": "1", "b": "x"}, b"hi")


def test_description_and_facts(connect):
    found = connect().cursor().execute("SELECT id, price, words FROM everything")
    assert [(d[0], d[1]) for d in found.description] == [
        ("id", "integer"),
        ("price", "decimal"),
        ("words", "varchar"),
    ]
    assert found.description[1][4:6] == (10, 2)
    assert found.state == model.AthenaQueryExecution.STATE_SUCCEEDED
    assert found.data_scanned_in_bytes > 0
    assert found.database == "pyathena"
    assert found.statement_type == "DML"
    assert found.total_execution_time_in_millis >= found.engine_execution_time_in_millis
    assert found.output_location.endswith(f"{found.query_id}.csv")


def test_rows_in_pages(connect):
    found = connect().cursor().execute("SELECT * FROM UNNEST(sequence(1, 2500)) AS t (n)")
    assert found.fetchmany(3) == [(1,), (2,), (3,)]
    assert [n for (n,) in found] == list(range(4, 2501))


def test_dict_cursor(connect):
    found = connect(cursor_class=cursor.DictCursor).cursor().execute("SELECT 1 AS a, 'b' AS b")
    assert found.fetchall() == [{"a": 1, "b": "b"}]


@pytest.mark.parametrize(
    ("style", "sql", "given"),
    [
        ("pyformat", "SELECT %(n)d AS n, %(t)s AS t", {"n": 1, "t": "it's"}),
        ("qmark", "SELECT CAST(? AS integer) AS n, ? AS t", ["1", "'it''s'"]),
    ],
    ids=["pyformat", "qmark"],
)
def test_parameters(connect, style, sql, given):
    found = connect().cursor().execute(sql, given, paramstyle=style)
    assert found.fetchall() == [(1, "it's")]


def test_many_rows_inserted(connect):
    with connect().cursor() as found:
        found.execute("CREATE TABLE many WITH (format = 'PARQUET') AS SELECT 0 AS n, 'zero' AS t")
        found.executemany(
            "INSERT INTO many VALUES (%(n)d, %(t)s)", [{"n": 1, "t": "one"}, {"n": 2, "t": "two"}]
        )
        rows = found.execute("SELECT * FROM many ORDER BY n").fetchall()
    assert rows == [(0, "zero"), (1, "one"), (2, "two")]


@pytest.mark.parametrize(
    "sql",
    ["SELEC 1", "SELECT * FROM nowhere", "SELECT 1 / 0"],
    ids=["syntax", "no-table", "division"],
)
def test_what_fails_is_told(connect, sql):
    with pytest.raises((error.OperationalError, error.DatabaseError)):
        connect().cursor().execute(sql)


def test_statements_that_say_lines(connect):
    found = connect().cursor()
    assert ("everything",) in found.execute("SHOW TABLES").fetchall()
    columns = [line[0].split("\t")[0].strip() for line in found.execute("DESCRIBE everything")]
    assert columns[:2] == ["id", "big"]


def test_a_query_in_the_background(connect):
    with connect(cursor_class=async_cursor.AsyncCursor).cursor() as found:
        query, future = found.execute("SELECT 1 AS one")
        assert future.result().fetchall() == [(1,)]
        assert found.query_execution(query).result().state == "SUCCEEDED"


def test_a_query_is_cancelled(connect):
    with connect(cursor_class=async_cursor.AsyncCursor).cursor() as found:
        query, future = found.execute(
            "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a (x), "
            "UNNEST(sequence(1, 10000)) AS b (y), UNNEST(sequence(1, 100)) AS c (z) "
            "WHERE x * y * z % 7 = 3"
        )
        found.cancel(query).result()
        assert future.result().state == model.AthenaQueryExecution.STATE_CANCELLED


def test_a_result_is_used_again(connect):
    found = connect().cursor()
    reuse = {"result_reuse_enable": True, "result_reuse_minutes": 5}
    first = found.execute("SELECT id + 41 AS n FROM everything", **reuse).reused_previous_result
    again = found.execute("SELECT id + 41 AS n FROM everything", **reuse).reused_previous_result
    assert (first, again) == (False, True)
    assert found.fetchall() == [(42,)]


@pytest.mark.filterwarnings("ignore:engine='auto' is deprecated")
@pytest.mark.parametrize("unload", [False, True], ids=["csv", "unload"])
def test_pandas_cursor(connect, unload):
    found = connect(cursor_class=PandasCursor).cursor(unload=unload)
    frame = found.execute("SELECT id, ratio, words, missing, day FROM everything").as_pandas()
    assert frame.loc[0, ["id", "ratio", "words"]].tolist() == [1, 1.5, 'say "hi", you']
    assert frame["missing"].isna().all()


def test_pandas_in_pieces(connect):
    found = connect(cursor_class=PandasCursor).cursor()
    sql = "SELECT * FROM UNNEST(sequence(1, 25)) AS t (n)"
    sizes = [len(piece) for piece in found.execute(sql, chunksize=10).as_pandas()]
    assert sizes == [10, 10, 5]


@pytest.mark.parametrize("unload", [False, True], ids=["csv", "unload"])
def test_arrow_cursor(connect, cloud, monkeypatch, unload):
    """pyarrow's own S3FileSystem() ignores AWS_ENDPOINT_URL, so it is told by one line."""
    import pyarrow.fs

    plain = pyarrow.fs.S3FileSystem
    monkeypatch.setattr(
        "pyarrow.fs.S3FileSystem",
        lambda *a, **k: plain(*a, **{"endpoint_override": cloud.endpoint} | k),
    )
    found = connect(cursor_class=ArrowCursor).cursor(unload=unload)
    table = found.execute("SELECT id, words, day FROM everything").as_arrow()
    assert table.to_pylist() == [{"id": 1, "words": 'say "hi", you', "day": dt.date(2020, 2, 29)}]
