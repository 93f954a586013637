"""kill -9 in a transaction: what was committed is there, what was not is gone."""

import os
import signal

from tests.conftest import connect, start_cloud, stop_cloud
from tests.redshift.conftest import PLACE, Data, create_cluster


def test_a_killed_transaction_leaves_what_was_committed(tmp_path):
    server = start_cloud(tmp_path)
    running = connect(tmp_path, server)
    create_cluster(running.client("redshift"))
    data = Data(running.client("redshift-data"))
    data.run("CREATE TABLE t (a int IDENTITY(1,1), b int)")
    data.run("INSERT INTO t(b) VALUES (1), (2)")
    done = data.run("SELECT count(*) FROM t")["Id"]
    begun = data.client.execute_statement(Sql="BEGIN", SessionKeepAliveSeconds=60, **PLACE)
    data.ended(begun["Id"])
    for sql in ("INSERT INTO t(b) VALUES (3)", "CREATE TABLE u (a int)", "DELETE FROM t WHERE b=1"):
        assert data.run(sql, SessionId=begun["SessionId"])["Status"] == "FINISHED"
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    server = start_cloud(tmp_path)
    try:
        data = Data(connect(tmp_path, server).client("redshift-data"))
        assert data.rows("SELECT b FROM t ORDER BY b") == [[1], [2]]
        assert data.run("SELECT * FROM u")["Error"] == 'ERROR: relation "u" does not exist'
        assert data.client.get_statement_result(Id=done)["Records"] == [[{"longValue": 2}]]
        data.run("INSERT INTO t(b) VALUES (4)")
        assert data.rows("SELECT count(*), count(DISTINCT a) FROM t") == [[3, 3]]
    finally:
        stop_cloud(server)
