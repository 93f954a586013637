"""What a warehouse must know of its cluster, and which states of a cluster allow what."""

from __future__ import annotations

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters.kinds import CLUSTER
from labkit.cloud.redshift.clusters.node_types import node_type
from labkit.cloud.redshift.clusters.parameters import in_force
from labkit.cloud.redshift.keys import place_of
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.warehouse import STATES, WarehouseState
from labkit.cloud.redshift.words import fault


def find_available(context: Context, identifier: str, *allowed: str) -> Record:
    """A cluster in a state that allows a change; ``available`` when none is named.

    Raises:
        AwsError: ``ClusterNotFound``, ``InvalidClusterState``.
    """
    found = records.find(context, CLUSTER, identifier)
    if found["ClusterStatus"] not in (allowed or ("available",)):
        raise fault(
            "InvalidClusterStateFault",
            f"There is an operation running on the Cluster or it is not in a state that allows "
            f"this: {identifier} is {found['ClusterStatus']}.",
        )
    return found


def state_of(cloud: Cloud, name: str) -> WarehouseState | None:
    """A cluster as its warehouse sees it; ``None`` when it has no data (yet)."""
    record = records.look_up(cloud, *place_of(name)[:1], CLUSTER, place_of(name)[1])
    if record is None or not record["_"]["ready"]:
        return None
    return WarehouseState(
        admin=record["MasterUsername"].lower(),
        database=record["DBName"],
        paused=record["ClusterStatus"] in ("pausing", "paused", "resuming"),
        iam_roles=tuple(role["IamRoleArn"] for role in record["IamRoles"]),
        default_role=record.get("DefaultIamRoleArn", ""),
        nodes=record["NumberOfNodes"],
        slices=node_type(record["NodeType"]).slices,
        namespace=record["_"]["namespace"],
        settings=in_force(cloud, record),
    )


STATES["cluster"] = state_of
