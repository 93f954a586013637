"""The dashboards that are published, and which of their versions a widget has seen."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.charts import identifier
from labkit.errors import LabError
from labkit.widgets.dashboard_draft import publish
from labkit.widgets.dashboard_facts import plain

if TYPE_CHECKING:
    from labkit.lab import Lab


class Published:
    """The learner's dashboards, without the drafts.

    Args:
        lab: the lab whose clients to use.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._seen: dict[str, int] = {}

    def names(self) -> Iterator[str]:
        """The name of each dashboard."""
        for each in self.lab.chart.calls.all("dashboards", "DashboardSummaryList"):
            if not each["DashboardId"].startswith("draft-"):
                yield each["Name"]

    def free(self, title: str) -> str:
        """A name that no dashboard has: this one, or with a number."""
        taken = {identifier(name) for name in self.names()}
        numbered = (f"{title} {number}" for number in itertools.count(2))
        return next(
            name for name in itertools.chain([title], numbered) if identifier(name) not in taken
        )

    def open(self, name: str) -> tuple[dict[str, Any], str] | None:
        """A dashboard's definition and theme, or None."""
        id, calls = identifier(name), self.lab.chart.calls
        self._seen[id] = self._version(id)[1]
        if not self._seen[id]:
            return None
        found = calls.call("describe_dashboard_definition", DashboardId=id)
        return plain(found["Definition"]), found.get("ThemeArn", "")

    def put(self, name: str, definition: dict[str, Any], theme: str) -> int:
        """Publish a definition under a name. Returns the version's number.

        Raises:
            LabError: there is a version that was not seen; the second time it is replaced.
            RunFailed: QuickSight found errors in it; with their sentences.
        """
        id = identifier(name)
        its_name, there = self._version(id)
        seen = self._seen.get(id, 0)
        if its_name == name and there != seen:
            self._seen[id] = there
            when = " since it was opened here" if seen else ""
            raise LabError(
                f"There is a dashboard {name!r}, published as version {there}{when}. "
                "Publish again to replace it, or choose another name."
            )
        self._seen[id] = publish(self.lab, id, name, definition, theme)
        return self._seen[id]

    def _version(self, id: str) -> tuple[str, int]:
        """A dashboard's name and the version that readers see, or "" and 0."""
        calls = self.lab.chart.calls
        try:
            found = calls.call("describe_dashboard", DashboardId=id)["Dashboard"]
        except calls.client.exceptions.ResourceNotFoundException:
            return "", 0
        return found["Name"], found["Version"]["VersionNumber"]
