"""QuickSight's resources in the Resource Groups Tagging API."""

from __future__ import annotations

from collections.abc import Iterator

from labkit.cloud.around.tagging import Tagged, has_tagged
from labkit.cloud.operations import Context
from labkit.cloud.quicksight import kinds, records, tagging

KINDS = (
    kinds.ANALYSIS,
    kinds.DASHBOARD,
    kinds.DATA_SET,
    kinds.DATA_SOURCE,
    kinds.FOLDER,
    kinds.TEMPLATE,
    kinds.THEME,
    kinds.TOPIC,
    kinds.USER,
)


@has_tagged("quicksight")
def _tagged(context: Context) -> Iterator[Tagged]:
    for kind in KINDS:
        for record in records.records(context.cloud, kind).values():
            if record["_"]["region"] == context.region:
                tags = tagging.tags(context.cloud, record["Arn"])
                yield record["Arn"], {each["Key"]: each["Value"] for each in tags}
