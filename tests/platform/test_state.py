"""What the state and the writer of bodies do where something fails in the middle."""

import contextlib
import copy
import errno
import sqlite3
from types import SimpleNamespace

import pytest
from moto.awslambda.models import LambdaFunction
from moto.core import DEFAULT_ACCOUNT_ID
from moto.glue.models import glue_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from labkit.cloud import pickles
from labkit.cloud.moto_calls import Moto
from labkit.cloud.moto_state import State
from labkit.cloud.s3.bodies import BODIES, write_stream
from labkit.cloud.s3.keystore import KeyStore
from labkit.cloud.state import StateUnusable


@pytest.fixture(autouse=True)
def _let_go():
    """What these leave at moto is of a state that no other test has."""
    yield
    for backends in (sqs_backends, glue_backends, s3_backends):
        for account in set(backends) - {DEFAULT_ACCOUNT_ID}:
            del backends[account]


def test_a_change_that_fails_is_taken_back_in_memory_too(tmp_path):
    state = State(tmp_path / "state.db")
    records = state.records("a.b")
    records["changed"] = records["deleted"] = {"n": 1}
    with contextlib.suppress(ZeroDivisionError), state.together():
        records["changed"] = {"n": 2}
        records["made"] = {}
        del records["deleted"]
        records["changed"] = {"n": 1 / 0}
    assert dict(records) == {"changed": {"n": 1}, "deleted": {"n": 1}}
    assert dict(state.records("a.b")) == dict(records)
    state.close()


def test_what_moto_could_not_keep_is_taken_back(tmp_path):
    state, queues = State(tmp_path / "state.db"), sqs_backends["1" * 12]
    queues["us-east-1"].create_queue("kept", {})
    state.save("sqs")
    queues["us-east-1"].create_queue("lost", {})
    queues["us-east-2"].create_queue("lost", {})
    full = "CREATE TRIGGER full BEFORE INSERT ON backends BEGIN SELECT RAISE(FAIL, ''); END"
    state._db.execute(full)
    with pytest.raises(sqlite3.Error):
        state.save("sqs")
    assert [*queues] == ["us-east-1"]
    assert [*queues["us-east-1"].queues] == ["kept"]
    state.close()


def test_a_bucket_that_could_not_be_kept_is_there_with_the_next_key(tmp_path):
    state, buckets = State(tmp_path / "state.db"), s3_backends["1" * 12]["aws"]
    buckets.create_bucket("kept", "us-east-1").keys = KeyStore()
    state.save("s3")
    full = "CREATE TRIGGER full BEFORE INSERT ON backends BEGIN SELECT RAISE(FAIL, ''); END"
    state._db.execute(full)
    buckets.create_bucket("later", "us-east-1").keys = KeyStore()
    for save in (lambda: state.save("s3"), state.save_keys):
        with pytest.raises(sqlite3.Error):
            save()
    state._db.execute("DROP TRIGGER full")
    state.save_keys()
    state.load()
    assert {"kept", "later"} <= {*s3_backends["1" * 12]["aws"].buckets}
    state.close()


def test_what_cannot_be_written_is_taken_back_and_the_rest_is_kept(tmp_path):
    state, queues = State(tmp_path / "state.db"), sqs_backends["1" * 12]
    for region in ("us-east-1", "us-east-2", "us-west-2"):
        queues[region].create_queue("kept", {})
    state.save("sqs")
    for region in ("us-east-1", "us-east-2", "us-west-2"):
        queues[region].create_queue("later", {})
    queues["us-east-2"].beside = (each for each in ())
    with pytest.raises(TypeError):
        state.save("sqs")
    told = {region: [*each.queues] for region, each in queues.items()}
    both = ["kept", "later"]
    assert told == {"us-east-1": both, "us-east-2": ["kept"], "us-west-2": both}
    state.load()
    assert {region: [*each.queues] for region, each in queues.items()} == told
    state.close()


@pytest.mark.parametrize(
    ("room", "why"), [("full", "Make room there and start again"), ("x", "cannot be read")]
)
def test_a_full_disk_is_no_damage(tmp_path, room, why):
    state = State(tmp_path / "state.db")
    state._db.execute("DROP TABLE meta")
    if room == "full":
        state._db.execute("PRAGMA max_page_count = 1")
        big = "CREATE TABLE meta AS SELECT 'moto' AS name, zeroblob(1000000) AS value"
        state._check_version = lambda: state._db.execute(big)
    with pytest.raises(StateUnusable, match=why):
        state.load()
    state.close()


class Growing:
    """What makes its dictionary grow while that is written, as other requests do."""

    def __init__(self, beside):
        self.beside = beside

    def __reduce__(self):
        if len(self.beside) < 4:
            self.beside[len(self.beside)] = None
        return (int, ())


def test_what_grows_while_it_is_written_is_written_again(tmp_path):
    state, backend = State(tmp_path / "state.db"), sqs_backends["2" * 12]["us-east-1"]
    backend.beside = beside = {"a": 1, "b": 2}
    beside["a"] = Growing(beside)
    state.save("sqs")
    [[blob]] = state._db.execute("SELECT pickle FROM backends WHERE account = ?", ("2" * 12,))
    assert pickles.load(blob).beside == {"a": 0, "b": 2, 2: None, 3: None}
    state.close()


def test_what_refers_to_another_backend_does_so_again(tmp_path):
    state, account = State(tmp_path / "state.db"), "3" * 12
    first, second = (sqs_backends[account][region] for region in ("us-east-1", "us-east-2"))
    first.other, second.queues = second, {"queue": "q" * 100_000}
    state.save("sqs")
    sized = "SELECT length(pickle) FROM backends WHERE account = ? ORDER BY region"
    [[refers], [holds]] = state._db.execute(sized, (account,))
    assert refers < 10_000 < holds
    state.load()
    assert first is not sqs_backends[account]["us-east-1"]
    assert sqs_backends[account]["us-east-1"].other is sqs_backends[account]["us-east-2"]
    assert sqs_backends[account]["us-east-2"].queues == second.queues
    state.close()


def test_versions_that_were_kept_in_one_row_get_one_each(tmp_path):
    state, names = State(tmp_path / "state.db"), ["oldest", "newest"]
    together = pickles.dump([SimpleNamespace(name=each) for each in names])
    state._db.execute("CREATE TABLE keys (bucket TEXT, key TEXT, versions BLOB)")
    state._db.execute("INSERT INTO keys VALUES ('b', 'k', ?)", (together,))
    state.load()
    state.load()
    rows = state._db.execute("SELECT number, version FROM versions ORDER BY number").fetchall()
    assert [(n, pickles.load(each).name) for n, each in rows] == [(1, "oldest"), (2, "newest")]
    state.close()


@pytest.fixture
def catalog(tmp_path):
    """A state, and a function that tells the table in it."""
    state, glue = State(tmp_path / "state.db"), glue_backends["3" * 12]
    glue["us-east-1"].create_database("lake", {})
    glue["us-east-1"].create_table("lake", "log", {"Name": "log"})
    yield state, lambda: glue["us-east-1"].databases["lake"].tables["log"]
    glue.clear()
    state.close()


def days(table):
    return [(each.values[0], each.partition_input.get("n")) for each in table.partitions.values()]


def put(table, day, n):
    table.partitions.pop(f"['{day}']", None)
    table.create_partition({"Values": [day], "n": n})


def test_partitions_are_rows_that_come_back_in_their_order(catalog):
    state, table = catalog
    for day in "abcd":
        put(table(), day, 1)
    state.save("glue")
    table().update_partition(["a"], {"Values": ["a"], "n": 2})
    put(table(), "b", 2)
    table().delete_partition(["c"])
    state.save("glue")
    kept = [("a", 2), ("d", 1), ("b", 2)]
    assert days(table()) == kept
    table().partitions = None
    state.load()
    assert days(table()) == kept
    [[rows]] = state._db.execute("SELECT count(*) FROM members")
    assert rows == len(kept) + len(table().versions)


def test_rows_of_what_is_gone_go_at_the_next_start(catalog):
    state, table = catalog
    put(table(), "a", 1)
    state.save("glue")
    glue_backends["3" * 12]["us-east-1"].delete_table("lake", "log")
    state.save("glue")
    state.load()
    assert state._db.execute("SELECT * FROM members").fetchall() == []


@pytest.mark.parametrize("on", ["backends", "members"])
def test_partitions_that_could_not_be_kept_are_taken_back(catalog, on):
    state, table = catalog
    put(table(), "a", 1)
    state.save("glue")
    put(table(), "a", 2)
    put(table(), "b", 2)
    table().beside = "changed"
    state._db.execute(
        f"CREATE TRIGGER full BEFORE INSERT ON {on} BEGIN SELECT RAISE(FAIL, ''); END"
    )
    with pytest.raises(sqlite3.Error):
        state.save("glue")
    assert days(table()) == [("a", 1)]
    assert not hasattr(table(), "beside")
    state._db.execute("DROP TRIGGER full")
    put(table(), "c", 3)
    state.save("glue")
    state.load()
    assert days(table()) == [("a", 1), ("c", 3)]


def test_code_of_a_function_and_of_its_version_are_rows_of_their_own(tmp_path):
    state, queues = State(tmp_path / "state.db"), sqs_backends["4" * 12]
    latest = LambdaFunction.__new__(LambdaFunction)
    latest.function_name, image = "f", copy.copy(latest)
    latest.code_bytes = b"old" * 100_000
    queues["us-east-1"].functions = [latest, copy.copy(latest), image]
    state.save("sqs", "lambda")
    latest.code_bytes = b"new" * 100_000
    state.save("sqs", "lambda")
    [[size]] = state._db.execute(
        "SELECT length(pickle) FROM backends WHERE account = ?", ("4" * 12,)
    )
    state.load()
    codes = [getattr(each, "code_bytes", b"")[:3] for each in queues["us-east-1"].functions]
    assert (codes, size < 10_000) == ([b"new", b"old", b""], True)
    state.close()


@pytest.mark.parametrize("chunks", [1, 2, 9])
def test_a_watcher_that_fails_ends_the_writing(tmp_path, monkeypatch, chunks):
    def watch(chunk):
        raise ValueError("no")

    monkeypatch.setattr(BODIES, "root", BODIES.root)
    BODIES.open(tmp_path)
    with pytest.raises(ValueError, match="no"):
        write_stream(iter([b"chunk"] * chunks), watch)
    assert not list((tmp_path / "incoming").iterdir())


@pytest.mark.parametrize(("number", "raised"), [(errno.ENOSPC, True), (errno.ENOENT, False)])
def test_a_full_disk_is_no_missing_answer_of_moto(number, raised):
    def app(environ, start):
        raise OSError(number, "")

    with pytest.raises(OSError) if raised else contextlib.nullcontext():
        assert Moto(app).call({}, b"") is None
