"""Usage limits: how much Spectrum may scan, how long concurrency scaling may run.

They are kept and told; the local AWS does not charge, and does not stop what breaches one. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/managing-cluster-usage-limits.html
"""

from __future__ import annotations

import uuid
from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters.kinds import CLUSTER, USAGE_LIMIT
from labkit.cloud.redshift.clusters.listing import listing
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.words import fault, invalid_value

# Which feature is limited by what.
FEATURES = {
    "spectrum": ("data-scanned",),
    "concurrency-scaling": ("time",),
    "cross-region-datasharing": ("data-scanned",),
}
ACTIONS, PERIODS = ("log", "emit-metric", "disable"), ("daily", "weekly", "monthly")


@answers("CreateUsageLimit")
def create_usage_limit(
    context: Context,
    *,
    ClusterIdentifier: str,
    FeatureType: str,
    LimitType: str,
    Amount: int,
    Period: str = "monthly",
    BreachAction: str = "log",
    Tags: list[Record] | None = None,
) -> Answer:
    records.find(context, CLUSTER, ClusterIdentifier)
    if LimitType not in FEATURES.get(FeatureType, ()):
        raise invalid_value(f"{FeatureType} has no limit of type {LimitType}.")
    if Amount <= 0 or Period not in PERIODS or BreachAction not in ACTIONS:
        raise invalid_value("The amount, the period or the breach action is not valid.")
    _check_new(context, ClusterIdentifier, FeatureType, Period, BreachAction)
    number = str(uuid.uuid4())
    told = {
        "UsageLimitId": number,
        "ClusterIdentifier": ClusterIdentifier.lower(),
        "FeatureType": FeatureType,
        "LimitType": LimitType,
        "Amount": Amount,
        "Period": Period,
        "BreachAction": BreachAction,
        "Tags": Tags or [],
    }
    return records.shown(records.create(context, USAGE_LIMIT, number, told))


@answers("DescribeUsageLimits")
def describe_usage_limits(
    context: Context,
    *,
    UsageLimitId: str | None = None,
    ClusterIdentifier: str | None = None,
    FeatureType: str | None = None,
    **page: Any,
) -> Answer:
    def keep(record: Record) -> bool:
        return ClusterIdentifier in (None, record["ClusterIdentifier"]) and (
            FeatureType in (None, record["FeatureType"])
        )

    return listing(context, USAGE_LIMIT, "UsageLimits", name=UsageLimitId, keep=keep, **page)


@answers("ModifyUsageLimit")
def modify_usage_limit(
    context: Context,
    *,
    UsageLimitId: str,
    Amount: int | None = None,
    BreachAction: str | None = None,
) -> Answer:
    found = records.find(context, USAGE_LIMIT, UsageLimitId)
    changed = found | records.given({"Amount": Amount, "BreachAction": BreachAction})
    return records.shown(records.put(context.cloud, USAGE_LIMIT, changed))


@answers("DeleteUsageLimit")
def delete_usage_limit(context: Context, *, UsageLimitId: str) -> Answer:
    records.remove(context.cloud, USAGE_LIMIT, records.find(context, USAGE_LIMIT, UsageLimitId))
    return {}


def _check_new(context: Context, cluster: str, feature: str, period: str, action: str) -> None:
    wanted = (cluster.lower(), feature, period, action)
    names = ("ClusterIdentifier", "FeatureType", "Period", "BreachAction")
    for each in records.listed(context, USAGE_LIMIT):
        if tuple(each[name] for name in names) == wanted:
            raise fault("UsageLimitAlreadyExistsFault", "The usage limit already exists.")
