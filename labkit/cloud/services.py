"""The services with operations of our own, and when their code is loaded.

Importing this loads the services that every lab needs. QuickSight and Redshift take as long as all
others together: their code comes with the first request for them, or with the start of a workspace
that has something of theirs. So schedules, ports and COPY jobs go on without being asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import labkit.cloud.access.boundaries
import labkit.cloud.access.certificates
import labkit.cloud.access.ciphers
import labkit.cloud.access.describing
import labkit.cloud.access.entities
import labkit.cloud.access.grants
import labkit.cloud.access.inline_policies
import labkit.cloud.access.managed_policies
import labkit.cloud.access.multi_region
import labkit.cloud.access.paths
import labkit.cloud.access.providers
import labkit.cloud.access.signing
import labkit.cloud.access.simulation
import labkit.cloud.access.tag_cases
import labkit.cloud.access.unique_ids
import labkit.cloud.around.ec2
import labkit.cloud.around.made_up
import labkit.cloud.around.parameter_values
import labkit.cloud.around.rotating
import labkit.cloud.around.secret_lists
import labkit.cloud.around.tagging
import labkit.cloud.athena
import labkit.cloud.cloudwatch.alarm_states
import labkit.cloud.cloudwatch.composites
import labkit.cloud.cloudwatch.metrics
import labkit.cloud.cloudwatch.queries
import labkit.cloud.cloudwatch.watching
import labkit.cloud.databrew
import labkit.cloud.dynamodb.backups
import labkit.cloud.dynamodb.exports
import labkit.cloud.dynamodb.imports
import labkit.cloud.dynamodb.item_conditions
import labkit.cloud.dynamodb.item_order
import labkit.cloud.dynamodb.item_projections
import labkit.cloud.dynamodb.item_telling
import labkit.cloud.dynamodb.partiql.operations
import labkit.cloud.dynamodb.table_lists
import labkit.cloud.events
import labkit.cloud.firehose
import labkit.cloud.glue
import labkit.cloud.lake.looked
import labkit.cloud.lake_formation
import labkit.cloud.lambdas
import labkit.cloud.logs
import labkit.cloud.mail
import labkit.cloud.messages
import labkit.cloud.s3.notices
import labkit.cloud.scheduler
import labkit.cloud.stacks.mending
import labkit.cloud.stacks.validation
import labkit.cloud.states  # noqa: F401
from labkit.cloud.cloud import Cloud
from labkit.cloud.protocol import Reply

Page = Callable[[Cloud, dict[str, Any]], Reply]
# Who is asked for what is loaded late, and the package that answers.
LATE = {
    "quicksight": "labkit.cloud.quicksight",
    "redshift": "labkit.cloud.redshift",
    "redshift-data": "labkit.cloud.redshift",
    "redshift-serverless": "labkit.cloud.redshift",
}
# What browsers ask for without a signature: beginnings of paths, whose they are, who answers.
PAGES = {
    "/labkit/cloudformation/": ("cloudformation", "labkit.cloud.stacks.custom"),
    "/labkit/quicksight/embed/": ("quicksight", "labkit.cloud.quicksight.embedding.pages"),
    "/labkit/quicksight/session/": ("quicksight", "labkit.cloud.quicksight.embedding.pages"),
    "/labkit/quicksight/snapshots/": ("quicksight", "labkit.cloud.quicksight.reports.downloads"),
}
# What is signed as a service's but has no model of AWS's, and the module that answers.
UNMODELLED = {"iceberg-rest": "labkit.cloud.iceberg.rest"}


def need(cloud: Cloud, service: str) -> None:
    """Have a service's code loaded; who asks while it is being loaded waits."""
    if package := LATE.get(service):
        cloud.load(package)


def resume(cloud: Cloud) -> None:
    """Load the code of each service that the workspace has something of."""
    for service in cloud.state.services():
        need(cloud, service)


def page_at(cloud: Cloud, path: str) -> Page | None:
    """Who answers a path that needs no signature; ``None`` for all other paths."""
    for beginning, (service, module) in PAGES.items():
        if path.startswith(beginning):
            need(cloud, service)
            answer: Page = importlib.import_module(module).answer
            return answer
    return None
