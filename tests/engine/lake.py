"""A catalog whose tables are DuckDB tables: what the compiler's tests read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from labkit.cloud.engine import (
    Column,
    DuckEngine,
    Listed,
    QueryFailed,
    Scan,
    Session,
    View,
    compile_query,
)
from labkit.cloud.engine.trino.text import as_text
from labkit.cloud.engine.types import parse_type

SETUP = """
CREATE SCHEMA lab; USE lab;
CREATE TABLE orders(order_id BIGINT, customer VARCHAR, amount DOUBLE, price DECIMAL(10,2),
  qty INTEGER, tags VARCHAR[], attrs MAP(VARCHAR,VARCHAR),
  addr STRUCT(street VARCHAR, city VARCHAR, zip INTEGER),
  order_ts TIMESTAMP, order_date DATE, dt VARCHAR);
INSERT INTO orders VALUES
(1,'alice',10.5,10.50,1,['a','b'],MAP{'k1':'v1','k2':'v2'},{'street':'Main','city':'Rome','zip':123},
  '2024-01-15 10:30:00','2024-01-15','us'),
(2,'bob',20.0,20.00,2,['b','c'],MAP{'k1':'x'},{'street':'Elm','city':'Oslo','zip':456},
  '2024-02-20 23:59:59','2024-02-20','us'),
(3,'alice',5.25,5.25,3,[],MAP{},{'street':'Oak','city':'Rome','zip':789},
  '2024-02-29 00:00:00','2024-02-29','eu'),
(4,'carol',NULL,NULL,NULL,NULL,NULL,NULL,'2024-12-31 12:00:00','2024-12-31','eu');
CREATE TABLE events(id INTEGER, doc VARCHAR);
INSERT INTO events VALUES
(1,'{"user":{"name":"Ann"},"items":[{"sku":"A1"},{"sku":"B2"}],"my key":"z"}'),
(2,'{"user":{"name":"Bob"},"items":[]}');
CREATE TABLE iceorders(id BIGINT, data VARCHAR); INSERT INTO iceorders VALUES (1,'a'),(2,'b');
"""
_COLUMNS = {
    "orders": {
        "order_id": "bigint",
        "customer": "varchar",
        "amount": "double",
        "price": "decimal(10,2)",
        "qty": "integer",
        "tags": "array(varchar)",
        "attrs": "map(varchar, varchar)",
        "addr": "row(street varchar, city varchar, zip integer)",
        "order_ts": "timestamp",
        "order_date": "date",
        "dt": "varchar",
    },
    "events": {"id": "integer", "doc": "varchar"},
    "iceorders": {"id": "bigint", "data": "varchar"},
}


@dataclass(frozen=True)
class DuckTable:
    """A DuckDB table as a source; ``dt`` is the partition key where there is one."""

    name: str
    columns: Sequence[Column]
    partition_keys: Sequence[str] = ()
    hidden: Sequence[Column] = (Column("$path", parse_type("varchar")),)
    versioned: bool = False

    def relation(self, session: Session, scan: Scan) -> str:
        conditions = [filter.sql for filter in scan.filters] or ["true"]
        path = f"'s3://bkt/{self.name}' AS \"$path\""
        return f"SELECT *, {path} FROM lab.{self.name} WHERE {' AND '.join(conditions)}"


@dataclass
class Lake:
    """A catalog with the tables above and the views that a test adds."""

    views: dict[str, View] = field(default_factory=dict)
    name: str = "awsdatacatalog"
    database: str = "lab"

    def resolve(self, parts: tuple[str, ...]) -> DuckTable | View:
        catalog, database, table = (self.name, self.database, "")[: 3 - len(parts)] + parts
        if catalog != self.name:
            raise QueryFailed("CATALOG_NOT_FOUND", f"Catalog '{catalog}' does not exist")
        if database != "lab":
            raise QueryFailed("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist")
        if table in self.views:
            return self.views[table]
        if table not in _COLUMNS:
            name = f"{catalog}.{database}.{table}"
            raise QueryFailed("TABLE_NOT_FOUND", f"Table '{name}' does not exist")
        return DuckTable(
            table,
            _columns(table),
            ("dt",) if table == "orders" else (),
            versioned=table == "iceorders",
        )

    def databases(self) -> Iterable[str]:
        return ["lab"]

    def tables(self, database: str) -> Iterator[Listed]:
        for name in _COLUMNS:
            yield Listed(name, "BASE TABLE", None, partial(_columns, name))
        for name, view in self.views.items():
            yield Listed(name, "VIEW", view.sql, partial(tuple, view.columns))


def _columns(table: str) -> tuple[Column, ...]:
    return tuple(Column(name, parse_type(kind)) for name, kind in _COLUMNS[table].items())


@contextmanager
def engine() -> Iterator[DuckEngine]:
    """An engine that holds the tables."""
    made = DuckEngine(threads=1)
    with made.session() as session:
        session.connection.execute(SETUP)
    yield made
    made.close()


def rows(
    session: Session, sql: str, *, parameters: Sequence[str] = (), lake: Lake | None = None
) -> list[list[str | None]]:
    """A query's rows as Athena prints them."""
    compiled = compile_query(sql, lake or Lake(), parameters=parameters)
    found = session.table(compiled, as_text)
    columns = [column.to_pylist() for column in found.columns]
    return [list(row) for row in zip(*columns, strict=True)] if columns else []
