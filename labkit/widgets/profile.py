"""The data profile of DataBrew's console, from the JSON that a profile job writes.

The console has two tabs, *Data profile overview* and *Column statistics*
(https://docs.aws.amazon.com/databrew/latest/dg/jobs.profile.html). The view is one piece of HTML
that runs nothing and fetches nothing: its tabs and folds are the browser's own, so that a stored
notebook, nbviewer and JupyterLab show the same. What a job did not evaluate is not shown.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labkit.recipes.runs import Profile
from labkit.widgets.picture import Markup, tag
from labkit.widgets.profile_columns import card
from labkit.widgets.profile_overview import overview
from labkit.widgets.profile_parts import part

_STATIC = Path(__file__).parent / "static"


class ProfileView:
    """A profile as a page.

    Args:
        document: what the job wrote, as JSON text or parsed; or the profile that holds it.
    """

    def __init__(self, document: Profile | Mapping[str, Any] | str | bytes) -> None:
        if isinstance(document, Profile):
            document = document.document
        parsed = json.loads(document) if isinstance(document, str | bytes) else document
        self.document: Mapping[str, Any] = parsed

    def __repr__(self) -> str:
        rows, columns = self.document["sampleSize"], len(self.document["columns"])
        return f"<Data profile of {rows:,} rows and {columns} columns>"

    def _repr_html_(self) -> str:
        """The whole view; the name of its tabs is the run's, so that two do not share them."""
        rows, name = self.document["sampleSize"], f"lkp-{self.document.get('jobRunId', 'profile')}"
        panels = {
            "Data profile overview": overview(self.document),
            "Column statistics": Markup(
                "".join(card(one, rows) for one in self.document["columns"])
            ),
        }
        tabs = [_tab(title, name, at) for at, title in enumerate(panels)]
        shown = [
            part(f"lkp-panel lkp-panel{at}", panel) for at, panel in enumerate(panels.values())
        ]
        return part(
            "lk lkp",
            tag("style", _css()),
            _head(self.document),
            part("lk-tabs lkp-tabs", *tabs),
            *shown,
        )


def _head(document: Mapping[str, Any]) -> Markup:
    said = [f"{document['sampleSize']:,} rows", f"{len(document['columns'])} columns"]
    if "writtenOn" in document:
        said.append(f"written {document['writtenOn'][:16].replace('T', ' ')}")
    title = tag("h3", document.get("jobName", "Data profile"))
    return part("lk-head", title, part("lk-quiet lk-small", " · ".join(said)))


def _tab(title: str, name: str, at: int) -> Markup:
    chosen = "" if at else " checked"
    radio = Markup(f'<input type="radio" name="{html.escape(name)}"{chosen}>')
    return part(f"lk-tab lkp-tab lkp-tab{at}", radio, title, name="label")


def _css() -> Markup:
    names = ("core.css", "profile.css")
    return Markup("\n".join((_STATIC / name).read_text(encoding="utf-8") for name in names))
