"""What the query editors of Athena and of Redshift share: tabs with a statement, run and result.

At the left a tree, in the middle the statement, below it the rows. What runs a statement, what
stands in the tree and what is said below a result is each editor's own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, ClassVar

from traitlets import Dict, List, Unicode

from labkit.advice import advice
from labkit.widgets.console import Console, Facts
from labkit.widgets.picture import Markup, frame, joined, notice, table, tag

if TYPE_CHECKING:
    from labkit.lab import Lab

PICTURE_ROWS = 10
PLANS = ("plans", "drawn")


class QueryBench(Console):
    """An editor of statements.

    Args:
        lab: the lab whose clients to use.
        sql: the statement of the first tab.
    """

    heading: ClassVar[str] = "Query editor"
    asked: ClassVar[Facts] = {"state": "", "error": "", "place": None, "id": ""}
    """A run of which the service has not told yet."""
    ends: ClassVar[Collection[str]] = ()
    """The states in which a run ends, the good one first."""
    per_tab: ClassVar[tuple[str, ...]] = ("results", "plans")

    database = Unicode().tag(sync=True)
    databases: List[str] = List().tag(sync=True)
    tables: List[Facts] = List().tag(sync=True)
    tabs: List[Facts] = List().tag(sync=True)
    runs = Dict().tag(sync=True)
    results = Dict().tag(sync=True)
    plans = Dict().tag(sync=True)
    recent: List[Facts] = List().tag(sync=True)

    def __init__(self, lab: Lab, *, sql: str = "", **traits: Any) -> None:
        super().__init__(lab, tabs=[{"id": "1", "title": "Query 1", "sql": sql}], **traits)

    # An editor's own ------------------------------------------------------------------------------

    def do_choose(self, *, database: str = "") -> None:
        """Show what a database holds."""
        raise NotImplementedError

    def execute(self, tab: str, sql: str, *, show: Callable[[Facts], None], **how: Any) -> Facts:
        """Run a tab's text to its end; ``show`` is told each state on the way."""
        raise NotImplementedError

    def stop(self, run: Facts) -> None:
        """Stop a run."""
        raise NotImplementedError

    def show_result(self, tab: str, run: Facts) -> None:
        """Show what a run has given."""
        raise NotImplementedError

    def changes_tree(self, run: Facts) -> bool:
        """Whether a run may have changed what the tree shows."""
        raise NotImplementedError

    def tree_picture(self) -> Markup:
        """What the tree shows."""
        raise NotImplementedError

    def told(self, run: Facts) -> str:
        """What is said of a run below its rows."""
        raise NotImplementedError

    # Runs -----------------------------------------------------------------------------------------

    def do_run(self, *, tab: str, sql: str, **how: Any) -> None:
        """Run a tab's text, and show its rows."""
        run = self.run_in(tab, sql, **how)
        if self.succeeded(run):
            self.show_result(tab, run)
        if self.changes_tree(run):
            self.attempt("choose", {})

    def do_cancel(self, *, tab: str) -> None:
        """Stop what runs in a tab."""
        if (run := self.runs.get(tab, {})).get("id"):
            self.stop(run)

    def do_forget(self, *, tab: str) -> None:
        """Drop a closed tab's run and result; what runs in it is stopped."""
        run = self.runs.get(tab, {})
        for trait in ("runs", *self.per_tab):
            self._drop(trait, tab)
        if run.get("id") and run["state"] not in self.ends:
            self.stop(run)

    def run_in(self, tab: str, sql: str, **how: Any) -> Facts:
        """Run a text in a tab to its end."""
        self.notice = {}
        for trait in self.per_tab:
            self._drop(trait, tab)
        self.put("runs", tab, self.asked)

        def show(run: Facts) -> None:
            self._show_run(tab, run | {"advice": advice(run["error"], sql)})

        try:
            return self.execute(tab, sql, show=show, **how)
        except Exception:  # the notice tells of it, and the tab is free again
            self._drop("runs", tab)
            raise

    def shown_in(self, tab: str) -> Facts:
        """A tab's run and what stands below it, by trait; nothing where there are no rows."""
        traits = [one for one in ("runs", *self.per_tab) if one not in PLANS]
        there = {one: getattr(self, one)[tab] for one in traits if tab in getattr(self, one)}
        return there if "results" in there else {}

    def show_again(self, run: Facts, tab: str, shown: Facts) -> None:
        """Put back what a run has replaced that has no rows of its own, such as a plan's."""
        self.give(run, tab, **{name: one for name, one in shown.items() if name != "runs"})
        self.give(run, tab, **{name: one for name, one in shown.items() if name == "runs"})

    def succeeded(self, run: Facts) -> bool:
        """Whether a run has ended well."""
        return bool(run["state"] == next(iter(self.ends)))

    def give(self, run: Facts, tab: str, **found: Any) -> None:
        """Put what was found for a run, unless its tab has gone on to another meanwhile."""
        with self._lock:
            if self.runs.get(tab, {}).get("id") == run["id"]:
                for trait, value in found.items():
                    self.put(trait, tab, value)

    def _show_run(self, tab: str, run: Facts) -> None:
        with self._lock:
            if tab in self.runs:  # not closed meanwhile
                self.put("runs", tab, run)

    def _drop(self, trait: str, tab: str) -> None:
        with self._lock:
            kept = {k: v for k, v in getattr(self, trait).items() if k != tab}
            setattr(self, trait, kept)

    # Picture --------------------------------------------------------------------------------------

    def snapshot(self) -> str:
        """The tree, the statement, and the first rows of its result."""
        tab = self.tabs[0]
        statement = tag("pre", tab["sql"], style="code") if tab["sql"] else Markup()
        ran = self._ran(self.runs.get(tab["id"]), self.results.get(tab["id"]) or {})
        return frame(self.heading, notice(self.notice), self.tree_picture(), statement, ran)

    def _ran(self, run: Facts | None, result: Facts) -> Markup:
        if not run:
            return Markup()
        if run["error"]:
            return tag("div", run["error"], style="error")
        rows, columns = result.get("rows", []), result.get("columns", [])
        more = f" · first {PICTURE_ROWS} of {len(rows):,} rows" if len(rows) > PICTURE_ROWS else ""
        numbers = {at for at, column in enumerate(columns) if column["number"]}
        shown = table([column["name"] for column in columns], rows[:PICTURE_ROWS], numbers=numbers)
        return joined([shown, tag("div", self.told(run) + more, style="quiet")])


def explains(sql: str) -> bool:
    """Whether a statement asks for a plan itself."""
    return sql.split(None, 1)[:1] != [] and sql.split(None, 1)[0].upper() == "EXPLAIN"
