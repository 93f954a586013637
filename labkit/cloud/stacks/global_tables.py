"""A table of DynamoDB with replicas, as the CDK's TableV2 writes it: here one of a single replica.

What it says of that replica is what a table says of itself. A table of several replicas is refused,
as is what no table here has. Of capacity that goes up and down, it has what it begins with. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labkit.cloud.stacks.item_tables import TABLE
from labkit.cloud.stacks.kinds import Members

_KINDS = ("Read", "Write")
# What a replica says of its table.
_SAID = (
    *("ContributorInsightsSpecification", "DeletionProtectionEnabled"),
    *("PointInTimeRecoverySpecification", "ResourcePolicy", "TableClass", "Tags"),
)
_INDEXES = "GlobalSecondaryIndexes"


def _one(members: Members) -> Members:
    """The table's members; what it has no room for stays, and is refused by its name."""
    told = dict(members)
    first, *others = told.pop("Replicas", None) or [{}]
    replica = {name: value for name, value in first.items() if name != "Region"}
    told |= {name: replica.pop(name) for name in _SAID if name in replica}
    if key := replica.pop("SSESpecification", None):
        told["SSESpecification"] = told.get("SSESpecification", {}) | key
    reads = {each["IndexName"]: each for each in replica.pop(_INDEXES, ())}
    if _INDEXES in told:
        told[_INDEXES] = [
            _with_units(each | reads.get(each["IndexName"], {})) for each in told[_INDEXES]
        ]
    throughput = [name for name in replica if name.endswith("ThroughputSettings")]
    told = _with_units(told | {name: replica.pop(name) for name in throughput})
    if others or replica:
        told["Replicas"] = members["Replicas"]
    return TABLE.shaped(told)


def _with_units(members: Members) -> Members:
    """What a table or an index says, with its units as one property."""
    most: Members = {}
    units: Members = {}
    for kind in _KINDS:
        on_demand = members.pop(f"{kind}OnDemandThroughputSettings", {})
        name = f"Max{kind}RequestUnits"
        most |= {name: on_demand[name]} if name in on_demand else {}
        if provisioned := members.pop(f"{kind}ProvisionedThroughputSettings", None):
            units[f"{kind}CapacityUnits"] = _first(kind, provisioned)
    found = {"OnDemandThroughput": most, "ProvisionedThroughput": units}
    return members | {name: value for name, value in found.items() if value}


def _first(kind: str, settings: Members) -> Any:
    """The units that a table begins with."""
    scaled = settings.get(f"{kind}CapacityAutoScalingSettings", {})
    return settings.get(
        f"{kind}CapacityUnits", scaled.get("SeedCapacity", scaled.get("MinCapacity"))
    )


GLOBAL_TABLE = replace(
    TABLE, shaped=_one, attributes={**TABLE.attributes, "TableId": "Table.TableId"}
)
