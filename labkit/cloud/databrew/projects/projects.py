"""Projects: a data set, a recipe and the role that reads the one to work on the other.

A recipe is worked on in one project. Its session is opened by ``StartProjectSession``, see
`sessions`. Source: https://docs.aws.amazon.com/databrew/latest/dg/projects.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.databrew import records
from labkit.cloud.databrew.recipes import check_name, project_of
from labkit.cloud.databrew.records import (
    DATASET,
    JOB,
    PROJECT,
    RECIPE,
    Record,
    answers,
    listed,
    lists,
    look_up,
)
from labkit.cloud.databrew.trust import check_role
from labkit.cloud.databrew.words import conflict, invalid
from labkit.cloud.operations import Answer, Context

SAMPLE = {"Type": "FIRST_N", "Size": 500}


@answers("CreateProject")
def create_project(
    context: Context,
    *,
    Name: str,
    DatasetName: str,
    RecipeName: str,
    RoleArn: str,
    Sample: Record | None = None,
    Tags: Any = None,
) -> Answer:
    """A new project on a data set and a recipe that there are."""
    check_name(Name)
    if look_up(context.cloud, context.region, PROJECT, Name):
        raise conflict(PROJECT.taken.format(name=Name))
    _check_names(context, DatasetName, RecipeName)
    check_role(context, RoleArn)
    members = {"DatasetName": DatasetName, "RecipeName": RecipeName, "RoleArn": RoleArn}
    made = {**members, "Sample": SAMPLE | (Sample or {}), "Tags": Tags}
    records.create(context, PROJECT, Name, made, {"actions": 0})
    return {"Name": Name}


@answers("UpdateProject")
def update_project(
    context: Context, *, Name: str, RoleArn: str, Sample: Record | None = None
) -> Answer:
    """Change the role, and the sample if one is given; an open session reads it anew."""
    check_role(context, RoleArn)
    changes = {"RoleArn": RoleArn, **({"Sample": SAMPLE | Sample} if Sample else {})}
    changed = records.update(context, PROJECT, Name, changes)
    return {"Name": Name, "LastModifiedDate": changed["LastModifiedDate"]}


@answers("DescribeProject")
def describe_project(context: Context, *, Name: str) -> Answer:
    return records.shown(records.find(context, PROJECT, Name))


@lists("ListProjects", "Projects")
def list_projects(context: Context) -> list[Record]:
    return [records.shown(project) for project in listed(context, PROJECT)]


@answers("DeleteProject")
def delete_project(context: Context, *, Name: str) -> Answer:
    """Drop a project; its recipe and its data set stay."""
    records.find(context, PROJECT, Name)
    jobs = [job["Name"] for job in listed(context, JOB) if job.get("ProjectName") == Name]
    if jobs:
        raise conflict(f"The project {Name} is used by the job {jobs[0]}.")
    records.remove(context, PROJECT, Name)
    return {"Name": Name}


def _check_names(context: Context, dataset: str, recipe: str) -> None:
    for kind, name in ((DATASET, dataset), (RECIPE, recipe)):
        if look_up(context.cloud, context.region, kind, name) is None:
            raise invalid(f"The {kind.name} {name} doesn't exist.")
    other = project_of(context, recipe)
    if other:
        raise conflict(f"The recipe {recipe} is used by the project {other} already.")
