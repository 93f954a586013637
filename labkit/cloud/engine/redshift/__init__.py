"""Redshift's SQL, compiled to DuckDB's. It knows nothing of AWS.

`compile` is the entry; sqlglot reads the text (`reading`), `queries` and `relations` give queries
their meaning, `expressions` values, one function a kind of node. Types, casts and overloads follow
PostgreSQL's rules: `types`, `casts`, `functions`. `duck` is a warehouse's own file.
"""
