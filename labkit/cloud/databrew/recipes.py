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
from labkit.cloud.databrew.recipe import Step
from labkit.cloud.databrew.recipe.conditions import Condition
from labkit.cloud.databrew.records import (
    PROJECT,
    RECIPE,
    Record,
    answers,
    find,
    listed,
    lists,
    look_up,
    put,
)
from labkit.cloud.databrew.versions import PUBLISHED, WORKING
from labkit.cloud.databrew.words import invalid, not_found
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, Context

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
    changes = given({"Steps": Steps, "Description": Description})
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


@lists("ListRecipes", "Recipes")
def list_recipes(context: Context, *, RecipeVersion: str | None = None) -> list[Record]:
    """The recipes: the latest published version of each by default."""
    if RecipeVersion not in (None, WORKING, PUBLISHED):
        valid = f"Valid versions are {PUBLISHED} and {WORKING}."
        raise invalid(f"Invalid version {RecipeVersion}. {valid}")
    found = ((each, versions.find(each, RecipeVersion)) for each in listed(context, RECIPE))
    return [_shown(context, recipe, version) for recipe, version in found if version]


@lists("ListRecipeVersions", "Recipes")
def list_recipe_versions(context: Context, *, Name: str) -> list[Record]:
    """The published versions of a recipe, the first one first."""
    recipe = look_up(context.cloud, context.region, RECIPE, Name)
    found = versions.published(recipe) if recipe else []
    return [_shown(context, recipe, each) for each in found if recipe]


def recipe_steps(
    cloud: Cloud, region: str, name: str, version: str | None
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
