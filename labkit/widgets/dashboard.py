"""The dashboard builder: QuickSight's analysis page, in a notebook's cell.

Fields at the left, the sheet in the middle, the visual types and field wells at the right. What is
built is the API's own definition; each click is one edit of it (`labkit.charts.edits`), and undoing
goes back to the definition before. Pictures come from the embedded session of a draft.
https://docs.aws.amazon.com/quicksight/latest/user/working-with-an-analysis.html
"""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from traitlets import Dict, List, Unicode

from labkit.charts import controls as chart_controls
from labkit.charts import insights as chart_insights
from labkit.charts.edits import EDITS, Analysis, add_data_set, calculate, empty_sheet
from labkit.charts.layouts import COLUMNS
from labkit.errors import LabError, UnknownName
from labkit.widgets import dashboard_facts as facts
from labkit.widgets.console import Console, Facts, front_end
from labkit.widgets.dashboard_draft import MIDNIGHT, Draft
from labkit.widgets.dashboard_picture import pictured
from labkit.widgets.dashboard_pictures import Pictures, wanted
from labkit.widgets.dashboard_published import Published
from labkit.widgets.dashboard_values import Values
from labkit.widgets.refusals import Notice, notice_of

if TYPE_CHECKING:
    from labkit.lab import Lab

FUNCTIONS = (Path(__file__).parents[1] / "quicksight_functions.json").read_text(encoding="utf-8")
PARTS = (
    "core.js", "dashboard_icons.js", "dashboard_fields.js", "dashboard_build.js",
    "dashboard_filters.js", "dashboard_svg.js", "dashboard_sheet.js", "dashboard.js",
)  # fmt: skip
TELLS = json.dumps({kind: each.takes for kind, each in chart_insights.INSIGHTS.items()})
WIDTH_PX = 640


class DashboardBuilder(Console):
    """A dashboard, or a new one on a data set.

    Args:
        lab: the lab whose clients to use.
        dashboard: the name of a published dashboard; of a new one with ``data_set``.
        data_set: the name of the data set that a new dashboard is about.
    """

    _esm = f"{front_end(*PARTS)}\nconst FUNCTIONS = {FUNCTIONS};\nconst INSIGHTS = {TELLS};\n"
    _css = front_end("core.css", "dashboard.css")
    title = Unicode().tag(sync=True)
    kinds: List[Facts] = List().tag(sync=True)
    data_sets: List[Facts] = List().tag(sync=True)
    fields: List[Facts] = List().tag(sync=True)
    sheets: List[Facts] = List().tag(sync=True)
    filters: List[Facts] = List().tag(sync=True)
    parameters: List[Facts] = List().tag(sync=True)
    values = Dict().tag(sync=True)
    picks: List[Facts] = List().tag(sync=True)
    history = Dict().tag(sync=True)
    pending: List[str] = List().tag(sync=True)
    frame = Unicode().tag(sync=True)
    first = Dict().tag(sync=True)

    def __init__(self, lab: Lab, dashboard: str = "", *, data_set: str = "") -> None:
        title = dashboard or (f"{data_set} dashboard" if data_set else "New dashboard")
        super().__init__(
            lab, title=title, kinds=facts.kinds(), history={"undo": False, "redo": False}
        )
        self._dashboards = Published(lab)
        self._analysis = Analysis({"Sheets": [empty_sheet("sheet-1", "Sheet 1")]})
        self._before: list[Analysis] = []
        self._after: list[Analysis] = []
        self._turn = threading.RLock()
        self._pictures = Pictures(self._picture, self._send_picture, self._wait_for)
        self._seen: Facts = {"sheet": "sheet-1", "width": WIDTH_PX, "narrow": False, "dark": False}
        self._theme = ""
        self._draft, self._known = Draft(lab, title), Values(lab, title)
        self._drafts = [self._draft, self._known.draft]
        self.attempt("open", {"dashboard": dashboard, "data_set": data_set})

    # Opening --------------------------------------------------------------------------------------

    def do_open(self, *, dashboard: str = "", data_set: str = "") -> None:
        """Load a published dashboard, or begin a new one."""
        with self._turn:
            found = self._dashboards.open(dashboard) if dashboard else None
            if found is None and dashboard and not data_set:
                raise UnknownName("dashboard", dashboard, list(self._dashboards.names()))
            self.data_sets = self._all_data_sets()
            if found is not None:
                definition, self._theme = found
                self._analysis = Analysis(definition, self._known.schemas(definition))
            else:
                self._begin(data_set)
                self.title = dashboard or self._dashboards.free(self.title)
            self._seen["sheet"] = self._analysis.definition["Sheets"][0]["SheetId"]
            self._put()
            self._tell()
        self._draw()
        self.first = self._pictures.drawn()  # there before the front end can ask for any

    def _all_data_sets(self) -> list[Facts]:
        return [
            {"name": each["Name"], "id": each["DataSetId"], "arn": each["Arn"]}
            for each in self.lab.chart.calls.data_sets()
        ]

    def _begin(self, data_set: str) -> None:
        """A new analysis of one data set with one visual."""
        names = [each["name"] for each in self.data_sets]
        if data_set and data_set not in names:
            raise UnknownName("data set", data_set, names)
        for name in [data_set] if data_set else names[:1]:
            made = self._with_data_set(self._analysis, name)
            sheet = made.definition["Sheets"][0]["SheetId"]
            self._analysis = EDITS["add_visual"](made, sheet=sheet, data_set=name)

    def _with_data_set(self, analysis: Analysis, name: str) -> Analysis:
        arn = next(each["arn"] for each in self.data_sets if each["name"] == name)
        made = add_data_set(analysis, identifier=name, arn=arn)
        made.schemas = self._known.schemas(made.definition)
        return made

    # Editing --------------------------------------------------------------------------------------

    def do_edit(self, *, edit: str, **given: Any) -> None:
        """One edit of the analysis, as `labkit.charts.edits.EDITS` names it."""
        with self._turn:
            self._change(EDITS[edit](self._analysis, **given))
        self._draw()

    def do_data_set(self, *, name: str) -> None:
        """Let the analysis use a further data set."""
        with self._turn:
            self._change(self._with_data_set(self._analysis, name))

    def do_calculate(self, *, data_set: str, name: str, expression: str, old: str = "") -> None:
        """Add or change a calculated field."""
        with self._turn:
            given = {"data_set": data_set, "name": name, "expression": expression, "old": old}
            made = calculate(self._analysis, **given)
            made.schemas = self._known.schemas(made.definition)
            self._change(made)
        self._draw()

    def do_uncalculate(self, *, data_set: str, name: str) -> None:
        """Take a calculated field away."""
        with self._turn:
            made = EDITS["remove_calculated"](self._analysis, data_set=data_set, name=name)
            made.schemas = self._known.schemas(made.definition)
            self._change(made)

    def do_control(self, *, sheet: str, filter: str, kind: str = "") -> None:
        """Give a filter a control; a slider goes from the least to the greatest value."""
        with self._turn:
            found = next(each for each in self.filters if each["id"] == filter)
            ends: Facts = {}
            if "Slider" in found["controls"]:
                seen = self._known.of(self._analysis, found["set"], found["column"])
                ends = {"low": seen["low"] or 0, "high": seen["high"] or 0}
            given = {"sheet": sheet, "filter": filter, "kind": kind, **ends}
            self._change(EDITS["add_control"](self._analysis, **given))

    def do_undo(self) -> None:
        """The analysis as it was before the last edit."""
        self._go(self._before, self._after)

    def do_redo(self) -> None:
        """The analysis as it was before the last undo."""
        self._go(self._after, self._before)

    def _go(self, there: list[Analysis], back: list[Analysis]) -> None:
        with self._turn:
            if not there:
                return
            back.append(self._analysis)
            self._analysis = there.pop()
            self._tell()
            self._put()
        self._draw()

    def _change(self, made: Analysis) -> None:
        """Take an edited analysis, unless QuickSight refuses it."""
        before, self.notice = self._analysis, {}
        self._analysis = made
        self._tell()
        try:
            self._put()
        except Exception:
            self._analysis = before
            self._tell()
            raise
        self._before.append(before)
        self._after.clear()
        self._tell()

    def _put(self) -> None:
        if self._analysis.definition.get("DataSetIdentifierDeclarations"):
            self._draft.put(self._analysis.definition, self._shown_theme)
        if self.lab.endpoint is None:
            self.frame = self._draft.url()

    @property
    def _shown_theme(self) -> str:
        return self._theme or (MIDNIGHT if self._seen["dark"] else "")

    # Publishing -----------------------------------------------------------------------------------

    def do_publish(self, *, name: str) -> None:
        """Publish what is built under a name, as a new version of what has it."""
        with self._turn:
            self.notice = {}
            number = self._dashboards.put(name, self._analysis.definition, self._theme)
            self.title = name
            self._tell(saved=True)
        self.notice = Notice(f"Published {name} as version {number}.", kind="info").facts()

    # Looking --------------------------------------------------------------------------------------

    def do_show(self, *, again: bool = False, **seen: Any) -> None:
        """Show a sheet in a place so wide: ``again`` draws all anew.

        After a clean-up what was drawn stays to be looked at.
        """
        gone = self.lab.chart.calls.client.exceptions.ResourceNotFoundException
        try:
            self._show(again, seen)
        except gone:
            if again or not self._pictures.drawn():
                raise

    def _show(self, again: bool, seen: Facts) -> None:
        with self._turn:
            self._seen |= seen
            self._put()
        if again:
            self._pictures.forget()
        self._pictures.repeat()
        self._draw()

    def do_values(self, *, data_set: str, column: str) -> None:
        """List a column's values, or its least and greatest one."""
        found = self._known.of(self._analysis, data_set, column)
        self.put("values", f"{data_set}/{column}", found)

    def do_pick(self, *, visual: str, keys: list[Facts]) -> None:
        """Filter the other visuals of the sheet by a mark that was clicked; again to end it."""
        picked = {"visual": visual, "keys": keys}
        others = [each for each in self.picks if each["visual"] != visual]
        self.picks = others if picked in self.picks else [*others, picked]
        self._draw()

    def do_unpick(self) -> None:
        """No mark filters any more."""
        self.picks = []
        self._draw()

    def close(self) -> None:
        """Take the widget away, and once the drafts behind its pictures.

        The garbage collector closes it again, maybe amid a call of botocore, where another call
        crashes Python: that changes the context variables, and this one is at it.
        """
        super().close()
        with contextlib.suppress(ClientError, BotoCoreError, ReferenceError):
            for draft in self.__dict__.pop("_drafts", ()):
                draft.remove()

    def _tell(self, *, saved: bool = False) -> None:
        """Let the front end see the analysis as it is."""
        now = self._analysis
        with self.hold_trait_notifications():
            self.fields, self.sheets = facts.field_facts(now), facts.sheet_facts(now)
            self.filters = facts.filter_facts(now)
            self.parameters = chart_controls.parameters(now.definition)
            undo, redo = bool(self._before), bool(self._after)
            self.history = {"undo": undo, "redo": redo, "saved": saved}

    # Pictures -------------------------------------------------------------------------------------

    def _draw(self) -> None:
        """Send the pictures of the sheet that is looked at, as far as they have changed."""
        if self.lab.endpoint is not None:
            self._pictures.update(self._wanted)

    def _wanted(self) -> dict[str, tuple[Facts, Any]]:
        visuals = self._visuals()
        if self._seen["narrow"]:
            visuals = [{**each, "place": {**each["place"], "span": COLUMNS}} for each in visuals]
        width, theme = self._seen["width"], self._shown_theme
        return wanted(self._analysis, visuals, self.picks, width, theme)

    def _visuals(self) -> list[Facts]:
        sheets = [each for each in self.sheets if each["id"] == self._seen["sheet"]]
        return [each for sheet in sheets for each in sheet["visuals"] if _is_whole(each)]

    def _picture(self, visual: str, asked: Facts) -> Facts:
        try:
            return {
                "svg": self._draft.pages.read(f"visuals/{visual}.svg", **asked).decode(),
                "error": "",
            }
        except LabError as error:
            return {"svg": "", "error": notice_of(self.lab, error).text}

    def _send_picture(self, visual: str, found: Facts) -> None:
        self.send({"picture": visual, **found})

    def _wait_for(self, visuals: list[str]) -> None:
        self.pending = visuals

    def snapshot(self) -> str:
        """The first sheet's picture, and what it is made of."""
        sheet = b""
        if self.lab.endpoint is not None and self._visuals():
            try:
                sheet = self._draft.pages.read("sheet.png", sheet=self._seen["sheet"], width=860)
            except (LabError, OSError):
                sheet = b""
        return pictured(self.title, self.sheets, base64.b64encode(sheet).decode(), self.notice)


def _is_whole(visual: Facts) -> bool:
    """Whether a visual has the fields without which it has no picture."""
    return bool(visual["kind"]) and not visual["missing"]
