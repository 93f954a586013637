"""Recipe helpers: data sets, profiles, projects, recipes and their jobs (DataBrew)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from botocore.exceptions import ClientError

from labkit import names, recipes
from labkit.catalog import split_table
from labkit.errors import NoRecipe, UnknownName
from labkit.recipes.calls import WORKING, Calls, location, table_input, where
from labkit.recipes.runs import Profile, Run, billed, read_profile, run_of
from labkit.recipes.words import sentence
from labkit.storage import told

if TYPE_CHECKING:
    from labkit.lab import Lab

Steps = Sequence[dict[str, Any]] | dict[str, Any] | str | Path
PROFILES = "databrew-profiles/"
BEFORE = (
    "The recipe had {had} before, and what is applied comes behind them. Has this run "
    "already? Then go on. To begin anew: lab.recipe.create({recipe!r}, [])."
)


class Recipe:
    """Data preparation: ``lab.recipe.add_project("students", data_set="student")``.

    Args:
        lab: the lab whose clients to use.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab, self.calls = lab, Calls(lab)

    # Data sets ------------------------------------------------------------------------------------

    @told
    def add_data_set(
        self, name: str, *, uri: str = "", table: str = "", format: str | None = None
    ) -> str:
        """Name a place where data lies; an existing data set is changed. Returns the name.

        Args:
            uri: ``s3://bucket/key``: a file, or a folder that ends in ``/``.
            table: ``database.table`` of the catalog, in place of ``uri``.
            format: ``CSV``, ``JSON``, ``PARQUET``, ``EXCEL`` or ``ORC``; as the files' names say by
                default.
        """
        if bool(uri) == bool(table):
            raise ValueError("A data set is in S3 (uri=...) or in the catalog (table=...).")
        source = {"S3InputDefinition": location(uri)} if uri else table_input(table)
        options = {"Format": format} if format else {}
        self.calls.put("dataset", Name=name, Input=source, **options)
        return name

    @told
    def data_sets(self) -> pd.DataFrame:
        """All data sets: ``data_set``, ``source``, ``place``."""
        rows = [(d["Name"], d["Source"], where(d["Input"])) for d in self.calls.all("datasets")]
        return pd.DataFrame(rows, columns=["data_set", "source", "place"])

    @told
    def profile(
        self, data_set: str, *, full: bool = False, rows: int = 20_000, timeout_s: float = 900
    ) -> Profile:
        """Run a profile job on a data set, and read what it wrote.

        Args:
            full: look at all rows.
            rows: how many of the first rows to look at otherwise.

        Raises:
            RunFailed: with DataBrew's reason.
        """
        sample = {"Mode": "FULL_DATASET"} if full else {"Mode": "CUSTOM_ROWS", "Size": rows}
        place = {"Bucket": self.lab.names.results_bucket, "Key": PROFILES}
        job = f"{data_set}-profile"
        self.calls.put_any_job(
            "profile", job, {"DatasetName": data_set}, OutputLocation=place, JobSample=sample
        )
        run = run_of(self.lab, job, timeout_s)
        return Profile(run, read_profile(self.lab, data_set, run))

    # Recipes --------------------------------------------------------------------------------------

    @told
    def add_project(
        self,
        name: str,
        *,
        data_set: str,
        recipe: str = "",
        sample: int = 500,
        kind: str = "FIRST_N",
    ) -> str:
        """A project, with a recipe of its name; an existing one gets the sample. Returns its name.

        Args:
            recipe: the recipe to work on; made when there is none of this name.
            sample: how many rows the session works on.
            kind: ``FIRST_N``, ``LAST_N`` or ``RANDOM``.

        Raises:
            ClientError: the existing one has another data set or recipe.
        """
        self.calls.make_recipe(recipe or name, [])
        self.calls.put_project(
            name,
            DatasetName=data_set,
            RecipeName=recipe or name,
            RoleArn=self.lab.role_arn(names.DATABREW_ROLE),
            Sample={"Type": kind, "Size": sample},
        )
        return name

    @told
    def create(self, name: str, steps: Steps) -> str:
        """A recipe of these steps; an existing one's working version is changed. Returns its name.

        Args:
            steps: one or several as boto3 takes them, or a file, or its text, in any spelling that
                `labkit.recipes` reads.
        """
        found = _steps(steps)
        if not self.calls.make_recipe(name, found):
            self.lab.client("databrew").update_recipe(Name=name, Steps=found)
        return name

    @told
    def apply(self, project: str, steps: Steps) -> int:
        """Take steps on a project's sample, one after the other, as a click in the console does.

        Returns:
            How many steps the recipe then has.
        """
        databrew, session = self.lab.client("databrew"), self.calls.open_session(project)
        recipe = databrew.describe_project(Name=project)["RecipeName"]
        before = len(self.calls.find_recipe(recipe, WORKING)["Steps"])
        try:
            for step in _steps(steps):
                databrew.send_project_session_action(
                    Name=project, ClientSessionId=session, RecipeStep=step
                )
        except ClientError as error:
            if before:
                had = f"{before} step{'s' if before > 1 else ''}"
                error.add_note(BEFORE.format(had=had, recipe=recipe))
            raise
        return len(self.calls.find_recipe(recipe, WORKING)["Steps"])

    @told
    def rows(self, project: str, count: int = 10) -> pd.DataFrame:
        """The first rows of a project's sample after its recipe's steps, all columns.

        Raises:
            RunFailed: on AWS itself, which shows them in its console alone.
        """
        session = self.calls.open_session(project)
        parts: list[dict[str, Any]] = []
        while not parts or len(parts) * 20 < parts[0]["columnCount"]:
            frame = {"StartColumnIndex": len(parts) * 20, "RowRange": count}
            parts.append(self.calls.act(project, session, frame))
        frames = [pd.DataFrame(p["rows"], columns=[c["name"] for c in p["columns"]]) for p in parts]
        return pd.concat(frames, axis=1)

    @told
    def steps(self, recipe: str, version: str = WORKING) -> pd.DataFrame:
        """A recipe's steps: ``step``, ``operation``, ``in_words``."""
        found = self.calls.find_recipe(recipe, version)["Steps"]
        rows = [(n, s["Action"]["Operation"], sentence(s)) for n, s in enumerate(found, start=1)]
        return pd.DataFrame(rows, columns=["step", "operation", "in_words"])

    @told
    def document(self, recipe: str, version: str = WORKING, *, format: str = "json") -> str:
        """A recipe as the console downloads it: ``json`` or ``yaml``.

        Raises:
            UnknownName: no such recipe, or no such format.
        """
        writers = {"json": recipes.as_json, "yaml": recipes.as_yaml}
        if format not in writers:
            raise UnknownName("format", format, list(writers))
        return writers[format](self.calls.find_recipe(recipe, version)["Steps"])

    @told
    def publish(self, recipe: str, description: str = "") -> str:
        """Publish a recipe's working version. Returns the version: ``1.0``, ``2.0`` and so on."""
        databrew = self.lab.client("databrew")
        databrew.publish_recipe(Name=recipe, Description=description)
        return str(databrew.describe_recipe(Name=recipe)["RecipeVersion"])

    # Jobs -----------------------------------------------------------------------------------------

    @told
    def run_job(
        self,
        name: str,
        *,
        data_set: str,
        recipe: str,
        to: str,
        version: str = "LATEST_PUBLISHED",
        format: str = "PARQUET",
        compression: str | None = "SNAPPY",
        table: str = "",
        overwrite: bool = True,
        timeout_s: float = 3600,
    ) -> Run:
        """Make or change a recipe job, run it, and wait until it is done.

        Args:
            to: the folder to write to, ``s3://bucket/prefix/``.
            format: the files', ``PARQUET``, ``CSV``, ``JSON`` and others.
            table: ``database.table`` to keep in the catalog; its files, in Parquet, go to ``to``.

        Raises:
            ValueError: a table of another format.
            RunFailed: with DataBrew's reason.
        """
        self.put_job(
            name,
            data_set=data_set,
            recipe=recipe,
            to=to,
            version=version,
            format=format,
            compression=compression,
            table=table,
            overwrite=overwrite,
        )
        return run_of(self.lab, name, timeout_s)

    @told
    def put_job(
        self,
        name: str,
        *,
        data_set: str,
        recipe: str,
        to: str,
        version: str = "LATEST_PUBLISHED",
        format: str = "PARQUET",
        compression: str | None = "SNAPPY",
        table: str = "",
        overwrite: bool = True,
    ) -> str:
        """Make or change a recipe job without running it; as `run_job`. Returns its name."""
        place, format = location(to), format.upper()
        if table and format != "PARQUET":
            raise ValueError(
                f"A table's files are Parquet, not {format}. Without table= they can be."
            )
        if table:
            database, name_of_table = split_table(table)
            catalog = {"DatabaseName": database, "TableName": name_of_table, "Overwrite": overwrite}
            output = {"DataCatalogOutputs": [{**catalog, "S3Options": {"Location": place}}]}
        else:
            packed = {"CompressionFormat": compression} if compression else {}
            file = {"Location": place, "Format": format, "Overwrite": overwrite, **packed}
            output = {"Outputs": [file]}
        reference = {"Name": recipe, "RecipeVersion": version}
        once = {"DatasetName": data_set, "RecipeReference": reference}
        self.calls.put_any_job("recipe", name, once, **output)
        return name

    @told
    def add_schedule(self, name: str, *, jobs: str | Sequence[str], cron: str) -> str:
        """Run jobs at times: ``cron="cron(0 6 * * ? *)"`` for each day at six. Returns the name."""
        named = [jobs] if isinstance(jobs, str) else list(jobs)
        self.calls.put("schedule", Name=name, JobNames=named, CronExpression=cron)
        return name

    @told
    def jobs(self) -> pd.DataFrame:
        """All jobs: ``job``, ``type``, ``data_set``, ``project``."""
        rows = [
            (j["Name"], j["Type"], j.get("DatasetName", ""), j.get("ProjectName", ""))
            for j in self.calls.all("jobs")
        ]
        return pd.DataFrame(rows, columns=["job", "type", "data_set", "project"])

    @told
    def bill(self) -> pd.DataFrame:
        """What AWS would charge so far, as it counts: ``what``, ``units``, ``dollars``.

        Sessions are billed by half an hour, jobs by node and minute.
        """
        runs = [run for job in self.calls.all("jobs") for run in self.calls.runs_of(job["Name"])]
        opened = [project for project in self.calls.all("projects") if "OpenDate" in project]
        return billed(opened, runs)


def _steps(given: Steps) -> list[dict[str, Any]]:
    if isinstance(given, Path) or (isinstance(given, str) and given.endswith((".json", ".yaml"))):
        return recipes.load(given)
    if not isinstance(given, (str, Sequence, dict)):
        raise NoRecipe(f"it is {given!r}, and neither a list of steps nor a text.")
    if not isinstance(given, str):
        given = json.dumps([given] if isinstance(given, dict) else list(given))
    return recipes.read(given)
