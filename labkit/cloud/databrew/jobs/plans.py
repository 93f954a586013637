"""What a run is going to do: its data set, and its recipe's steps as they are at the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.cloud.databrew import records
from labkit.cloud.databrew.recipe import Step
from labkit.cloud.databrew.recipes import recipe_steps
from labkit.cloud.databrew.records import DATASET, PROJECT, Record
from labkit.cloud.databrew.words import invalid
from labkit.cloud.operations import Context

#: Where a job's outputs are told.
OUTPUTS = ("Outputs", "DataCatalogOutputs", "DatabaseOutputs")


@dataclass(frozen=True)
class Plan:
    """A run, before it runs.

    Args:
        job: the job's record.
        dataset: its data set's record.
        steps: of its recipe.
        reference: its recipe's name and version, for a recipe job.
    """

    job: Record
    dataset: Record
    steps: Sequence[Step] = ()
    reference: Record | None = None


def plan_of(context: Context, job: Record) -> Plan:
    """The plan of a job.

    Raises:
        AwsError: ``ResourceNotFoundException``, something that it names does not exist; or
            ``ValidationException``, it does not say all that a run needs.
    """
    if not any(job.get(name) for name in OUTPUTS):
        raise invalid(f"The job {job['Name']} has no output.")
    if job["Type"] == "PROFILE":
        return Plan(job, _dataset(context, job.get("DatasetName")))
    project = _project(context, job)
    reference = job.get("RecipeReference") or {}
    name = reference.get("Name") or project.get("RecipeName")
    if not name:
        raise invalid(f"The job {job['Name']} has neither a recipe nor a project.")
    wanted = reference.get("RecipeVersion") or ("LATEST_WORKING" if project else None)
    version, steps = recipe_steps(context.cloud, context.region, name, wanted)
    dataset = _dataset(context, job.get("DatasetName") or project.get("DatasetName"))
    return Plan(job, dataset, steps, {"Name": name, "RecipeVersion": version})


def check_names(context: Context, job: Record) -> None:
    """Refuse a new job that names what does not exist; what a run needs more, it says itself.

    A recipe's version must be named: AWS calls one that is not ``version null``.

    Raises:
        AwsError: ``ResourceNotFoundException``, or ``ValidationException`` of a version.
    """
    _project(context, job)
    if reference := job.get("RecipeReference"):
        name, version = reference["Name"], reference.get("RecipeVersion")
        if version is None:
            raise invalid(f"Recipe {name} version null is invalid.")
        recipe_steps(context.cloud, context.region, name, version)
    if job.get("DatasetName"):
        _dataset(context, job["DatasetName"])


def _project(context: Context, job: Record) -> Record:
    name = job.get("ProjectName")
    return records.find(context, PROJECT, name) if name else {}


def _dataset(context: Context, name: str | None) -> Record:
    if not name:
        raise invalid("The job has no dataset.")
    return records.find(context, DATASET, name, missing="The dataset {name} wasn't found.")
