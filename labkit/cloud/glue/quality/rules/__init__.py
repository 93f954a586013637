"""The types of rules, each a function under `@rule`: importing this registers them."""

from labkit.cloud.glue.quality.rules import comparing, measures, names, queries, values

__all__ = ["comparing", "measures", "names", "queries", "values"]
