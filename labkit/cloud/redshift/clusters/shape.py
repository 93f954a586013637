"""A cluster as DescribeClusters tells it.

Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters.node_types import node_type, storage_mb
from labkit.cloud.redshift.endpoints import endpoint_of
from labkit.cloud.redshift.keys import cluster_key
from labkit.cloud.redshift.records import Record

# Without an endpoint: nobody is there yet, or no longer.
_UNREACHABLE = ("creating", "hardware-failure")
_AVAILABILITY = {
    "available": "Available",
    "cancelling-resize": "Available",
    "paused": "Paused",
    "hardware-failure": "Failed",
}


def cluster(cloud: Cloud, record: Record) -> dict[str, Any]:
    """The members of a cluster in an answer."""
    status = record["ClusterStatus"]
    told = records.shown(record) | _nodes(record)
    told["ClusterAvailabilityStatus"] = _AVAILABILITY.get(status, "Modifying")
    if status not in _UNREACHABLE:
        told["Endpoint"] = _endpoint(cloud, record)
    return told


def key_of(record: Record) -> str:
    """The key of a cluster's warehouse."""
    return cluster_key(record["_"]["region"], record["_"]["name"])


def _endpoint(cloud: Cloud, record: Record) -> dict[str, Any]:
    host, port = endpoint_of(cloud, key_of(record), record["_"]["port"])
    return {"Address": host, "Port": port}


def _nodes(record: Record) -> dict[str, Any]:
    """The leader and the compute nodes; a single node is both."""
    nodes = record["NumberOfNodes"]
    roles = ["SHARED"]
    if nodes > 1:
        roles = ["LEADER", *(f"COMPUTE-{n}" for n in range(nodes))]
    kind = node_type(record["NodeType"])
    kinds = ["PrivateIPAddress"] + ["PublicIPAddress"] * record["PubliclyAccessible"]
    addresses = dict.fromkeys(kinds, "127.0.0.1")
    return {
        "ClusterNodes": [{"NodeRole": role} | addresses for role in roles],
        "TotalStorageCapacityInMegaBytes": storage_mb(kind, nodes),
    }
