"""Blanks at the end of text are looked for again when rows change, by whoever changes them."""

from tests.redshift.conftest import PLACE


def test_a_transaction_sees_its_own_blanks_and_another_once_they_are_committed(data, fresh):
    table = fresh("blanks", "_")
    asked = f"SELECT x, count(*) FROM {table} GROUP BY x"
    data.done(f"CREATE TABLE {table} (x varchar(5))", f"INSERT INTO {table} VALUES ('a')")
    assert data.rows(asked) == [["a", 1]]
    begun = data.run("BEGIN", SessionKeepAliveSeconds=30, **PLACE)
    session = {"SessionId": begun["SessionId"]}
    data.run(f"INSERT INTO {table} VALUES ('a ')", SessionKeepAliveSeconds=30, **session)
    assert data.rows(asked, SessionKeepAliveSeconds=30, **session) == [["a", 2]]
    assert data.rows(asked) == [["a", 1]]
    data.run("COMMIT", **session)
    assert data.rows(asked) == [["a", 2]]


def test_a_snapshot_from_before_a_change_has_its_blanks_still(data, fresh):
    table = fresh("blanks", "_")
    asked = f"SELECT x, count(*) FROM {table} GROUP BY x"
    data.done(f"CREATE TABLE {table} AS SELECT 'a' AS x UNION ALL SELECT 'a '")
    begun = data.run("BEGIN", SessionKeepAliveSeconds=30, **PLACE)
    session = {"SessionId": begun["SessionId"]}
    data.rows(f"SELECT count(*) FROM {table}", SessionKeepAliveSeconds=30, **session)
    data.done(f"DELETE FROM {table} WHERE len(x) = 2")
    assert data.rows(asked) == [["a", 1]]
    assert data.rows(asked, **session) == [["a", 2]]
