"""How fast the local AWS is, measured against doing the same without it.

``make bench`` prints one table: DuckDB reads the very files that Athena is asked about, a plain
file copy stands against PUT and GET. The two sides take turns, and the best of several turns
counts, for a busy machine disturbs both. The figures also go to ``build/bench.json`` and, as a
Markdown table, to ``build/bench.md``.
"""
