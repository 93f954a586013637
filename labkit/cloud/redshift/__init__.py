"""Redshift in the local AWS: clusters, serverless workgroups, warehouses and the Data API."""

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
