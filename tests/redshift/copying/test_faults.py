"""kill -9 in the middle of COPY, UNLOAD and a COPY JOB: whole or not at all."""

import os
import signal
import time

import pytest

from tests.conftest import connect, start_cloud, stop_cloud
from tests.redshift.conftest import PLACE, Data
from tests.redshift.copying.conftest import BUCKET, make_desk

PATIENCE_S = 20


class House:
    """A workspace whose process dies and comes back."""

    def __init__(self, home):
        self.home = home
        self.server = start_cloud(home)
        self.desk = make_desk(connect(home, self.server).client)

    def kill(self):
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.wait()
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


def test_in_a_copy(house):
    desk = house.desk
    table = desk.table("a int, b varchar(9)")
    desk.data.run(f"INSERT INTO {table} VALUES (0, 'before')")
    uri = desk.put("rows", "1|a\\|b\n" * 400_000)
    started = house.start(f"COPY {table} FROM '{uri}' IAM_ROLE default ESCAPE")
    loading = f"SELECT count(*) FROM sys_load_history WHERE table_name = '{table}'"
    until(lambda: desk.data.rows(loading) == [[1]])
    assert desk.data.client.describe_statement(Id=started)["Status"] == "STARTED"
    house.kill()
    assert desk.data.rows(f"SELECT a, b FROM {table}") == [[0, "before"]]
    assert desk.copy(table, desk.put("few", "1|x\n")) == ""
    assert desk.data.rows(f"SELECT count(*) FROM {table}") == [[2]]


def test_in_an_unload(house):
    desk = house.desk
    table = desk.table("a int, b varchar(40)")
    desk.data.run(f"INSERT INTO {table} VALUES (1, 'some text')")
    for _ in range(18):
        desk.data.run(f"INSERT INTO {table} SELECT a + 1, b || a FROM {table}")
    incoming = house.home / "s3" / "incoming"
    query = f"SELECT x.a, x.b FROM {table} x, (SELECT a FROM {table} LIMIT 20) y"
    started = house.start(
        f"UNLOAD ('{query}') TO 's3://{BUCKET}/out/' IAM_ROLE default GZIP MANIFEST"
    )
    until(lambda: any(path.stat().st_size for path in incoming.glob("*/*")))
    assert desk.data.client.describe_statement(Id=started)["Status"] == "STARTED"
    house.kill()
    assert desk.keys("out/") == []
    assert list(incoming.iterdir()) == []
    assert desk.unload("SELECT 1 AS a", f"s3://{BUCKET}/out/") == ""
    assert desk.keys("out/") == ["0000_part_00"]


def test_in_a_copy_job(house):
    """Objects that came before the end are loaded after it, and none twice."""
    desk = house.desk
    table = desk.table("a int")
    job = f"COPY {table} FROM 's3://{BUCKET}/job/' IAM_ROLE default CSV JOB CREATE kept AUTO ON"
    assert desk.data.run(job)["Status"] == "FINISHED"
    for number in range(30):
        desk.put(f"job/{number}", f"{number}\n")
    house.kill()
    until(lambda: desk.data.rows(f"SELECT count(*) FROM {table}") == [[30]])
    desk.put("job/30", "30\n")
    until(lambda: desk.data.rows(f"SELECT count(*) FROM {table}") == [[31]])
    assert desk.data.rows(f"SELECT count(DISTINCT a), sum(a) FROM {table}") == [[31, 465]]
