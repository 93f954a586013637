"""Provisioned clusters: the operations of the service ``redshift``."""

from labkit.cloud.redshift.clusters import (
    changing,
    clusters,
    credentials,
    pausing,
    resizing,
    restoring,
    snapshotting,
    state,
    works,
)

__all__ = [
    "changing",
    "clusters",
    "credentials",
    "pausing",
    "resizing",
    "restoring",
    "snapshotting",
    "state",
    "works",
]
