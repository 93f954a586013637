"""What Glue refuses of jobs, triggers, workflows, schemas and tags, whose records moto keeps.

A name that is taken is not made anew: moto would lose what it had. The same job may be asked for
again, as a client does that did not see the answer.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html
"""

from __future__ import annotations

import re
from typing import Any

from botocore import xform_name

from labkit.cloud.glue.evolution import check_definition
from labkit.cloud.glue.quality import rulesets
from labkit.cloud.glue.schedule import check_schedule
from labkit.cloud.glue.words import exists, invalid, not_found
from labkit.cloud.operations import AwsError, Context, not_here

Members = dict[str, Any]
_BOTH = "Please set both Worker Type and Number of Workers."
_EITHER = "Please do not set Max Capacity if using Worker Type and Number of Workers."
_ONLY = "Please set only Allocated Capacity or Max Capacity"
_NAMED = {"CreateTrigger": "triggers", "CreateWorkflow": "workflows"}
# What has tags, as its ARN calls it, and moto's records of it.
_TAGGED = {
    "connection": "connections",
    "crawler": "crawlers",
    "database": "databases",
    "devEndpoint": "dev_endpoints",
    "job": "jobs",
    "registry": "registries",
    "session": "sessions",
    "trigger": "triggers",
    "workflow": "workflows",
}


def judge_call(context: Context, parameters: Members) -> None:
    """Raise for what Glue does not take; other calls are passed on."""
    backend, name = context.backend("glue"), parameters.get("Name")
    catalog = parameters.get("CatalogId", context.account)
    if catalog != context.account and re.search("Connection|EncryptionSettings", context.operation):
        raise not_found(f"Catalog {catalog} not found.")
    if {"TransactionId", "QueryAsOfTime"} & parameters.keys():
        raise not_here("glue", context.operation, "transactions and times of governed tables")
    if context.operation == "CreateJob" and name in backend.jobs:
        _check_same(backend.jobs[name], parameters)
    if context.operation in ("CreateJob", "UpdateJob", "StartJobRun"):
        _check_capacity(parameters.get("JobUpdate", parameters))
    if context.operation == "GetResourcePolicy":
        _check_policy(backend, parameters.get("ResourceArn", backend.default_catalog_arn))
    if context.operation == "CreateTrigger" and parameters.get("Type") == "SCHEDULED":
        check_scheduled(parameters)
    if context.operation == "CreateSchema":
        check_definition(parameters["DataFormat"], parameters.get("SchemaDefinition", ""))
    if context.operation.startswith("GetWorkflowRun") and parameters.get("IncludeGraph"):
        raise not_here("glue", context.operation, "graphs are those of workflows, not of runs")
    if context.operation in ("GetTags", "TagResource", "UntagResource"):
        _check_tagged(context, parameters["ResourceArn"])
    records = _NAMED.get(context.operation)
    if records and name in getattr(backend, records):
        raise exists(f"{records[:-1].capitalize()} {name}")


def _check_tagged(context: Context, arn: str) -> None:
    kind, _, name = arn.rpartition(":")[2].partition("/")
    if kind == "dataQualityRuleset":
        rulesets.find(context, name)
    elif kind in _TAGGED:
        held = getattr(context.backend("glue"), _TAGGED[kind])
        if not {name, name.lower()} & held.keys():
            raise not_found(f"{kind[0].upper()}{kind[1:]} {name} not found.")


def _check_capacity(asked: Members) -> None:
    """Raise unless a job's or run's capacity is told by its workers or by its DPUs."""
    if ("WorkerType" in asked) != ("NumberOfWorkers" in asked):
        raise invalid(_BOTH)
    if "WorkerType" in asked and "MaxCapacity" in asked:
        raise invalid(_EITHER)
    if "AllocatedCapacity" in asked and "MaxCapacity" in asked:
        raise invalid(_ONLY)


def _check_policy(backend: Any, arn: str) -> None:
    if arn not in backend.resource_policies:
        raise not_found("Policy not found")


def _check_same(job: Any, parameters: Members) -> None:
    """Raise unless a job of this name is what is asked for."""
    asked = {xform_name(k): v for k, v in parameters.items() if k != "Tags"}
    if any(getattr(job, member, value) != value for member, value in asked.items()):
        words = f"Job with name: {job.name} already submitted with different configuration."
        raise AwsError("IdempotentParameterMismatchException", words)


def check_scheduled(parameters: Members) -> None:
    """Raise unless there is a schedule, and it is one."""
    if not parameters.get("Schedule"):
        raise invalid("Schedule cannot be null or empty for a trigger of type SCHEDULED")
    check_schedule(parameters["Schedule"])
