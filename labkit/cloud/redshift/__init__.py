"""Redshift in the local AWS: clusters, serverless workgroups, warehouses and the Data API.

A cluster (`clusters`) or namespace (`serverless`) is records; its data is a `warehouse`, which runs
SQL for both doors, the `wire` and the `data_api`. Beside the warehouse: `system` tables, `copying`
to and from S3, `spectrum` over the lake, `sharing` and `zero_etl` between databases, `placement` of
rows on nodes.
"""

import labkit.cloud.redshift.clusters
import labkit.cloud.redshift.copying
import labkit.cloud.redshift.data_api
import labkit.cloud.redshift.lambda_functions
import labkit.cloud.redshift.placement
import labkit.cloud.redshift.serverless
import labkit.cloud.redshift.sharing
import labkit.cloud.redshift.spectrum
import labkit.cloud.redshift.wire
import labkit.cloud.redshift.zero_etl  # noqa: F401
