"""PauseCluster, ResumeCluster, RebootCluster: the nodes stop and start, the data stay.

Source: https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-pause-resume-cluster.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift.clusters import shape
from labkit.cloud.redshift.clusters.kinds import CLUSTER
from labkit.cloud.redshift.clusters.state import find_available
from labkit.cloud.redshift.lifecycle import answers, begin


@answers("PauseCluster")
def pause_cluster(context: Context, *, ClusterIdentifier: str) -> Answer:
    """A paused cluster answers no queries and costs its storage only."""
    return _pass(context, ClusterIdentifier, "available", "pausing")


@answers("ResumeCluster")
def resume_cluster(context: Context, *, ClusterIdentifier: str) -> Answer:
    return _pass(context, ClusterIdentifier, "paused", "resuming")


@answers("RebootCluster")
def reboot_cluster(context: Context, *, ClusterIdentifier: str) -> Answer:
    """All sessions end; settings that wait for a reboot come into force."""
    return _pass(context, ClusterIdentifier, "available", "rebooting")


def _pass(context: Context, identifier: str, before: str, through: str) -> Answer:
    record = find_available(context, identifier, before) | {"ClusterStatus": through}
    return {"Cluster": shape.cluster(context.cloud, begin(context.cloud, CLUSTER, record))}
