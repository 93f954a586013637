"""Recipe helpers: data sets, profiles, projects, recipes and their jobs (DataBrew)."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from labkit import names, recipes
from labkit.errors import UnknownName
from labkit.recipe_runs import Profile, Run, billed, read_profile, run_of
from labkit.recipe_words import sentence
from labkit.storage import split_uri, told

if TYPE_CHECKING:
    from labkit.lab import Lab

WORKING = "LATEST_WORKING"
PROFILES = "databrew-profiles/"


class Recipe:
    """Data preparation: ``lab.recipe.add_project("students", data_set="student")``.

    Args:
        lab: the lab whose clients to use.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

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
        source = _place(uri) if uri else _table(table)
        options = {"Format": format} if format else {}
        self._put("dataset", Name=name, Input=source, **options)
        return name

    @told
    def data_sets(self) -> pd.DataFrame:
        """All data sets: ``data_set``, ``source``, ``place``."""
        rows = [(d["Name"], d["Source"], _where(d["Input"])) for d in self._all("datasets")]
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
        self._put_job(
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
        """
        self._make_recipe(recipe or name, [])
        databrew = self.lab.client("databrew")
        role, rows = self.lab.role_arn(names.DATABREW_ROLE), {"Type": kind, "Size": sample}
        try:
            databrew.create_project(
                Name=name,
                DatasetName=data_set,
                RecipeName=recipe or name,
                RoleArn=role,
                Sample=rows,
            )
        except databrew.exceptions.ConflictException:
            if databrew.describe_project(Name=name)["DatasetName"] != data_set:
                raise
            databrew.update_project(Name=name, RoleArn=role, Sample=rows)
        return name

    @told
    def create(self, name: str, steps: Sequence[dict[str, Any]] | str | Path) -> str:
        """A recipe of these steps; an existing one's working version is changed. Returns its name.

        Args:
            steps: as boto3 takes them, or a file, or its text, in any spelling that
                `labkit.recipes` reads.
        """
        found = _steps(steps)
        if not self._make_recipe(name, found):
            self.lab.client("databrew").update_recipe(Name=name, Steps=found)
        return name

    @told
    def apply(self, project: str, steps: Sequence[dict[str, Any]] | str | Path) -> int:
        """Take steps on a project's sample, one after the other, as a click in the console does.

        Returns:
            How many steps the recipe then has.
        """
        databrew, session = self.lab.client("databrew"), self._open(project)
        total = 0
        for step in _steps(steps):
            answer = databrew.send_project_session_action(
                Name=project,
                ClientSessionId=session,
                RecipeStep=step,
                ViewFrame={"StartColumnIndex": 0, "RowRange": 1, "Analytics": "DISABLE"},
            )
            total = json.loads(answer["Result"])["steps"]
        return total

    @told
    def rows(self, project: str, count: int = 10) -> pd.DataFrame:
        """The first rows of a project's sample after its recipe's steps, all columns."""
        databrew, session = self.lab.client("databrew"), self._open(project)
        parts: list[dict[str, Any]] = []
        while not parts or len(parts) * 20 < parts[0]["columnCount"]:
            frame = {"StartColumnIndex": len(parts) * 20, "RowRange": count, "Analytics": "DISABLE"}
            answer = databrew.send_project_session_action(
                Name=project, ClientSessionId=session, ViewFrame=frame
            )
            parts.append(json.loads(answer["Result"]))
        frames = [pd.DataFrame(p["rows"], columns=[c["name"] for c in p["columns"]]) for p in parts]
        return pd.concat(frames, axis=1)

    @told
    def steps(self, recipe: str, version: str = WORKING) -> pd.DataFrame:
        """A recipe's steps: ``step``, ``operation``, ``in_words``."""
        found = self._recipe(recipe, version)["Steps"]
        rows = [(n, s["Action"]["Operation"], sentence(s)) for n, s in enumerate(found, start=1)]
        return pd.DataFrame(rows, columns=["step", "operation", "in_words"])

    @told
    def document(self, recipe: str, version: str = WORKING, *, format: str = "json") -> str:
        """A recipe as the console downloads it: ``json`` or ``yaml``."""
        write = {"json": recipes.as_json, "yaml": recipes.as_yaml}[format]
        return write(self._recipe(recipe, version)["Steps"])

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
            table: ``database.table`` to keep in the catalog; its files go to ``to``.

        Raises:
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
        place = _location(to)
        if table:
            database, name_of_table = table.split(".")
            catalog = {"DatabaseName": database, "TableName": name_of_table, "Overwrite": overwrite}
            output = {"DataCatalogOutputs": [{**catalog, "S3Options": {"Location": place}}]}
        else:
            packed = {"CompressionFormat": compression} if compression else {}
            file = {"Location": place, "Format": format, "Overwrite": overwrite, **packed}
            output = {"Outputs": [file]}
        reference = {"Name": recipe, "RecipeVersion": version}
        once = {"DatasetName": data_set, "RecipeReference": reference}
        self._put_job("recipe", name, once, **output)
        return name

    @told
    def add_schedule(self, name: str, *, jobs: Sequence[str], cron: str) -> str:
        """Run jobs at times: ``cron="cron(0 6 * * ? *)"`` for each day at six. Returns the name."""
        self._put("schedule", Name=name, JobNames=list(jobs), CronExpression=cron)
        return name

    @told
    def jobs(self) -> pd.DataFrame:
        """All jobs: ``job``, ``type``, ``data_set``, ``project``."""
        rows = [
            (j["Name"], j["Type"], j.get("DatasetName", ""), j.get("ProjectName", ""))
            for j in self._all("jobs")
        ]
        return pd.DataFrame(rows, columns=["job", "type", "data_set", "project"])

    @told
    def bill(self) -> pd.DataFrame:
        """What AWS would charge so far, as it counts: ``what``, ``units``, ``dollars``.

        Sessions are billed by half an hour, jobs by node and minute.
        """
        runs = [run for job in self._all("jobs") for run in self._runs(job["Name"])]
        opened = [project for project in self._all("projects") if "OpenDate" in project]
        return billed(opened, runs)

    # Calls ----------------------------------------------------------------------------------------

    def _open(self, project: str) -> str:
        """The id of a project's session; the session is ours from here on."""
        databrew = self.lab.client("databrew")
        try:
            started = databrew.start_project_session(Name=project, AssumeControl=True)
        except databrew.exceptions.ResourceNotFoundException:
            known = [p["Name"] for p in self._all("projects")]
            raise UnknownName("project", project, known) from None
        return str(started["ClientSessionId"])

    def _recipe(self, name: str, version: str) -> dict[str, Any]:
        databrew = self.lab.client("databrew")
        try:
            found: dict[str, Any] = databrew.describe_recipe(Name=name, RecipeVersion=version)
        except databrew.exceptions.ResourceNotFoundException:
            pages = databrew.get_paginator("list_recipes").paginate(RecipeVersion=WORKING)
            known = [r["Name"] for page in pages for r in page["Recipes"]]
            if name in known:
                raise
            raise UnknownName("recipe", name, known) from None
        return found

    def _make_recipe(self, name: str, steps: list[dict[str, Any]]) -> bool:
        """Whether a recipe of this name had to be made."""
        databrew = self.lab.client("databrew")
        with contextlib.suppress(databrew.exceptions.ConflictException):
            databrew.create_recipe(Name=name, Steps=steps)
            return True
        return False

    def _put(self, kind: str, **members: Any) -> None:
        """Create a resource, or change the one of this name."""
        databrew = self.lab.client("databrew")
        try:
            getattr(databrew, f"create_{kind}")(**members)
        except databrew.exceptions.ConflictException:
            getattr(databrew, f"update_{kind}")(**members)

    def _put_job(self, kind: str, name: str, once: dict[str, Any], **members: Any) -> None:
        """Create a job, or change it; what it works on is said only ``once``."""
        databrew = self.lab.client("databrew")
        given = {"Name": name, "RoleArn": self.lab.role_arn(names.DATABREW_ROLE), **members}
        try:
            getattr(databrew, f"create_{kind}_job")(**given, **once)
        except databrew.exceptions.ConflictException:
            found = databrew.describe_job(Name=name)
            if any(found.get(member) != value for member, value in once.items()):
                databrew.delete_job(Name=name)
                getattr(databrew, f"create_{kind}_job")(**given, **once)
            else:
                getattr(databrew, f"update_{kind}_job")(**given)

    def _all(self, kind: str) -> Iterator[dict[str, Any]]:
        for page in self.lab.client("databrew").get_paginator(f"list_{kind}").paginate():
            yield from page[kind.capitalize()]

    def _runs(self, job: str) -> Iterator[dict[str, Any]]:
        databrew = self.lab.client("databrew")
        nodes = databrew.describe_job(Name=job)["MaxCapacity"]
        for page in databrew.get_paginator("list_job_runs").paginate(Name=job):
            yield from ({**run, "nodes": nodes} for run in page["JobRuns"])


def _steps(given: Sequence[dict[str, Any]] | str | Path) -> list[dict[str, Any]]:
    if isinstance(given, Path) or (isinstance(given, str) and given.endswith((".json", ".yaml"))):
        return recipes.load(given)
    return recipes.read(given if isinstance(given, str) else json.dumps(list(given)))


def _location(uri: str) -> dict[str, str]:
    bucket, key = split_uri(uri)
    return {"Bucket": bucket, "Key": key}


def _place(uri: str) -> dict[str, Any]:
    return {"S3InputDefinition": _location(uri)}


def _table(name: str) -> dict[str, Any]:
    database, table = name.split(".")
    return {"DataCatalogInputDefinition": {"DatabaseName": database, "TableName": table}}


def _where(source: dict[str, Any]) -> str:
    if place := source.get("S3InputDefinition"):
        return f"s3://{place['Bucket']}/{place.get('Key', '')}"
    table = source.get("DataCatalogInputDefinition", {})
    return ".".join(table.get(part, "") for part in ("DatabaseName", "TableName"))
