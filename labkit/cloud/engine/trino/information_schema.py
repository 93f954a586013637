"""``information_schema``: the catalog's databases, tables, views and columns as tables to query.

Source: https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from labkit.cloud.engine.catalog import Catalog, Column, Listed, Scan
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.engine.types import BIGINT, VARCHAR, Type

if TYPE_CHECKING:
    from labkit.cloud.engine.duck import Session

NAME = "information_schema"
Row = tuple[str | int | None, ...]


@dataclass(frozen=True)
class Listing:
    """One of the tables, with the rows that it has now."""

    columns: Sequence[Column]
    rows: tuple[Row, ...]
    partition_keys: Sequence[str] = ()
    hidden: Sequence[Column] = ()
    versioned: bool = False

    def relation(self, session: Session, scan: Scan) -> str:
        names = ", ".join(quoted_name(column.name) for column in self.columns)
        nothing = ", ".join(f"CAST(NULL AS {column.type.duckdb})" for column in self.columns)
        rows = ", ".join(f"({', '.join(map(_literal, row))})" for row in self.rows)
        if not rows:
            return f"SELECT * FROM (SELECT {nothing}) AS t({names}) WHERE false"
        return f"SELECT * FROM (VALUES {rows}) AS t({names})"


def _literal(value: str | int | None) -> str:
    return (
        "CAST(NULL AS VARCHAR)"
        if value is None
        else (quoted_text(value) if isinstance(value, str) else f"CAST({value} AS BIGINT)")
    )


def information_source(parts: tuple[str, ...], catalog: Catalog) -> Listing | None:
    """The table of ``information_schema`` that a name of three parts means."""
    if parts[1] != NAME or parts[0] != catalog.name:
        return None
    if parts[2] not in _TABLES:
        message = f"Table '{'.'.join(parts)}' does not exist"
        raise QueryFailed("TABLE_NOT_FOUND", message)
    columns, rows = _TABLES[parts[2]]
    kinds = (Column(name, kind) for name, kind in columns.items())
    return Listing(tuple(kinds), tuple(rows(catalog)))


def _schemata(catalog: Catalog) -> Iterable[Row]:
    for database in (*catalog.databases(), NAME):
        yield catalog.name, database


def _each(catalog: Catalog) -> Iterable[tuple[str, Listed]]:
    for database in catalog.databases():
        for listed in catalog.tables(database):
            yield database, listed
    for name, (columns, _) in _TABLES.items():
        own = tuple(Column(n, kind) for n, kind in columns.items())
        yield NAME, Listed(name, "BASE TABLE", None, partial(tuple, own))


def _tables(catalog: Catalog) -> Iterable[Row]:
    for database, listed in _each(catalog):
        yield catalog.name, database, listed.name, listed.kind


def _views(catalog: Catalog) -> Iterable[Row]:
    for database, listed in _each(catalog):
        if listed.kind == "VIEW":
            yield catalog.name, database, listed.name, listed.view_sql


def _columns(catalog: Catalog) -> Iterable[Row]:
    for database, listed in _each(catalog):
        for at, column in enumerate(listed.columns(), 1):
            place = (catalog.name, database, listed.name, column.name.lower(), at)
            yield *place, None, "YES", column.type.display, column.comment, column.extra_info


_TABLES: dict[str, tuple[dict[str, Type], Callable[[Catalog], Iterable[Row]]]] = {
    "schemata": (dict.fromkeys(("catalog_name", "schema_name"), VARCHAR), _schemata),
    "tables": (
        dict.fromkeys(("table_catalog", "table_schema", "table_name", "table_type"), VARCHAR),
        _tables,
    ),
    "views": (
        dict.fromkeys(("table_catalog", "table_schema", "table_name", "view_definition"), VARCHAR),
        _views,
    ),
    "columns": (
        {
            **dict.fromkeys(
                ("table_catalog", "table_schema", "table_name", "column_name"), VARCHAR
            ),
            "ordinal_position": BIGINT,
            **dict.fromkeys(("column_default", "is_nullable", "data_type", "comment"), VARCHAR),
            "extra_info": VARCHAR,
        },
        _columns,
    ),
}
