"""Data sources: where data lies, and as whom QuickSight reads it.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DataSource.html
"""

from labkit.cloud.quicksight.sources import operations

__all__ = ["operations"]
