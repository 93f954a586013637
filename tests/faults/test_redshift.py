"""kill -9 in a transaction: what was committed is there, what was not is gone."""

import contextlib
import json
import sqlite3
import time

import psycopg
import pytest

from tests.conftest import connect, kill_cloud, start_cloud, stop_cloud
from tests.redshift.conftest import PLACE, Data, create_cluster

PATIENCE_S = 120
DELETE = "DELETE FROM visit USING stage WHERE visit.id = stage.id"
INSERT = "INSERT INTO visit SELECT id, pages FROM stage"
LONG_INSERT = f"{INSERT} WHERE (SELECT sum(a.n % 99 * (b.n % 99)) FROM many a, many b) > 0"


def test_a_killed_transaction_leaves_what_was_committed(tmp_path):
    server = start_cloud(tmp_path)
    running = connect(tmp_path, server)
    create_cluster(running.client("redshift"))
    data = Data(running.client("redshift-data"))
    data.run("CREATE TABLE t (a int IDENTITY(1,1), b int)")
    told = [data.run("INSERT INTO t(b) VALUES (1), (2)"), _run_batch(data)]
    done, old = (data.run("SELECT count(*) FROM t")["Id"] for _ in range(2))
    place, lent = _lent(running.client("redshift"))
    _log_in(place, lent)
    begun = data.client.execute_statement(Sql="BEGIN", SessionKeepAliveSeconds=60, **PLACE)
    data.ended(begun["Id"])
    for sql in ("INSERT INTO t(b) VALUES (3)", "CREATE TABLE u (a int)", "DELETE FROM t WHERE b=1"):
        assert data.run(sql, SessionId=begun["SessionId"])["Status"] == "FINISHED"
    upsert = _begin_upsert(data)
    kill_cloud(server)
    _let_time_pass(tmp_path, old)
    _forget_ends(tmp_path, [each["Id"] for each in told])
    server = start_cloud(tmp_path)
    try:
        data = Data(connect(tmp_path, server).client("redshift-data"))
        assert data.rows("SELECT b FROM t ORDER BY b") == [[1], [2]]
        assert data.run("SELECT * FROM u")["Error"] == 'ERROR: relation "u" does not exist'
        assert data.client.get_statement_result(Id=done)["Records"] == [[{"longValue": 2}]]
        assert [_end(data.ended(each["Id"])) for each in told] == [_end(each) for each in told]
        data.run("INSERT INTO t(b) VALUES (4)")
        assert data.rows("SELECT count(*), count(DISTINCT a) FROM t") == [[3, 3]]
        _end_upsert(data, upsert)
        with pytest.raises(data.client.exceptions.ResourceNotFoundException):
            data.client.describe_statement(Id=old)
        with pytest.raises(data.client.exceptions.ValidationException, match="not available"):
            data.client.execute_statement(Sql="COMMIT", SessionId=begun["SessionId"])
        with pytest.raises(psycopg.OperationalError, match="failed"):
            _log_in(place, lent)
    finally:
        stop_cloud(server)


def _run_batch(data):
    sqls = ["CREATE TABLE v (a int)", "DELETE FROM v"]
    return data.ended(data.client.batch_execute_statement(Sqls=sqls, **PLACE)["Id"])


def _end(told):
    return told["Status"], told["ResultRows"], [p["Status"] for p in told.get("SubStatements", [])]


def _forget_ends(home, statements):
    """As if the process had died when these had committed, before their ends were on record."""
    with contextlib.closing(sqlite3.connect(home / "state.db")) as state:
        for number in statements:
            where = ("redshift.statement", number)
            sql = "SELECT value FROM records WHERE kind = ? AND id = ?"
            told = json.loads(state.execute(sql, where).fetchone()[0])
            for each in (told, *told.get("SubStatements", [])[-1:]):
                each |= {"Status": "STARTED", "ResultRows": -1}
            sql = "UPDATE records SET value = ? WHERE kind = ? AND id = ?"
            state.execute(sql, (json.dumps(told), *where))
        state.commit()


def _lent(redshift):
    """Where the cluster listens, and a temporary password of the administrator."""
    name = PLACE["ClusterIdentifier"]
    (cluster,) = redshift.describe_clusters(ClusterIdentifier=name)["Clusters"]
    told = redshift.get_cluster_credentials(ClusterIdentifier=name, DbUser=PLACE["DbUser"])
    return cluster["Endpoint"], {"user": told["DbUser"], "password": told["DbPassword"]}


def _log_in(place, lent):
    where = {"host": place["Address"], "port": place["Port"], "dbname": PLACE["Database"]}
    psycopg.connect(**where, **lent, sslmode="disable", client_encoding="utf8").close()


def _let_time_pass(home, statement):
    """A day for a statement, and for all temporary passwords."""
    with contextlib.closing(sqlite3.connect(home / "state.db")) as state:
        rows = state.execute("SELECT kind, id, value FROM records").fetchall()
        for kind, id, value in rows:
            if kind == "redshift.login" or id == statement:
                told = json.loads(value)
                told["until" if kind == "redshift.login" else "CreatedAt"] -= 24 * 3600
                changed = (json.dumps(told), kind, id)
                state.execute("UPDATE records SET value = ? WHERE kind = ? AND id = ?", changed)
        state.commit()


def _begin_upsert(data):
    """An upsert through a staging table, under way between its DELETE and its INSERT's end."""
    data.run("CREATE TABLE visit (id int, pages int)")
    data.run("INSERT INTO visit VALUES (1, 10), (2, 20), (3, 30)")
    data.run("CREATE TABLE stage (LIKE visit)")
    data.run("INSERT INTO stage VALUES (2, 21), (3, 31), (4, 41)")
    data.run("CREATE TABLE many AS SELECT g AS n FROM generate_series(1, 200000) g")
    id = data.client.batch_execute_statement(Sqls=[DELETE, LONG_INSERT], **PLACE)["Id"]
    deadline = time.monotonic() + PATIENCE_S
    while True:
        delete, insert = data.client.describe_statement(Id=id)["SubStatements"]
        if delete["Status"] == "FINISHED":
            assert delete["ResultRows"] == 2
            assert insert["Status"] in ("SUBMITTED", "STARTED"), insert.get("Error")
            return id
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _end_upsert(data, id):
    """Nothing of the first try is there, nothing is lost, and a second try does it all."""
    told = data.client.describe_statement(Id=id)
    assert (told["Status"], told["Error"]) == ("ABORTED", "The local AWS stopped")
    assert data.rows("SELECT * FROM visit ORDER BY id") == [[1, 10], [2, 20], [3, 30]]
    assert data.rows("SELECT * FROM stage ORDER BY id") == [[2, 21], [3, 31], [4, 41]]
    again = data.client.batch_execute_statement(Sqls=[DELETE, INSERT], **PLACE)["Id"]
    assert data.ended(again)["Status"] == "FINISHED"
    assert data.rows("SELECT * FROM visit ORDER BY id") == [[1, 10], [2, 21], [3, 31], [4, 41]]
