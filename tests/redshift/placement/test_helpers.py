"""The learner's side: a plan drawn, rows by slice, bytes by row and by column."""

import contextlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from labkit.errors import QueryFailed, RunFailed, UnknownName
from labkit.lab import Lab
from labkit.warehouse import Warehouse
from labkit.warehouses.plans import put_sent, read_plan
from labkit.warehouses.stores import Rows
from tests.redshift.placement.conftest import CLUSTER, FEW, ROWS, Placed

COUNTED = Path("/proc/thread-self/io")


@pytest.fixture
def warehouse(placed: Placed, cloud: Any) -> Warehouse:
    return Warehouse(Lab(4, cloud.session(), cloud.endpoint))


def test_decimals_are_decimals(warehouse: Warehouse) -> None:
    found = warehouse("SELECT 1.50::decimal(5,2) d, NULL::decimal(4,1) n, 2 i, '7.0' t",
                      cluster=CLUSTER)  # fmt: skip
    assert found.df.values.tolist() == [[Decimal("1.50"), None, 2, "7.0"]]
    assert warehouse("SELECT 1.50::decimal(5,2)", cluster=CLUSTER).value * 2 == 3


def test_parameters_are_given_to_several_statements(warehouse: Warehouse) -> None:
    found = warehouse("SELECT 1; SELECT :n::int + 1", parameters={"n": "2"}, cluster=CLUSTER)
    assert found.value == 3


def test_a_change_is_not_run_for_its_plan(warehouse: Warehouse) -> None:
    sql = "/* all */ DELETE FROM placed.few"
    with pytest.raises(ValueError, match="run=False"):
        warehouse.explain(sql, cluster=CLUSTER)
    assert warehouse.explain(sql, run=False, cluster=CLUSTER).tree
    assert warehouse("SELECT count(*) FROM placed.few", cluster=CLUSTER).value == FEW


def test_a_plan_tells_what_its_joins_send(warehouse: Warehouse) -> None:
    plan = warehouse.explain(
        "SELECT a.n, count(*) FROM placed.dealt a JOIN placed.few b ON a.id = b.id GROUP BY a.n",
        cluster=CLUSTER,
    )
    assert plan.labels == ["DS_BCAST_INNER"]
    [join] = [node for node in plan.tree.each() if node.label]
    outer, inner = join.children
    assert (outer.sent_rows, inner.sent_rows, inner.sent_bytes) == (0, FEW, FEW * 4)
    assert plan.sent_bytes >= FEW * 4
    drawn = plan._repr_html_()
    assert f"{FEW} rows · {FEW * 4} bytes sent" in drawn
    assert "<script" not in drawn


def test_a_distkey_saves_the_way(warehouse: Warehouse) -> None:
    sql = "SELECT a.name, b.name FROM placed.{} a JOIN placed.{} b ON a.id = b.id"
    far = warehouse.explain(sql.format("by_id", "dealt"), cluster=CLUSTER)
    near = warehouse.explain(sql.format("by_id", "by_id_too"), cluster=CLUSTER)
    assert (far.labels, near.labels) == (["DS_DIST_INNER"], ["DS_DIST_NONE"])
    assert far.sent_bytes > near.sent_bytes == 0


def test_both_sides_of_a_join_may_send() -> None:
    plan = read_plan(
        [
            "XN Hash Join DS_DIST_BOTH  (cost=1.00..2.00 rows=4 width=8)",
            '  Hash Cond: ("outer".id = "inner".id)',
            "  ->  XN Seq Scan on a  (cost=0.00..0.04 rows=4 width=4)",
            "  ->  XN Hash  (cost=0.00..0.04 rows=3 width=4)",
            "        ->  XN Seq Scan on b  (cost=0.00..0.03 rows=3 width=4)",
        ]
    )
    steps = [("scan tbl=1", 4, 16), ("scan tbl=2", 3, 12), ("dist", 2, 8), ("dist", 1, 4),
             ("hjoin", 4, 32)]  # fmt: skip
    put_sent(plan, steps)
    assert [child.sent_bytes for child in plan.tree.children] == [8, 4]
    assert plan.tree.details == ['Hash Cond: ("outer".id = "inner".id)']


def test_rows_by_slice(warehouse: Warehouse) -> None:
    placement = warehouse.placement("placed.dealt", cluster=CLUSTER)
    assert placement.df["rows"].tolist() == [ROWS // 4] * 4
    assert placement.df["node"].tolist() == [0, 0, 1, 1]
    assert placement.skew == 1
    assert f"{ROWS // 4:,} rows" in placement._repr_html_()


def test_a_row_is_cheap_by_row_and_an_average_by_column(warehouse: Warehouse) -> None:
    found = warehouse.row_against_column("placed.dealt", "n", cluster=CLUSTER).df
    read = {(q.split("(")[0], s): b for q, s, b in found[["question", "store", "bytes"]].values}
    assert read["SELECT * of one row", "rows"] <= 2 * 8 * 1024
    assert read["SELECT * of one row", "rows"] < read["SELECT * of one row", "columns"]
    assert read["AVG", "columns"] < read["AVG", "rows"] / 4
    answers = found["answer"].tolist()
    assert answers[0] == answers[1]
    assert answers[2] == answers[3] == 49.5


@pytest.mark.parametrize(
    ("ask", "error", "sentence"),
    [
        (lambda w: w.placement("placed.nowhere", cluster=CLUSTER), QueryFailed, "does not exist"),
        (lambda w: w.row_against_column("placed.dealt", "m", cluster=CLUSTER), UnknownName, "'m'"),
    ],
    ids=["table", "column"],
)
def test_names_that_are_not_there(
    warehouse: Warehouse, ask: Callable[[Warehouse], object], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        ask(warehouse)


def test_a_cluster_that_has_failed_is_not_waited_for(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "described", lambda name: {"ClusterStatus": "hardware-failure"})
    with pytest.raises(RunFailed, match="its status is hardware-failure"):
        warehouse.create(CLUSTER)


def test_what_a_subquery_redistributes_is_not_counted(warehouse: Warehouse) -> None:
    sql = (
        "SELECT q.n, t.name FROM (SELECT n, max(id) AS id FROM placed.dealt GROUP BY n) q "
        "JOIN placed.by_id t ON q.id = t.id"
    )
    plan = warehouse.explain(sql, cluster=CLUSTER)
    assert plan.labels == ["DS_DIST_INNER"]
    assert "sent, not counted" in plan._repr_html_()


@pytest.mark.skipif(
    not Path("/proc/thread-self/io").exists(), reason="Linux counts a thread's reads"
)
def test_the_pages_of_rows_are_those_that_are_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": range(20_000), "name": [f"row {n:060}" for n in range(20_000)]})
    rows = Rows(tmp_path / "rows", frame)
    with contextlib.closing(rows):
        rows.opened.execute("PRAGMA cache_size = 1")
        assert rows.one_bytes() == _read_bytes(lambda: rows.one(9_000), rows.page_bytes)
        assert rows.average_bytes("id") == _read_bytes(lambda: rows.average("id"), rows.page_bytes)
        assert rows.average_bytes("id") > 50 * rows.one_bytes()


def _read_bytes(work: Callable[[], object], page_bytes: int) -> int:
    """The whole pages that this thread reads meanwhile."""
    before = _read_until_now()
    work()
    return (_read_until_now() - before) // page_bytes * page_bytes


def _read_until_now() -> int:
    told = dict(line.split(": ") for line in COUNTED.read_text().splitlines())
    return int(told["rchar"])
