"""Zero-ETL: a database of a warehouse that follows a source database by itself.

Source: https://docs.aws.amazon.com/redshift/latest/mgmt/zero-etl-using.html
"""

from labkit.cloud.redshift.zero_etl import databases, integrations, running

__all__ = ["databases", "integrations", "running"]
