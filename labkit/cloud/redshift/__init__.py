"""Redshift in the local AWS: warehouses and the Data API."""

from labkit.cloud.redshift import data_api

__all__ = ["data_api"]
