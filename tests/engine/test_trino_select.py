"""SELECT as Athena answers it: the pairs of trino_select.sql, and what a compiled query tells."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.cloud.engine import Column, DuckEngine, QueryFailed, Session, View, compile_query
from labkit.cloud.engine.trino.scope import Field
from labkit.cloud.engine.types import parse_type

from .lake import Lake, engine, rows

Pair = tuple[str, str]


def _pairs() -> Iterator[Pair]:
    """Statements and their answers: a line each, with an empty line after."""
    blocks = Path(__file__).with_name("trino_select.sql").read_text().split("\n\n")
    for block in blocks:
        lines = [line for line in block.splitlines() if not line.startswith("-- ")]
        if lines:
            statement, answer = lines
            yield statement, answer


PAIRS = list(_pairs())


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckEngine]:
    with engine() as made:
        yield made


@pytest.fixture
def session(duck: DuckEngine) -> Iterator[Session]:
    with duck.session() as made:
        yield made


@pytest.mark.parametrize(("statement", "answer"), PAIRS, ids=[pair[0][:80] for pair in PAIRS])
def test_a_statement_answers_as_athena_does(session: Session, statement: str, answer: str) -> None:
    kind, _, expected = answer.partition(" ")
    if kind == "--!":
        with pytest.raises(QueryFailed) as failure:
            rows(session, statement)
        assert str(failure.value) == expected
        return
    found, wanted = rows(session, statement), json.loads(expected)
    if "ORDER BY" not in statement:
        found, wanted = sorted(found, key=repr), sorted(wanted, key=repr)
    assert found == wanted


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1, DECIMAL '2.50', 'abc', true", "integer decimal(3,2) varchar(3) boolean"),
        ("SELECT 2.50, 1e0, 1 + 2.5", "double double double"),
        ("SELECT price * 2, price / 2 FROM orders", "decimal(20,2) decimal(10,2)"),
        (
            "SELECT sum(qty), avg(qty), sum(price), count(*) FROM orders",
            "bigint double decimal(38,2) bigint",
        ),
        (
            "SELECT date_trunc('day', order_date), order_ts + INTERVAL '1' DAY FROM orders",
            "date timestamp",
        ),
        (
            "SELECT CAST(1 AS smallint) + 1, CAST(1 AS tinyint) + CAST(1 AS tinyint)",
            "integer tinyint",
        ),
        ("SELECT NULL UNION SELECT 1", "integer"),
        (
            "SELECT ARRAY[1, DECIMAL '2.5'], MAP(ARRAY['a'], ARRAY[1])",
            "array(decimal(11,1)) map(varchar(1),integer)",
        ),
    ],
    ids=str,
)
def test_a_result_has_trinos_types(session: Session, statement: str, expected: str) -> None:
    found = compile_query(statement, Lake()).columns
    assert [str(column.type).replace(", ", ",") for column in found] == expected.split()


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("SELECT 1, order_id AS Id, dt FROM orders", ["_col0", "id", "dt"]),
        ("SELECT addr.city, count(*) FROM orders GROUP BY addr.city", ["city", "_col1"]),
        ("SELECT a, a FROM (SELECT 1 AS a)", ["a", "a"]),
        ("VALUES (1, 2)", ["_col0", "_col1"]),
        ("SELECT 1 AS x UNION SELECT 2 AS y", ["x"]),
    ],
    ids=str,
)
def test_a_result_has_athenas_names(statement: str, names: list[str]) -> None:
    assert [column.name for column in compile_query(statement, Lake()).columns] == names


@pytest.mark.parametrize(
    ("statement", "columns", "filters"),
    [
        ("SELECT customer FROM orders WHERE dt = 'us' AND qty > 1", "customer dt qty", ["dt"]),
        ("SELECT * FROM (SELECT * FROM orders) WHERE upper(dt) = 'US'", None, ["dt"]),
        ("SELECT count(*) FROM orders", "", []),
        ("SELECT customer FROM (SELECT customer, qty FROM orders)", "customer", []),
        ("SELECT customer FROM orders WHERE dt = 'us' OR qty = 1", "customer dt qty", []),
        (
            "SELECT o.qty FROM iceorders i LEFT JOIN orders o ON i.id = o.qty WHERE o.dt IS NULL",
            "dt qty",
            [],
        ),
        (
            "SELECT o.qty FROM orders o LEFT JOIN iceorders i ON i.id = o.qty WHERE o.dt = 'us'",
            "dt qty",
            ["dt"],
        ),
        ("SELECT qty FROM orders WHERE random() < 2 AND dt > 'a'", "dt qty", ["dt"]),
        (
            "SELECT id FROM iceorders i WHERE EXISTS (SELECT * FROM orders WHERE qty = i.id)",
            "qty",
            [],
        ),
        ("SELECT count(*) FROM orders o WHERE EXISTS (SELECT o.dt)", "dt", []),
        ("SELECT 1 FROM orders o WHERE (SELECT * FROM (SELECT EXISTS (SELECT o.dt)))", "dt", []),
        ("SELECT a FROM orders o, LATERAL (SELECT o.dt, o.qty LIMIT 1) t(a, b)", "dt qty", []),
        (
            "SELECT count(*) FROM (SELECT id IN (SELECT qty FROM orders) FROM iceorders LIMIT 9)",
            "qty",
            [],
        ),
    ],
    ids=str,
)
def test_a_scan_knows_its_columns_and_its_partitions(
    statement: str, columns: str | None, filters: list[str]
) -> None:
    scans = {scan.source.name: scan for scan in compile_query(statement, Lake()).scans}  # type: ignore[attr-defined]
    if columns is not None:
        assert sorted(scans["orders"].columns) == columns.split()
    assert [sorted(f.keys) for f in scans["orders"].filters] == [[key] for key in filters]


@pytest.mark.parametrize(
    "item",
    [
        "sum(qty) OVER (PARTITION BY dt)",
        "lag(customer) OVER (ORDER BY order_id)",
        "count(DISTINCT customer)",
        *(f"{name}(customer)" for name in ("approx_distinct", "approx_set", "histogram")),
        "approx_most_frequent(2, customer, 10)",
        "make_set_digest(customer)",
        "count(DISTINCT customer), sum(amount)",
        *(f"{name}(amount)" for name in ("qdigest_agg", "tdigest_agg")),
    ],
)
def test_what_nobody_reads_may_be_computed(session: Session, item: str) -> None:
    [[count]] = rows(session, f"SELECT count(*) FROM (SELECT {item} FROM orders)")
    assert count == ("4" if "OVER" in item else "1")


def test_parameters_are_values_in_order(session: Session) -> None:
    statement = "SELECT order_id FROM orders WHERE customer = ? AND order_id > ? ORDER BY 1 LIMIT ?"
    assert rows(session, statement, parameters=["'alice'", "0", "1"]) == [["1"]]


@pytest.mark.parametrize(
    ("statement", "given", "code"),
    [
        ("SELECT ? + ?", "1", "INVALID_PARAMETER_USAGE"),
        ("SELECT 1 LIMIT ?", "?", "INVALID_PARAMETER_USAGE"),
        ("SELECT 1 LIMIT ?", "-2", "NUMERIC_VALUE_OUT_OF_RANGE"),
        ("SELECT 1 OFFSET ?", "1 + NULL", "INVALID_ARGUMENTS"),
        ("SELECT 1 FETCH FIRST ? ROWS ONLY", "0", "NUMERIC_VALUE_OUT_OF_RANGE"),
        (
            "SELECT 1 AS a ORDER BY a FETCH FIRST ? ROWS WITH TIES",
            "0",
            "NUMERIC_VALUE_OUT_OF_RANGE",
        ),
    ],
    ids=str,
)
def test_a_wrong_parameter_fails(session: Session, statement: str, given: str, code: str) -> None:
    with pytest.raises(QueryFailed, match=code):
        rows(session, statement, parameters=[given])


def test_a_view_reads_as_a_table(session: Session) -> None:
    columns = (Column("c", parse_type("varchar")), Column("n", parse_type("bigint")))
    view = View("SELECT customer AS c, count(*) AS n FROM orders GROUP BY 1", "lab", columns)
    lake = Lake(views={"busy": view})
    found = rows(session, "SELECT c FROM busy WHERE n > 1", lake=lake)
    assert found == [["alice"]]


def test_a_stale_view_is_refused(session: Session) -> None:
    view = View("SELECT customer, qty FROM orders", "lab", (Column("c", parse_type("varchar")),))
    with pytest.raises(QueryFailed, match="VIEW_IS_STALE"):
        rows(session, "SELECT * FROM v", lake=Lake(views={"v": view}))


def test_a_view_that_reads_itself_is_refused(session: Session) -> None:
    view = View("SELECT * FROM v", "lab", (Column("c", parse_type("varchar")),))
    with pytest.raises(QueryFailed, match="recursive view"):
        rows(session, "SELECT * FROM v", lake=Lake(views={"v": view}))


def test_the_engine_sees_no_files(duck: DuckEngine, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with duck.session() as session, pytest.raises(Exception, match="disabled by configuration"):
        session.connection.execute(f"SELECT * FROM read_csv('{secret}')")


def test_settings_are_locked(duck: DuckEngine) -> None:
    with duck.session() as session, pytest.raises(Exception, match="locked"):
        session.connection.execute("SET enable_external_access = true")


@pytest.mark.parametrize(
    ("statement", "deterministic"),
    [("SELECT 1", True), ("SELECT random()", False), ("SELECT now()", False)],
    ids=str,
)
def test_a_query_knows_whether_it_is_deterministic(statement: str, deterministic: bool) -> None:
    assert compile_query(statement, Lake()).deterministic is deterministic


@pytest.mark.parametrize(
    ("statement", "ordered"),
    [
        ("SELECT 1 AS a ORDER BY a", True),
        ("(SELECT 1 AS a ORDER BY a)", True),
        ("WITH q AS (SELECT 1 AS a ORDER BY a) SELECT a FROM q", False),
        ("SELECT a FROM (SELECT 1 AS a ORDER BY a)", False),
        ("(SELECT 1 AS a ORDER BY a) UNION ALL SELECT 2", False),
    ],
)
def test_a_query_tells_whether_it_orders_its_rows(statement: str, ordered: bool) -> None:
    assert compile_query(statement, Lake()).ordered is ordered


def test_items_of_lists_come_in_their_order(session: Session) -> None:
    """Beside another relation, too, where nothing orders the rows."""
    beside = "FROM (VALUES (3, 'a,b'), (1, ''), (2, 'c,d')) AS v(x, y)"
    lists = (
        "CROSS JOIN UNNEST(split(y, ',')) AS u(e)",
        "LEFT JOIN UNNEST(map_from_entries(ARRAY[(x, 1), (0, 2)])) AS u(e, f) ON TRUE",
        "CROSS JOIN JSON_TABLE('[8, 7]', 'lax $[*]' COLUMNS (e integer PATH 'lax $'))",
    )
    found = [rows(session, f"SELECT x, e {beside} {each}") for each in lists]
    assert found == [
        [["3", "a"], ["3", "b"], ["1", ""], ["2", "c"], ["2", "d"]],
        [["3", "3"], ["3", "0"], ["1", "1"], ["1", "0"], ["2", "2"], ["2", "0"]],
        [["3", "8"], ["3", "7"], ["1", "8"], ["1", "7"], ["2", "8"], ["2", "7"]],
    ]


_MANY = """SELECT (i - 1) * 1000 + j AS x FROM UNNEST(sequence(1, 1000)) AS a(i)
CROSS JOIN UNNEST(sequence(1, 300)) AS b(j) ORDER BY x DESC"""


def test_rows_stream_in_their_order(session: Session) -> None:
    found = [
        n for batch in session.run(compile_query(_MANY, Lake())) for n in batch["x"].to_pylist()
    ]
    assert len(found) == 300_000
    assert found == sorted(found, reverse=True)


def test_a_failure_while_rows_stream_has_trinos_name(session: Session) -> None:
    statement = f"SELECT 1 / (x - 5) FROM ({_MANY})"
    with pytest.raises(QueryFailed, match="DIVISION_BY_ZERO"):
        list(session.run(compile_query(statement, Lake())))


def test_rows_are_written_where_the_engine_may_write(tmp_path: Path) -> None:
    made = DuckEngine([tmp_path / "in"], threads=1)
    (tmp_path / "in").mkdir()
    row = compile_query("SELECT 1 AS one", Lake()), "FORMAT csv", lambda sql, _: sql
    with made.session() as session:
        assert session.copy_text(tmp_path / "in" / "a.csv", *row) == 1
        with pytest.raises(QueryFailed, match="PERMISSION_DENIED"):
            session.copy_text(tmp_path / "b.csv", *row)
    made.close()


def test_a_running_query_can_be_stopped(session: Session) -> None:
    cross = " CROSS JOIN ".join(f"UNNEST(sequence(1, 9999)) AS t{n}(c{n})" for n in range(3))
    compiled = compile_query(f"SELECT count(*) FROM {cross} WHERE c0 + c1 + c2 = 1", Lake())
    stop = threading.Timer(0.3, session.interrupt)
    stop.start()
    with pytest.raises(QueryFailed, match="USER_CANCELED"):
        session.table(compiled)
    stop.join()


def test_what_works_beside_a_session_ends_with_it(session: Session) -> None:
    with subprocess.Popen(["sleep", "60"]) as process, session.beside(process.kill):
        session.interrupt()
        assert process.wait(60) < 0


def test_a_wide_query_looks_at_few_columns_for_each_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each name was compared with every column: a table of 2,000 took half a minute."""
    seen, answers = [], Field.answers
    monkeypatch.setattr(Field, "answers", lambda *asked: seen.append(asked) or answers(*asked))
    names = [f"c{at}" for at in range(100)]
    source = f"(VALUES ({', '.join(names)[1:].replace('c', '')})) t({', '.join(names)})"
    sums = [f"sum({name}) AS s{name}" for name in names]
    compile_query(f"SELECT {', '.join(sums)} FROM {source} ORDER BY sc1", Lake())
    assert 100 <= len(seen) < 20 * 100


@pytest.mark.parametrize(
    ("value", "item", "answers"),
    [
        ("(x, y)", "({n}, 'p{n}')", ["true", "false", None, None, "false", None]),
        ("(x * 1e0, y)", "({n}.0, 'p{n}')", ["true", "false", None, None, "false", None]),
        ("((x, 1), y)", "(({n}, 1), 'p{n}')", ["true", "false", None, None, "false", None]),
        ("ARRAY[x, 1]", "ARRAY[{n}, 1]", ["true", "true", None, "true", "false", None]),
    ],
    ids=["rows", "doubles", "rows in rows", "arrays"],
)
def test_a_long_list_is_looked_up(
    session: Session, value: str, item: str, answers: list[str | None]
) -> None:
    """What holds a NULL, too; each item was compared by SQL of its own, 5,000 took minutes."""
    items = ", ".join(item.format(n=n) for n in range(100, 150))
    given = "(110, 'p110'), (110, 'p111'), (NULL, 'p110'), (110, NULL), (9, 'z'), (NULL, NULL)"
    statement = f"SELECT {value} IN ({items}) FROM (VALUES {given}) t(x, y)"
    assert [row[0] for row in rows(session, statement)] == answers
    assert len(compile_query(statement, Lake()).sql) < 120 * 50


def test_many_equalities_of_the_same_columns_are_looked_up(session: Session) -> None:
    """What is NULL, too; a thousand took seconds to plan."""
    tests = " OR ".join(f"(t.x = {n} AND y = 'p{n}')" for n in range(100, 150))
    given = "(110, 'p110'), (110, 'p111'), (NULL, 'p110'), (110, NULL), (9, NULL), (NULL, NULL)"
    statement = f"SELECT {tests} FROM (VALUES {given}) t(x, y)"
    answers = ["true", "false", None, None, "false", None]
    assert [row[0] for row in rows(session, statement)] == answers
    assert len(compile_query(statement, Lake()).sql) < 120 * 50
    with pytest.raises(QueryFailed, match="Cannot apply operator: integer = varchar"):
        compile_query(statement.replace("x = 1", "x = '1").replace(" AND", "' AND"), Lake())
