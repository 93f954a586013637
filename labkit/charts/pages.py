"""Dashboards as the chart helpers show them: by embedding, which is how QuickSight gives pictures.

An embed URL opens once and starts a session of one user. On AWS its page belongs into a frame; the
local AWS also serves the pictures themselves below the page's address, so that a notebook can keep
them. Where nobody looks (``LABKIT_PICTURES=off``) none is drawn, and there are its rows. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GenerateEmbedUrlForRegisteredUser.html
"""

from __future__ import annotations

import base64
import functools
import html
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from labkit import charts, process
from labkit.charts import rows as chart_rows
from labkit.charts.edits import title_of
from labkit.charts.heard import image, in_words
from labkit.charts.parts import placed
from labkit.errors import NoChart, UnknownName
from labkit.storage import told

if TYPE_CHECKING:
    from labkit.lab import Lab

WIDTH_PX, HEIGHT_PX, SHEET_PX = 720, 405, 960
ROWS_TOLD = 12  # a description that is heard reads so many rows, and of more the ends
LEFT_OUT = "Labkit-Left-Out"  # the header in which a picture says so
_READ = [
    "quicksight:DescribeDashboard",
    "quicksight:ListDashboardVersions",
    "quicksight:QueryDashboard",
]


class NotDrawn(UserWarning):
    """A picture leaves out something that its visual asks for."""


@dataclass(frozen=True)
class Picture:
    """The picture of a visual or of a sheet, with what it shows.

    Args:
        title: what stands above it.
        png: the picture, at two pixels a point; empty where nobody looks, and on AWS, where there
            is only its page.
        url: the address of its page.
        shown: the picture's rows, as the session tells them.
        width_px: how wide a notebook shows it.
        ask: tells its rows when they are wanted, where they did not come with the picture.
    """

    title: str
    png: bytes
    url: str
    shown: dict[str, Any]
    width_px: int = WIDTH_PX
    ask: Callable[[], pd.DataFrame] | None = None

    @functools.cached_property
    def df(self) -> pd.DataFrame:
        """The rows behind the picture, under the labels that it bears.

        Raises:
            NoChart: on AWS, of a sheet, an answer, or what a reader or a filter shows.
        """
        if self.ask:
            return self.ask()
        return pd.DataFrame(self.shown.get("rows", []), columns=self._labels)

    @property
    def _labels(self) -> list[str]:
        return [each["label"] for each in self.shown.get("fields", [])]

    @property
    def description(self) -> str:
        """The picture in words, for whom a screen is read aloud.

        Of a visual its rows, or of many the ends; of a sheet its visuals' titles.
        """
        if titles := self.shown.get("titles"):
            return f"{self!r}: {'; '.join(titles)}."
        rows, numbers = self.df, self.df.select_dtypes("number").columns
        if not len(rows):
            return repr(self)
        if len(rows) <= ROWS_TOLD:
            return f"{self!r}. {'; '.join(in_words(row) for row in rows.itertuples(index=False))}."
        if not len(numbers):
            return f"{self!r}. From {in_words(rows.iloc[0])} to {in_words(rows.iloc[-1])}."
        ordered = rows.sort_values(numbers[-1], kind="stable", na_position="first")
        most, least = in_words(ordered.iloc[-1]), in_words(ordered.iloc[0])
        return f"{self!r}. Largest: {most}. Smallest: {least}."

    @property
    def warnings(self) -> list[str]:
        """What the visual asks for and the picture leaves out; it stands on it too, in brief."""
        return list(self.shown.get("warnings", []))

    def warned(self) -> Picture:
        """The same, after a warning of each thing that it leaves out."""
        for sentence in self.warnings:
            warnings.warn(sentence, NotDrawn, stacklevel=_calls_within())
        return self

    def __repr__(self) -> str:
        if not self._labels:
            return self.title
        rows = "1 row" if len(self.df) == 1 else f"{len(self.df)} rows"
        return f"{self.title}: {rows} of {', '.join(self._labels)}"

    def _repr_mimebundle_(self, **_: Any) -> Any:
        if self.png:
            shape = {"width": self.width_px, "alt": self.description}
            shown = image(self.png, self.description, width_px=self.width_px)
            bundle = {"text/html": shown, "image/png": self.png, "text/plain": repr(self)}
            return bundle, {"image/png": shape}
        frame = f'<iframe src="{html.escape(self.url)}" width="100%" height="{HEIGHT_PX + 120}">'
        return {"text/html": f"{frame}</iframe>", "text/plain": repr(self)}, {}

    @classmethod
    def page(cls, title: str, url: str, ask: Callable[[], pd.DataFrame] | None = None) -> Picture:
        """What stands for a picture on AWS: its page."""
        return cls(title, b"", url, {}, ask=ask or _no_rows)


@dataclass(frozen=True)
class Session:
    """A session of one user with one dashboard, in the local AWS."""

    address: str

    @classmethod
    def open(cls, url: str) -> Session:
        """Open an embed URL, which can be done once.

        Raises:
            NoChart: what it shows is not there any more; with QuickSight's sentence.
        """
        with _asked(url) as page:
            return cls(page.geturl().partition("?")[0].rstrip("/"))

    def read(self, path: str, **query: Any) -> bytes:
        """A part of the session: ``visuals``, ``visuals/ID.png``, ``page.html``.

        Raises:
            NoChart: it is refused; with QuickSight's sentence.
        """
        return self._answer(path, query)[0]

    def drawn(self, path: str, **query: Any) -> tuple[bytes, list[str]]:
        """A part that is a PNG, and what it leaves out, in sentences."""
        png, headers = self._answer(path, query)
        return png, json.loads(headers.get(LEFT_OUT, "[]"))

    def json(self, path: str, **query: Any) -> Any:
        return json.loads(self.read(path, **query))

    def picture(self, path: str, title: str, **query: Any) -> Picture:
        """The picture of ``visuals/ID`` or ``answers/ID``, with its rows."""
        if _nobody_looks():
            shown = self.json(f"{path}.json", rows=1, **query)
            return Picture(title, b"", self.address, shown).warned()
        size = {"width": WIDTH_PX, "height": HEIGHT_PX, "scale": 2}
        shown = self.json(f"{path}.json", **size, **query)
        return Picture(title, base64.b64decode(shown.pop("png")), self.address, shown).warned()

    def _answer(self, path: str, query: dict[str, Any]) -> tuple[bytes, Message]:
        given = urllib.parse.urlencode({k: _text(v) for k, v in query.items() if v})
        with _asked(f"{self.address}/{path}?{given}") as answer:
            return answer.read(), answer.headers

    @functools.cached_property
    def visuals(self) -> list[dict[str, Any]]:
        """The dashboard's visuals: ``id``, ``title``, ``type``, ``sheet``."""
        found: list[dict[str, Any]] = self.json("visuals")
        return found


@dataclass(frozen=True)
class Dashboard:
    """A published dashboard.

    Args:
        lab: the lab that it belongs to.
        name: its name.
        id: its id.
    """

    lab: Lab
    name: str
    id: str

    def url(self, *, reader: str = "") -> str:
        """An embed URL, which opens once, for you or for a reader."""
        dashboard = {"InitialDashboardId": self.id}
        return self.lab.chart.calls.embed_url({"Dashboard": dashboard}, reader=reader)

    def session(self, *, reader: str = "") -> Session:
        """A session with it, as you or as a reader."""
        return Session.open(self.url(reader=reader))

    @told
    def picture(self, visual: str = "", *, reader: str = "", filters: Any = None) -> Picture:
        """The picture of one visual.

        Args:
            visual: its title or id; the first by default.
            reader: a user to look as.
            filters: chosen values by column: ``{"school_name": ["Engineering"]}``.
        """
        if self.lab.endpoint is None:
            chosen = bool(reader or filters)
            return Picture.page(
                self.name, self.url(reader=reader), None if chosen else self._ask(visual)
            )
        session = self.session(reader=reader)
        found = _find(session.visuals, visual)
        at = f"visuals/{found['id']}"
        return session.picture(at, found["title"] or self.name, fit=1, chosen=filters)

    @told
    def show(self, *, reader: str = "", filters: Any = None) -> Picture:
        """The picture of its sheet, as you or a reader would see it."""
        if self.lab.endpoint is None:
            return Picture.page(self.name, self.url(reader=reader))
        session = self.session(reader=reader)
        if _nobody_looks():
            return Picture(self.name, b"", session.address, {}, SHEET_PX)
        png, left_out = session.drawn("sheet.png", width=1100, scale=1.3, chosen=filters)
        first = session.visuals[:1] and session.visuals[0]["sheet"]
        titles = [each["title"] for each in session.visuals if each["sheet"] == first]
        shown = {"warnings": left_out, "titles": list(filter(None, titles))}
        return Picture(self.name, png, session.address, shown, SHEET_PX).warned()

    def _ask(self, visual: str) -> Callable[[], pd.DataFrame]:
        """What tells a visual's rows, as it is now."""
        told = self.lab.chart.calls.call("describe_dashboard_definition", DashboardId=self.id)
        definition = told["Definition"]
        visuals = [
            {"id": each.body["VisualId"], "title": title_of(each)} for each in placed(definition)
        ]
        return functools.partial(
            chart_rows.rows, self.lab, definition, _find(visuals, visual)["id"]
        )

    @told
    def share(self, reader: str) -> str:
        """Let a user look at it. Returns the user's name."""
        calls = self.lab.chart.calls
        allowed = {"Principal": calls.user_arn(reader), "Actions": _READ}
        calls.call("update_dashboard_permissions", DashboardId=self.id, GrantPermissions=[allowed])
        return reader

    @told
    def save_html(self, path: str | Path, *, controls: Sequence[str] = ()) -> Path:
        """Write it as one HTML file that needs nothing else, and whose filters work.

        Args:
            controls: titles of the controls that the file keeps; all by default.

        Raises:
            NoChart: the choices are too many to be drawn beforehand; says what to leave out.
        """
        path = Path(path)
        path.write_bytes(self.session().read("page.html", controls=",".join(controls)))
        return path

    def __repr__(self) -> str:
        return f"Dashboard {self.name}"


def _find(visuals: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    for each in visuals:
        if wanted in ("", each["id"], each["title"]) or charts.identifier(wanted) == each["id"]:
            return each
    raise UnknownName("visual", wanted, [each["title"] or each["id"] for each in visuals])


def _no_rows() -> pd.DataFrame:
    raise NoChart("On AWS these rows are on the page alone: open it, and export them there.")


def _nobody_looks() -> bool:
    return os.environ.get("LABKIT_PICTURES") == "off"


def _asked(url: str) -> Any:
    """The answer of a page; a refusal as `NoChart`."""
    try:
        return process.DIRECTLY.open(
            urllib.request.Request(url, headers={"Accept": "application/json"})
        )
    except urllib.error.HTTPError as error:
        raise NoChart(_reason(error)) from error


def _reason(error: urllib.error.HTTPError) -> str:
    """QuickSight's sentence; of an answer without one, what HTTP says."""
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, KeyError):
        return f"{error.code} {error.reason}"


def _calls_within() -> int:
    """How many calls up from our caller's the caller of labkit is."""
    depth, frame = 0, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "labkit":
        depth, frame = depth + 1, frame.f_back
    return max(depth, 1) + 1


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
