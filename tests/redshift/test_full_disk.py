"""A disk that is full when DuckDB puts what is committed into a warehouse's file."""

import contextlib
import resource
from types import SimpleNamespace

import pytest

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.redshift import duck
from labkit.cloud.redshift import warehouse as warehouses
from labkit.cloud.redshift.warehouse import RedshiftError, open_warehouse, spooling

KEY, ROWS = "cluster/full", 3000
MANY = f"SELECT g AS a, md5(random()) || md5(random()) AS b FROM generate_series(1, {ROWS}) g"


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    settings = (*duck._SETTINGS, "SET GLOBAL checkpoint_threshold = '100KB'")
    monkeypatch.setattr(duck, "_SETTINGS", settings)
    monkeypatch.setattr(warehouses, "STATES", {})
    cloud = Cloud(tmp_path / "home")
    yield cloud
    cloud.stop()


@contextlib.contextmanager
def no_file_above(size):
    """Writing beyond it fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_is_committed_is_told_so_and_the_warehouse_goes_on(cloud):
    first = open_warehouse(cloud, KEY)
    session, other = (first.connect("awsuser", "dev") for _ in range(2))
    session.run("CREATE TABLE t (a int, b varchar(99))")
    with no_file_above(first.file.stat().st_size + (1 << 18)):
        committed = 0
        while not first.fallen:
            committed += session.run(f"INSERT INTO t {MANY}").count
        for each in (session, other):
            with pytest.raises(RedshiftError, match="the warehouse restarts") as caught:
                each.run("SELECT count(*) FROM t")
            assert caught.value.sqlstate == "57P02"
        with pytest.raises(RedshiftError, match="the warehouse restarts"):
            first.connect("awsuser", "dev")
        with pytest.raises(RedshiftError, match="Disk Full"):
            open_warehouse(cloud, KEY)
    again = open_warehouse(cloud, KEY).connect("awsuser", "dev")
    assert again.run("SELECT count(*) FROM t").rows[0].to_pylist() == [committed]
    assert again.run("INSERT INTO t VALUES (0, '')").count == 1


def test_a_result_leaves_room_on_the_disk(cloud, monkeypatch):
    monkeypatch.setattr(spooling, "IN_MEMORY", 1)
    session = open_warehouse(cloud, KEY).connect("awsuser", "dev")
    assert session.run(MANY).count == ROWS
    few = SimpleNamespace(free=100_000)
    monkeypatch.setattr(spooling, "shutil", SimpleNamespace(disk_usage=lambda folder: few))
    with pytest.raises(RedshiftError, match="Disk Full"):
        session.run(MANY)
    assert session.run("SELECT 1").count == 1
    assert not list(cloud.home.rglob("result-*"))
