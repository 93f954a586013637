"""Chart helpers: data sets, charts, dashboards, questions and reports (QuickSight)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from labkit import charts
from labkit.charts import print as chart_print
from labkit.charts import reports as chart_reports
from labkit.charts.bill import bill
from labkit.charts.calls import Calls
from labkit.charts.pages import Dashboard, Picture
from labkit.charts.questions import Answer, answer, topic_of
from labkit.charts.reports import Report
from labkit.charts.sets import DataSet, physical_table
from labkit.errors import NoChart
from labkit.storage import told

if TYPE_CHECKING:
    from labkit.lab import Lab

LAKE, WAREHOUSE = "lake", "warehouse"
DRAFTS = "drafts"
PICTURES = (
    "A picture cannot be published. data_set.visual(...) takes what data_set.draw(...) takes, "
    "and makes the visual that can."
)


class Chart:
    """Business intelligence: ``lab.chart.add_data_set("students", table="db.student_ext")``.

    Args:
        lab: the lab whose clients to use.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab, self.calls = lab, Calls(lab)

    # The account ----------------------------------------------------------------------------------

    @told
    def sign_up(self, email: str = "you@example.com") -> str:
        """Subscribe the account to QuickSight, be its administrator, give it the lake's buckets.

        Idempotent. Returns your name as a QuickSight user.
        """
        self.calls.subscribe(email)
        self.calls.give_buckets()
        return str(self.calls.register(self.lab.caller, "ADMIN", email)["UserName"])

    @told
    def register_key(self) -> str:
        """Let QuickSight use the lake's KMS key. Returns the key's ARN.

        The console does the same under *Manage QuickSight → KMS keys*.
        """
        return self.calls.register_key(self.lab.key_arn)

    @told
    def add_reader(self, name: str, email: str = "") -> str:
        """A user who may look at dashboards and nothing else. Returns the user's name."""
        return self.calls.add_reader(name, email or f"{name}@example.com")

    @told
    def users(self) -> pd.DataFrame:
        """All users: ``user``, ``role``, ``email``."""
        rows = [(u["UserName"], u["Role"], u["Email"]) for u in self.calls.users()]
        return pd.DataFrame(rows, columns=["user", "role", "email"])

    # Data sets ------------------------------------------------------------------------------------

    @told
    def add_data_set(
        self,
        name: str,
        *,
        table: str = "",
        sql: str = "",
        calculated: Mapping[str, str] | None = None,
        warehouse: bool = False,
        spice: bool = True,
    ) -> DataSet:
        """A data set on the lake; an existing one is changed. Returns it when its rows are there.

        Args:
            table: ``database.table`` of the catalog.
            sql: or a statement for Athena.
            calculated: expressions of calculated columns by name.
            warehouse: the statement is for the warehouse, not for Athena.
            spice: import the rows into SPICE, rather than ask Athena for each picture.

        Raises:
            RunFailed: the import failed; with QuickSight's reason.
        """
        if bool(table) == bool(sql):
            raise ValueError("A data set is a table (table=...) or a statement (sql=...).")
        if warehouse and table:
            raise ValueError("A data set on the warehouse is a statement (sql=...).")
        source = self.calls.put_source(WAREHOUSE if warehouse else LAKE)
        self.calls.put_data_set(
            charts.identifier(name),
            Name=name,
            **physical_table(self.lab, source, table, sql, calculated or {}, warehouse),
            ImportMode="SPICE" if spice else "DIRECT_QUERY",
        )
        if spice:
            self.calls.wait_for_import(charts.identifier(name))
        return self.data_set(name)

    @told
    def hide_rows(self, data_set: DataSet | str, rules: DataSet | str) -> DataSet:
        """Show each user the rows that the rules give them, and nobody else any.

        Args:
            rules: a data set with a column ``UserName`` or ``GroupName``, and one for each column
                of the other whose values they may see; NULL means all.
        """
        hidden = self._found(data_set)
        self.calls.secure(hidden.described, self._found(rules).arn)
        if hidden.described["ImportMode"] == "SPICE":
            self.calls.wait_for_import(hidden.id)
        return self.data_set(hidden.name)

    @told
    def data_set(self, name: str) -> DataSet:
        """A data set: its columns and rows, and what makes charts of it."""
        return DataSet(self.lab, self.calls.data_set(charts.identifier(name)))

    def _found(self, given: DataSet | str) -> DataSet:
        if not isinstance(given, (DataSet, str)):
            raise NoChart(f"{given!r} is no data set: lab.chart.data_set(name) gives one.")
        return self.data_set(given) if isinstance(given, str) else given

    @told
    def data_sets(self) -> pd.DataFrame:
        """All data sets: ``data_set``, ``mode``, ``rows``, ``bytes``."""
        rows = [self.calls.in_short(each) for each in self.calls.data_sets()]
        return pd.DataFrame(rows, columns=["data_set", "mode", "rows", "bytes"])

    @told
    def refresh(self, name: str) -> int:
        """Import a data set's rows anew. Returns how many."""
        return self.calls.refresh(charts.identifier(name))

    # Charts and dashboards ------------------------------------------------------------------------

    @told
    def draw(self, visual: Mapping[str, Any], *data_sets: DataSet | str) -> Picture:
        """The picture of a visual, as a dashboard would show it."""
        if not data_sets:
            raise NoChart("Name the visual's data set, too: lab.chart.draw(visual, data_set).")
        return self.publish(DRAFTS, [visual], data_sets).picture()

    @told
    def publish(
        self,
        name: str,
        visuals: Sequence[Mapping[str, Any]] | Mapping[str, Any],
        data_sets: Sequence[DataSet | str] | DataSet | str,
        *,
        filters: Sequence[Mapping[str, Any]] | Mapping[str, Any] = (),
    ) -> Dashboard:
        """Publish visuals as a dashboard; an existing one gets a new version.

        Args:
            visuals: one or several, as `DataSet.visual` makes them.
            data_sets: those that they are about, or their names.
            filters: one or several, as `DataSet.choice` makes them.

        Raises:
            NoChart: a visual, data set or filter is something else, or no data set is named.
            RunFailed: QuickSight found errors in it; with their sentences.
        """
        given = [self._found(each) for each in _several(data_sets, DataSet | str)]
        arns = {each.name: each.arn for each in given}
        if not arns:
            raise NoChart(f"Name the visuals' data sets: publish({name!r}, visuals, [data_set]).")
        made = charts.definition(_visuals(visuals), data_sets=arns, filters=_filters(filters))
        self.calls.put_dashboard(charts.identifier(name), name, made)
        return self.dashboard(name)

    @told
    def dashboard(self, name: str) -> Dashboard:
        """A published dashboard, to show, share, embed and send."""
        return Dashboard(self.lab, name, charts.identifier(name))

    # Questions ------------------------------------------------------------------------------------

    @told
    def add_topic(
        self,
        name: str,
        data_set: DataSet | str,
        *,
        synonyms: Mapping[str, charts.Fields] | None = None,
    ) -> str:
        """A topic that Q can be asked about; an existing one is changed. Returns its id.

        Args:
            synonyms: another word or several for columns, by column.

        Raises:
            UnknownName: there is no such column.
        """
        made = topic_of(name, self._found(data_set), synonyms or {})
        return self.calls.put_topic(charts.identifier(name), made)

    @told
    def ask(self, question: str) -> Answer:
        """Ask a question in plain language: a picture, and how the question was read.

        Raises:
            NoChart: there is no topic yet.
        """
        return answer(self.lab, question)

    # Reports --------------------------------------------------------------------------------------

    @told
    def publish_report(
        self,
        name: str,
        data_set: DataSet,
        *,
        columns: charts.Fields,
        group_by: str = "",
        values: charts.Fields = (),
    ) -> Dashboard:
        """Publish a paginated report: a table over as many pages as it needs, each with its number.

        Args:
            columns: the column or columns whose values stand in its rows.
            group_by: a column whose values head groups of rows, each with its total.
            values: measures, such as ``average(gpa)``.

        Raises:
            RunFailed: QuickSight found errors in it; with their sentences.
        """
        visual = chart_print.table(
            data_set.schema, data_set.name, columns=columns, group_by=group_by, values=values
        )
        made = chart_print.definition(name, visual, {data_set.name: data_set.arn})
        self.calls.put_dashboard(charts.identifier(name), name, made)
        return self.dashboard(name)

    @told
    def send_report(
        self,
        dashboard: Dashboard | str,
        *,
        to: str | Sequence[str],
        format: str = "PDF",
        tags: Mapping[str, str] | None = None,
    ) -> Report:
        """Send a dashboard's first sheet by mail, as a file: PDF, CSV or EXCEL.

        Args:
            tags: of the reader without a name that it is made for; row-level security by tags
                lets that reader's rows through. Rules by users let none.

        Raises:
            RunFailed: the snapshot failed, or SES did not take the mail.
        """
        found = self.dashboard(dashboard) if isinstance(dashboard, str) else dashboard
        return chart_reports.send(self.lab, found, to=to, format=format, tags=tags)

    @told
    def schedule_report(
        self,
        dashboard: Dashboard | str,
        *,
        to: str | Sequence[str],
        format: str = "PDF",
        when: str = chart_reports.WEEKLY,
        timezone: str = "UTC",
    ) -> str:
        """Send it again and again, each Monday at seven by default. Returns the schedule's name.

        Args:
            when: an expression of EventBridge Scheduler: ``rate(1 day)``, ``cron(0 7 ? * MON *)``.
        """
        found = self.dashboard(dashboard) if isinstance(dashboard, str) else dashboard
        return chart_reports.schedule(
            self.lab, found, to=to, format=format, when=when, timezone=timezone
        )

    @told
    def reports(self) -> pd.DataFrame:
        """All reports that were sent: ``sent_at``, ``name``, ``format``, ``to``, ``bytes``."""
        return chart_reports.history(self.lab)

    @told
    def outbox(self) -> pd.DataFrame:
        """The mails that the local AWS kept: ``to``, ``subject``, ``attachments``, ``file``.

        On AWS, which sends them and keeps none, what is known of those that were sent.
        """
        return chart_reports.outbox(self.lab)

    # The bill -------------------------------------------------------------------------------------

    @told
    def bill(self) -> pd.DataFrame:
        """What AWS would charge for a month: ``what``, ``how_many``, ``dollars``."""
        spice = sum(self.calls.in_short(each)[3] for each in self.calls.data_sets())
        return bill(self.calls.users(), spice)


def _visuals(given: Any) -> list[Any]:
    """The visuals of a dashboard. Where `draw` made them, its picture is all that is left."""
    visuals = _several(given, Mapping | Picture | DataSet | str)
    if any(isinstance(each, Picture) for each in visuals):
        raise NoChart(PICTURES)
    for each in visuals:
        if not isinstance(each, Mapping):
            raise NoChart(f"{each!r} is no visual: data_set.visual(...) makes one.")
    return visuals


def _filters(given: Any) -> list[Any]:
    filters = _several(given, Mapping | str)
    for each in filters:
        if not isinstance(each, Mapping) or "control" not in each:
            raise NoChart(f"{each!r} is no filter: data_set.choice(column) makes one.")
    return filters


def _several(given: Any, kind: Any) -> list[Any]:
    return [given] if isinstance(given, kind) else list(given)
