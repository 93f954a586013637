"""One table of a snapshot, made anew beside what is there.

The table comes with its columns, keys and rows; what is granted on it stays behind. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.duck import open_database
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.letters import kept
from labkit.cloud.redshift import logins
from labkit.cloud.redshift.warehouse import Connection
from labkit.cloud.redshift.warehouse.objects import Object, Objects, TableColumn
from labkit.cloud.redshift.warehouse.statements.declaring import Declared
from labkit.cloud.redshift.warehouse.statements.tables import create, look_up_own

_PLACED = ("diststyle", "distkey", "sortkey", "sortstyle")


@dataclass(frozen=True)
class TableRestore:
    """What is to be restored.

    Args:
        number: of the request, by which a table that is made already is known.
        source: database, schema and table in the snapshot; their capitals count.
        target: database, schema and table that are to be.
    """

    number: str
    source: tuple[str, ...]
    target: tuple[str, ...]

    def __post_init__(self) -> None:
        for each in ("source", "target"):
            object.__setattr__(self, each, tuple(map(kept, getattr(self, each))))

    def run(self, cloud: Cloud, key: str, snapshot: Path) -> int:
        """Read the table out of the file, and make it in one transaction; its size in MB.

        Raises:
            RedshiftError: it is not in the snapshot, or its new name is taken.
        """
        table, rows = _read(snapshot, self)
        logins.administer(cloud, key, lambda session: _make(session, self, table, rows))
        return int(rows.nbytes // 1024**2)


def _read(snapshot: Path, work: TableRestore) -> tuple[Object, pa.Table]:
    """The table as the snapshot knows it, and its rows."""
    aside = snapshot.with_name(f"{work.number}.part")
    own, schema, name = work.source
    shutil.copyfile(snapshot, aside)
    database = open_database(aside)
    try:
        table = Objects(database).find("relation", name, database=own, schema=schema)
        if table is None or table.kind != "table":
            raise RedshiftError(f"table {name} is not in the snapshot")
        return table, database.sql(f"SELECT * FROM {table.physical}").to_arrow_table()
    finally:
        database.close()
        aside.unlink()


def _make(session: Connection, work: TableRestore, table: Object, rows: pa.Table) -> None:
    """A table with the columns, keys and rows of another; made already when the server died."""
    if known := look_up_own(session, work.target, temporary=False):
        if known.body.get("restored") == work.number:
            return
        raise RedshiftError(f'Relation "{work.target[-1]}" already exists', "42P07")
    placed = {word: table.body[word] for word in _PLACED if word in table.body}
    columns = [_going_on(column, rows) for column in table.columns]
    declared = Declared(columns, placed, table.body.get("constraints", []))
    session.begin()
    try:
        made = create(session, work.target, declared, more={"restored": work.number})
        _fill(session, made, rows)
        session.commit()
    except BaseException:
        session.rollback()
        raise


def _fill(session: Connection, table: Object, rows: pa.Table) -> None:
    columns = ", ".join(quoted_name(each) for each in rows.column_names)
    session.duck.register("restored_rows", rows)
    try:
        session.duck.execute(f"INSERT INTO {table.physical} SELECT {columns} FROM restored_rows")
    finally:
        session.duck.unregister("restored_rows")


def _going_on(column: TableColumn, rows: pa.Table) -> TableColumn:
    """An identity column whose numbers go on after those that are there."""
    if not column.identity or not rows.num_rows:
        return column
    step = column.identity[1]
    found = pc.min_max(rows[column.name]).as_py()
    last = found["max" if step > 0 else "min"]
    return column if last is None else replace(column, identity=(last + step, step))
