"""Two statements that change the catalog at once: the second changes what the first has made."""

from types import SimpleNamespace

import pytest
from moto.glue.models import glue_backends

from labkit.cloud.athena import statements  # noqa: F401 (registers the readers)
from labkit.cloud.athena.statement import read_statement
from labkit.cloud.lake.metastore import Metastore
from tests.at_once import Pair, Watched

REGION = "eu-north-1"
WRITES = (
    *("create_database", "update_database", "create_table", "update_table", "delete_table"),
    "replace_partitions",
)
TABLE = "CREATE EXTERNAL TABLE {}t (a int) PARTITIONED BY (p string) LOCATION 's3://b/t/'"


@pytest.fixture
def run(tmp_path):
    """A statement's surroundings: a catalog with a database, and one object in S3."""
    cloud = Watched(tmp_path / "home")
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
    pair = Pair(run.cloud, lambda: do(run, first), lambda: do(run, second))
    for name in WRITES:
        monkeypatch.setattr(Metastore, name, pair.meanwhile(getattr(Metastore, name)))
    return [told and str(told) for told in pair.run()]


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
