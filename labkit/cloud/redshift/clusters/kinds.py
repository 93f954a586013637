"""The resources of provisioned Redshift, each with its two usual refusals."""

from __future__ import annotations

from labkit.cloud.redshift.records import Kind

CLUSTER = Kind(
    "cluster",
    ("ClusterNotFoundFault", "Cluster {} not found."),
    ("ClusterAlreadyExistsFault", "Cluster already exists"),
    "ClusterStatus",
)
SNAPSHOT = Kind(
    "snapshot",
    ("ClusterSnapshotNotFoundFault", "Snapshot {} not found."),
    (
        "ClusterSnapshotAlreadyExistsFault",
        "Cannot create the snapshot because a snapshot with the identifier {} already exists",
    ),
    "Status",
)
