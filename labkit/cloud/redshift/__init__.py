"""Redshift in the local AWS: clusters, serverless workgroups, warehouses and the Data API.

A cluster (`clusters`) or namespace (`serverless`) is records; its data is a `warehouse`, which runs
SQL for both doors, the `wire` and the `data_api`. Beside the warehouse: `system` tables, `copying`
to and from S3, `spectrum` over the lake, `sharing` and `zero_etl` between databases, `placement` of
rows on nodes.
"""

from labkit.cloud.redshift import (
    clusters,
    copying,
    data_api,
    lambda_functions,
    placement,
    serverless,
    sharing,
    spectrum,
    wire,
    zero_etl,
)

__all__ = [
    "clusters",
    "copying",
    "data_api",
    "lambda_functions",
    "placement",
    "serverless",
    "sharing",
    "spectrum",
    "wire",
    "zero_etl",
]
