"""DuckDB that has given up, here as the file that stands for its memory cannot grow."""

import contextlib
import itertools
import resource

import duckdb
import pytest

from labkit.cloud.engine import DuckEngine, duck
from labkit.cloud.engine.closed import open_closed


def test_a_session_after_duckdb_has_given_up_works(tmp_path, monkeypatch):
    files = (str(tmp_path / f"{number}.duckdb") for number in itertools.count())
    small = (*duck._SETTINGS, "SET GLOBAL checkpoint_threshold = '100KB'")
    monkeypatch.setattr(duck, "_SETTINGS", small)
    monkeypatch.setattr(duck, "open_closed", lambda _, *a, **k: open_closed(next(files), *a, **k))
    engine = DuckEngine(threads=1)
    given_up = engine.session().connection
    given_up.execute("CREATE TABLE t (a BIGINT)")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    with contextlib.suppress(duckdb.FatalException):
        for _ in range(100):
            given_up.execute("INSERT INTO t SELECT hash(range) // 2 FROM range(5000)")
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with pytest.raises(duckdb.FatalException):
        given_up.execute("SELECT 1")
    with engine.session() as session:
        assert session.connection.execute("SELECT 1 + 1").fetchall() == [(2,)]
