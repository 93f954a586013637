"""Snapshots of dashboards as PDF, Excel and CSV files: the API's jobs, and what they make."""

from labkit.cloud.quicksight.reports import operations

__all__ = ["operations"]
