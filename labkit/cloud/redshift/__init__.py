"""Redshift in the local AWS: clusters, warehouses and the Data API."""

from labkit.cloud.redshift import clusters, data_api

__all__ = ["clusters", "data_api"]
