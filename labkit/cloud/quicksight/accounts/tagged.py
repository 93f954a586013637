"""QuickSight's resources in the Resource Groups Tagging API, which asks moto's own for theirs.

moto calls the types by other names than AWS does; a request's are changed into moto's.
Source: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.quicksight.models import QuickSightBackend, quicksight_backends

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.operations import rewrites
from labkit.cloud.quicksight import kinds, records, tagging

# As moto calls them.
TYPES = {
    kinds.ANALYSIS: "analyses",
    kinds.DASHBOARD: "dashboards",
    kinds.DATA_SET: "data_sets",
    kinds.DATA_SOURCE: "data_sources",
    kinds.FOLDER: "folders",
    kinds.TEMPLATE: "templates",
    kinds.THEME: "themes",
    kinds.TOPIC: "topics",
    kinds.USER: "users",
}


@on_start
def install(cloud: Cloud) -> None:
    """Let moto's API see the workspace's resources."""

    def resources(self: Any) -> Iterator[TaggedResource]:
        yield from _tagged(cloud, self.region_name)

    def tag(self: Any, arn: str, tags: dict[str, str]) -> None:
        tagging.tag(cloud, arn, [{"Key": key, "Value": value} for key, value in tags.items()])

    def untag(self: Any, arn: str, tag_keys: list[str]) -> None:
        kept = [each for each in tagging.tags(cloud, arn) if each["Key"] not in tag_keys]
        tagging.put(cloud, arn, kept)

    for name, method in {
        "iter_tagged_resources": resources,
        "tag_resource": tag,
        "untag_resource": untag,
    }.items():
        setattr(QuickSightBackend, name, method)
    quicksight_backends[cloud.account][cloud.region]  # moto asks those alone that are in use


@rewrites("resourcegroupstaggingapi")
def for_moto(operation: str, body: bytes) -> bytes:
    """A request with moto's names of the types (``quicksight:dashboard`` is ``dashboards``)."""
    fields = json.loads(body or b"{}")
    names = {f"quicksight:{kind.name}": f"quicksight:{name}" for kind, name in TYPES.items()}
    if wanted := fields.get("ResourceTypeFilters"):
        fields["ResourceTypeFilters"] = [names.get(each, each) for each in wanted]
    return json.dumps(fields).encode()


def _tagged(cloud: Cloud, region: str) -> Iterator[TaggedResource]:
    for kind, name in TYPES.items():
        for record in records.records(cloud, kind).values():
            if record["_"]["region"] == region:
                tags = {each["Key"]: each["Value"] for each in tagging.tags(cloud, record["Arn"])}
                yield TaggedResource(record["Arn"], tags, f"quicksight:{name}")
