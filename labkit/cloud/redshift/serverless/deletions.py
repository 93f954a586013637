"""DeleteNamespace: a last snapshot where one is wanted, then a namespace's data go.

Source: https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_DeleteNamespace.html
"""

from __future__ import annotations

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import files, managed, records
from labkit.cloud.redshift.lifecycle import begin, passing
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.serverless import snapshots, tagging
from labkit.cloud.redshift.serverless.answering import answers, conflict, find_available
from labkit.cloud.redshift.serverless.kinds import NAMESPACE
from labkit.cloud.redshift.serverless.namespaces import key_of, workgroup_of


@answers("DeleteNamespace")
def delete_namespace(
    context: Context,
    *,
    namespaceName: str,
    finalSnapshotName: str | None = None,
    finalSnapshotRetentionPeriod: int = -1,
) -> Answer:
    """Deletes the data; refused while a workgroup serves it."""
    record = find_available(context, NAMESPACE, namespaceName)
    if workgroup_of(context.cloud, record):
        raise conflict(
            f"There is a workgroup associated with the namespace {namespaceName}. "
            "Delete the workgroup first."
        )
    changed = record | {"status": "DELETING", "_": record["_"] | {"last": finalSnapshotName}}
    with context.cloud.state.together():
        if finalSnapshotName:
            snapshots.announce_last(
                context, record, finalSnapshotName, finalSnapshotRetentionPeriod
            )
        records.put(context.cloud, NAMESPACE, changed)
    return {"namespace": records.shown(begin(context.cloud, NAMESPACE, changed))}


@passing(NAMESPACE, "DELETING")
def delete(cloud: Cloud, record: Record) -> None:
    if record["_"].get("last"):
        snapshots.take_last(cloud, record)
    snapshots.drop_points(cloud, record)
    files.delete(cloud, key_of(record))
    tagging.put(cloud, record["namespaceArn"], [])
    if record.get("adminPasswordSecretArn"):
        managed.drop_secret(cloud, record["_"]["region"], record["adminPasswordSecretArn"])
