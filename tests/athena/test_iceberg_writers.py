"""Writers of one Iceberg table at once: each waits at a gate while another one commits.

The local AWS of these tests waits where a file of a function's name lies in its workspace, before
it calls that function, until the test has taken the file away.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.exceptions import ValidationException
from pyiceberg.transforms import IdentityTransform

from tests.athena.conftest import Lake, make_lake
from tests.athena.iceberg import Ice, delete_equal, delete_positions
from tests.conftest import Running, connect, kill_cloud, stop_cloud, wait_for

GATED = """
import pathlib, sys, time
from pyiceberg.table import Table
from labkit.cloud.athena.run import Run
from labkit.cloud.iceberg import alter, maintenance
from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.server import main

HOME = pathlib.Path(sys.argv[2])

def gated(owner, name):
    inner, gate, waiting = getattr(owner, name), HOME / name, HOME / f"{name}.waiting"
    def call(*given, **named):
        if gate.exists():
            gate.rename(waiting)
            while waiting.exists():
                time.sleep(.005)
        return inner(*given, **named)
    setattr(owner, name, call)

for owner, name in {GATES}:
    gated(owner, name)
sys.exit(main())
"""
GATES = """(
    (Table, '_do_commit'), (Metastore, 'update_table'),
    (Run, 'put_metadata'), (alter, 'place'),
    (maintenance, '_owns_files'),
)"""


def start_gated(home: Path) -> subprocess.Popen[bytes]:
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", GATED.replace("{GATES}", GATES), "--home", str(home)]
    with (home / "test.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("gated")
    process = start_gated(home)
    yield connect(home, process)
    stop_cloud(process)


def lake_of(cloud: Running, fresh: Callable[..., str]) -> Lake:
    return make_lake(tuple(map(cloud.client, ("s3", "glue", "athena"))), fresh)


@pytest.fixture
def ice(gated: Running, fresh: Callable[..., str]) -> Ice:
    return Ice(lake_of(gated, fresh), gated)


@contextmanager
def held(ice: Ice, home: Path, statement: str, gate: str = "_do_commit") -> Iterator[list[Any]]:
    """A statement that waits at a gate meanwhile; then how it ended."""
    (home / gate).touch()
    number, ended = ice.lake.start(statement), []
    waiting = home / f"{gate}.waiting"
    try:
        wait_for(waiting.exists)
        yield ended
    finally:
        waiting.unlink(missing_ok=True)
    ended.append(ice.lake.follow(number)["Status"])


def added(*rows: tuple[int, str]) -> Callable[[Ice], None]:
    """pyiceberg appends rows."""
    columns = {"id": pa.int64(), "p": pa.string()}
    told = [dict(zip(columns, row, strict=True)) for row in rows]
    return lambda ice: ice.load("t").append(pa.Table.from_pylist(told, pa.schema(columns)))


def done(*statements: str) -> Callable[[Ice], None]:
    """Athena runs statements."""
    return lambda ice: [ice.do(each) for each in statements] and None


def partitioned_anew(ice: Ice) -> None:
    with ice.load("t").update_spec() as update:
        update.add_field("id", IdentityTransform(), "by_id")


def all_of(*steps: Callable[[Ice], None]) -> Callable[[Ice], None]:
    return lambda ice: [step(ice) for step in steps] and None


MERGE = """MERGE INTO t USING (VALUES (2, 'x'), (8, 'x')) AS s(id, p) ON t.id = s.id {}
    WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.p)"""
OPTIMIZE = "OPTIMIZE t REWRITE DATA USING BIN_PACK"
GO: dict[str, tuple[str, Callable[[Ice], None], list[int]]] = {
    "insert": ("INSERT INTO t VALUES (9, 'x')", added((7, "x")), [1, 2, 3, 4, 7, 9]),
    "insert beside optimize": ("INSERT INTO t VALUES (9, 'x')", done(OPTIMIZE), [1, 2, 3, 4, 9]),
    "insert beside a delete": (
        "INSERT INTO t VALUES (9, 'x')", done("DELETE FROM t WHERE p = 'x'"), [3, 9]),
    "insert beside another partitioning": (
        "INSERT INTO t VALUES (9, 'x')", partitioned_anew, [1, 2, 3, 4, 9]),
    "insert beside vacuum": (
        "INSERT INTO t VALUES (9, 'x')",
        done("ALTER TABLE t SET TBLPROPERTIES ('vacuum_max_snapshot_age_seconds'='0')", "VACUUM t"),
        [1, 2, 3, 4, 9]),
    "delete by partition": ("DELETE FROM t WHERE p = 'x'", added((7, "y")), [3, 7]),
    "delete by bounds": ("DELETE FROM t WHERE id < 3", added((7, "x")), [3, 4, 7]),
    "update": ("UPDATE t SET id = 6 WHERE p = 'y'", done("DELETE FROM t WHERE id = 1"), [2, 4, 6]),
    "update beside optimize": (
        "UPDATE t SET id = 13 WHERE p = 'y'", done(OPTIMIZE + " WHERE p = 'x'"), [1, 2, 4, 13]),
    "merge": (MERGE.format("AND t.p = 'x'"), added((8, "y")), [1, 3, 4, 8, 8]),
    "optimize": (OPTIMIZE + " WHERE p = 'x'", added((7, "x")), [1, 2, 3, 4, 7]),
    "optimize beside a delete": (
        OPTIMIZE + " WHERE p = 'x'", done("DELETE FROM t WHERE p = 'y'"), [1, 2, 4]),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "meanwhile", "ids"), GO.values(), ids=GO)
def test_a_commit_goes_beside_another(
    ice: Ice, gated: Running, statement: str, meanwhile: Callable[[Ice], None], ids: list[int]
) -> None:
    make(ice)
    with held(ice, gated.home, statement) as ended:
        meanwhile(ice)
    assert ended[0]["State"] == "SUCCEEDED", ended
    check(ice, ids)


LOSE: dict[str, tuple[str, Callable[[Ice], None], list[int]]] = {
    "delete by partition": ("DELETE FROM t WHERE p = 'x'", added((7, "x")), [1, 2, 3, 4, 7]),
    "delete by bounds": ("DELETE FROM t WHERE id < 3", added((0, "y")), [0, 1, 2, 3, 4]),
    "delete of all": ("DELETE FROM t", added((7, "z")), [1, 2, 3, 4, 7]),
    "what came is packed": (
        "DELETE FROM t WHERE p = 'y'", all_of(added((7, "y")), added((8, "y")),
        done(OPTIMIZE + " WHERE p = 'y'")), [1, 2, 3, 4, 7, 8]),
    "update of the same file": (
        "UPDATE t SET id = 6 WHERE id = 1", done("UPDATE t SET id = 5 WHERE id = 2"), [1, 3, 4, 5]),
    "delete beside optimize": ("DELETE FROM t WHERE id = 1", done(OPTIMIZE), [1, 2, 3, 4]),
    "merge": (MERGE.format(""), added((8, "y")), [1, 2, 3, 4, 8]),
    "reads itself": (
        "UPDATE t SET id = (SELECT sum(id) FROM t) WHERE p = 'y'", added((7, "x")),
        [1, 2, 3, 4, 7]),
    "optimize beside a delete": (
        OPTIMIZE + " WHERE p = 'x'", done("DELETE FROM t WHERE id = 1"), [2, 3, 4]),
    "another partitioning": (
        "INSERT INTO t VALUES (9, 'x')", all_of(partitioned_anew, added((7, "x"))),
        [1, 2, 3, 4, 7]),
    "another table": (
        "INSERT INTO t VALUES (9, 'x')", all_of(done("DROP TABLE t"), lambda ice: make(ice)),
        [1, 2, 3, 4]),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "meanwhile", "ids"), LOSE.values(), ids=LOSE)
def test_a_commit_loses_against_another(
    ice: Ice, gated: Running, statement: str, meanwhile: Callable[[Ice], None], ids: list[int]
) -> None:
    make(ice)
    before = ice.lake.keys("t/")
    with held(ice, gated.home, statement) as ended:
        own = {*ice.lake.keys("t/")} - {*before}
        meanwhile(ice)
    assert ended[0]["StateChangeReason"].startswith("ICEBERG_COMMIT_ERROR: "), ended
    check(ice, ids)
    assert own.isdisjoint(ice.lake.keys("t/"))


def make(ice: Ice) -> None:
    """Two files in a partition and one in another."""
    packs = {"optimize_rewrite_data_file_threshold": "2"}
    rows = "(1, 'x'), (2, 'x'), (3, 'y')"
    ice.made("t", "id bigint, p string", rows, "PARTITIONED BY (p)", **packs)
    ice.do("INSERT INTO t VALUES (4, 'x')")


def check(ice: Ice, ids: list[int]) -> None:
    assert ice.rows("SELECT id FROM t ORDER BY 1") == [[str(each)] for each in ids]


def test_rows_that_another_writer_deletes_stay_deleted(ice: Ice, gated: Running) -> None:
    """Delete files that come meanwhile are of a file that the statement writes anew."""
    ice.made("t", "id bigint", "(1), (2), (3)")
    for at, delete in enumerate((delete_positions, delete_equal)):
        with held(ice, gated.home, "UPDATE t SET id = 9 WHERE id = 1") as ended:
            delete(ice.load("t"), [at + 1])
        assert ended[0]["StateChangeReason"].startswith("ICEBERG_COMMIT_ERROR: "), ended
    check(ice, [1, 3])
    kinds = ice.rows('SELECT operation FROM "t$snapshots" ORDER BY committed_at')
    ice.do("UPDATE t SET id = 9 WHERE id = 1")
    ice.do("DELETE FROM t")
    more = ice.rows('SELECT operation FROM "t$snapshots" ORDER BY committed_at')
    assert [kind for (kind,) in more[len(kinds) :]] == ["overwrite", "delete"]


def test_snapshot_isolation_lets_rows_come(ice: Ice, gated: Running) -> None:
    """https://iceberg.apache.org/docs/latest/configuration/#write-properties"""
    make(ice)
    with ice.load("t").transaction() as transaction:
        transaction.set_properties({"write.delete.isolation-level": "snapshot"})
    with held(ice, gated.home, "DELETE FROM t WHERE p = 'x'") as ended:
        added((7, "x"))(ice)
    assert ended[0]["State"] == "SUCCEEDED", ended
    check(ice, [3, 7])


def test_a_table_that_is_renamed_keeps_what_comes_meanwhile(ice: Ice, gated: Running) -> None:
    make(ice)
    with held(ice, gated.home, "ALTER TABLE t RENAME TO u", "place") as ended:
        added((7, "x"))(ice)
    assert ended[0]["State"] == "SUCCEEDED", ended
    assert ice.count("u") == 5


def test_vacuum_keeps_what_gets_a_name_meanwhile(ice: Ice, gated: Running) -> None:
    make(ice)
    first = ice.load("t").history()[0].snapshot_id
    ice.do("ALTER TABLE t SET TBLPROPERTIES ('vacuum_max_snapshot_age_seconds'='0')")
    with held(ice, gated.home, "VACUUM t", "_owns_files") as ended:
        ice.load("t").manage_snapshots().create_tag(first, "kept").commit()
    assert ended[0]["State"] == "SUCCEEDED", ended
    assert ice.rows("SELECT count(*) FROM t FOR VERSION AS OF 'kept'") == [["3"]]


def test_pyiceberg_commits_beside_athena(ice: Ice) -> None:
    """The Glue catalog's lock is a table's version: https://iceberg.apache.org/docs/latest/aws/"""
    make(ice)
    stale = [ice.load("t") for _ in range(3)]
    before = ice.definition("t")
    ice.do("INSERT INTO t VALUES (9, 'y')")
    stale[0].append(pa.table({"id": [7], "p": ["x"]}))
    stale[1].delete("id = 3")
    check(ice, [1, 2, 4, 7, 9])
    with pytest.raises(ValidationException):
        stale[2].delete("p = 'x'")
    old = {name: before[name] for name in ("Name", "StorageDescriptor", "Parameters", "TableType")}
    glue, where = ice.lake.glue, {"DatabaseName": ice.lake.database, "TableInput": old}
    with pytest.raises(glue.exceptions.ConcurrentModificationException):
        glue.update_table(**where, VersionId=before["VersionId"], SkipArchive=True)
    check(ice, [1, 2, 4, 7, 9])


KILLED = {
    "_do_commit": ("INSERT INTO t VALUES (9, 'x')", "FAILED", [1, 2, 3, 4]),
    "update_table": ("UPDATE t SET id = 9", "FAILED", [1, 2, 3, 4]),
    "put_metadata": ("DELETE FROM t WHERE p = 'x'", "SUCCEEDED", [3]),
}


def test_what_a_killed_statement_leaves_is_the_old_table_or_the_new_one(
    tmp_path: Path, fresh: Callable[..., str]
) -> None:
    process = start_gated(tmp_path)
    cloud = connect(tmp_path, process)
    lake = lake_of(cloud, fresh)
    ice = Ice(lake, cloud)
    make(ice)
    try:
        for gate, (statement, state, ids) in KILLED.items():
            (tmp_path / gate).touch()
            number = lake.start(statement)
            wait_for((tmp_path / f"{gate}.waiting").exists)
            kill_cloud(process)
            (tmp_path / f"{gate}.waiting").unlink()
            process = start_gated(tmp_path)
            cloud = connect(tmp_path, process)
            lake.s3, lake.glue, lake.athena = map(cloud.client, ("s3", "glue", "athena"))
            ice = Ice(lake, cloud)
            assert lake.follow(number)["Status"]["State"] == state
            check(ice, ids)
            assert sorted(ice.load("t").scan().to_arrow()["id"].to_pylist()) == ids
        ice.do("INSERT INTO t VALUES (5, 'x')")
        check(ice, [3, 5])
    finally:
        stop_cloud(process)


def test_a_query_of_a_table_that_is_dropped_meanwhile(ice: Ice) -> None:
    ice.made("t", "id int", "(1)")
    for key in ice.lake.keys("t/metadata/"):
        if key.endswith(".avro"):
            ice.lake.s3.delete_object(Bucket=ice.lake.bucket, Key=key)
    assert "ICEBERG_MISSING_METADATA" in ice.fail("SELECT * FROM t")
