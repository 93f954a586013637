"""A dashboard of the builder's own, whose embedded session gives the pictures.

QuickSight draws only what is published, so what is being built is published under a name of its
own, and shown to its maker alone. On AWS the session is a page for a frame; the local AWS also
serves the pictures themselves.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from labkit.charts import identifier
from labkit.charts.calls import PUBLISHED
from labkit.charts.pages import Dashboard, Session
from labkit.errors import NoChart, RunFailed

if TYPE_CHECKING:
    from labkit.lab import Lab

Definition = dict[str, Any]
MIDNIGHT = "arn:aws:quicksight::aws:theme/MIDNIGHT"  # one of QuickSight's own, which is dark
FIRST_LOOK_S, SLOWEST_LOOK_S = 0.02, 0.5


class Draft:
    """A dashboard that is published for its pictures and taken away at the end.

    Args:
        lab: the lab whose clients to use.
        name: what is being built.
    """

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab, self.name = lab, f"Draft of {name}"
        self.id = f"draft-{identifier(name)[:150]}-{secrets.token_hex(3)}"
        self._shown: tuple[Definition, str] | None = None
        self.pages = Pages(self.url)

    def put(self, definition: Definition, theme: str = "") -> None:
        """Let the session show this definition.

        Raises:
            RunFailed: QuickSight found errors in it; with their sentences.
        """
        if self._shown == (definition, theme):
            return
        publish(self.lab, self.id, self.name, definition, theme)
        self._shown = (definition, theme)

    def url(self) -> str:
        """An address for a frame, which opens once."""
        return Dashboard(self.lab, self.name, self.id).url()

    def remove(self) -> None:
        """Take the dashboard away."""
        calls = self.lab.chart.calls
        with contextlib.suppress(calls.client.exceptions.ResourceNotFoundException):
            calls.call("delete_dashboard", DashboardId=self.id)


class Pages:
    """The pages of a session, which is opened anew when it has ended.

    Args:
        url: makes an address that opens a session.
    """

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._session: Session | None = None

    def read(self, path: str, **query: Any) -> bytes:
        """A part of the session.

        Raises:
            NoChart: it is refused; with QuickSight's sentence.
        """
        for is_last in (False, True):
            try:
                self._session = self._session or Session.open(self._url())
                return self._session.read(path, **query)
            except (NoChart, OSError) as error:
                self._session = None
                if is_last:
                    raise NoChart(str(error)) from error
        raise AssertionError("unreachable")

    def json(self, path: str, **query: Any) -> Any:
        return json.loads(self.read(path, **query))


def publish(lab: Lab, id: str, name: str, definition: Definition, theme: str) -> int:
    """Make a dashboard or a new version of it, and publish that. Returns the version's number.

    Raises:
        RunFailed: QuickSight found errors in it; with their sentences.
    """
    calls = lab.chart.calls
    members = {"Name": name, "Definition": definition, "DashboardPublishOptions": PUBLISHED}
    members |= {"ThemeArn": theme} if theme else {}
    made = calls.put("dashboard", "DashboardId", id, **members)
    number = int(made["VersionArn"].rpartition("/")[2])
    version = _made(lab, id, number)
    if version["Status"].endswith("FAILED"):
        errors = " ".join(each["Message"] for each in version.get("Errors", []))
        raise RunFailed("dashboard", name, errors)
    calls.call("update_dashboard_published_version", DashboardId=id, VersionNumber=number)
    if number == 1:
        calls.own("dashboard", "DashboardId", id)
    return number


def _made(lab: Lab, id: str, number: int) -> dict[str, Any]:
    """A version when it is made, or has failed."""
    pause_s, over = FIRST_LOOK_S, threading.Event()
    while True:
        found = lab.chart.calls.call("describe_dashboard", DashboardId=id, VersionNumber=number)
        version: dict[str, Any] = found["Dashboard"]["Version"]
        if not version["Status"].endswith("IN_PROGRESS"):
            return version
        over.wait(pause_s)
        pause_s = min(pause_s * 1.5, SLOWEST_LOOK_S)
