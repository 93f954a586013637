"""Jobs: what is to be done with a data set, and where the outcome goes.

A profile job describes a data set; a recipe job transforms it by a recipe, named or a project's.
What it names must be there when it is made, and again when a run starts, which also wants what AWS
calls optional; whether DataBrew may act as the role is judged when it is made or changed. A change
is the whole of what can be changed, as the method PUT says: what it leaves out is as in a new job.
Sources:
https://docs.aws.amazon.com/databrew/latest/dg/API_CreateRecipeJob.html and
https://docs.aws.amazon.com/databrew/latest/dg/API_CreateProfileJob.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.databrew import records
from labkit.cloud.databrew.jobs import databases, runs
from labkit.cloud.databrew.jobs.forms import check_output
from labkit.cloud.databrew.jobs.plans import check_names
from labkit.cloud.databrew.profile import validate
from labkit.cloud.databrew.records import JOB, PROJECT, SCHEDULE, Record, answers, lists, shown
from labkit.cloud.databrew.trust import check_role
from labkit.cloud.databrew.words import conflict, invalid
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, Context

MISSING = "The job {name} wasn't found"
#: https://docs.aws.amazon.com/databrew/latest/dg/jobs.recipe.html
MOST_NODES = 149
DEFAULTS = {"LogSubscription": "ENABLE", "MaxCapacity": 5, "MaxRetries": 0, "Timeout": 2880}
#: What else a change may say, and takes away where it does not.
_CHANGED = """Outputs DataCatalogOutputs DatabaseOutputs EncryptionMode EncryptionKeyArn JobSample
    ProfileConfiguration ValidationConfigurations""".split()


@answers("CreateRecipeJob")
def create_recipe_job(context: Context, *, Name: str, Tags: Any = None, **members: Any) -> Answer:
    """A new job that runs a recipe."""
    _check_outputs(context, members)
    return _create(context, Name, "RECIPE", {"Tags": Tags, **members})


@answers("CreateProfileJob")
def create_profile_job(
    context: Context, *, Name: str, Tags: Any = None, Configuration: Any = None, **members: Any
) -> Answer:
    """A new job that profiles a data set."""
    validate(Configuration)
    members |= {"Tags": Tags, "ProfileConfiguration": Configuration}
    return _create(context, Name, "PROFILE", _with_output(members))


@answers("UpdateRecipeJob")
def update_recipe_job(context: Context, *, Name: str, **members: Any) -> Answer:
    """Change a recipe job to what is given."""
    _check_outputs(context, members)
    return _update(context, Name, "RECIPE", members)


@answers("UpdateProfileJob")
def update_profile_job(
    context: Context, *, Name: str, Configuration: Any = None, **members: Any
) -> Answer:
    """Change a profile job to what is given."""
    validate(Configuration)
    members["ProfileConfiguration"] = Configuration
    return _update(context, Name, "PROFILE", _with_output(members))


@answers("DescribeJob")
def describe_job(context: Context, *, Name: str) -> Answer:
    return shown(records.find(context, JOB, Name))


@lists("ListJobs", "Jobs")
def list_jobs(
    context: Context, *, DatasetName: str | None = None, ProjectName: str | None = None
) -> list[Record]:
    asked = given({"DatasetName": DatasetName, "ProjectName": ProjectName})
    found = [(job, _acts_on(context, job)) for job in records.listed(context, JOB)]
    return [shown(job) for job, acted_on in found if asked.items() <= acted_on.items()]


def _acts_on(context: Context, job: Record) -> Record:
    """A job's project and data set, which may be the project's."""
    project = job.get("ProjectName")
    found = project and records.look_up(context.cloud, context.region, PROJECT, project)
    dataset = job.get("DatasetName") or (found or {}).get("DatasetName")
    return {"ProjectName": project, "DatasetName": dataset}


@answers("DeleteJob")
def delete_job(context: Context, *, Name: str) -> Answer:
    """Drop a job and the history of its runs; what they wrote stays."""
    records.find(context, JOB, Name, missing=f"{MISSING}.")
    if runs.running(context, Name):
        raise conflict(f"The job {Name} is running.")
    for schedule in records.listed(context, SCHEDULE):
        if Name in schedule.get("JobNames", []):
            raise conflict(f"The job {Name} is used by the schedule {schedule['Name']}.")
    runs.forget(context, Name)
    records.remove(context, JOB, Name)
    return {"Name": Name}


def _create(context: Context, name: str, kind: str, members: Record) -> Answer:
    taken = records.look_up(context.cloud, context.region, JOB, name)
    if taken:
        raise conflict(f"The job {name} {taken['Type'].lower()} job already exists.")
    _check_capacity(members)
    made = {**DEFAULTS, "Type": kind, **members}
    check_names(context, made)
    check_role(context, members["RoleArn"])
    records.create(context, JOB, name, made)
    return {"Name": name}


def _update(context: Context, name: str, kind: str, members: Record) -> Answer:
    _check_capacity(members)
    job = records.find(context, JOB, name, missing=MISSING)
    if job["Type"] != kind:
        raise invalid(f"The job {name} is a {job['Type'].lower()} job.")
    changes = {**dict.fromkeys(_CHANGED), **DEFAULTS, **members}
    check_names(context, job | changes)
    check_role(context, members["RoleArn"])
    records.update(context, JOB, name, changes, missing=MISSING)
    return {"Name": name}


def _with_output(members: Record) -> Record:
    """A profile job's members, its ``OutputLocation`` as its one output, as AWS shows it."""
    location = members.pop("OutputLocation", None)
    return {**members, "Outputs": [{"Location": location}]} if location else members


def _check_outputs(context: Context, members: Record) -> None:
    databases.check_outputs(context.cloud.account, members)
    outputs = members.get("Outputs") or []
    for output in outputs:
        check_output(context.operation, output)
    if len(set(map(_files, outputs))) < len(outputs):
        raise invalid("Two outputs of the job would write the same files.")


def _files(output: Record) -> tuple[Any, ...]:
    """What tells an output's files from another's."""
    place, packed = output["Location"], output.get("CompressionFormat")
    key, form = place.get("Key", "").strip("/"), output.get("Format", "CSV")
    return place["Bucket"], key, form, packed, bool(output.get("Overwrite"))


def _check_capacity(members: Record) -> None:
    if members.get("EncryptionMode") == "SSE-KMS" and not members.get("EncryptionKeyArn"):
        raise invalid("The encryption mode SSE-KMS needs an EncryptionKeyArn.")
    if not 1 <= members.get("MaxCapacity", 1) <= MOST_NODES:
        raise invalid(f"MaxCapacity must be at least 1 and at most {MOST_NODES}.")
    sample = members.get("JobSample") or {}
    if sample.get("Mode") == "CUSTOM_ROWS" and sample.get("Size", 0) < 1:
        raise invalid("A JobSample of the mode CUSTOM_ROWS needs a Size of at least 1.")
