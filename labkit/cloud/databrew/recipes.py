"""Recipes: steps under a name, in versions.

A recipe's record is its working version; the published ones are within it. What its steps say is
judged where data is, in a session or by a job, not here, as the names of columns cannot be known.
Source: https://docs.aws.amazon.com/databrew/latest/dg/recipes.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.databrew import quotas, records, versions
from labkit.cloud.databrew.constraints import check_members
from labkit.cloud.databrew.recipe import Step
from labkit.cloud.databrew.recipe.conditions import Condition
from labkit.cloud.databrew.records import (
    JOB,
    PROJECT,
    RECIPE,
    Record,
    answers,
    find,
    listed,
    look_up,
    put,
)
from labkit.cloud.databrew.versions import PUBLISHED, WORKING
from labkit.cloud.databrew.words import conflict, invalid, not_found, page
from labkit.cloud.operations import Answer, AwsError, Context, operation

_NAME = re.compile(r"[A-Za-z0-9\-. ]+")


@answers("CreateRecipe")
def create_recipe(
    context: Context,
    *,
    Name: str,
    Steps: list[Record],
    Description: str | None = None,
    Tags: Any = None,
) -> Answer:
    """A new recipe, whose first version is worked on."""
    check_name(Name)
    quotas.check_steps(context.operation, Steps)
    made = {"Steps": Steps, "Description": Description, "Tags": Tags}
    records.create(
        context, RECIPE, Name, {**made, "RecipeVersion": versions.FIRST}, {"published": {}}
    )
    return {"Name": Name}


@answers("UpdateRecipe")
def update_recipe(
    context: Context,
    *,
    Name: str,
    Steps: list[Record] | None = None,
    Description: str | None = None,
) -> Answer:
    """Change the working version: what is given."""
    quotas.check_steps(context.operation, Steps or [])
    given = {"Steps": Steps, "Description": Description}
    changes = {name: value for name, value in given.items() if value is not None}
    records.update(context, RECIPE, Name, changes)
    return {"Name": Name}


@answers("PublishRecipe")
def publish_recipe(context: Context, *, Name: str, Description: str | None = None) -> Answer:
    """Make what is worked on the next published version: 1.0, 2.0 and so on."""
    recipe = find(context, RECIPE, Name, missing="Recipe {name} wasn't found")
    when = {"PublishedBy": context.principal.arn, "PublishedDate": records.now()}
    put(context.cloud, RECIPE, versions.publish(recipe, Description, when))
    return {"Name": Name}


@answers("DescribeRecipe")
def describe_recipe(context: Context, *, Name: str, RecipeVersion: str | None = None) -> Answer:
    """One version; the latest published one by default."""
    version = RecipeVersion or PUBLISHED
    recipe, found = _version(context.cloud, context.region, Name, version)
    return _shown(context, recipe, found)


@answers("ListRecipes")
def list_recipes(
    context: Context,
    *,
    RecipeVersion: str | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> Answer:
    """The recipes: the latest published version of each by default."""
    if RecipeVersion not in (None, WORKING, PUBLISHED):
        valid = f"Valid versions are {PUBLISHED} and {WORKING}."
        raise invalid(f"Invalid version {RecipeVersion}. {valid}")
    found = ((each, versions.find(each, RecipeVersion)) for each in listed(context, RECIPE))
    shown = [_shown(context, recipe, version) for recipe, version in found if version]
    return page("Recipes", shown, MaxResults, NextToken)


@answers("ListRecipeVersions")
def list_recipe_versions(
    context: Context, *, Name: str, MaxResults: int | None = None, NextToken: str | None = None
) -> Answer:
    """The published versions of a recipe, the first one first."""
    recipe = look_up(context.cloud, context.region, RECIPE, Name)
    found = versions.published(recipe) if recipe else []
    shown = [_shown(context, recipe, each) for each in found if recipe]
    return page("Recipes", shown, MaxResults, NextToken)


# Deletion -----------------------------------------------------------------------------------------


@operation("databrew", "DeleteRecipeVersion")
def delete_recipe_version(context: Context, *, Name: str, RecipeVersion: str) -> Answer:
    """Delete one version. The working one goes last, and the recipe with it."""
    _check_number(Name, RecipeVersion)
    check_members(context.operation, {"Name": Name, "RecipeVersion": RecipeVersion})
    with context.cloud.lock("databrew"):
        _delete(context, find(context, RECIPE, Name), RecipeVersion)
    return {"Name": Name, "RecipeVersion": RecipeVersion}


@answers("BatchDeleteRecipeVersion")
def batch_delete_recipe_version(
    context: Context, *, Name: str, RecipeVersions: list[str]
) -> Answer:
    """Delete versions; what fails is listed, the others are gone.

    Source: https://docs.aws.amazon.com/databrew/latest/dg/API_BatchDeleteRecipeVersion.html
    """
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
                f"The recipe {recipe['Name']} version {version} is used by the job {job['Name']}."
            )


def _uses(job: Record, recipe: Record, version: str) -> bool:
    reference = job.get("RecipeReference") or {}
    if reference.get("Name") != recipe["Name"]:
        return False
    used = versions.find(recipe, reference.get("RecipeVersion"))
    return used is not None and used is versions.find(recipe, version)


# What others ask ----------------------------------------------------------------------------------


def recipe_steps(
    cloud: Cloud, region: str, name: str, version: str | None = None
) -> tuple[str, list[Step]]:
    """The steps of a version, and its number.

    Args:
        version: its number or name; the latest published one by default.

    Raises:
        AwsError: ``ResourceNotFoundException``; there is no such recipe or version.
    """
    _, found = _version(cloud, region, name, version or PUBLISHED)
    return found["RecipeVersion"], steps_of(found["Steps"])


def steps_of(steps: Iterable[Record]) -> list[Step]:
    """Steps as the API has them, for the compiler."""
    return [
        Step(
            step["Action"]["Operation"],
            step["Action"].get("Parameters") or {},
            [_condition(each) for each in step.get("ConditionExpressions") or []],
        )
        for step in steps
    ]


def project_of(context: Context, recipe: str) -> str | None:
    """The project that works on a recipe."""
    found = (p["Name"] for p in listed(context, PROJECT) if p["RecipeName"] == recipe)
    return next(found, None)


def check_name(name: str) -> None:
    """Raise for a name that no project or recipe may have.

    Source: https://docs.aws.amazon.com/databrew/latest/dg/API_CreateProject.html
    """
    if not _NAME.fullmatch(name):
        raise invalid(
            f"'{name}' is not a valid name: valid characters are alphanumeric (A-Z, a-z, 0-9), "
            "hyphen (-), period (.), and space."
        )


def _condition(expression: Record) -> Condition:
    return Condition(expression["Condition"], expression["TargetColumn"], expression.get("Value"))


def _version(cloud: Cloud, region: str, name: str, version: str) -> tuple[Record, Record]:
    if version not in (WORKING, PUBLISHED) and not versions.is_number(version):
        raise invalid(f"Recipe {name} version {version} isn't valid.")
    recipe = look_up(cloud, region, RECIPE, name)
    found = versions.find(recipe, version) if recipe else None
    if recipe is None or found is None:
        raise not_found(f"The recipe {name} for version {version} wasn't found.")
    return recipe, found


def _shown(context: Context, recipe: Record, version: Record) -> Record:
    project = project_of(context, recipe["Name"]) if version is recipe else None
    named = {"ProjectName": project} if project else {}
    return {**records.shown(version), "Tags": recipe.get("Tags") or {}, **named}


def _check_number(name: str, version: str) -> None:
    if version != WORKING and not versions.is_number(version):
        raise invalid(f"Recipe {name} version {version} is invalid.")
