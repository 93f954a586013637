"""Glue's Iceberg REST endpoint, ``/iceberg/v1``: a REST catalog for pyiceberg, Spark, DuckDB.

Each call is judged as the one of Glue's API that AWS names beside it, and most are that one. A
table's ``config`` says where the local S3 is, since a table's files are not where AWS's are.

Sources: https://docs.aws.amazon.com/glue/latest/dg/iceberg-rest-apis.html and
https://github.com/apache/iceberg/blob/main/open-api/rest-catalog-open-api.yaml
"""

from __future__ import annotations

from labkit.cloud.iceberg.rest.routes import answer

__all__ = ["answer"]
