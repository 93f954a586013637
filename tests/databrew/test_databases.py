"""Redshift's tables as DataBrew's data sets and outputs, behind connections of Glue."""

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.databrew.lake import READ_AND_WRITE, Lake
from tests.databrew.warehouse import Warehouse, to
from tests.redshift.conftest import PLACE
from tests.roles import make_role

ORDERS = "SELECT 1 AS id, 2.50::numeric(5,2) AS paid, 'ada' AS name"
DROP_NAME = {"Action": {"Operation": "DELETE", "Parameters": {"sourceColumns": '["name"]'}}}


@pytest.fixture
def warehouse(client: Callable[[str], Any], fresh: Callable[..., str]) -> Iterator[Warehouse]:
    made = Warehouse(client, fresh)
    yield made
    made.forget()


def source(lake: Lake, connection: str, **members: Any) -> str:
    place = {"GlueConnectionName": connection, **members}
    return lake.dataset_of({"DatabaseInputDefinition": place})


# Read ---------------------------------------------------------------------------------------------


def test_a_table_is_a_data_set(lake: Lake, warehouse: Warehouse) -> None:
    warehouse.done(
        f"CREATE TABLE {warehouse.schema}.t (id smallint, n bigint, paid numeric(12, 3), "
        "rate float4, ok bool, name varchar(20), day date, at timestamp, said super)",
        f"INSERT INTO {warehouse.schema}.t VALUES (1, 9007199254740993, 2.125, 0.5, true, "
        "'Ada ', '2024-02-29', '2024-02-29 12:34:56.789', JSON_PARSE('{\"a\":[1,null]}')), "
        "(2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    )
    data = source(lake, warehouse.connection(), DatabaseTableName=f"{warehouse.schema}.t")
    first, second = sorted(lake.rows(data), key=lambda row: row["id"])
    day = datetime.date(2024, 2, 29)
    moment = datetime.datetime(2024, 2, 29, 12, 34, 56, 789000)
    assert first == {
        "id": 1, "n": 9007199254740993, "paid": Decimal("2.125"), "rate": 0.5, "ok": True,
        "name": "Ada ", "day": day, "at": moment, "said": '{"a":[1,null]}',
    }  # fmt: skip
    assert second == dict.fromkeys(first) | {"id": 2}
    told = lake.databrew.describe_dataset(Name=data)
    assert told["Source"] == "DATABASE"


def test_a_query_is_a_data_set(lake: Lake, warehouse: Warehouse) -> None:
    data = source(lake, warehouse.connection(), QueryString=f"{ORDERS};")
    assert lake.rows(data, DROP_NAME) == [{"id": 1, "paid": Decimal("2.50")}]


def test_a_secret_lets_in(lake: Lake, warehouse: Warehouse, client: Callable[[str], Any]) -> None:
    login = f'{{"username": "{PLACE["DbUser"]}", "password": "Labkit2024"}}'
    secret = client("secretsmanager").create_secret(Name=warehouse.schema, SecretString=login)
    name = warehouse.connection(USERNAME="", PASSWORD="", SECRET_ID=secret["ARN"])
    data = source(lake, name, QueryString="SELECT 7 AS seven")
    assert "secretsmanager:GetSecretValue" in lake.fail(lake.recipe_job(data))
    reads = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": secret["ARN"]}
    iam = client("iam")
    role = make_role(iam, warehouse.fresh("reader"), "databrew", READ_AND_WRITE, reads)
    assert lake.rows(data, RoleArn=role) == [{"seven": 7}]


REFUSED = {
    "UPDATE": ("UPDATE {schema}.kept SET a = 2", "syntax error at or near"),
    "SELECT INTO": ("SELECT a INTO {schema}.made FROM {schema}.kept", "read-only"),
    "UNLOAD": ("UNLOAD ('SELECT 1') TO 's3://x/y' IAM_ROLE default", "syntax error at or near"),
    "no table": ("SELECT * FROM {schema}.nowhere", 'relation "{schema}.nowhere" does not exist'),
    "twins": ("SELECT 1 AS a, 2 AS a", "two columns 'a'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_query_changes_nothing(lake: Lake, warehouse: Warehouse, case: str) -> None:
    sql, why = (each.format(schema=warehouse.schema) for each in REFUSED[case])
    warehouse.done(f"CREATE TABLE {warehouse.schema}.kept AS SELECT 1 AS a")
    data = source(lake, warehouse.connection(), QueryString=sql)
    assert why in lake.fail(lake.recipe_job(data))
    assert warehouse.tables() == ["kept"]
    assert warehouse.rows(f"SELECT a FROM {warehouse.schema}.kept") == [[1]]


ASTRAY = {
    "password": ({"PASSWORD": "Wrong2024"}, "password authentication failed"),
    "MySQL": ({"JDBC_CONNECTION_URL": "jdbc:mysql://h:3306/d"}, "has Redshift alone"),
    "host": ({"JDBC_CONNECTION_URL": "jdbc:redshift://h:5439/d"}, "no warehouse answers"),
}


@pytest.mark.parametrize("case", ASTRAY)
def test_a_connection_that_leads_nowhere(lake: Lake, warehouse: Warehouse, case: str) -> None:
    changes, why = ASTRAY[case]
    data = source(lake, warehouse.connection(**changes), QueryString="SELECT 1 AS a")
    assert why in lake.fail(lake.recipe_job(data))


def test_a_connection_and_a_database_that_are_not_there(lake: Lake, warehouse: Warehouse) -> None:
    data = source(lake, "nobody", QueryString="SELECT 1 AS a")
    assert "Connection nobody not found" in lake.fail(lake.recipe_job(data))
    name = warehouse.connection(JDBC_CONNECTION_URL=warehouse.address("nowhere"))
    data = source(lake, name, QueryString="SELECT 1 AS a")
    assert 'database "nowhere" does not exist' in lake.fail(lake.recipe_job(data))


def test_a_source_names_a_table_or_a_query(lake: Lake) -> None:
    for members in ({}, {"DatabaseTableName": "t", "QueryString": "SELECT 1"}):
        with pytest.raises(ClientError, match="DatabaseTableName or a QueryString"):
            source(lake, "c", **members)


# Written ------------------------------------------------------------------------------------------

KINDS = {
    "n": "smallint", "big": "bigint", "paid": "numeric(3,2)", "rate": "double precision",
    "ok": "boolean", "name": "character varying(65535)", "day": "date",
    "at": "timestamp without time zone", "said": "super",
}  # fmt: skip


def test_an_output_is_a_new_table(lake: Lake, warehouse: Warehouse) -> None:
    day = datetime.date(2024, 2, 29)
    moment = datetime.datetime(2024, 2, 29, 12, 34, 56, 789123)
    lake.put_table(
        "in/t.parquet", n=[1, None], big=[1 << 60, None], paid=[Decimal("-5.25"), None],
        rate=[0.1, None], ok=[False, None], name=["é,\n", ""], day=[day, None],
        at=[moment, None], said=[[{"a": 1}], None],
    )  # fmt: skip
    cast = {"Operation": "CHANGE_DATA_TYPE", "Parameters": {"sourceColumn": "n"}}
    cast["Parameters"] |= {"columnDataType": "short"}
    output = to(lake, warehouse.connection(), f"{warehouse.schema}.Out")
    job = lake.recipe_job(lake.dataset("in/t.parquet"), {"Action": cast}, DatabaseOutputs=[output])
    run = lake.run(job)
    assert run["DatabaseOutputs"] == [output]
    [name] = warehouse.tables()
    stamp = f"{run['StartedOn']:%d%b%Y}_{round(run['StartedOn'].timestamp() * 1000)}"
    assert name == f"out_{stamp.lower()}"
    assert len(lake.written(run)) == 1
    assert lake.keys("temp/") == []
    kinds = warehouse.rows(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute a "
        f"JOIN pg_class c ON a.attrelid = c.oid WHERE relname = '{name}' AND attnum > 0"
    )
    assert dict(kinds) == KINDS
    told = warehouse.rows(
        f"SELECT n, big, paid, rate, ok, name, day, at, JSON_SERIALIZE(said) "
        f"FROM {warehouse.schema}.{name} ORDER BY n"
    )
    assert told == [
        [1, 1 << 60, "-5.25", 0.1, False, "é,\n", "2024-02-29", "2024-02-29 12:34:56.789123",
         '[{"a":1}]'],
        [None, None, None, None, None, "", None, None, None],
    ]  # fmt: skip


def test_outputs_of_every_kind_at_once(lake: Lake, warehouse: Warehouse) -> None:
    data = source(lake, warehouse.connection(), QueryString=ORDERS)
    name = warehouse.connection()
    outputs = [to(lake, name, f"{warehouse.schema}.{each}") for each in ("a", "b")]
    run = lake.run(lake.recipe_job(data, DROP_NAME, DatabaseOutputs=outputs))
    assert [each[0] for each in warehouse.tables()] == ["a", "b"]
    for each in warehouse.tables():
        assert warehouse.rows(f"SELECT * FROM {warehouse.schema}.{each}") == [[1, "2.50"]]
    assert len(lake.written(run)) == 1


def test_a_table_of_the_catalog(lake: Lake, warehouse: Warehouse) -> None:
    warehouse.done(f"CREATE TABLE {warehouse.schema}.t AS {ORDERS}")
    name = warehouse.schema
    warehouse.glue.create_database(DatabaseInput={"Name": name})
    told = {"classification": "redshift", "connectionName": warehouse.connection()}
    storage = {"Location": f"dev.{name}.t", "Columns": [{"Name": "id", "Type": "int"}]}
    table = {"Name": "t", "StorageDescriptor": storage, "Parameters": told}
    warehouse.glue.create_table(DatabaseName=name, TableInput=table)
    place = {"DatabaseName": name, "TableName": "t"}
    data = lake.dataset_of({"DataCatalogInputDefinition": place})
    options = to(lake, "", f"{name}.made")["DatabaseOptions"]
    output = {**place, "DatabaseOptions": options}
    run = lake.run(lake.recipe_job(data, DROP_NAME, DataCatalogOutputs=[output]))
    assert run["DataCatalogOutputs"] == [output]
    [made, _] = warehouse.tables()
    assert warehouse.rows(f"SELECT * FROM {name}.{made}") == [[1, "2.50"]]


FAILING = {
    "too long": ("SELECT '{text}' AS a", {}, "longer than the length defined"),
    "no schema": ("SELECT 1 AS a", {"table": "nowhere.t"}, 'schema "nowhere" does not exist'),
    "no folder": ("SELECT 1 AS a", {"TempDirectory": None}, "needs a TempDirectory"),
    "no bucket": ("SELECT 1 AS a", {"TempDirectory": {"Bucket": "no-such"}}, "NoSuchBucket"),
    "no type": ("SELECT '12:30'::time AS a", {}, "has no type for the column 'a'"),
    "no data": ("SELECT '1 day'::interval AS a", {}, "DataBrew has no type for"),
}


@pytest.mark.parametrize("case", FAILING)
def test_a_run_that_fails_leaves_no_table(lake: Lake, warehouse: Warehouse, case: str) -> None:
    sql, changes, why = FAILING[case]
    changes = dict(changes)
    lake.put_table("in/t.parquet", a=["x" * 65536])
    data = source(lake, warehouse.connection(), QueryString=sql)
    if case == "too long":
        data = lake.dataset("in/t.parquet")
    name = warehouse.connection()
    good = to(lake, name, f"{warehouse.schema}.first")
    bad = to(lake, name, changes.pop("table", f"{warehouse.schema}.t"))
    options = {**bad["DatabaseOptions"], **changes}
    bad["DatabaseOptions"] = {each: value for each, value in options.items() if value}
    job = lake.recipe_job(data, DatabaseOutputs=[good, bad])
    assert why in lake.fail(job)
    assert warehouse.tables() == []
    assert lake.keys("temp/") == []
    assert lake.keys("out/") == []


def test_a_table_goes_when_the_files_cannot_be_put(lake: Lake, warehouse: Warehouse) -> None:
    """The bucket of the files refuses them when the table is ready."""
    data = source(lake, warehouse.connection(), QueryString=ORDERS)
    output = to(lake, warehouse.connection(), f"{warehouse.schema}.t")
    gone = {"Location": {"Bucket": "no-such-bucket", "Key": "out"}}
    job = lake.recipe_job(data, Outputs=[gone], DatabaseOutputs=[output])
    assert "NoSuchBucket" in lake.fail(job)
    assert warehouse.tables() == []


def test_a_database_is_not_overwritten(lake: Lake) -> None:
    output = {"DatabaseName": "d", "TableName": "t", "Overwrite": True}
    output["DatabaseOptions"] = {"TableName": "t"}
    with pytest.raises(ClientError, match="Overwrite is not supported with DatabaseOptions"):
        lake.recipe_job("any", DataCatalogOutputs=[output])
