"""What a cluster does inside: slices and blocks of the rows, plans, and the bytes that move.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_high_level_system_architecture.html
"""

from labkit.cloud.redshift.placement import explaining, running, views

__all__ = ["explaining", "running", "views"]
