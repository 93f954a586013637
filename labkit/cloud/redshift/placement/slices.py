"""Which slice each row of a table is on, counted over the rows themselves.

A table's rows lie in one DuckDB table; where they would be in the cluster follows from the table's
distribution style: KEY puts a row where the hash of its key says, EVEN deals rows out one after the
other, ALL keeps all of them on each node (on its first slice), AUTO starts as ALL and becomes EVEN
when the table has grown.
Source: https://docs.aws.amazon.com/redshift/latest/dg/c_choosing_dist_sort.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.duck import first_row
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

#: Up to so many rows an AUTO table is ALL; AWS does not tell its number.
SMALL_ROWS = 100_000
BLOCK_BYTES = 1024 * 1024
#: Columns that each table has beside its own: the row's number and two transactions.
HIDDEN_COLUMNS = 3
_WIDTHS = {
    "bool": 1, "int2": 2, "int4": 4, "int8": 8, "oid": 4, "float4": 4, "float8": 8, "date": 4,
    "time": 8, "timetz": 8, "timestamp": 8, "timestamptz": 8, "interval": 16,
}  # fmt: skip


def slices(connection: Connection) -> int:
    """How many slices the cluster has."""
    state = connection.warehouse.state
    return state.nodes * state.slices


def node_of(connection: Connection, slice_number: int) -> int:
    """The node that a slice belongs to."""
    return slice_number // connection.warehouse.state.slices


def rows_of(connection: Connection, table: Object) -> int:
    """How many rows a table has."""
    return int(first_row(connection.duck, f"SELECT count(*) FROM {table.physical}")[0])


def style_of(connection: Connection, table: Object) -> str:
    """``KEY``, ``EVEN`` or ``ALL``: what AUTO is for now, too."""
    style = str(table.body["diststyle"])
    if style != "AUTO":
        return style
    return "ALL" if rows_of(connection, table) <= SMALL_ROWS else "EVEN"


def shown_style(connection: Connection, table: Object) -> str:
    """As SVV_TABLE_INFO tells it: ``KEY(id)``, ``AUTO(ALL)``."""
    style = style_of(connection, table)
    if table.body["diststyle"] == "AUTO":
        return f"AUTO({style})"
    return f"KEY({table.body['distkey']})" if style == "KEY" else style


def hashed(sql: str, count: int) -> str:
    """The slice of a key: of its text, so that 7 goes where 7::bigint goes."""
    return f"CAST(hash(CAST({sql} AS VARCHAR)) % {count} AS INTEGER)"


def slice_sql(connection: Connection, table: Object) -> str:
    """The slice of a row as DuckDB's SQL; of an ALL table it is the first one."""
    count, style = slices(connection), style_of(connection, table)
    if style == "KEY":
        return hashed(quoted_name(table.body["distkey"]), count)
    return "0" if style == "ALL" else f"CAST(rowid % {count} AS INTEGER)"


def spread(connection: Connection, table: Object) -> list[int]:
    """The rows of each slice; an ALL table has all of them on the first slice of each node."""
    per_node, count = connection.warehouse.state.slices, slices(connection)
    if style_of(connection, table) == "ALL":
        rows = rows_of(connection, table)
        return [rows if at % per_node == 0 else 0 for at in range(count)]
    sql = f"SELECT {slice_sql(connection, table)}, count(*) FROM {table.physical} GROUP BY 1"
    found = dict(connection.duck.execute(sql).fetchall())
    return [int(found.get(at, 0)) for at in range(count)]


def skew(rows: list[int]) -> float | None:
    """The fullest slice against the emptiest that has rows; None without rows.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_TABLE_INFO.html
    """
    held = [each for each in rows if each]
    return round(max(held) / min(held), 2) if held else None


def width(kind: Type) -> int | None:
    """The bytes of a value; None when each value has its own."""
    if kind.base == "numeric":
        return 8 if kind.size <= 19 else 16
    return _WIDTHS.get(kind.base)


def bytes_sql(sql: str, kind: Type) -> str:
    """The bytes of a value as DuckDB's SQL: of text its own length, of an empty one none."""
    found = width(kind)
    if found is not None:
        return str(found)
    measure = "octet_length" if kind.base == "varbyte" else "strlen"
    value = sql if kind.base == "varbyte" else f"CAST({sql} AS VARCHAR)"
    return f"coalesce({measure}({value}), 0)"


def measured(
    connection: Connection, table: Object, columns: Sequence[TableColumn]
) -> tuple[int, list[int]]:
    """The rows of a table, and the bytes of each column's values before compression."""
    varying = [each for each in columns if width(each.type) is None]
    sums = (f"sum({bytes_sql(quoted_name(each.name), each.type)})" for each in varying)
    sql = f"SELECT {', '.join(['count(*)', *sums])} FROM {table.physical}"
    rows, *found = first_row(connection.duck, sql)
    summed = {each.name: int(size or 0) for each, size in zip(varying, found, strict=True)}
    return int(rows), [
        rows * (width(each.type) or 0) if each.name not in summed else summed[each.name]
        for each in columns
    ]
