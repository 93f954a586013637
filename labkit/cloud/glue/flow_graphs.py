"""The graphs of workflows, whose nodes are triggers, jobs and crawlers.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
"""

from __future__ import annotations

import hashlib
from typing import Any

from labkit.cloud.glue.records import answers, glue
from labkit.cloud.operations import Answer, Context

_KINDS = {"JobName": "JOB", "CrawlerName": "CRAWLER"}


@answers("GetWorkflow")
def get_workflow(context: Context, *, Name: str, IncludeGraph: bool = False) -> Answer:
    """A workflow, with its graph where it is asked for."""
    records = glue(context)
    records.get_workflow(Name)  # which refuses one that there is not
    return {"Workflow": _shown(context, records.workflows[Name], IncludeGraph)}


@answers("BatchGetWorkflows")
def batch_get_workflows(
    context: Context, *, Names: list[str], IncludeGraph: bool = False
) -> Answer:
    """Those of the workflows that there are, and the names of the others."""
    known = glue(context).workflows
    found = [_shown(context, known[name], IncludeGraph) for name in Names if name in known]
    return {"Workflows": found, "MissingWorkflows": [name for name in Names if name not in known]}


def _shown(context: Context, workflow: Any, with_graph: bool) -> Answer:
    told: Answer = workflow.as_dict()
    if not with_graph:
        return told
    triggers = glue(context).triggers.values()
    return told | {"Graph": _graph([t for t in triggers if t.workflow_name == workflow.name])}


def _graph(triggers: list[Any]) -> Answer:
    nodes: dict[str, Answer] = {}
    edges: list[Answer] = []

    def node(kind: str, name: str, **details: Any) -> str:
        number = f"wnode_{hashlib.sha256(f'{kind}/{name}'.encode()).hexdigest()}"
        nodes.setdefault(number, {"Type": kind, "Name": name, "UniqueId": number, **details})
        return number

    def named(told: Answer) -> list[str]:
        return [node(_KINDS[key], told[key]) for key in _KINDS if key in told]

    for trigger in triggers:
        told = trigger.as_dict()
        middle = node("TRIGGER", trigger.name, TriggerDetails={"Trigger": told})
        before = [
            each for c in told.get("Predicate", {}).get("Conditions", []) for each in named(c)
        ]
        after = [each for action in told["Actions"] for each in named(action)]
        edges += [{"SourceId": each, "DestinationId": middle} for each in before]
        edges += [{"SourceId": middle, "DestinationId": each} for each in after]
    return {"Nodes": list(nodes.values()), "Edges": edges}
