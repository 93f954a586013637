"""Crawls of Redshift, by JDBC targets."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import wait_for
from tests.databrew.warehouse import Warehouse
from tests.glue.lake import Lake


class Crawled(Warehouse):
    """A warehouse under a crawler."""

    lake: Lake

    def define(self, path: str, **members: Any) -> None:
        target = {"ConnectionName": self.connection(), "Path": path.format(schema=self.schema)}
        policy = {"DeleteBehavior": members.pop("DeleteBehavior", "DELETE_FROM_DATABASE")}
        targets = {"JdbcTargets": [target | members]}
        self.lake.define(Targets=targets, SchemaChangePolicy=policy)

    def crawled(self) -> list[str]:
        """Crawl; the tables' names behind the schema's."""
        ended = self.lake.run()
        assert ended["Status"] == "SUCCEEDED", ended
        return [name.removeprefix(f"dev_{self.schema}_") for name in self.lake.tables()]


@pytest.fixture
def warehouse(
    client: Callable[..., Any], fresh: Callable[..., str], lake: Lake
) -> Iterator[Crawled]:
    made = Crawled(client, fresh)
    made.lake = lake
    yield made
    made.forget()


def test_a_table_becomes_an_entry(warehouse: Crawled) -> None:
    warehouse.done(
        f"CREATE TABLE {warehouse.schema}.t (a smallint, b int, c bigint, d numeric(12, 3), "
        "e float4, f float8, g bool, h varchar(9), i char(2), j date, k timestamp, l timestamptz, "
        "m super, n varbyte(10), o time)"
    )
    warehouse.define(f"dev/{warehouse.schema}/%")
    assert warehouse.crawled() == ["t"]
    table = warehouse.lake.table(f"dev_{warehouse.schema}_t")
    storage = table["StorageDescriptor"]
    assert storage["Location"] == f"dev.{warehouse.schema}.t"
    assert [column["Type"] for column in storage["Columns"]] == [
        "smallint", "int", "bigint", "decimal(12,3)", "float", "double", "boolean", "string",
        "string", "date", "timestamp", "timestamp", "string", "binary", "string",
    ]  # fmt: skip
    told = table["Parameters"]
    assert told == storage["Parameters"]
    assert (told["classification"], told["typeOfData"]) == ("redshift", "table")
    assert told["UPDATED_BY_CRAWLER"] == warehouse.lake.crawler


PATHS = {
    "all": ("dev/{schema}/%", {}, ["orders", "orders_old", "people", "seen"]),
    "a beginning": ("dev/{schema}/ord%", {}, ["orders", "orders_old"]),
    "one": ("dev/{schema}/orders", {}, ["orders"]),
    "without": ("dev/{schema}/%", {"Exclusions": ["orders*"]}, ["people", "seen"]),
    "a schema": ("dev/{schema}", {}, ["orders", "orders_old", "people", "seen"]),
}


@pytest.mark.parametrize("case", PATHS)
def test_which_tables_a_path_means(warehouse: Crawled, case: str) -> None:
    path, members, names = PATHS[case]
    for name in ("orders", "orders_old", "people"):
        warehouse.done(f"CREATE TABLE {warehouse.schema}.{name} (a int)")
    warehouse.done(f"CREATE VIEW {warehouse.schema}.seen AS SELECT 1 AS a")
    warehouse.define(path, **members)
    assert warehouse.crawled() == names


def test_tables_that_change_and_go(warehouse: Crawled) -> None:
    schema = warehouse.schema
    warehouse.done(f"CREATE TABLE {schema}.a (x int)", f"CREATE TABLE {schema}.b (x int)")
    warehouse.define("dev/{schema}/%")
    assert warehouse.crawled() == ["a", "b"]
    warehouse.done(f"ALTER TABLE {schema}.a ADD COLUMN y date", f"DROP TABLE {schema}.b")
    assert warehouse.crawled() == ["a"]
    columns = warehouse.lake.table(f"dev_{schema}_a")["StorageDescriptor"]["Columns"]
    assert [(each["Name"], each["Type"]) for each in columns] == [("x", "int"), ("y", "date")]


def test_nothing_there_and_nobody_let_in(warehouse: Crawled) -> None:
    warehouse.define("dev/{schema}/%")
    assert warehouse.crawled() == []
    told = warehouse.lake.glue.get_crawler(Name=warehouse.lake.crawler)["Crawler"]["LastCrawl"]
    assert "no table was made" in told["ErrorMessage"]
    target = {"ConnectionName": warehouse.connection(PASSWORD="Wrong2024"), "Path": "dev/%"}
    warehouse.lake.glue.update_crawler(
        Name=warehouse.lake.crawler, Targets={"JdbcTargets": [target]}
    )
    ended = warehouse.lake.run()
    assert ended["Status"] == "FAILED"
    assert "password authentication failed" in ended["ErrorMessage"]


def test_athena_reads_no_table_of_a_database(
    warehouse: Crawled, client: Callable[..., Any]
) -> None:
    warehouse.done(f"CREATE TABLE {warehouse.schema}.t (a int)")
    warehouse.define("dev/{schema}/%")
    warehouse.crawled()
    athena, place = client("athena"), {"OutputLocation": warehouse.lake.uri("results/")}
    sql = f"SELECT * FROM {warehouse.lake.database}.dev_{warehouse.schema}_t"
    number = athena.start_query_execution(QueryString=sql, ResultConfiguration=place)
    number = number["QueryExecutionId"]

    def ended() -> Any:
        status = athena.get_query_execution(QueryExecutionId=number)["QueryExecution"]["Status"]
        return status if status["State"] in ("FAILED", "SUCCEEDED") else None

    assert "HIVE_UNSUPPORTED_FORMAT" in wait_for(ended)["StateChangeReason"]


def test_connections_are_tried(warehouse: Crawled, glue: Any) -> None:
    glue.test_connection(ConnectionName=warehouse.connection())
    name = warehouse.connection(PASSWORD="Wrong2024")
    with pytest.raises(glue.exceptions.InvalidInputException, match="authentication failed"):
        glue.test_connection(ConnectionName=name)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.test_connection(ConnectionName="nobody")
