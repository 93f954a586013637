"""Redshift's SQL, compiled to DuckDB's. It knows nothing of AWS."""
