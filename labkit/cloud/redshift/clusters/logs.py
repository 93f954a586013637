"""EnableLogging, DisableLogging, DescribeLoggingStatus.

What would be delivered is read in the system tables instead (STL_QUERY, STL_CONNECTION_LOG): the
local AWS writes no audit files. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters.kinds import CLUSTER
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.words import fault, invalid_combination


@answers("EnableLogging")
def enable_logging(
    context: Context,
    *,
    ClusterIdentifier: str,
    BucketName: str | None = None,
    S3KeyPrefix: str | None = None,
    LogDestinationType: str | None = None,
    LogExports: list[str] | None = None,
) -> Answer:
    record = records.find(context, CLUSTER, ClusterIdentifier)
    watched = LogDestinationType == "cloudwatch"
    if not watched:
        if not BucketName:
            raise invalid_combination("Give the BucketName.")
        if BucketName not in context.backend("s3").buckets:
            raise fault("BucketNotFoundFault", f"The bucket {BucketName} does not exist.")
    told = {
        "LoggingEnabled": True,
        "BucketName": BucketName,
        "S3KeyPrefix": S3KeyPrefix,
        "LogDestinationType": LogDestinationType or "s3",
        "LogExports": LogExports or ([] if watched else None),
    }
    return _put(context, record, records.given(told))


@answers("DisableLogging")
def disable_logging(context: Context, *, ClusterIdentifier: str) -> Answer:
    record = records.find(context, CLUSTER, ClusterIdentifier)
    return _put(context, record, {"LoggingEnabled": False})


@answers("DescribeLoggingStatus")
def describe_logging_status(context: Context, *, ClusterIdentifier: str) -> Answer:
    record = records.find(context, CLUSTER, ClusterIdentifier)
    return dict(record["_"].get("logging") or {"LoggingEnabled": False})


def _put(context: Context, record: Record, logging: Record) -> Answer:
    records.put(context.cloud, CLUSTER, record | {"_": record["_"] | {"logging": logging}})
    return logging
