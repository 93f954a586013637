"""A project, its recipe's steps and its job run, as the recipe editor shows them."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from labkit.recipes.runs import DOLLARS_PER_NODE_HOUR, ENDS, node_hours
from labkit.recipes.words import sentence
from labkit.widgets.refusals import advice

if TYPE_CHECKING:
    from labkit.lab import Lab

Facts = dict[str, Any]


def project_facts(project: Facts, recipe: Facts, published: list[Facts]) -> Facts:
    """A project.

    Args:
        project: as ``DescribeProject`` tells it.
        recipe: the working version, as ``DescribeRecipe`` tells it.
        published: the published versions, the first one first.
    """
    sample = project["Sample"]
    return {
        "name": project["Name"],
        "data_set": project["DatasetName"],
        "recipe": project["RecipeName"],
        "sample": f"{SAMPLES[sample['Type']]} {sample['Size']:,} rows",
        "status": project.get("SessionStatus", ""),
        "version": recipe["RecipeVersion"],
        "published": published[-1]["RecipeVersion"] if published else "",
        "changed": not published or published[-1]["Steps"] != recipe["Steps"],
    }


SAMPLES = {"FIRST_N": "First", "LAST_N": "Last", "RANDOM": "Random"}


def step_facts(step: Facts) -> Facts:
    """A step with its words, and as boto3 takes it."""
    return {"words": sentence(step), "operation": step["Action"]["Operation"], "step": step}


def source_facts(lab: Lab, data_set: Facts) -> Facts:
    """A data set that a step can join: its definition as the step has it, and its columns.

    Args:
        data_set: as ``ListDatasets`` tells it.
    """
    kinds = ("DataCatalogInputDefinition", "S3InputDefinition", "DatabaseInputDefinition")
    definition = {kind: data_set["Input"][kind] for kind in kinds if kind in data_set["Input"]}
    table = definition.get("DataCatalogInputDefinition")
    return {
        "name": data_set["Name"],
        "definition": json.dumps(definition),
        "columns": _columns(lab, table["DatabaseName"], table["TableName"]) if table else [],
    }


def _columns(lab: Lab, database: str, table: str) -> list[str]:
    with contextlib.suppress(ClientError):
        found = lab.client("glue").get_table(DatabaseName=database, Name=table)["Table"]
        columns = [*found["StorageDescriptor"]["Columns"], *found.get("PartitionKeys", [])]
        return [column["Name"] for column in columns]
    return []


def run_facts(lab: Lab, run: Facts, files: list[str]) -> Facts:
    """A job run.

    Args:
        run: as ``DescribeJobRun`` tells it.
        files: what it has written.
    """
    message = run.get("ErrorMessage", "")
    sentence_of, code = advice(message, who=lab.caller) if message else ("", "")
    hours = node_hours(run["ExecutionTime"], NODES) if run["State"] in ENDS else 0.0
    return {
        "job": run["JobName"],
        "state": run["State"],
        "seconds": run["ExecutionTime"],
        "dollars": round(hours * DOLLARS_PER_NODE_HOUR, 4),
        "text": message,
        "advice": sentence_of,
        "code": code,
        "files": files,
    }


NODES = 5


def start_of_change(view: Facts, start: int) -> int:
    """Where to look from: as it is when the first changed column is in sight, else near to it.

    Args:
        view: what the session shows.
        start: the first column of the frame.
    """
    changes = view.get("changes") or {}
    names = [*changes.get("new", []), *changes.get("changed", [])]
    shown = {column["name"] for column in view["columns"]}
    if not names or names[0] in shown:
        return start
    all_names = [column["name"] for column in view["allColumns"]]
    return max(0, all_names.index(names[0]) - 2)


def within(view: Facts, frame: Facts) -> Facts:
    """A frame that is full of columns where there are enough, and not below the last row.

    Args:
        view: what the session shows in the frame.
        frame: from which column and row on it shows them.
    """
    columns = [column["name"] for column in view["allColumns"]]
    shown = [at for at, name in enumerate(columns) if name not in frame["hidden"]]
    start = min([frame["start"], *shown[-FRAME_COLUMNS:]])
    return {**frame, "start": start, "row": frame["row"] if frame["row"] < view["rowCount"] else 0}


FRAME_COLUMNS = 20
