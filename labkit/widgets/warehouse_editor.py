"""The warehouse's query editor: Redshift's query editor v2, in a notebook's cell.

The statements of a tab run one after the other, each in a transaction of its own unless ``BEGIN``
opened one, until the first that fails. A tab is a session: its temporary tables stay.
https://docs.aws.amazon.com/redshift/latest/mgmt/query-editor-v2-query-run.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Dict, List, Unicode

from labkit import names
from labkit.warehouse import DATABASE, USER
from labkit.warehouses.plans import SUMMARY
from labkit.warehouses.results import split
from labkit.widgets.bench import QueryBench, explains
from labkit.widgets.console import Facts, front_end
from labkit.widgets.picture import Markup, fold, tag
from labkit.widgets.refusals import Notice
from labkit.widgets.warehouse_facts import (
    ENDS,
    NO_ROWS,
    column_facts,
    csv_file,
    drawn_facts,
    listed_facts,
    part_facts,
    placed,
    result_facts,
    run_facts,
    table_facts,
    text,
)

if TYPE_CHECKING:
    from labkit.lab import Lab

KEPT_S, LOOK_S = 3600, 1
RECENT = 50
LIMIT = 100
EXPORTED_ROWS = 100_000
SYSTEM = ("pg_", "information_schema")


class WarehouseEditor(QueryBench):
    """SQL in the warehouse, with its schemas beside it.

    Args:
        lab: the lab whose clients to use.
        cluster: the cluster, unless a workgroup is given.
        workgroup: a workgroup of Redshift Serverless.
        database: the database that is chosen at first.
        sql: the text of the first tab: one statement or several, parted by ``;``.
    """

    heading = "Warehouse query editor"
    asked = run_facts([]) | {"state": "SUBMITTED"}
    ends = ENDS
    per_tab = ("results", "plans", "drawn")
    _esm = front_end(
        "core.js",
        "words_redshift.js",
        "sql.js",
        "results.js",
        "chart.js",
        "editor_warehouse.js",
        "editor.js",
    )
    _css = front_end("core.css", "editor.css")
    warehouse = Unicode().tag(sync=True)
    schemas: List[str] = List().tag(sync=True)
    limited = Bool(True).tag(sync=True)
    drawn = Dict().tag(sync=True)

    def __init__(
        self,
        lab: Lab,
        *,
        cluster: str = names.CLUSTER,
        workgroup: str = "",
        database: str = DATABASE,
        sql: str = "",
    ) -> None:
        super().__init__(lab, sql=sql, warehouse=workgroup or cluster)
        in_cluster = {"ClusterIdentifier": cluster, "DbUser": USER}
        self._place = {"WorkgroupName": workgroup} if workgroup else in_cluster
        self._sessions: dict[str, str] = {}
        self._queries: dict[tuple[str, str], int] = {}
        self.attempt("choose", {"database": database})

    # Tree -----------------------------------------------------------------------------------------

    def do_choose(self, *, database: str = "") -> None:
        """Show a database's schemas, tables and views; those of Redshift itself are left out."""
        if database and database != self.database:
            self._sessions.clear()
            self._queries.clear()
            self.database = database
        self.databases = list(
            self.lab.all("redshift-data", "list_databases", "Databases", **self._in)
        )
        found = self.lab.all("redshift-data", "list_schemas", "Schemas", **self._in)
        self.schemas = [name for name in found if not name.startswith(SYSTEM)]
        self._show_tables()

    def _show_tables(self) -> None:
        listed = self.lab.all("redshift-data", "list_tables", "Tables", **self._in)
        found = [table_facts(t) for t in listed if t["schema"] in self.schemas]
        opened = {t["id"] for t in self.tables if t["columns"]}
        self.tables = [t | self._columns(t) if t["id"] in opened else t for t in found]

    def do_columns(self, *, table: str) -> None:
        """Show a table's columns."""
        for at, known in enumerate(self.tables):
            if known["id"] == table:
                shown = known | self._columns(known)
                self.tables = [*self.tables[:at], shown, *self.tables[at + 1 :]]

    def _columns(self, table: Facts) -> Facts:
        asked = {"Schema": table["schema"], "Table": table["name"], **self._in}
        return column_facts(self.lab.all("redshift-data", "describe_table", "ColumnList", **asked))

    @property
    def _in(self) -> dict[str, str]:
        return {"Database": self.database, **self._place}

    def changes_tree(self, run: Facts) -> bool:
        """Statements without rows may."""
        return not all(part["has_rows"] for part in run["parts"])

    def tree_picture(self) -> Markup:
        """The schemas' tables and views."""
        return fold(
            f"{self.warehouse} · {self.database}: {len(self.tables)} tables and views",
            *(tag("div", tag("b", t["id"]), f" {t['type']}", style="row") for t in self.tables),
        )

    # Runs -----------------------------------------------------------------------------------------

    def execute(self, tab: str, sql: str, *, show: Callable[[Facts], None], **how: Any) -> Facts:
        """Run the statements one after the other until one fails or is stopped."""
        parts: list[Facts] = []
        for at, statement in placed(sql.strip()):
            for described in self._described(tab, statement):
                part = part_facts(described, sql=sql.strip(), at=at)
                show(run_facts([*parts, part]))
            parts.append(part)
            if part["state"] != ENDS[0] or tab not in self.runs:  # failed, stopped or closed
                break
            self._queries[tab, statement] = part["query"]
        show(run_facts(parts))
        return run_facts(parts)

    def _described(self, tab: str, statement: str) -> Iterator[Facts]:
        """A statement of a tab's session, told again and again until its end."""
        found = self._started(tab, statement)
        yield found
        while found["Status"] not in ENDS or "Duration" not in found:
            found = self.call(
                "redshift-data", "describe_statement", Id=found["Id"], WaitTimeSeconds=LOOK_S
            )
            yield found

    def _started(self, tab: str, statement: str) -> Facts:
        kept = self._sessions.pop(tab, None)
        place: Facts = {"SessionId": kept} if kept else self._in
        options = {"Sql": statement, "SessionKeepAliveSeconds": KEPT_S, **place}
        started: Facts = self.call("redshift-data", "execute_statement", **options)
        self._sessions[tab] = started["SessionId"]
        return started

    def stop(self, run: Facts) -> None:
        """Stop the statement that runs."""
        self.call("redshift-data", "cancel_statement", Id=run["id"])

    def do_forget(self, *, tab: str) -> None:
        """Drop a closed tab; its session ends by itself."""
        super().do_forget(tab=tab)
        self._sessions.pop(tab, None)

    def do_explain(self, *, tab: str, sql: str) -> None:
        """Show how Redshift would run a statement."""
        statements = split(sql)
        if len(statements) > 1:
            self.notice = Notice("EXPLAIN takes one statement. Select one.", kind="info").facts()
            return
        shown = self.shown_in(tab)
        run = self.run_in(tab, sql if explains(sql) else f"EXPLAIN {sql.strip()}")
        if self.succeeded(run):
            lines = [str(line) for (line,) in self._rows(run["id"])]
            self.give(run, tab, plans="\n".join(lines))
            self._draw(run, tab, lines, self._queries.get((tab, statements[0]), 0))
            self.show_again(run, tab, shown)

    def _draw(self, run: Facts, tab: str, lines: list[str], query: int) -> None:
        """Draw a plan whose query has run, with what its steps sent between the nodes."""
        if query > 0:
            *_, told = self._described(tab, SUMMARY.format(query=query))
            self.give(run, tab, drawn=drawn_facts(query, lines, self._rows(told["Id"])))

    # Results --------------------------------------------------------------------------------------

    def do_limit(self, *, on: bool) -> None:
        """Show at most a hundred rows of a result, or all in pages."""
        self.limited = on

    def show_result(self, tab: str, run: Facts) -> None:
        """Show the rows of the last statement that has some."""
        parts = run["parts"]
        given = [at for at, part in enumerate(parts) if part["has_rows"]]
        if parts:
            self._show_part(run, tab, (given or [len(parts) - 1])[-1])

    def do_part(self, *, tab: str, part: int) -> None:
        """Show what one of a tab's statements has given."""
        self._show_part(self.runs[tab], tab, part)

    def _show_part(self, run: Facts, tab: str, part: int) -> None:
        shown = run["parts"][part]
        rows = NO_ROWS
        if shown["has_rows"]:
            rows = result_facts(self._page(shown["id"]), limit=LIMIT if self.limited else 0)
        self.give(run, tab, results=rows | {"part": part})

    def do_more(self, *, tab: str) -> None:
        """Fetch the next page of a result."""
        run, shown = self.runs[tab], self.results[tab]
        if not shown["next"]:
            return
        answer = self._page(self._shown(tab), NextToken=shown["next"])
        page = result_facts(answer)
        self.give(run, tab, results=shown | page | {"rows": shown["rows"] + page["rows"]})

    def do_download(self, *, tab: str) -> None:
        """Send all rows of a result to the browser, as a CSV file."""
        if (total := self.results[tab]["total"]) > EXPORTED_ROWS:
            said = f"The result has {total:,} rows. UNLOAD exports more than {EXPORTED_ROWS:,}."
            self.notice = Notice(said, kind="info").facts()
            return
        pages = self.lab.client("redshift-data").get_paginator("get_statement_result")
        content = csv_file(pages.paginate(Id=self._shown(tab)))
        self.send({"download": f"{self._shown(tab)}.csv"}, [content])

    def _rows(self, statement: str) -> list[list[str | None]]:
        return [[text(cell) for cell in row] for row in self._page(statement)["Records"]]

    def _shown(self, tab: str) -> str:
        return str(self.runs[tab]["parts"][self.results[tab]["part"]]["id"])

    def _page(self, statement: str, **more: str) -> Facts:
        found: Facts = self.call("redshift-data", "get_statement_result", Id=statement, **more)
        return found

    def told(self, run: Facts) -> str:
        """How much ran, and what it gave."""
        rows = max(0, run["parts"][-1]["rows"]) if run["parts"] else 0
        several = f"{len(run['parts'])} statements · the last: " if len(run["parts"]) > 1 else ""
        return f"{several}{rows:,} {'row' if rows == 1 else 'rows'}"

    def do_recent(self) -> None:
        """List the last statements, the newest first."""
        listed = self.call("redshift-data", "list_statements", Status="ALL", MaxResults=RECENT)
        self.recent = [listed_facts(found) for found in listed["Statements"]]
