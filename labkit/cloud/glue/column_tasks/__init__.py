"""Column statistics tasks: what `labkit.cloud.glue.statistics` keeps, computed over a table's data.

Source: https://docs.aws.amazon.com/glue/latest/dg/column-statistics.html
"""

from labkit.cloud.glue.column_tasks import runs, settings

__all__ = ["runs", "settings"]
