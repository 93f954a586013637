"""The end of a namespace: a last snapshot where one is wanted, then its data go."""

from __future__ import annotations

from labkit.cloud.cloud import Cloud
from labkit.cloud.redshift import files, managed
from labkit.cloud.redshift.lifecycle import passing
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.serverless import snapshots, tagging
from labkit.cloud.redshift.serverless.kinds import NAMESPACE
from labkit.cloud.redshift.serverless.namespaces import key_of


@passing(NAMESPACE, "DELETING")
def delete(cloud: Cloud, record: Record) -> None:
    if record["_"].get("last"):
        snapshots.take_last(cloud, record)
    snapshots.drop_points(cloud, record)
    files.delete(cloud, key_of(record))
    tagging.put(cloud, record["namespaceArn"], [])
    if record.get("adminPasswordSecretArn"):
        managed.drop_secret(cloud, record["_"]["region"], record["adminPasswordSecretArn"])
