"""A warehouse's objects are found alike, whether it has few, which are held, or many.

Of several that are made at once under one name there is one.
"""

import duckdb
import pytest

from labkit.cloud.redshift.warehouse import objects
from labkit.cloud.redshift.warehouse.objects import Object, Objects, prepare
from tests.redshift.conftest import PLACE


@pytest.fixture(params=[pytest.param(0, id="many"), pytest.param(500, id="few")])
def found(request, monkeypatch):
    monkeypatch.setattr(objects, "MOST_HELD", request.param)
    with duckdb.connect() as connection:
        prepare(connection, "awsuser", "lake")
        yield Objects(connection)


def test_an_object_is_found_by_its_whole_name(found):
    found.add(Object("relation", "lake", "public", "b", body={"kind": "table"}))
    assert found.find("relation", "b", database="lake", schema="public").kind == "table"
    assert found.find("relation", "b", database="dev", schema="public") is None


def test_objects_come_by_name_and_change_within_a_transaction(found):
    assert [one.name for one in found.of("database")] == ["dev", "lake"]
    later = found.add(Object("database", "", "", "z"))
    found.add(Object("database", "", "", "é"))
    assert [one.name for one in found.of("database")] == ["dev", "lake", "z", "é"]
    found.replace(later.changed(comment="the last"))
    found.remove(found.find("database", "é"))
    assert [one.body for one in found.of("database", name="z")] == [{"comment": "the last"}]
    assert [one.name for one in found.of("schema", database="lake")] == ["public"]


@pytest.mark.parametrize(
    "sql",
    ["TABLE {} (a int)", "USER {} PASSWORD 'Labkit2024'", "DATABASE {}"],
    ids=["table", "user", "database"],
)
def test_of_what_is_made_at_once_one_gets_the_name(data, fresh, sql):
    made = f"CREATE {sql.format(fresh('once', '_'))}"
    begun = [data.client.execute_statement(Sql=made, **PLACE)["Id"] for _ in range(4)]
    ended = [data.ended(number) for number in begun]
    assert sorted(told["Status"] for told in ended) == ["FAILED"] * 3 + ["FINISHED"]
    assert all("already exists" in told.get("Error", "already exists") for told in ended)


def test_of_two_transactions_one_gives_a_name():
    with duckdb.connect() as connection:
        prepare(connection, "awsuser", "lake")
        first, second = connection.cursor(), connection.cursor()
        for each in (first, second):
            each.begin()
            Objects(each).add(Object("user", "", "", "twin"))
        first.commit()
        with pytest.raises(duckdb.TransactionException, match="UNIQUE"):
            second.commit()


def test_a_database_keeps_its_policies_by_another_name_and_takes_them_along(data, fresh):
    """Those of one that was dropped are not another's that comes by its name."""
    old, new = fresh("old", "_"), fresh("new", "_")
    data.done(f"CREATE DATABASE {old}")
    data.rows(f"CREATE RLS POLICY {old}_rows USING (true)", Database=old)
    data.done(f"ALTER DATABASE {old} RENAME TO {new}")
    asked = f"SELECT poldb FROM svv_rls_policy WHERE polname = '{old}_rows'"
    assert data.rows(asked) == [[new]]
    data.done(f"DROP DATABASE {new}")
    assert data.rows(asked) == []
