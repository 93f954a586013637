"""Data sets: tables that are prepared, imported into SPICE or queried directly, and secured."""

from labkit.cloud.quicksight.data_sets import operations, refreshing

__all__ = ["operations", "refreshing"]
