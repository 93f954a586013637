"""AUTO REFRESH YES: a view, and what reads it, follow their table by themselves."""

import time


def test_views_follow_their_table_by_themselves(data, fresh):
    table = fresh("followed", "_")
    one, two, not_it = (f"{table}_{name}" for name in ("one", "two", "not"))
    for sql in (
        f"CREATE TABLE {table} (a int)",
        f"CREATE MATERIALIZED VIEW {one} AUTO REFRESH YES AS SELECT a FROM {table}",
        f"CREATE MATERIALIZED VIEW {two} AUTO REFRESH YES AS SELECT sum(a) s FROM {one}",
        f"CREATE MATERIALIZED VIEW {not_it} AS SELECT a FROM {table}",
        f"INSERT INTO {table} VALUES (3), (4)",
    ):
        assert data.run(sql)["Status"] == "FINISHED"
    deadline = time.monotonic() + 120
    while data.rows(f"SELECT s FROM {two}") != [[7]] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert data.rows(f"SELECT s FROM {two}") == [[7]]
    assert data.rows(f"SELECT a FROM {not_it}") == []
    told = "SELECT trim(mv_name), refresh_type FROM svl_mv_refresh_status"
    where = f"WHERE mv_name LIKE '{table}%' ORDER BY starttime"
    assert data.rows(f"{told} {where}") == [[one, "Auto"], [two, "Auto"]]
