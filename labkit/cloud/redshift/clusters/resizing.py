"""ResizeCluster, DescribeResize, CancelResize: another number or type of nodes.

An elastic resize moves slices within a type or between ra3 types, from a quarter to four times the
nodes; a classic one builds a new cluster and takes any type. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/resizing-cluster.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters import shape
from labkit.cloud.redshift.clusters.kinds import CLUSTER
from labkit.cloud.redshift.clusters.node_types import node_type, number_of_nodes
from labkit.cloud.redshift.clusters.state import find_available
from labkit.cloud.redshift.lifecycle import answers, begin
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.words import fault, invalid_combination

ELASTIC_FACTORS = (0.25, 4)


@answers("ResizeCluster")
def resize_cluster(
    context: Context, *, ClusterIdentifier: str, Classic: bool = False, **members: Any
) -> Answer:
    """The cluster is ``resizing`` for as long as its nodes change."""
    record = find_available(context, ClusterIdentifier)
    changed = resized(record, members, classic=Classic)
    return {"Cluster": shape.cluster(context.cloud, begin(context.cloud, CLUSTER, changed))}


@answers("DescribeResize")
def describe_resize(context: Context, *, ClusterIdentifier: str) -> Answer:
    """The resize that runs, or the last one."""
    return _shown(_last(context, ClusterIdentifier))


@answers("CancelResize")
def cancel_resize(context: Context, *, ClusterIdentifier: str) -> Answer:
    """Only a resize that still runs can be called off."""
    last = _last(context, ClusterIdentifier)
    raise fault(
        "InvalidClusterStateFault", f"The resize of {ClusterIdentifier} is {last['Status']}."
    )


def resized(record: Record, members: Record, *, classic: bool) -> Record:
    """A cluster that is to have other nodes.

    Raises:
        AwsError: there is no such cluster, or no such elastic resize.
    """
    kind = node_type(members.get("NodeType") or record["NodeType"])
    wanted = members.get("NumberOfNodes")
    cluster_type = members.get("ClusterType")
    if wanted is None and cluster_type is None:
        wanted = record["NumberOfNodes"]
    nodes = number_of_nodes(kind, cluster_type, wanted)
    if not classic:
        _check_elastic(record, kind.name, nodes)
    told = {
        "TargetNodeType": kind.name,
        "TargetNumberOfNodes": nodes,
        "TargetClusterType": "multi-node" if nodes > 1 else "single-node",
        "ResizeType": "ClassicResize" if classic else "ElasticResize",
        "Status": "IN_PROGRESS",
        "TargetEncryptionType": "KMS" if record["Encrypted"] else "NONE",
        "began": records.now(),
    }
    return record | {"ClusterStatus": "resizing", "_": record["_"] | {"resize": told}}


def _check_elastic(record: Record, kind: str, nodes: int) -> None:
    least, most = (factor * record["NumberOfNodes"] for factor in ELASTIC_FACTORS)
    same = kind == record["NodeType"]
    if same and not least <= nodes <= most:
        raise invalid_combination(
            f"An elastic resize of {record['NumberOfNodes']} nodes takes {int(max(least, 1))} to "
            f"{int(most)} nodes. Use a classic resize."
        )
    if not same and not (kind.startswith("ra3.") and record["NodeType"].startswith("ra3.")):
        raise invalid_combination(
            f"An elastic resize from {record['NodeType']} to {kind} is not possible. "
            "Use a classic resize."
        )


def _last(context: Context, identifier: str) -> Record:
    record = records.find(context, CLUSTER, identifier)
    found: Record | None = record["_"].get("resize")
    if found is None:
        raise fault(
            "ResizeNotFoundFault", f"A resize operation for cluster {identifier} does not exist."
        )
    return found


def _shown(resize: Record) -> Answer:
    ended = resize.get("ended") or records.now()
    told = {name: value for name, value in resize.items() if name not in ("began", "ended")}
    told["ElapsedTimeInSeconds"] = int(ended - resize["began"])
    told["DataTransferProgressPercent"] = 100.0 if resize.get("ended") else 0.0
    return told
