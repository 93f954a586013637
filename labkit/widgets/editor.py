"""The query editor: Athena's own, in a notebook's cell.

At the left the catalog, in the middle the statement, below it the rows with what they cost. A tab
of the editor has its own statement, run and result.
https://docs.aws.amazon.com/athena/latest/ug/querying.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from traitlets import Dict, List

from labkit.query import readable
from labkit.storage import split_uri
from labkit.widgets.bench import QueryBench, explains
from labkit.widgets.console import Facts, front_end
from labkit.widgets.describe import summary, table_facts
from labkit.widgets.executions import ENDS, run_facts, statistics_facts
from labkit.widgets.picture import Markup, fold, tag
from labkit.widgets.refusals import Notice
from labkit.widgets.statements import CATALOG, WORKGROUP, StatementConsole

if TYPE_CHECKING:
    from labkit.lab import Lab

RECENT = 50
DOWNLOAD_BYTES = 50 * 1000**2
ASKED = {"state": "QUEUED", "error": "", "place": None, "id": "", "kind": "", "dollars": 0.0}
NOTHING_YET = {"queue_ms": 0, "run_ms": 0, "scanned_bytes": 0, "reused": False}


class QueryEditor(QueryBench, StatementConsole):
    """SQL on the lake, with the catalog beside it.

    Args:
        lab: the lab whose clients to use.
        database: the database that is chosen at first; by default the first one.
        sql: the statement of the first tab.
    """

    _esm = front_end(
        "core.js", "words_athena.js", "sql.js", "results.js", "editor_athena.js", "editor.js"
    )
    _css = front_end("core.css", "editor.css")
    asked = ASKED | NOTHING_YET
    ends = ENDS
    per_tab = ("results", "statistics", "plans")
    statistics = Dict().tag(sync=True)
    saved: List[Facts] = List().tag(sync=True)

    def __init__(self, lab: Lab, *, database: str = "", sql: str = "") -> None:
        super().__init__(lab, sql=sql)
        self.attempt("choose", {"database": database})

    # Catalog --------------------------------------------------------------------------------------

    def do_choose(self, *, database: str = "") -> None:
        """Show a database's tables and views."""
        self.databases = sorted(
            d["Name"] for d in self.lab.all("glue", "get_databases", "DatabaseList")
        )
        kept = self.database if self.database in self.databases else ""
        self.database = database or kept or next(iter(self.databases), "")
        if self.database:
            self._show_tables()

    def _show_tables(self) -> None:
        found = self.lab.all("glue", "get_tables", "TableList", DatabaseName=self.database)
        self.tables = sorted((table_facts(t) for t in found), key=lambda t: str(t["name"]))

    def tree_picture(self) -> Markup:
        """The tables and views."""
        return fold(
            f"{CATALOG} · {self.database}: {len(self.tables)} tables and views",
            *(tag("div", summary(t), style="row") for t in self.tables),
        )

    # Runs -----------------------------------------------------------------------------------------

    def execute(self, tab: str, sql: str, *, show: Callable[[Facts], None], **how: Any) -> Facts:
        """Run a statement; ``reuse_minutes`` takes an earlier result that is at most so old."""
        return self.run_statement(sql, database=self.database, show=show, **how)

    def stop(self, run: Facts) -> None:
        """Stop an execution."""
        self.call("athena", "stop_query_execution", QueryExecutionId=run["id"])

    def show_result(self, tab: str, run: Facts) -> None:
        """Show the first rows and the statistics."""
        self.give(run, tab, results=self.rows(run))
        found = self.call("athena", "get_query_runtime_statistics", QueryExecutionId=run["id"])
        self.give(run, tab, statistics=statistics_facts(found["QueryRuntimeStatistics"]))

    def changes_tree(self, run: Facts) -> bool:
        """DDL does."""
        return bool(run["kind"] == "DDL")

    def told(self, run: Facts) -> str:
        """What was read, and its price."""
        cost = f"{run['dollars']:.6f}".rstrip("0").rstrip(".") or "0"
        return f"Data scanned: {readable(run['scanned_bytes'])} · on AWS this costs ${cost}"

    def do_explain(self, *, tab: str, sql: str) -> None:
        """Show how Athena would run a statement."""
        shown = self.shown_in(tab)
        run = self.run_in(tab, sql if explains(sql) else f"EXPLAIN {sql}")
        if self.succeeded(run):
            rows = self.rows(run)["rows"]
            self.give(run, tab, plans="\n".join(row[0] or "" for row in rows))
            self.show_again(run, tab, shown)

    def do_more(self, *, tab: str) -> None:
        """Fetch the next thousand rows of a result."""
        run, shown = self.runs[tab], self.results[tab]
        if not shown["next"]:
            return
        page = self.rows(run, first=False, token=shown["next"])
        self.give(run, tab, results=page | {"rows": shown["rows"] + page["rows"]})

    # Files and lists ------------------------------------------------------------------------------

    def do_download(self, *, tab: str) -> None:
        """Send a result's file to the browser, as Athena wrote it to S3."""
        execution = self.call(
            "athena", "get_query_execution", QueryExecutionId=self.runs[tab]["id"]
        )["QueryExecution"]
        location = execution["ResultConfiguration"]["OutputLocation"]
        bucket, key = split_uri(location)
        found = self.call("s3", "get_object", Bucket=bucket, Key=key)
        if found["ContentLength"] > DOWNLOAD_BYTES:
            text = f"The result has {readable(found['ContentLength'])}. It lies at {location}"
            self.notice = Notice(text, kind="info").facts()
            return
        self.send({"download": key.rsplit("/", 1)[-1]}, [found["Body"].read()])

    def do_recent(self) -> None:
        """List the last statements, the newest first."""
        athena = self.lab.client("athena")
        ids = athena.list_query_executions(WorkGroup=WORKGROUP, MaxResults=RECENT)
        self.recent = [
            run_facts(self.lab, e)
            | {"sql": e["Query"], "submitted": e["Status"]["SubmissionDateTime"].isoformat()}
            for e in self._batch("query_execution", "QueryExecution", ids["QueryExecutionIds"])
        ]

    def do_saved(self) -> None:
        """List the named queries."""
        ids = list(
            self.lab.all("athena", "list_named_queries", "NamedQueryIds", WorkGroup=WORKGROUP)
        )
        self.saved = [
            {
                "id": q["NamedQueryId"],
                "name": q["Name"],
                "database": q["Database"],
                "sql": q["QueryString"],
            }
            for start in range(0, len(ids), RECENT)
            for q in self._batch("named_query", "NamedQuery", ids[start : start + RECENT])
        ]

    def do_save(self, *, name: str, sql: str) -> None:
        """Keep a statement as a named query."""
        named = {"Name": name, "Database": self.database or "default", "QueryString": sql}
        self.call("athena", "create_named_query", WorkGroup=WORKGROUP, **named)
        self.notice = Notice(f"Saved as {name}.", kind="info").facts()
        self.do_saved()

    def do_delete_saved(self, *, query: str) -> None:
        """Delete a named query."""
        self.call("athena", "delete_named_query", NamedQueryId=query)
        self.do_saved()

    def _batch(self, operation: str, member: str, ids: list[str]) -> list[Facts]:
        if not ids:
            return []
        plural = "NamedQueries" if member == "NamedQuery" else f"{member}s"
        found = self.call("athena", f"batch_get_{operation}", **{f"{member}Ids": ids})
        listed = {q[f"{member}Id"]: q for q in found[plural]}
        return [listed[i] for i in ids if i in listed]
