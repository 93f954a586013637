"""COPY, UNLOAD and COPY JOB: rows between S3 and a warehouse.

Source: https://docs.aws.amazon.com/redshift/latest/dg/t_Loading_data.html
"""

from labkit.cloud.redshift.copying import copy, history, jobs, unload, views

__all__ = ["copy", "history", "jobs", "unload", "views"]
