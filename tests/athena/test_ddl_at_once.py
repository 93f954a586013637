"""Two statements that change the catalog at once: the second changes what the first has made.

The second one begins where the first is about to write, and goes on until it has ended, or waits
for the first.
"""

import contextlib
import threading
from types import SimpleNamespace

import pytest
from moto.glue.models import glue_backends

from labkit.cloud.athena import statements  # noqa: F401 (registers the readers)
from labkit.cloud.athena.statement import read_statement
from labkit.cloud.cloud import Cloud
from labkit.cloud.lake.metastore import Metastore

REGION, WAIT_S = "eu-north-1", 30
WRITES = (
    *("create_database", "update_database", "create_table", "update_table", "delete_table"),
    "replace_partitions",
)
TABLE = "CREATE EXTERNAL TABLE {}t (a int) PARTITIONED BY (p string) LOCATION 's3://b/t/'"


class Hooked(Cloud):
    """Tells who waits for the records of a service."""

    def __init__(self, home):
        super().__init__(home)
        self.at_rest = threading.Event()

    @contextlib.contextmanager
    def lock(self, service):
        with contextlib.ExitStack() as held:
            lock = self._locks.setdefault(service, threading.RLock())
            if not lock.acquire(blocking=False):
                self.at_rest.set()
                lock.acquire()
            held.callback(lock.release)
            yield


@pytest.fixture
def run(tmp_path):
    """A statement's surroundings: a catalog with a database, and one object in S3."""
    cloud = Hooked(tmp_path / "home")
    objects = SimpleNamespace(list=lambda _: [SimpleNamespace(key="t/p=x/f")])
    catalog = Metastore(cloud, REGION)
    catalog.create_database("d", {"Name": "d"})
    yield SimpleNamespace(
        cloud=cloud, metastore=catalog, database="d", store=objects, text_result=lambda *_: None
    )
    cloud.stop()
    glue_backends[cloud.account].pop(REGION)


def do(run, text):
    read_statement(text).run(run)


def both(run, monkeypatch, first, second):
    """Why the two failed, where they did."""
    failed, begun = [None, None], []

    def tried(at, text):
        try:
            do(run, text)
        except Exception as error:
            failed[at] = str(error)
        finally:
            run.cloud.at_rest.set()

    def meanwhile(write):
        def written(*args, **options):
            if not begun:
                begun.append(threading.Thread(target=tried, args=(1, second)))
                begun[0].start()
                assert run.cloud.at_rest.wait(WAIT_S)
            return write(*args, **options)

        return written

    for name in WRITES:
        monkeypatch.setattr(Metastore, name, meanwhile(getattr(Metastore, name)))
    tried(0, first)
    begun[0].join(WAIT_S)
    return failed


@pytest.mark.parametrize(
    ("made", "first", "second", "told"),
    [
        ((), TABLE.format(""), TABLE.format(""), "AlreadyExistsException(message:Table t already"),
        ((), TABLE.format("IF NOT EXISTS "), TABLE.format("IF NOT EXISTS "), None),
        ((), "CREATE DATABASE e", "CREATE DATABASE e", "Database e already exists"),
        ((), *["CREATE DATABASE IF NOT EXISTS e"] * 2, None),
        ((TABLE.format(""),), *["MSCK REPAIR TABLE t"] * 2, None),
        ((TABLE.format(""),), *["ALTER TABLE t ADD IF NOT EXISTS PARTITION (p='x')"] * 2, None),
        ((TABLE.format(""),), *["DROP TABLE IF EXISTS t"] * 2, None),
        ((TABLE.format(""),), *["DROP TABLE t"] * 2, "Table not found d.t"),
    ],
)
def test_the_same_statement_twice(run, monkeypatch, made, first, second, told):
    for text in made:
        do(run, text)
    failed = [each for each in both(run, monkeypatch, first, second) if each]
    assert [told in each for each in failed] == [True] * bool(told)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ALTER TABLE t ADD COLUMNS (b int)", "ALTER TABLE t ADD COLUMNS (c int)"),
        ("ALTER TABLE t CHANGE a b int", "ALTER TABLE t ADD COLUMNS (c int)"),
        ("ALTER TABLE t SET TBLPROPERTIES ('b'='1')", "ALTER TABLE t SET TBLPROPERTIES ('c'='1')"),
        ("ALTER TABLE t SET LOCATION 's3://b/u'", "ALTER TABLE t SET TBLPROPERTIES ('c'='1')"),
        (
            "ALTER DATABASE d SET DBPROPERTIES ('b'='1')",
            "ALTER DATABASE d SET DBPROPERTIES ('c'='1')",
        ),
    ],
)
def test_two_changes_are_both_made(run, monkeypatch, first, second):
    do(run, TABLE.format(""))

    def state():
        told = run.metastore.definition("d", "t")
        names = [column["Name"] for column in told["StorageDescriptor"]["Columns"]]
        kept = {k: v for k, v in told["Parameters"].items() if k in "bc"}
        of_database = run.metastore.database("d").input.get("Parameters") or {}
        return names, kept, told["StorageDescriptor"]["Location"], dict(of_database)

    assert both(run, monkeypatch, first, second) == [None, None]
    at_once = state()
    do(run, "DROP TABLE t"), run.metastore.delete_database("d")
    run.metastore.create_database("d", {"Name": "d"})
    do(run, TABLE.format("")), do(run, first), do(run, second)
    assert at_once == state()
