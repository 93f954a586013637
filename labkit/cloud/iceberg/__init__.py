"""Iceberg tables in Athena: importing this registers how they are read and what changes them.

Athena makes Iceberg tables of version 2 and manages them: what it drops, it deletes. Here pyiceberg
keeps the metadata, DuckDB reads and writes the data files, the Glue catalog has the pointer; so a
table made by a statement is read by any Iceberg client, and the other way round. Changes of rows
are copy-on-write: files with changed rows are written anew. Source:
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg.html
"""

from labkit.cloud.iceberg import alter, changes, create, maintenance, show, table

__all__ = ["alter", "changes", "create", "maintenance", "show", "table"]
