"""Provisioned clusters: the operations of the service ``redshift``."""

from labkit.cloud.redshift.clusters import (
    changing,
    clusters,
    pausing,
    resizing,
    snapshots,
    state,
    works,
)

__all__ = ["changing", "clusters", "pausing", "resizing", "snapshots", "state", "works"]
