"""Athena's SQL, which is Trino's, compiled to DuckDB's. It knows nothing of AWS.

`compile` is the entry. Text becomes a `tree` by Trino's own grammar (`lexer`, `parse_query`,
`parse_expression` and their kin); `queries`, `select`, `relations` and `tables` give it meaning
from the outside in, `expressions` from the leaves up, each with its exact type: `operators`,
`comparisons`, `conditions`, `casts`, `calls` and what these call. `library` has the functions.
"""
