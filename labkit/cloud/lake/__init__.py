"""The lake as tables: the Glue catalog read as sources of the engine."""
