"""Recipes' versions are deleted one by one or several at once; the working one goes last.

Sources: https://docs.aws.amazon.com/databrew/latest/dg/API_DeleteRecipeVersion.html and
https://docs.aws.amazon.com/databrew/latest/dg/API_BatchDeleteRecipeVersion.html
"""

from __future__ import annotations

from collections.abc import Iterable

from labkit.cloud.constraints import check_members
from labkit.cloud.databrew import records, versions
from labkit.cloud.databrew.recipes import project_of
from labkit.cloud.databrew.records import JOB, RECIPE, Record, answers, find, listed, put
from labkit.cloud.databrew.versions import WORKING
from labkit.cloud.databrew.words import conflict, invalid, not_found
from labkit.cloud.operations import Answer, AwsError, Context, operation


@operation("databrew", "DeleteRecipeVersion")
def delete_recipe_version(context: Context, *, Name: str, RecipeVersion: str) -> Answer:
    """Delete one version. The working one goes last, and the recipe with it."""
    _check_number(Name, RecipeVersion)
    check_members("databrew", context.operation, {"Name": Name, "RecipeVersion": RecipeVersion})
    with context.cloud.lock("databrew"):
        _delete(context, find(context, RECIPE, Name), RecipeVersion)
    return {"Name": Name, "RecipeVersion": RecipeVersion}


@answers("BatchDeleteRecipeVersion")
def batch_delete_recipe_version(
    context: Context, *, Name: str, RecipeVersions: list[str]
) -> Answer:
    """Delete versions; what fails is listed, the others are gone."""
    find(context, RECIPE, Name)
    for version in RecipeVersions:
        _check_number(Name, version)
    if len(set(RecipeVersions)) < len(RecipeVersions):
        raise invalid("The list of versions contains duplicate entries.")
    last = sorted(RecipeVersions, key=lambda version: version == WORKING)
    errors = [error for version in last for error in _attempt(context, Name, version)]
    return {"Name": Name, "Errors": errors}


def _attempt(context: Context, name: str, version: str) -> Iterable[Record]:
    try:
        _delete(context, find(context, RECIPE, name), version)
    except AwsError as error:
        code = str(error.status)
        yield {"ErrorCode": code, "ErrorMessage": error.message, "RecipeVersion": version}


def _delete(context: Context, recipe: Record, version: str) -> None:
    name = recipe["Name"]
    if versions.find(recipe, version) is None:
        raise not_found(f"The recipe {name} version {version} wasn't found.")
    _refuse_if_used(context, recipe, version)
    if not versions.is_working(recipe, version):
        put(context.cloud, RECIPE, versions.without(recipe, version))
    elif versions.published(recipe):
        raise invalid(f"Recipe version {version} is not allowed to be deleted")
    else:
        records.remove(context, RECIPE, name)


def _refuse_if_used(context: Context, recipe: Record, version: str) -> None:
    project = project_of(context, recipe["Name"])
    if project and versions.is_working(recipe, version):
        raise conflict(f"The recipe {recipe['Name']} is used by the project {project}.")
    for job in listed(context, JOB):
        if _uses(job, recipe, version):
            raise conflict(
                f"The recipe {recipe['Name']} version {version} is used in job {job['Name']}."
            )


def _uses(job: Record, recipe: Record, version: str) -> bool:
    reference = job.get("RecipeReference") or {}
    if reference.get("Name") != recipe["Name"]:
        return False
    used = versions.find(recipe, reference.get("RecipeVersion"))
    return used is not None and used is versions.find(recipe, version)


def _check_number(name: str, version: str) -> None:
    if version != WORKING and not versions.is_number(version):
        raise invalid(f"Recipe {name} version {version} is invalid.")
