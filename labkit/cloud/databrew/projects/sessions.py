"""Interactive sessions: steps tried and taken on a project's sample.

A session is opened by ``StartProjectSession``; opened again by another caller it needs
``AssumeControl``. Each action shows a frame of the sample (`views` says how) after the steps of the
recipe's working version: as it stands, after the first ``StepIndex`` of them, or with one more
step. A previewed step leaves nothing; one that is not goes to the end of the recipe's working
version. Sources: https://docs.aws.amazon.com/databrew/latest/dg/API_StartProjectSession.html and
https://docs.aws.amazon.com/databrew/latest/dg/API_SendProjectSessionAction.html
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator
from typing import Any

from labkit.cloud.databrew import quotas, records
from labkit.cloud.databrew.failures import EXPECTED, reason
from labkit.cloud.databrew.projects import views
from labkit.cloud.databrew.projects.questions import (
    ASKS_A_TYPE,
    ASKS_AGAIN,
    LOOKS_BACK,
    asks,
    number,
    result_of,
    type_told,
)
from labkit.cloud.databrew.projects.samples import Sample, sample_of
from labkit.cloud.databrew.records import PROJECT, RECIPE, Record, answers, find, put
from labkit.cloud.databrew.words import conflict, denied, invalid
from labkit.cloud.operations import Answer, AwsError, Context

Steps = list[Record]
#: Codes that DataBrew has itself.
_OWN = frozenset(
    (
        "AccessDeniedException",
        "ConflictException",
        "NotImplementedException",
        "ResourceNotFoundException",
        "ServiceQuotaExceededException",
        "ValidationException",
    )
)


@answers("StartProjectSession", alone=False)
def start_project_session(context: Context, *, Name: str, AssumeControl: bool = False) -> Answer:
    """Open a project: its sample is read as its role."""
    with context.cloud.lock("databrew"):
        project = _taken(context, find(context, PROJECT, Name), AssumeControl)
    try:
        with _refusals():
            sample = sample_of(context.cloud, project)
            with sample.alone():
                sample.after([])
    except AwsError:
        _set_status(context, project, "FAILED")
        raise
    _set_status(context, project, "READY")
    return {"Name": Name, "ClientSessionId": project["_"]["session"]}


@answers("SendProjectSessionAction", alone=False)
def send_project_session_action(
    context: Context,
    *,
    Name: str,
    Preview: bool = False,
    RecipeStep: Record | None = None,
    StepIndex: int | None = None,
    ClientSessionId: str | None = None,
    ViewFrame: Record | None = None,
) -> Answer:
    """Look at the sample, try a step on it, or take one."""
    project = _opened(context, Name, ClientSessionId)
    recipe = find(context, RECIPE, project["RecipeName"])
    sample = sample_of(context.cloud, project)
    if asks(RecipeStep, ASKS_AGAIN):
        told = result_of(sample, number(RecipeStep or {}, "actionId"))
        return _answer(context, Name, sample, told)
    if asks(RecipeStep, LOOKS_BACK):
        StepIndex, RecipeStep = number(RecipeStep or {}, "stepIndex"), None
    Preview = Preview or asks(RecipeStep, ASKS_A_TYPE)
    steps = _until(recipe["Steps"], StepIndex)
    if RecipeStep and not Preview and StepIndex is not None:
        raise invalid("A StepIndex is for looking back; a step is applied at the recipe's end.")
    wanted = [*steps, RecipeStep] if RecipeStep else steps
    before = wanted[:-1] if RecipeStep or StepIndex else wanted
    quotas.check_steps(context.operation, wanted)
    with _refusals(), sample.alone():
        shown = _shown(sample, before, wanted, ViewFrame or {})
        if asks(RecipeStep, ASKS_A_TYPE):
            shown |= type_told(sample, before, RecipeStep or {})
    if RecipeStep and not Preview:
        _apply(context, recipe, wanted)
    of = {"project": Name, "recipe": recipe["Name"], "steps": len(wanted)}
    size = {"type": project["Sample"]["Type"], "size": project["Sample"]["Size"]}
    result = {**of, **shown, "sample": {**size, **shown["sample"]}}
    return _answer(context, Name, sample, json.dumps(result, allow_nan=False))


def _answer(context: Context, name: str, sample: Sample, result: str) -> Answer:
    """A result under its number, by which it can be asked for again."""
    action = _count(context, name)
    sample.remember(action, result)
    return {"Name": name, "ActionId": action, "Result": result}


def _taken(context: Context, project: Record, assume: bool) -> Record:
    """The project, opened by this caller."""
    owner = project.get("OpenedBy")
    if owner not in (None, context.principal.arn) and not assume:
        raise conflict(f"The project {project['Name']} is open by {owner}.")
    opened = {
        "OpenedBy": context.principal.arn,
        "OpenDate": records.now(),
        "SessionStatus": "INITIALIZING",
        "_": {**project["_"], "session": uuid.uuid4().hex},
    }
    return put(context.cloud, PROJECT, project | opened)


def _set_status(context: Context, project: Record, status: str) -> None:
    """Note how the opening ended, unless somebody has opened the project again meanwhile."""
    with context.cloud.lock("databrew"):
        now = records.look_up(context.cloud, context.region, PROJECT, project["Name"])
        if now and now["_"].get("session") == project["_"]["session"]:
            put(context.cloud, PROJECT, now | {"SessionStatus": status})


def _opened(context: Context, name: str, session: str | None) -> Record:
    project = find(context, PROJECT, name)
    now = project["_"].get("session")
    if now is None or project["SessionStatus"] != "READY":
        raise invalid(f"The project {name} has no session that is ready: start one first.")
    if session not in (None, now):
        raise conflict(f"The session is over: the project {name} was opened again since.")
    return project


def _until(steps: Steps, index: int | None) -> Steps:
    if index is not None and index > len(steps):
        raise invalid(f"The StepIndex {index} is too large: the recipe has {len(steps)} steps.")
    return steps if index is None else steps[:index]


def _shown(sample: Sample, before: Steps, wanted: Steps, frame: Record) -> dict[str, Any]:
    """The frame, and what its last step has changed where it is a new one or looked back at."""
    after = sample.after(wanted)
    rows = sample.rows(after)
    shown = views.view(rows, after[1], frame)
    first = sample.after([])
    shown["sample"] = {"rows": sample.rows(first).num_rows}
    if wanted is not before:
        stage = sample.after(before)
        old = (sample.rows(stage), stage[1])
        shown["changes"] = views.changes(old, (rows, after[1]))
    return shown


def _apply(context: Context, recipe: Record, steps: Steps) -> None:
    with context.cloud.lock("databrew"):
        now = find(context, RECIPE, recipe["Name"])
        if now["Steps"] != recipe["Steps"]:
            raise conflict(f"The recipe {recipe['Name']} has changed meanwhile: look again.")
        records.update(context, RECIPE, recipe["Name"], {"Steps": steps})


def _count(context: Context, name: str) -> int:
    """The number of this action among those of the project."""
    with context.cloud.lock("databrew"):
        project = find(context, PROJECT, name)
        hidden = {**project["_"], "actions": project["_"]["actions"] + 1}
        put(context.cloud, PROJECT, project | {"_": hidden})
        return int(hidden["actions"])


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """What is wrong with steps or with the data, as DataBrew's error."""
    try:
        yield
    except AwsError as error:
        if error.code == "AccessDenied":  # S3's own word
            raise denied(error.message) from error
        if error.code not in _OWN:  # that of a bucket, a key or a table
            raise invalid(f"{error.code}: {error.message}") from error
        raise
    except EXPECTED as error:
        raise invalid(reason(error)) from error
