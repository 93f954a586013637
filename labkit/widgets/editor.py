"""The query editor: Athena's own, in a notebook's cell.

At the left the catalog, in the middle the statement, below it the rows with what they cost. A tab
of the editor has its own statement, run and result.
https://docs.aws.amazon.com/athena/latest/ug/querying.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from traitlets import Dict, List, Unicode

from labkit.query import readable
from labkit.storage import split_uri
from labkit.widgets.console import Facts, front_end
from labkit.widgets.describe import summary, table_facts
from labkit.widgets.executions import ENDS, run_facts, statistics_facts
from labkit.widgets.picture import Markup, fold, frame, joined, notice, table, tag
from labkit.widgets.refusals import Notice
from labkit.widgets.statements import CATALOG, WORKGROUP, StatementConsole

if TYPE_CHECKING:
    from labkit.lab import Lab

PICTURE_ROWS, RECENT = 10, 50
DOWNLOAD_BYTES = 50 * 1000**2
ASKED = {"state": "QUEUED", "error": "", "place": None, "id": "", "kind": "", "dollars": 0.0}
NOTHING_YET = {"queue_ms": 0, "run_ms": 0, "scanned_bytes": 0, "reused": False}


class QueryEditor(StatementConsole):
    """SQL on the lake, with the catalog beside it.

    Args:
        lab: the lab whose clients to use.
        database: the database that is chosen at first; by default the first one.
        sql: the statement of the first tab.
    """

    _esm = front_end("core.js", "sql.js", "results.js", "editor.js")
    _css = front_end("core.css", "editor.css")
    database = Unicode().tag(sync=True)
    databases: List[str] = List().tag(sync=True)
    tables: List[Facts] = List().tag(sync=True)
    tabs: List[Facts] = List().tag(sync=True)
    runs = Dict().tag(sync=True)
    results = Dict().tag(sync=True)
    statistics = Dict().tag(sync=True)
    plans = Dict().tag(sync=True)
    recent: List[Facts] = List().tag(sync=True)
    saved: List[Facts] = List().tag(sync=True)

    def __init__(self, lab: Lab, *, database: str = "", sql: str = "") -> None:
        super().__init__(lab, tabs=[{"id": "1", "title": "Query 1", "sql": sql}])
        self.attempt("choose", {"database": database})

    # Catalog --------------------------------------------------------------------------------------

    def do_choose(self, *, database: str = "") -> None:
        """Show a database's tables and views."""
        self.databases = sorted(
            d["Name"] for d in self.all("glue", "get_databases", "DatabaseList")
        )
        self.database = database or self.database or next(iter(self.databases), "")
        if self.database:
            self._show_tables()

    def _show_tables(self) -> None:
        found = self.all("glue", "get_tables", "TableList", DatabaseName=self.database)
        self.tables = sorted((table_facts(t) for t in found), key=lambda t: str(t["name"]))

    # Runs -----------------------------------------------------------------------------------------

    def do_run(self, *, tab: str, sql: str, reuse_minutes: int = 0) -> None:
        """Run a statement in a tab, and show its rows."""
        run = self._run(tab, sql, reuse_minutes)
        if run["state"] == "SUCCEEDED":
            self._show_result(tab, run)
        if run["kind"] == "DDL":
            self.attempt("choose", {})

    def do_explain(self, *, tab: str, sql: str) -> None:
        """Show how Athena would run a statement."""
        run = self._run(tab, sql if _explains(sql) else f"EXPLAIN {sql}", 0)
        if run["state"] == "SUCCEEDED":
            rows = self.rows(run)["rows"]
            self.put("plans", tab, "\n".join(row[0] or "" for row in rows))

    def do_cancel(self, *, tab: str) -> None:
        """Stop what runs in a tab."""
        if execution_id := self.runs.get(tab, {}).get("id"):
            self.call("athena", "stop_query_execution", QueryExecutionId=execution_id)

    def do_more(self, *, tab: str) -> None:
        """Fetch the next thousand rows of a result."""
        shown = self.results[tab]
        page = self.rows(self.runs[tab], first=False, token=shown["next"])
        self.put("results", tab, page | {"rows": shown["rows"] + page["rows"]})

    def do_forget(self, *, tab: str) -> None:
        """Drop a closed tab's run and result; what runs in it is stopped."""
        if self.runs.get(tab, {}).get("state") not in (None, *ENDS):
            self.do_cancel(tab=tab)
        for trait in ("runs", "results", "statistics", "plans"):
            self._drop(trait, tab)

    def _run(self, tab: str, sql: str, reuse_minutes: int) -> Facts:
        self._clear(tab)
        return self.run_statement(
            sql,
            database=self.database,
            reuse_minutes=reuse_minutes,
            show=lambda run: self._show_run(tab, run),
        )

    def _show_run(self, tab: str, run: Facts) -> None:
        with self._lock:
            if tab in self.runs:  # not closed meanwhile
                self.put("runs", tab, run)

    def _clear(self, tab: str) -> None:
        self.notice = {}
        for trait in ("results", "statistics", "plans"):
            self._drop(trait, tab)
        self.put("runs", tab, ASKED | NOTHING_YET)

    def _show_result(self, tab: str, run: Facts) -> None:
        self.put("results", tab, self.rows(run))
        found = self.call("athena", "get_query_runtime_statistics", QueryExecutionId=run["id"])
        self.put("statistics", tab, statistics_facts(found["QueryRuntimeStatistics"]))

    def _drop(self, trait: str, tab: str) -> None:
        with self._lock:
            kept = {k: v for k, v in getattr(self, trait).items() if k != tab}
            setattr(self, trait, kept)

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
        ids = list(self.all("athena", "list_named_queries", "NamedQueryIds", WorkGroup=WORKGROUP))
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

    # Picture --------------------------------------------------------------------------------------

    def snapshot(self) -> str:
        """The tables, the statement, and the first rows of its result."""
        tab = self.tabs[0]
        listed = fold(
            f"{CATALOG} · {self.database}: {len(self.tables)} tables and views",
            *(tag("div", summary(t), style="row") for t in self.tables),
        )
        statement = tag("pre", tab["sql"], style="code") if tab["sql"] else Markup()
        ran = _pictured(self.runs.get(tab["id"]), self.results.get(tab["id"]))
        return frame("Query editor", notice(self.notice), listed, statement, ran)


def _explains(sql: str) -> bool:
    return sql.split(None, 1)[:1] != [] and sql.split(None, 1)[0].upper() == "EXPLAIN"


def _pictured(run: Facts | None, result: Facts | None) -> Markup:
    if not run:
        return Markup()
    if run["error"]:
        return tag("div", run["error"], style="error")
    rows = (result or {}).get("rows", [])
    columns = (result or {}).get("columns", [])
    names, numbers = [c["name"] for c in columns], {i for i, c in enumerate(columns) if c["number"]}
    more = f" · first {PICTURE_ROWS} of {len(rows):,} rows" if len(rows) > PICTURE_ROWS else ""
    cost = f"{run['dollars']:.6f}".rstrip("0").rstrip(".") or "0"
    said = f"Data scanned: {readable(run['scanned_bytes'])} · on AWS this costs ${cost}{more}"
    return joined(
        [table(names, rows[:PICTURE_ROWS], numbers=numbers), tag("div", said, style="quiet")]
    )
