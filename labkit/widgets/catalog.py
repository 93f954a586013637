"""The catalog browser: databases, their tables, a table's columns, partitions and properties.

What the console of Glue shows under *Data Catalog*, with a preview of ten rows, which Athena
reads. https://docs.aws.amazon.com/glue/latest/dg/console-tables.html
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from traitlets import Dict, List, Unicode

from labkit.widgets.console import Facts, front_end
from labkit.widgets.describe import pictured, table_facts
from labkit.widgets.picture import frame, notice, tag
from labkit.widgets.statements import StatementConsole

if TYPE_CHECKING:
    from labkit.lab import Lab

PREVIEW_ROWS = 10


class CatalogBrowser(StatementConsole):
    """The databases and tables of the data catalog.

    Args:
        lab: the lab whose clients to use.
        database: the database that is shown at first; by default the first one.
    """

    _esm = front_end("core.js", "tables.js", "results.js", "catalog.js")
    _css = front_end("core.css", "editor.css", "browsers.css")
    databases: List[str] = List().tag(sync=True)
    database = Unicode().tag(sync=True)
    tables: List[Facts] = List().tag(sync=True)
    table = Unicode().tag(sync=True)
    partitions: List[list[str]] = List().tag(sync=True)
    run = Dict().tag(sync=True)
    preview = Dict().tag(sync=True)

    def __init__(self, lab: Lab, *, database: str = "") -> None:
        super().__init__(lab)
        self.attempt("choose", {"database": database})

    def do_choose(self, *, database: str = "") -> None:
        """Show a database's tables."""
        self.databases = sorted(
            d["Name"] for d in self.lab.all("glue", "get_databases", "DatabaseList")
        )
        kept = self.database if self.database in self.databases else ""
        self.database = database or kept or next(iter(self.databases), "")
        tables = self._tables() if self.database else []
        self.tables = sorted(tables, key=lambda t: str(t["name"]))
        if self.table not in [t["name"] for t in self.tables]:
            self.do_open(table="")

    def do_open(self, *, table: str) -> None:
        """Show a table, with its partitions."""
        self.table, self.run, self.preview, self.partitions = table, {}, {}, []
        place = self._place
        if table and self._facts()["keys"]:
            found = self.lab.all(
                "glue", "get_partitions", "Partitions", DatabaseName=self.database, TableName=table
            )
            listed = [[*p["Values"], p["StorageDescriptor"]["Location"]] for p in found]
            self._give(place, partitions=sorted(listed))

    def do_preview(self) -> None:
        """Read the table's first rows by Athena."""
        place = self._place
        database, table = place
        sql = f'SELECT * FROM "{database}"."{table}" LIMIT {PREVIEW_ROWS}'
        self.preview = {}
        show = functools.partial(self._show_run, place)
        run = self.run_statement(sql, database=database, show=show)
        if run["state"] == "SUCCEEDED":
            self._give(place, preview=self.rows(run))

    @property
    def _place(self) -> tuple[str, str]:
        return self.database, self.table

    def _show_run(self, place: tuple[str, str], run: Facts) -> None:
        self._give(place, run=run)

    def _give(self, place: tuple[str, str], **found: Any) -> None:
        """Show what was found for a table, unless another was opened meanwhile."""
        with self._lock:
            if place == self._place:
                for trait, value in found.items():
                    self.set_trait(trait, value)

    def _tables(self) -> list[Facts]:
        found = self.lab.all("glue", "get_tables", "TableList", DatabaseName=self.database)
        return [table_facts(t) for t in found]

    def _facts(self) -> Facts:
        found: Facts = next(t for t in self.tables if t["name"] == self.table)
        return found

    def snapshot(self) -> str:
        """The chosen database's tables, each with its columns."""
        said = tag("div", f"{self.database}: {len(self.tables)} tables", style="quiet")
        return frame("Data catalog", notice(self.notice), said, *map(pictured, self.tables))
