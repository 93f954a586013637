"""What takes more than one call of DataBrew's API: making or changing, looking up, listing."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit import names
from labkit.catalog import split_table
from labkit.errors import RunFailed, UnknownName
from labkit.progress import Progress, wait
from labkit.storage import split_uri

if TYPE_CHECKING:
    from labkit.lab import Lab

WORKING = "LATEST_WORKING"


class Calls:
    """Calls of DataBrew.

    Args:
        lab: the lab whose clients to use.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def open_session(self, project: str) -> str:
        """The id of a project's session; the session is ours from here on.

        Raises:
            UnknownName: no such project.
            RunFailed: the session did not open.
        """
        databrew = self.lab.client("databrew")
        try:
            started = databrew.start_project_session(Name=project, AssumeControl=True)
        except databrew.exceptions.ResourceNotFoundException:
            known = [p["Name"] for p in self.all("projects")]
            raise UnknownName("project", project, known) from None
        self._until_ready(project)
        return str(started["ClientSessionId"])

    def _until_ready(self, project: str) -> None:
        """Wait for a session that has been started; AWS takes a minute."""
        ended = wait(
            f"The session of {project}",
            lambda: self.lab.client("databrew").describe_project(Name=project)["SessionStatus"],
            until=lambda status: status in ("READY", "FAILED", "TERMINATED"),
            tell=lambda status: Progress(f"Session of {project}: {status}"),
            quiet=True,
        )
        if ended != "READY":
            raise RunFailed("session", project, ended)

    def act(self, project: str, session: str, frame: dict[str, Any], **action: Any) -> Any:
        """What an action of a session shows, without the figures of its columns."""
        answer = self.lab.client("databrew").send_project_session_action(
            Name=project,
            ClientSessionId=session,
            ViewFrame={"StartColumnIndex": 0, "Analytics": "DISABLE", **frame},
            **action,
        )
        return result_of(project, answer)

    def put_project(self, name: str, **members: Any) -> None:
        """Create a project, or change what of it can be changed.

        Raises:
            ClientError: the one of this name has another data set or recipe, or the recipe another
                project.
        """
        databrew = self.lab.client("databrew")
        try:
            databrew.create_project(Name=name, **members)
        except databrew.exceptions.ConflictException:
            found = {p["Name"]: p for p in self.all("projects")}.get(name)
            fixed = ("DatasetName", "RecipeName")
            if found is None or any(found[each] != members[each] for each in fixed):
                raise
            changes = {each: members[each] for each in ("RoleArn", "Sample")}
            databrew.update_project(Name=name, **changes)

    def find_recipe(self, name: str, version: str) -> dict[str, Any]:
        """A version as ``DescribeRecipe`` tells it.

        Raises:
            UnknownName: no such recipe.
        """
        databrew = self.lab.client("databrew")
        try:
            found: dict[str, Any] = databrew.describe_recipe(Name=name, RecipeVersion=version)
        except databrew.exceptions.ResourceNotFoundException:
            recipes = self.lab.all("databrew", "list_recipes", "Recipes", RecipeVersion=WORKING)
            known = [each["Name"] for each in recipes]
            if name in known:
                raise
            raise UnknownName("recipe", name, known) from None
        return found

    def make_recipe(self, name: str, steps: list[dict[str, Any]]) -> bool:
        """Whether a recipe of this name had to be made."""
        databrew = self.lab.client("databrew")
        with contextlib.suppress(databrew.exceptions.ConflictException):
            databrew.create_recipe(Name=name, Steps=steps)
            return True
        return False

    def put(self, kind: str, **members: Any) -> None:
        """Create a resource, or change the one of this name."""
        databrew = self.lab.client("databrew")
        try:
            getattr(databrew, f"create_{kind}")(**members)
        except databrew.exceptions.ConflictException:
            getattr(databrew, f"update_{kind}")(**members)

    def put_any_job(self, kind: str, name: str, once: dict[str, Any], **members: Any) -> None:
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

    def all(self, kind: str) -> Iterator[dict[str, Any]]:
        """All resources of a kind (``datasets``)."""
        return self.lab.all("databrew", f"list_{kind}", kind.capitalize())

    def runs_of(self, job: str) -> Iterator[dict[str, Any]]:
        """A job's runs, each with how many ``nodes`` it has."""
        nodes = self.lab.client("databrew").describe_job(Name=job)["MaxCapacity"]
        for run in self.lab.all("databrew", "list_job_runs", "JobRuns", Name=job):
            yield run | {"nodes": nodes}


def result_of(project: str, answer: dict[str, Any]) -> dict[str, Any]:
    """What an action of a session shows.

    Raises:
        RunFailed: it is AWS's own ``Result``, of which AWS publishes only that it is a string.
    """
    with contextlib.suppress(ValueError):
        found: Any = json.loads(answer["Result"])
        if isinstance(found, dict) and "allColumns" in found:
            return found
    raise RunFailed("session", project, "what AWS's own sessions show can be seen in its console.")


def location(uri: str) -> dict[str, str]:
    """An S3 address as DataBrew takes it."""
    bucket, key = split_uri(uri)
    return {"Bucket": bucket, "Key": key}


def table_input(name: str) -> dict[str, Any]:
    """``database.table`` as a data set's input."""
    database, table = split_table(name)
    return {"DataCatalogInputDefinition": {"DatabaseName": database, "TableName": table}}


def where(source: dict[str, Any]) -> str:
    """A data set's input as an address, as ``database.table``, or what a connection leads to.

    >>> where({"DatabaseInputDefinition": {"GlueConnectionName": "wh", "DatabaseTableName": "t"}})
    't (wh)'
    """
    if place := source.get("S3InputDefinition"):
        return f"s3://{place['Bucket']}/{place.get('Key', '')}"
    if behind := source.get("DatabaseInputDefinition"):
        asked = behind.get("DatabaseTableName") or behind.get("QueryString", "")
        return f"{asked} ({behind['GlueConnectionName']})"
    table = source.get("DataCatalogInputDefinition", {})
    return ".".join(table.get(part, "") for part in ("DatabaseName", "TableName"))
