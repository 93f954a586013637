"""The types of compute nodes: how many slices, how much storage, how many make a cluster.

``ra3`` nodes keep their data in managed storage, whose quota counts here. Types before them
(``ds2``, ``dc1``) are no longer sold; scripts of their time still name them. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-clusters.html#rs-node-type-info
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.cloud.redshift.words import invalid_combination, invalid_value

MB_PER_GB = 1024


@dataclass(frozen=True)
class NodeType:
    """One type.

    Args:
        slices: of one node.
        storage_gb: of one node.
        fewest: nodes of a cluster.
        most: nodes of a cluster.
    """

    name: str
    slices: int
    storage_gb: int
    fewest: int
    most: int


TYPES = {
    each.name: each
    for each in (
        NodeType("ra3.large", 2, 8_000, 1, 16),
        NodeType("ra3.xlplus", 2, 32_000, 1, 32),
        NodeType("ra3.4xlarge", 4, 128_000, 2, 64),
        NodeType("ra3.16xlarge", 16, 128_000, 2, 128),
        NodeType("dc2.large", 2, 160, 1, 32),
        NodeType("dc2.8xlarge", 16, 2_560, 2, 128),
        NodeType("ds2.xlarge", 2, 2_000, 1, 32),
        NodeType("ds2.8xlarge", 16, 16_000, 2, 128),
        NodeType("dc1.large", 2, 160, 1, 32),
        NodeType("dc1.8xlarge", 32, 2_560, 2, 128),
        NodeType("dw.hs1.xlarge", 2, 2_000, 1, 32),
    )
}


def node_type(name: str) -> NodeType:
    """A type by its name, in any case.

    Raises:
        AwsError: there is none of that name.
    """
    found = TYPES.get(name.lower())
    if found is None:
        raise invalid_value(f"Invalid node type: {name}")
    return found


def number_of_nodes(kind: NodeType, cluster_type: str | None, wanted: int | None) -> int:
    """How many nodes a cluster of this type gets; ``multi-node`` is the default.

    Raises:
        AwsError: so many of them are no cluster.
    """
    if cluster_type is None:
        cluster_type = "single-node" if wanted in (None, 1) else "multi-node"
    if cluster_type not in ("single-node", "multi-node"):
        raise invalid_value(
            "Invalid cluster type. Cluster type can be one of multi-node or single-node"
        )
    if cluster_type == "single-node":
        return _checked(kind, 1)
    if (wanted or 0) < 2:
        raise invalid_combination(
            "Number of nodes for cluster type multi-node must be greater than or equal to 2"
        )
    return _checked(kind, wanted or 0)


def _checked(kind: NodeType, nodes: int) -> int:
    if not kind.fewest <= nodes <= kind.most:
        raise invalid_value(
            f"Node type {kind.name} takes {kind.fewest} to {kind.most} nodes, not {nodes}"
        )
    return nodes


def storage_mb(kind: NodeType, nodes: int) -> int:
    """What a cluster may store; one ``ra3.large`` node alone has 1 TB, one ``ra3.xlplus`` 4 TB."""
    alone = {"ra3.large": 1_000, "ra3.xlplus": 4_000}
    if nodes == 1 and kind.name in alone:
        return alone[kind.name] * MB_PER_GB
    return kind.storage_gb * nodes * MB_PER_GB
