"""The lake as tables: the Glue catalog read as sources of the engine.

`catalog` is what the compiler asks about names, `metastore` the records behind it, `table` a Hive
table, whose `partitions` are folders with the objects that `listing` finds. Which of these a query
needs: `projection`, `pruning`, `buckets`.
"""
