"""The source of an integration: a SQLite file that stands for an Aurora cluster's database.

Triggers note the key of each row that changes, as Aurora's binary log does; a table without a
primary key is not followed, as on AWS. Source:
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/zero-etl.html
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.engine.redshift.words import Words

LOG = "labkit_changes"
BUSY_S = 2.0
_LOG = f"""CREATE TABLE IF NOT EXISTS {LOG} (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, key TEXT NOT NULL)"""
#: SQLite's and MySQL's spellings → Redshift's.
_TYPES = {
    "int": "int", "mediumint": "int", "tinyint": "smallint", "text": "varchar(65535)",
    "clob": "varchar(65535)", "real": "float8", "double": "float8", "datetime": "timestamp",
    "json": "super", "blob": "varbyte(1024000)", "": "varchar(65535)", "varchar": "varchar(65535)",
    "integer": "bigint", "numeric": "numeric(18,0)", "decimal": "numeric(18,0)",
}  # fmt: skip


@dataclass(frozen=True)
class SourceTable:
    """A table of the source.

    Args:
        key: the columns of its primary key; none where it has none.
    """

    name: str
    columns: tuple[tuple[str, Type], ...]
    key: tuple[str, ...]
    sql: str


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """The source's database."""
    with closing(sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)) as connection:
        yield connection


def tables(source: sqlite3.Connection) -> list[SourceTable]:
    """The tables of the source."""
    found = source.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "AND name <> ? ORDER BY name",
        [LOG],
    ).fetchall()
    return [_table(source, name, sql) for name, sql in found]


def _table(source: sqlite3.Connection, name: str, sql: str) -> SourceTable:
    told = source.execute(f"PRAGMA table_info({quoted_name(name)})").fetchall()
    columns = tuple((column[1], redshift_type(column[2])) for column in told)
    keys = sorted((column[5], column[1]) for column in told if column[5])
    return SourceTable(name, columns, tuple(key for _, key in keys), sql)


def redshift_type(text: str) -> Type:
    """A declared type as Redshift's.

    >>> str(redshift_type("VARCHAR(20)")), str(redshift_type("INTEGER"))
    ('character varying(20)', 'bigint')
    """
    told = text.lower().strip()
    try:
        return Words(_TYPES.get(told, told)).type()
    except RedshiftError:
        return Type("varchar", 65535)


def watch(source: sqlite3.Connection, table: SourceTable) -> None:
    """Note the changes of a table from here on."""
    source.execute(_LOG)
    actions = {"INSERT": ("NEW",), "DELETE": ("OLD",), "UPDATE": ("OLD", "NEW")}
    for action, rows in actions.items():
        notes = " ".join(
            f"INSERT INTO {LOG} (name, key) VALUES ({quoted_text(table.name)}, "
            f"json_array({', '.join(_noted(f'{row}.{quoted_name(c)}') for c in table.key)}));"
            for row in rows
        )
        trigger = quoted_name(f"labkit_{table.name}_{action.lower()}")
        source.execute(
            f"CREATE TRIGGER IF NOT EXISTS {trigger} AFTER {action} ON {quoted_name(table.name)} "
            f"BEGIN {notes} END"
        )


def _noted(column: str) -> str:
    """A column of a key for the log: JSON has no bytes, and SQLite's shortens doubles."""
    return (
        f"CASE typeof({column}) WHEN 'blob' THEN json_object('blob', hex({column})) "
        f"WHEN 'real' THEN json_object('real', printf('%!.17g', {column})) ELSE {column} END"
    )


_READ: dict[str, Callable[[str], Any]] = {"blob": bytes.fromhex, "real": float}


def _read(value: Any) -> Any:
    """What a column of a key in the log says."""
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    return _READ[kind](text)


def position(source: sqlite3.Connection) -> int:
    """How far the log goes."""
    if not source.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [LOG]).fetchall():
        return 0
    return int(source.execute(f"SELECT coalesce(max(id), 0) FROM {LOG}").fetchone()[0])


def changed_keys(source: sqlite3.Connection, table: str, since: int, until: int) -> list[list[Any]]:
    """The keys of the rows that changed after one position of the log and up to another."""
    found = source.execute(
        f"SELECT DISTINCT key FROM {LOG} WHERE name = ? AND id > ? AND id <= ?",
        [table, since, until],
    )
    return [[_read(value) for value in json.loads(key)] for (key,) in found]


def rows(
    source: sqlite3.Connection, table: SourceTable, keys: Sequence[Sequence[Any]] | None = None
) -> list[tuple[Any, ...]]:
    """The rows of a table, all or those of some keys."""
    names = ", ".join(quoted_name(name) for name, _ in table.columns)
    sql = f"SELECT {names} FROM {quoted_name(table.name)}"
    if keys is None:
        return source.execute(sql).fetchall()
    where = " AND ".join(f"{quoted_name(name)} IS ?" for name in table.key)
    return [row for key in keys for row in source.execute(f"{sql} WHERE {where}", key)]
