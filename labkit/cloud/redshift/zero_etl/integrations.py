"""CreateIntegration and kin: which source brings its changes to which namespace.

The source is an Aurora cluster of RDS, whose data here are a SQLite file; the integration's tag
``labkit:sqlite-file`` says where. Source:
https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateIntegration.html
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters.listing import pages
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.sharing.producers import producer
from labkit.cloud.redshift.warehouse import RedshiftError
from labkit.cloud.redshift.words import fault
from labkit.cloud.redshift.zero_etl import running
from labkit.cloud.redshift.zero_etl.kinds import (
    FILE_TAG,
    INTEGRATION,
    id_of,
    namespace_of,
    source_file,
)
from labkit.cloud.redshift.zero_etl.source import opened

_SOURCE = re.compile(r"arn:aws:rds:([\w-]+):(\d{12}):cluster:([a-z][a-z0-9-]{0,62})")


@answers("CreateIntegration")
def create_integration(
    context: Context,
    *,
    SourceArn: str,
    TargetArn: str,
    IntegrationName: str,
    KMSKeyId: str | None = None,
    TagList: list[dict[str, str]] | None = None,
    AdditionalEncryptionContext: dict[str, str] | None = None,
    Description: str | None = None,
) -> Answer:
    region, name = _check_source(context, SourceArn)
    records.check_free(context, INTEGRATION, IntegrationName)
    _check_target(context, TargetArn)
    file = source_file(context.cloud, region, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with opened(file) as source:
        source.execute("PRAGMA user_version")
    members: dict[str, Any] = {
        "IntegrationArn": context.arn(f"integration:{uuid.uuid4()}"),
        "IntegrationName": IntegrationName,
        "SourceArn": SourceArn,
        "TargetArn": TargetArn,
        "Status": "active",
        "Errors": [],
        "CreateTime": records.now(),
        "Description": Description,
        "KMSKeyId": KMSKeyId,
        "AdditionalEncryptionContext": AdditionalEncryptionContext,
        "Tags": [*(TagList or []), {"Key": FILE_TAG, "Value": str(file)}],
    }
    made = records.create(context, INTEGRATION, IntegrationName, members, file=str(file))
    running.start(context.cloud, made)
    return records.shown(made)


def _check_source(context: Context, arn: str) -> tuple[str, str]:
    """The region and name of the source's cluster, which must be there."""
    found = _SOURCE.fullmatch(arn)
    clusters = context.cloud.backend("rds", found[1]).clusters if found else {}
    if found is None or found[3] not in clusters:
        raise fault("IntegrationSourceNotFoundFault", f"The source {arn} does not exist.")
    return found[1], found[3]


def _check_target(context: Context, arn: str) -> None:
    try:
        producer(context.cloud, namespace_of({"TargetArn": arn}))
    except RedshiftError as error:
        message = f"The target {arn} does not exist: {error.message}"
        raise fault("IntegrationTargetNotFoundFault", message) from error


@answers("DescribeIntegrations")
def describe_integrations(
    context: Context,
    *,
    IntegrationArn: str | None = None,
    Filters: list[dict[str, Any]] | None = None,
    **page: Any,
) -> Answer:
    found = records.listed(context, INTEGRATION)
    if IntegrationArn:
        found = [_find(context, IntegrationArn)]
    kept = [each for each in found if _meets(each, Filters or [])]
    return pages("Integrations", [records.shown(each) for each in kept], **page)


_FILTERS = {"integration-arn": "IntegrationArn", "source-arn": "SourceArn", "status": "Status"}


def _meets(record: Record, filters: list[dict[str, Any]]) -> bool:
    return all(record.get(_FILTERS.get(each["Name"], "")) in each["Values"] for each in filters)


@answers("DescribeInboundIntegrations")
def describe_inbound_integrations(
    context: Context,
    *,
    IntegrationArn: str | None = None,
    TargetArn: str | None = None,
    **page: Any,
) -> Answer:
    names = ("IntegrationArn", "SourceArn", "TargetArn", "Status", "Errors", "CreateTime")
    found = [
        {name: each[name] for name in names}
        for each in records.listed(context, INTEGRATION)
        if IntegrationArn in (None, each["IntegrationArn"])
        and TargetArn in (None, each["TargetArn"])
    ]
    return pages("InboundIntegrations", found, **page)


@answers("ModifyIntegration")
def modify_integration(
    context: Context,
    *,
    IntegrationArn: str,
    Description: str | None = None,
    IntegrationName: str | None = None,
) -> Answer:
    known = _find(context, IntegrationArn)
    changes = records.given({"Description": Description, "IntegrationName": IntegrationName})
    changed = known | changes
    with context.cloud.state.together():
        if IntegrationName and IntegrationName.lower() != known["_"]["name"]:
            records.check_free(context, INTEGRATION, IntegrationName)
            records.remove(context.cloud, INTEGRATION, known)
            changed |= records.hiding(known, name=IntegrationName.lower())
        return records.shown(records.put(context.cloud, INTEGRATION, changed))


@answers("DeleteIntegration")
def delete_integration(context: Context, *, IntegrationArn: str) -> Answer:
    """The database keeps what has come until then."""
    known = _find(context, IntegrationArn)
    running.stop(context.cloud, id_of(known))
    records.remove(context.cloud, INTEGRATION, known)
    return records.shown(known) | {"Status": "deleting"}


def _find(context: Context, arn: str) -> Record:
    for each in records.listed(context, INTEGRATION):
        if each["IntegrationArn"] == arn:
            return each
    raise INTEGRATION.refusal(INTEGRATION.missing, arn)


def find_by_id(cloud: Cloud, number: str) -> Record | None:
    """The integration of an id."""
    return next((r for r in records.every(cloud, INTEGRATION) if id_of(r) == number), None)
