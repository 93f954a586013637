"""Unmodified clients: psycopg, redshift_connector, SQLAlchemy, awswrangler, psql."""

import datetime
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import awswrangler as wr
import pandas as pd
import psycopg
import pytest
import redshift_connector
import sqlalchemy as sa
from redshift_connector.interval import IntervalDayToSecond, IntervalYearToMonth

from tests.redshift.wire.conftest import DATABASE, PASSWORD, USER

# redshift_connector makes its TLS context as Python no longer likes it.
pytestmark = pytest.mark.filterwarnings("ignore:ssl[.](SSLContext|PROTOCOL_TLS):DeprecationWarning")
Run = Callable[..., list[tuple[Any, ...]]]
UTC = datetime.UTC
# An expression, its value as psycopg reads it from text and from binary.
VALUES = {
    "bool": ("true", True),
    "int2": ("(-7)::smallint", -7),
    "int4": ("2147483647", 2147483647),
    "int8": ("9223372036854775807", 9223372036854775807),
    "numeric": ("12345678.0900::numeric(18,4)", Decimal("12345678.0900")),
    "numeric small": ("(-0.00012)::numeric(10,5)", Decimal("-0.00012")),
    "numeric zero": ("0::numeric(10,2)", Decimal("0.00")),
    "numeric large": ("10000000000000000000000000000::numeric(38,0)", Decimal(10) ** 28),
    "float4": ("1.5::real", 1.5),
    "float8": ("0.1::float8", 0.1),
    "float8 huge": ("1e300::float8", 1e300),
    "infinity": ("'inf'::float8", float("inf")),
    "varchar": ("'Grüße'::varchar(20)", "Grüße"),
    "char": ("'ab'::char(4)", "ab  "),
    "date": ("'1999-12-31'::date", datetime.date(1999, 12, 31)),
    "time": ("'01:02:03.5'::time", datetime.time(1, 2, 3, 500000)),
    "timetz": ("'01:02:03+02'::timetz",
               datetime.time(1, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))),
    "timestamp": ("'2026-11-26 15:00:00.25'::timestamp",
                  datetime.datetime(2026, 11, 26, 15, 0, 0, 250000)),
    "timestamptz": ("'2026-11-26 15:00:00+02'::timestamptz",
                    datetime.datetime(2026, 11, 26, 13, tzinfo=UTC)),
    "interval": ("'1 day 02:00:05.5'::interval", datetime.timedelta(1, 7205, 500_000)),
    "interval below nothing": ("'-1 day -00:00:01'::interval", datetime.timedelta(-1, -1)),
    "interval of months": ("'1 year 2 mons'::interval", datetime.timedelta(425)),
    "null": ("NULL::int", None),
    "expression of nothing": ("NULL", None),
}  # fmt: skip


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
@pytest.mark.parametrize(("sql", "value"), VALUES.values(), ids=VALUES.keys())
def test_values_in_text_and_in_binary(run: Run, sql: str, value: Any, binary: bool) -> None:
    assert run(f"SELECT {sql}", binary=binary) == [(value,)]


def test_a_geometry_in_binary_is_the_bytes_of_its_text(run: Run) -> None:
    [(text,)], [(data,)] = (run("SELECT ST_Point(1, 2)", binary=how) for how in (False, True))
    assert (
        data == bytes.fromhex(text) == bytes.fromhex("0101000000000000000000f03f0000000000000040")
    )


# What psycopg sends, and where it has a format of its own for it.
PARAMETERS = [
    True, 7, 70_000, 2**40, 1.25, Decimal("-12.50"), "it's", None,
    Decimal("12345678901234567890123456789.012345678"), Decimal("-" + "9" * 38),
    datetime.date(2024, 2, 29), datetime.time(12, 30), datetime.datetime(2024, 2, 29, 1, 2, 3),
    datetime.datetime(2024, 2, 29, 1, 2, 3, tzinfo=UTC),
]  # fmt: skip


@pytest.mark.parametrize("form", ["%s", "%b", "%t"], ids=["auto", "binary", "text"])
def test_parameters_come_back(run: Run, form: str) -> None:
    sql = "SELECT " + ", ".join(form for _ in PARAMETERS)
    assert run(sql, *PARAMETERS) == [tuple(PARAMETERS)]


def test_parameters_take_the_type_of_what_they_meet(run: Run) -> None:
    run("CREATE TEMP TABLE dated (d date, n numeric(8,2), t varchar(10))")
    run("INSERT INTO dated VALUES (%s, %s, %s)", "2024-05-01", 3, "x")
    assert run("SELECT t FROM dated WHERE d = %s AND n = %s", "2024-05-01", Decimal(3)) == [("x",)]


@pytest.mark.parametrize("form", ["%s", "%b", "%t"], ids=["auto", "binary", "text"])
def test_a_union_of_parameters_has_their_type(run: Run, form: str) -> None:
    sql = f"SELECT {form} AS n, {form} UNION ALL SELECT {form}, {form} UNION ALL SELECT NULL, '3'"
    day = datetime.date(2024, 2, 29)
    rows = [(9, "x"), (10, "y"), (None, "3")]
    assert run(f"{sql} ORDER BY 1", 10, "y", 9, "x") == rows
    assert run(f"SELECT {form} UNION SELECT {form}", day, day) == [(day,)]


@pytest.mark.parametrize("form", ["%s", "%b", "%t"], ids=["auto", "binary", "text"])
def test_many_rows_of_parameters(run: Run, form: str) -> None:
    moment = datetime.datetime(2024, 2, 29, 1, 2, 3, 500)
    row = (7, Decimal("-1.50"), 0.1, "it's", moment.date(), moment, True)
    rows = [row, (None,) * 7] * 5
    kinds = "a int, b numeric(8,2), c float, d varchar(4), e date, f timestamp, g boolean"
    run(f"CREATE TEMP TABLE many ({kinds})")
    places = ", ".join([f"({', '.join([form] * 7)})"] * len(rows))
    run(f"INSERT INTO many VALUES {places}", *(value for row in rows for value in row))
    assert run("SELECT * FROM many") == rows
    places = ", ".join([f"({form})"] * 9)
    with pytest.raises(psycopg.Error, match="value too long"):
        run(f"INSERT INTO many (d) VALUES {places}", *["x"] * 8, "too long")


def test_a_date_part_and_a_format_may_be_parameters(run: Run) -> None:
    day = "date '2024-05-17'"
    sql = f"SELECT date_trunc(%s, {day}), date_part(%s, {day}), to_number(%s, %s)"
    found = (datetime.datetime(2024, 5, 1), 5.0, Decimal("12.5"))
    assert run(sql, "month", "month", "12.5", "99.9") == [found]
    with pytest.raises(psycopg.Error, match='units "foo" not recognized'):
        run(sql, "foo", "month", "1", "9")


def test_a_change_may_begin_with_queries(run: Run) -> None:
    run("CREATE TEMP TABLE changed AS SELECT 1 AS id, 10 AS n UNION ALL SELECT 2, 20")
    run("WITH q AS (SELECT %s AS id) UPDATE changed SET n = 5 WHERE id IN (SELECT id FROM q)", 1)
    run("WITH q (id) AS (SELECT 2) DELETE FROM changed USING q WHERE changed.id = q.id")
    run("PREPARE more (int) AS UPDATE changed SET n = n + $1")
    run("EXECUTE more (2)")
    assert run("SELECT id, n FROM changed") == [(1, 7)]
    told = "SELECT query_type FROM sys_query_history WHERE query_text LIKE 'WITH q%%' ORDER BY 1"
    assert run(told) == [("DELETE",), ("UPDATE",)]


def test_a_statement_is_recorded_with_its_comments(run: Run) -> None:
    run("/* {'app': 'x'} */ SELECT 1 -- one\n AS told; /* two */ SELECT 2 /* too */ AS told;")
    recorded = run(
        "SELECT trim(querytxt) FROM stl_query WHERE trim(querytxt) LIKE '%%AS told' ORDER BY query"
    )
    assert recorded == [
        ("/* {'app': 'x'} */ SELECT 1 -- one\n AS told",),
        ("/* two */ SELECT 2 /* too */ AS told",),
    ]


def test_a_server_cursor_fetches_piece_by_piece(place: Any) -> None:
    with place.psycopg(autocommit=False) as connection, connection.cursor() as cursor:
        cursor.execute("DECLARE numbers CURSOR FOR SELECT g FROM generate_series(1, 5) g")
        assert cursor.execute("FETCH FORWARD 2 FROM numbers").fetchall() == [(1,), (2,)]
        assert cursor.execute("FETCH ALL FROM numbers").fetchall() == [(3,), (4,), (5,)]


TOO_LARGE = (
    f"Statement is too large. Statement Size: {2**24 + 9} bytes. Maximum Allowed: {2**24} bytes"
)
# A statement; state, message, and the character that a client points at.
ERRORS = {
    "long": (f"SELECT '{'x' * 2**24}'", "42601", TOO_LARGE),
    "deep": (f"SELECT {'(' * 3000}1{')' * 3000}", "54001", "stack depth limit exceeded"),
    "relation": ("SELECT * FROM nosuch", "42P01", 'relation "nosuch" does not exist'),
    "syntax": ("SELEC 1", "42601", 'syntax error at or near "SELEC"'),
    "division": ("SELECT 1/0", "22012", "division by zero"),
    "too long": ("CREATE TEMP TABLE l (v varchar(2)); INSERT INTO l VALUES ('abc')", "22001",
                 "value too long for type character varying(2)"),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "state", "message"), ERRORS.values(), ids=ERRORS.keys())
def test_errors_have_a_state(
    session: psycopg.Connection[Any], sql: str, state: str, message: str
) -> None:
    with pytest.raises(psycopg.Error) as failed:
        session.execute(sql)
    assert (failed.value.sqlstate, failed.value.diag.message_primary) == (state, message)
    assert session.execute("SELECT 1").fetchone() == (1,)


def test_an_error_is_pointed_at_in_the_whole_text(session: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.Error) as failed:
        session.execute("SELECT 1; /* 2 */ SELEC 2")
    assert failed.value.diag.statement_position == "19"


def test_notices_arrive(session: psycopg.Connection[Any]) -> None:
    heard: list[tuple[str | None, str | None]] = []
    session.add_notice_handler(lambda told: heard.append((told.message_primary, told.sqlstate)))
    tags = [
        session.execute(sql).statusmessage
        for sql in ("START TRANSACTION", "BEGIN", "ROLLBACK", "ROLLBACK", "COMMIT")
    ]
    assert tags == ["START TRANSACTION", "BEGIN", "ROLLBACK", "ROLLBACK", "COMMIT"]
    session.execute("CREATE PROCEDURE twice() AS $$ BEGIN FOR i IN 1..2 LOOP "
                    "RAISE INFO 'at 100%%'; END LOOP; END $$ LANGUAGE plpgsql")  # fmt: skip
    session.execute("CALL twice()")
    session.execute("DROP PROCEDURE twice()")
    assert heard == [
        ("there is already a transaction in progress", "25001"),
        *[("there is no transaction in progress", "25P01")] * 2,
        *[("at 100%", "00000")] * 2,
    ]


def test_redshift_connector(place: Any) -> None:
    connection = place.redshift()
    cursor = connection.cursor()
    driver = redshift_connector.DriverInfo.driver_full_name()
    cursor.execute("SELECT TOP 1 1 FROM stl_connection_log WHERE driver_version = %s", (driver,))
    assert cursor.fetchone() == [1]
    cursor.execute("CREATE TEMP TABLE t (a int, b varchar(9), c numeric(8,2), d timetz, e super)")
    cursor.executemany(
        "INSERT INTO t VALUES (%s, %s, %s, %s, NULL)",
        [(1, "x", Decimal("1.50"), "10:00:00+01"), (2, None, None, None)],
    )
    cursor.execute("SELECT a, b, c, d FROM t ORDER BY a")
    zone = datetime.timezone(datetime.timedelta(hours=1))
    assert [list(row) for row in cursor.fetchall()] == [
        [1, "x", Decimal("1.50"), datetime.time(10, tzinfo=zone)],
        [2, None, None, None],
    ]
    cursor.execute("SELECT timestamp '2024-03-10 12:30' - timestamp '2024-01-01'")
    assert cursor.fetchone() == [datetime.timedelta(days=69, hours=12, minutes=30)]
    cursor.execute("SELECT typname FROM pg_type WHERE oid = ANY(%s) ORDER BY 1", ([16, 23],))
    assert [list(row) for row in cursor.fetchall()] == [["bool"], ["int4"]]
    cursor.execute("SELECT date '2024-01-01' + %s", (datetime.timedelta(days=1, seconds=5),))
    assert cursor.fetchone() == [datetime.datetime(2024, 1, 2, 0, 0, 5)]
    with pytest.raises(redshift_connector.ProgrammingError, match="42P01"):
        cursor.execute("SELECT * FROM nosuch")
    connection.rollback()
    connection.close()


def test_redshift_connector_knows_the_types_of_intervals(place: Any) -> None:
    connection = place.redshift()
    cursor = connection.cursor()
    cursor.execute("CREATE TEMP TABLE spans (a intervaly2m, b interval day to second)")
    most = (IntervalYearToMonth(-(2**31)), IntervalDayToSecond(2**63 - 1))
    cursor.execute("INSERT INTO spans VALUES ('1-1', '10 23:59:59.999999')")
    cursor.execute("INSERT INTO spans VALUES (%s, %s)", most)
    cursor.execute("SELECT a, b FROM spans ORDER BY a DESC")
    assert [tuple(row) for row in cursor.fetchall()] == [
        (IntervalYearToMonth(13), IntervalDayToSecond(11 * 86_400_000_000 - 1)),
        most,
    ]
    connection.close()


def test_redshift_connector_reads_the_catalog(place: Any) -> None:
    connection = place.redshift()
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE listed (id int PRIMARY KEY, name varchar(10))")
    assert cursor.get_catalogs() == (["dev"],)
    assert "public" in [row[0] for row in cursor.get_schemas()]
    tables = cursor.get_tables(schema_pattern="public", table_name_pattern="listed")
    assert [row[:4] for row in tables] == [["dev", "public", "listed", "TABLE"]]
    columns = cursor.get_columns(schema_pattern="public", tablename_pattern="listed")
    assert [(row[3], row[5], row[6]) for row in columns] == [
        ("id", "int4", 10), ("name", "varchar", 10)]  # fmt: skip
    keys = cursor.get_primary_keys(schema="public", table="listed")
    assert [list(row) for row in keys] == [["dev", "public", "listed", "id", 1, "listed_pkey"]]
    cursor.execute("CREATE TABLE listing (of int REFERENCES listed)")
    [key] = cursor.get_imported_keys("dev", "public", "listing")
    assert key[1:8] == ["public", "listed", "id", "dev", "public", "listing", "of"]
    cursor.execute("CREATE PROCEDURE listed_too(a int, INOUT b varchar) AS $$ BEGIN b := a; END "
                   "$$ LANGUAGE plpgsql")  # fmt: skip
    told = cursor.get_procedure_columns("dev", "public", "listed_too", "%")
    assert [(row[3], row[6]) for row in told] == [("a", "int4"), ("b", "varchar")]
    cursor.execute("DROP TABLE listing")
    cursor.execute('CREATE TABLE "list%d" (a geometry)')
    cursor.execute("GRANT SELECT ON listed TO PUBLIC")
    for pattern, names in (
        ("list_d", ["list%d", "listed"]),
        (r"list\%d", ["list%d"]),
        (r"list\_d", []),
    ):
        assert [row[2] for row in cursor.get_tables("dev", "public", pattern)] == names
    granted = cursor.get_table_privileges("dev", "public", "listed")
    assert [row[3:] for row in granted] == [["awsuser", "public", "SELECT", "NO"]]
    cursor.execute("""INSERT INTO "list%d" VALUES ('POINT(1 2)')""")
    cursor.execute('SELECT a FROM "list%d"')
    assert cursor.fetchall() == (["0101000000000000000000f03f0000000000000040"],)
    cursor.execute('DROP TABLE "list%d"')
    connection.close()


@pytest.fixture
def environment(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``labkit env`` gives: the local AWS, and trust in its warehouses' certificate."""
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SSL_CERT_FILE", str(cloud.home / "redshift" / "trust.pem"))


@pytest.mark.usefixtures("environment")
def test_redshift_connector_with_iam(place: Any) -> None:
    connection = redshift_connector.connect(
        iam=True, cluster_identifier=place.cluster, database=DATABASE, db_user="iam_made",
        auto_create=True, region="us-east-1",
    )  # fmt: skip
    cursor = connection.cursor()
    cursor.execute("SELECT current_user")
    assert cursor.fetchall() == (["iam_made"],)
    connection.close()


@pytest.mark.usefixtures("environment")
def test_awswrangler(place: Any, cloud: Any) -> None:
    secret = {"username": USER, "password": PASSWORD, "engine": "redshift", "host": place.host,
              "port": place.port, "dbClusterIdentifier": place.cluster}  # fmt: skip
    cloud.client("secretsmanager").create_secret(Name="wire", SecretString=json.dumps(secret))
    frame = pd.DataFrame({"id": [1, 2], "name": ["a", None], "x": [1.5, 2.5]})
    with wr.redshift.connect(secret_id="wire", dbname=DATABASE) as connection:
        wr.redshift.to_sql(
            frame, connection, schema="public", table="frame", mode="overwrite",
            primary_keys=["id"], diststyle="KEY", distkey="id", sortkey=["id"],
        )  # fmt: skip
        changed = frame.assign(name="z").head(1)
        wr.redshift.to_sql(
            changed, connection, schema="public", table="frame", mode="upsert", primary_keys=["id"]
        )
        found = wr.redshift.read_sql_query("SELECT id, name, x FROM frame ORDER BY id", connection)
    assert found.values.tolist()[0] == [1, "z", 1.5]
    assert (found["id"].tolist(), found["name"].isna().tolist()) == ([1, 2], [False, True])


@pytest.fixture
def engine(place: Any) -> Iterator[sa.Engine]:
    url = f"redshift+redshift_connector://{USER}:{PASSWORD}@{place.host}:{place.port}/{DATABASE}"
    engine = sa.create_engine(url, connect_args={"ssl": False})
    yield engine
    engine.dispose()


def test_sqlalchemy(engine: sa.Engine) -> None:
    table = sa.Table(
        "people", sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("owed", sa.Numeric(10, 2)),
        redshift_diststyle="KEY", redshift_distkey="id", redshift_sortkey="name",
    )  # fmt: skip
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), [{"id": 1, "name": "a", "owed": Decimal("1.25")}])
        assert connection.execute(sa.select(table)).fetchall() == [(1, "a", Decimal("1.25"))]
    inspector = sa.inspect(engine)
    assert "people" in inspector.get_table_names()
    assert inspector.get_pk_constraint("people")["constrained_columns"] == ["id"]
    assert inspector.get_table_options("people")["redshift_distkey"] == "id"
    found = sa.Table("people", sa.MetaData(), autoload_with=engine)
    assert [(c.name, str(c.type), c.nullable) for c in found.columns] == [
        ("id", "INTEGER", False),
        ("name", "VARCHAR(50)", False),
        ("owed", "NUMERIC(10, 2)", True),
    ]
    assert "public" in inspector.get_schema_names()
    table.drop(engine)
    assert not sa.inspect(engine).has_table("people")


@pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not on this machine")
def test_psql(place: Any) -> None:
    members = f"host={place.host} port={place.port} user={USER} dbname={DATABASE} sslmode=require"
    script = (
        "CREATE TABLE told (a int, b varchar(5));\nINSERT INTO told VALUES (1, 'x'), (2, NULL);\n"
        "SELECT * FROM told ORDER BY a;\n\\dt told\n\\dn public\nSELECT nosuch;\n"
    )
    found = subprocess.run(
        ["psql", "-X", "-A", members], input=script, env={"PGPASSWORD": PASSWORD},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert found.stdout.splitlines() == [
        "CREATE TABLE", "INSERT 0 2", "a|b", "1|x", "2|", "(2 rows)",
        "List of relations", "schema|name|type|owner", "public|told|table|awsuser", "(1 row)",
        "List of schemas", "name|owner", "public|awsuser", "(1 row)",
    ]  # fmt: skip
    assert 'column "nosuch" does not exist' in found.stderr


def test_psql_describes_a_table(place: Any, run: Run) -> None:
    if shutil.which("psql") is None:
        pytest.skip("psql is not on this machine")
    run("CREATE TABLE described (id int NOT NULL DEFAULT 7, name varchar(5))")
    members = f"host={place.host} port={place.port} user={USER} dbname={DATABASE}"
    found = subprocess.run(
        ["psql", "-X", "-A", members, "-c", "\\d described"], env={"PGPASSWORD": PASSWORD},
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    assert found.stdout.splitlines() == [
        'Table "public.described"',
        "Column|Type|Collation|Nullable|Default",
        "id|integer||not null|7",
        "name|character varying(5)|||",
    ]


def test_copy_from_the_client_is_refused_as_on_redshift(session: psycopg.Connection[Any]) -> None:
    session.execute("CREATE TEMP TABLE loaded (a int)")
    with (
        session.cursor() as cursor,
        pytest.raises(psycopg.Error, match="LOAD source is not supported"),
        cursor.copy("COPY loaded FROM STDIN"),
    ):
        pass
    assert session.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("ended", ['DEALLOCATE "_PLAN0xA"', "DEALLOCATE ALL"])
def test_what_a_driver_prepares_is_executed_and_deallocated(
    session: psycopg.Connection[Any], ended: str
) -> None:
    for _ in range(2):
        prepared = session.pgconn.prepare(b"_PLAN0xA", b"SELECT 1")
        assert prepared.status == psycopg.pq.ExecStatus.COMMAND_OK, prepared.error_message
        assert session.execute('EXECUTE "_PLAN0xA"').fetchone() == (1,)
        session.pgconn.exec_(ended.encode())
    told = session.pgconn.exec_(b'DEALLOCATE "_PLAN0xA"').error_message
    assert b"does not exist" in told


@pytest.mark.parametrize(("setting", "name"), [("true", "Foo"), ("false", "foo")])
def test_a_column_keeps_its_capitals_under_the_setting(
    session: psycopg.Connection[Any], setting: str, name: str
) -> None:
    session.execute(f"SET enable_case_sensitive_identifier TO {setting}")
    for parameters in (None, ()):
        cursor = session.execute('WITH q AS (SELECT 1 AS "Foo") SELECT "Foo" FROM q', parameters)
        assert [column.name for column in cursor.description or ()] == [name]
    twice = session.execute('WITH q AS (SELECT 1 AS "Foo", 2 AS "foo") SELECT * FROM q')
    assert [column.name for column in twice.description or ()] == [name, "foo"]
    assert twice.fetchone() == (1, 2)


def test_names_with_capitals_as_redshift_connector_asks_for_them(place: Any, run: Run) -> None:
    """Exactly as they are written, whether the setting is on or not."""
    run("SET enable_case_sensitive_identifier TO on")
    run('CREATE SCHEMA "sChema"')
    run('CREATE TABLE "sChema"."heLlo" ("%cOl1" int PRIMARY KEY, "ÖhNo" int)')
    run('CREATE TABLE "sChema".hello (a int)')
    with place.redshift() as connection, connection.cursor() as cursor:
        for setting in ("on", "off"):
            cursor.execute(f"SET enable_case_sensitive_identifier TO {setting}")
            tables = cursor.get_tables("dev", "sChema", "he%", [])
            assert [row[2] for row in tables] == ["heLlo", "hello"]
            columns = cursor.get_columns("dev", "sChema", "heLlo", "%")
            assert [row[3] for row in columns] == ["%cOl1", "ÖhNo"]
            assert cursor.get_tables("dev", "schema", "heLlo", []) == ()
            keys = cursor.get_primary_keys("dev", "sChema", "heLlo")
            assert [row[3] for row in keys] == ["%cOl1"]
            assert cursor.get_primary_keys("dev", "sChema", "HELLO") == ()


def test_a_driver_that_is_to_tells_of_other_databases(place: Any, run: Run) -> None:
    run("CREATE DATABASE elsewhere")
    run("CREATE TABLE elsewhere.public.parent (a int PRIMARY KEY)")
    with place.psycopg(dbname="elsewhere") as other:
        other.execute("CREATE TABLE child (b int REFERENCES parent (a))")
        other.execute("GRANT SELECT ON child TO PUBLIC")
        other.execute("GRANT SELECT (a) ON parent TO PUBLIC")
    where = ("elsewhere", "public")
    members = {"database_metadata_current_db_only": False}
    with place.redshift(**members) as connection, connection.cursor() as cursor:
        assert [row[3] for row in cursor.get_primary_keys(*where, "parent")] == ["a"]
        assert [row[6:8] for row in cursor.get_imported_keys(*where, "child")] == [["child", "b"]]
        assert [row[6:8] for row in cursor.get_exported_keys(*where, "parent")] == [["child", "b"]]
        granted = [row[4:6] for row in cursor.get_table_privileges(*where, "child")]
        assert granted == [["public", "SELECT"]]
        assert [row[3] for row in cursor.get_column_privileges(*where, "parent", "%")] == ["a"]


def test_views_depend_on_what_they_read(run: Run) -> None:
    """Through the rule that makes a view, by a view that reads the same table itself."""
    run("CREATE TABLE read_from (a int)")
    run("CREATE VIEW reader_of AS SELECT a FROM read_from")
    run(
        "CREATE VIEW dependencies AS SELECT DISTINCT s.relname src, t.relname dependent "
        "FROM pg_class s JOIN pg_depend a ON s.oid = a.refobjid JOIN pg_depend b ON "
        "a.objid = b.objid JOIN pg_class t ON b.refobjid = t.oid AND s.oid <> t.oid "
        "WHERE b.deptype = 'i' AND t.relkind = 'v'"
    )
    assert run("SELECT * FROM dependencies WHERE src = 'read_from'") == [("read_from", "reader_of")]
    sql = (
        "SELECT r.relname FROM pg_rewrite w JOIN pg_depend d ON d.objid = w.oid JOIN pg_class r "
        "ON r.oid = d.refobjid JOIN pg_class v ON v.oid = w.ev_class "
        "WHERE v.relname = 'reader_of' AND d.deptype = 'n'"
    )
    assert run(sql) == [("read_from",)]
