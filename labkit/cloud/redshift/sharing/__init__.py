"""Data shares between warehouses, and databases that follow a source outside (zero-ETL).

Source: https://docs.aws.amazon.com/redshift/latest/dg/datashare-overview.html
"""

from labkit.cloud.redshift.sharing import catalogs, consumers, control, granting, shares

__all__ = ["catalogs", "consumers", "control", "granting", "shares"]
