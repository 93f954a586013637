"""EXPLAIN tells what would move, by the distribution of both sides."""

import json
import re
from pathlib import Path

import pytest

from tests.redshift.placement.conftest import FEW, ROWS, STYLES, Placed

CASES = json.loads((Path(__file__).parent / "labels.json").read_text())


@pytest.mark.parametrize("case", [pytest.param(each, id=each["id"]) for each in CASES])
def test_a_join_is_labelled_by_the_distribution_of_its_sides(
    placed: Placed, case: dict[str, str]
) -> None:
    tables = re.sub(rf"\b({'|'.join(STYLES)}|by_big_id)\b", r"placed.\1", case["from"])
    plan = placed.plan(f"SELECT a.name, b.name FROM {tables}")
    [join] = [line for line in plan if "DS_" in line]
    assert f"{case['label']} " in join


def test_a_plan_is_told_in_redshifts_shape(placed: Placed) -> None:
    plan = placed.plan(
        "SELECT b.name, count(*) AS many FROM placed.dealt a JOIN placed.few b ON a.id = b.id "
        "WHERE a.n < 10 GROUP BY b.name HAVING count(*) > 0 ORDER BY many DESC LIMIT 5"
    )
    without_costs = [re.sub(r"cost=[\d.]+\.\.[\d.]+ ", "", line) for line in plan]
    assert without_costs == [
        "XN Limit  (rows=5 width=24)",
        "  ->  XN Merge  (rows=9 width=24)",
        "        Merge Key: many DESC",
        "        ->  XN Network  (rows=9 width=24)",
        "              Send to leader",
        "              ->  XN Sort  (rows=9 width=24)",
        "                    Sort Key: many DESC",
        "                    ->  XN HashAggregate  (rows=9 width=24)",
        "                          Filter: (COUNT(*) > 0)",
        "                          ->  XN Hash Join DS_BCAST_INNER  (rows=9 width=28)",
        '                                Hash Cond: ("outer".id = "inner".id)',
        "                                ->  XN Seq Scan on dealt a  (rows=200 width=8)",
        "                                      Filter: (a.n < 10)",
        f"                                ->  XN Hash  (rows={FEW} width=20)",
        f"                                      ->  XN Seq Scan on few b  (rows={FEW} width=20)",
    ]


def test_three_tables_are_joined_by_what_ties_them(placed: Placed) -> None:
    plan = placed.plan(
        "SELECT count(*) FROM placed.by_id a, placed.few b, placed.by_id_too c "
        "WHERE a.id = c.id AND c.n = b.n"
    )
    assert not any("Nested Loop" in line for line in plan)
    assert [re.sub(r".*XN | \(.*", "", line) for line in plan if " Join " in line] == [
        "Hash Join DS_BCAST_INNER ",
        "Hash Join DS_DIST_NONE ",
    ]


def test_a_nested_loop_is_warned_of(placed: Placed) -> None:
    assert placed.plan("SELECT 1 FROM placed.few a, placed.few b")[-1].startswith(
        "----- Nested Loop Join in the query plan"
    )


def test_subqueries_have_plans_of_their_own(placed: Placed) -> None:
    plan = placed.plan(
        "WITH q AS (SELECT n, count(*) AS c FROM placed.dealt GROUP BY n) "
        "SELECT * FROM q JOIN placed.by_n t ON q.n = t.n"
    )
    assert any(line.endswith("rows=100 width=12)") and "HashAggregate" in line for line in plan)
    assert any("Subquery Scan q" in line for line in plan)
    assert any(f"Seq Scan on by_n t  (cost=0.00..20.00 rows={ROWS}" in line for line in plan)


def test_a_count_that_fails_ends_no_transaction(placed: Placed) -> None:
    """The plan applies a condition to all rows that the query applies to none."""
    sql = "SELECT 1 FROM placed.dealt a JOIN placed.few b ON a.id = b.id AND b.id < 0 "
    [join] = [line for line in placed.plan(f"{sql} WHERE a.name::int = 1") if "DS_" in line]
    assert "rows=" in join


# A statement that is no query, or reads what is on no slice, and lines of its plan.
OTHERS = {
    "insert": ("INSERT INTO placed.few SELECT * FROM placed.by_n", ["Seq Scan on by_n"]),
    "insert values": ("INSERT INTO placed.few VALUES (1, 2, 'x')", ["Result"]),
    "create": ("CREATE TABLE c AS SELECT * FROM placed.few ORDER BY id",
               ["Merge", "Network", "Sort", "Seq Scan on few"]),
    "delete": ("DELETE FROM placed.few USING placed.by_n b WHERE few.id = b.n AND b.n < 3",
               ["Hash Join DS_DIST_INNER", "Seq Scan on by_n b", "Hash", "Seq Scan on few"]),
    "update": ("UPDATE placed.few SET n = 1 WHERE id = 3", ["Seq Scan on few"]),
    "catalog": ("SELECT relname FROM pg_class", ["LD Seq Scan on pg_class"]),
}  # fmt: skip
# A query that no plan is told for, and its part.
REFUSED = {
    "recursive": ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM r",
                  "WITH RECURSIVE"),
    "pivot": ("SELECT * FROM (SELECT n, id FROM placed.few) PIVOT (max(id) FOR n IN (1, 2))",
              "PIVOT and UNPIVOT"),
    "connect": ("SELECT id FROM placed.few START WITH id = 1 CONNECT BY PRIOR id = n",
                "CONNECT BY"),
    "function": ("SELECT * FROM generate_series(1, 3) g", "a function in FROM"),
    "rows": ("INSERT INTO placed.few VALUES (1, 2, 'x'), (2, 3, 'y')", "INSERT with several rows"),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "names"), OTHERS.values(), ids=OTHERS.keys())
def test_a_change_of_rows_has_the_plan_of_what_it_reads(
    placed: Placed, sql: str, names: list[str]
) -> None:
    lines = [line for line in placed.plan(sql) if "(cost=" in line]
    assert [re.sub(r" *(->)? *(XN )?|  \(.*", "", line, count=1).split("  (")[0]
            for line in lines] == names  # fmt: skip
    assert placed.rows("SELECT count(*) FROM placed.few") == [[FEW]]


@pytest.mark.parametrize(("sql", "part"), REFUSED.values(), ids=REFUSED.keys())
def test_a_plan_that_is_not_told_is_refused(placed: Placed, sql: str, part: str) -> None:
    told = placed.run(f"EXPLAIN {sql}")
    assert told["Error"] == f"ERROR: EXPLAIN of {part} in the local AWS is not supported"
