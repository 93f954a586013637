"""What PyAthena's own tests ask of Athena: what cursors report, and what reflection reads."""

import contextlib
import datetime as dt

import pytest

pyathena = pytest.importorskip("pyathena")
HIVE = "org.apache.hadoop.hive.ql.io"


@pytest.fixture(scope="module")
def connection(bucket):
    found = pyathena.connect(
        s3_staging_dir=f"s3://{bucket}/suite/", schema_name="suite", poll_interval=0.05
    )
    with contextlib.closing(found), found.cursor() as cursor:
        cursor.execute("CREATE DATABASE suite")
        yield found


@pytest.fixture
def run(connection):
    """``run(sql)``: a cursor that ran a statement."""
    with connection.cursor() as cursor:
        yield cursor.execute


@pytest.fixture
def create(run, bucket, fresh):
    """``create(clauses)``: what Athena tells of a table that was created so."""

    def made(clauses, columns="(a int)"):
        name = fresh("t", "_")
        where = f"LOCATION 's3://{bucket}/suite/{name}/'"
        run(f"CREATE EXTERNAL TABLE {name} {columns} {clauses.format(where=where)}")
        with run("SELECT 1").connection.cursor() as cursor:
            return cursor.get_table_metadata(name)

    return made


def test_statistics_are_never_zero(run):
    cursor = run("SELECT 1")
    assert cursor.query_queue_time_in_millis > 0


CASTS = {
    "time": ("CAST(timestamp '2020-01-02 03:04:05' AS time)", dt.time(3, 4, 5), 3),
    "text as bytes": ("CAST('aé' AS varbinary)", "aé".encode(), 1073741824),
    "row as json": ("CAST(ROW('a', 1) AS json)", {"": 1}, 0),
}


@pytest.mark.parametrize(("sql", "value", "precision"), CASTS.values(), ids=CASTS)
def test_types(run, sql, value, precision):
    cursor = run(f"SELECT {sql} AS v")
    assert (cursor.fetchone()[0], cursor.description[0][4]) == (value, precision)


PARAMETERS = {
    "number": ("7", (7,)),
    "quoted": ("'x y'", ("x y",)),
    "bare word": ("Washington", ("Washington",)),
    "moment": ("DATE '2020-01-01'", (dt.date(2020, 1, 1),)),
    "constant": ("true", (True,)),
}


@pytest.mark.parametrize(("given", "row"), PARAMETERS.values(), ids=PARAMETERS)
def test_parameters(run, given, row):
    assert run("SELECT v FROM (SELECT ? AS v)", [given], paramstyle="qmark").fetchone() == row


UNREAD = {
    "cte": "WITH c AS (SELECT id, name FROM {t}) SELECT name FROM c WHERE name = 'b'",
    "derived": "SELECT name FROM (SELECT * FROM {t}) s WHERE s.name = 'b'",
    "exists": "SELECT 'b' WHERE EXISTS (SELECT * FROM {t} WHERE name = 'b')",
}


@pytest.mark.parametrize("stored", ["PARQUET", "TEXTFILE"])
@pytest.mark.parametrize("sql", UNREAD.values(), ids=UNREAD)
def test_columns_may_be_named_and_not_read(run, create, stored, sql):
    table = create(f"STORED AS {stored} {{where}}", "(id int, name string)").name
    run(f"INSERT INTO {table} VALUES (1, 'a'), (2, 'b')")
    assert run(sql.format(t=table)).fetchall() == [("b",)]


def test_missing_tables_are_told_in_glues_words(connection):
    words = r"Entity Not Found \(Service: AmazonDataCatalog; Status Code: 400; Error Code: Ent"
    with connection.cursor() as cursor:
        for where in ({}, {"schema_name": "nosuch"}):
            with pytest.raises(pyathena.OperationalError, match=words):
                cursor.get_table_metadata("nosuch", **where)


def test_locations_have_no_slash_at_the_end(create, bucket):
    assert create("{where}").location.startswith(f"s3://{bucket}/suite/t_")
    assert not create("{where}").location.endswith("/")


FORMATS = {
    "delimited": (
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' STORED AS TEXTFILE {where}",
        f"{HIVE}.HiveIgnoreKeyTextOutputFormat",
        {"field.delim": "\t", "serialization.format": "\t"},
    ),
    "openx json": (
        "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' {where}",
        f"{HIVE}.IgnoreKeyTextOutputFormat",
        {"serialization.format": "1"},
    ),
    "parquet": (
        "STORED AS PARQUET {where}",
        f"{HIVE}.parquet.MapredParquetOutputFormat",
        {"serialization.format": "1"},
    ),
}


@pytest.mark.parametrize(("clauses", "output", "properties"), FORMATS.values(), ids=FORMATS)
def test_formats(create, clauses, output, properties):
    found = create(clauses)
    assert (found.output_format, found.serde_properties) == (output, properties)


def test_runs_of_white_space_in_comments_are_one_blank(create):
    found = create("COMMENT 'first\n\n  second\nlast' {where}", "(a int COMMENT 'it\\'s')")
    assert (found.comment, found.columns[0].comment) == ("first second\nlast", "it's")


def test_show_create_table_leaves_the_default_format_out(run, bucket, fresh):
    name = fresh("t", "_")
    properties = "'classification'='parquet', 'typeOfData'='file', 'compressionType'='none'"
    run(
        f"CREATE EXTERNAL TABLE {name} (a int) STORED AS PARQUET "
        f"LOCATION 's3://{bucket}/suite/{name}/' TBLPROPERTIES ({properties})"
    )
    lines = [line.strip() for (line,) in run(f"SHOW CREATE TABLE {name}").fetchall()]
    assert not [line for line in lines if "SERDEPROPERTIES" in line]
    told = [line.partition("'=")[0].strip("'") for line in lines if "'='" in line]
    told = [name for name in told if not name.startswith("transient")]
    assert told == ["classification", "compressionType", "typeOfData"]
