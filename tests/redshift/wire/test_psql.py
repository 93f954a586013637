"""What psql asks of the catalog, privileges as functions, and notices."""

import contextlib
import hashlib
import shutil
import struct
import subprocess
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.redshift import copied
from tests.redshift.wire.conftest import DATABASE, PASSWORD, USER
from tests.redshift.wire.raw import SYNC, Raw, describe, fields, greeting, parse

pytestmark = pytest.mark.filterwarnings("ignore:ssl[.](SSLContext|PROTOCOL_TLS):DeprecationWarning")
Run = Callable[..., list[tuple[Any, ...]]]
MADE = """
    CREATE SCHEMA psql;
    CREATE TABLE psql.t (a int NOT NULL, b varchar(5) DEFAULT 'x');
    CREATE SCHEMA psql_k;
    CREATE TABLE psql_k.k (a int, b date, PRIMARY KEY (a, b));
    CREATE VIEW psql.v AS SELECT a FROM psql.t;
    CREATE FUNCTION psql.twice(int, varchar) RETURNS bigint STABLE
        AS $$ SELECT 2 * $1 $$ LANGUAGE sql;
    CREATE PROCEDURE psql.told(word INOUT varchar)
        AS $$ BEGIN RAISE WARNING 'told %', word; END $$ LANGUAGE plpgsql;
    CREATE USER psql_ann PASSWORD 'Secret123' CREATEDB VALID UNTIL '2099-01-01';
    CREATE GROUP psql_staff WITH USER psql_ann;
    CREATE USER psql_sam PASSWORD 'sha256|Mypassword1';
    GRANT SELECT, INSERT ON psql.t TO GROUP psql_staff;
    GRANT USAGE ON SCHEMA psql TO psql_ann
"""


@pytest.fixture(scope="module")
def made(place: Any) -> Callable[[str], list[str]]:
    """What psql answers to a command, line by line."""
    with place.psycopg() as connection:
        for statement in MADE.split(";\n"):
            connection.execute(statement)
    members = f"host={place.host} port={place.port} user={USER} dbname={DATABASE}"

    def told(command: str) -> list[str]:
        found = subprocess.run(
            ["psql", "-X", "-A", members, "-c", command], env={"PGPASSWORD": PASSWORD},
            capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
        return found.stdout.splitlines() + found.stderr.splitlines()

    return told


# A command, and a line of its answer. Columns at the end are those of psql's own version.
TOLD = {
    "roles": ("\\du psql_*", "Password valid until 2099-01-01 00:00:00+00|{psql_staff}", ""),
    "databases": ("\\l", "dev|awsuser|UNICODE|", ""),
    "schemas": ("\\dn+ psql", "psql|awsuser|awsuser=UCA/awsuser", ""),
    "tables": ("\\dt psql.*", "psql|t|table|awsuser", ""),
    "sizes": ("\\dt+ psql.t", "psql|t|table|awsuser|permanent|0 bytes|", ""),
    "a table": ("\\d psql.t", "b|character varying(5)||", "'x'"),
    "more of a table": (
        "\\d+ psql.t",
        "b|character varying(5)||",
        "'x'::character varying|extended|",
    ),
    "more of a view": ("\\d+ psql.v", "SELECT a FROM psql.t", ""),
    "a view's query": ("\\sv psql.v", "SELECT a FROM psql.t", ""),
    "a view": ("\\d psql.v", "a|integer||", ""),
    "a key": ("\\d psql_k.k", '    "k_pkey" PRIMARY KEY, btree (a, b)', ""),
    "functions": ("\\df psql.*", "psql|twice|bigint|integer, character varying|func", ""),
    "procedures": ("\\df psql.*", "psql|told||INOUT word character varying|func", ""),
    "volatility": ("\\df+ psql.twice", "psql|twice|bigint|", "|stable|awsuser|invoker|"),
    "privileges": ("\\dp psql.t", "psql|t|table|awsuser=arwdRxtDPA/awsuser", ""),
}


@pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not on this machine")
@pytest.mark.parametrize(("command", "start", "within"), TOLD.values(), ids=TOLD.keys())
def test_commands(made: Callable[[str], list[str]], command: str, start: str, within: str) -> None:
    lines = made(command)
    assert [line for line in lines if line.startswith(start) and within in line], lines


# What psql 14, JDBC and ODBC ask of a server before 8.1, as they take Redshift for.
OLDER_ROLES = """
    SELECT u.usename, ARRAY(SELECT g.groname FROM pg_catalog.pg_group g
        WHERE u.usesysid = ANY(g.grolist)) as memberof
    FROM pg_catalog.pg_user u WHERE usename = 'psql_ann'"""
OLDER_FUNCTIONS = """
    SELECT p.proname, CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END ||
        pg_catalog.format_type(p.prorettype, NULL), pg_catalog.oidvectortypes(p.proargtypes),
        p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype
    FROM pg_catalog.pg_proc p WHERE p.proname = 'twice'"""
OLDER_INDEXES = """
    SELECT i.relname, am.amname, a.attnum, pg_catalog.pg_get_indexdef(i.oid, a.attnum, false)
    FROM pg_catalog.pg_class t JOIN pg_catalog.pg_index x ON t.oid = x.indrelid
        JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
        JOIN pg_catalog.pg_attribute a ON i.oid = a.attrelid
        JOIN pg_catalog.pg_am am ON i.relam = am.oid
    WHERE t.relname = 'k' ORDER BY a.attnum"""
OLDER_TRIGGERS = """
    SELECT t.tgargs, t.tgnargs, t.tgdeferrable, t.tginitdeferred, t.tgconstrname
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON t.tgconstrrelid = c.oid"""
OLDER_OPERATORS = """
    SELECT count(*) FROM pg_catalog.pg_operator o, pg_catalog.pg_cast c, pg_catalog.pg_conversion v
    WHERE o.oid = c.oid AND c.oid = v.oid"""
OLDER = {
    "indexes": (OLDER_INDEXES, [("k_pkey", "btree", 1, "a"), ("k_pkey", "btree", 2, "b")]),
    "triggers": (OLDER_TRIGGERS, []),
    "operators": (OLDER_OPERATORS, [(0,)]),
    "roles": (OLDER_ROLES, [("psql_ann", "{psql_staff}")]),
    "functions": (OLDER_FUNCTIONS, [("twice", "bigint", "integer, character varying", False)]),
}


@pytest.mark.parametrize(("sql", "rows"), OLDER.values(), ids=OLDER.keys())
@pytest.mark.usefixtures("made")
def test_what_older_clients_ask(run: Run, sql: str, rows: list[Any]) -> None:
    assert run(sql) == rows


# A call, and its value or error.
PRIVILEGES = {
    "by a group": ("has_table_privilege('psql_ann', 'psql.t', 'insert')", True),
    "not": ("has_table_privilege('psql_ann', 'psql.t', 'delete')", False),
    "one of several": ("has_table_privilege('psql_ann', 'psql.t', 'DELETE, Select')", True),
    "one's own": ("has_table_privilege('psql.t', 'drop')", True),
    "nobody's": ("has_table_privilege('psql_sam', 'dev.psql.t', 'select')", False),
    "schema": ("has_schema_privilege('psql_ann', 'psql', 'usage')", True),
    "schema not": ("has_schema_privilege('psql_ann', 'psql', 'create')", False),
    "of all": ("has_schema_privilege('psql_sam', 'public', 'create')", True),
    "database": ("has_database_privilege('psql_sam', 'dev', 'temp')", True),
    "database not": ("has_database_privilege('psql_sam', 'dev', 'create')", False),
    "null": ("has_table_privilege(NULL, 'psql.t', 'select')", None),
    "no user": ("has_schema_privilege('nobody', 'psql', 'usage')", 'user "nobody" does not exist'),
    "no table": ("has_table_privilege('no.t', 'select')", 'relation "no.t" does not exist'),
    "no privilege": ("has_table_privilege('psql.t', 'fly')", 'unrecognized privilege type: "fly"'),
}  # fmt: skip


@pytest.mark.parametrize(("call", "value"), PRIVILEGES.values(), ids=PRIVILEGES.keys())
@pytest.mark.usefixtures("made")
def test_privileges(run: Run, call: str, value: Any) -> None:
    if isinstance(value, str):
        with pytest.raises(psycopg.Error) as failed:
            run(f"SELECT {call}")
        assert failed.value.diag.message_primary == value
    else:
        assert run(f"SELECT {call}") == [(value,)]


@pytest.mark.usefixtures("made")
def test_privileges_of_each_user_are_those_that_are_enforced(place: Any, run: Run) -> None:
    sql = (
        "SELECT usename, has_table_privilege(usename, schemaname || '.' || tablename, 'select') "
        "FROM pg_user, pg_tables WHERE schemaname = 'psql' AND usename LIKE 'psql!_%' ESCAPE '!' "
        "ORDER BY 1"
    )
    assert run(sql) == [("psql_ann", True), ("psql_sam", False)]
    with place.psycopg(user="psql_ann", password="Secret123") as ann:
        assert ann.execute("SELECT * FROM psql.t").fetchall() == []
    with place.psycopg(user="psql_sam", password="Mypassword1", sslmode="require") as sam:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sam.execute("SELECT * FROM psql.t")
        run("REVOKE TEMP ON DATABASE dev FROM PUBLIC")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="temporary tables"):
            sam.execute("CREATE TEMP TABLE t (a int)")
        run("GRANT TEMP ON DATABASE dev TO PUBLIC")


@pytest.mark.usefixtures("made")
@pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utc:DeprecationWarning:redshift_connector")
def test_passwords_of_sha256(place: Any, run: Run) -> None:
    """Redshift's driver proves it by a digest; others tell it within TLS, and not without."""
    salt = bytes(range(16))
    told = hashlib.sha256(b"Mypassword2" + salt).hexdigest()
    run(f"CREATE USER psql_sue PASSWORD 'sha256|{told}|{salt.hex()}'")
    for user, password in (("psql_sam", "Mypassword1"), ("psql_sue", "Mypassword2")):
        connection = place.redshift(user=user, password=password)
        cursor = connection.cursor()
        cursor.execute("SELECT current_user")
        assert cursor.fetchall() == ([user],)
        connection.close()
        with contextlib.closing(Raw(place, log_in=False)) as raw:
            told = {"user": user, "database": DATABASE, "client_protocol_version": "2"}
            raw.greet(greeting(**told))
            assert raw.message()[1][:8] == struct.pack("!ii", 13, 0)
            raw.send("d", struct.pack("!i32si1s", 32, bytes(32), 1, b"1"))
            assert fields(raw.message()[1])["M"].startswith("password authentication failed")
    with pytest.raises(psycopg.OperationalError, match="needs SSL"):
        place.psycopg(user="psql_sue", password="Mypassword2", sslmode="disable")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        place.psycopg(user="psql_sue", password="Mypassword1", sslmode="require")
    with pytest.raises(psycopg.Error, match="8 to 64 characters"):
        run("CREATE USER psql_bad PASSWORD 'sha256|short'")


@pytest.mark.usefixtures("made")
def test_what_is_told_beside_answers(place: Any, cloud: Any, session: Any) -> None:
    role = copied.make_role(cloud.client, "wire-copy", copied.allow("s3:*"))
    copied.attach(cloud.client, role, cluster=place.cluster)
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="wire-copy")
    s3.put_object(Bucket="wire-copy", Key="rows/1", Body=b"1|a\n2|b\n")
    heard: list[tuple[str | None, str | None]] = []
    session.add_notice_handler(lambda told: heard.append((told.severity, told.message_primary)))
    copied_rows = session.execute("COPY psql.t FROM 's3://wire-copy/rows/' IAM_ROLE default")
    assert copied_rows.statusmessage == "COPY 2"
    session.execute("UNLOAD ('SELECT * FROM psql.t') TO 's3://wire-copy/out/' IAM_ROLE default")
    session.execute("CALL psql.told('me')")
    assert heard == [
        ("INFO", "Load into table 't' completed, 2 record(s) loaded successfully."),
        ("INFO", "UNLOAD completed, 2 record(s) unloaded successfully."),
        ("WARNING", "told me"),
    ]


# A statement, and its parameters' types.
INFERRED = {
    "comparison": ("SELECT * FROM psql.t WHERE a = $1 AND b = $2", [23, 1043]),
    "arithmetic": ("SELECT a + $1 FROM psql.t", [23]),
    "cast": ("SELECT $1::date, $2", [1082, 1043]),
    "list": ("SELECT 1 FROM psql.t WHERE a IN ($1, $2)", [23, 23]),
    "between": ("SELECT 1 FROM psql.t WHERE $1 BETWEEN 1.5 AND 2", [1700]),
    "function": ("SELECT dateadd(day, $1, current_date)", [23]),
    "values": ("INSERT INTO psql.t (b, a) VALUES ($1, $2)", [1043, 23]),
    "a query's rows": ("INSERT INTO psql.t SELECT a, $1 FROM psql.t WHERE a > $2", [1043, 23]),
    "what is set": ("UPDATE psql.t SET a = a + $1, b = $2 WHERE a = $3", [23, 1043, 23]),
    "what is deleted": ("DELETE FROM psql.t WHERE a IN ($1, 7) AND b LIKE $2", [23, 1043]),
}


@pytest.mark.parametrize(("sql", "types"), INFERRED.values(), ids=INFERRED.keys())
@pytest.mark.usefixtures("made")
def test_types_of_parameters_that_are_not_told(place: Any, sql: str, types: list[int]) -> None:
    with contextlib.closing(Raw(place)) as raw:
        told = dict(raw.ask(*parse(sql), *describe("S"), *SYNC))["t"]
    assert list(struct.unpack(f"!h{len(types)}i", told)[1:]) == types
