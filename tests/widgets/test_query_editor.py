"""The query editor: runs, errors, cancel, explain, pages, lists, files."""

import html
import time

import pytest

from labkit.widgets import QueryEditor
from labkit.widgets.executions import place, refused, result_facts, statistics_facts
from tests.conftest import wait_for

LMS = "db_raw_lmsdemo"
STUDENTS = 16  # of a hundredth of the demo data
ENDLESS = "SELECT count(*) FROM requests a CROSS JOIN requests b CROSS JOIN requests c"


@pytest.fixture
def editor(lake):
    return QueryEditor(lake, database=LMS, sql="SELECT 1")


@pytest.fixture
def run(editor, click):
    """``run("SELECT 1")``: run it in the first tab; the run."""

    def run_it(sql, **options):
        click(editor, "run", tab="1", sql=sql, **options)
        return editor.runs["1"]

    return run_it


def test_the_catalog_stands_beside(editor, click):
    assert editor.database == LMS
    assert "requests" in [t["name"] for t in editor.tables]
    click(editor, "choose", database="db_raw_sisdemo")
    assert "student" in [t["name"] for t in editor.tables]


def test_rows_with_what_they_cost(editor, run):
    done = run("SELECT enroll_status, count(*) AS n FROM db_raw_sisdemo.student GROUP BY 1;")
    assert done["state"] == "SUCCEEDED"
    assert done["dollars"] == pytest.approx(0.00005)
    assert 0 < done["scanned_bytes"] < 100_000
    columns = editor.results["1"]["columns"]
    assert [(c["name"], c["type"], c["number"]) for c in columns] == [
        ("enroll_status", "varchar", False),
        ("n", "bigint", True),
    ]
    assert sum(int(row[1]) for row in editor.results["1"]["rows"]) == STUDENTS
    assert [name for name, _ in editor.statistics["1"]["times"] if name[0] == "E"] == ["Execution"]


def test_null_is_not_empty(editor, run):
    run("SELECT CAST(NULL AS varchar) AS a, '' AS b")
    assert editor.results["1"]["rows"] == [[None, ""]]


@pytest.mark.parametrize(
    ("sql", "word", "where"),
    [
        pytest.param("SELECT\n  nope FROM requests", "COLUMN_NOT_FOUND", [2, 3], id="while run"),
        pytest.param("SELEC 1", "mismatched input", [1, 1], id="not taken up"),
        pytest.param("SELECT 1/0", "DIVISION_BY_ZERO", None, id="no place"),
    ],
)
def test_an_error_names_its_place(editor, run, sql, word, where):
    failed = run(sql)
    assert failed["state"] == "FAILED"
    assert word in failed["error"]
    assert failed["place"] == where
    assert "1" not in editor.results
    assert html.escape(failed["error"], quote=False) in editor.snapshot()


def test_an_error_says_what_helps(editor, run):
    assert "compares with one =" in run("SELECT 1 FROM requests WHERE id == 1")["advice"]


def press_until_it_ends(editor, message, work):
    """Press a button again and again, as people do, until the work has ended."""
    for _ in range(40):
        editor.hear(message).join(5)
        work.join(0.5)
        if not work.is_alive():
            return
    raise AssertionError(f"{message} did not end the statement")


def begun(editor, tab):
    """Wait until Athena has taken up what was started in a tab; its execution's id."""
    deadline = time.monotonic() + 120
    while not (found := editor.runs.get(tab, {}).get("id")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def test_a_running_statement_is_cancelled(editor):
    work = editor.hear({"do": "run", "tab": "1", "sql": ENDLESS})
    begun(editor, "1")
    press_until_it_ends(editor, {"do": "cancel", "tab": "1"}, work)
    assert editor.runs["1"]["state"] == "CANCELLED"
    assert editor.notice == {}


def test_tabs_run_beside_each_other_and_closing_one_stops_it(editor):
    work = editor.hear({"do": "run", "tab": "2", "sql": ENDLESS})
    editor.hear({"do": "run", "tab": "1", "sql": "SELECT 7 AS seven"}).join(20)
    assert editor.results["1"]["rows"] == [["7"]]
    execution_id = begun(editor, "2")
    editor.hear({"do": "forget", "tab": "2"}).join(5)
    assert set(editor.runs) == {"1"}
    athena = editor.lab.client("athena")

    def stopped():
        athena.stop_query_execution(QueryExecutionId=execution_id)
        work.join(0.5)
        return not work.is_alive()

    wait_for(stopped)
    found = athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
    assert found["Status"]["State"] == "CANCELLED"
    assert set(editor.runs) == {"1"}


@pytest.mark.parametrize("sql", ["SELECT count(*) FROM requests", "EXPLAIN SELECT 1"])
def test_explain_shows_a_plan_and_reads_nothing(editor, click, sql):
    click(editor, "explain", tab="1", sql=sql)
    assert editor.runs["1"]["scanned_bytes"] == 0
    assert "Fragment" in editor.plans["1"]
    assert "1" not in editor.results


def test_rows_stay_while_their_plan_is_looked_at(editor, run, click):
    shown = run("SELECT 7 AS n")
    click(editor, "explain", tab="1", sql="SELECT 7 AS n")
    assert editor.results["1"]["rows"] == [["7"]]
    assert editor.runs["1"] == shown
    assert "Fragment" in editor.plans["1"]


def test_a_long_result_comes_in_pages(editor, run, click):
    run("SELECT x FROM UNNEST(sequence(1, 2500)) AS t (x) ORDER BY x")
    assert len(editor.results["1"]["rows"]) == 999  # a thousand with the column names
    while editor.results["1"]["next"]:
        click(editor, "more", tab="1")
    click(editor, "more", tab="1")  # a click too many
    assert editor.notice == {}
    assert [row[0] for row in editor.results["1"]["rows"]] == [str(i) for i in range(1, 2501)]


def test_rows_that_come_late_do_not_stand_below_another_run(editor, run):
    earlier = run("SELECT 1")
    run("SELECT nope")
    editor.show_result("1", earlier)
    assert "1" not in editor.results
    assert "1" not in editor.statistics


def test_an_earlier_result_is_reused(run):
    sql = "SELECT max(user_id) FROM requests"
    assert not run(sql)["reused"]
    again = run(sql, reuse_minutes=60)
    assert again["reused"]
    assert again["dollars"] == 0


def test_ddl_renews_the_tree(editor, run, fresh):
    name = fresh("seen", "_")
    assert run(f"CREATE VIEW {name} AS SELECT 1 AS one")["state"] == "SUCCEEDED"
    assert (name, "view") in [(t["name"], t["kind"]) for t in editor.tables]
    run(f"DROP VIEW {name}")
    assert name not in [t["name"] for t in editor.tables]


def test_rows_of_show_have_no_heading(editor, run):
    run("SHOW TABLES")
    assert [row[0] for row in editor.results["1"]["rows"]] == [t["name"] for t in editor.tables]


def test_recent_statements_the_newest_first(editor, run, click, fresh):
    sql = f"SELECT '{fresh('mark')}' AS mark"
    run(sql)
    click(editor, "recent")
    assert editor.recent[0]["sql"] == sql
    assert editor.recent[0]["state"] == "SUCCEEDED"


def test_a_statement_is_saved_and_deleted(editor, click, fresh):
    name = fresh("mine")
    click(editor, "save", name=name, sql="SELECT 42")
    assert editor.notice["kind"] == "info"
    saved = next(q for q in editor.saved if q["name"] == name)
    assert (saved["sql"], saved["database"]) == ("SELECT 42", LMS)
    click(editor, "delete_saved", query=saved["id"])
    assert name not in [q["name"] for q in editor.saved]


def test_the_file_is_sent_as_athena_wrote_it(editor, run, click, monkeypatch):
    sent = []
    monkeypatch.setattr(editor, "send", lambda content, buffers: sent.append((content, buffers)))
    run("SELECT 1 AS a, 'x,y' AS b")
    click(editor, "download", tab="1")
    [(content, [body])] = sent
    assert content["download"] == f"{editor.runs['1']['id']}.csv"
    assert body == b'"a","b"\n"1","x,y"\n'


def test_a_huge_file_is_not_sent(editor, run, click, monkeypatch):
    monkeypatch.setattr("labkit.widgets.editor.DOWNLOAD_BYTES", 3)
    run("SELECT 1 AS a")
    click(editor, "download", tab="1")
    assert "s3://" in editor.notice["text"]


def test_the_picture_shows_statement_rows_and_bill(editor, run):
    assert "SELECT 1" in editor.snapshot()
    run("SELECT 12345 AS answer, NULL AS nothing")
    picture = editor.snapshot()
    assert "12345" in picture
    assert "NULL" in picture
    assert "on AWS this costs $0.00005" in picture
    run("SELECT 12345 AS answer, NULL AS nothing")
    assert editor.snapshot() == picture


# Without a cloud ----------------------------------------------------------------------------------


def answer(names, rows):
    info = [{"Name": n, "Type": "varchar"} for n in names]
    data = [{"Data": [{"VarCharValue": v} if v is not None else {} for v in r]} for r in rows]
    return {"ResultSet": {"ResultSetMetadata": {"ColumnInfo": info}, "Rows": data}}


@pytest.mark.parametrize(
    ("rows", "kind", "first", "expected"),
    [
        pytest.param([["a"], ["1"]], "DML", True, [["1"]], id="heading left out"),
        pytest.param([["1"]], "DML", False, [["1"]], id="later page"),
        pytest.param([["a"]], "DML", False, [["a"]], id="a value like the name"),
        pytest.param([["a"]], "DDL", True, [["a"]], id="ddl has none"),
        pytest.param([["a"], [None]], "DML", True, [[None]], id="null"),
    ],
)
def test_rows_of_an_answer(rows, kind, first, expected):
    assert result_facts(answer(["a"], rows), kind=kind, first=first)["rows"] == expected


def test_stages_are_told_from_the_outermost():
    stage = {"StageId": 0, "SubStages": [{"StageId": 1, "InputRows": 5}]}
    found = statistics_facts({"OutputStage": stage, "Timeline": {}, "Rows": {"InputRows": 5}})
    assert [s["StageId"] for s in found["stages"]] == [0, 1]
    assert found["rows"] == [["Input rows", 5]]


@pytest.mark.parametrize(
    ("message", "expected"), [("line 12:5: no", [12, 5]), ("at pipeline 3:4", None), ("", None)]
)
def test_places(message, expected):
    assert place(message) == expected
    assert refused(message)["place"] == expected
