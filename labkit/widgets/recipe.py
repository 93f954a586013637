"""The recipe editor: DataBrew's project session, in a notebook's cell.

The sample at the left, the recipe at the right; a step is chosen by its category, filled in as a
form, looked at and then applied. Everything goes through the session that ``StartProjectSession``
opens; what changes steps that are there, such as moving one, through ``UpdateRecipe``.
https://docs.aws.amazon.com/databrew/latest/dg/projects.html
"""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from traitlets import Dict, List

from labkit import recipes
from labkit.errors import LabError
from labkit.recipes.calls import WORKING, result_of
from labkit.recipes.runs import ENDS, written
from labkit.widgets.console import Console, Facts, front_end
from labkit.widgets.profile import ProfileView
from labkit.widgets.recipe_facts import (
    project_facts,
    run_facts,
    source_facts,
    start_of_change,
    step_facts,
    within,
)
from labkit.widgets.recipe_picture import pictured
from labkit.widgets.refusals import Notice, notice_of

if TYPE_CHECKING:
    from labkit.lab import Lab

OPERATIONS = (Path(__file__).parents[1] / "operations.json").read_text(encoding="utf-8")
PARTS = ("recipe_grid.js", "recipe_inputs.js", "recipe_form.js", "recipe_pane.js", "recipe.js")
PACKED = ("PARQUET", "ORC", "AVRO")
ROWS, FIRST_LOOK_S, SLOWEST_LOOK_S = 50, 0.1, 0.5
FRAME = {"start": 0, "row": 0, "hidden": []}
Steps = list[Facts]


class RecipeEditor(Console):
    """A project's sample and its recipe.

    Args:
        lab: the lab whose clients to use.
        project: the project, as ``lab.recipe.add_project`` makes it.
    """

    _esm = f"{front_end('core.js', *PARTS)}\nconst KNOWN = {OPERATIONS};\n"
    _css = front_end("core.css", "recipe.css", "profile.css")
    project = Dict().tag(sync=True)
    steps: List[Facts] = List().tag(sync=True)
    view = Dict().tag(sync=True)
    frame = Dict().tag(sync=True)
    at = Dict().tag(sync=True)
    sources: List[Facts] = List().tag(sync=True)
    profile = Dict().tag(sync=True)
    run = Dict().tag(sync=True)

    def __init__(self, lab: Lab, project: str) -> None:
        super().__init__(lab, frame=dict(FRAME), project={"name": project})
        self._one_by_one = threading.RLock()
        self._session, self._opened = "", None
        self._before: list[Steps] = []  # what undo goes back to
        self._after: list[Steps] = []  # what redo goes on to
        self.attempt("open", {})
        self.follow(f"recipe {project}", "follow")

    def attempt(self, action: str, parameters: Facts) -> bool:
        """Do what was clicked, what is no job in turn: who follows a cell sees no half click."""
        with nullcontext() if action in ("profile", "run") else self._one_by_one:
            return super().attempt(action, parameters)

    # The session ----------------------------------------------------------------------------------

    def do_open(self) -> None:
        """Open the project's session, and show its sample after all steps."""
        self.notice, name = {}, self.project["name"]
        started = self.call("databrew", "start_project_session", Name=name, AssumeControl=True)
        self._session = started["ClientSessionId"]
        self._renew()

    def do_follow(self) -> None:
        """Show what a cell has changed, and go on in the session that it has opened.

        The session stays the cell's: the next cell may be at work in it already.
        """
        try:
            found = self.call("databrew", "describe_project", Name=self.project["name"])
            shown = found.get("OpenDate") == self._opened and self._has(self._steps())
        except (ClientError, BotoCoreError):
            return  # the project or its cloud has gone, and a click would tell
        if not shown and found.get("SessionStatus") == "READY":
            self.notice, self._session = {}, ""
            self._renew()

    def _renew(self) -> None:
        if self._before or self._after:
            self._is_shown(self._steps())
        opened = self._show_project()["OpenDate"]
        self._look()
        self._opened = opened

    def do_frame(self, **changes: Any) -> None:
        """Show other columns or rows: ``start``, ``row``, ``hidden``."""
        self.frame = {**self.frame, **changes}
        self._look(self.at.get("step"), self.at.get("index"))

    def do_look(self, *, index: int | None = None, find: bool = False) -> None:
        """Show the sample after the first ``index`` steps, after all by default.

        With ``find`` the last of these steps is what is looked at.
        """
        self.notice = {}
        self._look(None, index, find=find)

    def do_preview(self, *, step: Facts, index: int | None = None) -> None:
        """Show what a step would do, at the recipe's end or after the first ``index`` steps."""
        self.notice = {}
        self._look(step, index, find=True)

    def do_apply(self, *, step: Facts) -> None:
        """Take a step: it goes to the recipe's end."""
        self.notice = {}
        before = self._steps()
        found = self._act(step, None, preview=False)
        self._keep(before)
        self._show_project()
        self._show(found, None, None, find=True)

    def do_sources(self) -> None:
        """List the data sets that a join may take, and the columns of those in the catalog."""
        found = self.lab.all("databrew", "list_datasets", "Datasets")
        self.sources = [source_facts(self.lab, data_set) for data_set in found]

    # The recipe -----------------------------------------------------------------------------------

    def do_replace(self, *, index: int, step: Facts) -> None:
        """Change the step at a place."""
        steps = self._shown()
        self._change([*steps[:index], step, *steps[index + 1 :]])

    def do_remove(self, *, index: int) -> None:
        """Take a step out."""
        steps = self._shown()
        self._change([*steps[:index], *steps[index + 1 :]])

    def do_move(self, *, index: int, to: int) -> None:
        """Put a step to another place."""
        steps = self._shown()
        steps.insert(to, steps.pop(index))
        self._change(steps)

    def do_undo(self) -> None:
        """The recipe as it was before the last change that was made here."""
        self._turn(self._before, self._after)

    def do_redo(self) -> None:
        """The recipe as it was before the last undo."""
        self._turn(self._after, self._before)

    def do_upload(self, *, text: str) -> None:
        """Put a file's steps in place of the recipe's."""
        self._change(recipes.read(text))

    def do_download(self, *, format: str) -> None:
        """Send the recipe as a file to the browser."""
        write = {"json": recipes.as_json, "yaml": recipes.as_yaml}[format]
        name = f"{self.project['recipe']}.{format}"
        self.send({"download": name}, [write(self._steps()).encode()])

    def do_publish(self, *, description: str = "") -> None:
        """Publish the recipe as it stands."""
        named = {"Name": self.project["recipe"], "Description": description}
        self.call("databrew", "publish_recipe", **named)
        self._show_project()
        text = f"Published {self.project['recipe']} as version {self.project['published']}."
        self.notice = Notice(text, kind="info").facts()

    def _turn(self, kept: list[Steps], other: list[Steps]) -> None:
        """Go back or forth to what is kept, and keep what is there now for the other way."""
        if kept:
            self._shown()
            self._change(kept[-1], turn=(kept, other))

    def _change(self, steps: Steps, *, turn: tuple[list[Steps], list[Steps]] | None = None) -> None:
        """Give the recipe other steps; they stay only if they can run."""
        self.notice = {}
        before, name = self._steps(), self.project["recipe"]
        self.call("databrew", "update_recipe", Name=name, Steps=steps)
        try:
            found = self._act(None, None)
        except ClientError as error:
            self.call("databrew", "update_recipe", Name=name, Steps=before)
            said = notice_of(self.lab, error)
            kept = replace(said, advice=said.advice or "The recipe stays as it was.")
            self.notice = kept.facts()
            return
        self._keep(before, turn)
        self._show_project()
        self._show(found, None, None)

    def _keep(self, steps: Steps, turn: tuple[list[Steps], list[Steps]] | None = None) -> None:
        """Keep what a change has replaced for undo, or redo; a new one leaves nothing to redo."""
        if turn is None:
            self._is_shown(steps)
            self._before.append(steps)
            self._after.clear()
        else:
            kept, other = turn
            kept.pop()
            other.append(steps)

    def _is_shown(self, steps: Steps) -> bool:
        """Whether these steps are those on show; if not, undo would take away another's changes."""
        shown = self._has(steps)
        if not shown:
            self._before.clear()
            self._after.clear()
        return shown

    def _has(self, steps: Steps) -> bool:
        return bool(self.steps == [step_facts(step) for step in steps])

    def _steps(self) -> Steps:
        named = {"Name": self.project["recipe"], "RecipeVersion": WORKING}
        return list(self.call("databrew", "describe_recipe", **named)["Steps"])

    def _shown(self) -> Steps:
        """The recipe's steps, which must be those on show: what is clicked is told by its place.

        Raises:
            LabError: the recipe has been changed elsewhere; it is shown as it stands.
        """
        steps = self._steps()
        if not self._is_shown(steps):
            self._show_project()
            self._look()
            raise LabError(
                "The recipe was changed elsewhere. Look again: nothing was changed here."
            )
        return steps

    # Jobs -----------------------------------------------------------------------------------------

    def do_profile(self) -> None:
        """Profile the data set, and show what the job wrote."""
        self.profile = {"state": "RUNNING", "html": ""}
        try:
            found = self.lab.recipe.profile(self.project["data_set"])
        except Exception:
            self.profile = {}
            raise
        self.profile = {"state": "SUCCEEDED", "html": ProfileView(found.document)._repr_html_()}

    def do_run(self, *, to: str, format: str = "PARQUET") -> None:
        """Run the published recipe on the whole data set, and look on until it is done."""
        self.notice, name = {}, self.project["name"]
        packed = "SNAPPY" if format in PACKED else None
        of = {each: self.project[each] for each in ("data_set", "recipe")}
        self.lab.recipe.put_job(name, **of, to=to, format=format, compression=packed)
        run_id = self.call("databrew", "start_job_run", Name=name)["RunId"]
        pause_s = FIRST_LOOK_S
        while self._follow(name, run_id)["State"] not in ENDS and not self._over.wait(pause_s):
            pause_s = min(pause_s * 1.3, SLOWEST_LOOK_S)

    def _follow(self, job: str, run_id: str) -> Facts:
        found: Facts = self.call("databrew", "describe_job_run", Name=job, RunId=run_id)
        ended = found["State"] == "SUCCEEDED"
        files = list(written(self.lab, found)) if ended else []
        self.run = run_facts(self.lab, found, files)
        return found

    # Showing --------------------------------------------------------------------------------------

    def _show_project(self) -> Facts:
        found = self.call("databrew", "describe_project", Name=self.project["name"])
        named = {"Name": found["RecipeName"]}
        recipe = self.call("databrew", "describe_recipe", **named, RecipeVersion=WORKING)
        published = list(self.lab.all("databrew", "list_recipe_versions", "Recipes", **named))
        self.steps = [step_facts(step) for step in recipe["Steps"]]
        to = f"s3://{self.lab.names.curated_bucket}/{found['Name']}/"
        facts = project_facts(found, recipe, published)
        self.project = facts | {"undo": bool(self._before), "redo": bool(self._after), "to": to}
        return dict(found)

    def _look(
        self, step: Facts | None = None, index: int | None = None, *, find: bool = False
    ) -> None:
        self._show(self._act(step, index), step, index, find=find)

    def _act(self, step: Facts | None, index: int | None, *, preview: bool = True) -> Facts:
        frame = {
            "StartColumnIndex": self.frame["start"],
            "StartRowIndex": self.frame["row"],
            "RowRange": ROWS,
            "HiddenColumns": self.frame["hidden"],
        }
        action: Facts = {"ClientSessionId": self._session} if self._session else {}
        if step:
            action |= {"RecipeStep": step, "Preview": preview}
        if index is not None:
            action["StepIndex"] = index
        answer = self.call(
            "databrew",
            "send_project_session_action",
            Name=self.project["name"],
            ViewFrame=frame,
            **action,
        )
        return result_of(self.project["name"], answer)

    def _show(
        self, found: Facts, step: Facts | None, index: int | None, *, find: bool = False
    ) -> None:
        """Show a view; ``find`` moves to the columns that a step has made or changed."""
        start = start_of_change(found, self.frame["start"]) if find else self.frame["start"]
        frame = within(found, {**self.frame, "start": start})
        if frame != self.frame:
            self.frame = frame
            seen = self._act(step, index) if step else self._act(None, index)
            found = {**seen, "changes": found.get("changes")}
        with self.hold_trait_notifications():
            self.at = {"step": step, "index": index} if step or index is not None else {}
            self.view = found

    # Picture --------------------------------------------------------------------------------------

    def snapshot(self) -> str:
        """The recipe in words, and the first rows and columns of the sample."""
        return pictured(self.project, self.steps, self.view, self.notice)
