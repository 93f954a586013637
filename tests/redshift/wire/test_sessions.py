"""Who comes in, and what many at once, canceled or killed ones leave behind."""

import contextlib
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redshift_connector

from tests.conftest import wait_for
from tests.redshift.wire.conftest import PASSWORD, USER

Run = Callable[..., list[tuple[Any, ...]]]
ENDLESS = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 10000000) b"
# Members of a login; what psycopg tells of its refusal.
REFUSED = {
    "wrong password": ({"password": "Wrong123"},
                       'password authentication failed for user "awsuser"'),
    "nobody": ({"user": "nobody"}, 'password authentication failed for user "nobody"'),
    "no database": ({"dbname": "nosuch"}, 'database "nosuch" does not exist'),
}  # fmt: skip


@pytest.mark.parametrize(("members", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_log_ins_that_are_refused(place: Any, members: dict[str, str], message: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=message):
        place.psycopg(**members)


def test_a_user_of_sql_logs_in_and_may_do_what_is_granted(place: Any, run: Run) -> None:
    run("CREATE USER reader PASSWORD 'Reader123'")
    run("CREATE TABLE secret (a int)")
    with place.psycopg(user="reader", password="Reader123") as connection:
        assert connection.info.parameter_status("is_superuser") == "off"
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM secret")
        run("GRANT SELECT ON secret TO reader")
        assert connection.execute("SELECT * FROM secret").fetchall() == []
    run("ALTER USER reader PASSWORD DISABLE")
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        place.psycopg(user="reader", password="Reader123")


def test_temporary_credentials(place: Any, aws: Callable[..., Any]) -> None:
    told = aws("redshift").get_cluster_credentials(
        ClusterIdentifier=place.cluster, DbUser="passing", DbName="dev", AutoCreate=True
    )
    with place.psycopg(user=told["DbUser"], password=told["DbPassword"]) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("passing",)


def test_the_last_query_is_one_that_has_ended_on_the_nodes(place: Any) -> None:
    """As clients ask what they have unloaded: after a COMMIT, and what the leader tells alone."""
    asked = "SELECT trim(querytxt) FROM stl_query WHERE query = pg_last_query_id()"
    with place.psycopg() as connection:
        assert connection.execute("SELECT pg_last_query_id()").fetchone() == (-1,)
        connection.execute("CREATE TABLE one AS SELECT 1 AS a")
        connection.execute("INSERT INTO one VALUES (2)")
        connection.commit()
        for sql in ("SET query_group TO 'a'", "SELECT 1", "CREATE VIEW two AS SELECT a FROM one"):
            connection.execute(sql)
        same = connection.execute("SELECT pg_last_query_id() = last_user_query_id()").fetchone()
        assert same == (True,)
        assert connection.execute(asked).fetchone() == ("INSERT INTO one VALUES (2)",)
        assert connection.execute(asked).fetchone() == (asked,)
        connection.execute("DROP TABLE one CASCADE")


def test_tls_that_a_client_checks(place: Any) -> None:
    certificate = str(place.home / "redshift" / "server.crt")
    named = {"host": "localhost", "hostaddr": place.host, "sslmode": "verify-full"}
    with place.psycopg(**named, sslrootcert=certificate) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        place.psycopg(**named, sslrootcert="system")
    assert (place.home / "redshift" / "server.key").stat().st_mode & 0o77 == 0
    assert ssl.create_default_context(cafile=str(place.home / "redshift" / "trust.pem"))


def test_settings_of_the_first_message(place: Any) -> None:
    options = "-c search_path=sales,public -c query_group=probe"
    with place.psycopg(options=options) as connection:
        assert connection.execute("SHOW search_path").fetchone() == ("sales, public",)
        for back in ("RESET ALL", "SET search_path TO DEFAULT", "RESET search_path"):
            connection.execute("SET search_path TO other")
            connection.execute(back)
            assert connection.execute("SHOW search_path").fetchone() == ("sales, public",)
        assert connection.execute("SHOW query_group").fetchone() == ("probe",)


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("zone", ["America/New_York", "UTC"])
def test_a_zone_changes_what_is_shown_and_no_moment(place: Any, zone: str, binary: bool) -> None:
    sql = "SELECT timestamptz '2024-07-01 12:00:00.5+00'"
    with place.psycopg(options=f"-c timezone={zone}") as connection:
        assert connection.info.parameter_status("TimeZone") == zone
        found = connection.execute(sql, binary=binary).fetchone()
        assert found == (datetime(2024, 7, 1, 12, microsecond=500000, tzinfo=UTC),)
        if not binary:
            shown = connection.pgconn.exec_(sql.encode()).get_value(0, 0)
            assert shown == {"UTC": b"2024-07-01 12:00:00.5+00"}.get(
                zone, b"2024-07-01 08:00:00.5-04"
            )


@pytest.mark.parametrize(
    ("more", "wanted"),
    [("0", "3.14159265358979 0.1 1e-05"), ("2", "3.1415926535897931 0.1 1.0000000000000001e-05")],
)
def test_digits_of_numbers_as_text(
    session: psycopg.Connection[Any], more: str, wanted: str
) -> None:
    session.execute(f"SET extra_float_digits TO {more}")
    told = session.pgconn.exec_(b"SELECT PI(), 0.1::real, 1e-5::float")
    assert " ".join((told.get_value(0, at) or b"").decode() for at in range(3)) == wanted


def test_fifty_at_once(place: Any, run: Run) -> None:
    run("CREATE TABLE counted (worker int, n int)")
    gate = threading.Barrier(50)

    def work(worker: int) -> int:
        with place.psycopg(sslmode="disable") as connection:
            gate.wait(timeout=60)
            for n in range(3):
                connection.execute("INSERT INTO counted VALUES (%s, %s)", (worker, n))
            told = connection.execute("SELECT count(*) FROM counted WHERE worker = %s", (worker,))
            return int(told.fetchone()[0])

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(work, range(50))) == [3] * 50
    assert run("SELECT count(*), count(DISTINCT worker) FROM counted") == [(150, 50)]


@pytest.mark.parametrize("sslmode", ["disable", "require"])
def test_cancel(place: Any, sslmode: str) -> None:
    with place.psycopg(sslmode=sslmode) as connection, place.psycopg() as other:
        timer = threading.Thread(target=_cancel_when_running, args=(connection, other))
        timer.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute(ENDLESS)
        timer.join()
        connection.cancel_safe()  # nothing runs: nothing happens
        assert connection.execute("SELECT 1").fetchone() == (1,)


def _running(watcher: psycopg.Connection[Any], pid: int) -> bool:
    told = watcher.execute(
        "SELECT 1 FROM stv_recents WHERE pid = %s AND status = 'Running'", (pid,)
    )
    return bool(told.fetchall())


def _cancel_when_running(
    connection: psycopg.Connection[Any], watcher: psycopg.Connection[Any]
) -> None:
    wait_for(lambda: _running(watcher, connection.info.backend_pid))
    connection.cancel_safe()


def test_a_secret_that_is_wrong_cancels_nothing(place: Any, session: Any) -> None:
    from tests.redshift.wire.raw import Raw

    client = Raw(place, log_in=False)
    pid = session.info.backend_pid
    client.greet((80877102).to_bytes(4) + pid.to_bytes(4) + (12345).to_bytes(4))
    assert client.ended()
    client.socket.close()
    assert session.execute("SELECT 1").fetchone() == (1,)


def test_a_timeout_before_a_query_has_begun(place: Any) -> None:
    session = place.psycopg(options="-c statement_timeout=1")
    with session, pytest.raises(psycopg.errors.QueryCanceled, match="timeout"):
        session.execute(ENDLESS)


def test_statement_timeout(session: psycopg.Connection[Any]) -> None:
    session.execute("SET statement_timeout TO 50")
    with pytest.raises(psycopg.errors.QueryCanceled, match="timeout"):
        session.execute(ENDLESS)
    session.execute("RESET statement_timeout")
    assert session.execute("SELECT 1").fetchone() == (1,)


KILLED = """
import psycopg, sys
connection = psycopg.connect(host=sys.argv[1], port=sys.argv[2], user=sys.argv[3],
                             password=sys.argv[4], dbname="dev")
connection.execute("INSERT INTO kept VALUES (2)")
print("inserted", flush=True)
sys.stdin.read()
"""


def test_a_killed_client_leaves_nothing_of_its_transaction(place: Any, run: Run) -> None:
    run("CREATE TABLE kept (a int)")
    run("INSERT INTO kept VALUES (1)")
    command = [sys.executable, "-c", KILLED, place.host, str(place.port), USER, PASSWORD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == b"inserted\n"
        sessions = len(run("SELECT process FROM stv_sessions"))
        client.kill()
    wait_for(lambda: len(run("SELECT process FROM stv_sessions")) != sessions)
    assert run("SELECT a FROM kept") == [(1,)]
    run("DROP TABLE kept")


@pytest.mark.parametrize(
    ("level", "refused"), [("SERIALIZABLE", True), ("SNAPSHOT", False)], ids=["serial", "snapshot"]
)
def test_each_reads_what_the_other_writes(place: Any, run: Run, level: str, refused: bool) -> None:
    name = f"of_{level.lower()}"
    run(f"CREATE DATABASE {name} ISOLATION LEVEL {level}")
    with place.psycopg(dbname=name) as a, place.psycopg(dbname=name) as b:
        for table in ("one", "two"):
            a.execute(f"CREATE TABLE {table} AS SELECT 1 v")
        for session, read, written in ((a, "one", "two"), (b, "two", "one")):
            session.execute("BEGIN")
            session.execute(f"SELECT sum(v) FROM {read}")
            session.execute(f"INSERT INTO {written} VALUES (10)")
        a.execute("COMMIT")
        error = psycopg.errors.SerializationFailure
        with pytest.raises(error, match="1023") if refused else contextlib.nullcontext():
            b.execute("COMMIT")
        assert b.execute("SELECT sum(v) FROM one").fetchone() == ((1,) if refused else (11,))
        b.execute("INSERT INTO one SELECT v FROM two")


def test_only_loopback_is_listened_to(place: Any) -> None:
    lines = Path("/proc/net/tcp").read_text().splitlines() if Path("/proc/net/tcp").exists() else []
    places = [line.split()[1].split(":") for line in lines[1:] if line.split()[3] == "0A"]
    hosts = [host for host, port in places if int(port, 16) == place.port]
    assert all(host.endswith("7F") for host in hosts)  # 127, the last byte first


def test_a_session_ends_another(place: Any, run: Run) -> None:
    with place.psycopg() as other:
        sessions = "FROM stl_connection_log WHERE pid = %s AND event = 'authenticated'"
        pid = other.info.backend_pid
        assert run(f"SELECT pg_cancel_backend(pid) {sessions}", pid) == [(1,)]
        assert run(f"SELECT pg_terminate_backend(pid) {sessions}", pid) == [(1,)]
        with pytest.raises(psycopg.OperationalError):
            other.execute("SELECT 1")
    assert run("SELECT pg_terminate_backend(1)") == [(0,)]


def test_cursors_of_the_server_and_what_fails_in_a_pipeline(place: Any) -> None:
    with place.psycopg() as connection:
        with connection.transaction(), connection.cursor("Rows") as cursor:
            cursor.execute("SELECT * FROM generate_series(1, 5) a")
            assert cursor.fetchmany(2) + cursor.fetchall() == [(1,), (2,), (3,), (4,), (5,)]
        with contextlib.suppress(psycopg.errors.UndefinedColumn), connection.pipeline():
            connection.execute("SELECT nosuch")
            behind = connection.execute("SELECT 1")
            with pytest.raises(psycopg.Error):
                behind.fetchone()
        connection.autocommit = True
        connection.execute("CREATE TEMP TABLE piped (a int)")
        with contextlib.suppress(psycopg.errors.DivisionByZero), connection.pipeline():
            connection.execute("INSERT INTO piped VALUES (1)")
            connection.execute("SELECT 1/0")
        assert connection.execute("SELECT count(*) FROM piped").fetchall() == [(0,)]


def test_what_is_prepared_knows_what_others_have_made(place: Any, run: Run) -> None:
    with place.psycopg() as fresh:
        run("CREATE TABLE made_later AS SELECT 7 AS a")
        assert fresh.execute("SELECT a FROM made_later", prepare=True).fetchall() == [(7,)]
    client = place.redshift()
    client.autocommit = True
    cursor = client.cursor()
    for _ in range(2):
        cursor.execute("SELECT a FROM made_later")
        assert cursor.fetchall() == ([7],)
    run("DROP TABLE made_later")
    run("CREATE TABLE made_later AS SELECT 1.5::real AS a")
    with pytest.raises(redshift_connector.ProgrammingError, match="RevalidateCachedQuery"):
        cursor.execute("SELECT a FROM made_later")
    client.close()


def test_statements_that_only_tell_are_described(place: Any, run: Run) -> None:
    run("CREATE DATASHARE told_share")
    with contextlib.closing(place.redshift()) as client:
        cursor = client.cursor()
        for statement in ("DESC DATASHARE told_share", "COPY JOB LIST"):
            cursor.execute(statement)
            assert cursor.description
            assert list(cursor.fetchall()) == []
        client.rollback()
    run("DROP DATASHARE told_share")
