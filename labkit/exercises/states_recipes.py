"""What exercises ask of recipes and their jobs: what they do to the data, not how they are written.

Two recipes may be written differently and do the same, so a recipe is run, on the data that are
there now, by a job of our own that leaves nothing behind.
"""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as parquet

from labkit.errors import RunFailed, UnknownName
from labkit.exercises.states import reader
from labkit.progress import Bar, Progress
from labkit.recipes.calls import WORKING
from labkit.recipes.runs import run_of

if TYPE_CHECKING:
    from labkit.lab import Lab

PUBLISHED, MOST_S = "LATEST_PUBLISHED", 900


@reader
def recipe(lab: Lab, name: str, of: str, *columns: str) -> Any:
    """What a recipe's published version makes of a table of the catalog: some columns' rows.

    ``None`` where there is no such recipe; words where it is not published, or fails.
    """
    try:
        lab.recipe.steps(name, WORKING)
    except UnknownName:
        return None
    if not _is_published(lab, name):
        return "not published"
    try:
        made = _made(lab, name, of)
    except RunFailed as error:
        Bar().finish(Progress(str(error), good=False))
        return "fails"
    return made.select([each for each in made.column_names if each in columns])


@reader
def recipe_job(lab: Lab, name: str) -> dict[str, Any] | None:
    """A recipe job: the recipe that it follows, the table that it keeps, its last run.

    It is ``as_run`` if the recipe's steps have not changed since.

    A job that writes into a bucket keeps the tables of the catalog whose files lie there.
    """
    databrew = lab.client("databrew")
    try:
        job = databrew.describe_job(Name=name)
    except databrew.exceptions.ResourceNotFoundException:
        return None
    runs = databrew.list_job_runs(Name=name)["JobRuns"]
    last = max(runs, key=lambda run: run["StartedOn"], default={"State": "never started"})
    named = [(one["DatabaseName"], one["TableName"]) for one in job.get("DataCatalogOutputs", [])]
    kept = named or _described(lab, [one["Location"] for one in job.get("Outputs", [])])
    return {
        "recipe": job.get("RecipeReference", {}).get("Name", ""),
        "table": ", ".join(".".join(table) for table in kept),
        "published": job.get("RecipeReference", {}).get("RecipeVersion") != WORKING,
        "last_run": last["State"],
        "as_run": _is_as_run(lab, job, last),
    }


def _is_as_run(lab: Lab, job: dict[str, Any], last: dict[str, Any]) -> bool:
    """Whether the last run followed the steps that the job follows now; so where none tells."""
    now = _steps(lab, job.get("RecipeReference", {}))
    then = _steps(lab, last.get("RecipeReference", {}), last.get("StartedOn"))
    return None in (now, then) or now == then


def _steps(lab: Lab, recipe: dict[str, str], at: datetime.datetime | None = None) -> Any:
    """The steps of a published version at a moment; ``None`` where there is no such version."""
    databrew, wanted = lab.client("databrew"), recipe.get("RecipeVersion", PUBLISHED)
    try:
        found = databrew.list_recipe_versions(Name=recipe["Name"])["Recipes"]
    except (KeyError, databrew.exceptions.ResourceNotFoundException):
        return None
    found = [one for one in found if wanted in (PUBLISHED, one["RecipeVersion"])]
    found = [one for one in found if at is None or one["PublishedDate"] <= at]
    return max(found, key=lambda one: one["PublishedDate"])["Steps"] if found else None


def _described(lab: Lab, places: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Database and name of the tables whose files lie at or below some places."""
    folders = tuple(f"s3://{one['Bucket']}/{one.get('Key', '')}".rstrip("/") for one in places)
    glue = lab.client("glue")
    pages = [
        page
        for database in (lab.catalog.databases() if folders else ())
        for page in glue.get_paginator("get_tables").paginate(DatabaseName=database)
    ]
    return [
        (table["DatabaseName"], table["Name"])
        for page in pages
        for table in page["TableList"]
        if f"{_place(table)}/".startswith(tuple(f"{folder}/" for folder in folders))
    ]


def _place(table: dict[str, Any]) -> str:
    location: str = table.get("StorageDescriptor", {}).get("Location", "")
    return location.rstrip("/")


def _is_published(lab: Lab, name: str) -> bool:
    databrew = lab.client("databrew")
    try:
        databrew.describe_recipe(Name=name, RecipeVersion=PUBLISHED)
    except databrew.exceptions.ResourceNotFoundException:
        return False
    return True


def _made(lab: Lab, name: str, of: str) -> pa.Table:
    """What a run of the recipe on a table writes; data set, job and files are ours and go."""
    databrew, ours = lab.client("databrew"), f"exercise-{uuid.uuid4().hex[:8]}"
    place = f"{lab.names.results}{ours}/"
    lab.recipe.add_data_set(ours, table=of)
    lab.recipe.put_job(ours, data_set=ours, recipe=name, version=PUBLISHED, to=place)
    try:
        run = run_of(lab, ours, MOST_S)
        files = [parquet.read_table(pa.BufferReader(lab.storage.read(one))) for one in run.outputs]
        return pa.concat_tables(files)
    finally:
        databrew.delete_job(Name=ours)
        databrew.delete_dataset(Name=ours)
        lab.storage.delete(place)
