"""Ingestions: a data set's rows on their way into SPICE.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Ingestion.html
"""

from labkit.cloud.quicksight.ingestions import operations, timetable

__all__ = ["operations", "timetable"]
