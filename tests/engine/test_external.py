"""External functions: callables over Arrow batches that one session's SQL calls."""

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from labkit.cloud.engine import DuckEngine, ExternalFunction, QueryFailed, Session, compile_query
from labkit.cloud.engine.types import parse_type
from tests.engine.lake import Lake


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    found = DuckEngine()
    yield found
    found.close()


@pytest.fixture
def session(engine: DuckEngine) -> Iterator[Session]:
    with engine.session() as found:
        yield found


def external(
    name: str, parameters: str, returns: str, call: Callable[[pa.RecordBatch], pa.Array]
) -> ExternalFunction:
    types = tuple(map(parse_type, parameters.split("|")))
    return ExternalFunction(name, types, parse_type(returns), call)


SHOUT = external("shout", "varchar", "varchar", lambda rows: pc.utf8_upper(rows.column(0)))


def rows(session: Session, sql: str, *functions: ExternalFunction) -> list[tuple[object, ...]]:
    found = session.table(compile_query(sql, Lake(), functions=functions))
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


def test_a_function_sees_batches_with_their_nulls(session: Session) -> None:
    seen: list[list[object]] = []

    def count(batch: pa.RecordBatch) -> pa.Array:
        seen.append(batch.column(0).to_pylist())
        return pa.array([batch.num_columns] * batch.num_rows, pa.int64())

    sql = "SELECT f(a, b) FROM (VALUES (1, 'x'), (NULL, 'y')) AS t(a, b)"
    assert rows(session, sql, external("f", "bigint|varchar", "bigint", count)) == [(2,), (2,)]
    assert seen == [[1, None]]


def test_an_overload_is_chosen_by_the_arguments(session: Session) -> None:
    functions = [
        external("kind", kind, "varchar", lambda rows, kind=kind: pa.array([kind] * len(rows)))
        for kind in ("double", "bigint", "varchar")
    ]
    sql = "SELECT kind(BIGINT '1'), kind('a'), kind(1.5E0)"
    assert rows(session, sql, *functions) == [("bigint", "varchar", "double")]


@pytest.mark.parametrize("call", ["f('a')", "TRY(f('a'))", "TRY_CAST(f('a') AS bigint)"])
def test_its_own_exception_comes_out(session: Session, call: str) -> None:
    def fail(batch: pa.RecordBatch) -> pa.Array:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        rows(session, f"SELECT {call}", external("f", "varchar", "varchar", fail))


def test_it_comes_out_of_rows_that_stream(session: Session) -> None:
    def fail(batch: pa.RecordBatch) -> pa.Array:
        raise LookupError("no such thing")

    function = external("f", "varchar", "varchar", fail)
    with pytest.raises(LookupError):
        session.run(compile_query("SELECT f('a')", Lake(), functions=[function])).read_all()


def test_it_goes_with_the_session(engine: DuckEngine) -> None:
    with engine.session() as session:
        assert rows(session, "SELECT shout('a')", SHOUT) == [("A",)]
    with engine.session() as session:
        left = session.connection.execute(
            "SELECT count(*) FROM duckdb_functions() WHERE function_name = ?", [SHOUT.id]
        ).fetchall()
        assert left == [(0,)]
        assert rows(session, "SELECT shout('b')", SHOUT) == [("B",)]


def test_arguments_that_it_does_not_take() -> None:
    with pytest.raises(QueryFailed) as caught:
        compile_query("SELECT shout(1)", Lake(), functions=[SHOUT])
    assert str(caught.value) == (
        "FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters (integer) for function shout. "
        "Expected: shout(varchar)"
    )
