"""Delta Lake tables in Athena: importing this registers how they are read and what names them.

Athena reads them and never writes: a table is the files that its transaction log lists, in the
columns that the log tells; the Glue catalog says where it lies. Sources:
https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables.html and
https://github.com/delta-io/delta/blob/master/PROTOCOL.md
"""

from labkit.cloud.delta import statements, table

__all__ = ["statements", "table"]
