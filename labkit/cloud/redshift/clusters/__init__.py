"""Provisioned clusters: the operations of the service ``redshift``."""

from labkit.cloud.redshift.clusters import clusters, pausing, snapshots, state, works

__all__ = ["clusters", "pausing", "snapshots", "state", "works"]
