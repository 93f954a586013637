"""The warehouse's query editor: tree, runs of several statements, plans, pages, files."""

import time

import pytest

from labkit.widgets import WarehouseEditor
from labkit.widgets.warehouse_facts import place

MADE = """
CREATE TABLE seen (id int, name varchar(20), price numeric(8,2)) DISTSTYLE EVEN;
INSERT INTO seen VALUES (1, 'chalk', 0.50), (2, NULL, 12.00), (3, '', NULL);
CREATE VIEW dear AS SELECT * FROM seen WHERE price > 1;
"""
ENDLESS = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b"


@pytest.fixture(scope="module")
def warehouse(lab):
    """The lab with a cluster, a table of three rows and a view."""
    lab.warehouse.create()
    lab.warehouse(MADE)
    return lab


@pytest.fixture
def editor(warehouse):
    return WarehouseEditor(warehouse, sql="SELECT 1")


@pytest.fixture
def run(editor, click):
    """``run("SELECT 1")``: run it in the first tab; the run."""

    def run_it(sql):
        click(editor, "run", tab="1", sql=sql)
        return editor.runs["1"]

    return run_it


def test_the_tree_stands_beside(editor, click):
    assert editor.databases[0] == "dev"
    assert "public" in editor.schemas
    assert not any(name.startswith("pg_") for name in editor.schemas)
    known = {t["id"]: t for t in editor.tables}
    assert [known[f"public.{name}"]["kind"] for name in ("seen", "dear")] == ["table", "view"]
    click(editor, "columns", table="public.seen")
    [seen] = [t for t in editor.tables if t["id"] == "public.seen"]
    assert [(c["name"], c["type"]) for c in seen["columns"]] == [
        ("id", "int4"),
        ("name", "varchar"),
        ("price", "numeric"),
    ]


@pytest.mark.parametrize(
    ("sql", "states", "rows", "error", "where"),
    [
        pytest.param(
            "SELECT * FROM seen ORDER BY 1",
            ["FINISHED"],
            [["1", "chalk", "0.50"], ["2", None, "12.00"], ["3", "", None]],
            "",
            None,
            id="null is not empty",
        ),
        pytest.param(
            "SELECT 1 AS a;\nSELECT true AS b, 7 AS c;",
            ["FINISHED"] * 2,
            [["true", "7"]],
            "",
            None,
            id="the last of several",
        ),
        pytest.param(
            "CREATE TEMP TABLE t (x int); INSERT INTO t VALUES (5); SELECT x FROM t; DROP TABLE t",
            ["FINISHED"] * 4,
            [["5"]],
            "",
            None,
            id="the last that has rows, in one session",
        ),
        pytest.param(
            "SELECT 1;\nSELECT 1/0;\nSELECT 2",
            ["FINISHED", "FAILED"],
            None,
            "ERROR: division by zero",
            None,
            id="the first that fails is the last",
        ),
        pytest.param(
            "\nSELECT 1;\n  SELECT nope FROM seen",
            ["FINISHED", "FAILED"],
            None,
            'column "nope" does not exist',
            None,
            id="an error in Redshift's words",
        ),
        pytest.param("SELEC 1", ["FAILED"], None, "syntax error", [1, 1], id="no SQL"),
        pytest.param(";", [], None, "", None, id="nothing to run"),
    ],
)
def test_statements_run_one_after_the_other(editor, run, sql, states, rows, error, where):
    done = run(sql)
    assert [part["state"] for part in done["parts"]] == states
    assert editor.results.get("1", {}).get("rows") == rows
    assert error in done["error"]
    assert done["place"] == where


def test_each_statements_rows_can_be_seen(editor, run, click):
    run("SELECT 1 AS one; CREATE TEMP TABLE none (x int); SELECT 2 AS two")
    assert editor.results["1"]["columns"] == [{"name": "two", "type": "int4", "number": True}]
    click(editor, "part", tab="1", part=0)
    assert editor.results["1"]["rows"] == [["1"]]
    click(editor, "part", tab="1", part=1)
    assert editor.results["1"]["columns"] == []


def test_a_session_keeps_temporary_tables_and_transactions(editor, run, click):
    run("BEGIN; DELETE FROM seen")
    run("SELECT count(*) FROM seen")
    assert editor.results["1"]["rows"] == [["0"]]
    click(editor, "run", tab="2", sql="SELECT count(*) FROM seen")
    assert editor.results["2"]["rows"] == [["3"]]
    run("ROLLBACK; SELECT count(*) FROM seen")
    assert editor.results["1"]["rows"] == [["3"]]


def test_a_running_statement_is_stopped(editor):
    work = editor.hear({"do": "run", "tab": "1", "sql": ENDLESS})
    deadline = time.monotonic() + 120
    while not editor.runs.get("1", {}).get("id"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    editor.hear({"do": "cancel", "tab": "1"}).join(120)
    work.join(120)
    assert editor.runs["1"]["state"] == "ABORTED"
    assert editor.notice == {}


def test_a_hundred_rows_or_all_in_pages(editor, run, click):
    sql = "SELECT generate_series AS n FROM generate_series(1, 2500) ORDER BY 1"
    run(sql)
    shown = editor.results["1"]
    assert (len(shown["rows"]), shown["total"], shown["next"]) == (100, 2500, "")
    click(editor, "limit", on=False)
    run(sql)
    while editor.results["1"]["next"]:
        click(editor, "more", tab="1")
    click(editor, "more", tab="1")  # a click too many
    assert editor.notice == {}
    assert [row[0] for row in editor.results["1"]["rows"]] == [str(n) for n in range(1, 2501)]


@pytest.mark.parametrize("sql", ["SELECT * FROM seen", "EXPLAIN SELECT * FROM seen"])
def test_explain_shows_a_plan(editor, click, sql):
    click(editor, "explain", tab="1", sql=sql)
    assert "Seq Scan on seen" in editor.plans["1"]
    assert "1" not in editor.results


def test_a_plan_is_drawn_once_its_query_has_run(editor, run, click):
    sql = "SELECT count(*) FROM seen a JOIN seen b ON a.name = b.name"
    click(editor, "explain", tab="1", sql=sql)
    assert "1" not in editor.drawn
    run(sql)
    click(editor, "explain", tab="1", sql=sql)
    assert "<svg" in editor.drawn["1"]["html"]
    assert " sent" in editor.drawn["1"]["html"]
    assert editor.results["1"]["rows"]
    click(editor, "explain", tab="1", sql="SELECT 1")
    assert "1" not in editor.drawn


def test_rows_stay_while_their_plan_is_looked_at(editor, run, click):
    shown = run("SELECT 7 AS n")
    click(editor, "explain", tab="1", sql="SELECT 7 AS n")
    assert editor.results["1"]["rows"] == [["7"]]
    assert editor.runs["1"] == shown
    click(editor, "part", tab="1", part=0)
    assert editor.results["1"]["rows"] == [["7"]]


def test_explain_takes_one_statement(editor, click):
    click(editor, "explain", tab="1", sql="SELECT 1; SELECT 2")
    assert "one statement" in editor.notice["text"]


def test_ddl_renews_the_tree(editor, run):
    run("CREATE TABLE soon (x int)")
    assert "public.soon" in [t["id"] for t in editor.tables]
    run("DROP TABLE soon")
    assert "public.soon" not in [t["id"] for t in editor.tables]


def test_history_the_newest_first(editor, run, click, fresh):
    sql = f"SELECT '{fresh('mark')}' AS mark"
    run(sql)
    click(editor, "recent")
    assert (editor.recent[0]["sql"], editor.recent[0]["state"]) == (sql, "FINISHED")


def test_all_rows_are_sent_as_csv(editor, run, click, monkeypatch):
    sent = []
    monkeypatch.setattr(editor, "send", lambda content, buffers: sent.append((content, buffers)))
    run("SELECT id, name || ',x' AS n FROM seen WHERE id < 3 ORDER BY 1")
    click(editor, "download", tab="1")
    [(content, [body])] = sent
    assert content["download"] == f"{editor.runs['1']['id']}.csv"
    assert body == b'id,n\n1,"chalk,x"\n2,\n'


def test_an_unknown_cluster_is_a_notice(lab, click):
    editor = WarehouseEditor(lab, cluster="nowhere")
    assert "nowhere" in editor.notice["text"]
    click(editor, "run", tab="1", sql="SELECT 1")
    assert "nowhere" in editor.notice["text"]
    assert editor.runs == {}


def test_a_paused_warehouse_is_resumed_where_it_is_made_again(lab):
    lab.warehouse.pause()
    lab.warehouse.create()
    assert lab.warehouse("SELECT 1 AS a").df.a[0] == 1
    assert lab.warehouse("SELECT 'inf'::float AS a UNION SELECT 1").df.a.max() == float("inf")


def test_a_workgroup_of_serverless(lab, click):
    lab.warehouse.create_workgroup("small")
    editor = WarehouseEditor(lab, workgroup="small")
    click(editor, "run", tab="1", sql="CREATE TABLE own (x int); SELECT count(*) FROM own")
    assert editor.results["1"]["rows"] == [["0"]]
    assert [t["id"] for t in editor.tables] == ["public.own"]


def test_the_picture_shows_statement_and_rows(editor, run):
    assert "SELECT 1" in editor.snapshot()
    run("SELECT 12345 AS answer, NULL AS nothing; SELECT 6789 AS second")
    picture = editor.snapshot()
    assert "6789" in picture
    assert "2 statements · the last: 1 row" in picture
    run("SELECT 12345 AS answer, NULL AS nothing; SELECT 6789 AS second")
    assert editor.snapshot() == picture


@pytest.mark.parametrize(
    ("error", "sql", "at", "expected"),
    [
        pytest.param("ERROR: x\n  Position: 8", "SELECT b", 0, [1, 8], id="first line"),
        pytest.param("ERROR: x\n  Position: 8", "SELECT 1;\nSELECT b", 10, [2, 8], id="second"),
        pytest.param("ERROR: division by zero", "SELECT 1/0", 0, None, id="no place"),
    ],
)
def test_places(error, sql, at, expected):
    assert place(error, sql, at) == expected
