"""awswrangler, unmodified: datasets in S3, the catalog, Athena in its three ways."""

import datetime as dt
import decimal
import itertools

import pandas as pd
import pytest

pytestmark = pytest.mark.filterwarnings("ignore")  # awswrangler's own, of pandas to come
DATABASE = "wrangler"
WAYS = {
    "ctas": {"ctas_approach": True},
    "csv": {"ctas_approach": False},
    "unload": {"ctas_approach": False, "unload_approach": True},
}
numbers = itertools.count()


@pytest.fixture(scope="module")
def place(wr, bucket):
    """``place()``: a new folder."""
    wr.catalog.create_database(DATABASE)
    return lambda: f"s3://{bucket}/wrangler/{next(numbers)}/"


@pytest.fixture(params=WAYS)
def read(wr, place, request):
    """``read(sql)``: a query's rows, in each of awswrangler's ways."""
    way = WAYS[request.param]

    def run(sql, **options):
        output = {"s3_output": place()} if "unload_approach" in way else {}
        return wr.athena.read_sql_query(sql, database=DATABASE, **way, **output, **options)

    return run


@pytest.fixture(scope="module")
def rows(wr, place):
    """``rows(sql)``: a query's rows as tuples."""

    def run(sql):
        frame = wr.athena.read_sql_query(sql, database=DATABASE, ctas_approach=False)
        return list(frame.itertuples(index=False, name=None))

    return run


def frame():
    """Values of each type, a missing one of each, in two partitions."""
    return pd.DataFrame(
        {
            "id": [1, 2, 3, 4],
            "name": ["ann", 'b"ob', "c,id", None],
            "price": [1.5, 2.25, None, -3.0],
            "ok": [True, False, None, True],
            "day": [dt.date(2020, 1, 1), dt.date(2020, 1, 2), None, dt.date(1969, 7, 20)],
            "at": [dt.datetime(2020, 1, 1, 1, 2, 3, 123000), None, None, dt.datetime(1969, 7, 20)],
            "sum": [
                decimal.Decimal("1.10"),
                decimal.Decimal("-2.20"),
                None,
                decimal.Decimal("9.99"),
            ],
            "part": ["x", "x", "y", "y"],
        }
    )


@pytest.fixture(scope="module")
def people(wr, place):
    """A partitioned table; returns its folder."""
    folder = place()
    wr.s3.to_parquet(
        frame(), folder, dataset=True, database=DATABASE, table="people", partition_cols=["part"],
        glue_table_settings={"description": "who", "columns_comments": {"id": "the id"}},
    )  # fmt: skip
    return folder


def test_every_type(read, people):
    found = read("SELECT * FROM people ORDER BY id").sort_values("id").reset_index(drop=True)
    assert found["id"].tolist() == [1, 2, 3, 4]
    assert found["name"].tolist()[:3] == ["ann", 'b"ob', "c,id"]
    assert found["day"].tolist()[3] == dt.date(1969, 7, 20)
    assert found["at"][0] == pd.Timestamp("2020-01-01 01:02:03.123")
    assert found["sum"].tolist()[:2] == [decimal.Decimal("1.10"), decimal.Decimal("-2.20")]
    assert found["part"].tolist() == ["x", "x", "y", "y"]
    assert found[["name", "price", "ok", "day", "at", "sum"]].isna().sum().tolist() == [1] * 3 + [
        1, 2, 1,
    ]  # fmt: skip


@pytest.mark.parametrize("size", [3, True], ids=["3", "files"])
def test_in_pieces(read, people, size):
    assert sum(len(piece) for piece in read("SELECT * FROM people", chunksize=size)) == 4


def test_no_rows(wr, read, people, request):
    sql = "SELECT id, name FROM people WHERE id > 100"
    if request.node.callspec.params["read"] == "unload":  # no file tells its columns
        with pytest.raises(wr.exceptions.EmptyDataFrame):
            read(sql)
        return
    found = read(sql)
    assert (len(found), list(found.columns)) == (0, ["id", "name"])


def test_named_parameters(read, people):
    given = {"id": 1, "name": "ann", "day": dt.date(2020, 1, 1)}
    sql = "SELECT id FROM people WHERE id = :id AND name = :name AND day = :day"
    assert read(sql, params=given)["id"].tolist() == [1]


def test_question_marks(wr, people):
    found = wr.athena.read_sql_query(
        "SELECT id FROM people WHERE id = ? AND name = ?", database=DATABASE,
        params=["1", "'ann'"], paramstyle="qmark", ctas_approach=False,
    )  # fmt: skip
    assert found["id"].tolist() == [1]


def test_a_table_grows(wr, place, rows):
    folder = place()

    def write(data, **options):
        where = {"dataset": True, "database": DATABASE, "table": "grows"}
        wr.s3.to_parquet(data, folder, **where, partition_cols=["part"], **options)

    count = "SELECT part, count(*) AS n FROM grows GROUP BY part ORDER BY part"
    write(frame())
    write(frame(), mode="append")
    assert rows(count) == [("x", 4), ("y", 4)]
    write(frame()[:1], mode="overwrite_partitions")
    assert rows(count) == [("x", 1), ("y", 4)]
    write(frame().assign(more=7), mode="append", schema_evolution=True)
    assert rows("SELECT count(more) AS n FROM grows") == [(4,)]
    with pytest.raises(wr.exceptions.InvalidArgumentValue):
        write(frame().assign(other=7), mode="append", schema_evolution=False)
    write(frame(), mode="overwrite")
    assert rows(count) == [("x", 2), ("y", 2)]


@pytest.mark.parametrize("kind", ["csv", "json", "orc"])
def test_other_formats(wr, place, rows, kind):
    data = frame().drop(columns=["at", "sum", "ok"])
    lines = {"csv": {"index": False}, "json": {"orient": "records", "lines": True}, "orc": {}}
    options = {"dataset": True, "database": DATABASE, "table": f"as_{kind}"} | lines[kind]
    options |= {"index": None} if kind == "json" else {}
    getattr(wr.s3, f"to_{kind}")(data, place(), **options)
    found = rows(f"SELECT id, price, part FROM as_{kind} ORDER BY id")
    assert found[:2] == [(1, 1.5, "x"), (2, 2.25, "x")]
    assert pd.isna(found[2][1])


def test_files_without_a_catalog(wr, place):
    folder = place()
    wr.s3.to_csv(frame(), f"{folder}a.csv.gz", index=False, compression="gzip")
    assert len(wr.s3.read_csv(f"{folder}a.csv.gz")) == 4
    assert wr.s3.list_objects(folder) == [f"{folder}a.csv.gz"]
    assert wr.s3.does_object_exist(f"{folder}a.csv.gz")
    wr.s3.delete_objects(folder)
    assert wr.s3.list_objects(folder) == []


def test_read_without_athena(wr, people):
    assert len(wr.s3.read_parquet(people, dataset=True)) == 4
    table = {"database": DATABASE, "table": "people"}
    found = wr.s3.read_parquet_table(**table, partition_filter=lambda p: p["part"] == "y")
    assert sorted(found["id"]) == [3, 4]


def test_the_catalog(wr, people):
    table = {"database": DATABASE, "table": "people"}
    assert wr.catalog.does_table_exist(**table)
    assert wr.catalog.get_table_types(**table)["sum"] == "decimal(3,2)"
    assert wr.catalog.get_table_location(**table) == people
    assert wr.catalog.get_table_description(**table) == "who"
    assert wr.catalog.get_columns_comments(**table)["id"] == "the id"
    assert sorted(wr.catalog.get_partitions(**table).values()) == [["x"], ["y"]]
    assert wr.catalog.table(**table)["Column Name"].tolist()[-1] == "part"
    assert "people" in [t["Name"] for t in wr.catalog.search_tables(text="people")]


def test_statements_of_athena(wr, people):
    table = {"database": DATABASE, "table": "people"}
    described = wr.athena.describe_table(**table)
    assert described.loc[described["Column Name"] == "price", "Type"].tolist() == ["double"]
    assert "CREATE EXTERNAL TABLE `people`" in wr.athena.show_create_table(**table)
    again = wr.athena.generate_create_query(**table).replace("`people`", "`again`", 1)
    ended = wr.athena.start_query_execution(again, database=DATABASE, wait=True)
    assert ended["Status"]["State"] == "SUCCEEDED"
    assert wr.athena.repair_table("again", database=DATABASE) == "SUCCEEDED"
    assert len(wr.athena.read_sql_table("again", database=DATABASE)) == 4


def test_executions(wr, people):
    query = wr.athena.start_query_execution("SELECT * FROM people", database=DATABASE)
    assert wr.athena.wait_query(query)["Status"]["State"] == "SUCCEEDED"
    assert len(wr.athena.get_query_results(query)) == 4
    assert wr.athena.get_query_columns_types(query)["sum"] == "decimal(3,2)"
    assert query in wr.athena.list_query_executions()
    found, missing = wr.athena.get_query_executions([query, "none"], return_unprocessed=True)
    assert (found["QueryExecutionId"][0], len(missing)) == (query, 1)


@pytest.mark.parametrize("kind", ["parquet", "orc", "avro", "json", "textfile"])
def test_tables_from_queries(wr, people, kind):
    wr.athena.create_ctas_table(
        "SELECT id, name, part FROM people", database=DATABASE, ctas_table=f"made_{kind}",
        storage_format=kind, partitioning_info=["part"], wait=True,
    )  # fmt: skip
    assert len(wr.athena.read_sql_table(f"made_{kind}", database=DATABASE)) == 4


def test_unload(wr, people, place):
    sql, folder = "SELECT id, part FROM people", place()
    wr.athena.unload(sql, folder, database=DATABASE, partitioned_by=["part"])
    paths = [p for p in wr.s3.list_objects(folder) if "/part=" in p]
    found = wr.s3.read_parquet(paths, path_root=folder, dataset=True)
    assert sorted(zip(found["id"], found["part"], strict=True)) == [
        (1, "x"), (2, "x"), (3, "y"), (4, "y"),
    ]  # fmt: skip


def test_prepared_statements(wr, people):
    wr.athena.create_prepared_statement("SELECT id FROM people WHERE id = ?", "by_id")
    found = wr.athena.read_sql_query("EXECUTE by_id USING 2", DATABASE, ctas_approach=False)
    assert found["id"].tolist() == [2]
    assert "by_id" in [s["StatementName"] for s in wr.athena.list_prepared_statements()]
    wr.athena.delete_prepared_statement("by_id")


def test_a_cached_result(wr, people):
    def run():
        return wr.athena.read_sql_query(
            "SELECT 17 AS n", DATABASE, ctas_approach=False,
            athena_cache_settings={"max_cache_seconds": 900},
        ).query_metadata["QueryExecutionId"]  # fmt: skip

    assert run() == run()


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT * FROM nowhere", "TABLE_NOT_FOUND"),
        ("SELECT nothing FROM people", "COLUMN_NOT_FOUND"),
        ("SELECT 1 / 0 AS n", "DIVISION_BY_ZERO"),
    ],
    ids=["table", "column", "division"],
)
def test_what_fails_is_told(wr, people, sql, words):
    with pytest.raises(wr.exceptions.QueryFailed, match=words):
        wr.athena.read_sql_query(sql, DATABASE, ctas_approach=False)


def test_results_go_where_the_work_group_says(wr, people, aws, bucket):
    output = {"OutputLocation": f"s3://{bucket}/group/"}
    rules = {"ResultConfiguration": output, "EnforceWorkGroupConfiguration": True}
    aws("athena").create_work_group(Name="wrangler", Configuration=rules)
    found = wr.athena.read_sql_query("SELECT * FROM people", DATABASE, workgroup="wrangler")
    assert len(found) == 4
    assert wr.s3.list_objects(f"s3://{bucket}/group/")
