"""What a notebook says below AWS's own words, where a learner's commonest mistakes are met."""

import time

import pytest
from botocore.exceptions import ClientError
from IPython.core.interactiveshell import InteractiveShell

from labkit import progress
from labkit.advice import advice
from labkit.errors import QueryFailed

NUMBERS = "UNNEST(sequence(1, 9000)) AS"
ENDLESS = f"SELECT count(*) FROM {NUMBERS} a(x), {NUMBERS} b(y), {NUMBERS} c(z) WHERE x + y < z"
QUERIES = {
    "a text in double quotes": (
        'SELECT 1 FROM student WHERE gender = "F"',
        "In SQL a text stands in single quotes. In double quotes stands a name, so f was",
    ),
    "another column": ("SELECT gendr FROM student", "lab.catalog.columns(database, table)"),
    "another table": ("SELECT * FROM students", 'lab.catalog.tables("db_raw_sisdemo")'),
    "another database": ("SELECT * FROM db_raw.student", "lab.catalog.databases()"),
}


@pytest.mark.parametrize(("sql", "says"), QUERIES.values(), ids=QUERIES)
def test_a_query_that_fails(lake, sql, says):
    with pytest.raises(QueryFailed, match=r"line 1:\d+: ") as failed:
        lake.query(sql, database="db_raw_sisdemo")
    assert says in str(failed.value)


def test_a_query_without_a_database(lake):
    with pytest.raises(QueryFailed, match="Name the database: behind %%athena"):
        lake.query("SELECT * FROM student")


def test_a_table_that_is_there_already(lake):
    sql = "CREATE TABLE db_cur_sisdemo.twice AS SELECT 1 AS a"
    lake.query(sql)
    with pytest.raises(QueryFailed, match=r"from an earlier run: go on, or drop it first"):
        lake.query(sql)
    lake.query("DROP TABLE db_cur_sisdemo.twice")


REDSHIFT = {
    "a text in double quotes": ('column "f" does not exist in student', '"F"', "single quotes"),
    "another table": ('relation "sis.students" does not exist', "", "lab.warehouse.tables()"),
    "a schema twice": ('Schema "sis" already exists', "", "an earlier run"),
    "QUALIFY behind a name": (
        'syntax error at or near "row_number"',
        "SELECT * FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY a) = 1",
        "an alias",
    ),
    "another syntax error": ('syntax error at or near "SELEC"', "SELEC 1", ""),
}


@pytest.mark.parametrize(("message", "sql", "says"), REDSHIFT.values(), ids=REDSHIFT)
def test_a_statement_of_the_warehouse_that_fails(message, sql, says):
    helps = advice(f"ERROR: {message}", sql)
    assert says in helps
    assert bool(says) == bool(helps)


def test_a_user_of_the_key_without_an_arn(lab, capsys):
    with pytest.raises(ClientError) as refused:
        lab.storage.add_key_users("dataedu-flow-role")
    InteractiveShell().showtraceback((refused.type, refused.value, refused.tb))
    assert "lab.role_arn(name)" in capsys.readouterr().out


def test_an_interrupt_cancels_the_query(lake, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    execution_id = lake.query.start(ENDLESS)
    with monkeypatch.context() as patch:
        patch.setattr(progress.time, "sleep", interrupt)
        with pytest.raises(KeyboardInterrupt) as interrupted:
            lake.query.wait(execution_id)
    assert "was cancelled" in "".join(interrupted.value._render_traceback_())
    with pytest.raises(QueryFailed, match=r"CANCELLED|cancelled"):
        lake.query.wait(execution_id)


def test_an_interrupt_of_what_cannot_be_cancelled_is_one_alone(monkeypatch):
    def look():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as interrupted:
        progress.wait("A crawl", look, until=bool, tell=str, timeout_s=time.monotonic())
    assert not hasattr(interrupted.value, "_render_traceback_")
