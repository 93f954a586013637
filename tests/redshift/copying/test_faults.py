"""kill -9 in the middle of COPY, UNLOAD and a COPY JOB: whole or not at all."""

import contextlib
import gzip
import json
import random
import sqlite3
import subprocess
import sys
import time

import pytest

from tests.conftest import connect, kill_cloud, start_cloud, stop_cloud
from tests.redshift.conftest import PLACE, Data
from tests.redshift.copied import allow
from tests.redshift.copying.conftest import BUCKET, make_desk
from tests.roles import policy
from tests.s3.test_faults import FULL

PATIENCE_S = 120


class House:
    """A workspace whose process dies and comes back."""

    def __init__(self, home):
        self.home = home
        self.server = start_cloud(home)
        self.desk = make_desk(connect(home, self.server).client)

    def kill(self, then=lambda home: None):
        kill_cloud(self.server)
        then(self.home)
        self.server = start_cloud(self.home)
        client = connect(self.home, self.server).client
        self.desk.client, self.desk.s3 = client, client("s3")
        self.desk.data = Data(client("redshift-data"))

    def start(self, sql):
        return self.desk.data.client.execute_statement(Sql=sql, **PLACE)["Id"]


def until(found):
    """Wait for something to be."""
    deadline = time.monotonic() + PATIENCE_S
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    found = House(tmp_path_factory.mktemp("killed"))
    yield found
    stop_cloud(found.server)


def test_whole_or_not_at_all(house):
    """A COPY, an UNLOAD and a COPY JOB are under way when the process dies."""
    desk = house.desk
    loaded, read, fed = desk.table("a int, b varchar(9)"), desk.table("a int"), desk.table("a int")
    desk.data.run(f"INSERT INTO {loaded} VALUES (0, 'before')")
    desk.data.run(f"INSERT INTO {read} VALUES (1)")
    for _ in range(17):
        desk.data.run(f"INSERT INTO {read} SELECT a + 1 FROM {read}")
    job = f"COPY {fed} FROM 's3://{BUCKET}/job/' IAM_ROLE default CSV JOB CREATE kept AUTO ON"
    assert desk.data.run(job)["Status"] == "FINISHED"
    uri = desk.put("rows", "1|a\\|b\n" * 400_000)
    copy = house.start(f"COPY {loaded} FROM '{uri}' IAM_ROLE default ESCAPE")
    query = f"SELECT x.a FROM {read} x, (SELECT a FROM {read} LIMIT 100) y"
    unload = house.start(f"UNLOAD ('{query}') TO 's3://{BUCKET}/out/' IAM_ROLE default GZIP")
    for number in range(20):
        desk.put(f"job/{number}", f"{number}\n")
    incoming = house.home / "s3" / "incoming"
    until(lambda: any(path.stat().st_size for path in incoming.glob("*/one")))
    for started in (copy, unload):
        assert desk.data.client.describe_statement(Id=started)["Status"] == "STARTED"
    house.kill()
    _check_copy(desk, loaded)
    assert desk.keys("out/") == []
    assert list(incoming.iterdir()) == []
    assert desk.unload("SELECT 1 AS a", f"s3://{BUCKET}/out/") == ""
    until(lambda: desk.data.rows(f"SELECT count(*) FROM {fed}") == [[20]])
    desk.put("job/20", "20\n")
    until(lambda: desk.data.rows(f"SELECT count(*) FROM {fed}") == [[21]])
    assert desk.data.rows(f"SELECT count(DISTINCT a) FROM {fed}") == [[21]]


def _check_copy(desk, table):
    assert desk.data.rows(f"SELECT a, b FROM {table}") == [[0, "before"]]
    told = f"SELECT status FROM sys_load_history WHERE table_name = '{table}'"
    assert desk.data.rows(told) == [["aborted"]]
    assert desk.copy(table, desk.put("few", "1|x\n")) == ""
    assert desk.data.rows(f"SELECT count(*) FROM {table}") == [[2]]


def test_what_was_done_before_its_end_was_on_record_is_told_as_done(house):
    """Once more, such a COPY, UNLOAD or INSERT would double what is there."""
    desk = house.desk
    table, uri = desk.table("a int, b varchar(9)"), desk.put("two", "1|x\n2|y\n")
    desk.client("glue").create_database(DatabaseInput={"Name": "lake"})
    desk.client("iam").put_role_policy(
        RoleName="copying", PolicyName="glue", PolicyDocument=policy(allow("glue:*"))
    )
    source = "FROM DATA CATALOG DATABASE 'lake' IAM_ROLE default"
    assert desk.data.run(f"CREATE EXTERNAL SCHEMA lake {source}")["Status"] == "FINISHED"
    made = f"STORED AS PARQUET LOCATION 's3://{BUCKET}/lake/' AS SELECT * FROM {table}"
    sqls = [
        f"COPY {table} FROM '{uri}' IAM_ROLE default",
        f"UNLOAD ('SELECT * FROM {table}') TO 's3://{BUCKET}/told/' IAM_ROLE default",
        f"CREATE EXTERNAL TABLE lake.t PARTITIONED BY (b) {made}",
        f"INSERT INTO lake.t SELECT a, 'z' FROM {table}",
        "ALTER TABLE lake.t DROP PARTITION (b='x')",
    ]
    done = [desk.data.run(sql) for sql in sqls]
    assert [told["Status"] for told in done] == ["FINISHED"] * len(sqls)
    house.kill(lambda home: _forget_ends(home, [told["Id"] for told in done]))
    again = [desk.data.client.describe_statement(Id=told["Id"]) for told in done]
    assert [(told["Status"], told["ResultRows"]) for told in again] == [
        (told["Status"], told["ResultRows"]) for told in done
    ]
    assert desk.data.rows(
        f"SELECT status, loaded_rows FROM sys_load_history WHERE table_name = '{table}'"
    ) == [["completed", 2]]
    assert desk.data.rows("SELECT a, b FROM lake.t ORDER BY a, b") == [[1, "z"], [2, "y"], [2, "z"]]


def _forget_ends(home, statements):
    """As if the process had died when these were done, before their ends were on record."""
    with contextlib.closing(sqlite3.connect(home / "state.db")) as state, state:
        rows = state.execute("SELECT kind, id, value FROM records").fetchall()
        for kind, id, value in rows:
            told = json.loads(value)
            if kind == "redshift.load":
                told |= {"ended": None, "status": "running"}
            elif id in statements:
                told |= {"Status": "STARTED", "ResultRows": -1}
            changed = (json.dumps(told), kind, id)
            state.execute("UPDATE records SET value = ? WHERE kind = ? AND id = ?", changed)


def test_a_full_disk(tmp_path):
    """No file above 8 MB, which fails as a full disk does: nothing is loaded, and all goes on."""
    command = [sys.executable, "-c", FULL, "--home", str(tmp_path)]
    with (tmp_path / "test.log").open("ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        desk = make_desk(connect(tmp_path, server).client)
        table, chance = desk.table("a int, b varchar(200)"), random.Random(1)
        desk.data.run(f"INSERT INTO {table} VALUES (0, 'before')")
        for part in range(3):
            rows = "".join(f"{at}|{chance.getrandbits(600):x}\n" for at in range(50_000))
            desk.put(f"many/{part}", gzip.compress(rows.encode(), 1))
        assert desk.copy(table, f"s3://{BUCKET}/many/", "GZIP") == "Disk Full"
        assert desk.data.rows(f"SELECT a, b FROM {table}") == [[0, "before"]]
        assert desk.copy(table, desk.put("few", "1|x\n")) == ""
        assert desk.data.rows(f"SELECT count(*) FROM {table}") == [[2]]
    finally:
        stop_cloud(server)
