"""Zero-ETL: a warehouse's database that follows one outside of it by itself.

Source: https://docs.aws.amazon.com/redshift/latest/mgmt/zero-etl-using.html
"""

from labkit.cloud.redshift.zero_etl import databases, integrations, running

__all__ = ["databases", "integrations", "running"]
