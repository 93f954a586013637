"""``lab.query``: what a statement without rows shows and costs; the magics' options."""

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from labkit.exercises.states import State
from labkit.magics import SqlMagics
from labkit.query import bill


def test_a_table_made_of_a_query_is_billed_and_shows_no_rows(lake):
    made = lake.query("CREATE TABLE db_cur_sisdemo.made AS SELECT * FROM db_raw_sisdemo.school")
    added = lake.query("INSERT INTO db_cur_sisdemo.made SELECT * FROM db_raw_sisdemo.school")
    for result in (made, added):
        assert len(result) == 0
        assert "Data scanned" in repr(result)
        assert "Data scanned" in result._repr_html_()
        assert result.scanned_bytes > 0
        assert result.bill == bill(result.scanned_bytes)
    dropped = lake.query("DROP TABLE db_cur_sisdemo.made")
    assert dropped.bill == 0


def test_a_result_without_rows_says_so(lake):
    shown = lake.query("SELECT 1 AS a WHERE 1 = 2")._repr_html_()
    assert "no rows" in shown


def test_a_moment_keeps_its_microseconds(lake):
    found = lake.query("SELECT TIMESTAMP '2026-01-01 00:00:00.123456'").value
    assert found.isoformat() == "2026-01-01T00:00:00.123456"


def test_a_value_may_be_long(lake):
    assert len(lake.query("SELECT lpad('x', 1500000, 'y')").value) == 1_500_000


def test_an_option_that_a_magic_does_not_know_leaves_the_kernel():
    magics = SqlMagics(InteractiveShell())
    with pytest.raises(UsageError, match=r"unrecognized arguments: --cluster\nusage: %%redshift"):
        magics.redshift("--cluster x", "SELECT 1")
    with pytest.raises(UsageError, match="No closing quotation"):
        magics.athena("'db", "SELECT 1")
    with pytest.raises(UsageError, match="'1x' is no name of a variable"):
        magics.athena("--into 1x", "SELECT 1")


def test_the_history_tells_what_a_check_has_asked(lake):
    found = State("rows", "SELECT count(*) FROM db_raw_sisdemo.student").read(lake)
    newest = lake.query.history(limit=1).iloc[0]
    assert newest["id"] == found.execution_id
    assert newest["query"] == "/* check() */ SELECT count(*) FROM db_raw_sisdemo.student"
