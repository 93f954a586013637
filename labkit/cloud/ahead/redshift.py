"""Loads Redshift ahead, with the dialects that its statements go through."""

import sqlglot.dialects.duckdb
import sqlglot.optimizer.normalize_identifiers  # noqa: F401

import labkit.cloud.redshift  # noqa: F401
from labkit.cloud.ahead import called, stored

stored("redshift", "redshiftdata")
called("redshift", "redshift-data")
